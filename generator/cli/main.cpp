// The command line: parses, runs one verb, turns what happened into an exit code.
#include <fmt/format.h>

#include <csignal>
#include <cstdio>
#include <exception>

#include "cli/session.hpp"
#include "support/check.hpp"
#include "support/process.hpp"
#include "support/text.hpp"
#include "support/version.hpp"

namespace {

int run(int argc, char** argv) {
    using namespace bitshed::cli;
    Session session;
    session.arguments.assign(argv, argv + argc);
    CLI::App app{
        "bitshed: multiply-accumulate units for minifloats and integers of 2 to 8 bits,\n"
        "in Verilog, judged over every operand pair and measured with open tools."};
    app.name("bitshed");
    app.set_version_flag("--version", fmt::format("bitshed {}", bitshed::version));
    app.add_flag("--json", session.json, "One JSON document on stdout, nothing else");
    app.add_flag("--quiet", session.quiet, "No progress on stderr");
    app.add_option("--jobs", session.jobs, "Tasks at once (default: the number of processors)")
        ->check(CLI::Range(1, 1024));
    app.require_subcommand(1);
    app.footer("`bitshed VERB --help` shows a verb's options and examples.");
    add_formats(app, session);
    add_format(app, session);
    add_encode(app, session);
    add_decode(app, session);
    add_gen(app, session);
    add_model(app, session);
    add_verify(app, session);
    add_prove(app, session);
    add_synth(app, session);
    add_sweep(app, session);
    add_sweep_jobs(app, session);
    add_quantize(app, session);
    add_report(app, session);
    add_cast(app, session);
    add_doctor(app, session);
    try {
        app.parse(argc, argv);
    } catch (const CLI::Success& asked) {  // --help, --version
        return app.exit(asked);
    } catch (const CLI::ParseError& wrong) {
        // What was typed stands in these words: only its printable part is shown.
        const std::string quoted = bitshed::printable(wrong.what(), 300);
        Session::diagnose(fmt::format("bitshed: {}", quoted.substr(1, quoted.size() - 2)));
        Session::diagnose(
            "  `bitshed --help` lists the verbs, `bitshed VERB --help` a verb's options");
        return static_cast<int>(bitshed::ErrorKind::request);
    }
    if (std::fflush(stdout) != 0) {
        Session::diagnose("bitshed: cannot write to standard output");
        return static_cast<int>(bitshed::ErrorKind::files);
    }
    return session.exit_code;
}

}  // namespace

int main(int argc, char** argv) {
    // A reader that goes away (`bitshed formats | head -1`) is no crash: writes fail instead.
    std::signal(SIGPIPE, SIG_IGN);
    bitshed::end_programs_with_us();
    try {
        return run(argc, argv);
    } catch (const std::exception& bug) {
        fmt::print(
            stderr,
            "bitshed: internal error: {}\n"
            "  This is a bug of bitshed's, not yours; please report it with the command line.\n",
            bug.what());
        return bitshed::cli::our_own_bug;
    }
}
