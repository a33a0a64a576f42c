#include "service/store/following_store.h"

#include <utility>

namespace quotes::store {

std::shared_ptr<Store> FollowingStore::Exchange(std::shared_ptr<Store> store) {
  const MutexLock lock(&mutex_);
  return std::exchange(store_, std::move(store));
}

std::shared_ptr<Store> FollowingStore::Current() const {
  const MutexLock lock(&mutex_);
  return store_;
}

absl::StatusOr<ImportOutcome> FollowingStore::Import(const RevisionDraft& draft) {
  return Current()->Import(draft);
}

absl::StatusOr<ReportChange> FollowingStore::SetState(std::string_view report_id,
                                                      archive::ReportState state,
                                                      std::string_view etag, const Actor& actor) {
  return Current()->SetState(report_id, state, etag, actor);
}

absl::StatusOr<ReportChange> FollowingStore::SetEmbargo(std::string_view report_id,
                                                        std::optional<absl::Time> available_from,
                                                        std::string_view etag, const Actor& actor) {
  return Current()->SetEmbargo(report_id, available_from, etag, actor);
}

absl::StatusOr<PurgeOutcome> FollowingStore::Purge(std::string_view report_id,
                                                   std::string_view etag, const Actor& actor) {
  return Current()->Purge(report_id, etag, actor);
}

absl::StatusOr<std::vector<PurgedReport>> FollowingStore::LoadPurged() {
  return Current()->LoadPurged();
}

absl::Status FollowingStore::Scrub() { return Current()->Scrub(); }

absl::StatusOr<Register> FollowingStore::LoadRegister(std::string_view report_id) {
  return Current()->LoadRegister(report_id);
}

absl::StatusOr<ReportChange> FollowingStore::WriteRegister(
    std::string_view report_id, std::string_view etag,
    const std::vector<report::RegisterEntry>& entries, const Edit& edit) {
  return Current()->WriteRegister(report_id, etag, entries, edit);
}

absl::StatusOr<ReportChange> FollowingStore::WriteTags(
    std::string_view report_id, std::string_view quote_id, std::string_view etag,
    const std::vector<themes::Tag>& tags, std::string_view detail, const Actor& actor) {
  return Current()->WriteTags(report_id, quote_id, etag, tags, detail, actor);
}

absl::StatusOr<std::optional<ImportOutcome>> FollowingStore::FindRequest(
    std::string_view request_id, std::string_view digest) {
  return Current()->FindRequest(request_id, digest);
}

absl::StatusOr<uint64_t> FollowingStore::LoadActive(
    absl::FunctionRef<bool(const ReportInfo&)> wanted,
    absl::FunctionRef<absl::Status(std::unique_ptr<archive::Document>)> visit) {
  return Current()->LoadActive(wanted, visit);
}

absl::StatusOr<uint64_t> FollowingStore::LoadHistory(
    absl::FunctionRef<bool(const ReportInfo&)> wanted,
    absl::FunctionRef<absl::Status(std::unique_ptr<archive::Document>)> visit) {
  return Current()->LoadHistory(wanted, visit);
}

absl::StatusOr<uint64_t> FollowingStore::LoadEmbargoed(
    absl::FunctionRef<bool(const ReportInfo&)> wanted,
    absl::FunctionRef<absl::Status(std::unique_ptr<archive::Document>)> visit) {
  return Current()->LoadEmbargoed(wanted, visit);
}

absl::StatusOr<std::unique_ptr<archive::Document>> FollowingStore::LoadRevision(
    std::string_view report_id, uint64_t revision) {
  return Current()->LoadRevision(report_id, revision);
}

absl::StatusOr<std::string> FollowingStore::LoadSource(std::string_view report_id,
                                                       uint64_t revision) {
  return Current()->LoadSource(report_id, revision);
}

absl::StatusOr<std::string> FollowingStore::LoadText(std::string_view report_id,
                                                     uint64_t revision) {
  return Current()->LoadText(report_id, revision);
}

absl::StatusOr<std::vector<RevisionInfo>> FollowingStore::ListRevisions(std::string_view report_id,
                                                                        uint64_t before,
                                                                        size_t limit) {
  return Current()->ListRevisions(report_id, before, limit);
}

absl::StatusOr<uint64_t> FollowingStore::FindQuoteRevision(std::string_view report_id,
                                                           std::string_view quote_id) {
  return Current()->FindQuoteRevision(report_id, quote_id);
}

absl::StatusOr<uint64_t> FollowingStore::FindSectionRevision(std::string_view report_id,
                                                             std::string_view section_id) {
  return Current()->FindSectionRevision(report_id, section_id);
}

absl::StatusOr<uint64_t> FollowingStore::FindDefectRevision(std::string_view report_id,
                                                            std::string_view defect_id) {
  return Current()->FindDefectRevision(report_id, defect_id);
}

absl::StatusOr<StoreStatus> FollowingStore::Status() { return Current()->Status(); }

absl::Status FollowingStore::CheckIntegrity(const Cancellation& cancellation) {
  return Current()->CheckIntegrity(cancellation);
}

absl::StatusOr<StoreCopy> FollowingStore::CopyTo(const std::string& path,
                                                 const Cancellation& cancellation) {
  return Current()->CopyTo(path, cancellation);
}

absl::StatusOr<uint64_t> FollowingStore::ArchiveRevision() { return Current()->ArchiveRevision(); }

absl::StatusOr<std::vector<AuditEntry>> FollowingStore::ListAudit(const AuditFilter& filter,
                                                                  uint64_t before, size_t limit) {
  return Current()->ListAudit(filter, before, limit);
}

absl::StatusOr<std::vector<AuditEntry>> FollowingStore::ListChanges(uint64_t since, size_t limit) {
  return Current()->ListChanges(since, limit);
}

}  // namespace quotes::store
