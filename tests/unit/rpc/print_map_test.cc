#include "service/rpc/print_map.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "service/archive/document.h"
#include "service/archive/packed_document.h"
#include "service/text/decode.h"

namespace quotes::rpc {
namespace {

using report::BlockKind;

// A document of lines in source order, one span each; the furniture stands behind the speech.
class Lines {
 public:
  explicit Lines(text::Encoding encoding) { document_.source.encoding = encoding; }

  Lines& Add(BlockKind kind, std::u32string_view text, uint64_t bytes) {
    const auto number = static_cast<uint32_t>(spans_.size()) + 1;
    spans_.push_back({kind, number, 0, at_, at_ + bytes, {}});
    texts_.emplace_back(text);
    at_ += bytes + 1;
    return *this;
  }

  std::shared_ptr<const archive::PackedDocument> Pack() {
    report::ParsedReport& content = document_.content;
    for (const bool speech : {true, false}) {
      for (size_t i = 0; i < spans_.size(); ++i) {
        if (report::IsSpeech(spans_[i].kind) == speech) {
          spans_[i].joined.begin = static_cast<uint32_t>(content.joined.size());
          content.joined += texts_[i];
          spans_[i].joined.end = static_cast<uint32_t>(content.joined.size());
        }
      }
    }
    content.print_spans = spans_;
    content.runs = {{BlockKind::kBody, {0, static_cast<uint32_t>(content.joined.size())}}};
    return archive::Pack(document_, 0);
  }

 private:
  archive::Document document_;
  std::vector<report::PrintSpan> spans_;
  std::vector<std::u32string> texts_;
  uint64_t at_ = 0;
};

std::string Show(const std::vector<v1::PrintPlace>& places) {
  std::string shown;
  for (const v1::PrintPlace& place : places) {
    absl::StrAppend(&shown, shown.empty() ? "" : " ", place.line(), ":", place.byte_begin(), "-",
                    place.byte_end());
  }
  return shown;
}

TEST(PrintMapTest, PlacesComeInSourceOrderWhateverStandsBetween) {
  const auto document = Lines(text::Encoding::kUtf8)
                            .Add(BlockKind::kMasthead, U"报头", 6)
                            .Add(BlockKind::kBody, U"经济增长", 12)
                            .Add(BlockKind::kCaption, U"图片", 6)
                            .Add(BlockKind::kCaption, U"说明", 6)
                            .Add(BlockKind::kBody, U"a进步。", 10)
                            .Add(BlockKind::kBody, U"", 0)
                            .Add(BlockKind::kBody, U"稳定。", 9)
                            .Pack();
  PrintMap map(*document);
  EXPECT_EQ(Show(map.Places({0, 4})), "2:7-19");
  EXPECT_EQ(Show(map.Places({2, 6})), "2:13-19 5:34-38");
  EXPECT_EQ(Show(map.Places({6, 11})), "5:38-44 7:46-55");
  EXPECT_EQ(Show(map.Places({1, 2})), "2:10-13");
  EXPECT_EQ(Show(map.Places({11, 13})), "1:0-6");
  EXPECT_EQ(Show(map.Places({12, 16})), "1:3-6 3:20-26 4:27-30");
  EXPECT_EQ(Show(map.Places({10, 12})), "1:0-3 7:52-55");
  EXPECT_EQ(Show(map.Places({5, 5})), "");
}

// In any order of asking, each piece of a long line has its own bytes.
TEST(PrintMapTest, PiecesOfALineAreMeasuredFromWhereTheyBegin) {
  struct Case {
    text::Encoding encoding;
    std::u32string_view piece;
    uint64_t bytes;
  };
  for (const Case& c : {Case{text::Encoding::kUtf8, U"增长5%。𠮷", 15},
                        Case{text::Encoding::kUtf16Le, U"增长5%。𠮷", 14},
                        Case{text::Encoding::kGb18030, U"增长5%。𠮷", 12},
                        Case{text::Encoding::kBig5, U"增長5%。", 8}}) {
    SCOPED_TRACE(std::string(text::EncodingName(c.encoding)));
    constexpr size_t kPieces = 40;
    std::u32string line;
    for (size_t i = 0; i < kPieces; ++i) {
      line += c.piece;
    }
    const auto document = Lines(c.encoding)
                              .Add(BlockKind::kBody, U"", 2)
                              .Add(BlockKind::kBody, line, kPieces * c.bytes)
                              .Pack();
    PrintMap map(*document);
    const auto expect_piece = [&](size_t i) {
      const auto begin = static_cast<uint32_t>(i * c.piece.size());
      EXPECT_EQ(Show(map.Places({begin, begin + static_cast<uint32_t>(c.piece.size())})),
                absl::StrCat("2:", 3 + i * c.bytes, "-", 3 + (i + 1) * c.bytes));
    };
    for (size_t i = 0; i < kPieces; ++i) {
      expect_piece(i);
    }
    for (size_t i = kPieces; i-- > 0;) {
      expect_piece(i);
    }
  }
}

TEST(PrintMapTest, TheWholeLineIsGivenWhereItsBytesCannotBeTold) {
  // A line that has more bytes than its characters need.
  const auto other = Lines(text::Encoding::kGb18030).Add(BlockKind::kBody, U"增长增长", 9).Pack();
  PrintMap of_other(*other);
  EXPECT_EQ(Show(of_other.Places({2, 4})), "1:0-9");
  // A line with a character that its encoding does not have.
  const auto foreign = Lines(text::Encoding::kBig5).Add(BlockKind::kBody, U"增\u0304長", 5).Pack();
  PrintMap of_foreign(*foreign);
  EXPECT_EQ(Show(of_foreign.Places({0, 1})), "1:0-5");
}

}  // namespace
}  // namespace quotes::rpc
