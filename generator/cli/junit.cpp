#include "cli/junit.hpp"

#include "support/files.hpp"

namespace bitshed::cli {

namespace {

const char* type_of(ErrorKind kind) {
    switch (kind) {
        case ErrorKind::request:
            return "request";
        case ErrorKind::judged:
            return "judged";
        case ErrorKind::tool:
            return "tool";
        case ErrorKind::files:
            return "files";
        case ErrorKind::timeout:
            return "timeout";
    }
    check(false, "a kind of error is one of its enumerators");
    return "";
}

}  // namespace

Outcome JunitReport::write(JunitCase test) const {
    if (file_.empty()) return success();
    test.classname = "bitshed." + verb_;
    test.name = name_;
    test.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun_).count();
    return write_file(file_, junit_text("bitshed " + verb_, {test}));
}

Outcome JunitReport::passed(const std::string& page) const {
    JunitCase test;
    test.output = page;
    return write(std::move(test));
}

Outcome JunitReport::failed(const std::string& message, const std::string& page) const {
    JunitCase test;
    test.trouble = JunitTrouble::failure;
    test.type = "mismatch";
    test.message = message;
    test.output = page;
    return write(std::move(test));
}

ExitCode JunitReport::broken(const Error& error) const {
    JunitCase test;
    test.trouble = JunitTrouble::error;
    test.type = type_of(error.kind);
    test.message = problems_of(error);
    const auto written = write(std::move(test));
    if (!written) static_cast<void>(Session::fail(written.error()));
    return Session::fail(error);
}

void add_junit_option(CLI::App* verb, std::string& file) {
    verb->add_option("--junit", file,
                     "Write the result as JUnit XML too, a test case of the unit's name");
}

}  // namespace bitshed::cli
