// The verb quantize reaches LibTorch through this one function. The program bitshed, which should
// start at once, hands over to its sibling bitshed-quantize; there it is the quantizer itself.
#pragma once

#include <string>
#include <vector>

#include "quant/engine.hpp"
#include "support/result.hpp"

namespace bitshed::cli {

/// Runs the quantizer, here or in the sibling program, which is given the same `arguments` (argv)
/// and in the latter case ends this process. Error (tool): this build has no quantizer. Else as
/// quant::quantize.
Result<quant::QuantizeResult> run_quantizer(const quant::QuantizeRequest& request,
                                            const std::vector<std::string>& arguments);

}  // namespace bitshed::cli
