// The options that name a unit, the same for every verb that takes one.
#pragma once

#include <CLI/CLI.hpp>

#include "cli/session.hpp"
#include "mac/spec.hpp"

namespace bitshed::cli {

/// Registers SPEC (optional, positional) and the flags that decide a MAC. The values stay text:
/// make_mac_spec() complains about all of them at once. `options` must outlive the parsing.
void add_mac_options(CLI::App* verb, mac::MacOptions& options);

/// What an architecture is to be good at; absent: the portable default is built.
struct ArchitectureAim {
    std::optional<std::string> target;     ///< a name that `synth --target` takes
    std::optional<std::string> objective;  ///< "area" where a target alone is given
};

/// Registers --optimize; the verb itself has --target.
void add_optimize_option(CLI::App* verb, ArchitectureAim& aim);

/// Asks for the architecture that the aim chooses, where the options ask for none, and tells which
/// on stderr. The aim's own complaints; a unit that cannot be made is left to make_mac_spec().
std::vector<Complaint> choose_architecture(const Session& session, const ArchitectureAim& aim,
                                           mac::MacOptions& options);

}  // namespace bitshed::cli
