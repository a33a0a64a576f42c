#include "client/ctl/side_by_side.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "service/text/utf8.h"

namespace quotes::ctl {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::string Plain(const std::vector<Stretch>& stretches, size_t columns = 0) {
  return SideBySide(stretches, "yours", "source", columns, Painter(false));
}

std::vector<std::string> Lines(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) {
    lines.push_back(line);
  }
  return lines;
}

// An answer about `quotation` whose source stands at position 100 of its revision.
class Answer {
 public:
  explicit Answer(const std::string& source) {
    v1::CitationLocation* location = result_.add_locations();
    location->set_text(source);
    location->mutable_source_range()->set_begin(100);
    location->mutable_source_range()->set_end(100 +
                                              static_cast<int64_t>(text::CountCodePoints(source)));
  }

  Answer& Edit(v1::EditKind kind, int q_begin, int q_end, int s_begin, int s_end) {
    v1::CitationEdit* edit = result_.add_edits();
    edit->set_kind(kind);
    edit->mutable_quotation_range()->set_begin(q_begin);
    edit->mutable_quotation_range()->set_end(q_end);
    edit->mutable_source_range()->set_begin(100 + s_begin);
    edit->mutable_source_range()->set_end(100 + s_end);
    result_.set_edit_count(result_.edits_size());
    return *this;
  }

  v1::CitationResult& result() { return result_; }

 private:
  v1::CitationResult result_;
};

TEST(TakeApart, SeparatesWhatDiffers) {
  EXPECT_THAT(
      TakeApart(Answer("加快发展是第一要务").Edit(v1::EDIT_KIND_SUBSTITUTION, 7, 8, 7, 8).result(),
                "加快发展是第一任务"),
      ElementsAre(Stretch{U"加快发展是第一", U"加快发展是第一", '\0'}, Stretch{U"任", U"要", '^'},
                  Stretch{U"务", U"务", '\0'}));
  EXPECT_THAT(
      TakeApart(Answer("新增就业4.5万余人")
                    .Edit(v1::EDIT_KIND_OMISSION, 8, 8, 8, 9)
                    .Edit(v1::EDIT_KIND_ADDITION, 9, 10, 10, 10)
                    .result(),
                "新增就业4.5万人次"),
      ElementsAre(Stretch{U"新增就业4.5万", U"新增就业4.5万", '\0'}, Stretch{U"", U"余", '-'},
                  Stretch{U"人", U"人", '\0'}, Stretch{U"次", U"", '+'}));
}

TEST(TakeApart, LeavesOutNoise) {
  EXPECT_THAT(TakeApart(Answer("甲乙丙").Edit(v1::EDIT_KIND_FORM, 5, 6, 2, 3).result(),
                        "甲\r\n乙\xE2\x80\x8B\x01"),
              ElementsAre(Stretch{U"甲乙", U"甲乙", '\0'}, Stretch{U"\uFFFD", U"丙", '~'}));
}

TEST(TakeApart, IsEmptyWhereThereIsNothingToShow) {
  EXPECT_THAT(TakeApart(Answer("甲").result(), "甲"), IsEmpty());
  v1::CitationResult nowhere = Answer("甲").Edit(v1::EDIT_KIND_FORM, 0, 1, 0, 1).result();
  nowhere.clear_locations();
  EXPECT_THAT(TakeApart(nowhere, "甲"), IsEmpty());
}

TEST(TakeApart, EndsBehindTheLastEditListed) {
  v1::CitationResult result =
      Answer("甲乙丙丁").Edit(v1::EDIT_KIND_SUBSTITUTION, 1, 2, 1, 2).result();
  result.set_edit_count(2);
  EXPECT_THAT(TakeApart(result, "甲已丙叮"),
              ElementsAre(Stretch{U"甲", U"甲", '\0'}, Stretch{U"已", U"乙", '^'},
                          Stretch{U"…", U"…", '\0'}));
}

TEST(TakeApart, DoesNotTrustRanges) {
  EXPECT_THAT(TakeApart(Answer("甲乙").Edit(v1::EDIT_KIND_FORM, 0, 1, 5, 6).result(), "甲乙"),
              IsEmpty());
  EXPECT_THAT(TakeApart(Answer("甲乙").Edit(v1::EDIT_KIND_FORM, 0, 1, -300, 1).result(), "甲乙"),
              IsEmpty());
  EXPECT_THAT(TakeApart(Answer("甲乙")
                            .Edit(v1::EDIT_KIND_FORM, 1, 2, 1, 2)
                            .Edit(v1::EDIT_KIND_FORM, 0, 1, 0, 1)
                            .result(),
                        "甲乙"),
              IsEmpty());
  EXPECT_THAT(TakeApart(Answer("甲乙").Edit(v1::EDIT_KIND_FORM, 0, 9, 0, 2).result(), "甲乙"),
              ElementsAre(Stretch{U"甲乙", U"甲乙", '~'}));
}

TEST(SideBySide, MarksWideCharactersTrueToTheColumn) {
  EXPECT_EQ(Plain({{U"加快发展是第一", U"加快发展是第一", '\0'},
                   {U"任", U"要", '^'},
                   {U"务", U"务", '\0'}}),
            "  yours   加快发展是第一任务\n"
            "  source  加快发展是第一要务\n"
            "                        ^^\n");
}

TEST(SideBySide, LeavesRoomForWhatIsMissing) {
  EXPECT_EQ(Plain({{U"就业4.5万", U"就业4.5万", '\0'}, {U"", U"余", '-'}, {U"人", U"人", '\0'}}),
            "  yours   就业4.5万  人\n"
            "  source  就业4.5万余人\n"
            "                   --\n");
  EXPECT_EQ(Plain({{U"甲", U"甲", '\0'}, {U"约", U"", '+'}}),
            "  yours   甲约\n"
            "  source  甲\n"
            "            ++\n");
}

TEST(SideBySide, KeepsOmissionMarksTogether) {
  EXPECT_EQ(Plain({{U"甲", U"甲", '\0'}, {U"……", U"乙丙丁", '-'}, {U"戊", U"戊", '\0'}}),
            "  yours   甲……    戊\n"
            "  source  甲乙丙丁戊\n"
            "            ------\n");
}

TEST(SideBySide, PadsTheNarrowerOfTwoBehindTheirWord) {
  EXPECT_EQ(Plain({{U"28", U"２８", '~'}, {U"亿", U"亿", '\0'}}),
            "  yours   28  亿\n"
            "  source  ２８亿\n"
            "          ~~~~\n");
  EXPECT_EQ(Plain({{U"人均", U"人均", '\0'},
                   {U"GDP", U"ＧＤＰ", '~'},
                   {U"增长", U"增长", '\0'},
                   {U"3", U"九", '^'},
                   {U"3.8%", U"３．８％", '~'},
                   {U"。", U"。", '\0'}}),
            "  yours   人均GDP   增长3 3.8%    。\n"
            "  source  人均ＧＤＰ增长九３．８％。\n"
            "              ~~~~~~    ^^~~~~~~~~\n");
  EXPECT_EQ(Plain({{U"A甲B", U"乙丙丁", '^'}, {U"戊", U"戊", '\0'}}),
            "  yours   A 甲B 戊\n"
            "  source  乙丙丁戊\n"
            "          ^^^^^^\n");
}

TEST(SideBySide, ASpaceOfOneSideDoesNotShiftTheRest) {
  EXPECT_EQ(Plain({{U"甲 乙", U"甲乙", '\0'}, {U"丙", U"丁", '^'}}),
            "  yours   甲 乙丙\n"
            "  source  甲 乙丁\n"
            "               ^^\n");
}

TEST(SideBySide, WrapsBothInParallel) {
  EXPECT_EQ(Plain({{U"一二三四五六七八", U"一二三四五六七八", '\0'}, {U"九", U"玖", '^'}}, 22),
            "  yours   一二三四五六\n"
            "  source  一二三四五六\n"
            "\n"
            "  yours   七八九\n"
            "  source  七八玖\n"
            "              ^^\n");
}

TEST(SideBySide, KeepsNumbersTogether) {
  EXPECT_EQ(Plain({{U"完成一二三2021年", U"完成一二三2021年", '\0'}, {U"九", U"玖", '^'}}, 22),
            "  yours   完成一二三\n"
            "  source  完成一二三\n"
            "\n"
            "  yours   2021年九\n"
            "  source  2021年玖\n"
            "                ^^\n");
  // What is longer than a line is broken all the same.
  for (const std::string& line : Lines(Plain({{std::u32string(50, U'9'), U"", '+'}}, 22))) {
    EXPECT_LE(Columns(line), 22U);
  }
}

TEST(SideBySide, PaintsDifferences) {
  const std::string painted =
      SideBySide({{U"甲", U"甲", '\0'}, {U"乙", U"丙", '^'}}, "a", "b", 0, Painter(true));
  EXPECT_THAT(Lines(painted),
              ElementsAre("\x1b[2m  a  \x1b[0m甲\x1b[1;31m乙\x1b[0m",
                          "\x1b[2m  b  \x1b[0m甲\x1b[1;32m丙\x1b[0m", "\x1b[2m       ^^\x1b[0m"));
}

// Whatever is laid out: both rows and the marks agree column by column, nothing is lost, and no
// line is longer than asked for.
TEST(SideBySide, HoldsItsPromisesForRandomTexts) {
  std::mt19937 random(20220117);
  const std::u32string alphabet = U"发展是第一要务2021,.％“”ａb ";
  const auto text = [&](size_t most) {
    std::u32string out;
    for (size_t i = random() % (most + 1); i > 0; --i) {
      out.push_back(alphabet[random() % alphabet.size()]);
    }
    return out;
  };
  const auto squeezed = [](const std::string& row) {
    std::string out;
    for (const char c : row) {
      if (c != ' ') {
        out.push_back(c);
      }
    }
    return out;
  };
  for (int round = 0; round < 500; ++round) {
    std::vector<Stretch> stretches;
    std::u32string quotation;
    std::u32string source;
    for (size_t i = 1 + random() % 6; i > 0; --i) {
      Stretch stretch;
      stretch.quotation = text(12);
      stretch.source = stretch.quotation;
      if (i % 2 == 0) {
        stretch.source = text(6);
        stretch.mark = '^';
      }
      quotation += stretch.quotation;
      source += stretch.source;
      stretches.push_back(stretch);
    }
    const size_t columns = 20 + random() % 40;
    std::string quotation_rows;
    std::string source_rows;
    for (const std::string& line : Lines(Plain(stretches, columns))) {
      EXPECT_LE(Columns(line), columns);
      EXPECT_TRUE(line.empty() || line.back() != ' ') << line;
      if (line.starts_with("  yours")) {
        quotation_rows += line.substr(7);
      } else if (line.starts_with("  source")) {
        source_rows += line.substr(8);
      }
    }
    EXPECT_EQ(squeezed(quotation_rows), squeezed(text::ToUtf8(quotation)));
    EXPECT_EQ(squeezed(source_rows), squeezed(text::ToUtf8(source)));
  }
}

}  // namespace
}  // namespace quotes::ctl
