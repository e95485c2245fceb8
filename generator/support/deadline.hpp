// A point in time after which work is given up.
#pragma once

#include <algorithm>
#include <chrono>

namespace bitshed {

class Deadline {
  public:
    explicit Deadline(std::chrono::seconds from_now) : at_(Clock::now() + from_now) {}

    [[nodiscard]] bool passed() const { return Clock::now() >= at_; }

    /// For the limit of a program: whole seconds, at least 1.
    [[nodiscard]] std::chrono::seconds left() const {
        return std::max(std::chrono::seconds(1),
                        std::chrono::ceil<std::chrono::seconds>(at_ - Clock::now()));
    }

  private:
    using Clock = std::chrono::steady_clock;
    Clock::time_point at_;
};

}  // namespace bitshed
