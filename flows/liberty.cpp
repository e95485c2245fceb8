#include "flows/liberty.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "support/text.hpp"

namespace bitshed::flows {

namespace {

/// A group or an attribute of Liberty: name (words) { members }, name (words); or name : word;
struct Statement {
    std::string name;
    std::vector<std::string> words;
    std::vector<Statement> members;

    [[nodiscard]] const Statement* find(std::string_view wanted) const {
        for (const auto& member : members)
            if (member.name == wanted) return &member;
        return nullptr;
    }
    [[nodiscard]] std::string first_word() const { return words.empty() ? "" : words[0]; }
};

struct NoLiberty {
    std::string why;
};

class Parser {
  public:
    explicit Parser(std::string_view text) : text_(text) {}

    Statement file() {
        Statement library = statement();
        if (library.name != "library") throw NoLiberty{"it does not begin with a library"};
        return library;
    }

  private:
    void skip() {
        while (at_ < text_.size()) {
            if (text_.substr(at_, 2) == "/*") {
                const auto end = text_.find("*/", at_ + 2);
                if (end == text_.npos) throw NoLiberty{"a comment without an end"};
                at_ = end + 2;
            } else if (std::string_view(" \t\r\n\\").find(text_[at_]) != std::string_view::npos) {
                ++at_;
            } else {
                return;
            }
        }
    }

    bool take(char wanted) {
        skip();
        if (at_ >= text_.size() || text_[at_] != wanted) return false;
        ++at_;
        return true;
    }

    /// A string without its quotes, or what goes to the next mark.
    std::string word(std::string_view marks) {
        skip();
        if (take('"')) {
            const auto end = text_.find('"', at_);
            if (end == text_.npos) throw NoLiberty{"a string without an end"};
            std::string inside(text_.substr(at_, end - at_));
            at_ = end + 1;
            std::erase_if(inside, [](char c) { return c == '\\' || c == '\n'; });
            return inside;
        }
        const auto end = std::min(text_.find_first_of(marks, at_), text_.size());
        const std::string inside(trim(text_.substr(at_, end - at_)));
        at_ = end;
        return inside;
    }

    Statement statement() {
        Statement made;
        made.name = word(" \t\r\n(:;{}");
        if (made.name.empty()) throw NoLiberty{fmt::format("no name at byte {}", at_)};
        if (take(':')) {
            made.words.push_back(word(";\n}"));
            take(';');
            return made;
        }
        if (!take('('))
            throw NoLiberty{fmt::format("{} is followed by nothing", printable(made.name))};
        while (!take(')')) {
            if (at_ >= text_.size()) throw NoLiberty{"it is cut off"};
            made.words.push_back(word(",)"));
            take(',');
        }
        if (take('{')) {
            while (!take('}')) {
                if (at_ >= text_.size()) throw NoLiberty{"it is cut off"};
                if (take(';')) continue;
                made.members.push_back(statement());
            }
        }
        take(';');
        return made;
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

double number(std::string_view word) {
    word = trim(word);
    double value = 0;
    const auto [stop, error] = std::from_chars(word.data(), word.data() + word.size(), value);
    if (error != std::errc{} || stop != word.data() + word.size())
        throw NoLiberty{fmt::format("{} is no number", printable(word))};
    return value;
}

std::vector<double> numbers(const Statement& list) {
    std::vector<double> values;
    for (const auto& words : list.words)
        for (const auto& word : split(words, ',')) values.push_back(number(word));
    return values;
}

/// How many of `unit` ("pf", "1ns", "10uW") there are to `base`, whose prefix is the power of ten
/// `base_exponent`.
double scale(std::string text, std::string_view letter, int base_exponent) {
    std::size_t digits = 0;
    while (digits < text.size() &&
           (text[digits] == '.' || (text[digits] >= '0' && text[digits] <= '9')))
        ++digits;
    double factor = digits == 0 ? 1 : number(text.substr(0, digits));
    std::string unit(trim(std::string_view(text).substr(digits)));
    for (char& c : unit) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    int exponent = 0;
    if (unit.size() == letter.size() + 1) {
        constexpr std::string_view prefixes = "munpf";  // 1e-3, 1e-6, ...
        const auto place = prefixes.find(unit[0]);
        if (place == prefixes.npos) throw NoLiberty{fmt::format("the unit {}", printable(text))};
        exponent = -3 * (static_cast<int>(place) + 1);
        unit.erase(0, 1);
    }
    if (unit != letter) throw NoLiberty{fmt::format("the unit {}", printable(text))};
    for (; exponent < base_exponent; ++exponent) factor /= 10;
    for (; exponent > base_exponent; --exponent) factor *= 10;
    return factor;
}

const Statement& wanted(const Statement& in, std::string_view name) {
    const auto* found = in.find(name);
    if (found == nullptr)
        throw NoLiberty{fmt::format("{} {} has no {}", in.name, printable(in.first_word()), name)};
    return *found;
}

/// The library's units, as factors to pF, ns, V and mW.
struct Units {
    double capacitance = 1;
    double time = 1;
    double voltage = 1;
    double leakage = 1;
};

class Builder {
  public:
    explicit Builder(const Statement& library) : library_(library) {
        const auto& load = wanted(library, "capacitive_load_unit");
        if (load.words.size() != 2) throw NoLiberty{"capacitive_load_unit is not two words"};
        units_.capacitance = number(load.words[0]) * scale(load.words[1], "f", -12);
        units_.time = scale(wanted(library, "time_unit").first_word(), "s", -9);
        units_.voltage = scale(wanted(library, "voltage_unit").first_word(), "v", 0);
        units_.leakage = scale(wanted(library, "leakage_power_unit").first_word(), "w", -3);
    }

    Library build() {
        Library made;
        made.volts = number(wanted(library_, "nom_voltage").first_word()) * units_.voltage;
        for (const auto& member : library_.members)
            if (member.name == "cell") made.cells[member.first_word()] = cell(member);
        if (made.cells.empty()) throw NoLiberty{"it has no cells"};
        return made;
    }

  private:
    LibraryCell cell(const Statement& from) {
        LibraryCell made;
        if (const auto* leakage = from.find("cell_leakage_power"))
            made.leakage_mw = number(leakage->first_word()) * units_.leakage;
        for (const auto& member : from.members)
            if (member.name == "pin") made.pins[member.first_word()] = pin(member);
        return made;
    }

    LibraryPin pin(const Statement& from) {
        LibraryPin made;
        if (const auto* capacitance = from.find("capacitance"))
            made.capacitance_pf = number(capacitance->first_word()) * units_.capacitance;
        for (const auto& member : from.members) {
            if (member.name != "internal_power") continue;
            InternalEnergy energy;
            if (const auto* related = member.find("related_pin"))
                energy.related_pin = related->first_word();
            // A table called power stands for both edges; a group may know one edge alone.
            const auto* both = member.find("power");
            const auto* rise = both == nullptr ? member.find("rise_power") : both;
            const auto* fall = both == nullptr ? member.find("fall_power") : both;
            if (rise == nullptr && fall == nullptr)
                throw NoLiberty{"an internal_power without a table"};
            if (rise != nullptr) energy.rise = table(*rise);
            if (fall != nullptr) energy.fall = table(*fall);
            made.energies.push_back(std::move(energy));
        }
        return made;
    }

    EnergyTable table(const Statement& from) {
        const Statement* shape = nullptr;
        for (const auto& member : library_.members)
            if (member.name == "power_lut_template" && member.first_word() == from.first_word())
                shape = &member;
        EnergyTable made;
        std::size_t size = 1;
        for (int i = 1; shape != nullptr && i <= 2; ++i) {
            const auto* variable = shape->find(fmt::format("variable_{}", i));
            if (variable == nullptr) break;
            const auto kind = variable->first_word();
            if (kind == "total_output_net_capacitance")
                made.axes.push_back(Axis::load_pf);
            else if (kind == "input_transition_time")
                made.axes.push_back(Axis::transition_ns);
            else
                throw NoLiberty{fmt::format("a table over {}", printable(kind))};
            const auto name = fmt::format("index_{}", i);
            const auto* own = from.find(name);
            made.index.push_back(numbers(own == nullptr ? wanted(*shape, name) : *own));
            auto& index = made.index.back();
            if (index.empty() || !std::is_sorted(index.begin(), index.end(), std::less_equal<>()))
                throw NoLiberty{"an index that does not rise"};
            for (double& value : index)
                value *= made.axes.back() == Axis::load_pf ? units_.capacitance : units_.time;
            size *= index.size();
        }
        made.values = numbers(wanted(from, "values"));
        if (made.values.size() != size)
            throw NoLiberty{
                fmt::format("a table of {} values where {} belong", made.values.size(), size)};
        for (double& value : made.values)
            value *= units_.capacitance * units_.voltage * units_.voltage;
        return made;
    }

    const Statement& library_;
    Units units_;
};

/// The point of an axis below a value, and how far the value lies from it to the next.
std::pair<std::size_t, double> place_on(const std::vector<double>& index, double value) {
    if (index.size() == 1) return {0, 0};
    std::size_t low = 0;
    while (low + 2 < index.size() && value >= index[low + 1]) ++low;
    return {low, (value - index[low]) / (index[low + 1] - index[low])};
}

}  // namespace

double EnergyTable::at(double load_pf, double transition_ns) const {
    const auto coordinate = [&](std::size_t axis) {
        return axes[axis] == Axis::load_pf ? load_pf : transition_ns;
    };
    if (values.empty()) return 0;
    if (axes.empty()) return values[0];
    const auto [row, down] = place_on(index[0], coordinate(0));
    if (axes.size() == 1)
        return index[0].size() == 1 ? values[0]
                                    : values[row] + down * (values[row + 1] - values[row]);
    const std::size_t width = index[1].size();
    const auto [column, right] = place_on(index[1], coordinate(1));
    const auto along = [&](std::size_t at_row) {
        const double* first = &values[at_row * width + column];
        return width == 1 ? first[0] : first[0] + right * (first[1] - first[0]);
    };
    return index[0].size() == 1 ? along(0) : along(row) + down * (along(row + 1) - along(row));
}

Result<Library> parse_liberty(std::string_view text) {
    try {
        const Statement file = Parser(text).file();
        return Builder(file).build();
    } catch (const NoLiberty& no) {
        return Error(ErrorKind::files,
                     fmt::format("the cell library is not understood: {}", no.why));
    }
}

}  // namespace bitshed::flows
