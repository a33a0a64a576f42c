#ifndef QUOTES_SERVICE_STORE_AUDIT_H_
#define QUOTES_SERVICE_STORE_AUDIT_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/time/time.h"

// Who changed what of the archive. Every change raises the archive revision by one and leaves one
// entry under it, in the same transaction: the trail has no gaps and no entries of changes that
// were not made. Entries hold no words of reports and outlive what they are about, also when that
// is purged.
namespace quotes::store {

// Who asks for a write.
struct Actor {
  std::string caller = "anonymous";  // as the server knows its caller
  std::string peer;                  // where the call came from; empty: from inside the process
  std::string request_id;            // of the call
};

// The numbers are those of the contract and of the database.
enum class AuditAction {
  kImport = 1,
  kWithdraw = 2,
  kRestore = 3,
  kCreateDefect = 4,
  kUpdateDefect = 5,
  kDeleteDefect = 6,
  kTagQuote = 7,
  kRelease = 8,     // of an embargoed report
  kSetEmbargo = 9,  // another time of one
  kPurge = 10
};
inline constexpr AuditAction kLastAuditAction = AuditAction::kPurge;

// A change of what a report has beside its text.
struct Edit {
  AuditAction action = AuditAction::kUpdateDefect;
  std::string child;  // what of the report: "quotes/Q", "defects/D"
  Actor actor;
  std::string detail{};  // see AuditEntry
};

struct AuditEntry {
  uint64_t archive_revision = 0;  // that the change made
  absl::Time time;
  Actor actor;
  AuditAction action = AuditAction::kImport;
  std::string report_id;
  std::string child;  // as in Edit; empty: the report itself
  // Of the report; 0 and empty: there was none.
  uint64_t revision_before = 0;
  uint64_t revision_after = 0;
  std::string etag_before;
  std::string etag_after;
  // Whether the report was held back when it was changed so: nobody but admins is told of the
  // change, neither then nor later. What was there when it is released is new then.
  bool embargoed = false;
  // What was done: of a tag "pinned themes/rural", of a defect its kind and certainty, of a purge
  // "3 revisions". Empty for other changes, and for those of before there was a detail.
  std::string detail{};
};

// What is not set matches everything.
struct AuditFilter {
  std::optional<absl::Time> from{};  // inclusive
  std::optional<absl::Time> to{};    // exclusive
  std::string caller{};              // the whole of it
  std::string report_id{};
  std::string child{};
};

}  // namespace quotes::store

#endif  // QUOTES_SERVICE_STORE_AUDIT_H_
