// What multipliers have in common whose adders are spread over stages.
#pragma once

#include <vector>

#include "rtl/builder.hpp"

namespace bitshed::mac {

/// Where part `part` of `parts` ends, of so many adders one behind the other: later parts have
/// those that are over.
constexpr unsigned end_of_part(unsigned adders, unsigned part, unsigned parts) {
    return adders * (part + 1) / parts;
}

/// The places of a product that are finished, the least first.
class LowPlaces {
  public:
    explicit LowPlaces(rtl::Builder& b) : b_(b) {}

    void add(rtl::Value value) { parts_.push_back(value); }
    /// Before a stage ends: gives them a name, by which they are carried on.
    void keep(unsigned part);
    /// These places below others.
    rtl::Value below(std::vector<rtl::Value> above) const;

  private:
    rtl::Builder& b_;
    std::vector<rtl::Value> parts_;
};

}  // namespace bitshed::mac
