// run_network MODEL.onnx IN.npy OUT.npy [MODEL IN OUT]...: runs each network in float32 as the
// quantizer does, and writes what it gives. What cannot run is told on stdout, a line each, and
// leaves no file; other trouble ends it.
#include <ATen/ATen.h>

#include <cstdio>
#include <cstdlib>

#include "quant/executor.hpp"
#include "quant/npy.hpp"
#include "quant/onnx_import.hpp"

namespace {

using namespace bitshed;
using namespace bitshed::quant;

at::Tensor read_tensor(const char* path) {
    auto array = read_npy(path);
    check(array.ok(), "the input can be read");
    const std::vector<std::int64_t> shape(array.value().shape.begin(), array.value().shape.end());
    const auto floats = to_floats(std::move(array).value(), path);
    return at::from_blob(const_cast<float*>(floats.value().data()), shape, at::kFloat).clone();
}

Outcome run_one(const char* model, const char* in, const char* out) {
    auto imported = import_onnx(model);
    if (!imported) return imported.error();
    Graph graph = std::move(imported).value();
    if (const auto folded = fold_constants(graph); !folded) return folded;
    const auto output = Executor(graph).run(read_tensor(in));
    if (!output) return output.error();
    const at::Tensor dense = output.value().to(at::kFloat).contiguous();
    const std::vector<std::size_t> shape(dense.sizes().begin(), dense.sizes().end());
    return write_npy(out, shape,
                     {dense.data_ptr<float>(), static_cast<std::size_t>(dense.numel())});
}

}  // namespace

int main(int argc, char** argv) {
    for (int at = 1; at + 2 < argc; at += 3) {
        const auto done = run_one(argv[at], argv[at + 1], argv[at + 2]);
        if (!done)
            std::printf("%s: %d: %s\n", argv[at], static_cast<int>(done.error().kind),
                        problems_of(done.error()).c_str());
    }
    return 0;
}
