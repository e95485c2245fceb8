// In bitshed-quantize.
#include "cli/quantizer/quantizer.hpp"

namespace bitshed::cli {

Result<quant::QuantizeResult> run_quantizer(const quant::QuantizeRequest& request,
                                            const std::vector<std::string>& /*arguments*/) {
    return quant::quantize(request);
}

}  // namespace bitshed::cli
