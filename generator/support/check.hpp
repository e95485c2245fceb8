// check(): for what cannot happen. A failed check is a bug of ours: it throws with its place, and
// the command line turns it into exit code 70. What a user can cause is a Result (result.hpp).
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace bitshed {

/// Thrown by check(); what() names file, line, function and the broken assumption.
class InternalError : public std::logic_error {
  public:
    using std::logic_error::logic_error;
};

/// Throws InternalError unless `condition` holds. `assumption` says what was taken for granted. The
/// place is the caller's. (std::source_location would say it too, but clang-tidy 14 cannot read
/// libstdc++ 12's.)
void check(bool condition, std::string_view assumption, const char* file = __builtin_FILE(),
           int line = __builtin_LINE(), const char* function = __builtin_FUNCTION());

}  // namespace bitshed
