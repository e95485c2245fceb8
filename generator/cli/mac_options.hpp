// The options that name a unit, the same for every verb that takes one.
#pragma once

#include <CLI/CLI.hpp>

#include "cli/session.hpp"
#include "mac/request.hpp"

namespace bitshed::cli {

/// Registers SPEC (optional, positional) and the flags that decide a MAC. The values stay text:
/// make_mac_spec() complains about all of them at once. `options` must outlive the parsing.
void add_mac_options(CLI::App* verb, mac::MacOptions& options);

/// What a unit is to be good at; absent: the portable default is built.
struct UnitAim {
    std::optional<std::string> target;     ///< a name that `synth --target` takes
    std::optional<std::string> objective;  ///< "area" where a target alone is given
    std::optional<std::string> mhz;        ///< the clock frequency that is to be reached
};

/// Registers --optimize and --mhz; the verb itself has --target.
void add_aim_options(CLI::App* verb, UnitAim& aim);

/// Asks for what the aim chooses, an architecture or with --mhz stages too, where the options ask
/// for none, and tells on stderr what that is. The aim's own complaints; a unit that cannot be made
/// is left to make_mac_spec().
std::vector<Complaint> choose_unit(const Session& session, const UnitAim& aim,
                                   mac::MacOptions& options);

}  // namespace bitshed::cli
