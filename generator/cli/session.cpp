#include "cli/session.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <thread>

namespace bitshed::cli {

int Session::job_count() const {
    return jobs > 0 ? jobs : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

void Session::print(std::string_view text) {
    std::fwrite(text.data(), 1, text.size(), stdout);
}

void Session::print_json(const nlohmann::ordered_json& document) {
    // File names may hold bytes that are no UTF-8; JSON may not.
    print(document.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n");
}

void Session::progress(std::string_view line) const {
    if (!quiet) diagnose(line);
}

void Session::diagnose(std::string_view line) {
    fmt::print(stderr, "{}\n", line);
}

ExitCode Session::fail(const Error& error) {
    for (const auto& complaint : error.complaints) {
        diagnose(fmt::format("bitshed: {}", complaint.problem));
        if (!complaint.allowed.empty()) diagnose(fmt::format("  allowed: {}", complaint.allowed));
    }
    return static_cast<ExitCode>(error.kind);
}

CLI::App* add_verb(CLI::App& app, Session& session, const std::string& name,
                   const std::string& description, const std::string& examples,
                   std::function<ExitCode()> body) {
    CLI::App* verb = app.add_subcommand(name, description);
    verb->footer("Examples:\n" + examples + "\n");
    verb->fallthrough();
    verb->callback([&session, body = std::move(body)] { session.exit_code = body(); });
    return verb;
}

}  // namespace bitshed::cli
