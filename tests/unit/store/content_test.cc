#include "service/store/content.h"

#include <gtest/gtest.h>

#include <functional>
#include <random>
#include <string>
#include <vector>

#include "tests/support/status_matchers.h"
#include "tests/unit/store/random_draft.h"

namespace quotes::store {
namespace {

using ::quotes::testing::HasReason;
using ::quotes::testing::SmallDraft;

TEST(Content, RandomDraftsAreWellFormed) {
  std::mt19937 random(5);
  for (int i = 0; i < 300; ++i) {
    QUOTES_EXPECT_OK(CheckDraft(quotes::testing::RandomDraft("a", &random)));
  }
}

TEST(Content, EveryBrokenPartIsNoticed) {
  RevisionDraft good = SmallDraft("a", "甲乙丙。");
  good.content.joins.push_back({1, 1, 2});
  good.content.lint.emplace_back();
  good.defects.push_back(
      {"d1", report::DefectKind::kOther, report::Certainty::kPossible, {0, 1}, "甲", {"乙"}, ""});
  QUOTES_ASSERT_OK(CheckDraft(good));

  const std::vector<std::function<void(RevisionDraft*)>> breaks = {
      [](RevisionDraft* d) { d->report_id.clear(); },
      [](RevisionDraft* d) { d->source.size_bytes += 1; },
      [](RevisionDraft* d) { d->source.sha256.clear(); },
      [](RevisionDraft* d) { d->content.joined[1] = 0x110000; },
      [](RevisionDraft* d) { d->content.joined[1] = 0xDFFF; },
      [](RevisionDraft* d) { d->content.runs.clear(); },
      [](RevisionDraft* d) { d->content.runs[0].range.end -= 1; },
      [](RevisionDraft* d) { d->content.runs[0].range.begin += 1; },
      [](RevisionDraft* d) { d->content.runs[0].kind = static_cast<report::BlockKind>(0); },
      [](RevisionDraft* d) {
        d->content.paragraphs[0] = {3, 2};
      },
      [](RevisionDraft* d) { d->content.print_spans[0].joined.end = 5; },
      [](RevisionDraft* d) { d->content.print_spans[0].byte_begin = 1000; },
      [](RevisionDraft* d) { d->content.print_spans[0].kind = static_cast<report::BlockKind>(15); },
      [](RevisionDraft* d) { d->content.joins[0].position = 5; },
      [](RevisionDraft* d) { d->content.sections[0].id.clear(); },
      [](RevisionDraft* d) { d->content.sections[0].parent = 0; },
      [](RevisionDraft* d) { d->content.sections[0].parent = -2; },
      [](RevisionDraft* d) { d->content.sections[0].kind = static_cast<report::SectionKind>(7); },
      [](RevisionDraft* d) { d->content.sections[0].mode = static_cast<report::Mode>(8); },
      [](RevisionDraft* d) {
        d->content.sections[0].heading_range = {1, 9};
      },
      [](RevisionDraft* d) {
        d->content.sections[0].range = {1, 9};
      },
      [](RevisionDraft* d) { d->content.sections.push_back(d->content.sections[0]); },
      [](RevisionDraft* d) { d->content.quotes[2].id.clear(); },
      [](RevisionDraft* d) { d->content.quotes[2].id = d->content.quotes[0].id; },
      [](RevisionDraft* d) { d->content.quotes[2].section = 1; },
      [](RevisionDraft* d) { d->content.quotes[2].section = -2; },
      [](RevisionDraft* d) {
        d->content.quotes[2].range = {2, 1};
      },
      [](RevisionDraft* d) { d->content.quotes[2].block = static_cast<report::BlockKind>(-1); },
      [](RevisionDraft* d) { d->content.quotes[2].mode = static_cast<report::Mode>(-1); },
      [](RevisionDraft* d) { d->content.completeness.position = 5; },
      [](RevisionDraft* d) {
        d->content.lint[0].range = {0, 5};
      },
      [](RevisionDraft* d) { d->content.lint[0].kind = static_cast<report::LintKind>(15); },
      [](RevisionDraft* d) { d->content.lint[0].certainty = static_cast<report::Certainty>(0); },
      [](RevisionDraft* d) { d->defects[0].id.clear(); },
      [](RevisionDraft* d) { d->defects[0].range.end = 5; },
      [](RevisionDraft* d) { d->defects[0].kind = static_cast<report::DefectKind>(9); },
      [](RevisionDraft* d) { d->defects[0].certainty = static_cast<report::Certainty>(4); },
      [](RevisionDraft* d) { d->defects[0].origin = static_cast<report::DefectOrigin>(0); },
  };
  for (size_t i = 0; i < breaks.size(); ++i) {
    RevisionDraft bad = good;
    breaks[i](&bad);
    EXPECT_THAT(CheckDraft(bad), HasReason(ErrorReason::kStoreUnavailable)) << i;
  }
}

}  // namespace
}  // namespace quotes::store
