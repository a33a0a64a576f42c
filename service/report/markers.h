#ifndef QUOTES_SERVICE_REPORT_MARKERS_H_
#define QUOTES_SERVICE_REPORT_MARKERS_H_

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace quotes::report {

// Families of markers at the beginning of a paragraph. The order is the usual order of nesting.
enum class MarkerFamily {
  kNone = 0,
  kPart,         // 第一部分 第一编
  kChapter,      // 第一章
  kPartSection,  // 第一节
  kArticle,      // 第一条
  kRoman,        // I. Ⅰ、 in a text in Chinese
  kFormalHan,    // 壹、
  kHan,          // 一、
  kHanBare,      // 一, alone on its line
  kCapital,      // A. in a text in Chinese
  kParenHan,     // （一） ㈠
  kStem,         // 甲、
  kParenStem,    // （甲）
  kArabic,       // 1. 1、 ⒈ 01
  kDecimal,      // 1.1
  kDecimal3,     // 1.1.1
  kParenArabic,  // （1） 1）
  kParenRoman,   // (i) （ii）
  kLetter,       // a. a) (a) in a text in Chinese, capitals as well in folded text
  kCircled,      // ①
  kOrdinalWord,  // 第一， 第一个阶段， 首先， 其次， 再次， 最后，
  kHanIs,        // 一是 其一，
  kHanMust,      // 一要
  kBullet        // —— ● ·
};
inline constexpr size_t kMarkerFamilies = static_cast<size_t>(MarkerFamily::kBullet) + 1;
// The number of 最后，: it follows any other.
inline constexpr int kLastOrdinal = 1000;

struct Marker {
  MarkerFamily family = MarkerFamily::kNone;
  int number = 0;     // 0 for bullets
  size_t length = 0;  // of the marker as printed
  size_t text = 0;    // where the text after it begins, spaces skipped

  explicit operator bool() const { return family != MarkerFamily::kNone; }
};

// Reads the marker at the start of a paragraph. `paragraph` has its letters folded
// (text::FoldLetter), so that digits of all widths are ASCII; its end is the paragraph's end. Looks
// at a bounded number of characters.
Marker ReadMarker(std::u32string_view paragraph);

// Families whose single occurrence is already a heading. Of the others (第一， 一是 甲、 壹、 1. ①
// …) a sequence is needed.
bool IsStrongFamily(MarkerFamily family);

// The markers of a text in their order: says which of them go on where another of their family left
// off. One number may be missing in between; bullets go on for some paragraphs.
class MarkerSeries {
 public:
  // Takes the next marker, and returns the paragraph of the one before when this one follows it.
  std::optional<size_t> Add(size_t paragraph, const Marker& marker);

  // The number taken last in a family; -1 when there is none.
  int last_number(MarkerFamily family) const { return last_[static_cast<size_t>(family)].number; }

 private:
  struct Last {
    size_t paragraph = 0;
    int number = -1;
  };
  std::array<Last, kMarkerFamilies> last_;
};

}  // namespace quotes::report

#endif  // QUOTES_SERVICE_REPORT_MARKERS_H_
