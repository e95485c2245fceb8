// Result<T>: a value, or the words that tell a user what was wrong with the request.
#pragma once

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "support/check.hpp"

namespace bitshed {

/// Why something could not be done. The value of each is the exit code (docs: exit codes).
enum class ErrorKind {
    request = 2,  ///< what was asked for is wrong
    judged = 3,   ///< judged and failed: a mismatch, a refutation
    tool = 4,     ///< an external tool is missing, failed or could not be understood
    files = 5,    ///< a file cannot be read or written
    timeout = 6,  ///< out of time
};

/// One thing that is wrong: what was given and why it does not do, and what is allowed instead.
struct Complaint {
    std::string problem;  ///< "lanes: 0 is below the least"; the printable part of a value only
    std::string allowed;  ///< "a whole number from 1 to 64"; empty where nothing helps
};

/// All that is wrong with a request, in the order in which it was found; never empty.
struct Error {
    ErrorKind kind = ErrorKind::request;
    std::vector<Complaint> complaints;

    Error(ErrorKind kind_, std::vector<Complaint> complaints_)
        : kind(kind_), complaints(std::move(complaints_)) {
        check(!complaints.empty(), "an error has words");
    }
    Error(ErrorKind kind_, std::string problem, std::string allowed = {})
        : Error(kind_, std::vector<Complaint>{{std::move(problem), std::move(allowed)}}) {}
};

/// All its problems in one line: "a; b". For a row or a report, where what is allowed has no place.
inline std::string problems_of(const Error& error) {
    std::string line;
    for (const Complaint& complaint : error.complaints)
        line += (line.empty() ? "" : "; ") + complaint.problem;
    return line;
}

/// Either a T or an Error. value() and error() may only be asked for what is there.
template <class T>
class [[nodiscard]] Result {
  public:
    Result(T value) : state_(std::move(value)) {}      // NOLINT: a value is a result
    Result(Error error) : state_(std::move(error)) {}  // NOLINT: an error is a result

    [[nodiscard]] bool ok() const { return state_.index() == 0; }
    explicit operator bool() const { return ok(); }

    [[nodiscard]] const T& value() const& {
        check(ok(), "a result that is read was good");
        return std::get<0>(state_);
    }
    [[nodiscard]] T&& value() && {
        check(ok(), "a result that is read was good");
        return std::get<0>(std::move(state_));
    }
    [[nodiscard]] const Error& error() const {
        check(!ok(), "an error that is read is there");
        return std::get<1>(state_);
    }

  private:
    std::variant<T, Error> state_;
};

/// For what yields nothing but may fail.
using Outcome = Result<std::monostate>;
inline Outcome success() {
    return std::monostate{};
}

}  // namespace bitshed
