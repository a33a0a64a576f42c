#ifndef QUOTES_SERVICE_ARCHIVE_SALIENCE_H_
#define QUOTES_SERVICE_ARCHIVE_SALIENCE_H_

#include <cstdint>
#include <string_view>

namespace quotes::archive {

// How much a quote stands out among others on the same matter, for Order::kSalience: the higher
// comes first. A stock phrase, whatever it is, stands where kFormal does.
enum class Salience : uint8_t {
  kFormal = 0,   // a heading that only says which part of a report begins
  kPlain = 1,    // anything else
  kTelling = 2,  // it has figures or names a measure
  kLead = 3      // a heading, or the quote that begins a section
};
inline constexpr int kSaliences = 4;

// Whether a text names a measure: a title in 《》, or a name in quotation marks that is one of an
// action, project or plan, by its own last word (“百日攻坚行动”) or by one of those right behind it
// (“双高”计划, “十四五”发展规划; not “十四五”时期). `text` is joined text of a quote.
bool NamesMeasure(std::u32string_view text);

// Whether a text is the heading of a part that every report has, without a word of its own matter:
// 一、2025年工作回顾, （二）主要目标任务, 二、“十四五”时期发展成就. It names a part (回顾, 任务,
// 说明), and what stands beside are numerals, marks and words that such headings share (主要,
// 发展).
bool IsFormalHeading(std::u32string_view text);

// Of a quote with this text, by its attributes.
inline Salience SalienceOf(std::u32string_view text, bool lead, bool has_figures) {
  if (lead && IsFormalHeading(text)) {
    return Salience::kFormal;
  }
  return lead                                ? Salience::kLead
         : has_figures || NamesMeasure(text) ? Salience::kTelling
                                             : Salience::kPlain;
}

}  // namespace quotes::archive

#endif  // QUOTES_SERVICE_ARCHIVE_SALIENCE_H_
