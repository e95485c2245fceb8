#include "flows/parse_vcd.hpp"

#include <fmt/format.h>

#include <optional>

#include "support/text.hpp"

namespace bitshed::flows {

namespace {

Error not_understood(const std::string& what) {
    return {ErrorKind::tool, fmt::format("this is no value change dump: {}", what)};
}

/// The words of a text, parted by blanks and ends of lines.
class Words {
  public:
    explicit Words(std::string_view text) : text_(text) {}

    std::optional<std::string_view> next() {
        constexpr std::string_view blanks = " \t\r\n";
        const auto begin = text_.find_first_not_of(blanks);
        if (begin == text_.npos) return std::nullopt;
        text_.remove_prefix(begin);
        const auto word = text_.substr(0, text_.find_first_of(blanks));
        text_.remove_prefix(word.size());
        return word;
    }

    /// The words before $end; nothing where it is missing.
    std::optional<std::vector<std::string_view>> until_end() {
        std::vector<std::string_view> words;
        while (const auto word = next()) {
            if (*word == "$end") return words;
            words.push_back(*word);
        }
        return std::nullopt;
    }

  private:
    std::string_view text_;
};

/// A variable of the scope, and where it stands.
struct Variable {
    std::string now;      ///< a character a bit, the most significant first
    std::string settled;  ///< at the end of the instant before
    bool touched = false;
    std::vector<BitActivity> bits;  ///< the least significant first
};

class Reader {
  public:
    Reader(std::string_view text, const std::string& scope, long from)
        : words_(text), scope_(scope), from_(from) {}

    Result<Activity> read() {
        if (const auto head = read_head(); !head) return head.error();
        if (names_.empty())
            return not_understood(fmt::format("it has no scope {}", printable(scope_)));
        while (const auto word = words_.next())
            if (auto change = read_change(*word); !change) return change.error();
        settle();
        Activity activity;
        for (const auto& [name, code] : names_) activity[name] = variables_.at(code).bits;
        return activity;
    }

  private:
    //   $scope module unit $end
    //   $var wire  8 & a_i [7:0] $end
    //   $upscope $end
    //   $enddefinitions $end
    Outcome read_head() {
        std::vector<std::string> scopes;
        while (const auto word = words_.next()) {
            const auto inside = words_.until_end();
            if (!word->starts_with('$') || !inside) break;
            if (*word == "$enddefinitions") return success();
            if (*word == "$scope" && inside->size() == 2) scopes.emplace_back(inside->at(1));
            if (*word == "$upscope" && !scopes.empty()) scopes.pop_back();
            if (*word != "$var" || scopes.empty() || scopes.back() != scope_) continue;
            const auto width =
                inside->size() < 4 ? std::nullopt : parse_whole_number(inside->at(1), 1, 1 << 20);
            if (!width) return not_understood("a variable without a width");
            const std::string code(inside->at(2));
            Variable& variable = variables_[code];
            if (!variable.now.empty() && variable.now.size() != static_cast<std::size_t>(*width))
                return not_understood("a variable of two widths");
            variable.now = std::string(static_cast<std::size_t>(*width), 'x');
            variable.settled = variable.now;
            variable.bits.resize(variable.now.size());
            names_[std::string(inside->at(3))] = code;
        }
        return not_understood("its head has no end");
    }

    // #17     1!     b0101 &     $dumpvars ... $end
    Outcome read_change(std::string_view word) {
        if (word[0] == '#') {
            const auto time = parse_whole_number(word.substr(1), 0, 1L << 60);
            if (!time) return not_understood(fmt::format("the instant {}", printable(word)));
            settle();
            now_ = *time;
            return success();
        }
        if (word[0] == '$') return success();
        if (std::string_view("01xXzZ").find(word[0]) != std::string_view::npos) {
            set(word.substr(1), word.substr(0, 1));
            return success();
        }
        const auto code = word[0] == 'b' || word[0] == 'B' ? words_.next() : std::nullopt;
        if (!code) return not_understood(fmt::format("the change {}", printable(word)));
        set(*code, word.substr(1));
        return success();
    }

    void set(std::string_view code, std::string_view value) {
        const auto found = variables_.find(std::string(code));
        if (found == variables_.end() || value.empty()) return;
        Variable& variable = found->second;
        const std::size_t width = variable.now.size();
        // A value may leave out leading bits: 0, or x or z where it begins with one (21.7.2.1).
        const char fill = value[0] == '1' ? '0' : value[0];
        value = value.substr(value.size() - std::min(value.size(), width));
        variable.now.assign(width - value.size(), fill);
        variable.now += value;
        if (!variable.touched) touched_.push_back(&variable);
        variable.touched = true;
    }

    /// Ends an instant: what stands now is what came of it.
    void settle() {
        for (Variable* variable : touched_) {
            const std::size_t width = variable->now.size();
            for (std::size_t i = 0; i < width; ++i) {
                const char before = variable->settled[width - 1 - i];
                const char after = variable->now[width - 1 - i];
                BitActivity& bit = variable->bits[i];
                if (after != '0' && after != '1')
                    bit.unknown = true;
                else if (now_ < from_)
                    bit.unknown = false;
                else if (before == '0' && after == '1')
                    ++bit.rises;
                else if (before == '1' && after == '0')
                    ++bit.falls;
            }
            variable->settled = variable->now;
            variable->touched = false;
        }
        touched_.clear();
    }

    Words words_;
    std::string scope_;
    long from_;
    long now_ = 0;
    std::map<std::string, std::string> names_;   // name -> code
    std::map<std::string, Variable> variables_;  // by code
    std::vector<Variable*> touched_;
};

}  // namespace

Result<Activity> parse_vcd(std::string_view text, const std::string& scope, long from) {
    return Reader(text, scope, from).read();
}

}  // namespace bitshed::flows
