// Verilator as the judge uses it: several units in one bench, compiled, run over a file of inputs.
#pragma once

#include <filesystem>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "harness/layout.hpp"
#include "harness/lint.hpp"
#include "harness/unit_under_test.hpp"
#include "support/deadline.hpp"
#include "support/result.hpp"

namespace bitshed::harness {

/// Which text of a unit is compiled, where it has cells of a device.
enum class Reading {
    simulation,  ///< without cells
    synthesis,   ///< SYNTHESIS is defined: the cells, by a model of what they do
};

/// A unit of a bench; module names are distinct, and a foreign unit is alone. All are read alike.
struct BenchUnit {
    const UnitUnderTest* unit = nullptr;
    const Layout* layout = nullptr;
    Reading reading = Reading::simulation;
};

/// A compiled bench. Its rows are the units' rows one after the other.
struct Bench {
    std::filesystem::path executable;
    std::string names;                           ///< of its units, for messages
    std::vector<std::vector<std::string>> lint;  ///< a list a unit: Verilator -Wall on its file
    std::size_t stimulus_words = 0;
    std::size_t response_words = 0;
};

class Verilator {
  public:
    /// Finds the tools; Verilator's run-time library is compiled into `folder` beside the first
    /// benches. Error (tool): Verilator or the C++ compiler is missing or does not work.
    static Result<std::unique_ptr<Verilator>> find(const std::filesystem::path& folder,
                                                   const Deadline& deadline);
    ~Verilator();

    /// "Verilator 5.006".
    [[nodiscard]] const std::string& version() const { return version_; }

    /// Compiles a bench in `folder`, which is fresh, for about `rows` rows of inputs. Error (tool):
    /// a file is no Verilog, or its module or ports are not those of the manifest; the words say
    /// which, and where the log is. Error (timeout).
    Result<Bench> build(const std::vector<BenchUnit>& units, std::size_t rows,
                        const std::filesystem::path& folder);

    /// Runs a bench over `rows` rows of inputs: the rows of outputs, and one more of the bits that
    /// changed between two rising edges. Error (tool): the simulation crashed or ended itself.
    /// Error (timeout).
    Result<std::vector<std::uint32_t>> simulate(const Bench& bench,
                                                const std::vector<std::uint32_t>& stimulus,
                                                std::size_t rows, std::uint64_t seed);

  private:
    Verilator(std::filesystem::path folder, const Deadline& deadline);
    std::shared_future<Outcome> runtime(const std::string& file);
    [[nodiscard]] std::vector<std::string> compile_command() const;

    std::filesystem::path folder_;  // for the run-time library
    Deadline deadline_;
    std::string version_;
    std::filesystem::path root_;  // Verilator's own: include/verilated.cpp lies there
    std::mutex starting_;
    std::map<std::string, std::shared_future<Outcome>> runtime_;  // by file, without .cpp
};

}  // namespace bitshed::harness
