// check(): for what cannot happen. A failed check is a bug of ours: it throws with its place, and
// the command line turns it into exit code 70. What a user can cause is a Result (result.hpp).
#pragma once

#include <source_location>
#include <stdexcept>
#include <string>
#include <string_view>

namespace bitshed {

/// Thrown by check(); what() names file, line, function and the broken assumption.
class InternalError : public std::logic_error {
  public:
    using std::logic_error::logic_error;
};

/// Throws InternalError unless `condition` holds. `assumption` says what was taken for granted.
void check(bool condition, std::string_view assumption,
           std::source_location where = std::source_location::current());

}  // namespace bitshed
