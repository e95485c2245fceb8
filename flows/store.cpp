#include "flows/store.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <SQLiteCpp/VariadicBind.h>
#include <fmt/format.h>
#include <sqlite3.h>

#include <array>
#include <chrono>
#include <thread>

#include "support/deadline.hpp"
#include "support/text.hpp"

namespace bitshed::flows {

namespace fs = std::filesystem;

namespace {

using Json = nlohmann::ordered_json;

/// How long a writer waits for another one.
constexpr std::chrono::seconds patience{60};
constexpr int patience_ms = std::chrono::milliseconds(patience).count();
/// "bshd": PRAGMA application_id of a store.
constexpr int application_id = 0x62736864;
constexpr int store_version = 1;

constexpr const char* tables = R"sql(
CREATE TABLE results (
  key      TEXT PRIMARY KEY,
  slot     TEXT NOT NULL,
  kind     TEXT NOT NULL,
  subject  TEXT NOT NULL,
  target   TEXT NOT NULL,
  status   TEXT NOT NULL CHECK (status IN ('done', 'failed', 'timeout')),
  problem  TEXT NOT NULL,
  request  TEXT NOT NULL,
  result   TEXT NOT NULL,
  log      TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  seconds  REAL NOT NULL
) WITHOUT ROWID;
CREATE TABLE current (
  slot TEXT PRIMARY KEY,
  key  TEXT NOT NULL REFERENCES results (key)
) WITHOUT ROWID;
CREATE TABLE about (id TEXT NOT NULL);
INSERT INTO about VALUES (lower(hex(randomblob(16))));
)sql";

constexpr std::array<std::pair<PointStatus, std::string_view>, 3> status_words{
    {{PointStatus::done, "done"},
     {PointStatus::failed, "failed"},
     {PointStatus::timeout, "timeout"}}};

Error store_error(const fs::path& path, const std::string& why) {
    return {ErrorKind::files, fmt::format("the store {}: {}", printable(path.string(), 200), why)};
}

/// Runs what talks to SQLite; what it throws becomes an Error.
template <class Body>
auto guarded(const fs::path& path, const Body& body) -> decltype(body()) {
    try {
        return body();
    } catch (const SQLite::Exception& failure) {
        return store_error(path, failure.what());
    } catch (const nlohmann::json::exception& failure) {
        return store_error(path, failure.what());
    }
}

int pragma(SQLite::Database& database, const char* name) {
    return database.execAndGet(fmt::format("PRAGMA {}", name)).getInt();
}

/// Of two that do this to a fresh file at once, SQLite turns one away without waiting: its busy
/// handler is not asked where waiting could be for ever.
void use_write_ahead_log(SQLite::Database& database) {
    const Deadline deadline(patience);
    for (;;) {
        try {
            database.exec("PRAGMA journal_mode = WAL");
            return;
        } catch (const SQLite::Exception& failure) {
            if (failure.getErrorCode() != SQLITE_BUSY || deadline.passed()) throw;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
}

/// Makes the tables of a fresh file, or sees that they are ours.
Outcome prepare(SQLite::Database& database, const fs::path& path, StoreAccess access) {
    if (access == StoreAccess::write) {
        use_write_ahead_log(database);
        database.exec("PRAGMA synchronous = NORMAL");
        SQLite::Transaction turn(database, SQLite::TransactionBehavior::IMMEDIATE);
        const bool fresh =
            database.execAndGet("SELECT count(*) FROM sqlite_master").getInt() == 0 &&
            pragma(database, "application_id") == 0;
        if (fresh) {
            database.exec(tables);
            database.exec(fmt::format("PRAGMA application_id = {}", application_id));
            database.exec(fmt::format("PRAGMA user_version = {}", store_version));
        }
        turn.commit();
    }
    if (pragma(database, "application_id") != application_id)
        return store_error(path, "this is no store of a sweep");
    if (const int version = pragma(database, "user_version"); version != store_version)
        return store_error(path, fmt::format("it is of version {}, this bitshed knows version {}",
                                             version, store_version));
    return success();
}

/// A name for SQLite in which nothing but the scheme is special.
std::string immutable_uri(const fs::path& path) {
    std::string uri = "file:";
    for (const char c : fs::absolute(path).string()) {
        const auto byte = static_cast<unsigned char>(c);
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                           (c >= '0' && c <= '9') || c == '/' || c == '.' || c == '-' || c == '_';
        uri += plain ? std::string(1, c) : fmt::format("%{:02x}", byte);
    }
    return uri + "?immutable=1";
}

std::unique_ptr<SQLite::Database> connect(const fs::path& path, StoreAccess access) {
    const int flags = access == StoreAccess::write ? SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE
                                                   : SQLite::OPEN_READONLY;
    return std::make_unique<SQLite::Database>(fs::absolute(path).string(), flags, patience_ms);
}

}  // namespace

std::string_view status_name(PointStatus status) {
    for (const auto& [value, word] : status_words)
        if (value == status) return word;
    check(false, "a status is one of its enumerators");
    return {};
}

std::optional<PointStatus> status_from(std::string_view name) {
    for (const auto& [value, word] : status_words)
        if (word == name) return value;
    return std::nullopt;
}

Store::Store(fs::path path, std::unique_ptr<SQLite::Database> database)
    : path_(std::move(path)), database_(std::move(database)) {}
Store::Store(Store&&) noexcept = default;
Store& Store::operator=(Store&&) noexcept = default;
Store::~Store() = default;

Result<Store> Store::open(const fs::path& path, StoreAccess access) {
    std::error_code ignored;
    if (access == StoreAccess::read && !fs::exists(path, ignored))
        return Error(ErrorKind::files,
                     fmt::format("there is no store {}", printable(path.string(), 200)),
                     "a file that `bitshed sweep PLAN.toml --store FILE` wrote");
    return guarded(path, [&]() -> Result<Store> {
        auto database = connect(path, access);
        try {
            if (auto ready = prepare(*database, path, access); !ready) return ready.error();
        } catch (const SQLite::Exception& failure) {
            // Where nobody may write, SQLite cannot make the files that readers of a WAL share. No
            // writer can be there either, so it may be read as it lies.
            const int code = failure.getErrorCode();
            if (access != StoreAccess::read || (code != SQLITE_CANTOPEN && code != SQLITE_READONLY))
                throw;
            database = std::make_unique<SQLite::Database>(
                immutable_uri(path), SQLite::OPEN_READONLY | SQLite::OPEN_URI, patience_ms);
            if (auto ready = prepare(*database, path, access); !ready) return ready.error();
        }
        return Store(path, std::move(database));
    });
}

Result<std::string> Store::id() const {
    return guarded(path_, [&]() -> Result<std::string> {
        return database_->execAndGet("SELECT id FROM about").getString();
    });
}

Result<std::map<std::string, PointStatus>> Store::statuses() const {
    return guarded(path_, [&]() -> Result<std::map<std::string, PointStatus>> {
        std::map<std::string, PointStatus> found;
        SQLite::Statement query(*database_, "SELECT key, status FROM results");
        while (query.executeStep())
            if (const auto status = status_from(query.getColumn(1).getString()))
                found.emplace(query.getColumn(0).getString(), *status);
        return found;
    });
}

Outcome Store::put(const std::vector<StoreRow>& rows) {
    if (rows.empty()) return success();
    return guarded(path_, [&]() -> Outcome {
        SQLite::Transaction turn(*database_, SQLite::TransactionBehavior::IMMEDIATE);
        SQLite::Statement insert(*database_,
                                 "INSERT OR REPLACE INTO results (key, slot, kind, subject, "
                                 "target, status, problem, request, result, log, attempts, "
                                 "seconds) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
        SQLite::Statement point(*database_, "INSERT OR REPLACE INTO current VALUES (?, ?)");
        const auto text = [](const Json& value) {
            return value.dump(-1, ' ', false, Json::error_handler_t::replace);
        };
        for (const auto& row : rows) {
            SQLite::bind(insert, row.key, row.slot, row.kind, row.subject, row.target,
                         std::string(status_name(row.status)), row.problem, text(row.request),
                         text(row.result), row.log, row.attempts, row.seconds);
            insert.exec();
            insert.reset();
            SQLite::bind(point, row.slot, row.key);
            point.exec();
            point.reset();
        }
        turn.commit();
        return success();
    });
}

Outcome Store::make_current(const std::vector<std::pair<std::string, std::string>>& slots) {
    if (slots.empty()) return success();
    return guarded(path_, [&]() -> Outcome {
        SQLite::Transaction turn(*database_, SQLite::TransactionBehavior::IMMEDIATE);
        SQLite::Statement point(*database_, "INSERT OR REPLACE INTO current VALUES (?, ?)");
        for (const auto& [slot, key] : slots) {
            SQLite::bind(point, slot, key);
            point.exec();
            point.reset();
        }
        turn.commit();
        return success();
    });
}

Result<std::vector<StoreRow>> Store::current_rows() const {
    return guarded(path_, [&]() -> Result<std::vector<StoreRow>> {
        SQLite::Statement query(
            *database_,
            "SELECT results.key, results.slot, kind, subject, target, status, problem, request, "
            "result, log, attempts, seconds FROM results JOIN current ON current.key = results.key "
            "ORDER BY kind, subject, target, results.slot");
        std::vector<StoreRow> rows;
        while (query.executeStep()) {
            StoreRow row;
            row.key = query.getColumn(0).getString();
            row.slot = query.getColumn(1).getString();
            row.kind = query.getColumn(2).getString();
            row.subject = query.getColumn(3).getString();
            row.target = query.getColumn(4).getString();
            row.status = status_from(query.getColumn(5).getString()).value_or(PointStatus::failed);
            row.problem = query.getColumn(6).getString();
            row.request = Json::parse(query.getColumn(7).getString());
            row.result = Json::parse(query.getColumn(8).getString());
            row.log = query.getColumn(9).getString();
            row.attempts = query.getColumn(10).getInt();
            row.seconds = query.getColumn(11).getDouble();
            rows.push_back(std::move(row));
        }
        return rows;
    });
}

}  // namespace bitshed::flows
