#include "proof/steer.hpp"

#include <algorithm>
#include <map>

#include "format/decoded.hpp"
#include "golden/mac.hpp"

namespace bitshed::proof {

namespace {

using format::Integer;

/// A finite value in units of 2^exponent.
Integer in_units(const format::Real& real, int exponent) {
    if (real.class_ == format::Class::zero) return 0;
    const auto shift = real.exponent - exponent;
    const Integer magnitude = shift >= 0
                                  ? Integer(real.significand << static_cast<unsigned>(shift))
                                  : Integer(real.significand >> static_cast<unsigned>(-shift));
    return real.negative ? -magnitude : magnitude;
}

bool is_finite(const format::Real& real) {
    return real.class_ != format::Class::nan && real.class_ != format::Class::infinity;
}

class Steering {
  public:
    Steering(const golden::Unit& unit, const Sides& sides)
        : unit_(unit), sides_(sides), mac_(unit) {
        exponent_ = golden::product_exponent(unit);
        if (const auto* rounded = std::get_if<golden::FloatAccumulator>(&unit.accumulator))
            exponent_ = std::min(exponent_, format::quantum_exponent(rounded->format));
        for (std::uint32_t w = 0; w <= format::code_mask(unit.weight); ++w)
            for (std::uint32_t a = 0; a <= format::code_mask(unit.activation); ++a) {
                const auto weight = format::to_real(unit.weight, w);
                const auto activation = format::to_real(unit.activation, a);
                if (!is_finite(weight) || !is_finite(activation)) continue;
                format::Real product;
                product.class_ = format::Class::normal;
                product.significand = weight.significand * activation.significand;
                product.exponent = weight.exponent + activation.exponent;
                product.negative = weight.negative != activation.negative;
                products_.emplace(
                    product.significand == 0 ? Integer(0) : in_units(product, exponent_),
                    std::pair(w, a));
            }
    }

    std::optional<std::vector<GivenCycle>> run(const Situation& wanted) {
        const Integer target = value_of(wanted.accumulator);
        if (unreachable_ || !products_.contains(0)) return std::nullopt;
        const auto [w0, a0] = products_.at(0);
        zero_ = {w0, a0};
        start();
        constexpr int patience = 20000;
        for (int step = 0;; ++step) {
            const format::Real now = mac_.value();
            if (!is_finite(now) || step == patience) return std::nullopt;
            const Integer missing = target - in_units(now, exponent_);
            if (missing == 0) break;
            // The product nearest to what is missing, not beyond it.
            auto best = products_.upper_bound(missing);
            if (missing > 0 || best == products_.end()) {
                if (best == products_.begin()) return std::nullopt;
                --best;
            }
            if (missing < 0 && best->first < missing) ++best;
            if (best == products_.end() || best->first == 0 || (best->first < 0) != (missing < 0))
                return std::nullopt;
            pair(best->second.first, best->second.second);
        }
        GivenCycle& last = cycle(true);
        last["weight"] = wanted.weight;
        last["activation"] = wanted.activation;
        if (last.contains("in_last")) last["in_last"] = {1};
        for (int i = 0; i <= sides_.stages + 1; ++i) cycle(false);
        return std::move(run_);
    }

  private:
    Integer value_of(const std::vector<char>& code) {
        Integer value = 0;
        for (std::size_t i = code.size(); i-- > 0;) value = value * 2 + code[i];
        if (golden::is_on_grid(unit_))
            return code.back() != 0 ? value - (Integer(1) << static_cast<unsigned>(code.size()))
                                    : value;
        const auto& format = std::get<golden::FloatAccumulator>(unit_.accumulator).format;
        const format::Real real = format::to_real(format, static_cast<std::uint32_t>(value));
        unreachable_ = !is_finite(real);
        return unreachable_ ? Integer(0) : in_units(real, exponent_);
    }

    void start() {
        GivenCycle& first = cycle(false);
        if (first.contains("clear")) first["clear"] = {1};
        if (first.contains("reset")) first["reset"] = {0};
        mac_.clear();
        started_ = false;
    }

    /// A cycle of a zero pair; `valid` for the handshakes.
    GivenCycle& cycle(bool valid) {
        GivenCycle& given = run_.emplace_back();
        for (const auto& [role, port] : sides_.inputs) {
            const bool high = role == "enable" || role == "reset" || role == "out_ready" ||
                              (role == "in_valid" && valid);
            given[role].assign(port.judged.size(), high && port.judged.size() == 1 ? 1 : 0);
        }
        if (given.contains("in_first") && valid && !started_) given["in_first"] = {1};
        if (valid) started_ = true;
        for (int lane = 0; lane < sides_.lanes; ++lane)
            codes(given, lane, zero_.first, zero_.second);
        return given;
    }

    void codes(GivenCycle& given, int lane, std::uint32_t w, std::uint32_t a) const {
        const auto put = [&](const char* role, const format::Format& format, std::uint32_t code) {
            const int width = format::width(format);
            for (int bit = 0; bit < width; ++bit)
                given[role][static_cast<std::size_t>(lane * width + bit)] =
                    static_cast<char>((code >> bit) & 1);
        };
        put("weight", unit_.weight, w);
        put("activation", unit_.activation, a);
    }

    void pair(std::uint32_t w, std::uint32_t a) {
        codes(cycle(true), 0, w, a);
        std::vector<std::uint32_t> weights(static_cast<std::size_t>(unit_.lanes), zero_.first);
        std::vector<std::uint32_t> activations(weights.size(), zero_.second);
        weights[0] = w;
        activations[0] = a;
        mac_.step(weights, activations);
    }

    const golden::Unit& unit_;
    const Sides& sides_;
    golden::Mac mac_;
    int exponent_ = 0;
    std::map<Integer, std::pair<std::uint32_t, std::uint32_t>> products_;
    std::pair<std::uint32_t, std::uint32_t> zero_{0, 0};
    std::vector<GivenCycle> run_;
    bool unreachable_ = false;
    bool started_ = false;
};

}  // namespace

std::optional<std::vector<GivenCycle>> steer(const golden::Unit& unit, const Sides& sides,
                                             const Situation& wanted) {
    return Steering(unit, sides).run(wanted);
}

}  // namespace bitshed::proof
