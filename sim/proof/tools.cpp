#include "proof/tools.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "support/check.hpp"
#include "support/files.hpp"
#include "support/process.hpp"
#include "support/text.hpp"
#include "templates/pages.hpp"

namespace bitshed::proof {

namespace fs = std::filesystem;

namespace {

Error failure(const std::string& what, const fs::path& log) {
    return {ErrorKind::tool, fmt::format("{}; the log is {}", what, printable(log.string(), 400))};
}

/// The line that begins "ERROR:", and the check that was under way.
std::string complaint_of_yosys(const std::string& log) {
    std::string error, checked;
    for (const std::string& line : split(log, '\n')) {
        if (line.starts_with("ERROR:") && error.empty()) error = line.substr(6);
        if (line.starts_with("bitshed: ")) checked = line.substr(9);
    }
    if (!checked.empty() && error.find("election") != std::string::npos)
        return fmt::format("it is not so that {}", checked);
    return error.empty() ? "it does not say why" : std::string(trim(printable(error, 300)));
}

}  // namespace

Result<Netlist> read_netlist(const SourceFile& source, const Tools& tools,
                             const Deadline& deadline) {
    const std::string stem = source.name.substr(0, source.name.rfind('.'));
    std::string include;
    if (!source.include_folder.empty()) {
        // A link has a name that no tool trips over, whatever the folder's own is.
        const fs::path link = tools.folder / "include";
        std::error_code ignored;
        fs::remove(link, ignored);
        fs::create_directory_symlink(source.include_folder, link, ignored);
        include = "-Iinclude";
    }
    const std::string graph = stem + ".aig";
    std::error_code ignored;
    fs::remove(tools.folder / graph, ignored);
    if (auto written = write_file(tools.folder / source.name, source.text); !written)
        return written.error();
    if (auto written = write_file(tools.folder / "ripple.v", templates::proof_ripple_v); !written)
        return written.error();
    // Yosys's own models of the cells: another opinion than the judge's.
    const std::string cells =
        source.cells
            ? fmt::format("read_verilog -defer -overwrite +/{}/cells_sim.v\n", *source.cells)
            : std::string();
    const std::string script = fill_page(templates::proof_netlist_ys, {{"MODULE", source.module},
                                                                       {"FILE", source.name},
                                                                       {"INCLUDE", include},
                                                                       {"CELLS", cells},
                                                                       {"CLOCK", source.clock},
                                                                       {"OUTPUT", graph}});
    if (auto written = write_file(tools.folder / (stem + ".ys"), script); !written)
        return written.error();

    Command command;
    command.arguments = tools.yosys;
    const std::string log_name = stem + "_yosys.log";
    for (const std::string& more : {std::string("-q"), std::string("-l"), log_name, stem + ".ys"})
        command.arguments.push_back(more);
    command.folder = tools.folder;
    command.environment = tools.environment;
    const fs::path log = tools.folder / log_name;
    command.log = tools.folder / (stem + "_yosys.err");
    command.limit = deadline.left();
    fs::remove(log, ignored);
    const auto ended = run(command);
    if (!ended) return ended.error();
    if (ended.value().out_of_time)
        return Error(ErrorKind::timeout,
                     fmt::format("Yosys did not come to an end with {}", source.name));
    std::string said;
    for (const fs::path& file : {log, command.log})
        if (const auto text = read_file(file)) said += text.value() + "\n";
    if (ended.value().status != 0)
        return failure(fmt::format("Yosys cannot take {} for a proof: {}", source.module,
                                   complaint_of_yosys(said)),
                       log);
    const auto text = read_file(tools.folder / graph);
    if (!text) return failure("Yosys ended well and wrote no graph", log);
    return netlist_from_aiger(text.value());
}

std::vector<char> evaluate(const Aig& aig, const std::vector<char>& inputs,
                           const std::vector<Literal>& asked) {
    check(inputs.size() == aig.inputs().size(), "every input has a value");
    std::vector<char> values(aig.nodes().size(), 0);
    for (std::size_t i = 0; i < inputs.size(); ++i) values[aig.inputs()[i]] = inputs[i];
    const auto value = [&](Literal x) {
        return static_cast<char>(values[node_of(x)] ^ static_cast<char>(x & 1));
    };
    for (std::uint32_t node = 1; node < aig.nodes().size(); ++node)
        if (!aig.is_input(node))
            values[node] =
                static_cast<char>(value(aig.nodes()[node].left) & value(aig.nodes()[node].right));
    std::vector<char> answers;
    for (const Literal x : asked) answers.push_back(value(x));
    return answers;
}

Result<Answer> can_be_true(const Aig& aig, const std::vector<Literal>& outputs,
                           const std::string& name, const Tools& tools,
                           std::chrono::seconds limit) {
    std::vector<Literal> open;  // what is not decided already, each once
    for (const Literal output : outputs)
        if (output != constant_false) open.push_back(output);
    std::sort(open.begin(), open.end());
    open.erase(std::unique(open.begin(), open.end()), open.end());
    if (open.empty()) return Answer{Answer::Kind::never, {}};
    const std::size_t input_count = aig.inputs().size();
    if (open.back() == constant_true || open.front() == constant_true) {
        return Answer{Answer::Kind::sometimes, std::vector<char>(input_count, 0)};
    }

    const std::string graph = name + ".aig", example = name + ".cex";
    std::error_code ignored;
    fs::remove(tools.folder / example, ignored);
    if (auto written = write_file(tools.folder / graph, aiger_text(aig, open)); !written)
        return written.error();
    Command command;
    command.arguments = tools.abc;
    command.arguments.emplace_back("-q");
    command.arguments.push_back(
        fmt::format("read_aiger {}; &get; &cec -m -C 100000000 -T {}; write_cex {}", graph,
                    limit.count(), example));
    command.folder = tools.folder;
    command.environment = tools.environment;
    command.log = tools.folder / (name + "_abc.log");
    command.limit = limit + std::chrono::seconds(5);
    const auto ended = run(command);
    if (!ended) return ended.error();
    if (ended.value().out_of_time) return Answer{};
    const auto said = read_file(command.log);
    if (!said) return said.error();
    // "Networks are equivalent.  Time = 0.01 sec", "Networks are NOT EQUIVALENT.  Time = ...",
    // "Networks are UNDECIDED.  Time = ...", "Timed out after 7 seconds.".
    const auto says = [&](const char* words) {
        return said.value().find(words) != std::string::npos;
    };
    const bool equal = says("Networks are equivalent");
    const bool different = says("Networks are NOT EQUIVALENT");
    if (equal != different && ended.value().status == 0) {
        if (equal) return Answer{Answer::Kind::never, {}};
        // One digit an input, then "# DONE".
        const auto text = read_file(tools.folder / example);
        Answer answer{Answer::Kind::sometimes, {}};
        for (const char digit : text ? text.value() : std::string()) {
            if ((digit != '0' && digit != '1') || answer.inputs.size() == input_count) break;
            answer.inputs.push_back(digit == '1' ? 1 : 0);
        }
        if (answer.inputs.size() != input_count)
            return failure("ABC found a difference and wrote no values for it", command.log);
        const auto values = evaluate(aig, answer.inputs, open);
        if (std::find(values.begin(), values.end(), 1) == values.end())
            return failure("ABC found a difference that is none", command.log);
        return answer;
    }
    // Seen once in a hundred proofs on a machine that was short of time: no verdict at all, and
    // write_cex's "Counter-example is not available."
    const bool silent = says("Counter-example is not available") && ended.value().status == 0;
    if (says("UNDECIDED") || says("Timed out") || (silent && !equal && !different)) return Answer{};
    return failure("ABC does not say whether two graphs are the same", command.log);
}

}  // namespace bitshed::proof
