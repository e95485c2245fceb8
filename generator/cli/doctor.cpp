// bitshed doctor: which outside programs are there, and what they are for.
#include "flows/doctor.hpp"

#include <filesystem>

#include "cli/session.hpp"
#include "cli/table.hpp"
#include "quant/images.hpp"
#include "support/process.hpp"
#include "support/version.hpp"

namespace bitshed::cli {

namespace {

/// The program that carries out the verb quantize: built where LibTorch and ONNX were there.
flows::ToolStatus quantizer_status() {
    flows::ToolStatus status;
    status.name = "bitshed-quantize";
    status.needed_for = "quantize";
    status.how_to_get = "./setup.sh (libtorch-dev, libonnx-dev), then build bitshed again";
    if (const auto path = find_beside(status.name)) {
        status.version = version;
        status.path = path->string();
    } else {
        status.problem = "bitshed was built without LibTorch and ONNX";
    }
    return status;
}

flows::ToolStatus data_status() {
    flows::ToolStatus status;
    status.name = "dataset-fashion-mnist";
    status.needed_for = "quantize --model NAME (a shipped network)";
    status.how_to_get = "./setup.sh, or apt-get install dataset-fashion-mnist";
    std::error_code failure;
    const auto folder = quant::fashion_mnist_folder();
    if (std::filesystem::exists(folder / "t10k-images-idx3-ubyte.gz", failure)) {
        status.version = "idx";
        status.path = folder.string();
    } else {
        status.problem = "the images of the shipped networks were not found";
    }
    return status;
}

ExitCode diagnose(const Session& session) {
    flows::Diagnosis diagnosis = flows::examine();
    diagnosis.tools.push_back(quantizer_status());
    diagnosis.tools.push_back(data_status());
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
