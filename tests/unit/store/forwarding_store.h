#ifndef QUOTES_TESTS_UNIT_STORE_FORWARDING_STORE_H_
#define QUOTES_TESTS_UNIT_STORE_FORWARDING_STORE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "service/store/store.h"

namespace quotes::testing {

// A store that does what another does, for tests that want one call to be otherwise.
class ForwardingStore : public store::Store {
 public:
  explicit ForwardingStore(std::unique_ptr<store::Store> store) : store_(std::move(store)) {}

  absl::StatusOr<store::ImportOutcome> Import(const store::RevisionDraft& draft) override {
    return store_->Import(draft);
  }
  absl::StatusOr<store::ReportChange> SetState(std::string_view report_id,
                                               archive::ReportState state, std::string_view etag,
                                               const store::Actor& actor) override {
    return store_->SetState(report_id, state, etag, actor);
  }
  absl::StatusOr<store::ReportChange> SetEmbargo(std::string_view report_id,
                                                 std::optional<absl::Time> available_from,
                                                 std::string_view etag,
                                                 const store::Actor& actor) override {
    return store_->SetEmbargo(report_id, available_from, etag, actor);
  }
  absl::StatusOr<store::PurgeOutcome> Purge(std::string_view report_id, std::string_view etag,
                                            const store::Actor& actor) override {
    return store_->Purge(report_id, etag, actor);
  }
  absl::StatusOr<std::vector<store::PurgedReport>> LoadPurged() override {
    return store_->LoadPurged();
  }
  absl::Status Scrub() override { return store_->Scrub(); }
  absl::StatusOr<store::Register> LoadRegister(std::string_view report_id) override {
    return store_->LoadRegister(report_id);
  }
  absl::StatusOr<store::ReportChange> WriteRegister(
      std::string_view report_id, std::string_view etag,
      const std::vector<report::RegisterEntry>& entries, const store::Edit& edit) override {
    return store_->WriteRegister(report_id, etag, entries, edit);
  }
  absl::StatusOr<store::ReportChange> WriteTags(std::string_view report_id,
                                                std::string_view quote_id, std::string_view etag,
                                                const std::vector<themes::Tag>& tags,
                                                std::string_view detail,
                                                const store::Actor& actor) override {
    return store_->WriteTags(report_id, quote_id, etag, tags, detail, actor);
  }
  absl::StatusOr<std::optional<store::ImportOutcome>> FindRequest(
      std::string_view request_id, std::string_view digest) override {
    return store_->FindRequest(request_id, digest);
  }
  absl::StatusOr<uint64_t> LoadActive(
      absl::FunctionRef<bool(const store::ReportInfo&)> wanted,
      absl::FunctionRef<absl::Status(std::unique_ptr<archive::Document>)> visit) override {
    return store_->LoadActive(wanted, visit);
  }
  absl::StatusOr<uint64_t> LoadEmbargoed(
      absl::FunctionRef<bool(const store::ReportInfo&)> wanted,
      absl::FunctionRef<absl::Status(std::unique_ptr<archive::Document>)> visit) override {
    return store_->LoadEmbargoed(wanted, visit);
  }
  absl::StatusOr<std::unique_ptr<archive::Document>> LoadRevision(std::string_view report_id,
                                                                  uint64_t revision) override {
    return store_->LoadRevision(report_id, revision);
  }
  absl::StatusOr<std::string> LoadSource(std::string_view report_id, uint64_t revision) override {
    return store_->LoadSource(report_id, revision);
  }
  absl::StatusOr<std::string> LoadText(std::string_view report_id, uint64_t revision) override {
    return store_->LoadText(report_id, revision);
  }
  absl::StatusOr<std::vector<store::RevisionInfo>> ListRevisions(std::string_view report_id,
                                                                 uint64_t before,
                                                                 size_t limit) override {
    return store_->ListRevisions(report_id, before, limit);
  }
  absl::StatusOr<uint64_t> FindQuoteRevision(std::string_view report_id,
                                             std::string_view quote_id) override {
    return store_->FindQuoteRevision(report_id, quote_id);
  }
  absl::StatusOr<uint64_t> FindSectionRevision(std::string_view report_id,
                                               std::string_view section_id) override {
    return store_->FindSectionRevision(report_id, section_id);
  }
  absl::StatusOr<uint64_t> FindDefectRevision(std::string_view report_id,
                                              std::string_view defect_id) override {
    return store_->FindDefectRevision(report_id, defect_id);
  }
  absl::StatusOr<store::StoreStatus> Status() override { return store_->Status(); }
  absl::Status CheckIntegrity(const Cancellation& cancellation) override {
    return store_->CheckIntegrity(cancellation);
  }
  absl::StatusOr<store::StoreCopy> CopyTo(const std::string& path,
                                          const Cancellation& cancellation) override {
    return store_->CopyTo(path, cancellation);
  }
  absl::StatusOr<uint64_t> ArchiveRevision() override { return store_->ArchiveRevision(); }
  absl::StatusOr<std::vector<store::AuditEntry>> ListAudit(const store::AuditFilter& filter,
                                                           uint64_t before, size_t limit) override {
    return store_->ListAudit(filter, before, limit);
  }
  absl::StatusOr<std::vector<store::AuditEntry>> ListChanges(uint64_t since,
                                                             size_t limit) override {
    return store_->ListChanges(since, limit);
  }
  absl::StatusOr<uint64_t> LoadHistory(
      absl::FunctionRef<bool(const store::ReportInfo&)> wanted,
      absl::FunctionRef<absl::Status(std::unique_ptr<archive::Document>)> visit) override {
    return store_->LoadHistory(wanted, visit);
  }

 private:
  const std::unique_ptr<store::Store> store_;
};

}  // namespace quotes::testing

#endif  // QUOTES_TESTS_UNIT_STORE_FORWARDING_STORE_H_
