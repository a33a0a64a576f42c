// What a reader sees, against a model: after any sequence of imports, embargoes, moved times,
// releases, withdrawals, restores, restarts and clocks that jump both ways.

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "service/archive/query.h"
#include "service/base/check.h"
#include "service/library/library.h"
#include "service/store/sqlite/store.h"
#include "tests/support/test_data.h"

namespace quotes {
namespace {

constexpr int kReports = 5;
constexpr int kTexts = 4;
constexpr int kSequences = 12;
constexpr int kSteps = 60;

std::string IdOf(int report) { return absl::StrCat("r", report); }

// Words that stand in one text of one report and nowhere else.
std::string MarkOf(int report, int text) {
  static constexpr std::string_view kFirst[] = {"甲一", "乙二", "丙三", "丁四", "戊五"};
  static constexpr std::string_view kSecond[] = {"山川", "湖海", "草木", "鱼虫"};
  return absl::StrCat(std::string(kFirst[static_cast<size_t>(report)]), "号",
                      std::string(kSecond[static_cast<size_t>(text)]));
}

struct Model {
  std::vector<int> texts;  // of its revisions; empty: there is no such report
  bool withdrawn = false;
  std::optional<absl::Time> until;
};

class Sequence {
 public:
  explicit Sequence(unsigned seed) : random_(seed), zero_(absl::Now()), library_(Load()) {}

  void Run() {
    for (int step = 0; step < kSteps && !::testing::Test::HasFailure(); ++step) {
      const int report = Below(kReports);
      const std::string id = IdOf(report);
      Model& model = models_[report];
      switch (Below(10)) {
        case 0:
        case 1:
        case 2:
          Import(report, id, &model);
          break;
        case 3: {
          const bool ok = library_->Withdraw(id, "").ok();
          EXPECT_EQ(ok, !model.texts.empty());
          model.withdrawn = model.withdrawn || ok;
          break;
        }
        case 4: {
          const bool ok = library_->Restore(id, "").ok();
          EXPECT_EQ(ok, !model.texts.empty());
          model.withdrawn = model.withdrawn && !ok;
          break;
        }
        case 5: {
          const absl::Time until = RandomTime();
          const bool ok = library_->SetEmbargo(id, until, "").ok();
          const bool same = model.until == until;
          EXPECT_EQ(ok, model.until.has_value() && (!model.withdrawn || same));
          if (ok) {
            model.until = until;
          }
          break;
        }
        case 6: {
          const bool ok = library_->SetEmbargo(id, std::nullopt, "").ok();
          EXPECT_EQ(ok, !model.texts.empty() && !(model.withdrawn && model.until.has_value()));
          if (ok) {
            model.until.reset();
          }
          break;
        }
        case 7:
        case 8: {
          // The clock goes where it likes.
          const absl::Time now = RandomTime();
          EXPECT_TRUE(library_->ReleaseDue(now).ok());
          for (auto& [other, held] : models_) {
            if (held.until.has_value() && *held.until <= now && !held.withdrawn) {
              held.until.reset();
            }
          }
          break;
        }
        case 9:
          library_.reset();
          library_ = Load();
          break;
      }
      Check(step);
    }
  }

 private:
  int Below(int end) { return static_cast<int>(random_() % static_cast<unsigned>(end)); }
  // Whole seconds, so that no rounding is in the way.
  absl::Time RandomTime() {
    return absl::FromUnixSeconds(absl::ToUnixSeconds(zero_)) + absl::Hours(1 + Below(200));
  }

  std::unique_ptr<Library> Load() const {
    auto store = store::sqlite::Open({.path = dir_.path() / "quotes.db", .read_only = false});
    QUOTES_CHECK(store.ok());
    auto library = Library::Create(*std::move(store), themes::Scheme::BuiltIn(),
                                   {.segment_folder = dir_.path() / "segments"});
    QUOTES_CHECK(library.ok());
    return *std::move(library);
  }

  void Import(int report, const std::string& id, Model* model) {
    const int text = Below(kTexts);
    ImportRequest request;
    request.report_id = id;
    request.content = absl::StrCat("政府工作报告\n一、回顾\n", MarkOf(report, text), "建成了。\n");
    request.file_name = "a.txt";
    if (Below(2) == 0) {
      request.available_from = RandomTime();
    }
    const auto result = library_->Import(request, Cancellation());
    const bool known = !model->texts.empty();
    const bool ok =
        !request.available_from.has_value() || !known || model->until == request.available_from;
    ASSERT_EQ(result.ok(), ok) << result.status();
    if (!ok) {
      return;
    }
    if (!known) {
      model->until = request.available_from;
    }
    if (model->texts.empty() || model->texts.back() != text) {
      model->texts.push_back(text);
    }
  }

  static uint64_t Count(const archive::Archive* archive, const std::string& mark) {
    if (archive == nullptr) {
      return 0;
    }
    const auto query = archive::ParseQuery(mark);
    QUOTES_CHECK(query.ok());
    archive::Lookup lookup;
    lookup.query = &*query;
    const auto answer = archive->Find(lookup, Cancellation());
    QUOTES_CHECK(answer.ok());
    return answer->total;
  }

  // Everything that a reader can reach is in the archive and the history.
  void Check(int step) const {
    const auto held = library_->snapshot();
    size_t active = 0;
    size_t hidden = 0;
    for (int report = 0; report < kReports; ++report) {
      SCOPED_TRACE(absl::StrCat("step ", step, ", report ", report));
      const auto found = models_.find(report);
      const Model model = found == models_.end() ? Model() : found->second;
      const bool there = !model.texts.empty();
      const bool seen = there && !model.until.has_value();
      active += seen && !model.withdrawn ? 1 : 0;
      hidden += there && !seen ? 1 : 0;
      const std::string id = IdOf(report);
      EXPECT_EQ(held->archive->FindReport(id) != nullptr, seen && !model.withdrawn);
      EXPECT_EQ(held->history->FindReport(id) != nullptr, seen && model.withdrawn);
      EXPECT_EQ(held->embargoed->Find(id) != nullptr, there && !seen);
      for (int text = 0; text < kTexts; ++text) {
        const bool latest = there && model.texts.back() == text;
        const bool ever =
            std::find(model.texts.begin(), model.texts.end(), text) != model.texts.end();
        EXPECT_EQ(Count(held->archive.get(), MarkOf(report, text)),
                  seen && !model.withdrawn && latest ? 1u : 0u);
        EXPECT_EQ(Count(held->history->archive(), MarkOf(report, text)),
                  seen && ever && (model.withdrawn || !latest) ? 1u : 0u);
      }
    }
    EXPECT_EQ(held->archive->documents().size(), active);
    EXPECT_EQ(held->embargoed->documents().size(), hidden);
    const auto status = library_->store().Status();
    ASSERT_TRUE(status.ok());
    EXPECT_EQ(status->archive_revision, held->archive->revision());
    // What watchers are told of begins with the release.
    const auto changes = library_->store().ListChanges(0, 10'000);
    ASSERT_TRUE(changes.ok());
    std::map<std::string, bool> told;
    for (const store::AuditEntry& entry : *changes) {
      if (!entry.embargoed) {
        told[entry.report_id] = true;
      }
    }
    for (int report = 0; report < kReports; ++report) {
      const auto found = models_.find(report);
      const bool seen = found != models_.end() && !found->second.texts.empty() &&
                        !found->second.until.has_value();
      EXPECT_EQ(told[IdOf(report)], seen) << report;
    }
  }

  std::mt19937 random_;
  const absl::Time zero_;
  quotes::testing::TempDir dir_;
  std::map<int, Model> models_;
  std::unique_ptr<Library> library_;
};

TEST(EmbargoProperty, AReaderSeesWhatTheModelSays) {
  for (unsigned seed = 1; seed <= kSequences && !HasFailure(); ++seed) {
    SCOPED_TRACE(absl::StrCat("seed ", seed));
    Sequence(seed).Run();
  }
}

}  // namespace
}  // namespace quotes
