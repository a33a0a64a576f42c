#ifndef QUOTES_SERVICE_EXTRACT_EXTRACTED_TEXT_H_
#define QUOTES_SERVICE_EXTRACT_EXTRACTED_TEXT_H_

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "service/report/layout.h"
#include "service/text/decode.h"

namespace quotes::extract {

// What is to be read of a source in a foreign format: everything that it shows, in reading order.
// Navigation, notes and running heads are kept and marked; what a reader does not see (programs,
// styles, deleted text of tracked changes) is not text.
struct ExtractedText {
  // UTF-8. Each line ends with LF; no other break and no control character but TAB is inside.
  std::string text;
  // One for each LF of `text`.
  std::vector<report::LineHint> lines;
  // How the bytes were read; UTF-8 for formats that say so themselves.
  text::Encoding encoding = text::Encoding::kUtf8;
  // What the file says about itself, as written: keys in lower case and values, in its order.
  std::vector<std::pair<std::string, std::string>> metadata;

  friend bool operator==(const ExtractedText&, const ExtractedText&) = default;
};

// One line of a source's text, clean: controls are dropped, breaks become spaces, runs of spaces in
// ASCII become one, and those at either end go.
std::string CleanLine(std::string_view line);

// What a reader writes for raised text behind `line`, so that no number there gets further digits:
// the number of a note in brackets (增长³ and 42³ become 增长[3] and 42[3]), a power in raised
// digits (m², 10⁸: behind a letter and behind 10), other text as it is.
std::string RaisedText(std::string_view raised, std::string_view line);

// Whether a line begins like a numbered heading or an item of a list: 一、 （一） 第一章 1. ——.
// What begins with any other mark than a letter or digit counts.
bool BeginsWithMarker(std::u32string_view line);
// A digit, or a number of one character: 5 ５ 五 十.
bool IsNumeral(char32_t c);

// Adds an entry to the metadata, clean; one that is longer than any, or one too many, is left out.
void AddMetadata(std::string_view key, std::string_view value, ExtractedText* out);

// Appends lines to an extracted text, clean. An empty one is left out.
class LineWriter {
 public:
  explicit LineWriter(ExtractedText* out) : out_(out) {}

  // `marker` (automatic, with the space behind it, if any) is put before `line` as it is.
  void Add(std::string_view line, report::LineHint hint, std::string_view marker = {});
  // An empty line: a gap that the source shows.
  void AddGap();
  // Words that are struck through or not shown were left out: the next line with this role lacks
  // them, or without one the last.
  void LeaveOut() { left_out_ = true; }
  // Behind the last line.
  void Finish();

 private:
  bool left_out_ = false;
  ExtractedText* const out_;
};

}  // namespace quotes::extract

#endif  // QUOTES_SERVICE_EXTRACT_EXTRACTED_TEXT_H_
