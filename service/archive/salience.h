#ifndef QUOTES_SERVICE_ARCHIVE_SALIENCE_H_
#define QUOTES_SERVICE_ARCHIVE_SALIENCE_H_

#include <cstdint>
#include <string_view>

namespace quotes::archive {

// How much a quote stands out among others on the same matter, for Order::kSalience: the higher
// comes first.
enum class Salience : uint8_t {
  kPlain = 0,    // and headings that only say which part of a report begins
  kTelling = 1,  // it has figures or names a measure
  kLead = 2      // a heading, or the quote that begins a section
};
inline constexpr int kSaliences = 3;

// Whether a text names a measure: a title in 《》, or a name in quotation marks that is one of an
// action, project or plan, by its own last word (“百日攻坚行动”) or by one of those right behind it
// (“双高”计划, “十四五”发展规划; not “十四五”时期). `text` is joined text of a quote.
bool NamesMeasure(std::u32string_view text);

// Whether a text is the heading of a part that every report has, without a word of its own matter:
// 一、2025年工作回顾, （二）主要目标任务. Made of such words, numerals and marks alone.
bool IsFormalHeading(std::u32string_view text);

// Of a quote with this text, by its attributes.
inline Salience SalienceOf(std::u32string_view text, bool lead, bool has_figures) {
  if (lead && IsFormalHeading(text)) {
    return Salience::kPlain;
  }
  return lead                                ? Salience::kLead
         : has_figures || NamesMeasure(text) ? Salience::kTelling
                                             : Salience::kPlain;
}

}  // namespace quotes::archive

#endif  // QUOTES_SERVICE_ARCHIVE_SALIENCE_H_
