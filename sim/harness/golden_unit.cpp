#include "harness/golden_unit.hpp"

#include <fmt/format.h>

#include "format/parse.hpp"

namespace bitshed::harness {

namespace {

using golden::Unit;

class Translation {
  public:
    explicit Translation(const emit::Manifest& manifest) : manifest_(manifest) {}

    Result<Unit> unit() {
        Unit unit;
        unit.weight = format(manifest_.weight, format::Use::operand);
        unit.activation = format(manifest_.activation, format::Use::operand);
        unit.lanes = manifest_.lanes;
        if (complaints_.empty()) unit.accumulator = accumulator(unit);
        if (manifest_.result)
            unit.result = golden::RoundedResult{format(*manifest_.result, format::Use::any),
                                                overflow(manifest_.result_overflow)};
        if (complaints_.empty()) check_ports(unit);
        if (!complaints_.empty()) return Error(ErrorKind::files, std::move(complaints_));
        return unit;
    }

  private:
    void complain(std::string problem, std::string allowed = {}) {
        complaints_.push_back(
            {fmt::format("manifest of {}: {}", manifest_.module, problem), std::move(allowed)});
    }

    format::Format format(const std::string& name, format::Use use) {
        auto parsed = format::parse(name, use);
        if (parsed.ok()) return parsed.value();
        for (const auto& complaint : parsed.error().complaints)
            complain(complaint.problem, complaint.allowed);
        return format::signed_integer(8);
    }

    static format::Overflow overflow(const std::string& name) {
        return name == "ieee" ? format::Overflow::ieee : format::Overflow::saturate;
    }

    golden::Accumulator accumulator(const Unit& operands) {
        const emit::ManifestAccumulator& given = manifest_.accumulator;
        if (given.kind == "float")
            return golden::FloatAccumulator{format(given.format.value_or(""), format::Use::any),
                                            overflow(given.overflow)};
        if (given.lsb_exponent != golden::product_exponent(operands))
            complain(
                fmt::format("the accumulator's lsb_exponent is {}", given.lsb_exponent.value_or(0)),
                fmt::format("{}, that of the product of the two least quanta",
                            golden::product_exponent(operands)));
        if (given.kind == "exact") {
            if (!given.terms) complain("an exact accumulator says for how many terms it is");
            return golden::ExactAccumulator{given.bits, given.terms.value_or(1)};
        }
        return golden::FixedAccumulator{
            given.bits, given.overflow == "saturate" ? golden::FixedAccumulator::Overflow::saturate
                                                     : golden::FixedAccumulator::Overflow::wrap};
    }

    void check_port(const char* role, const char* direction, int bits) {
        const emit::ManifestPort* port = manifest_.port(role);
        if (port == nullptr) return;
        if (port->bits != bits || port->direction != direction)
            complain(fmt::format("the port {} ({}) is an {} of {} bits", port->name, role,
                                 port->direction, port->bits),
                     fmt::format("an {} of {}", direction, bits));
    }

    void check_ports(const Unit& unit) {
        check_port("clock", "input", 1);
        check_port("clear", "input", 1);
        check_port("enable", "input", 1);
        check_port("weight", "input", unit.lanes * format::width(unit.weight));
        check_port("activation", "input", unit.lanes * format::width(unit.activation));
        check_port("accumulator", "output", golden::accumulator_bits(unit));
        check_port("special", "output", 2);
        if (unit.result) check_port("result", "output", format::width(unit.result->format));
        if (unit.result.has_value() != (manifest_.port("result") != nullptr))
            complain("a result format and a port with the role 'result' go together");
    }

    const emit::Manifest& manifest_;
    std::vector<Complaint> complaints_;
};

}  // namespace

Result<Unit> golden_unit(const emit::Manifest& manifest) {
    return Translation(manifest).unit();
}

}  // namespace bitshed::harness
