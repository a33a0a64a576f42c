// The history against what the store says, read revision by revision: after any sequence of
// imports, withdrawals, restores and edits of registers, in processes that end or are killed, with
// files of segments that are damaged, gone or of another time.

#include <gtest/gtest.h>
#include <time.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "service/archive/query.h"
#include "service/base/check.h"
#include "service/library/library.h"
#include "service/store/sqlite/store.h"
#include "service/text/utf8.h"
#include "tests/support/test_data.h"
#include "tests/unit/store/child_process.h"
#include "tests/unit/store/document_text.h"
#include "tests/unit/store/forwarding_store.h"

namespace quotes {
namespace {

namespace fs = std::filesystem;
using ::quotes::testing::ChildProcess;
using ::quotes::testing::DocumentText;
using Random = std::mt19937;

constexpr int kReports = 7;
constexpr int kTexts = 4;  // of each report

std::string IdOf(int report) { return absl::StrCat("r", report); }

std::string MarkOf(int text) {
  static constexpr std::string_view kMarks[] = {"标记甲", "标记乙", "标记丙", "标记丁"};
  return std::string(kMarks[static_cast<size_t>(text)]);
}

// A store that counts the revisions that are read of its history.
class CountingStore final : public quotes::testing::ForwardingStore {
 public:
  CountingStore(std::unique_ptr<store::Store> store, size_t* read)
      : ForwardingStore(std::move(store)), read_(read) {}

  absl::StatusOr<uint64_t> LoadHistory(
      absl::FunctionRef<bool(const store::ReportInfo&)> wanted,
      absl::FunctionRef<absl::Status(std::unique_ptr<archive::Document>)> visit) override {
    return ForwardingStore::LoadHistory(wanted, [&](std::unique_ptr<archive::Document> document) {
      ++*read_;
      return visit(std::move(document));
    });
  }

 private:
  size_t* const read_;
};

// What a history has to hold, and what it holds, in the same words.
class Account {
 public:
  // Of a report without the texts.
  void Report(const std::string& id, bool known, bool withdrawn) {
    absl::StrAppend(&out_, "== ", id, known ? (withdrawn ? " withdrawn" : " active") : "", "\n");
  }
  void Withdrawn(const archive::Document& document) {
    absl::StrAppend(&out_, "latest\n", DocumentText(document, true));
  }
  void Text(archive::Document document, std::string_view report_id, bool withdrawn) {
    document.report_id = report_id;
    document.state = archive::ReportState::kActive;
    absl::StrAppend(&out_, withdrawn ? "text of a withdrawn report\n" : "text\n",
                    DocumentText(document, false));
    for (int text = 0; text < kTexts; ++text) {
      const std::u32string& joined = document.content.joined;
      if (joined.find(text::ToCodePoints(MarkOf(text))) != std::u32string::npos) {
        ++marks_[text];
      }
    }
  }
  void Order(const std::string& id) { absl::StrAppend(&out_, "listed ", id, "\n"); }
  void Marks(int text, uint64_t count) {
    absl::StrAppend(&out_, MarkOf(text), " ", count, " times\n");
  }

  const std::map<int, uint64_t>& marks() const { return marks_; }
  const std::string& out() const { return out_; }

 private:
  std::string out_;
  std::map<int, uint64_t> marks_;
};

std::string Held(const History& history) {
  Account account;
  size_t texts = 0;
  for (int report = 0; report < kReports; ++report) {
    const std::string id = IdOf(report);
    const archive::PackedDocument* const withdrawn = history.FindReport(id);
    const std::vector<std::string> ids = history.TextIds(id);
    account.Report(id, withdrawn != nullptr || !ids.empty(), withdrawn != nullptr);
    if (withdrawn != nullptr) {
      account.Withdrawn(archive::Unpack(*withdrawn));
      for (uint32_t quote = 0; quote < withdrawn->size(); ++quote) {
        const auto found = history.FindQuote(id, withdrawn->quote_id(quote));
        QUOTES_CHECK(found.has_value() && found->document == withdrawn);
      }
    }
    for (const std::string& text_id : ids) {
      const archive::PackedDocument* const text = history.archive()->FindReport(text_id);
      QUOTES_CHECK(text != nullptr && text->head() == archive::DocumentHead());
      const std::optional<History::Text> told = history.FindText(text_id);
      QUOTES_CHECK(told.has_value() && told->report_id == id);
      QUOTES_CHECK(told->revision == text->revision());
      QUOTES_CHECK(text_id == absl::StrCat(id, "/revisions/", text->revision()));
      // A withdrawn report's latest text is held once.
      if (withdrawn != nullptr && text_id == ids.front()) {
        QUOTES_CHECK(text->bytes().data() == withdrawn->bytes().data());
      }
      account.Text(archive::Unpack(*text), id, told->state == archive::ReportState::kWithdrawn);
      ++texts;
    }
  }
  for (const archive::PackedDocument* const document : history.withdrawn()) {
    account.Order(std::string(document->report_id()));
  }
  for (int text = 0; text < kTexts; ++text) {
    const auto query = archive::ParseQuery(MarkOf(text));
    archive::Lookup lookup;
    lookup.query = &*query;
    account.Marks(text, history.archive() == nullptr
                            ? 0
                            : history.archive()->Find(lookup, Cancellation())->total);
  }
  QUOTES_CHECK(texts ==
               (history.archive() == nullptr ? size_t{0} : history.archive()->documents().size()));
  return account.out();
}

// Of the definition: every revision of every report, read from the store.
std::string Expected(store::Store* store, const themes::Scheme& scheme) {
  Account account;
  std::vector<std::tuple<absl::CivilDay, std::string>> withdrawn_ids;
  for (int report = 0; report < kReports; ++report) {
    const std::string id = IdOf(report);
    const auto load = [&](uint64_t revision) {
      std::unique_ptr<archive::Document> document = *store->LoadRevision(id, revision);
      document->themes = scheme.Assign(document->content);
      return document;
    };
    const auto latest = store->LoadRevision(id, 0);
    if (!latest.ok()) {
      account.Report(id, false, false);
      continue;
    }
    const bool withdrawn = (*latest)->state == archive::ReportState::kWithdrawn;
    std::vector<std::u32string> seen;
    std::vector<std::unique_ptr<archive::Document>> texts;
    for (uint64_t revision = (*latest)->revision; revision > 0; --revision) {
      std::unique_ptr<archive::Document> document = load(revision);
      if (std::find(seen.begin(), seen.end(), document->content.joined) == seen.end()) {
        seen.push_back(document->content.joined);
        if (withdrawn || revision < (*latest)->revision) {
          texts.push_back(std::move(document));
        }
      }
    }
    account.Report(id, withdrawn || !texts.empty(), withdrawn);
    if (withdrawn) {
      account.Withdrawn(*load(0));
      withdrawn_ids.emplace_back(*(*latest)->content.metadata.date, id);
    }
    for (const auto& text : texts) {
      account.Text(*text, id, withdrawn);
    }
  }
  std::sort(withdrawn_ids.begin(), withdrawn_ids.end(), [](const auto& a, const auto& b) {
    return std::get<0>(a) != std::get<0>(b) ? std::get<0>(a) > std::get<0>(b)
                                            : std::get<1>(a) < std::get<1>(b);
  });
  for (const auto& [date, id] : withdrawn_ids) {
    account.Order(id);
  }
  for (int text = 0; text < kTexts; ++text) {
    const auto found = account.marks().find(text);
    account.Marks(text, found == account.marks().end() ? 0 : found->second);
  }
  return account.out();
}

// Empty, or the first lines that differ.
std::string Difference(const Library& library, store::Store* store) {
  const std::string held = Held(*library.snapshot()->history);
  const std::string expected = Expected(store, *library.scheme());
  if (held == expected) {
    return "";
  }
  size_t at = 0;
  while (at < held.size() && at < expected.size() && held[at] == expected[at]) {
    ++at;
  }
  const size_t line = held.rfind('\n', at) + 1;
  return absl::StrCat("held: ", held.substr(line, 300), "\nexpected: ", expected.substr(line, 300),
                      "\n");
}

class HistoryProperty : public ::testing::Test {
 protected:
  std::unique_ptr<Library> Open(bool read_only, uint64_t index_batch = 0, bool in_files = true) {
    read_ = 0;
    warnings_.clear();
    auto store = store::sqlite::Open({.path = Database(), .read_only = read_only});
    QUOTES_CHECK(store.ok());
    LibraryOptions options;
    if (in_files) {
      options.segment_folder = Folder();
    }
    options.largest_segment = 800;  // about eight texts
    options.merge_at_once = 200;
    options.index_batch = index_batch;
    options.on_warning = [this](std::string_view warning) { warnings_.emplace_back(warning); };
    auto library = Library::Create(std::make_unique<CountingStore>(*std::move(store), &read_),
                                   themes::Scheme::BuiltIn(), options);
    QUOTES_CHECK(library.ok());
    return *std::move(library);
  }

  std::string Database() const { return dir_.path() / "quotes.db"; }
  fs::path Folder() const { return dir_.path() / "quotes.db.segments"; }

  static void Change(Library* library, Random* random) {
    const int report = static_cast<int>((*random)() % kReports);
    const std::string id = IdOf(report);
    switch ((*random)() % 8) {
      case 0:
      case 1:
        library->Withdraw(id, "").IgnoreError();
        break;
      case 2:
        library->Restore(id, "").IgnoreError();
        break;
      case 3: {
        DefectEdit edit;
        edit.printed = "棚改";
        edit.readings = std::vector<std::string>{absl::StrCat("读法", (*random)() % 100)};
        if (library->CreateDefect(id, "own", edit).ok()) {
          break;
        }
        edit.printed = std::nullopt;
        library->UpdateDefect(id, "own", "", edit).IgnoreError();
        break;
      }
      default: {
        ImportRequest request;
        request.report_id = id;
        request.duplicate_handling = DuplicateHandling::kSeparate;
        request.file_name = absl::StrCat("file", (*random)() % 3, ".txt");
        const int text = static_cast<int>((*random)() % kTexts);
        request.content = absl::StrCat(
            "政府工作报告\n一、过去五年工作回顾\n全区生产总值达到280亿元。棚改安置房建成", report,
            "套。\n", MarkOf(text), "的一句话。\n");
        request.metadata.date = absl::CivilDay(2000 + report % 3, 1, 1);
        request.metadata.speaker = (*random)() % 3 == 0 ? "某人" : "";
        if ((*random)() % 3 == 0) {
          request.defects = {{3,
                              "280",
                              {absl::StrCat("28", 1 + (*random)() % 2)},
                              report::DefectKind::kOther,
                              report::Certainty::kPossible,
                              ""}};
        }
        QUOTES_CHECK(library->Import(request, Cancellation()).ok());
      }
    }
  }

  // Changes reports in a process of its own, which is killed unless `kill_after` is 0: some time
  // after so many changes.
  void Run(uint32_t seed, int changes, int kill_after) {
    Random random(seed);
    const uint64_t index_batch = random() % 4 == 0 ? 300 : 0;
    ChildProcess child([&, this](int fd) {
      Random own(seed);
      std::unique_ptr<Library> library = Open(false, index_batch);
      for (int i = 0; i < changes; ++i) {
        Change(library.get(), &own);
        if (index_batch == 0 && i % 8 == 0) {
          const std::string difference = Difference(*library, &library->store());
          if (!difference.empty()) {
            quotes::testing::WriteAll(fd, difference);
            return 1;
          }
        }
        if (own() % 8 == 0) {
          const timespec pause = {0, 150'000'000};  // is merged and saved
          nanosleep(&pause, nullptr);
        }
        quotes::testing::WriteAll(fd, ".");
      }
      return 0;
    });
    if (kill_after > 0) {
      char byte = 0;
      for (int i = 0; i < kill_after && child.ReadByte(&byte); ++i) {
      }
      const timespec moment = {0, static_cast<long>(random() % 200'000'000)};
      nanosleep(&moment, nullptr);
      child.Kill();
    }
    const std::string told = child.ReadAll();
    EXPECT_EQ(told.find_first_not_of('.'), std::string::npos) << told;
    const int code = child.Wait();
    EXPECT_TRUE(code == 0 || (code == -1 && kill_after > 0)) << code;
  }

  // Does something to the files; false if that is nothing.
  bool Damage(Random* random) {
    const fs::path history = Folder() / "history";
    const fs::path copy = dir_.path() / "copy";
    std::vector<fs::path> files;
    for (const auto& file : fs::directory_iterator(history)) {
      files.push_back(file.path());
    }
    std::sort(files.begin(), files.end());
    QUOTES_CHECK(!files.empty());
    const fs::path& file = files[(*random)() % files.size()];
    switch ((*random)() % 9) {
      case 0:
        fs::remove_all(history);
        return true;
      case 1:
        fs::remove_all(Folder());
        return true;
      case 2:
        fs::remove(file);
        return true;
      case 3:
        fs::permissions(file, fs::perms::owner_write, fs::perm_options::add);
        fs::resize_file(file, (*random)() % fs::file_size(file));
        return true;
      case 4: {
        fs::permissions(file, fs::perms::owner_write, fs::perm_options::add);
        const auto offset = static_cast<std::streamoff>((*random)() % fs::file_size(file));
        std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
        stream.seekg(offset);
        const auto byte = static_cast<char>(stream.get());
        stream.seekp(offset);
        stream.put(static_cast<char>(byte ^ (1 << ((*random)() % 8))));
        return true;
      }
      case 5:
        if (fs::exists(copy)) {
          fs::remove_all(history);
          fs::rename(copy / "history", history);
          fs::remove_all(copy);
          return true;
        }
        return false;
      case 6:
        if (fs::exists(copy)) {
          fs::remove_all(Folder());
          fs::rename(copy, Folder());
          return true;
        }
        return false;
      case 7:
        fs::remove_all(copy);
        fs::copy(Folder(), copy, fs::copy_options::recursive);
        return false;
      default:
        return false;
    }
  }

  const quotes::testing::TempDir dir_;
  size_t read_ = 0;  // revisions of the history, by the last library opened
  std::vector<std::string> warnings_;
};

TEST_F(HistoryProperty, IsWhatTheStoreSays) {
  Random random(20260101);
  size_t restarts_without_reading = 0;
  for (uint32_t round = 0; round < 24 && !HasFailure(); ++round) {
    SCOPED_TRACE(absl::StrCat("round ", round));
    const bool killed = random() % 2 == 0;
    const int changes = 10 + static_cast<int>(random() % 20);
    Run(round, changes, killed ? 1 + static_cast<int>(random() % 8) : 0);
    const bool damaged = Damage(&random);
    for (const bool read_only : {true, false}) {
      const std::unique_ptr<Library> library = Open(read_only);
      EXPECT_EQ(Difference(*library, &library->store()), "");
      if (!killed && !damaged) {
        EXPECT_EQ(read_, 0u);
        EXPECT_TRUE(warnings_.empty()) << warnings_[0];
        if (library->snapshot()->history->archive() != nullptr) {
          ++restarts_without_reading;
        }
      }
    }
    // Whatever was amiss is mended.
    const std::unique_ptr<Library> library = Open(true);
    EXPECT_EQ(read_, 0u);
    EXPECT_TRUE(warnings_.empty()) << warnings_[0];
    EXPECT_EQ(Difference(*library, &library->store()), "");
    // Files or not, it is the same.
    EXPECT_EQ(Held(*library->snapshot()->history),
              Held(*Open(true, 0, /*in_files=*/false)->snapshot()->history));
  }
  EXPECT_GT(restarts_without_reading, 4u);
}

}  // namespace
}  // namespace quotes
