#include "service/store/sqlite/backup.h"

#include <sqlite3.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "service/base/durable_file.h"
#include "service/base/errors.h"
#include "service/base/status_macros.h"

namespace quotes::store::sqlite {
namespace {

// 8 MiB of pages of 4 KiB: cancellation is seen within some milliseconds.
constexpr int kPagesPerStep = 2048;
// A source that is locked (by a recovery, say) is asked again for so long.
constexpr int kMostBusySteps = 500;
constexpr absl::Duration kBusyPause = absl::Milliseconds(10);

constexpr char kSelectArchiveRevision[] = "SELECT archive_revision FROM meta WHERE id = 1";
constexpr char kSelectUnscrubbed[] = "SELECT unscrubbed FROM meta WHERE id = 1";
constexpr char kSetScrubbed[] = "UPDATE meta SET unscrubbed = 0 WHERE id = 1";

struct CloseDatabase {
  void operator()(sqlite3* db) const { sqlite3_close(db); }
};

absl::Status TargetError(const std::string& target, int code) {
  if ((code & 0xff) == SQLITE_FULL) {
    return errors::StorageFull(target);
  }
  return errors::StoreUnavailable(
      absl::StrCat(target, ": ", sqlite3_errstr(code), " (SQLite code ", code, ")"));
}

absl::Status CopyPages(Connection* source, sqlite3* target, const std::string& path,
                       const Cancellation& cancellation) {
  sqlite3_backup* const backup = sqlite3_backup_init(target, "main", source->db(), "main");
  if (backup == nullptr) {
    return TargetError(path, sqlite3_extended_errcode(target));
  }
  absl::Status status;
  int code = SQLITE_OK;
  int busy = 0;
  while (status.ok() && code != SQLITE_DONE) {
    code = sqlite3_backup_step(backup, kPagesPerStep);
    if (code == SQLITE_BUSY || code == SQLITE_LOCKED) {
      if (++busy > kMostBusySteps) {
        status = errors::StoreBusy();
      }
      absl::SleepFor(kBusyPause);
    } else if (code != SQLITE_OK && code != SQLITE_DONE) {
      status = TargetError(path, code);
    }
    status.Update(cancellation.Check());
  }
  const int finished = sqlite3_backup_finish(backup);
  if (status.ok() && finished != SQLITE_OK) {
    status = TargetError(path, finished);
  }
  return status;
}

// The copy says of itself that it has a log, as its source had. One that is read from a folder that
// cannot be written, or carried elsewhere, is better off without.
absl::Status DropLog(sqlite3* target, const std::string& path) {
  std::string mode;
  const int code = sqlite3_exec(
      target, "PRAGMA journal_mode=DELETE",
      [](void* out, int columns, char** values, char**) {
        if (columns == 1 && values[0] != nullptr) {
          *static_cast<std::string*>(out) = values[0];
        }
        return 0;
      },
      &mode, nullptr);
  if (code != SQLITE_OK) {
    return TargetError(path, code);
  }
  if (mode != "delete") {
    return errors::StoreUnavailable(absl::StrCat(path, ": stays in the mode ", mode));
  }
  return absl::OkStatus();
}

// A copy that is made between a purge and the end of it has no bytes of it all the same.
absl::Status ScrubCopy(sqlite3* target, const std::string& path, const std::string& partial) {
  int code = sqlite3_exec(target, kSetScrubbed, nullptr, nullptr, nullptr);
  if (code == SQLITE_OK) {
    code = WriteDatabaseAnew(target, partial);
  }
  return code == SQLITE_OK ? absl::OkStatus() : TargetError(path, code);
}

absl::StatusOr<bool> IsUnscrubbed(Connection* connection) {
  Statement select = connection->Prepare(kSelectUnscrubbed);
  QUOTES_ASSIGN_OR_RETURN(const bool found, select.Step());
  return found && select.Bool(0);
}

absl::StatusOr<int64_t> ReadRevision(Connection* connection) {
  Statement select = connection->Prepare(kSelectArchiveRevision);
  QUOTES_ASSIGN_OR_RETURN(const bool found, select.Step());
  if (!found) {
    return errors::DatabaseCorrupt(connection->path(), "a row of its register is missing");
  }
  return select.Int(0);
}

}  // namespace

absl::StatusOr<StoreCopy> CopyDatabase(Connection* source, const std::string& target,
                                       const Cancellation& cancellation) {
  std::error_code error;
  if (std::filesystem::exists(target, error)) {
    return absl::AlreadyExistsError(absl::StrCat(target, " exists"));
  }
  const std::string partial = PartialPath(target);
  const auto remove_partial = [&partial] {
    for (const char* suffix : {"", "-journal", "-wal", "-shm"}) {
      unlink((partial + suffix).c_str());
    }
  };
  remove_partial();  // of an earlier one that was cut off
  absl::Cleanup remove_at_end(remove_partial);

  StoreCopy copy;
  QUOTES_ASSIGN_OR_RETURN(const int64_t revision, ReadRevision(source));
  copy.archive_revision = static_cast<uint64_t>(revision);
  QUOTES_ASSIGN_OR_RETURN(const bool unscrubbed, IsUnscrubbed(source));
  copy.schema_version = source->schema_version();
  // Outlives what SQLite has open: closing it lets go of SQLite's own locks.
  std::optional<PartialLock> lock;
  {
    sqlite3* opened = nullptr;
    const int code = sqlite3_open_v2(
        partial.c_str(), &opened,
        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
        nullptr);
    const std::unique_ptr<sqlite3, CloseDatabase> db(opened);
    if (code != SQLITE_OK) {
      return TargetError(target, code);
    }
    lock.emplace(target);
    // Nothing relies on it before it is synced as a whole.
    sqlite3_exec(db.get(), "PRAGMA synchronous=OFF", nullptr, nullptr, nullptr);
    QUOTES_RETURN_IF_ERROR(CopyPages(source, db.get(), target, cancellation));
    QUOTES_RETURN_IF_ERROR(DropLog(db.get(), target));
    if (unscrubbed) {
      QUOTES_RETURN_IF_ERROR(ScrubCopy(db.get(), target, partial));
    }
  }
  {
    QUOTES_ASSIGN_OR_RETURN(
        const std::unique_ptr<Connection> written,
        Connection::Open({.path = partial, .mode = ConnectionOptions::Mode::kImmutable}));
    QUOTES_RETURN_IF_ERROR(written->CheckIntegrity(cancellation));
    QUOTES_ASSIGN_OR_RETURN(const int64_t held, ReadRevision(written.get()));
    if (held != revision) {
      return errors::DatabaseCorrupt(target, "the copy is of another revision than was copied");
    }
  }
  QUOTES_RETURN_IF_ERROR(SyncFile(partial));
  QUOTES_ASSIGN_OR_RETURN(FileDigest digest, DigestFile(partial, cancellation));
  copy.size_bytes = digest.size_bytes;
  copy.sha256 = std::move(digest.sha256);
  QUOTES_RETURN_IF_ERROR(Finish(target));
  return copy;
}

}  // namespace quotes::store::sqlite
