#ifndef QUOTES_SERVICE_STORE_SQLITE_CONNECTION_H_
#define QUOTES_SERVICE_STORE_SQLITE_CONNECTION_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "service/base/cancellation.h"
#include "service/base/status_macros.h"

struct sqlite3;
struct sqlite3_stmt;

namespace quotes::store::sqlite {

class Connection;

// Bytes that are bound as a BLOB instead of TEXT.
struct Blob {
  std::string_view bytes;
};

// Bytes of a file; 0 if there is none.
uint64_t SizeOf(const std::string& path);

// Pages that all connections of this process found in their caches, read, and wrote, as of the end
// of each one's last transaction.
struct PageCounts {
  uint64_t hits = 0;
  uint64_t misses = 0;
  uint64_t written = 0;
};
PageCounts CountedPages();

// Writes a database anew with nothing but what is stored in it: bytes of rows that were deleted
// stay behind in its pages otherwise, also where they were moved from. Needs the room of the
// database once more, in its folder. The extended result code.
int WriteDatabaseAnew(sqlite3* db, const std::string& path);

// READ_ONLY for a file or folder that this process may not write.
absl::Status NotWritable(std::string_view path);

// A prepared statement on loan from its connection; gives it back reset and without bindings when
// it goes. Belongs to the thread that uses the connection, and must not outlive it.
//
//   Statement select = connection->Prepare(kSelect);
//   QUOTES_RETURN_IF_ERROR(select.Bind(id));
//   while (true) {
//     QUOTES_ASSIGN_OR_RETURN(const bool row, select.Step());
//     if (!row) break;
//     Use(select.Int(0), select.Text(1));
//   }
//
// A statement that could not be prepared reports that from Bind, Step and Run.
class Statement {
 public:
  Statement(Statement&& other) noexcept;
  Statement& operator=(Statement&&) = delete;
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  ~Statement();

  // Binds the parameters ?1, ?2, ... in order. Integers and enums become INTEGER, strings TEXT,
  // Blob BLOB, empty optionals NULL. Strings and blobs must live until the last Step.
  template <typename... Args>
  absl::Status Bind(const Args&... args) {
    return BindFrom(1, args...);
  }

  // Binds some of the parameters, from the `first`-th on.
  template <typename... Args>
  absl::Status BindFrom(int first, const Args&... args) {
    int index = first - 1;
    int code = 0;
    ((code = code != 0 ? code : BindValue(++index, args)), ...);
    return Result(code);
  }

  // True while there is a row; its columns are valid until the next Step.
  absl::StatusOr<bool> Step();

  // Binds, runs to the end and resets: for statements that return no rows, any number of times.
  template <typename... Args>
  absl::Status Run(const Args&... args) {
    QUOTES_RETURN_IF_ERROR(Bind(args...));
    return Finish();
  }
  // Of a statement that is bound.
  absl::Status Finish();

  // Columns of the current row, from 0.
  int64_t Int(int column) const;
  bool Bool(int column) const { return Int(column) != 0; }
  bool IsNull(int column) const;
  std::string Text(int column) const { return std::string(Bytes(column)); }
  // The bytes of a TEXT or BLOB; they live until the next Step.
  std::string_view Bytes(int column) const;

 private:
  friend class Connection;
  Statement(const Connection* connection, sqlite3_stmt* statement, bool* in_use, int code);

  template <typename T>
  int BindValue(int index, const T& value) {
    if constexpr (std::is_same_v<T, Blob>) {
      return BindBlob(index, value.bytes);
    } else if constexpr (std::is_enum_v<T> || std::is_integral_v<T>) {
      return BindInt(index, static_cast<int64_t>(value));
    } else {
      return BindText(index, value);
    }
  }
  template <typename T>
  int BindValue(int index, const std::optional<T>& value) {
    return value.has_value() ? BindValue(index, *value) : BindNull(index);
  }
  int BindInt(int index, int64_t value);
  int BindText(int index, std::string_view value);
  int BindBlob(int index, std::string_view value);
  int BindNull(int index);
  absl::Status Result(int code) const;

  const Connection* connection_;
  sqlite3_stmt* statement_;
  bool* in_use_;
  int prepare_code_;
};

struct ConnectionOptions {
  // Absolute, symbolic links resolved.
  std::string path;
  enum class Mode {
    kWrite,     // makes the file if it is missing
    kRead,      // shares the file with its writer
    kImmutable  // reads a file that nobody changes, without any lock or log
  };
  Mode mode = Mode::kRead;
};

// One connection to the database file, set up the one way this service uses it. Thread-compatible:
// used by one thread at a time.
class Connection {
 public:
  // Opens the file, sees whose it is and what its schema's version is before anything is written,
  // and sets every pragma. DATABASE_CORRUPT when the file is damaged or of another application,
  // SCHEMA_TOO_NEW, READ_ONLY when a writer may not write it, STORE_BUSY, STORE_UNAVAILABLE.
  static absl::StatusOr<std::unique_ptr<Connection>> Open(const ConnectionOptions& options);

  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection();

  // Statements are kept per connection. REQUIRES: `sql` has static storage duration and no other
  // Statement for the same text is in use.
  Statement Prepare(std::string_view sql);

  // Adds what this connection did since the last time to CountedPages().
  void CountPages();

  // Runs statements without parameters or rows of interest.
  absl::Status Execute(const char* sql);

  // Of the file when it was opened, or as Migrate left it. 0: a new file without any schema.
  int64_t schema_version() const { return schema_version_; }
  void set_schema_version(int64_t version) { schema_version_ = version; }
  const std::string& path() const { return path_; }
  // For copying the database as a whole, which no statement does.
  sqlite3* db() const { return db_; }
  int64_t last_insert_id() const;
  bool in_transaction() const;

  // The catalogue's error for an extended result code of the last call on this connection. Decides
  // by code, never by message.
  absl::Status Error(int code) const;

  // Writes the file anew: see WriteDatabaseAnew. What comes of it is in the log first. REQUIRES: a
  // writing connection outside any transaction, here and below.
  absl::Status WriteAnew();
  // Copies the log into the file and cuts it off. STORE_BUSY when a reader has an older state still
  // after some seconds: it reads that from the log, or from pages of the file that would change.
  absl::Status EmptyLog();

  // DATABASE_CORRUPT when the file is shorter than it says.
  absl::Status CheckLength();
  // Reads the whole file. DATABASE_CORRUPT unless SQLite finds every page, record and constraint in
  // order; those of the cancellation, within a tenth of a second.
  absl::Status CheckIntegrity(const Cancellation& cancellation);

 private:
  struct Cached {
    sqlite3_stmt* statement = nullptr;
    bool in_use = false;
  };

  Connection(ConnectionOptions options, sqlite3* db)
      : path_(std::move(options.path)), mode_(options.mode), db_(db) {}
  absl::Status Configure();
  absl::Status Identify();
  absl::StatusOr<int64_t> QueryInt(std::string_view sql);

  const std::string path_;
  const ConnectionOptions::Mode mode_;
  sqlite3* const db_;
  int64_t schema_version_ = 0;
  // Cached is referred to by statements in use; a node-based map keeps it in place.
  std::unordered_map<std::string_view, Cached> statements_;
};

// A transaction that rolls back unless it was committed.
class Transaction {
 public:
  // kRead sees one consistent state from its first read on; kWrite takes the writer's place at
  // once, so that it cannot fail half-way because of another writer.
  enum class Kind { kRead, kWrite };
  static absl::StatusOr<std::unique_ptr<Transaction>> Begin(Connection* connection, Kind kind);

  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction();

  // Durable when it returns OK.
  absl::Status Commit();

 private:
  explicit Transaction(Connection* connection) : connection_(connection) {}

  Connection* const connection_;
  bool committed_ = false;
};

}  // namespace quotes::store::sqlite

#endif  // QUOTES_SERVICE_STORE_SQLITE_CONNECTION_H_
