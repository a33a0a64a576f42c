#include "service/report/register.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "service/text/utf8.h"
#include "tests/support/status_matchers.h"

namespace quotes::report {
namespace {

using ::quotes::testing::HasField;
using ::quotes::testing::HasReason;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

ParsedReport Text(std::string_view text, size_t speech = std::string::npos) {
  ParsedReport report;
  report.joined = text::ToCodePoints(text);
  const auto size = static_cast<uint32_t>(report.joined.size());
  const auto border = static_cast<uint32_t>(std::min<size_t>(speech, size));
  report.runs.push_back({BlockKind::kBody, {0, border}});
  if (border < size) {
    report.runs.push_back({BlockKind::kCaption, {border, size}});
  }
  return report;
}

Defect At(const ParsedReport& report, std::string id, std::string_view printed,
          DefectOrigin origin = DefectOrigin::kImport, uint32_t occurrence = 0) {
  Defect defect;
  defect.id = std::move(id);
  defect.printed = printed;
  defect.readings = {"读"};
  defect.origin = origin;
  const auto place =
      PlacePrinted(report, std::nullopt, text::ToCodePoints(printed), occurrence, "f");
  EXPECT_THAT(place, quotes::testing::IsOk()) << printed;
  defect.range = place.value_or(Range());
  return defect;
}

// "id@begin", with "e" behind those of editors and "-" behind those taken out.
std::vector<std::string> Names(const std::vector<RegisterEntry>& entries) {
  std::vector<std::string> names;
  for (const RegisterEntry& entry : entries) {
    names.push_back(entry.defect.id + "@" + std::to_string(entry.defect.range.begin) +
                    (entry.defect.origin == DefectOrigin::kEditor ? "e" : "") +
                    (entry.removed ? "-" : ""));
  }
  return names;
}

TEST(PlacePrintedTest, FindsAndChecksPlaces) {
  const ParsedReport report = Text("支持支持，支持。图片支持", 8);
  const auto place = [&](std::optional<Range> range, std::string_view printed, uint32_t n) {
    return PlacePrinted(report, range, text::ToCodePoints(printed), n, "defect.printed");
  };
  EXPECT_EQ(place(std::nullopt, "支持支持", 0).value(), (Range{0, 4}));
  EXPECT_EQ(place(std::nullopt, "支持", 1).value(), (Range{0, 2}));
  EXPECT_EQ(place(std::nullopt, "支持", 3).value(), (Range{5, 7}));
  EXPECT_EQ(place(std::nullopt, "支持", 4).value(), (Range{10, 12}));
  EXPECT_EQ(place(Range{5, 7}, "支持", 0).value(), (Range{5, 7}));
  const auto unplaced = AllOf(HasReason(ErrorReason::kDefectUnplaced), HasField("defect.printed"));
  EXPECT_THAT(place(std::nullopt, "支持", 0), unplaced) << "four times";
  EXPECT_THAT(place(std::nullopt, "支持", 5), unplaced);
  EXPECT_THAT(place(std::nullopt, "没有", 0), unplaced);
  EXPECT_THAT(place(std::nullopt, "", 0), unplaced);
  EXPECT_THAT(place(std::nullopt, "。图", 0), unplaced) << "over the border of a run";
  EXPECT_THAT(place(Range{7, 9}, "。图", 0), unplaced);
  EXPECT_THAT(place(Range{1, 3}, "支持", 0), unplaced);
  EXPECT_THAT(place(Range{5, 6}, "支持", 0), unplaced);
  EXPECT_THAT(place(Range{11, 13}, "持", 0), unplaced);
}

TEST(CarryOverTest, KeepsWhatStandsWhereItStood) {
  const ParsedReport before = Text("第一句支持支持。第二句越要人一步。第三句激发生力。尾声。");
  const std::vector<RegisterEntry> entries = {
      {At(before, "a", "支持支持"), false},
      {At(before, "b", "要人", DefectOrigin::kEditor), false},
      {At(before, "c", "激发生力", DefectOrigin::kEditor), true},
  };
  EXPECT_EQ(CarryOver(entries, before.joined, before), entries);
  // Everything moves; one fault is corrected.
  const ParsedReport after =
      Text("新的开头一句。第一句支持支持。第二句越要快人一步。又一句。第三句激发生力。尾声。");
  const std::vector<RegisterEntry> carried = CarryOver(entries, before.joined, after);
  EXPECT_THAT(Names(carried), ElementsAre("a@10", "c@32e-"));
  EXPECT_EQ(carried[0].defect.readings, entries[0].defect.readings);
  EXPECT_THAT(CarryOver(entries, before.joined, Text("别的话。")), IsEmpty());
  // The same characters, but no longer in one run.
  EXPECT_THAT(Names(CarryOver(entries, before.joined, Text(text::ToUtf8(before.joined), 5))),
              ElementsAre("b@12e", "c@20e-"));
  // A passage that stands twice: each keeps its own.
  const ParsedReport twice = Text("甲。支持支持。乙。支持支持。");
  const std::vector<RegisterEntry> second = {
      {At(twice, "s", "支持支持", DefectOrigin::kImport, 2), false}};
  EXPECT_THAT(Names(CarryOver(second, twice.joined, Text("甲。支持。乙。支持支持。"))),
              ElementsAre("s@7"));
  EXPECT_THAT(CarryOver(second, twice.joined, Text("甲。支持支持。乙。支持。")), IsEmpty());
}

TEST(MergeRegisterTest, FilesAndEditorsDoNotUndoEachOther) {
  const ParsedReport text = Text("甲误乙误丙误丁误戊");
  const auto file = [&](std::string id, std::string_view printed) {
    return At(text, std::move(id), printed);
  };
  // A first import: as the file says, in text order.
  std::vector<RegisterEntry> held =
      MergeRegister({}, {file("d2", "乙误"), file("d1", "甲误"), file("d3", "丙误")});
  EXPECT_THAT(Names(held), ElementsAre("d1@0", "d2@2", "d3@4"));
  // Again: the same. Without a register: nothing goes.
  const std::vector<Defect> again = {file("d1", "甲误"), file("d2", "乙误"), file("d3", "丙误")};
  EXPECT_EQ(MergeRegister(held, again), held);
  EXPECT_EQ(MergeRegister(held, {}), held);
  // An editor changes the first, takes the second out, moves the third, makes a fourth.
  held[0].defect.note = "编者";
  held[0].defect.origin = DefectOrigin::kEditor;
  held[1].removed = true;
  held[1].defect.origin = DefectOrigin::kEditor;
  held[2].defect = At(text, "d3", "误丁", DefectOrigin::kEditor);
  held.push_back({At(text, "mine", "丁误", DefectOrigin::kEditor), false});
  EXPECT_EQ(MergeRegister(held, again), held);
  EXPECT_THAT(Names(MergeRegister(held, again)),
              ElementsAre("d1@0e", "d2@2e-", "d3@5e", "mine@6e"));
  EXPECT_EQ(DefectsOf(held).size(), 3u);
  // The file says something at an editor's place, and something new.
  std::vector<Defect> more = again;
  more.push_back(file("d4", "丁误"));
  more.push_back(file("d5", "误戊"));
  EXPECT_THAT(Names(MergeRegister(held, more)),
              ElementsAre("d1@0e", "d2@2e-", "d3@5e", "mine@6e", "d5@7"));
}

TEST(MergeRegisterTest, TheNewestFileStandsForTheOlder) {
  const ParsedReport text = Text("甲误乙误丙误");
  const std::vector<RegisterEntry> held = {{At(text, "d1", "甲误"), false},
                                           {At(text, "d2", "乙误"), false}};
  // The second is gone, the first has another kind and so another id in the file: it keeps its
  // name, and the new entry that would have had that name gets one of its own.
  Defect changed = At(text, "d9", "甲误");
  changed.kind = DefectKind::kScript;
  const Defect fresh = At(text, "d1", "丙误");
  const std::vector<RegisterEntry> merged = MergeRegister(held, {changed, fresh});
  ASSERT_EQ(merged.size(), 2u);
  EXPECT_EQ(merged[0].defect.id, "d1");
  EXPECT_EQ(merged[0].defect.kind, DefectKind::kScript);
  EXPECT_NE(merged[1].defect.id, "d1");
  EXPECT_EQ(merged[1].defect.printed, "丙误");
  EXPECT_EQ(MergeRegister(merged, {changed, fresh}), merged) << "stable";
  // The count in a file's id moves when an entry is put in before: an editor's stays by its place.
  std::vector<RegisterEntry> edited = {{At(text, "d0", "误", DefectOrigin::kEditor, 2), false}};
  const std::vector<Defect> counted = {At(text, "d0", "误", DefectOrigin::kImport, 1),
                                       At(text, "d1", "误", DefectOrigin::kImport, 2)};
  const std::vector<RegisterEntry> both = MergeRegister(edited, counted);
  ASSERT_EQ(both.size(), 2u);
  EXPECT_EQ(both[0].defect.range.begin, 1u);
  EXPECT_NE(both[0].defect.id, "d0");
  EXPECT_EQ(both[1], edited[0]);
}

TEST(DefectEtagTest, EveryFieldCounts) {
  const ParsedReport text = Text("甲误乙误");
  std::vector<Defect> versions(11, At(text, "d1", "甲误"));
  versions[1].id = "d2";
  versions[2].kind = DefectKind::kScript;
  versions[3].certainty = Certainty::kCertain;
  versions[4].range = {2, 4};
  versions[5].printed = "乙误";
  versions[6].readings = {"读", "读"};
  versions[7].readings = {"读读"};
  versions[8].note = "读";
  versions[9].origin = DefectOrigin::kEditor;
  versions[10].range = {0, 3};
  std::set<std::string> etags;
  for (const Defect& defect : versions) {
    etags.insert(DefectEtag(defect));
  }
  EXPECT_EQ(etags.size(), versions.size());
  EXPECT_EQ(DefectEtag(versions[0]), DefectEtag(At(text, "d1", "甲误")));
}

TEST(NewDefectIdTest, IsNobodysElse) {
  const ParsedReport text = Text("甲误乙误");
  std::vector<RegisterEntry> entries;
  const Defect defect = At(text, "", "甲误");
  for (int i = 0; i < 3; ++i) {
    Defect added = defect;
    added.id = NewDefectId(entries, defect);
    EXPECT_EQ(added.id.front(), 'e');
    for (const RegisterEntry& entry : entries) {
      EXPECT_NE(entry.defect.id, added.id);
    }
    entries.push_back({added, i == 0});
  }
}

}  // namespace
}  // namespace quotes::report
