#include <gtest/gtest.h>
#include <unicode/translit.h>
#include <unicode/unistr.h>

#include <memory>
#include <random>
#include <string>
#include <string_view>

#include "service/report/report_id.h"
#include "service/text/utf8.h"

namespace quotes::report {
namespace {

std::string IdOf(std::u32string_view title) {
  Metadata metadata;
  metadata.title = text::ToUtf8(title);
  return MakeReportId(metadata);
}

// The words of a text in Latin letters as ICU gives them for the whole of it, as far as an id has
// room for them.
std::string WordsOf(std::u32string_view title) {
  UErrorCode status = U_ZERO_ERROR;
  static const std::unique_ptr<icu::Transliterator> transliterator(
      icu::Transliterator::createInstance("Any-Latin; Latin-ASCII; Any-Lower", UTRANS_FORWARD,
                                          status));
  icu::UnicodeString value = icu::UnicodeString::fromUTF8(text::ToUtf8(title.substr(0, 24)));
  transliterator->transliterate(value);
  std::string latin;
  value.toUTF8String(latin);
  latin.push_back(' ');
  std::string words;
  std::string word;
  for (const char c : latin) {
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
      word.push_back(c);
    } else if (!word.empty()) {
      if (words.size() + word.size() + (words.empty() ? 0 : 1) > 22) {
        return words.empty() ? word.substr(0, 22) : words;
      }
      words += (words.empty() ? "" : "-") + word;
      word.clear();
    }
  }
  return words;
}

TEST(ReportIdTest, HasTheWordsOfTheWholeTitleInLatinLetters) {
  for (const std::u32string_view title :
       {U"政府工作报告", U"第123项工作的报告", U"2021年政府工作报告（摘要）", U"西藏文化",
        U"西藏自治区", U"重庆市", U"重要讲话", U"沈阳市", U"沈括", U"秘鲁", U"秘书", U"A股ABC市场",
        U"十四五规划", U"关于“十四五”规划的说明", U"State of the Union", U"каталог 报告",
        U"館藏文獻", U"二〇二二年", U"㐀報告"}) {
    const std::string id = IdOf(title);
    EXPECT_EQ(id.substr(0, id.rfind('-')), WordsOf(title)) << id;
  }
}

TEST(ReportIdTest, HasThemInAnyOrder) {
  constexpr std::u32string_view kOthers =
      U"0123456789 "
      U"，。、；：？！“”‘’（）《》〈〉【】—…·　()-_/.,:;!?%+=*#@$&~^|<>[]{}'\"重庆沈阳藏文秘鲁aB";
  std::mt19937 random(7);
  for (int i = 0; i < 2'000; ++i) {
    std::u32string title = U"年";
    for (int k = 0; k < 24; ++k) {
      title.push_back(random() % 3 != 0 ? static_cast<char32_t>(0x4E00 + random() % 0x5200)
                                        : kOthers[random() % kOthers.size()]);
    }
    const std::string id = IdOf(title);
    ASSERT_EQ(id.substr(0, id.rfind('-')), WordsOf(title)) << text::ToUtf8(title);
  }
}

}  // namespace
}  // namespace quotes::report
