// In bitshed: LibTorch takes half a second to load, which other verbs should not pay for.
#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>

#include "cli/quantizer/quantizer.hpp"
#include "support/process.hpp"

namespace bitshed::cli {

Result<quant::QuantizeResult> run_quantizer(const quant::QuantizeRequest& /*request*/,
                                            const std::vector<std::string>& arguments) {
    const auto sibling = find_beside("bitshed-quantize");
    if (!sibling)
        return Error(
            ErrorKind::tool,
            "this build of bitshed has no quantizer: there is no bitshed-quantize beside it",
            "`./setup.sh` in the checkout installs LibTorch and ONNX (Debian's libtorch-dev "
            "and libonnx-dev); build bitshed again after it");
    // Threads that wait for work should not spin: other programs use the processors too. It must be
    // known before the OpenMP library is loaded.
    ::setenv("OMP_WAIT_POLICY", "passive", 0);
    std::vector<char*> argv;
    for (const std::string& argument : arguments)
        argv.push_back(const_cast<char*>(argument.c_str()));
    argv.push_back(nullptr);
    ::execv(sibling->c_str(), argv.data());
    return Error(ErrorKind::tool, fmt::format("{} cannot be started", sibling->string()));
}

}  // namespace bitshed::cli
