#ifndef QUOTES_SERVICE_STORE_FOLLOWING_STORE_H_
#define QUOTES_SERVICE_STORE_FOLLOWING_STORE_H_

#include <memory>

#include "service/base/mutex.h"
#include "service/store/store.h"

namespace quotes::store {

// Does what another store does, which is replaced by a later one of the same reports while calls go
// on: each call is answered by the one that it began with.
class FollowingStore : public Store {
 public:
  // REQUIRES: not null, here and below.
  explicit FollowingStore(std::shared_ptr<Store> store) : store_(std::move(store)) {}

  // The one before it, which goes with its last call.
  std::shared_ptr<Store> Exchange(std::shared_ptr<Store> store);

  absl::StatusOr<ImportOutcome> Import(const RevisionDraft& draft) override;
  absl::StatusOr<ReportChange> SetState(std::string_view report_id, archive::ReportState state,
                                        std::string_view etag, const Actor& actor) override;
  absl::StatusOr<ReportChange> SetEmbargo(std::string_view report_id,
                                          std::optional<absl::Time> available_from,
                                          std::string_view etag, const Actor& actor) override;
  absl::StatusOr<PurgeOutcome> Purge(std::string_view report_id, std::string_view etag,
                                     const Actor& actor) override;
  absl::StatusOr<std::vector<PurgedReport>> LoadPurged() override;
  absl::Status Scrub() override;
  absl::StatusOr<Register> LoadRegister(std::string_view report_id) override;
  absl::StatusOr<ReportChange> WriteRegister(std::string_view report_id, std::string_view etag,
                                             const std::vector<report::RegisterEntry>& entries,
                                             const Edit& edit) override;
  absl::StatusOr<ReportChange> WriteTags(std::string_view report_id, std::string_view quote_id,
                                         std::string_view etag,
                                         const std::vector<themes::Tag>& tags,
                                         std::string_view detail, const Actor& actor) override;
  absl::StatusOr<std::optional<ImportOutcome>> FindRequest(std::string_view request_id,
                                                           std::string_view digest) override;
  absl::StatusOr<uint64_t> LoadActive(
      absl::FunctionRef<bool(const ReportInfo&)> wanted,
      absl::FunctionRef<absl::Status(std::unique_ptr<archive::Document>)> visit) override;
  absl::StatusOr<uint64_t> LoadHistory(
      absl::FunctionRef<bool(const ReportInfo&)> wanted,
      absl::FunctionRef<absl::Status(std::unique_ptr<archive::Document>)> visit) override;
  absl::StatusOr<uint64_t> LoadEmbargoed(
      absl::FunctionRef<bool(const ReportInfo&)> wanted,
      absl::FunctionRef<absl::Status(std::unique_ptr<archive::Document>)> visit) override;
  absl::StatusOr<std::unique_ptr<archive::Document>> LoadRevision(std::string_view report_id,
                                                                  uint64_t revision) override;
  absl::StatusOr<std::string> LoadSource(std::string_view report_id, uint64_t revision) override;
  absl::StatusOr<std::string> LoadText(std::string_view report_id, uint64_t revision) override;
  absl::StatusOr<std::vector<RevisionInfo>> ListRevisions(std::string_view report_id,
                                                          uint64_t before, size_t limit) override;
  absl::StatusOr<uint64_t> FindQuoteRevision(std::string_view report_id,
                                             std::string_view quote_id) override;
  absl::StatusOr<uint64_t> FindSectionRevision(std::string_view report_id,
                                               std::string_view section_id) override;
  absl::StatusOr<uint64_t> FindDefectRevision(std::string_view report_id,
                                              std::string_view defect_id) override;
  absl::StatusOr<StoreStatus> Status() override;
  absl::Status CheckIntegrity(const Cancellation& cancellation) override;
  absl::StatusOr<StoreCopy> CopyTo(const std::string& path,
                                   const Cancellation& cancellation) override;
  absl::StatusOr<uint64_t> ArchiveRevision() override;
  absl::StatusOr<std::vector<AuditEntry>> ListAudit(const AuditFilter& filter, uint64_t before,
                                                    size_t limit) override;
  absl::StatusOr<std::vector<AuditEntry>> ListChanges(uint64_t since, size_t limit) override;

 private:
  std::shared_ptr<Store> Current() const;

  mutable Mutex mutex_;  // guards the pointer only
  std::shared_ptr<Store> store_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace quotes::store

#endif  // QUOTES_SERVICE_STORE_FOLLOWING_STORE_H_
