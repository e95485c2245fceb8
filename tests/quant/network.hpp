// Small networks of random weights, for tests of techniques.
#pragma once

#include <cmath>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "quant/graph.hpp"
#include "quant/images.hpp"

namespace network {

using bitshed::quant::Graph;
using bitshed::quant::ImageSet;
using bitshed::quant::no_value;
using bitshed::quant::Node;
using bitshed::quant::NodeId;
using bitshed::quant::Op;
using bitshed::quant::Tensor;
using bitshed::quant::ValueId;

using Shape = std::vector<std::int64_t>;

/// Builds a graph node by node; what a function returns is the value it computes.
class Builder {
  public:
    explicit Builder(Shape image, unsigned seed = 1) : random_(seed) {
        graph.input = graph.add_value("images");
        image.insert(image.begin(), 0);
        graph.input_shape = std::move(image);
    }

    /// Normal numbers around `mean`.
    ValueId numbers(Shape shape, float deviation = 1, float mean = 0) {
        std::normal_distribution<float> draw(mean, deviation);
        std::vector<float> reals(static_cast<std::size_t>(bitshed::quant::element_count(shape)));
        for (float& x : reals) x = draw(random_);
        return constant(std::move(shape), std::move(reals));
    }
    /// From `low` to `high`, evenly on a scale of logarithms: channels of very different ranges.
    ValueId spread(std::int64_t count, float low, float high) {
        std::uniform_real_distribution<float> draw(std::log(low), std::log(high));
        std::vector<float> reals(static_cast<std::size_t>(count));
        for (float& x : reals) x = std::exp(draw(random_));
        return constant({count}, std::move(reals));
    }
    ValueId constant(Shape shape, std::vector<float> reals) {
        Tensor tensor;
        tensor.shape = std::move(shape);
        tensor.reals = std::move(reals);
        return graph.add_value("constant", std::move(tensor));
    }
    ValueId integers(std::vector<std::int64_t> numbers) {
        Tensor tensor;
        tensor.element = bitshed::quant::Element::integer;
        tensor.shape = {static_cast<std::int64_t>(numbers.size())};
        tensor.integers = std::move(numbers);
        return graph.add_value("constant", std::move(tensor));
    }

    /// Adds a node; attributes are set afterwards, through last().
    ValueId node(Op op, std::vector<ValueId> inputs) {
        Node made;
        made.op = op;
        made.name = "node" + std::to_string(graph.nodes.size());
        made.inputs = std::move(inputs);
        made.outputs = {graph.add_value("value")};
        graph.nodes.push_back(made);
        return made.outputs.front();
    }
    Node& last() { return graph.nodes.back(); }

    ValueId conv(ValueId x, std::int64_t outputs, std::int64_t inputs, std::int64_t kernel,
                 std::int64_t groups = 1, ValueId bias = no_value) {
        const ValueId weight = numbers({outputs, inputs / groups, kernel, kernel});
        const ValueId y = node(
            Op::conv, bias == no_value ? std::vector{x, weight} : std::vector{x, weight, bias});
        last().attributes.groups = groups;
        last().attributes.pads = Shape(4, kernel / 2);
        return y;
    }
    ValueId batch_norm(ValueId x, std::int64_t channels) {
        return node(Op::batch_norm, {x, spread(channels, 0.1F, 10), numbers({channels}, 0.5F),
                                     numbers({channels}, 0.5F), spread(channels, 0.1F, 10)});
    }
    ValueId relu6(ValueId x) {
        const ValueId y = node(Op::clip, {x});
        last().attributes.low = 0;
        last().attributes.high = 6;
        return y;
    }
    /// The mean of each channel's picture, as a row.
    ValueId rows_of(ValueId x) {
        const ValueId mean = node(Op::global_average_pool, {x});
        const ValueId row = node(Op::flatten, {mean});
        last().attributes.axis = 1;
        return row;
    }
    /// A picture as a sequence of tokens: N C H W to N (H W) C.
    ValueId tokens_of(ValueId x, std::int64_t channels) {
        const ValueId flat = node(Op::reshape, {x, integers({0, channels, -1})});
        const ValueId tokens = node(Op::transpose, {flat});
        last().attributes.permutation = {0, 2, 1};
        return tokens;
    }
    ValueId layer_norm(ValueId x, std::int64_t channels) {
        const ValueId y =
            node(Op::layer_norm, {x, spread(channels, 0.1F, 10), numbers({channels}, 0.5F)});
        last().attributes.axis = -1;
        return y;
    }
    ValueId linear(ValueId x, std::int64_t inputs, std::int64_t outputs) {
        const ValueId product = node(Op::matmul, {x, numbers({inputs, outputs}, 0.3F)});
        return node(Op::add, {product, numbers({outputs}, 0.3F)});
    }
    Graph& end(ValueId output) {
        graph.output = output;
        return graph;
    }

    Graph graph;

  private:
    std::mt19937 random_;
};

/// Random images, labelled 0.
inline ImageSet random_images(std::size_t count, std::size_t channels, std::size_t side,
                              unsigned seed = 7) {
    std::mt19937 random(seed);
    std::normal_distribution<float> draw(0.2F, 1);
    std::vector<float> pixels(count * channels * side * side);
    for (float& x : pixels) x = draw(random);
    ImageSet images;
    images.count = count;
    images.channels = channels;
    images.height = images.width = side;
    images.pixels = std::move(pixels);
    images.mean.assign(channels, 0);
    images.deviation.assign(channels, 1);
    images.labels.assign(count, 0);
    return images;
}

}  // namespace network
