#ifndef QUOTES_SERVICE_REPORT_ENGLISH_H_
#define QUOTES_SERVICE_REPORT_ENGLISH_H_

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "service/report/markers.h"
#include "service/report/metadata.h"

// What reports in English look like. Texts are as printed unless said otherwise; `folded` ones have
// their letters folded (text::FoldLetter), which makes them small.
namespace quotes::report {

// Whether a source is read as English: four Latin letters for each Han character, or more.
bool IsEnglishText(std::u32string_view source);

// The words of a line: maximal runs of letters, digits, apostrophes and hyphens.
std::vector<std::u32string_view> EnglishWords(std::u32string_view line);

// Whether the line has letters and all of them are capitals.
bool IsAllCapitals(std::u32string_view line);
// Whether all words but the small ones (of, and, the …) begin with a capital or a digit.
bool IsTitleCase(std::u32string_view line);

// The marker at the beginning of a paragraph: Part I, Chapter 2, Section 3, Article 4, IV., 1., 1),
// (1), A., First,, • and dashes. Families are those of markers.h: a Roman numeral is a kHan, a
// letter a kParenHan.
Marker ReadEnglishMarker(std::u32string_view paragraph);

// The first date in a line of folded text: March 5, 2024; 5 March 2024; Mar. 5, 2024.
std::optional<FoundDate> FindEnglishDate(std::u32string_view folded);

// Whether a line addresses the audience and does little else: Fellow Deputies, / Mr. Speaker, Mr.
// Vice President, my fellow Americans:
bool IsEnglishSalutation(std::u32string_view folded);

// "Li Qiang, Premier of the State Council", "President John Q. Public", "By Jane Roe".
std::optional<Byline> ReadEnglishByline(std::u32string_view line, std::u32string_view folded);
// A line that is nothing but a name of two to four words.
bool IsEnglishName(std::u32string_view line);

// Whether a line is a time of the day and no more: 9:26 P.M. EST.
bool IsEnglishTime(std::u32string_view folded);
// Whether a line names a place where speeches are given: House Chamber; Washington, D.C.
bool IsEnglishPlace(std::u32string_view folded);
// Who speaks by a title: Remarks by President Jane Roe at ….
std::optional<Byline> ReadEnglishTitleSpeaker(std::u32string_view line, std::u32string_view folded);

// The label by which the transcript of a speech says who speaks, at the beginning of a line:
// THE PRESIDENT: AUDIENCE: The President.
struct SpeakerTurn {
  size_t length = 0;      // with its mark; 0 for none
  bool known = false;     // a word for speakers, not any name in capitals
  bool audience = false;  // those who listen
};
SpeakerTurn ReadSpeakerTurn(std::u32string_view line, std::u32string_view folded);

// "Delivered at the Second Session of … on March 5, 2024".
struct EnglishOccasion {
  size_t event_begin = 0;
  size_t event_end = 0;
};
std::optional<EnglishOccasion> ReadEnglishOccasion(std::u32string_view folded);

}  // namespace quotes::report

#endif  // QUOTES_SERVICE_REPORT_ENGLISH_H_
