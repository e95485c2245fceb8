#include "harness/verilator.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "harness/bench_text.hpp"
#include "harness/kept_log.hpp"
#include "support/check.hpp"
#include "support/files.hpp"
#include "support/process.hpp"
#include "support/text.hpp"
#include "templates/pages.hpp"

namespace bitshed::harness {

namespace fs = std::filesystem;

namespace {

/// The first line a program prints on stdout.
Result<std::string> ask(const std::vector<std::string>& arguments, const fs::path& folder,
                        const Deadline& deadline) {
    const fs::path answer = folder / "answer";
    auto ended = run({.arguments = arguments,
                      .folder = folder,
                      .log = folder / "answer.log",
                      .standard_output = answer,
                      .limit = std::min(std::chrono::seconds(60), deadline.left())});
    if (!ended.ok()) return ended.error();
    auto text = read_file(answer);
    if (!text.ok()) return text.error();
    const std::string line(trim(split(text.value(), '\n').front()));
    if (ended.value().status != 0 || line.empty())
        return Error(ErrorKind::tool, fmt::format("`{}` gave no answer (exit status {})",
                                                  shell_line(arguments), ended.value().status));
    return line;
}

/// What went wrong with a tool that ran. The log is kept, under a name that tells the purpose; but
/// not that of a bench of several units, which are built again one by one.
Error tool_failure(const Ended& ended, const fs::path& log, const std::string& purpose,
                   const std::string& problem, std::size_t units = 1) {
    const auto kept = units > 1 ? log : keep_log(log, purpose);
    if (ended.out_of_time)
        return Error(ErrorKind::timeout,
                     fmt::format("{}: out of time (log: {})", problem, kept.string()));
    return Error(ErrorKind::tool, fmt::format("{} (log: {})", problem, kept.string()));
}

/// The units' modules for a message: one name, or how many there are.
std::string names_of(const std::vector<BenchUnit>& units) {
    return units.size() == 1 ? units[0].unit->manifest.module
                             : fmt::format("{}_units", units.size());
}

/// The files of Verilator's run-time library that a bench needs, from the makefile beside it: the
/// words on the continued lines of `VM_GLOBAL_FAST +=` and `VM_GLOBAL_SLOW +=`, one on each.
std::vector<std::string> runtime_files(const std::string& makefile) {
    std::vector<std::string> files;
    bool inside = false;
    for (const std::string& line : split(makefile, '\n')) {
        if (line.starts_with("VM_GLOBAL_FAST") || line.starts_with("VM_GLOBAL_SLOW")) {
            inside = true;
            continue;
        }
        if (line.empty() || line[0] != '\t') inside = false;
        std::string_view word = trim(line);
        if (word.ends_with('\\')) word = trim(word.substr(0, word.size() - 1));
        if (inside && !word.empty()) files.emplace_back(word);
    }
    return files;
}

constexpr const char* generated_folder = "generated";
constexpr const char* cell_file = "ecp5_carry_cell.v";

/// Shorter simulations take less time than it takes to compile them well.
constexpr std::size_t many_rows = 1'000'000;

}  // namespace

Verilator::Verilator(fs::path folder, const Deadline& deadline)
    : folder_(std::move(folder)), deadline_(deadline) {}

Verilator::~Verilator() {
    for (const auto& [name, compiled] : runtime_) compiled.wait();
}

Result<std::unique_ptr<Verilator>> Verilator::find(const fs::path& folder,
                                                   const Deadline& deadline) {
    std::unique_ptr<Verilator> found(new Verilator(folder, deadline));
    const auto version = ask({"verilator", "--version"}, folder, deadline);
    if (!version.ok()) return version.error();
    // Verilator 5.006 2023-01-22 rev (Debian 5.006-3)
    const auto words = split(version.value(), ' ');
    if (words.size() < 2 || words[0] != "Verilator")
        return Error(ErrorKind::tool,
                     fmt::format("`verilator --version` says {}", printable(version.value())),
                     "Verilator 5.006 or later");
    found->version_ = words[0] + " " + words[1];
    const auto root = ask({"verilator", "--getenv", "VERILATOR_ROOT"}, folder, deadline);
    if (!root.ok()) return root.error();
    found->root_ = root.value();
    // They take longer than a bench and hardly ever differ, so they are begun at once.
    found->runtime("verilated");
    found->runtime("verilated_threads");
    return found;
}

std::vector<std::string> Verilator::compile_command() const {
    return {"g++",
            "-std=gnu++17",
            "-w",
            "-I" + (root_ / "include").string(),
            "-I" + (root_ / "include" / "vltstd").string(),
            "-DVERILATOR=1",
            "-DVM_COVERAGE=0",
            "-DVM_SC=0",
            "-DVM_TRACE=0",
            "-DVM_TRACE_FST=0",
            "-DVM_TRACE_VCD=0",
            "-c"};
}

std::shared_future<Outcome> Verilator::runtime(const std::string& file) {
    const std::lock_guard lock(starting_);
    const auto known = runtime_.find(file);
    if (known != runtime_.end()) return known->second;
    const auto compile = [this, file]() -> Outcome {
        auto arguments = compile_command();
        // Not much of it runs: compiling it well would take longer than it saves.
        for (const std::string& more :
             {std::string("-O0"), (root_ / "include" / (file + ".cpp")).string(), std::string("-o"),
              file + ".o"})
            arguments.push_back(more);
        const fs::path log = folder_ / (file + ".log");
        auto ended =
            run({.arguments = arguments, .folder = folder_, .log = log, .limit = deadline_.left()});
        if (!ended.ok()) return ended.error();
        if (ended.value().status != 0)
            return tool_failure(ended.value(), log, "verilator-runtime",
                                fmt::format("g++ could not compile Verilator's {}.cpp", file));
        return success();
    };
    return runtime_.emplace(file, std::async(std::launch::async, compile)).first->second;
}

namespace {

/// Writes the units, the bench around them and its driver.
Outcome write_sources(const std::vector<BenchUnit>& units, const fs::path& folder, Bench& bench) {
    std::vector<Instance> instances;
    for (const BenchUnit& each : units) {
        instances.push_back(
            {each.unit->manifest.module, each.layout, bench.stimulus_words, bench.response_words});
        bench.stimulus_words += each.layout->stimulus_words;
        bench.response_words += each.layout->response_words;
        if (auto written = write_file(folder / "units" / (each.unit->manifest.module + ".v"),
                                      each.unit->verilog);
            !written.ok())
            return written;
        if (!each.unit->include_folder.empty()) {
            // A link has a name that no tool trips over, whatever the folder's own is.
            std::error_code failure;
            fs::create_directory_symlink(fs::absolute(each.unit->include_folder),
                                         folder / "include", failure);
        }
    }
    // Three words at least: only then Verilator keeps a port in an array of words.
    bench.stimulus_words = std::max<std::size_t>(3, bench.stimulus_words);
    bench.response_words = std::max<std::size_t>(3, bench.response_words);
    if (auto written = write_file(
            folder / bench_file, bench_text(instances, bench.stimulus_words, bench.response_words));
        !written.ok())
        return written;
    if (auto written = write_file(folder / cell_file, templates::ecp5_carry_cell_v); !written.ok())
        return written;
    return write_file(folder / "driver.cpp", templates::verilator_driver_cpp);
}

}  // namespace

Result<Bench> Verilator::build(const std::vector<BenchUnit>& units, std::size_t rows,
                               const fs::path& folder) {
    check(!units.empty(), "a bench has a unit");
    Bench bench;
    if (auto written = write_sources(units, folder, bench); !written.ok()) return written.error();

    // --x-initial unique with the driver's randReset: registers start at anything.
    std::vector<std::string> arguments{
        "verilator", "--cc",           "--prefix", "Vbench",     "--top-module", "bitshed_bench",
        "-Mdir",     generated_folder, "-Wall",    "-Wno-fatal", "--no-timing",  "--x-initial",
        "unique",    "--x-assign",     "unique",   "-Iinclude",  bench_file};
    for (const BenchUnit& each : units)
        arguments.push_back("units/" + each.unit->manifest.module + ".v");
    if (units[0].reading == Reading::synthesis) {
        arguments.push_back("+define+SYNTHESIS");
        const bool brings_its_own =
            std::any_of(units.begin(), units.end(), [](const BenchUnit& each) {
                return each.unit->verilog.find("module CCU2C") != std::string::npos;
            });
        if (!brings_its_own) arguments.push_back(cell_file);
    }
    const fs::path log = folder / "verilator.log";
    auto verilated =
        run({.arguments = arguments, .folder = folder, .log = log, .limit = deadline_.left()});
    if (!verilated.ok()) return verilated.error();
    const auto text = read_file(log);
    if (!text.ok()) return text.error();
    const auto messages = parse_verilator_log(text.value());
    auto problems = misfits(messages);
    const std::string names = names_of(units);
    if (verilated.value().status != 0 && problems.empty()) {
        const auto error = std::find_if(messages.begin(), messages.end(), [](const auto& message) {
            return message.severity == LintMessage::Severity::error;
        });
        problems.push_back("Verilator cannot read it: " +
                           (error == messages.end()
                                ? fmt::format("exit status {}", verilated.value().status)
                                : describe(*error)));
    }
    if (!problems.empty()) {
        std::string all;
        for (const std::string& problem : problems) all += (all.empty() ? "" : "; ") + problem;
        return tool_failure(verilated.value(), log, "verilator-" + names, names + ": " + all,
                            units.size());
    }

    for (const BenchUnit& each : units) {
        auto& lint = bench.lint.emplace_back();
        for (const LintMessage& message : messages)
            if (message.file == "units/" + each.unit->manifest.module + ".v")
                lint.push_back(describe(message));
    }

    // One file that includes all is compiled faster than many.
    std::vector<std::string> generated;
    for (const auto& entry : fs::directory_iterator(folder / generated_folder))
        if (entry.path().extension() == ".cpp") generated.push_back(entry.path().filename());
    std::sort(generated.begin(), generated.end());
    std::string all = "#include \"driver.cpp\"\n";
    for (const std::string& file : generated) all += fmt::format("#include \"{}\"\n", file);
    if (auto written = write_file(folder / "all.cpp", all); !written.ok()) return written.error();

    const auto makefile = read_file(folder / generated_folder / "Vbench_classes.mk");
    if (!makefile.ok()) return makefile.error();
    std::vector<std::string> link{"g++", "all.o", "-pthread", "-o", "bench"};
    std::vector<std::shared_future<Outcome>> runtime_parts;
    for (const std::string& file : runtime_files(makefile.value())) {
        runtime_parts.push_back(runtime(file));
        link.push_back((folder_ / (file + ".o")).string());
    }

    auto compile = compile_command();
    for (const std::string& more :
         {std::string(rows > many_rows ? "-O1" : "-O0"), std::string("-I."),
          std::string("-I") + generated_folder, std::string("all.cpp")})
        compile.push_back(more);
    const fs::path compile_log = folder / "compile.log";
    for (const auto& command : {compile, link}) {
        if (command == link)
            for (const auto& part : runtime_parts)
                if (!part.get().ok()) return part.get().error();
        auto ended = run({.arguments = command,
                          .folder = folder,
                          .log = compile_log,
                          .limit = deadline_.left()});
        if (!ended.ok()) return ended.error();
        if (ended.value().status != 0)
            return tool_failure(ended.value(), compile_log, "verilator-" + names,
                                fmt::format("{}: g++ could not compile what Verilator made", names),
                                units.size());
    }
    bench.names = names;
    bench.executable = fs::absolute(folder / "bench");
    return bench;
}

Result<std::vector<std::uint32_t>> Verilator::simulate(const Bench& bench,
                                                       const std::vector<std::uint32_t>& stimulus,
                                                       std::size_t rows, std::uint64_t seed) {
    check(stimulus.size() == rows * bench.stimulus_words, "every row has all its words");
    const fs::path folder = bench.executable.parent_path();
    const auto bytes = std::string_view(reinterpret_cast<const char*>(stimulus.data()),
                                        stimulus.size() * sizeof(std::uint32_t));
    if (auto written = write_file(folder / "stimulus", bytes); !written.ok())
        return written.error();
    const fs::path log = folder / "simulation.log";
    auto ended = run({.arguments = {bench.executable.string(), "stimulus", "response",
                                    std::to_string(rows), std::to_string(seed % 0x7ffffffe + 1)},
                      .folder = folder,
                      .log = log,
                      .limit = deadline_.left()});
    if (!ended.ok()) return ended.error();
    if (ended.value().status != 0 || ended.value().out_of_time)
        return tool_failure(
            ended.value(), log, "simulation-" + bench.names,
            bench.names + ": " +
                (ended.value().out_of_time
                     ? std::string("the simulation did not come to an end")
                     : fmt::format("the simulation ended by itself or crashed (exit status {})",
                                   ended.value().status)),
            bench.lint.size());

    std::vector<std::uint32_t> response((rows + 1) * bench.response_words);
    std::ifstream file(folder / "response", std::ios::binary);
    const auto size = static_cast<std::streamsize>(response.size() * sizeof(std::uint32_t));
    if (!file.read(reinterpret_cast<char*>(response.data()), size) ||
        file.peek() != std::ifstream::traits_type::eof())
        return Error(
            ErrorKind::tool,
            fmt::format("{}: the simulation gave less or more than {} cycles", bench.names, rows));
    return response;
}

}  // namespace bitshed::harness
