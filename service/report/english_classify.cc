#include "service/report/english_classify.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "service/base/limits.h"
#include "service/report/chars.h"
#include "service/report/english.h"
#include "service/report/lexicon.h"
#include "service/report/note_marks.h"
#include "service/text/fold.h"
#include "service/text/utf8.h"

namespace quotes::report {
namespace {

using View = std::u32string_view;

constexpr size_t kMaxHeadLines = 120;
constexpr size_t kMaxTitleLine = 160;
constexpr size_t kMaxTitleLines = 4;
// A line of the head is rarely longer than this without being a paragraph.
constexpr size_t kMinParagraph = 90;

bool Contains(View text, View what) { return text.find(what) != View::npos; }

// 12, - 12 -, Page 3, Page 3 of 12, 3/12.
bool IsPageNumber(View folded) {
  constexpr size_t kLongest = 20;
  if (folded.size() > kLongest) {
    return false;
  }
  size_t digits = 0;
  for (const View word : EnglishWords(folded)) {
    const bool dash = word == U"-";
    const bool number = std::all_of(word.begin(), word.end(), IsAsciiDigit);
    digits += number ? 1u : 0u;
    if (!dash && !number && word != U"page" && word != U"of" && word != U"p") {
      return false;
    }
  }
  const bool marks_only = std::none_of(folded.begin(), folded.end(), [](char32_t c) {
    return IsTerminal(c) || IsCommaLike(c) || IsColon(c) || c == U'%' || c == U'$';
  });
  return digits > 0 && digits <= 2 && marks_only;
}

bool IsWebLine(View folded) {
  constexpr size_t kLongest = 80;
  if (folded.size() > kLongest) {
    return false;
  }
  const Lexicon& lexicon = GetLexicon();
  if (lexicon.english_web.Contains(folded) || lexicon.english_web_prefix.PrefixOf(folded) > 0) {
    return true;
  }
  // Share | Print | Email; Home > News > Reports.
  const bool path = folded.find_first_of(U">»›") != View::npos;
  size_t steps = 0;
  size_t known = 0;
  size_t begin = 0;
  for (size_t i = 0; i <= folded.size(); ++i) {
    if (i < folded.size() && folded[i] != U'|' && folded[i] != U'>' && folded[i] != U'»' &&
        folded[i] != U'›') {
      continue;
    }
    View step = folded.substr(begin, i - begin);
    while (!step.empty() && text::IsSpace(step.front())) {
      step.remove_prefix(1);
    }
    while (!step.empty() && text::IsSpace(step.back())) {
      step.remove_suffix(1);
    }
    ++steps;
    known += lexicon.english_web.Contains(step) || lexicon.english_web_prefix.PrefixOf(step) > 0
                 ? 1u
                 : 0u;
    begin = i + 1;
  }
  return steps >= 2 && (path ? known > 0 || steps >= 3 : known * 2 >= steps);
}

bool HasLeader(View folded) {
  return Contains(folded, U"....") || Contains(folded, U". . .") || Contains(folded, U"……");
}

// A line without its leaders and its page number, for comparing with headings.
std::u32string EntryWords(View folded) {
  std::u32string words;
  for (const View word : EnglishWords(folded)) {
    words.append(word).push_back(U' ');
  }
  while (!words.empty() && (words.back() == U' ' || IsAsciiDigit(words.back()))) {
    words.pop_back();
  }
  return words;
}

// The cells of a row of a table that was pasted as text, parted by tabs; 0 for other lines. What
// only has a tab behind the sign of an item is none.
struct EnglishRow {
  size_t cells = 0;
  size_t figures = 0;  // cells behind the first that hold more digits than letters
};

EnglishRow ReadEnglishRow(View line) {
  constexpr size_t kLongest = 200;
  constexpr size_t kLongestCell = 60;
  EnglishRow row;
  if (line.size() > kLongest || line.find(U'\t') == View::npos) {
    return row;
  }
  for (size_t i = 0; i < line.size();) {
    const View cell = line.substr(i, line.find(U'\t', i) - i);
    i += cell.size() + 1;
    size_t digits = 0;
    size_t letters = 0;
    for (const char32_t c : cell) {
      digits += IsAsciiDigit(c) ? 1u : 0u;
      letters += IsWordCharacter(c) && !IsAsciiDigit(c) ? 1u : 0u;
    }
    const bool sign = row.cells == 0 && (digits + letters == 0 || cell.back() == U')' ||
                                         IsFullStopDot(cell.back()) || cell.size() == 1);
    if (cell.size() > kLongestCell) {
      return {};
    }
    if (!cell.empty() && !sign) {
      ++row.cells;
      row.figures += row.cells > 1 && digits > letters ? 1u : 0u;
    }
  }
  return row.cells >= 2 ? row : EnglishRow();
}

// Table 1. Main indicators; Figure 2: …; Chart 3.
bool IsEnglishFloat(View folded) {
  constexpr size_t kLongest = 120;
  constexpr View kNames[] = {U"table ", U"figure ", U"chart ", U"exhibit "};
  for (const View name : kNames) {
    size_t at = name.size();
    if (!folded.starts_with(name) || folded.size() > kLongest) {
      continue;
    }
    while (at < folded.size() &&
           (IsAsciiDigit(folded[at]) || (at > name.size() && folded[at] == U'-'))) {
      ++at;
    }
    return at > name.size() &&
           (at == folded.size() || IsFullStopDot(folded[at]) || IsColon(folded[at]));
  }
  return false;
}

class Classifier {
 public:
  Classifier(View source, View folded, const std::vector<Line>& lines)
      : source_(source), folded_(folded), lines_(lines), kinds_(lines.size(), BlockKind::kBody) {}

  Classified Run() {
    MarkContents();
    FindHead();
    ReadHead();
    MarkBody();
    MarkTables();
    MarkGlossary();
    MarkSignature();
    MarkTurns();
    MarkNotes();
    Emit();
    return std::move(result_);
  }

 private:
  View Folded(size_t i) const { return folded_.substr(lines_[i].begin, lines_[i].size()); }
  View Printed(size_t i) const { return source_.substr(lines_[i].begin, lines_[i].size()); }
  std::string Utf8(size_t i, size_t begin, size_t end) const {
    return text::ToUtf8(
        Printed(i).substr(begin, std::min(end - begin, limits::kMaxMetadataCodePoints)));
  }

  bool EndsSentence(size_t i) const {
    const View line = Printed(i);
    size_t last = line.size();
    while (last > 1 && (IsCloser(line[last - 1]) || line[last - 1] == U'"')) {
      --last;
    }
    return IsTerminal(line[last - 1]) || IsFullStopDot(line[last - 1]);
  }

  // Part of running text: long, or the first of several full lines.
  bool IsParagraph(size_t i) const {
    const size_t size = lines_[i].size();
    if (IsAllCapitals(Printed(i)) || FindEnglishDate(Folded(i)) || IsTitleCase(Printed(i)) ||
        IsWebLine(Folded(i))) {
      return false;
    }
    if (size >= kMinParagraph) {
      return EndsSentence(i) || lines_[i].inner_stop || lines_[i].commas > 0 ||
             size >= 2 * kMinParagraph;
    }
    constexpr size_t kFullLine = 45;
    return (size >= kFullLine && i + 1 < lines_.size() && !lines_[i + 1].gap_before &&
            lines_[i + 1].size() >= kFullLine / 2 && !ReadEnglishMarker(Printed(i))) ||
           (EndsSentence(i) && EnglishWords(Printed(i)).size() >= 5);
  }

  // After a line CONTENTS, entries with leaders or page numbers, or that the text repeats.
  void MarkContents() {
    const size_t most = std::min(lines_.size(), kMaxHeadLines);
    size_t head = 0;
    while (head < most && Folded(head) != U"contents" && Folded(head) != U"table of contents") {
      ++head;
    }
    if (head == most) {
      return;
    }
    std::unordered_map<std::u32string, size_t> last;  // an entry's words -> its last line
    for (size_t i = head + 1; i < lines_.size(); ++i) {
      if (lines_[i].size() <= kMaxTitleLine) {
        last[EntryWords(Folded(i))] = i;
      }
    }
    kinds_[head] = BlockKind::kWebFurniture;
    contents_end_ = head + 1;
    for (size_t i = head + 1; i < lines_.size() && lines_[i].size() <= kMaxTitleLine; ++i) {
      if (!HasLeader(Folded(i)) && last[EntryWords(Folded(i))] == i) {
        break;
      }
      kinds_[i] = BlockKind::kWebFurniture;
      contents_end_ = i + 1;
    }
    contents_begin_ = head;
  }

  bool InContents(size_t i) const { return i >= contents_begin_ && i < contents_end_; }

  // Where the speech begins: at the salutation, else at the first marked heading or paragraph.
  void FindHead() {
    const size_t most = std::min(lines_.size(), kMaxHeadLines);
    constexpr size_t kMostParagraphs = 3;  // an editor's words
    size_t first = lines_.size();
    size_t paragraphs = 0;
    for (size_t i = 0; i < most; ++i) {
      if (InContents(i)) {
        continue;
      }
      if (IsEnglishSalutation(Folded(i)) || BeginsSalutation(i)) {
        has_salutation_ = true;
        head_end_ = i;
        return;
      }
      const Marker marker = ReadEnglishMarker(Printed(i));
      const bool heading = marker && marker.family != MarkerFamily::kBullet && marker.number == 1;
      if (IsParagraph(i) || heading) {
        first = std::min(first, i);
        paragraphs += heading ? 0u : 1u;
        if (paragraphs > kMostParagraphs) {
          break;
        }
      }
    }
    head_end_ = first == lines_.size() ? 0 : first;
  }

  // "Mr. Speaker, Mr. Vice President, Members of" with the rest on the next line.
  bool BeginsSalutation(size_t i) const {
    const View line = Folded(i);
    const size_t length = GetLexicon().english_salutation.PrefixOf(line);
    return length > 0 && length < line.size() && IsCommaLike(line[length]) &&
           i + 1 < lines_.size() && !lines_[i + 1].gap_before && !EndsSentence(i);
  }

  BlockKind JudgeHeadLine(size_t i) {
    const View line = Folded(i);
    Metadata& metadata = result_.metadata;
    if (!lines_[i].has_word || IsWebLine(line)) {
      TakeSource(i);
      return BlockKind::kWebFurniture;
    }
    if (IsPageNumber(line)) {
      return BlockKind::kPageNumber;
    }
    if (IsEnglishTime(line)) {
      return BlockKind::kDateline;
    }
    if (const auto occasion = ReadEnglishOccasion(line)) {
      if (metadata.event.empty()) {
        metadata.subtitle = Utf8(i, 0, line.size());
        metadata.event = Utf8(i, occasion->event_begin, occasion->event_end);
        if (const auto date = FindEnglishDate(line)) {
          metadata.date = date->day;
        }
        occasion_ = i;
      }
      return BlockKind::kSubtitle;
    }
    // An occasion goes on in the next line until its date is there.
    if (occasion_ + 1 == i && !lines_[i].gap_before && !metadata.date) {
      if (const auto date = FindEnglishDate(line)) {
        metadata.date = date->day;
        size_t end = date->begin;
        while (end > 0 && !IsWordCharacter(line[end - 1])) {
          --end;
        }
        end -= line.substr(0, end).ends_with(U" on") ? 3u : line.substr(0, end) == U"on" ? 2u : 0u;
        if (end > 0) {
          metadata.event.append(1, ' ').append(Utf8(i, 0, end));
        }
        metadata.subtitle.append(1, ' ').append(Utf8(i, 0, line.size()));
        return BlockKind::kSubtitle;
      }
    }
    if (const auto byline = ReadEnglishByline(Printed(i), line)) {
      if (metadata.speaker.empty()) {
        metadata.speaker = Utf8(i, byline->name_begin, byline->name_end);
        metadata.office = Utf8(i, byline->office_begin, byline->office_end);
      }
      return BlockKind::kByline;
    }
    if (const auto date = FindEnglishDate(line)) {
      constexpr size_t kMostBeside = 24;
      if (line.size() - (date->end - date->begin) <= kMostBeside) {
        if (!metadata.date) {
          metadata.date = date->day;
        }
        return BlockKind::kDateline;
      }
    }
    if (ClosingPartner(line.front()) != 0 &&
        CloserShape(line.back()) == ClosingPartner(line.front())) {
      return BlockKind::kNote;
    }
    if (IsParagraph(i)) {
      unnamed_.insert(i);
      return BlockKind::kNote;
    }
    return BlockKind::kBody;
  }

  // Source: Xinhua; Updated: March 12, 2024
  void TakeSource(size_t i) {
    const View line = Folded(i);
    Publication& publication = result_.metadata.publication;
    if (line.starts_with(U"source:")) {
      size_t begin = 7;
      while (begin < line.size() && text::IsSpace(line[begin])) {
        ++begin;
      }
      publication.paper = Utf8(i, begin, line.size());
    }
    auto date = FindEnglishDate(line);
    date = date ? date : FindDate(line);
    if (date && !publication.issue_date) {
      publication.issue_date = date->day;
    }
  }

  void ReadHead() {
    for (size_t i = 0; i < head_end_; ++i) {
      if (!InContents(i)) {
        kinds_[i] = JudgeHeadLine(i);
      }
    }
    ChooseTitle();
    for (size_t i = title_end_; i < head_end_ && result_.metadata.speaker.empty(); ++i) {
      if (kinds_[i] == BlockKind::kBody && title_end_ > 0 && IsEnglishPlace(Folded(i))) {
        kinds_[i] = BlockKind::kDateline;
        continue;
      }
      if (kinds_[i] == BlockKind::kBody && title_end_ > 0 && IsEnglishName(Printed(i))) {
        result_.metadata.speaker = Utf8(i, 0, lines_[i].size());
        kinds_[i] = BlockKind::kByline;
        // The office on the next line.
        if (i + 1 < head_end_ && kinds_[i + 1] == BlockKind::kBody &&
            GetLexicon().english_office.PrefixOf(Folded(i + 1)) > 0) {
          result_.metadata.office = Utf8(i + 1, 0, lines_[i + 1].size());
          kinds_[i + 1] = BlockKind::kByline;
        }
      }
    }
    for (size_t i = 0; i < title_end_ && result_.metadata.speaker.empty(); ++i) {
      const auto speaker = kinds_[i] == BlockKind::kTitle
                               ? ReadEnglishTitleSpeaker(Printed(i), Folded(i))
                               : std::nullopt;
      if (speaker) {
        result_.metadata.speaker = Utf8(i, speaker->name_begin, speaker->name_end);
        result_.metadata.office = Utf8(i, speaker->office_begin, speaker->office_end);
      }
    }
    GiveBackSpeechAboveAddress();
    // A heading right above the speech belongs to it.
    size_t end = head_end_;
    while (!has_salutation_ && end > title_end_ && title_end_ > 0 &&
           kinds_[end - 1] == BlockKind::kBody &&
           (end == head_end_ || lines_[end - 1].heading_level > 0)) {
      --end;
    }
    for (size_t i = 0; i < end; ++i) {
      if (kinds_[i] == BlockKind::kBody) {
        kinds_[i] = i < title_end_ ? BlockKind::kMasthead : BlockKind::kBanner;
      }
    }
    CountAbove(end);
  }

  // Whether an editor says what a line of the head says, of the text or of its speaker.
  bool SaysEditor(size_t i) const {
    constexpr View kWords[] = {U"the following is", U"full text", U"as prepared", U"as delivered",
                               U"transcript",       U"editor",    U"delivered",   U"is reprinted",
                               U"was published",    U"excerpt"};
    const View line = Folded(i);
    if (std::any_of(std::begin(kWords), std::end(kWords),
                    [&](View word) { return Contains(line, word); })) {
      return true;
    }
    const std::u32string speaker = text::ToCodePoints(result_.metadata.speaker);
    const auto names = EnglishWords(speaker);
    return !names.empty() && Contains(Printed(i), names.back());
  }

  static bool SpeaksToAudience(View folded) {
    constexpr View kWords[] = {U"we", U"our", U"us", U"i", U"my", U"you", U"your"};
    const auto words = EnglishWords(folded);
    return std::any_of(words.begin(), words.end(), [&](View word) {
      word = word.substr(0, word.find_first_of(U"'’"));
      return std::find(std::begin(kWords), std::end(kWords), word) != std::end(kWords);
    });
  }

  // Words to the audience may stand below the first sentences of a speech, which are its own then:
  // those below the title, the day and the speaker's name where somebody speaks, and no editor's.
  void GiveBackSpeechAboveAddress() {
    if (!has_salutation_) {
      return;
    }
    size_t begin = head_end_;
    bool speaks = false;
    for (size_t i = head_end_; i-- > title_end_;) {
      const bool own = kinds_[i] == BlockKind::kBody || unnamed_.count(i) > 0;
      if (!own && (kinds_[i] == BlockKind::kWebFurniture || kinds_[i] == BlockKind::kPageNumber)) {
        continue;
      }
      if (!own || InContents(i) || SaysEditor(i)) {
        break;
      }
      if (EndsSentence(i) || unnamed_.count(i) > 0) {
        begin = i;
        speaks |= SpeaksToAudience(Folded(i));
      }
    }
    if (!speaks) {
      return;
    }
    for (size_t i = begin; i < head_end_; ++i) {
      if (unnamed_.erase(i) > 0) {
        kinds_[i] = BlockKind::kBody;
      }
    }
    head_end_ = begin;
  }

  // Sentences above the speech that nothing but their place tells from it.
  void CountAbove(size_t end) {
    for (size_t i = 0; i < end; ++i) {
      const bool sentence =
          (EndsSentence(i) && kinds_[i] == BlockKind::kBanner) || unnamed_.count(i) > 0;
      if (!sentence || SaysEditor(i)) {
        continue;
      }
      if (result_.above.head < 0) {
        result_.above.head = static_cast<int>(i);
      }
      result_.above.characters += lines_[i].size();
    }
  }

  bool IsCandidate(size_t i) const {
    return kinds_[i] == BlockKind::kBody && lines_[i].size() <= kMaxTitleLine;
  }

  // The title is the group of lines that calls itself a report or an address, or stands above the
  // occasion, the date or the byline.
  void ChooseTitle() {
    size_t best_begin = 0;
    size_t best_end = 0;
    int best_score = 0;
    for (size_t i = 0; i < head_end_;) {
      if (!IsCandidate(i)) {
        ++i;
        continue;
      }
      size_t end = i + 1;
      while (end < head_end_ && IsCandidate(end) && end - i < kMaxTitleLines &&
             !lines_[end].gap_before && lines_[end].heading_level == lines_[i].heading_level) {
        ++end;
      }
      int score = lines_[i].heading_level == 1 ? 7 : 1;
      for (size_t j = i; j < end; ++j) {
        size_t length = 0;
        score += GetLexicon().english_title.FindIn(Folded(j), &length) != View::npos ? 4 : 0;
      }
      if (end < head_end_ &&
          (kinds_[end] == BlockKind::kSubtitle || kinds_[end] == BlockKind::kDateline ||
           kinds_[end] == BlockKind::kByline)) {
        score += 3;
      }
      if (IsEnglishName(Printed(i)) && end == i + 1 && score < 5) {
        score = 0;
      }
      if (score > best_score) {
        best_score = score;
        best_begin = i;
        best_end = end;
      }
      i = end;
    }
    // So are places below it.
    const auto titles = [&](size_t i) {
      size_t length = 0;
      return GetLexicon().english_title.FindIn(Folded(i), &length) != View::npos;
    };
    constexpr size_t kLongestPlace = 30;
    while (best_end > best_begin + 1 && lines_[best_end - 1].size() <= kLongestPlace &&
           IsEnglishPlace(Folded(best_end - 1)) && IsTitleCase(Printed(best_end - 1)) &&
           !titles(best_end - 1)) {
      kinds_[--best_end] = BlockKind::kDateline;
    }
    // And a name above the date.
    if (best_end > best_begin + 1 && best_end < head_end_ &&
        kinds_[best_end] == BlockKind::kDateline && IsEnglishName(Printed(best_end - 1)) &&
        !titles(best_end - 1) && titles(best_end - 2)) {
      --best_end;
    }
    // A name at the end of the group is the speaker's.
    while (best_end > best_begin + 1 && IsEnglishName(Printed(best_end - 1)) &&
           !IsAllCapitals(Printed(best_end - 1)) && IsAllCapitals(Printed(best_begin))) {
      --best_end;
    }
    std::u32string title;
    for (size_t i = best_begin; i < best_end; ++i) {
      if (!title.empty()) {
        title.push_back(U' ');
      }
      title += Printed(i);
      kinds_[i] = BlockKind::kTitle;
    }
    result_.metadata.title = text::ToUtf8(View(title).substr(0, limits::kMaxMetadataCodePoints));
    title_end_ = best_end;
  }

  // How often each short line stands in the text, its numbers taken as one.
  std::unordered_map<std::u32string, size_t> CountLines() const {
    constexpr size_t kLongest = 100;
    std::unordered_map<std::u32string, size_t> counts;
    for (size_t i = 0; i < lines_.size(); ++i) {
      if (lines_[i].size() <= kLongest && !EndsSentence(i)) {
        ++counts[EntryWords(Folded(i))];
      }
    }
    return counts;
  }

  bool IsBesidePageNumber(size_t i) const {
    return (i > 0 && IsPageNumber(Folded(i - 1))) ||
           (i + 1 < lines_.size() && IsPageNumber(Folded(i + 1)));
  }

  // Short lines beside page numbers, or where a page begins or ends, that stand there again.
  bool IsRunningHead(size_t i, const std::unordered_map<std::u32string, size_t>& counts) const {
    const bool edge = IsBesidePageNumber(i) || lines_[i].page_break_before ||
                      (i + 1 < lines_.size() && lines_[i + 1].page_break_before);
    const auto found = counts.find(EntryWords(Folded(i)));
    return edge && found != counts.end() && found->second >= 2 && !IsEnglishSalutation(Folded(i));
  }

  void MarkBody() {
    const auto counts = CountLines();
    for (size_t i = head_end_; i < lines_.size(); ++i) {
      if (InContents(i)) {
        continue;
      }
      const Line& line = lines_[i];
      const View text = Folded(i);
      if (!line.has_word) {
        const bool closes = i > head_end_ && line.size() <= 4 && !line.gap_before &&
                            (IsTerminal(line.last_mark) || IsFullStopDot(line.last_mark) ||
                             IsCloser(line.last_mark));
        kinds_[i] = closes ? BlockKind::kBody : BlockKind::kWebFurniture;
      } else if (IsPageNumber(text)) {
        kinds_[i] = BlockKind::kPageNumber;
      } else if (IsWebLine(text)) {
        kinds_[i] = BlockKind::kWebFurniture;
        TakeSource(i);
      } else if (IsRunningHead(i, counts)) {
        kinds_[i] = BlockKind::kMasthead;
      } else if (IsEnglishTime(text) || (i * 3 > lines_.size() * 2 && SaysEnd(text))) {
        kinds_[i] = BlockKind::kDateline;
      } else if ((i * 2 > lines_.size() && IsArchiveNote(i)) || IsBracketedNote(text)) {
        MarkNoteParagraph(i);
      } else if (i * 3 > lines_.size() * 2 &&
                 (text == U"notes" || text == U"endnotes" || text == U"footnotes")) {
        std::fill(kinds_.begin() + static_cast<std::ptrdiff_t>(i), kinds_.end(), BlockKind::kNote);
        return;
      }
    }
  }

  // Tables whose cells tabs part, their titles, and the notes below them.
  void MarkTables() {
    for (size_t i = head_end_; i < lines_.size();) {
      size_t end = i;
      size_t figured = 0;
      bool sure = false;
      for (; end < lines_.size() && kinds_[end] == BlockKind::kBody && !EndsSentence(end); ++end) {
        const EnglishRow row = ReadEnglishRow(Folded(end));
        if (row.cells == 0) {
          break;
        }
        sure |= row.cells >= 3;
        figured += row.figures > 0 ? 1u : 0u;
      }
      const size_t rows = end - i;
      if (rows >= 2 && (sure || figured * 2 >= rows)) {
        std::fill(kinds_.begin() + static_cast<std::ptrdiff_t>(i),
                  kinds_.begin() + static_cast<std::ptrdiff_t>(end), BlockKind::kTable);
      }
      i = std::max(end, i + 1);
    }
    bool beside = false;  // the line above belongs to a table or a chart
    for (size_t i = head_end_; i < lines_.size(); ++i) {
      const View text = Folded(i);
      if (kinds_[i] == BlockKind::kTable) {
        beside = true;
      } else if (kinds_[i] != BlockKind::kBody) {
        continue;
      } else if (IsEnglishFloat(text) && !EndsSentence(i)) {
        kinds_[i] = BlockKind::kCaption;
        beside = true;
      } else if (beside && (text.starts_with(U"note:") || text.starts_with(U"notes:") ||
                            text.starts_with(U"source:") || text.starts_with(U"sources:"))) {
        MarkNoteParagraph(i);
      } else {
        beside = false;
      }
    }
  }

  // Glossary, above nothing but explanations of terms: 1. Dual circulation: a development pattern….
  void MarkGlossary() {
    constexpr View kHeads[] = {U"glossary",
                               U"glossary of terms",
                               U"explanation of terms",
                               U"explanatory notes",
                               U"abbreviations",
                               U"list of abbreviations",
                               U"abbreviations and acronyms"};
    constexpr size_t kLongestTerm = 80;  // with its number
    constexpr size_t kFewest = 2;
    for (size_t i = std::max(head_end_, lines_.size() / 2); i < lines_.size(); ++i) {
      if (kinds_[i] != BlockKind::kBody ||
          std::find(std::begin(kHeads), std::end(kHeads), Folded(i)) == std::end(kHeads)) {
        continue;
      }
      size_t terms = 0;
      bool all = true;
      for (size_t j = i + 1; j < lines_.size() && all; ++j) {
        const View line = Folded(j);
        const bool term = std::any_of(
            line.begin(),
            line.begin() + static_cast<std::ptrdiff_t>(std::min(line.size(), kLongestTerm)),
            [](char32_t c) { return IsColon(c) || IsDash(c) || c == U'–'; });
        const bool wrapped = !lines_[j].gap_before && !EndsSentence(j - 1) && terms > 0;
        terms += term ? 1u : 0u;
        all = term || wrapped || kinds_[j] != BlockKind::kBody;
      }
      if (all && terms >= kFewest) {
        std::fill(kinds_.begin() + static_cast<std::ptrdiff_t>(i), kinds_.end(), BlockKind::kNote);
      }
      return;
    }
  }

  // [Footnote 1: See the report.]
  static bool IsBracketedNote(View text) {
    return text.starts_with(U"[footnote") || text.starts_with(U"[note ") ||
           text.starts_with(U"[editor");
  }

  // END                10:16 P.M. EST
  static bool SaysEnd(View text) {
    constexpr View kEnd = U"end";
    View rest = text;
    if (!rest.starts_with(kEnd)) {
      return false;
    }
    rest.remove_prefix(kEnd.size());
    const bool set_off = rest.starts_with(U"  ") || rest.starts_with(U"\t");
    while (!rest.empty() && text::IsSpace(rest.front())) {
      rest.remove_prefix(1);
    }
    return rest.empty() || (set_off && IsEnglishTime(rest));
  }

  // NOTE: The President spoke at …; what an archive says of a text, and where it holds it.
  bool IsArchiveNote(size_t i) const {
    const View text = Folded(i);
    return text.starts_with(U"note: ") || text.starts_with(U"note.\u2014") ||
           text.starts_with(U"citation: ") || Contains(text, U"the american presidency project") ||
           Contains(text, U"https://") || Contains(text, U"http://");
  }

  // A line and those that it is wrapped over.
  void MarkNoteParagraph(size_t i) {
    kinds_[i] = BlockKind::kNote;
    while (i + 1 < lines_.size() && !lines_[i + 1].gap_before && !EndsSentence(i) &&
           lines_[i].size() >= kMinParagraph / 2) {
      kinds_[++i] = BlockKind::kNote;
    }
  }

  // GEORGE WASHINGTON. / UNITED STATES, January 8, 1790. below the text.
  void MarkSignature() {
    constexpr size_t kLongest = 60;
    constexpr size_t kMostBeside = 40;
    size_t last = lines_.size();
    while (last > head_end_ && kinds_[last - 1] != BlockKind::kBody) {
      --last;
    }
    if (last <= head_end_ + 1) {
      return;
    }
    size_t name = last - 1;
    const View line = Folded(name);
    const auto date = FindEnglishDate(line);
    const bool dated = date && line.size() <= kLongest &&
                       line.size() - (date->end - date->begin) <= kMostBeside &&
                       (date->begin == 0 || IsAllCapitals(Printed(name).substr(0, date->begin)) ||
                        IsEnglishPlace(line));
    if (dated) {
      kinds_[name] = BlockKind::kDateline;
      if (!result_.metadata.date) {
        result_.metadata.date = date->day;
      }
      --name;
      // EXECUTIVE MANSION, on a line of its own.
      if (name > head_end_ && kinds_[name] == BlockKind::kBody &&
          lines_[name].size() <= kMostBeside && IsCommaLike(Printed(name).back()) &&
          (IsAllCapitals(Printed(name)) || IsEnglishPlace(Folded(name)))) {
        kinds_[name--] = BlockKind::kDateline;
      }
    }
    if (name <= head_end_ || kinds_[name] != BlockKind::kBody || !IsEnglishName(Printed(name)) ||
        !EndsSentence(name - 1)) {
      return;
    }
    View words = Printed(name);
    while (!words.empty() && IsFullStopDot(words.back())) {
      words.remove_suffix(1);
    }
    std::string& speaker = result_.metadata.speaker;
    if (dated || IsAllCapitals(words) || text::ToUtf8(words) == speaker) {
      kinds_[name] = BlockKind::kByline;
      if (speaker.empty()) {
        speaker = text::ToUtf8(words);
      }
    }
  }

  // The labels of a transcript. What those who listen call is no part of the speech; where others
  // speak as well, nobody is the speaker.
  void MarkTurns() {
    struct Turn {
      size_t line;
      SpeakerTurn turn;
    };
    std::vector<Turn> turns;
    std::unordered_map<std::u32string, size_t> labels;
    bool known = false;
    size_t repeated = 0;
    for (size_t i = head_end_; i < lines_.size(); ++i) {
      if (kinds_[i] != BlockKind::kBody) {
        continue;
      }
      const SpeakerTurn turn = ReadSpeakerTurn(Printed(i), Folded(i));
      if (turn.length == 0) {
        continue;
      }
      turns.push_back({i, turn});
      known |= turn.known;
      const size_t times = ++labels[std::u32string(Folded(i).substr(0, turn.length))];
      repeated = std::max(repeated, times);
    }
    if (!known && (repeated < 2 || labels.size() < 2)) {
      return;
    }
    // Q    Mr. President, …: a reporter asks.
    for (size_t i = head_end_; i < lines_.size(); ++i) {
      if (kinds_[i] == BlockKind::kBody &&
          (Folded(i).starts_with(U"q  ") || Folded(i).starts_with(U"q\t"))) {
        MarkNoteParagraph(i);
      }
    }
    std::unordered_map<std::u32string, size_t> speakers;
    for (const Turn& turn : turns) {
      if (turn.turn.audience) {
        MarkNoteParagraph(turn.line);
      } else if (turn.turn.length == lines_[turn.line].size()) {
        kinds_[turn.line] = BlockKind::kByline;
      } else {
        labels_.emplace(turn.line, turn.turn.length);
      }
      if (!turn.turn.audience) {
        ++speakers[std::u32string(Folded(turn.line).substr(0, turn.turn.length))];
      }
    }
    if (speakers.size() >= 2) {
      result_.several_speakers = true;
      result_.metadata.speaker.clear();
      result_.metadata.office.clear();
    }
  }

  void MarkNotes() {
    NoteReader notes;
    for (size_t i = head_end_; i < lines_.size(); ++i) {
      if (kinds_[i] != BlockKind::kBody) {
        continue;
      }
      std::optional<std::vector<NoteMark>> marks = notes.Read(Folded(i));
      if (!marks.has_value()) {
        kinds_[i] = BlockKind::kNote;
        continue;
      }
      const std::vector<NoteMark> notes_of_stage = FindStageNotes(Folded(i));
      marks->insert(marks->end(), notes_of_stage.begin(), notes_of_stage.end());
      std::sort(marks->begin(), marks->end(),
                [](const NoteMark& a, const NoteMark& b) { return a.begin < b.begin; });
      if (!marks->empty()) {
        marks_.emplace(i, *std::move(marks));
      }
    }
  }

  void Emit() {
    result_.pieces.reserve(lines_.size() + 8);
    for (size_t i = 0; i < lines_.size(); ++i) {
      const Line& line = lines_[i];
      const auto index = static_cast<uint32_t>(i);
      uint32_t begin = line.begin;
      if (const auto label = labels_.find(i); label != labels_.end()) {
        begin += static_cast<uint32_t>(label->second);
        result_.pieces.push_back({line.begin, begin, index, BlockKind::kByline});
        while (begin < line.end && text::IsSpace(source_[begin])) {
          ++begin;
        }
      }
      if (const auto marks = marks_.find(i); marks != marks_.end()) {
        for (const NoteMark& mark : marks->second) {
          const uint32_t at = line.begin + mark.begin;
          if (at < begin) {
            continue;
          }
          // Of the spaces around a mark one is left.
          uint32_t end = at;
          const uint32_t behind = line.begin + mark.end;
          while (end > begin && text::IsSpace(source_[end - 1]) &&
                 (behind == line.end || text::IsSpace(source_[behind]))) {
            --end;
          }
          if (end > begin) {
            result_.pieces.push_back({begin, end, index, BlockKind::kBody});
          }
          result_.pieces.push_back({at, line.begin + mark.end, index, BlockKind::kNote});
          begin = line.begin + mark.end;
        }
      }
      if (begin < line.end) {
        result_.pieces.push_back({begin, line.end, index, kinds_[i]});
      }
    }
  }

  const View source_;
  const View folded_;
  const std::vector<Line>& lines_;
  std::vector<BlockKind> kinds_;
  std::unordered_map<size_t, std::vector<NoteMark>> marks_;
  std::unordered_map<size_t, size_t> labels_;  // of speakers before what they say: their lengths
  size_t contents_begin_ = 0;
  size_t contents_end_ = 0;
  size_t head_end_ = 0;
  size_t title_end_ = 0;
  size_t occasion_ = static_cast<size_t>(-2);
  bool has_salutation_ = false;
  std::unordered_set<size_t> unnamed_;  // paragraphs of the head that no word tells from speech
  Classified result_;
};

}  // namespace

Classified ClassifyEnglishLines(View source, View folded, const std::vector<Line>& lines) {
  return Classifier(source, folded, lines).Run();
}

}  // namespace quotes::report
