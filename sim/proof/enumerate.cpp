#include "proof/enumerate.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <mutex>
#include <thread>

#include "support/check.hpp"

namespace bitshed::proof {

namespace {

/// As many cases at once as there are bits in a block.
constexpr std::size_t block_words = 8;
constexpr std::size_t block_bits = 9;  // 2^9 cases
using Block = std::array<std::uint64_t, block_words>;

/// The bits of the cases 0, 1, ... of a block for the first inputs of a count.
constexpr std::array<std::uint64_t, 6> counting{0xaaaaaaaaaaaaaaaa, 0xcccccccccccccccc,
                                                0xf0f0f0f0f0f0f0f0, 0xff00ff00ff00ff00,
                                                0xffff0000ffff0000, 0xffffffff00000000};

/// One thread's work: the graph for each value of the first inputs, over all values of the others.
class Enumeration {
  public:
    Enumeration(const Aig& aig, const std::vector<Literal>& outputs,
                const std::vector<std::uint32_t>& first, const std::vector<std::uint32_t>& rest)
        : aig_(aig),
          outputs_(outputs),
          first_(first),
          rest_(rest),
          made_(aig.nodes().size(), constant_false),
          values_(aig.nodes().size()) {
        const std::vector<char> read = read_by(aig, outputs);
        for (std::uint32_t node = 1; node < read.size(); ++node)
            if (read[node] != 0 && !aig.is_input(node)) ands_.push_back(node);
    }

    /// The number of a case of the rest in which an output is true.
    std::optional<std::uint64_t> any_true(std::uint64_t first_values) {
        simplify(first_values);
        if (open_.empty()) return std::nullopt;
        if (open_.front() == constant_true) return 0;
        const std::uint64_t blocks =
            rest_.size() <= block_bits ? 1 : std::uint64_t{1} << (rest_.size() - block_bits);
        for (std::size_t i = 0; i < std::min(rest_.size(), block_bits); ++i)
            for (std::size_t word = 0; word < block_words; ++word)
                values_[rest_[i]][word] =
                    i < counting.size()
                        ? counting[i]
                        : ((word >> (i - counting.size())) & 1 ? ~std::uint64_t{0} : 0);
        for (std::uint64_t block = 0; block < blocks; ++block) {
            for (std::size_t i = block_bits; i < rest_.size(); ++i)
                values_[rest_[i]].fill((block >> (i - block_bits)) & 1 ? ~std::uint64_t{0} : 0);
            if (const auto at = evaluate()) return (block << block_bits) | *at;
        }
        return std::nullopt;
    }

  private:
    /// What is left of the graph: `program_`, and `open_`, the outputs that are not false.
    void simplify(std::uint64_t first_values) {
        for (const std::uint32_t input : rest_) made_[input] = 2 * input;
        for (std::size_t i = 0; i < first_.size(); ++i)
            made_[first_[i]] = static_cast<Literal>((first_values >> i) & 1);
        const auto made = [&](Literal x) { return made_[node_of(x)] ^ (x & 1); };
        program_.clear();
        for (const std::uint32_t node : ands_) {
            const Literal a = made(aig_.nodes()[node].left), b = made(aig_.nodes()[node].right);
            if (a == constant_false || b == constant_false || a == complement(b)) {
                made_[node] = constant_false;
            } else if (a == constant_true || a == b) {
                made_[node] = b;
            } else if (b == constant_true) {
                made_[node] = a;
            } else {
                made_[node] = 2 * node;
                program_.push_back({node, a, b});
            }
        }
        open_.clear();
        for (const Literal output : outputs_)
            if (made(output) != constant_false) open_.push_back(made(output));
        std::sort(open_.begin(), open_.end());
        open_.erase(std::unique(open_.begin(), open_.end()), open_.end());
        drop_unread();
    }

    void drop_unread() {
        read_.assign(aig_.nodes().size(), 0);
        for (const Literal x : open_) read_[node_of(x)] = 1;
        std::size_t kept = program_.size();
        for (std::size_t i = program_.size(); i-- > 0;) {
            const Step step = program_[i];
            if (read_[step.node] == 0) continue;
            read_[node_of(step.left)] = read_[node_of(step.right)] = 1;
            program_[--kept] = step;
        }
        program_.erase(program_.begin(), program_.begin() + static_cast<std::ptrdiff_t>(kept));
    }

    /// The number in the block of a case in which an output is true.
    std::optional<std::uint64_t> evaluate() {
        const auto mask = [](Literal x) { return std::uint64_t{0} - (x & 1); };
        for (const Step& step : program_) {
            const Block& left = values_[node_of(step.left)];
            const Block& right = values_[node_of(step.right)];
            const std::uint64_t left_mask = mask(step.left), right_mask = mask(step.right);
            Block& to = values_[step.node];
            for (std::size_t word = 0; word < block_words; ++word)
                to[word] = (left[word] ^ left_mask) & (right[word] ^ right_mask);
        }
        for (const Literal x : open_)
            for (std::size_t word = 0; word < block_words; ++word) {
                const std::uint64_t value = values_[node_of(x)][word] ^ mask(x);
                if (value == 0) continue;
                return 64 * word + static_cast<unsigned>(__builtin_ctzll(value));
            }
        return std::nullopt;
    }

    struct Step {
        std::uint32_t node;
        Literal left, right;
    };

    const Aig& aig_;
    const std::vector<Literal>& outputs_;
    std::vector<std::uint32_t> ands_;  // that the outputs depend on
    const std::vector<std::uint32_t>&first_, &rest_;
    std::vector<Literal> made_;  // of a node: what it is now
    std::vector<Step> program_;
    std::vector<Literal> open_;
    std::vector<char> read_;
    std::vector<Block> values_;
};

}  // namespace

Answer enumerate(const Aig& aig, const std::vector<Literal>& outputs,
                 const std::vector<Literal>& first, int jobs, const Deadline& deadline) {
    std::vector<std::uint32_t> set_first, rest;
    for (const std::uint32_t input : support(aig, outputs)) {
        const bool is_first =
            std::any_of(first.begin(), first.end(), [&](Literal x) { return node_of(x) == input; });
        (is_first ? set_first : rest).push_back(input);
    }
    check(set_first.size() + rest.size() <= greatest_enumeration, "an enumeration has an end");
    // Whole blocks are full of distinct cases.
    while (rest.size() < block_bits && !set_first.empty()) {
        rest.push_back(set_first.back());
        set_first.pop_back();
    }
    const std::uint64_t count = std::uint64_t{1} << set_first.size();
    std::atomic<std::uint64_t> next{0};
    std::atomic<bool> over{false};
    std::mutex telling;
    Answer answer{Answer::Kind::never, {}};
    const auto work = [&] {
        Enumeration enumeration(aig, outputs, set_first, rest);
        for (std::uint64_t number = next++; number < count && !over; number = next++) {
            const auto found = enumeration.any_true(number);
            const std::lock_guard lock(telling);
            if (found && answer.kind != Answer::Kind::sometimes) {
                answer = {Answer::Kind::sometimes, std::vector<char>(aig.inputs().size(), 0)};
                for (std::size_t i = 0; i < aig.inputs().size(); ++i) {
                    const auto value = [&](const std::vector<std::uint32_t>& inputs,
                                           std::uint64_t bits) {
                        const auto at = std::find(inputs.begin(), inputs.end(), aig.inputs()[i]);
                        if (at != inputs.end())
                            answer.inputs[i] =
                                static_cast<char>((bits >> (at - inputs.begin())) & 1);
                    };
                    value(set_first, number);
                    value(rest, *found);
                }
                over = true;
            } else if (deadline.passed() && !over) {
                answer = Answer{};
                over = true;
            }
        }
    };
    {
        std::vector<std::jthread> threads;
        for (int i = 1; i < jobs; ++i) threads.emplace_back(work);
        work();
    }
    if (answer.kind == Answer::Kind::sometimes) {
        const auto values = evaluate(aig, answer.inputs, outputs);
        check(std::find(values.begin(), values.end(), 1) != values.end(),
              "a case that was found is one");
    }
    return answer;
}

}  // namespace bitshed::proof
