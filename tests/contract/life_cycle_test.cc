// Who changed what, backups, and changes as they happen.

#include <gmock/gmock.h>

#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "service/base/hash.h"
#include "service/library/backups.h"
#include "service/store/sqlite/store.h"
#include "tests/contract/contract_fixture.h"

namespace quotes::contract {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

class LifeCycleContract : public Contract {
 protected:
  v1::ListAuditEntriesResponse Audit(const v1::ListAuditEntriesRequest& request = {}) {
    v1::ListAuditEntriesResponse response;
    const grpc::Status status =
        Call(admin_, &v1::AdminService::Stub::ListAuditEntries, request, &response);
    EXPECT_TRUE(status.ok()) << Outcome(status);
    return response;
  }
  std::string AuditOutcome(const v1::ListAuditEntriesRequest& request) {
    v1::ListAuditEntriesResponse response;
    return Outcome(Call(admin_, &v1::AdminService::Stub::ListAuditEntries, request, &response));
  }

  void Withdraw(const std::string& name) {
    v1::DeleteReportRequest request;
    request.set_name(name);
    v1::DeleteReportResponse response;
    EXPECT_TRUE(Call(reports_, &v1::ReportService::Stub::DeleteReport, request, &response).ok());
  }
};

std::vector<std::string> Lines(const v1::ListAuditEntriesResponse& response) {
  std::vector<std::string> lines;
  for (const v1::AuditEntry& entry : response.entries()) {
    lines.push_back(absl::StrCat(
        entry.archive_revision(), " ", v1::AuditEntry::Action_Name(entry.action()).substr(7), " ",
        entry.resource(), " ", entry.revision_before(), "-", entry.revision_after()));
  }
  return lines;
}

TEST_F(LifeCycleContract, EveryWriteIsInTheAuditTrail) {
  Start(false);
  const absl::Time begin = absl::Now();
  Import("a", "甲报告说：经济总量达到280亿元。\n");
  Import("a", "甲报告说：经济总量达到290亿元。\n");
  v1::CreateDefectRequest create;
  create.set_parent("reports/a");
  create.set_defect_id("d1");
  create.mutable_defect()->set_printed("290亿元");
  create.mutable_defect()->add_readings("280亿元");
  {
    grpc::ClientContext context;
    context.AddMetadata("x-request-id", "call-17");
    v1::CreateDefectResponse response;
    const grpc::Status status = reports_->CreateDefect(&context, create, &response);
    ASSERT_TRUE(status.ok()) << Outcome(status);
  }
  v1::UpdateDefectRequest update;
  update.mutable_defect()->set_name("reports/a/defects/d1");
  update.mutable_defect()->set_note("见公报");
  update.mutable_update_mask()->add_paths("note");
  v1::UpdateDefectResponse updated;
  EXPECT_TRUE(Call(reports_, &v1::ReportService::Stub::UpdateDefect, update, &updated).ok());
  v1::DeleteDefectRequest remove;
  remove.set_name("reports/a/defects/d1");
  v1::DeleteDefectResponse removed;
  EXPECT_TRUE(Call(reports_, &v1::ReportService::Stub::DeleteDefect, remove, &removed).ok());
  v1::ListQuotesRequest list;
  list.set_parent("reports/a");
  v1::ListQuotesResponse quotes;
  EXPECT_TRUE(Call(quotes_, &v1::QuoteService::Stub::ListQuotes, list, &quotes).ok());
  ASSERT_GT(quotes.quotes_size(), 0);
  v1::TagQuoteRequest tag;
  tag.set_name(quotes.quotes(0).name());
  tag.set_theme("themes/rural");
  tag.set_action(v1::QuoteTag::ACTION_PIN);
  v1::TagQuoteResponse tagged;
  EXPECT_TRUE(Call(quotes_, &v1::QuoteService::Stub::TagQuote, tag, &tagged).ok());
  Withdraw("reports/a");
  Withdraw("reports/a");  // changes nothing
  v1::UndeleteReportRequest undelete;
  undelete.set_name("reports/a");
  v1::UndeleteReportResponse undeleted;
  EXPECT_TRUE(Call(reports_, &v1::ReportService::Stub::UndeleteReport, undelete, &undeleted).ok());

  const v1::ListAuditEntriesResponse all = Audit();
  EXPECT_THAT(Lines(all), ElementsAre("8 RESTORE reports/a 2-2", "7 WITHDRAW reports/a 2-2",
                                      absl::StrCat("6 TAG_QUOTE ", quotes.quotes(0).name(), " 2-2"),
                                      "5 DELETE_DEFECT reports/a/defects/d1 2-2",
                                      "4 UPDATE_DEFECT reports/a/defects/d1 2-2",
                                      "3 CREATE_DEFECT reports/a/defects/d1 2-2",
                                      "2 IMPORT reports/a 1-2", "1 IMPORT reports/a 0-1"));
  EXPECT_EQ(all.entries(5).request_id(), "call-17");
  EXPECT_EQ(all.entries(0).etag_after(), undeleted.report().etag());
  for (const v1::AuditEntry& entry : all.entries()) {
    EXPECT_EQ(entry.caller(), "anonymous");
    EXPECT_THAT(entry.peer(), StartsWith("ipv4:127.0.0.1:"));
    EXPECT_FALSE(entry.request_id().empty());
    EXPECT_GE(entry.time().seconds(), absl::ToUnixSeconds(begin));
  }

  v1::ListAuditEntriesRequest request;
  request.set_resource("reports/a/defects/d1");
  EXPECT_THAT(Lines(Audit(request)), SizeIs(3));
  request.set_resource("reports/b");
  EXPECT_THAT(Lines(Audit(request)), IsEmpty());
  request.clear_resource();
  request.set_caller("somebody");
  EXPECT_THAT(Lines(Audit(request)), IsEmpty());
  request.clear_caller();
  request.mutable_start_time()->set_seconds(absl::ToUnixSeconds(begin) + 3600);
  EXPECT_THAT(Lines(Audit(request)), IsEmpty());
}

TEST_F(LifeCycleContract, TheAuditTrailIsPaged) {
  Start(false);
  for (int i = 0; i < 7; ++i) {
    Import(absl::StrCat("r", i), absl::StrCat("第", i, "份报告说：经济总量达到280亿元。\n"));
  }
  v1::ListAuditEntriesRequest request;
  request.set_page_size(3);
  std::vector<std::string> lines;
  int pages = 0;
  do {
    const v1::ListAuditEntriesResponse page = Audit(request);
    for (std::string& line : Lines(page)) {
      lines.push_back(std::move(line));
    }
    request.set_page_token(page.next_page_token());
    if (++pages == 1) {
      Import("between", "之间的一份报告说：经济总量达到280亿元。\n");
    }
  } while (!request.page_token().empty());
  EXPECT_EQ(pages, 3);
  EXPECT_THAT(lines, SizeIs(7));
  EXPECT_THAT(lines.front(), StartsWith("7 "));
  EXPECT_THAT(lines.back(), StartsWith("1 "));

  request.Clear();
  request.set_page_token("x");
  EXPECT_EQ(AuditOutcome(request), "INVALID_ARGUMENT/PAGE_TOKEN_INVALID page_token");
  request.Clear();
  request.set_page_size(-1);
  EXPECT_EQ(AuditOutcome(request), "INVALID_ARGUMENT/FIELD_OUT_OF_RANGE page_size");
  request.Clear();
  request.set_resource("themes/rural");
  EXPECT_EQ(AuditOutcome(request), "INVALID_ARGUMENT/INVALID_NAME resource");
  request.Clear();
  request.set_caller(std::string(1'001, 'x'));
  EXPECT_EQ(AuditOutcome(request), "INVALID_ARGUMENT/FIELD_OUT_OF_RANGE caller");
  request.Clear();
  request.mutable_start_time()->set_seconds(5);
  request.mutable_end_time()->set_seconds(5);
  EXPECT_EQ(AuditOutcome(request), "INVALID_ARGUMENT/FIELD_INVALID end_time");
  request.Clear();
  request.mutable_start_time()->set_nanos(-1);
  EXPECT_EQ(AuditOutcome(request), "INVALID_ARGUMENT/FIELD_INVALID start_time");
}

TEST_F(LifeCycleContract, BackupsAreMadeWhereTheServerWasTold) {
  Options options;
  options.backups = true;
  Start(options);
  v1::BackupRequest request;
  request.set_file_name("mine.db");
  v1::BackupResponse response;
  ASSERT_EQ(Outcome(Call(admin_, &v1::AdminService::Stub::Backup, request, &response)), "OK");
  EXPECT_EQ(response.file_name(), "mine.db");
  EXPECT_EQ(response.archive_revision(), 1);
  const std::string bytes = testing::ReadFile(dir_.path() / "backups" / "mine.db");
  EXPECT_EQ(response.size_bytes(), static_cast<int64_t>(bytes.size()));
  EXPECT_EQ(response.sha256(), Sha256Hex(bytes));
  EXPECT_EQ(Outcome(Call(admin_, &v1::AdminService::Stub::Backup, request, &response)),
            "ALREADY_EXISTS/BACKUP_EXISTS");
  request.set_file_name("../mine.db");
  EXPECT_EQ(Outcome(Call(admin_, &v1::AdminService::Stub::Backup, request, &response)),
            "INVALID_ARGUMENT/FIELD_INVALID file_name");
  request.clear_file_name();
  ASSERT_EQ(Outcome(Call(admin_, &v1::AdminService::Stub::Backup, request, &response)), "OK");
  auto store = store::sqlite::Open(
      {.path = (dir_.path() / "backups" / response.file_name()).string(), .read_only = true});
  ASSERT_TRUE(store.ok()) << store.status();
  EXPECT_EQ((*store)->Status()->reports, 1u);
  v1::GetStatusResponse status;
  EXPECT_EQ(Outcome(Call(admin_, &v1::AdminService::Stub::GetStatus, {}, &status)), "OK");
  EXPECT_TRUE(status.has_last_backup_time());
}

TEST_F(LifeCycleContract, WithoutAFolderThereAreNoBackups) {
  Start(false);
  v1::BackupResponse response;
  EXPECT_EQ(Outcome(Call(admin_, &v1::AdminService::Stub::Backup, {}, &response)),
            "PRECONDITION/BACKUP_NOT_CONFIGURED");
}

TEST_F(LifeCycleContract, TheStateTellsSinceWhenItIsServed) {
  const absl::Time begin = absl::Now();
  Start(false);
  v1::GetStatusResponse status;
  EXPECT_EQ(Outcome(Call(admin_, &v1::AdminService::Stub::GetStatus, {}, &status)), "OK");
  EXPECT_GE(status.archive_time().seconds(), absl::ToUnixSeconds(begin));
  EXPECT_FALSE(status.has_snapshot_time()) << "it is no replica";
}

TEST_F(LifeCycleContract, AServiceInsideAProgramReadsNoFilesAnew) {
  Start(false);
  v1::ReloadResponse response;
  EXPECT_EQ(Outcome(Call(admin_, &v1::AdminService::Stub::Reload, {}, &response)), "OK");
  EXPECT_THAT(response.sources(), IsEmpty());
}

// A stream of changes with what came of it.
class Watched {
 public:
  Watched(const std::unique_ptr<v1::ReportService::Stub>& stub, std::optional<int64_t> since,
          int heartbeat = 3'600) {
    v1::WatchChangesRequest request;
    if (since.has_value()) {
      request.set_since_archive_revision(*since);
    }
    request.mutable_heartbeat()->set_seconds(heartbeat);
    Begin(stub, request);
  }
  // Goes on from there.
  struct Position {
    std::string text;
  };
  Watched(const std::unique_ptr<v1::ReportService::Stub>& stub, const Position& position) {
    v1::WatchChangesRequest request;
    request.set_position(position.text);
    Begin(stub, request);
  }

  // "3 NEW_REVISION reports/a" for each change of the next message; "to 3" for one without.
  std::vector<std::string> Next() {
    v1::WatchChangesResponse response;
    if (!reader_->Read(&response)) {
      return {"end"};
    }
    position_ = response.position();
    std::vector<std::string> told;
    for (const v1::Change& change : response.changes()) {
      told.push_back(absl::StrCat(change.archive_revision(), " ",
                                  v1::Change::Kind_Name(change.kind()).substr(5), " ",
                                  change.child().empty() ? change.report() : change.child()));
    }
    if (told.empty()) {
      told.push_back(absl::StrCat("to ", response.archive_revision()));
    } else {
      EXPECT_EQ(response.changes().rbegin()->archive_revision(), response.archive_revision());
    }
    return told;
  }
  std::string End() {
    v1::WatchChangesResponse response;
    while (reader_->Read(&response)) {
    }
    return Outcome(reader_->Finish());
  }
  void Cancel() { context_.TryCancel(); }
  // Of the last message.
  const std::string& position() const { return position_; }

 private:
  void Begin(const std::unique_ptr<v1::ReportService::Stub>& stub,
             const v1::WatchChangesRequest& request) {
    context_.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(600));
    reader_ = stub->WatchChanges(&context_, request);
  }

  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReader<v1::WatchChangesResponse>> reader_;
  std::string position_;
};

TEST_F(LifeCycleContract, ChangesAreToldAsTheyHappen) {
  Start(false);
  Import("a", "甲报告说：经济总量达到280亿元。\n");
  Watched from_now(reports_, std::nullopt);
  EXPECT_THAT(from_now.Next(), ElementsAre("to 1"));
  Watched from_the_beginning(reports_, 0);
  EXPECT_THAT(from_the_beginning.Next(), ElementsAre("1 NEW_REPORT reports/a"));
  Import("a", "甲报告说：经济总量达到290亿元。\n");
  for (Watched* watched : {&from_now, &from_the_beginning}) {
    EXPECT_THAT(watched->Next(), ElementsAre("2 NEW_REVISION reports/a"));
  }
  Withdraw("reports/a");
  for (Watched* watched : {&from_now, &from_the_beginning}) {
    EXPECT_THAT(watched->Next(), ElementsAre("3 WITHDRAWN reports/a"));
  }
  // Whoever was away goes on where it was.
  Watched again(reports_, 1);
  EXPECT_THAT(again.Next(), ElementsAre("2 NEW_REVISION reports/a", "3 WITHDRAWN reports/a"));
  again.Cancel();
  EXPECT_THAT(again.End(), StartsWith("CANCELLED"));
  // All others are told that the server ends.
  server_->Drain(absl::Seconds(30));
  EXPECT_EQ(from_now.End(), "UNAVAILABLE/SHUTTING_DOWN");
  EXPECT_EQ(from_the_beginning.End(), "UNAVAILABLE/SHUTTING_DOWN");
}

TEST_F(LifeCycleContract, AWatchSaysThatItLives) {
  Start(false);
  const absl::Time begin = absl::Now();
  Watched watched(reports_, 0, /*heartbeat=*/1);
  EXPECT_THAT(watched.Next(), ElementsAre("to 0"));
  EXPECT_THAT(watched.Next(), ElementsAre("to 0"));
  EXPECT_THAT(watched.Next(), ElementsAre("to 0"));
  EXPECT_GE(absl::Now() - begin, absl::Milliseconds(1900));
}

TEST_F(LifeCycleContract, ManyChangesComeInManyMessages) {
  Start(false);
  for (int i = 0; i < 75; ++i) {
    Withdraw(Import("a", "甲报告说：经济总量达到280亿元。\n").report().name());
    v1::UndeleteReportRequest request;
    request.set_name("reports/a");
    v1::UndeleteReportResponse response;
    EXPECT_TRUE(Call(reports_, &v1::ReportService::Stub::UndeleteReport, request, &response).ok());
  }
  Watched watched(reports_, 0);
  std::vector<size_t> sizes;
  size_t told = 0;
  while (told < 151) {
    const std::vector<std::string> next = watched.Next();
    ASSERT_NE(next.front(), "end");
    sizes.push_back(next.size());
    told += next.size();
  }
  EXPECT_EQ(told, 151u);
  EXPECT_THAT(sizes, ElementsAre(100, 51));
}

TEST_F(LifeCycleContract, WatchesThatCannotBeAreRefused) {
  Start();
  EXPECT_EQ(Watched(reports_, 2).End(), "OUT_OF_RANGE/REVISION_IN_FUTURE");
  EXPECT_EQ(Watched(reports_, -1).End(),
            "INVALID_ARGUMENT/FIELD_OUT_OF_RANGE since_archive_revision");
  EXPECT_EQ(Watched(reports_, 0, 0).End(), "INVALID_ARGUMENT/FIELD_OUT_OF_RANGE heartbeat");
  EXPECT_EQ(Watched(reports_, 0, 3601).End(), "INVALID_ARGUMENT/FIELD_OUT_OF_RANGE heartbeat");
}

TEST_F(LifeCycleContract, AWatchGoesOnFromItsPosition) {
  Start(false);
  Watched empty(reports_, std::nullopt);
  EXPECT_THAT(empty.Next(), ElementsAre("to 0"));
  Import("a", "甲报告说：经济总量达到280亿元。\n");
  Watched first(reports_, 0);
  EXPECT_THAT(first.Next(), ElementsAre("1 NEW_REPORT reports/a"));
  Import("a", "甲报告说：经济总量达到290亿元。\n");
  EXPECT_THAT(first.Next(), ElementsAre("2 NEW_REVISION reports/a"));
  // Two watches that are as far have the same position, however they came there.
  Watched from_now(reports_, std::nullopt);
  EXPECT_THAT(from_now.Next(), ElementsAre("to 2"));
  EXPECT_EQ(from_now.position(), first.position());
  EXPECT_NE(empty.position(), first.position());
  Withdraw("reports/a");
  EXPECT_THAT(Watched(reports_, Watched::Position{first.position()}).Next(),
              ElementsAre("3 WITHDRAWN reports/a"));
  EXPECT_THAT(
      Watched(reports_, Watched::Position{empty.position()}).Next(),
      ElementsAre("1 NEW_REPORT reports/a", "2 NEW_REVISION reports/a", "3 WITHDRAWN reports/a"));
}

TEST_F(LifeCycleContract, APositionOfAnotherHistoryIsRefused) {
  Start(false);
  Import("a", "甲报告说：经济总量达到280亿元。\n");
  Watched watched(reports_, 0);
  EXPECT_THAT(watched.Next(), ElementsAre("1 NEW_REPORT reports/a"));
  std::string other = watched.position();
  other.back() = other.back() == '0' ? '1' : '0';
  EXPECT_EQ(Watched(reports_, Watched::Position{other}).End(), "OUT_OF_RANGE/HISTORY_CHANGED");
  other.front() = '2';
  EXPECT_EQ(Watched(reports_, Watched::Position{other}).End(), "OUT_OF_RANGE/REVISION_IN_FUTURE");
  for (const std::string& position :
       {std::string("1"), std::string("-0000000000000000"), std::string("1-"),
        watched.position() + "0", "0" + watched.position(), "+" + watched.position(),
        std::string("1-00000000000000AB"), std::string("99999999999999999999-0000000000000000")}) {
    EXPECT_EQ(Watched(reports_, Watched::Position{position}).End(),
              "INVALID_ARGUMENT/FIELD_INVALID position")
        << position;
  }
  grpc::ClientContext context;
  v1::WatchChangesRequest both;
  both.set_position(watched.position());
  both.set_since_archive_revision(1);
  const auto reader = reports_->WatchChanges(&context, both);
  v1::WatchChangesResponse response;
  EXPECT_FALSE(reader->Read(&response));
  EXPECT_EQ(Outcome(reader->Finish()), "INVALID_ARGUMENT/FIELD_INVALID position");
}

TEST_F(LifeCycleContract, ManyWatchesAtATime) {
  Start(false);
  std::vector<std::unique_ptr<Watched>> watches;
  for (int i = 0; i < 100; ++i) {
    watches.push_back(std::make_unique<Watched>(reports_, std::nullopt));
  }
  for (const auto& watched : watches) {
    EXPECT_THAT(watched->Next(), ElementsAre("to 0"));
  }
  Import("a", "甲报告说：经济总量达到280亿元。\n");
  for (const auto& watched : watches) {
    EXPECT_THAT(watched->Next(), ElementsAre("1 NEW_REPORT reports/a"));
  }
  // Some go away without a word, the others hear the next change.
  watches.resize(50);
  Import("b", "乙报告说：经济总量达到290亿元。\n");
  for (const auto& watched : watches) {
    EXPECT_THAT(watched->Next(), ElementsAre("2 NEW_REPORT reports/b"));
  }
}

}  // namespace
}  // namespace quotes::contract
