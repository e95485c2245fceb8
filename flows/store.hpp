// The store of a sweep: an SQLite file with one row a point, whatever became of the point.
//
// A row's key is the hash of all that decides its figures (flows/point.hpp), so a row is never
// wrong, only no longer wanted. Its slot is the hash of what was asked for alone: when a tool or
// the generator changes, the slot gets a row with another key, and `current` says which row of a
// slot is the one that stands. The columns know nothing of synthesis: a further kind of point
// (accuracy of a model) is a further word in `kind`.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "support/result.hpp"

namespace SQLite {
class Database;
}

namespace bitshed::flows {

/// What became of a point.
enum class PointStatus {
    done,
    failed,   ///< a tool is missing, failed or was not understood; or the job was killed twice
    timeout,  ///< a tool or the whole point ran out of time
};

std::string_view status_name(PointStatus status);  ///< "done", "failed", "timeout"
std::optional<PointStatus> status_from(std::string_view name);

/// One row. Nothing in it depends on the time of day or on where the store lies, but `seconds`.
struct StoreRow {
    std::string key;      ///< 64 hex digits
    std::string slot;     ///< 64 hex digits
    std::string kind;     ///< "synth", "verify"
    std::string subject;  ///< the module
    std::string target;   ///< empty where the kind has none
    PointStatus status = PointStatus::failed;
    std::string problem;             ///< why it failed, in words; empty where it is done
    nlohmann::ordered_json request;  ///< what was asked for, of what, with which tools
    nlohmann::ordered_json result;   ///< the figures; null where it is not done
    std::string log;                 ///< folder of the logs, relative to the store's work folder
    int attempts = 1;                ///< how often the job was started
    double seconds = 0;              ///< wall time of the last attempt
};

enum class StoreAccess {
    read,   ///< the file must be there; it is not changed, and may lie where nobody may write
    write,  ///< made if missing
};

/// A connection to a store. Any number may write at once, of one process or of several.
class Store {
  public:
    /// Error (files): it is missing, no store of ours, of a later version, or may not be opened so.
    static Result<Store> open(const std::filesystem::path& path, StoreAccess access);

    Store(Store&&) noexcept;
    Store& operator=(Store&&) noexcept;
    ~Store();

    /// A word that tells this store from every other: chosen at random when it was made.
    [[nodiscard]] Result<std::string> id() const;

    /// The status of every row by key.
    [[nodiscard]] Result<std::map<std::string, PointStatus>> statuses() const;

    /// Adds rows, or replaces those of the same keys, and makes them the current ones of their
    /// slots: all of them or, on an Error (files), none.
    Outcome put(const std::vector<StoreRow>& rows);

    /// Makes rows that are there the current ones of their slots: (slot, key) each.
    Outcome make_current(const std::vector<std::pair<std::string, std::string>>& slots);

    /// The current rows, by kind, subject, target and slot.
    [[nodiscard]] Result<std::vector<StoreRow>> current_rows() const;

  private:
    explicit Store(std::filesystem::path path, std::unique_ptr<SQLite::Database> database);

    std::filesystem::path path_;
    std::unique_ptr<SQLite::Database> database_;
};

}  // namespace bitshed::flows
