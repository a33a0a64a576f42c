#include "service/store/sqlite/connection.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <future>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "service/base/absl_string.h"
#include "service/base/check.h"
#include "service/base/errors.h"
#include "service/base/mutex.h"
#include "service/store/sqlite/schema.h"

namespace quotes::store::sqlite {
namespace {

// How long a call waits for a lock before it is STORE_BUSY. Readers of a WAL database never wait
// for its writer; what is waited for is a checkpoint or the recovery after a crash.
constexpr int kBusyTimeoutMs = 5000;

constexpr std::chrono::milliseconds kCancellationPoll(50);

// A path in the form of an SQLite URI.
std::string ImmutableUri(std::string_view path) {
  std::string uri = "file:";
  for (const char c : path) {
    if (c == '?' || c == '#' || c == '%') {
      constexpr char kHex[] = "0123456789ABCDEF";
      const auto byte = static_cast<unsigned char>(c);
      uri += {'%', kHex[byte >> 4], kHex[byte & 15]};
    } else {
      uri += c;
    }
  }
  return uri + "?immutable=1";
}

// Full disk, used-up quota, or the largest file that the file system or a limit allows.
bool IsOutOfSpace(int error) { return error == ENOSPC || error == EDQUOT || error == EFBIG; }

std::atomic<uint64_t> page_hits{0};
std::atomic<uint64_t> page_misses{0};
std::atomic<uint64_t> pages_written{0};

// A new file's name is durable only when its folder is.
void SyncFolder(const std::string& path) {
  const std::string folder = path.substr(0, path.rfind('/') + 1);
  const int fd = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd >= 0) {
    // Some file systems refuse to sync a folder; they offer nothing better.
    static_cast<void>(fsync(fd));
    close(fd);
  }
}

}  // namespace

uint64_t SizeOf(const std::string& path) {
  struct stat file = {};
  return stat(path.c_str(), &file) == 0 ? static_cast<uint64_t>(file.st_size) : 0;
}

int WriteDatabaseAnew(sqlite3* db, const std::string& path) {
  // The folder of temporary files is one for the whole of SQLite, and nothing else here has any.
  static Mutex mutex;
  const MutexLock lock(&mutex);
  // What does not fit into the cache goes to a file without a name.
  int code = sqlite3_exec(db, "PRAGMA temp_store=FILE", nullptr, nullptr, nullptr);
  sqlite3_temp_directory = sqlite3_mprintf("%s", path.substr(0, path.rfind('/')).c_str());
  if (code == SQLITE_OK) {
    code = sqlite3_exec(db, "VACUUM", nullptr, nullptr, nullptr);
  }
  sqlite3_free(std::exchange(sqlite3_temp_directory, nullptr));
  const int reset = sqlite3_exec(db, "PRAGMA temp_store=MEMORY", nullptr, nullptr, nullptr);
  return code != SQLITE_OK ? code : reset;
}

PageCounts CountedPages() { return {page_hits, page_misses, pages_written}; }

absl::Status NotWritable(std::string_view path) {
  ErrorDetail detail;
  detail.reason = ErrorReason::kReadOnly;
  detail.metadata.emplace_back("path", path);
  return MakeError(absl::StatusCode::kFailedPrecondition,
                   absl::StrCat(ToAbsl(path),
                                ": the file or its folder cannot be written; give this user the "
                                "right to write both, or open the database for reading only"),
                   detail);
}

Statement::Statement(const Connection* connection, sqlite3_stmt* statement, bool* in_use, int code)
    : connection_(connection), statement_(statement), in_use_(in_use), prepare_code_(code) {}

Statement::Statement(Statement&& other) noexcept
    : connection_(other.connection_),
      statement_(std::exchange(other.statement_, nullptr)),
      in_use_(std::exchange(other.in_use_, nullptr)),
      prepare_code_(other.prepare_code_) {}

Statement::~Statement() {
  if (statement_ != nullptr) {
    // The code repeats the error of the last Step, which has been reported.
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
  }
  if (in_use_ != nullptr) {
    *in_use_ = false;
  }
}

absl::Status Statement::Result(int code) const {
  if (statement_ == nullptr) {
    return connection_->Error(prepare_code_);
  }
  return code == SQLITE_OK ? absl::OkStatus() : connection_->Error(code);
}

absl::StatusOr<bool> Statement::Step() {
  QUOTES_RETURN_IF_ERROR(Result(SQLITE_OK));
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) {
    return true;
  }
  if (code == SQLITE_DONE) {
    return false;
  }
  return connection_->Error(code);
}

absl::Status Statement::Finish() {
  QUOTES_RETURN_IF_ERROR(Result(SQLITE_OK));
  int code = SQLITE_ROW;
  while (code == SQLITE_ROW) {
    code = sqlite3_step(statement_);
  }
  absl::Status status = code == SQLITE_DONE ? absl::OkStatus() : connection_->Error(code);
  sqlite3_reset(statement_);
  return status;
}

int64_t Statement::Int(int column) const { return sqlite3_column_int64(statement_, column); }

bool Statement::IsNull(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

std::string_view Statement::Bytes(int column) const {
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_, column));
  const int size = sqlite3_column_bytes(statement_, column);
  return bytes == nullptr ? std::string_view() : std::string_view(bytes, static_cast<size_t>(size));
}

int Statement::BindInt(int index, int64_t value) {
  return statement_ == nullptr ? prepare_code_ : sqlite3_bind_int64(statement_, index, value);
}

int Statement::BindText(int index, std::string_view value) {
  if (statement_ == nullptr) {
    return prepare_code_;
  }
  // A null pointer would bind NULL.
  return sqlite3_bind_text64(statement_, index, value.data() == nullptr ? "" : value.data(),
                             value.size(), SQLITE_STATIC, SQLITE_UTF8);
}

int Statement::BindBlob(int index, std::string_view value) {
  if (statement_ == nullptr) {
    return prepare_code_;
  }
  return sqlite3_bind_blob64(statement_, index, value.data() == nullptr ? "" : value.data(),
                             value.size(), SQLITE_STATIC);
}

int Statement::BindNull(int index) {
  return statement_ == nullptr ? prepare_code_ : sqlite3_bind_null(statement_, index);
}

absl::StatusOr<std::unique_ptr<Connection>> Connection::Open(const ConnectionOptions& options) {
  using Mode = ConnectionOptions::Mode;
  struct stat ignored = {};
  const bool is_new = options.mode == Mode::kWrite && stat(options.path.c_str(), &ignored) != 0;
  int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_PRIVATECACHE;
  flags |= options.mode == Mode::kWrite ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
                                        : SQLITE_OPEN_READONLY;
  std::string name = options.path;
  if (options.mode == Mode::kImmutable) {
    flags |= SQLITE_OPEN_URI;
    name = ImmutableUri(options.path);
  }
  sqlite3* db = nullptr;
  const int code = sqlite3_open_v2(name.c_str(), &db, flags, nullptr);
  if (db == nullptr) {
    return errors::StoreUnavailable(absl::StrCat(options.path, ": out of memory"));
  }
  std::unique_ptr<Connection> connection(new Connection(options, db));
  if (code != SQLITE_OK) {
    return connection->Error(code);
  }
  if (options.mode == Mode::kWrite && sqlite3_db_readonly(db, "main") == 1) {
    // SQLite falls back to reading where it may not write.
    return connection->Error(SQLITE_READONLY);
  }
  QUOTES_RETURN_IF_ERROR(connection->Configure());
  if (is_new) {
    SyncFolder(options.path);
  }
  return connection;
}

Connection::~Connection() {
  for (const auto& [sql, cached] : statements_) {
    QUOTES_CHECK(!cached.in_use);
    sqlite3_finalize(cached.statement);
  }
  sqlite3_close(db_);
}

absl::Status Connection::Configure() {
  // A misspelt "column" is an error, not a string.
  constexpr std::pair<int, int> kSettings[] = {
      {SQLITE_DBCONFIG_DQS_DML, 0},        {SQLITE_DBCONFIG_DQS_DDL, 0},
      {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0}, {SQLITE_DBCONFIG_DEFENSIVE, 1},
      {SQLITE_DBCONFIG_ENABLE_FKEY, 1},    {SQLITE_DBCONFIG_ENABLE_TRIGGER, 1},
      {SQLITE_DBCONFIG_ENABLE_VIEW, 0},
  };
  for (const auto& [setting, value] : kSettings) {
    int now = -1;
    const int code = sqlite3_db_config(db_, setting, value, &now);
    QUOTES_CHECK(code == SQLITE_OK && now == value);
  }
  // recursive_triggers: REPLACE cannot slip past the triggers that keep revisions immutable.
  // cell_size_check: a damaged page is noticed when it is read, not when it is believed.
  QUOTES_RETURN_IF_ERROR(Execute("PRAGMA foreign_keys=ON"));
  QUOTES_RETURN_IF_ERROR(Execute("PRAGMA recursive_triggers=ON"));
  QUOTES_RETURN_IF_ERROR(Execute("PRAGMA cell_size_check=ON"));
  QUOTES_RETURN_IF_ERROR(Execute("PRAGMA temp_store=MEMORY"));
  sqlite3_busy_timeout(db_, kBusyTimeoutMs);

  // First look whose file it is; nothing has been written to it yet.
  QUOTES_RETURN_IF_ERROR(Identify());
  if (mode_ == ConnectionOptions::Mode::kWrite) {
    QUOTES_RETURN_IF_ERROR(Execute("PRAGMA journal_mode=WAL"));
    // An acknowledged commit survives loss of power.
    QUOTES_RETURN_IF_ERROR(Execute("PRAGMA synchronous=FULL"));
    // What is deleted is overwritten at once, as far as that goes: see WriteDatabaseAnew.
    QUOTES_RETURN_IF_ERROR(Execute("PRAGMA secure_delete=ON"));
    // What a report of a million characters writes stays in memory until it is committed: pages
    // that have to leave earlier are written twice.
    QUOTES_RETURN_IF_ERROR(Execute("PRAGMA cache_size=-65536"));
    // Pages that report after report changes are copied from the log once in 16 MiB, not in 4.
    QUOTES_RETURN_IF_ERROR(Execute("PRAGMA wal_autocheckpoint=4096"));
    // A large import does not leave a large log behind.
    QUOTES_RETURN_IF_ERROR(Execute("PRAGMA journal_size_limit=67108864"));
  } else {
    QUOTES_RETURN_IF_ERROR(Execute("PRAGMA query_only=ON"));
  }
  return absl::OkStatus();
}

absl::Status Connection::Identify() {
  QUOTES_ASSIGN_OR_RETURN(const int64_t application, QueryInt("PRAGMA application_id"));
  QUOTES_ASSIGN_OR_RETURN(const int64_t version, QueryInt("PRAGMA user_version"));
  QUOTES_ASSIGN_OR_RETURN(const int64_t objects, QueryInt("SELECT count(*) FROM sqlite_schema"));
  if (application == 0 && version == 0 && objects == 0) {
    schema_version_ = 0;  // new, or its writer stopped before the first migration
    return absl::OkStatus();
  }
  if (application != kApplicationId || version < 1) {
    return errors::DatabaseCorrupt(path_, "is a database of another application");
  }
  if (version > kSchemaVersion) {
    return errors::SchemaTooNew(path_, version, kSchemaVersion);
  }
  schema_version_ = version;
  return absl::OkStatus();
}

absl::StatusOr<int64_t> Connection::QueryInt(std::string_view sql) {
  Statement select = Prepare(sql);
  QUOTES_ASSIGN_OR_RETURN(const bool row, select.Step());
  return row ? select.Int(0) : 0;
}

Statement Connection::Prepare(std::string_view sql) {
  Cached& cached = statements_[sql];
  QUOTES_CHECK(!cached.in_use);
  int code = SQLITE_OK;
  if (cached.statement == nullptr) {
    code = sqlite3_prepare_v3(db_, sql.data(), static_cast<int>(sql.size()),
                              SQLITE_PREPARE_PERSISTENT, &cached.statement, nullptr);
  }
  cached.in_use = true;
  return {this, cached.statement, &cached.in_use, code};
}

absl::Status Connection::Execute(const char* sql) {
  const int code = sqlite3_exec(db_, sql, nullptr, nullptr, nullptr);
  return code == SQLITE_OK ? absl::OkStatus() : Error(code);
}

int64_t Connection::last_insert_id() const { return sqlite3_last_insert_rowid(db_); }

bool Connection::in_transaction() const { return sqlite3_get_autocommit(db_) == 0; }

absl::Status Connection::Error(int code) const {
  const int system_error = sqlite3_system_errno(db_);
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return errors::StoreBusy();
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return errors::DatabaseCorrupt(path_, sqlite3_errstr(code));
    case SQLITE_FULL:
      return errors::StorageFull(path_);
    case SQLITE_IOERR:
      // A short read is a file that ends where its header says it goes on.
      if (code == SQLITE_IOERR_SHORT_READ) {
        return errors::DatabaseCorrupt(path_, sqlite3_errstr(code));
      }
      if (IsOutOfSpace(system_error)) {
        return errors::StorageFull(path_);
      }
      break;
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return NotWritable(path_);
    case SQLITE_CANTOPEN:
      if (IsOutOfSpace(system_error)) {
        return errors::StorageFull(path_);
      }
      if (mode_ != ConnectionOptions::Mode::kWrite) {
        break;
      }
      if (system_error == EROFS || system_error == EACCES || system_error == EPERM) {
        return NotWritable(path_);
      }
      break;
    default:
      break;
  }
  // The message names tables and columns, never their contents: every value is bound.
  return errors::StoreUnavailable(absl::StrCat(path_, ": ", sqlite3_errstr(code), " (SQLite code ",
                                               code, "): ", sqlite3_errmsg(db_)));
}

absl::Status Connection::WriteAnew() {
  const int code = WriteDatabaseAnew(db_, path_);
  return code == SQLITE_OK ? absl::OkStatus() : Error(code);
}

absl::Status Connection::EmptyLog() {
  const int code =
      sqlite3_wal_checkpoint_v2(db_, nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
  return code == SQLITE_OK ? absl::OkStatus() : Error(code);
}

absl::Status Connection::CheckLength() {
  // SQLite takes what is missing of the last page for zeros. Pages that still wait in the log need
  // not be in the file yet.
  QUOTES_ASSIGN_OR_RETURN(const int64_t pages, QueryInt("PRAGMA page_count"));
  QUOTES_ASSIGN_OR_RETURN(const int64_t page_size, QueryInt("PRAGMA page_size"));
  const std::string log = path_ + "-wal";
  if (SizeOf(log) == 0 && SizeOf(path_) < static_cast<uint64_t>(pages * page_size)) {
    return errors::DatabaseCorrupt(path_, "damaged: the file has been cut off");
  }
  return absl::OkStatus();
}

absl::Status Connection::CheckIntegrity(const Cancellation& cancellation) {
  QUOTES_RETURN_IF_ERROR(CheckLength());
  Statement check = Prepare("PRAGMA quick_check(1)");
  // SQLite asks no progress handler while it reads a tree, but heeds an interrupt from another
  // thread.
  std::future<absl::StatusOr<bool>> step =
      std::async(std::launch::async, [&check] { return check.Step(); });
  absl::Status wanted;
  while (step.wait_for(kCancellationPoll) != std::future_status::ready) {
    wanted.Update(cancellation.Check());
    if (!wanted.ok()) {
      sqlite3_interrupt(db_);
    }
  }
  const absl::StatusOr<bool> row = step.get();
  QUOTES_RETURN_IF_ERROR(wanted);
  QUOTES_RETURN_IF_ERROR(row.status());
  if (!*row || check.Bytes(0) != "ok") {
    return errors::DatabaseCorrupt(
        path_, *row ? absl::StrCat("damaged: ", absl::StrReplaceAll(check.Text(0), {{"\n", " "}}))
                    : std::string("damaged"));
  }
  return absl::OkStatus();
}

void Connection::CountPages() {
  const auto take = [this](int figure, std::atomic<uint64_t>* sum) {
    int now = 0;
    int highest = 0;
    if (sqlite3_db_status(db_, figure, &now, &highest, /*resetFlg=*/1) == SQLITE_OK && now > 0) {
      sum->fetch_add(static_cast<uint64_t>(now), std::memory_order_relaxed);
    }
  };
  take(SQLITE_DBSTATUS_CACHE_HIT, &page_hits);
  take(SQLITE_DBSTATUS_CACHE_MISS, &page_misses);
  take(SQLITE_DBSTATUS_CACHE_WRITE, &pages_written);
}

absl::StatusOr<std::unique_ptr<Transaction>> Transaction::Begin(Connection* connection, Kind kind) {
  QUOTES_RETURN_IF_ERROR(connection->Execute(kind == Kind::kWrite ? "BEGIN IMMEDIATE" : "BEGIN"));
  return std::unique_ptr<Transaction>(new Transaction(connection));
}

Transaction::~Transaction() {
  // A full disk or an I/O error may have ended the transaction already.
  if (!committed_ && connection_->in_transaction()) {
    connection_->Execute("ROLLBACK").IgnoreError();
  }
  connection_->CountPages();
}

absl::Status Transaction::Commit() {
  QUOTES_RETURN_IF_ERROR(connection_->Execute("COMMIT"));
  committed_ = true;
  return absl::OkStatus();
}

}  // namespace quotes::store::sqlite
