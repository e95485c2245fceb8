// bitshed doctor: which outside programs are there, and what they are for.
#include "flows/doctor.hpp"

#include "cli/session.hpp"
#include "cli/table.hpp"

namespace bitshed::cli {

namespace {

ExitCode diagnose(const Session& session) {
    const flows::Diagnosis diagnosis = flows::examine();
    if (session.json) {
        Session::print_json(flows::to_json(diagnosis));
        return done;
    }
    TextTable tools({{"tool"}, {"version"}, {"needed for"}, {"where, or how to get it"}});
    for (const auto& tool : diagnosis.tools)
        tools.add({tool.name, tool.version.value_or("missing"), tool.needed_for,
                   tool.path ? *tool.path : tool.how_to_get});
    TextTable targets({{"target"}, {"available"}, {"why not"}});
    for (const auto& target : diagnosis.targets)
        targets.add({target.name, target.why_not.empty() ? "yes" : "no", target.why_not});
    Session::print(tools.text() + "\n" + targets.text());
    return done;
}

}  // namespace

void add_doctor(CLI::App& app, Session& session) {
    add_verb(app, session, "doctor",
             "List the outside programs: found or not, what for, how to get them",
             "  bitshed doctor\n"
             "  bitshed doctor --json",
             [&session] { return diagnose(session); });
}

}  // namespace bitshed::cli
