// What is computed element by element.
#include "quant/fake_quantize.hpp"
#include "quant/kernels.hpp"

namespace bitshed::quant {

namespace {

at::ScalarType type_of(Element element) {
    switch (element) {
        case Element::real:
            return at::kFloat;
        case Element::integer:
            return at::kLong;
        case Element::boolean:
            return at::kBool;
    }
    return at::kFloat;
}

at::Tensor clip(const Node& node, const Inputs& inputs) {
    const at::Tensor low = input_or_none(inputs, 1);
    const at::Tensor high = input_or_none(inputs, 2);
    at::Tensor input = inputs[0];
    if (low.defined()) input = at::maximum(input, low);
    if (high.defined()) input = at::minimum(input, high);
    return at::clamp(input, node.attributes.low, node.attributes.high);
}

/// x * clamp(x * slope + offset, 0, 1), and the second factor alone.
at::Tensor hard_sigmoid(const at::Tensor& input, float slope, float offset) {
    return (input * slope).add_(offset).clamp_(0, 1);
}

at::Tensor quotient(const at::Tensor& a, const at::Tensor& b) {
    // Integers are divided toward zero, and stay integers.
    return at::isIntegralType(a.scalar_type(), true) ? at::div(a, b, "trunc") : at::div(a, b);
}

template <class Combine>
at::Tensor fold(const Inputs& inputs, Combine combine) {
    at::Tensor folded = inputs[0];
    for (std::size_t slot = 1; slot < inputs.size(); ++slot) folded = combine(folded, inputs[slot]);
    return folded;
}

}  // namespace

at::Tensor compute_unary(const Node& node, Inputs& inputs) {
    const Attributes& attributes = node.attributes;
    if (inputs.empty() || !inputs[0].defined()) return {};
    at::Tensor& input = inputs[0];
    const bool reuse = is_sole_owner(input);
    switch (node.op) {
        case Op::relu:
            return reuse ? at::relu_(input) : at::relu(input);
        case Op::leaky_relu:
            return at::leaky_relu(input, attributes.alpha);
        case Op::clip:
            if (reuse && inputs.size() == 1)
                return at::clamp_(input, attributes.low, attributes.high);
            return clip(node, inputs);
        case Op::sigmoid:
            return at::sigmoid(input);
        case Op::hard_sigmoid:
            return hard_sigmoid(input, attributes.alpha, attributes.beta);
        case Op::hard_swish:
            return hard_sigmoid(input, 1.0F / 6, 0.5F).mul_(input);
        case Op::tanh:
            return at::tanh(input);
        case Op::erf:
            return at::erf(input);
        case Op::gelu:
            return at::gelu(input, attributes.gelu == GeluForm::tanh ? "tanh" : "none");
        case Op::sqrt:
            return at::sqrt(input);
        case Op::exp:
            return at::exp(input);
        case Op::log:
            return at::log(input);
        case Op::negate:
            return at::neg(input);
        case Op::absolute:
            return at::abs(input);
        case Op::reciprocal:
            return at::reciprocal(input);
        case Op::floor:
            return at::floor(input);
        case Op::logical_not:
            return at::logical_not(input);
        case Op::cast:
            return input.to(type_of(attributes.element));
        case Op::fake_quantize:
            return fake_quantize(std::move(input), *attributes.quantization);
        default:
            return {};
    }
}

at::Tensor compute_binary(const Node& node, Inputs& inputs) {
    switch (node.op) {
        case Op::add:
            if (inputs[0].sizes() == inputs[1].sizes() && inputs[0].dtype() == inputs[1].dtype()) {
                if (is_sole_owner(inputs[0])) return inputs[0].add_(inputs[1]);
                if (is_sole_owner(inputs[1])) return inputs[1].add_(inputs[0]);
            }
            return at::add(inputs[0], inputs[1]);
        case Op::sub:
            return at::sub(inputs[0], inputs[1]);
        case Op::mul:
            return at::mul(inputs[0], inputs[1]);
        case Op::div:
            return quotient(inputs[0], inputs[1]);
        case Op::pow:
            return at::pow(inputs[0], inputs[1]).to(inputs[0].scalar_type());
        case Op::min:
            return fold(inputs, [](const auto& a, const auto& b) { return at::minimum(a, b); });
        case Op::max:
            return fold(inputs, [](const auto& a, const auto& b) { return at::maximum(a, b); });
        case Op::equal:
            return at::eq(inputs[0], inputs[1]);
        case Op::less:
            return at::lt(inputs[0], inputs[1]);
        case Op::greater:
            return at::gt(inputs[0], inputs[1]);
        case Op::logical_and:
            return at::logical_and(inputs[0], inputs[1]);
        case Op::logical_or:
            return at::logical_or(inputs[0], inputs[1]);
        case Op::where:
            return at::where(inputs[0], inputs[1], inputs[2]);
        default:
            return {};
    }
}

}  // namespace bitshed::quant
