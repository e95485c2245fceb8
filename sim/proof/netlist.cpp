#include "proof/netlist.hpp"

#include <fmt/format.h>

#include <optional>

#include "support/check.hpp"
#include "support/text.hpp"

namespace bitshed::proof {

namespace {

class AigerReader {
  public:
    explicit AigerReader(std::string_view text) : text_(text) {}

    Result<Netlist> read() {
        if (!read_header() || !read_ands() || !read_symbols())
            return Error(ErrorKind::tool,
                         fmt::format("Yosys wrote an AIGER file that cannot be read: byte {}", at_),
                         "AIGER 1.9, binary, with symbols");
        return std::move(netlist_);
    }

  private:
    std::optional<std::string_view> line() {
        const std::size_t end = text_.find('\n', at_);
        if (end == std::string_view::npos) return std::nullopt;
        const auto found = text_.substr(at_, end - at_);
        at_ = end + 1;
        return found;
    }

    static std::optional<std::uint32_t> number(std::string_view word) {
        const auto parsed = parse_whole_number(word, 0, 1 << 30);
        if (!parsed) return std::nullopt;
        return static_cast<std::uint32_t>(*parsed);
    }

    /// "aig M I L O A", then L lines "next [reset]", then O lines.
    bool read_header() {
        const auto head = line();
        if (!head) return false;
        const auto words = split(*head, ' ');
        if (words.size() != 6 || words[0] != "aig") return false;
        std::uint32_t counts[5];
        for (std::size_t i = 0; i < 5; ++i) {
            const auto count = number(words[i + 1]);
            if (!count) return false;
            counts[i] = *count;
        }
        const std::uint32_t inputs = counts[1], registers = counts[2], outputs = counts[3];
        ands_ = counts[4];
        if (counts[0] != inputs + registers + ands_ || counts[0] > text_.size() * 8) return false;
        map_.push_back(constant_false);
        for (std::uint32_t i = 0; i < inputs + registers; ++i) map_.push_back(netlist_.aig.input());
        inputs_.assign(inputs, {});
        for (std::uint32_t i = 0; i < registers; ++i) {
            const auto text = line();
            const auto next = text ? number(split(*text, ' ')[0]) : std::nullopt;
            if (!next) return false;
            netlist_.registers.push_back({"", map_[1 + inputs + i], *next});
        }
        for (std::uint32_t i = 0; i < outputs; ++i) {
            const auto text = line();
            const auto literal = text ? number(*text) : std::nullopt;
            if (!literal) return false;
            outputs_.push_back(*literal);
        }
        return true;
    }

    std::optional<std::uint32_t> delta() {
        std::uint32_t value = 0;
        for (unsigned shift = 0; shift < 32 && at_ < text_.size(); shift += 7) {
            const auto byte = static_cast<unsigned char>(text_[at_++]);
            value |= std::uint32_t{byte & 0x7fu} << shift;
            if ((byte & 0x80u) == 0) return value;
        }
        return std::nullopt;
    }

    [[nodiscard]] bool mapped(Literal x) const { return node_of(x) < map_.size(); }
    [[nodiscard]] Literal translated(Literal x) const { return map_[node_of(x)] ^ (x & 1); }

    bool read_ands() {
        for (std::uint32_t i = 0; i < ands_; ++i) {
            const auto target = static_cast<Literal>(2 * map_.size());
            const auto first = delta();
            const auto second = delta();
            if (!first || !second || *first == 0 || *first > target || *second > target - *first)
                return false;
            const Literal left = target - *first;
            map_.push_back(netlist_.aig.conjunction(translated(left), translated(left - *second)));
        }
        for (Register& bit : netlist_.registers) {
            if (!mapped(bit.next)) return false;
            bit.next = translated(bit.next);
        }
        for (Literal& output : outputs_) {
            if (!mapped(output)) return false;
            output = translated(output);
        }
        return true;
    }

    /// "acc_o[3]" and what it stands for; a port of one bit has no index.
    static void place(std::map<std::string, std::vector<Literal>>& ports, const std::string& name,
                      Literal value) {
        std::string port = name;
        std::size_t index = 0;
        if (const auto open = name.rfind('['); open != std::string::npos && name.back() == ']') {
            const auto given = number(name.substr(open + 1, name.size() - open - 2));
            if (given && *given < 65536) {
                index = *given;
                port = name.substr(0, open);
            }
        }
        auto& bits = ports[port];
        if (bits.size() <= index) bits.resize(index + 1, constant_false);
        bits[index] = value;
    }

    /// "i0 w_i[0]", "l5 acc_q[5]", "o7 acc_o[7]", where several names of one bit follow each other
    /// after blanks; then "c" and a comment.
    bool read_symbols() {
        while (const auto text = line()) {
            if (text->empty() || (*text)[0] == 'c') break;
            const auto words = split(*text, ' ');
            const auto index = number(words[0].substr(1));
            if (words.size() < 2 || !index) return false;
            switch ((*text)[0]) {
                case 'i':
                    if (*index >= inputs_.size()) return false;
                    for (std::size_t i = 1; i < words.size(); ++i) {
                        place(netlist_.inputs, words[i], map_[1 + *index]);
                        inputs_[*index] = words[i];
                    }
                    break;
                case 'l':
                    if (*index >= netlist_.registers.size()) return false;
                    netlist_.registers[*index].name = words.back();
                    break;
                case 'o':
                    if (*index >= outputs_.size()) return false;
                    for (std::size_t i = 1; i < words.size(); ++i)
                        place(netlist_.outputs, words[i], outputs_[*index]);
                    break;
                default:
                    return false;
            }
        }
        for (std::size_t i = 0; i < inputs_.size(); ++i)
            if (inputs_[i].empty()) netlist_.unnamed.push_back(map_[1 + i]);
        return true;
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::uint32_t ands_ = 0;
    Netlist netlist_;
    std::vector<Literal> map_;  // by AIGER's node number
    std::vector<Literal> outputs_;
    std::vector<std::string> inputs_;  // names
};

}  // namespace

Result<Netlist> netlist_from_aiger(std::string_view text) {
    return AigerReader(text).read();
}

Frame::Frame(const Netlist& from, Aig& into)
    : from_(&from), into_(&into), copies_(from.aig.nodes().size(), unknown) {
    copies_[0] = constant_false;
}

void Frame::set(Literal variable, Literal value) {
    check(from_->aig.is_input(node_of(variable)) && !is_complemented(variable),
          "only an input or a register is given a value");
    copies_[node_of(variable)] = value;
}

bool Frame::is_set(Literal variable) const {
    return copies_[node_of(variable)] != unknown;
}

void Frame::free_rest() {
    for (const auto& [name, bits] : from_->inputs)
        for (const Literal bit : bits)
            if (bit != constant_false && !is_set(bit)) set(bit, into_->input());
    for (const Literal unnamed : from_->unnamed) set(unnamed, into_->input());
}

Literal Frame::get(Literal x) {
    std::vector<std::uint32_t> waiting{node_of(x)};
    while (!waiting.empty()) {
        const std::uint32_t node = waiting.back();
        if (copies_[node] != unknown) {
            waiting.pop_back();
            continue;
        }
        check(!from_->aig.is_input(node), "whatever is read in a frame has a value");
        const Aig::Node& operands = from_->aig.nodes()[node];
        const std::uint32_t left = node_of(operands.left), right = node_of(operands.right);
        if (copies_[left] == unknown) {
            waiting.push_back(left);
        } else if (copies_[right] == unknown) {
            waiting.push_back(right);
        } else {
            copies_[node] = into_->conjunction(copies_[left] ^ (operands.left & 1),
                                               copies_[right] ^ (operands.right & 1));
            waiting.pop_back();
        }
    }
    return copies_[node_of(x)] ^ (x & 1);
}

}  // namespace bitshed::proof
