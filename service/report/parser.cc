#include "service/report/parser.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "service/base/errors.h"
#include "service/base/limits.h"
#include "service/base/status_macros.h"
#include "service/report/chars.h"
#include "service/report/classify.h"
#include "service/report/english.h"
#include "service/report/english_classify.h"
#include "service/report/english_paragraphs.h"
#include "service/report/english_sentences.h"
#include "service/report/invisible.h"
#include "service/report/lines.h"
#include "service/report/lint.h"
#include "service/report/metadata.h"
#include "service/report/modes.h"
#include "service/report/outline.h"
#include "service/report/paragraphs.h"
#include "service/report/sentences.h"
#include "service/report/unwrap.h"
#include "service/text/fold.h"
#include "service/text/utf8.h"

namespace quotes::report {
namespace {

using View = std::u32string_view;

constexpr char32_t kSoftHyphen = 0xAD;

class Parser {
 public:
  Parser(const text::DecodedText& source, const ParseOptions& options)
      : printed_(source), layout_(options.layout), checkpoints_(options.cancellation) {}

  absl::StatusOr<ParsedReport> Parse() {
    auto lines = SplitLines(printed_.text, &checkpoints_);
    if (!lines.ok()) {
      return lines.status();
    }
    lines_ = *std::move(lines);
    if (layout_ != nullptr) {
      ApplyLayout(*layout_, &lines_);
    }
    const bool has_word =
        std::any_of(lines_.begin(), lines_.end(), [](const Line& line) { return line.has_word; });
    if (!has_word) {
      return errors::EmptyText();
    }
    std::u32string folded_source = Fold(printed_.text);
    english_ = IsEnglishText(printed_.text);
    if (!english_ && PutWrappedLinesTogether(folded_source)) {
      folded_source = Fold(unwrapped_.text.text);
    }
    if (layout_ != nullptr) {
      classified_ =
          ClassifyLaidOutLines(Source().text, folded_source, lines_, english_, &checkpoints_);
    } else {
      classified_ = english_ ? ClassifyEnglishLines(Source().text, folded_source, lines_)
                             : ClassifyLines(Source().text, folded_source, lines_, &checkpoints_);
    }
    QUOTES_RETURN_IF_ERROR(checkpoints_.Check());
    const Paragraphs paragraphs =
        english_ ? BuildEnglishParagraphs(Source().text, lines_, classified_.pieces)
                 : BuildParagraphs(folded_source, lines_, classified_.pieces);
    QUOTES_RETURN_IF_ERROR(checkpoints_.Check());
    if (paragraphs.speech.empty()) {
      return errors::NoSpeech();
    }
    SetGlue(paragraphs);
    report_.metadata = classified_.metadata;
    LayOut(paragraphs, folded_source);
    folded_source = std::u32string();
    QUOTES_RETURN_IF_ERROR(checkpoints_.Check());
    QUOTES_RETURN_IF_ERROR(BuildOutline(paragraphs));
    SetSpanKinds(paragraphs);
    ReadLanguage();
    ReadBody();
    ReadCompleteness(paragraphs);
    SetModes();
    SplitSpeech();
    SplitFurniture();
    TellOfTakenBreaks();
    Lint(paragraphs);
    report_.joins.insert(report_.joins.end(), wraps_.begin(), wraps_.end());
    std::sort(report_.joins.begin(), report_.joins.end(),
              [](const Join& a, const Join& b) { return a.position < b.position; });
    MergeEdges();
    QUOTES_RETURN_IF_ERROR(checkpoints_.Check());
    return std::move(report_);
  }

 private:
  View Speech() const { return View(report_.joined).substr(0, report_.runs.front().range.end); }
  View FoldedSpeech() const { return View(folded_).substr(0, report_.runs.front().range.end); }
  View Folded(Range range) const { return View(folded_).substr(range.begin, range.size()); }

  static std::u32string Fold(View text) {
    std::u32string folded(text);
    for (char32_t& c : folded) {
      c = text::FoldLetter(c);
    }
    return folded;
  }

  // What is read: the source, or the same without the breaks of wrapped lines.
  const text::DecodedText& Source() const {
    return unwrapped_.breaks.empty() ? printed_ : unwrapped_.text;
  }

  // False when the source has no wrapped lines.
  bool PutWrappedLinesTogether(View folded) {
    const Wraps wraps = FindWraps(printed_.text, folded, lines_);
    if (std::find(wraps.goes_on.begin(), wraps.goes_on.end(), true) == wraps.goes_on.end()) {
      return false;
    }
    unwrapped_ = Unwrap(printed_, lines_, wraps);
    lines_ = std::move(unwrapped_.lines);
    return true;
  }

  // The first break that was taken out at or behind a position of the text that is read.
  std::vector<TakenBreak>::const_iterator BreakFrom(uint32_t position) const {
    return std::lower_bound(
        unwrapped_.breaks.begin(), unwrapped_.breaks.end(), position,
        [](const TakenBreak& taken, uint32_t place) { return taken.position < place; });
  }

  // The source line of a character in a line.
  uint32_t NumberOf(const Line& line, uint32_t position) const {
    const auto next = BreakFrom(position + 1);
    return next == unwrapped_.breaks.begin() || std::prev(next)->position <= line.begin
               ? line.number
               : std::prev(next)->line;
  }

  // Where a stretch of the text that is read ends in the source: in front of a break that was taken
  // out behind it.
  uint64_t ByteEnd(uint32_t end) const {
    const auto taken = BreakFrom(end);
    return taken != unwrapped_.breaks.end() && taken->position == end ? taken->byte_begin
                                                                      : Source().byte_offsets[end];
  }

  // Spans of lines that were put together are parted where they are in the source.
  void TellOfTakenBreaks() {
    if (unwrapped_.breaks.empty()) {
      return;
    }
    std::vector<PrintSpan> spans;
    spans.reserve(report_.print_spans.size() + unwrapped_.breaks.size());
    for (size_t piece = 0; piece < report_.print_spans.size(); ++piece) {
      const Piece& p = classified_.pieces[piece];
      PrintSpan span = report_.print_spans[piece];
      const PrintSpan whole = span;
      for (auto taken = BreakFrom(p.begin + 1);
           taken != unwrapped_.breaks.end() && taken->position < p.end; ++taken) {
        span.byte_end = taken->byte_begin;
        span.joined.end = whole.joined.begin + taken->position - p.begin;
        spans.push_back(span);
        if (IsSpeech(span.kind)) {
          wraps_.push_back({span.joined.end, span.line, taken->line});
        }
        span.line = taken->line;
        span.byte_begin = Source().byte_offsets[taken->position];
        span.joined = {span.joined.end, whole.joined.end};
        span.byte_end = whole.byte_end;
      }
      spans.push_back(span);
    }
    report_.print_spans = std::move(spans);
  }

  // What stands for the breaks inside paragraphs. A space is the last character of the break or of
  // the indent behind it, so that it has a place in the source as all others have.
  void SetGlue(const Paragraphs& paragraphs) {
    for (const PieceJoin& join : paragraphs.joins) {
      if (join.glue == Glue::kSpace) {
        SetSpace(join);
      } else if (join.glue == Glue::kSoftHyphen) {
        hyphened_.insert(join.before);
      }
    }
  }

  // What was left out before the line (characters without width, >) and ends in no blank stays in
  // the speech, behind the break: only that can become the space.
  void SetSpace(const PieceJoin& join) {
    Piece& after = classified_.pieces[join.after];
    Line& line = lines_[after.line];
    const char32_t blank = Source().text[after.begin - 1];
    if (!text::IsSpace(blank) && !text::IsLineBreak(blank)) {
      if (after.begin != line.begin || line.outer_begin == 0) {
        return;
      }
      after.begin = std::exchange(line.outer_begin, line.begin);
    }
    --after.begin;
    spaced_.insert(join.after);
  }

  // Lays out the joined text: the speech, then each block of furniture.
  void LayOut(const Paragraphs& paragraphs, const std::u32string& folded_source) {
    const text::DecodedText& source = Source();
    joined_.resize(classified_.pieces.size());
    report_.joined.reserve(source.text.size());
    folded_.reserve(source.text.size());
    const auto append = [&](size_t piece) {
      const Piece& p = classified_.pieces[piece];
      const auto begin = static_cast<uint32_t>(report_.joined.size());
      report_.joined.append(source.text, p.begin, p.end - p.begin);
      folded_.append(folded_source, p.begin, p.end - p.begin);
      if (spaced_.count(static_cast<uint32_t>(piece)) > 0) {
        report_.joined[begin] = folded_[begin] = U' ';
      }
      if (hyphened_.count(static_cast<uint32_t>(piece)) > 0) {
        report_.joined.back() = folded_.back() = kSoftHyphen;
      }
      joined_[piece] = {begin, static_cast<uint32_t>(report_.joined.size())};
    };
    for (const uint32_t piece : paragraphs.speech) {
      append(piece);
    }
    const auto speech_end = static_cast<uint32_t>(report_.joined.size());
    report_.runs.push_back({BlockKind::kBody, {0, speech_end}});
    for (size_t piece = 0; piece < classified_.pieces.size(); ++piece) {
      const BlockKind kind = classified_.pieces[piece].kind;
      if (!IsSpeech(kind)) {
        append(piece);
        report_.runs.push_back({kind, joined_[piece]});
      }
    }
    report_.paragraphs.reserve(paragraphs.starts.size());
    for (size_t p = 0; p + 1 < paragraphs.starts.size(); ++p) {
      const uint32_t first = paragraphs.speech[paragraphs.starts[p]];
      const uint32_t last = paragraphs.speech[paragraphs.starts[p + 1] - 1];
      report_.paragraphs.push_back({joined_[first].begin, joined_[last].end});
    }
    report_.print_spans.reserve(classified_.pieces.size());
    for (size_t piece = 0; piece < classified_.pieces.size(); ++piece) {
      const Piece& p = classified_.pieces[piece];
      PrintSpan span;
      span.kind = p.kind;
      span.line = NumberOf(lines_[p.line], p.begin);
      span.page = lines_[p.line].page;
      span.byte_begin = source.byte_offsets[p.begin];
      span.byte_end = ByteEnd(p.end);
      span.joined = joined_[piece];
      report_.print_spans.push_back(span);
    }
    LayOutEdges();
    for (const PieceJoin& join : paragraphs.joins) {
      const Piece& before = classified_.pieces[join.before];
      report_.joins.push_back({joined_[join.after].begin,
                               NumberOf(lines_[before.line], before.end - 1),
                               report_.print_spans[join.after].line});
    }
  }

  // Characters without width at the ends of lines, and > before them, are no speech: a block of
  // their own behind all others, or several where they are many.
  void LayOutEdges() {
    const text::DecodedText& source = Source();
    const auto add = [&](const Line& line, uint32_t begin, uint32_t end) {
      while (begin < end && text::IsSpace(source.text[begin])) {
        ++begin;
      }
      while (end > begin && text::IsSpace(source.text[end - 1])) {
        --end;
      }
      if (begin == end) {
        return;
      }
      const auto at = static_cast<uint32_t>(report_.joined.size());
      report_.joined.append(source.text, begin, end - begin);
      folded_.append(source.text, begin, end - begin);
      const Range range{at, at + end - begin};
      edges_.push_back({BlockKind::kWebFurniture, line.number, line.page,
                        source.byte_offsets[begin], ByteEnd(end), range});
      const bool more =
          edges_.size() > 1 && report_.runs.back().range.size() + range.size() <= kMaxEdges;
      if (more) {
        report_.runs.back().range.end = range.end;
      } else {
        report_.runs.push_back({BlockKind::kWebFurniture, range});
      }
    };
    for (const Line& line : lines_) {
      add(line, line.outer_begin, line.begin);
      add(line, line.end, line.outer_end);
    }
  }

  // Once nothing asks for the span of a piece any more.
  void MergeEdges() {
    std::vector<PrintSpan>& spans = report_.print_spans;
    const auto middle = static_cast<std::ptrdiff_t>(spans.size());
    spans.insert(spans.end(), edges_.begin(), edges_.end());
    std::inplace_merge(
        spans.begin(), spans.begin() + middle, spans.end(),
        [](const PrintSpan& a, const PrintSpan& b) { return a.byte_begin < b.byte_begin; });
  }

  // What the source's format says of each paragraph; empty for plain text. A paragraph of several
  // lines is what all of them are.
  std::vector<ParagraphHint> Hints(const Paragraphs& paragraphs) const {
    std::vector<ParagraphHint> hints;
    if (layout_ == nullptr) {
      return hints;
    }
    hints.reserve(report_.paragraphs.size());
    for (size_t p = 0; p + 1 < paragraphs.starts.size(); ++p) {
      ParagraphHint hint{UINT8_MAX, true, true};
      for (uint32_t s = paragraphs.starts[p]; s < paragraphs.starts[p + 1]; ++s) {
        const Line& line = lines_[classified_.pieces[paragraphs.speech[s]].line];
        hint.heading_level = std::min(hint.heading_level, line.heading_level);
        hint.bold &= line.bold;
        hint.table_cell &= line.role == LineRole::kTableCell;
      }
      hints.push_back(hint);
    }
    return hints;
  }

  absl::Status BuildOutline(const Paragraphs& paragraphs) {
    auto outline = FindOutline(Speech(), FoldedSpeech(), report_.paragraphs, Hints(paragraphs),
                               english_, &checkpoints_);
    if (!outline.ok()) {
      return outline.status();
    }
    outline_ = *std::move(outline);
    report_.sections = std::move(outline_.sections);
    for (Section& section : report_.sections) {
      const Range period = FindPeriod(Folded(section.heading_range));
      section.period = text::ToUtf8(
          View(report_.joined).substr(section.heading_range.begin + period.begin, period.size()));
    }
    return absl::OkStatus();
  }

  void SetSpanKinds(const Paragraphs& paragraphs) {
    for (size_t p = 0; p < report_.paragraphs.size(); ++p) {
      if (!outline_.heading[p]) {
        continue;
      }
      for (uint32_t s = paragraphs.starts[p]; s < paragraphs.starts[p + 1]; ++s) {
        report_.print_spans[paragraphs.speech[s]].kind = BlockKind::kHeading;
      }
    }
  }

  void ReadLanguage() {
    if (english_) {
      report_.metadata.language = "en";
      return;
    }
    size_t han = 0;
    size_t traditional = 0;
    for (size_t i = 0; i < report_.joined.size(); ++i) {
      const char32_t c = report_.joined[i];
      if (text::IsHan(c)) {
        ++han;
        traditional += c != folded_[i] && (text::FoldsOf(c) & text::kFoldScript) != 0 ? 1u : 0u;
      }
    }
    // Real traditional text has a third of its characters in forms of its own, simplified text
    // none but slips.
    report_.metadata.language = traditional * 10 > han ? "zh-Hant" : "zh-Hans";
  }

  void ReadBody() {
    constexpr size_t kOpeningParagraphs = 8;
    const size_t most = std::min(report_.paragraphs.size(), kOpeningParagraphs);
    for (size_t p = 0; p < most; ++p) {
      const Range range = report_.paragraphs[p];
      const auto clause = FindBodyClause(Folded(range));
      if (!clause) {
        continue;
      }
      const auto printed = [&](size_t begin, size_t end) {
        return text::ToUtf8(View(report_.joined).substr(range.begin + begin, end - begin));
      };
      report_.metadata.body = printed(clause->begin, clause->end);
      if (report_.metadata.event.empty() && classified_.second_report < 0) {
        report_.metadata.event = printed(clause->event_begin, clause->event_end);
      }
      return;
    }
  }

  void ReadCompleteness(const Paragraphs& paragraphs) {
    Completeness& completeness = report_.completeness;
    completeness.position = report_.runs.front().range.end;
    if (classified_.open_jump >= 0) {
      const PrintSpan& span = report_.print_spans[static_cast<size_t>(classified_.open_jump)];
      completeness.truncated = true;
      completeness.jump_target = JumpTarget(span.joined);
      return;
    }
    if (paragraphs.speech.empty()) {
      return;
    }
    breaks_off_ = layout_ != nullptr && !layout_->empty() && layout_->back().breaks_off;
    // A long last paragraph that just stops.
    const Range last = report_.paragraphs.back();
    const View text = Folded(last);
    constexpr uint32_t kMinOpenEnd = 20;
    size_t end = text.size();
    while (end > 1 && (IsCloser(text[end - 1]) || text[end - 1] == U'"')) {
      --end;
    }
    const char32_t mark = text[end - 1];
    const bool closed = IsTerminal(mark) || IsEllipsis(mark) || IsFullStopDot(mark) ||
                        IsSemicolon(mark) || IsColon(mark);
    const auto commas = std::count_if(text.begin(), text.end(), IsCommaLike);
    const bool clauses = commas >= 3 || std::any_of(text.begin(), text.end(), IsTerminal);
    // Nothing follows a last line, so that without a mark it is no heading of anything; nor is it,
    // directly below a heading, the speaker's name or a date.
    const size_t count = outline_.heading.size();
    const bool heading = count > 1 && (outline_.heading[count - 1] || outline_.heading[count - 2]);
    completeness.truncated =
        breaks_off_ || classified_.missing_pages > 0 || classified_.beginning_only >= 0 ||
        (!closed &&
         (heading || (!outline_.heading.back() && last.size() >= kMinOpenEnd && clauses) ||
          IsCommaLike(text.back())));
  }

  // 下转11版 -> 11版, 下转第三版 -> 第三版.
  std::string JumpTarget(Range jump) const {
    View text = Folded(jump);
    size_t begin = text.find(U'转');
    begin = begin == View::npos ? 0 : begin + 1;
    size_t end = text.find_first_of(U"版页", begin);
    end = end == View::npos ? text.size() : end + 1;
    return text::ToUtf8(View(report_.joined).substr(jump.begin + begin, end - begin));
  }

  // The last year that a heading begins with, 0 for none: 2021年主要工作, 2021—2025年.
  static int YearOfHeading(View heading) {
    const Range period = PeriodInFront(heading);
    int last = 0;
    if (period.empty()) {
      return 0;
    }
    for (uint32_t i = 0; i + 4 < period.end + 1; ++i) {
      int year = 0;
      for (uint32_t digit = 0; digit < 4; ++digit) {
        const char32_t c = heading[i + digit];
        const int value = IsAsciiDigit(c) ? static_cast<int>(c - U'0') : HanDigit(c);
        year = value < 0 || value > 9 ? -10000 : year * 10 + value;
      }
      last = year >= 1900 ? year : last;
    }
    return last;
  }

  // The year in which a text looks back and ahead: that of the speech, else the last one that a
  // heading begins with.
  int YearOfReport() const {
    if (report_.metadata.date) {
      return static_cast<int>(report_.metadata.date->year());
    }
    int year = 0;
    for (const Section& section : report_.sections) {
      year = std::max(year, YearOfHeading(Folded(section.heading_range)));
    }
    return year;
  }

  void SetModes() {
    const int report_year = YearOfReport();
    for (Section& section : report_.sections) {
      const Mode inherited = section.parent < 0
                                 ? Mode::kUnspecified
                                 : report_.sections[static_cast<size_t>(section.parent)].mode;
      Range text = section.heading_range;
      text.begin = std::min(
          text.end, text.begin + static_cast<uint32_t>(text::CountCodePoints(section.marker)));
      section.mode = ModeOfHeading(Folded(text), inherited);
      // The work of a year that is over is looked back on.
      const int year = YearOfHeading(Folded(text));
      if (section.mode == Mode::kMeasure && year > 0 && year < report_year) {
        section.mode = Mode::kReview;
      }
    }
  }

  bool HasFigures(Range range) const {
    const View text = Folded(range);
    return std::any_of(text.begin(), text.end(), IsAsciiDigit) ||
           text.find(U"百分之") != View::npos;
  }

  // The innermost section that holds the whole sentence: one of those that begin in its paragraph
  // (indexes from `first` to `last`), else the paragraph's `section` or one above it.
  int InnermostSection(Range sentence, int section, size_t first, size_t last) const {
    const auto holds = [&](size_t s) {
      const Range range = report_.sections[s].range;
      return range.begin <= sentence.begin && sentence.end <= range.end;
    };
    for (size_t s = last; s > first; --s) {
      if (holds(s - 1)) {
        return static_cast<int>(s - 1);
      }
    }
    while (section >= 0 && !holds(static_cast<size_t>(section))) {
      section = report_.sections[static_cast<size_t>(section)].parent;
    }
    return section;
  }

  void Split(Range range, std::vector<Sentence>* sentences) const {
    if (english_) {
      SplitEnglishSentences(report_.joined, range, sentences);
    } else {
      SplitSentences(report_.joined, range, sentences);
    }
  }

  void SplitSpeech() {
    std::vector<Sentence> sentences;
    size_t next = 0;  // section that begins inside a paragraph or behind it
    for (size_t p = 0; p < report_.paragraphs.size(); ++p) {
      const Range paragraph = report_.paragraphs[p];
      if (!checkpoints_.GoOn(paragraph.size())) {
        return;
      }
      const int section = outline_.paragraph_section[p];
      const size_t first = next;
      while (next < report_.sections.size() && report_.sections[next].range.begin < paragraph.end) {
        ++next;
      }
      const Mode inherited =
          section < 0 ? Mode::kUnspecified : report_.sections[static_cast<size_t>(section)].mode;
      const bool heading = outline_.heading[p];
      Mode mode = inherited;
      sentences.clear();
      if (heading) {
        sentences.push_back({paragraph, false});
      } else {
        Split(paragraph, &sentences);
        const bool begins_section =
            section >= 0 &&
            report_.sections[static_cast<size_t>(section)].heading_range.begin == paragraph.begin;
        if (!begins_section) {
          const Mode own = BeginsWithSalutation(Folded(paragraph)) && sentences.size() == 1
                               ? Mode::kFormality
                               : ModeOfParagraph(Folded(paragraph), inherited);
          mode = own == Mode::kUnspecified ? inherited : own;
        }
      }
      uint32_t number = 0;
      for (const Sentence& sentence : sentences) {
        Quote quote;
        quote.range = sentence.range;
        quote.section = InnermostSection(sentence.range, section, first, next);
        quote.paragraph = static_cast<uint32_t>(p + 1);
        quote.sentence = ++number;
        quote.block = heading ? BlockKind::kHeading : BlockKind::kBody;
        const Mode own = heading ? Mode::kUnspecified : ModeOfSentence(Folded(sentence.range));
        quote.mode = own == Mode::kUnspecified ? mode : own;
        quote.has_figures = HasFigures(sentence.range);
        report_.quotes.push_back(quote);
        if (sentence.cut) {
          cuts_.push_back(sentence.range);
        }
      }
    }
  }

  void SplitFurniture() {
    std::vector<Sentence> sentences;
    uint32_t ordinals[32] = {};
    for (size_t r = 1; r < report_.runs.size(); ++r) {
      const Run& run = report_.runs[r];
      if (!checkpoints_.GoOn(run.range.size())) {
        return;
      }
      sentences.clear();
      Split(run.range, &sentences);
      const uint32_t ordinal = ++ordinals[static_cast<size_t>(run.kind) % 32];
      uint32_t number = 0;
      for (const Sentence& sentence : sentences) {
        Quote quote;
        quote.range = sentence.range;
        quote.paragraph = ordinal;
        quote.sentence = ++number;
        quote.block = run.kind;
        quote.has_figures = HasFigures(sentence.range);
        report_.quotes.push_back(quote);
        if (sentence.cut) {
          cuts_.push_back(sentence.range);
        }
      }
    }
  }

  // Tells of lines that were taken for no speech because of the line above them.
  void LintLeftOut(const Classified::LeftOut& left_out, const std::string& why,
                   LintKind kind = LintKind::kTruncated) {
    if (left_out.head < 0) {
      return;
    }
    const Line& head = lines_[static_cast<size_t>(left_out.head)];
    const uint32_t speech_end = report_.runs.front().range.end;
    AddFinding({kind,
                Certainty::kPossible,
                head.number,
                {speech_end - std::min(kAround, speech_end), speech_end},
                std::to_string(left_out.characters) + " characters below the line " +
                    text::ToUtf8(View(Source().text).substr(head.begin, head.size())) + " " + why,
                ""},
               &report_);
  }

  // Tells of lines of the speech that have a mark, once for lines that follow each other.
  template <typename Message>
  void LintLines(bool Line::*mark, LintKind kind, Certainty certainty, Message message) {
    uint32_t last = 0;
    for (size_t piece = 0; piece < classified_.pieces.size(); ++piece) {
      const Line& line = lines_[classified_.pieces[piece].line];
      if (!(line.*mark) || !IsSpeech(classified_.pieces[piece].kind)) {
        continue;
      }
      if (last == 0 || line.number > last + 1) {
        AddFinding({kind, certainty, line.number, joined_[piece], message(line), ""}, &report_);
      }
      last = line.number;
    }
  }

  // Tells of lines that may stand elsewhere in the text.
  void LintColumns() {
    LintLines(&Line::unsure_place, LintKind::kMisreadColumns, Certainty::kPossible,
              [](const Line& line) {
                return "this line of page " + std::to_string(line.page) +
                       " may belong elsewhere, or lack or have words of another column";
              });
  }

  void Lint(const Paragraphs& paragraphs) {
    const uint32_t speech_end = report_.runs.front().range.end;
    LintMetadata(classified_.several_speakers, classified_.second_report >= 0, &report_);
    if (classified_.second_report >= 0) {
      AddFinding({LintKind::kMissingMetadata,
                  Certainty::kProbable,
                  lines_[static_cast<size_t>(classified_.second_report)].number,
                  {},
                  "another report seems to begin here; each needs a file of its own",
                  ""},
                 &report_);
    }
    if (report_.completeness.truncated) {
      const bool jump = !report_.completeness.jump_target.empty();
      const size_t pages = classified_.missing_pages;
      const int more = classified_.beginning_only;
      AddFinding({LintKind::kTruncated,
                  jump || breaks_off_ || pages > 0 ? Certainty::kCertain : Certainty::kProbable,
                  !jump && pages == 0 && more >= 0 ? lines_[static_cast<size_t>(more)].number : 0,
                  {speech_end - std::min(kAround, speech_end), speech_end},
                  jump        ? "the text goes on elsewhere: " + report_.completeness.jump_target
                  : pages > 0 ? "the page links to " + std::to_string(pages) +
                                    (pages == 1 ? " other of the text" : " others of the text")
                  : more >= 0   ? "the page says that it holds only the beginning of the text"
                  : breaks_off_ ? "the source breaks off"
                                : "the last sentence has no end",
                  ""},
                 &report_);
    }
    if (classified_.sentences_left_out > 0) {
      AddFinding({LintKind::kTruncated,
                  Certainty::kPossible,
                  0,
                  {},
                  std::to_string(classified_.sentences_left_out) +
                      " characters of sentences were left out as titles, captions or the page's",
                  ""},
                 &report_);
    }
    if (!edges_.empty()) {
      AddFinding(
          {LintKind::kEncodingDamage, Certainty::kCertain, edges_.front().line,
           edges_.front().joined,
           "invisible characters or signs of quoted mail at " + std::to_string(edges_.size()) +
               (edges_.size() == 1 ? " end of a line" : " ends of lines") + " were left out",
           ""},
          &report_);
    }
    if (classified_.between.head >= 0) {
      AddFinding({LintKind::kTruncated,
                  Certainty::kPossible,
                  lines_[static_cast<size_t>(classified_.between.head)].number,
                  {},
                  std::to_string(classified_.between.characters) +
                      " characters of sentences between those of the speech were left out as "
                      "captions, credits or the page's",
                  ""},
                 &report_);
    }
    LintLeftOut(classified_.comments, "were left out as what readers say");
    LintLeftOut(classified_.notes, "were left out as notes");
    LintLeftOut(classified_.tail, "were left out as what stands below the end of the speech");
    LintLeftOut(classified_.kept, "are no sentences and were kept as speech",
                LintKind::kOpenParagraph);
    LintLeftOut(classified_.letter, "were left out as the letter by which the text was sent out");
    if (classified_.above.head >= 0) {
      AddFinding({LintKind::kTruncated,
                  Certainty::kPossible,
                  lines_[static_cast<size_t>(classified_.above.head)].number,
                  {0, std::min(kAround, speech_end)},
                  std::to_string(classified_.above.characters) +
                      " characters of sentences above the speech were left out as the page's",
                  ""},
                 &report_);
    }
    for (size_t j = 0; j < paragraphs.joins.size(); ++j) {
      if (paragraphs.joins[j].reason == JoinReason::kWrap) {
        continue;
      }
      const Join& join = report_.joins[j];
      AddFinding({LintKind::kPageBreakJoin,
                  paragraphs.joins[j].certain ? Certainty::kCertain : Certainty::kProbable,
                  join.line_before,
                  {join.position - std::min(kAround, join.position),
                   std::min(join.position + kAround, speech_end)},
                  "lines " + std::to_string(join.line_before) + " and " +
                      std::to_string(join.line_after) + " were read as one sentence",
                  ""},
                 &report_);
    }
    for (const Range& range : cuts_) {
      AddFinding({LintKind::kSentenceCut, Certainty::kCertain, 0, range,
                  "a sentence of more than " + std::to_string(limits::kMaxQuoteCodePoints) +
                      " characters was cut",
                  ""},
                 &report_);
    }
    LintColumns();
    LintLines(&Line::lacks_words, LintKind::kTruncated, Certainty::kPossible, [](const Line&) {
      return std::string("words that are struck through or not shown were left out of this line");
    });
    const LintInput input{Speech(), FoldedSpeech(), english_, &checkpoints_};
    LintNumbering(input, &report_);
    LintMarks(input, &report_);
    LintScript(input, &report_);
    LintCharacters(input, &report_);
    LintIntrusions(input, &report_);
    LintDoubledWords(input, &report_);
    LintOpenParagraphs(input, outline_.heading, &report_);
    LintDuplicates(input, &report_);
  }

  static constexpr uint32_t kMaxEdges = 500;  // characters in a block of such
  static constexpr uint32_t kAround = 6;      // characters on each side of a place that is shown

  const text::DecodedText& printed_;
  Unwrapped unwrapped_;  // without breaks when no line is wrapped
  const std::vector<LineHint>* const layout_;
  Checkpoints checkpoints_;
  bool english_ = false;
  std::vector<Line> lines_;  // of Source()
  Classified classified_;
  std::unordered_set<uint32_t> spaced_;    // pieces that begin with the space of a break
  std::unordered_set<uint32_t> hyphened_;  // pieces whose last hyphen is a soft one
  std::u32string folded_;                  // the joined text with its letters folded
  std::vector<Range> joined_;              // of each piece
  std::vector<Join> wraps_;                // over the breaks that were taken out
  Outline outline_;
  bool breaks_off_ = false;       // the source says that there was more
  std::vector<PrintSpan> edges_;  // characters without width at the ends of lines
  std::vector<Range> cuts_;
  ParsedReport report_;
};

}  // namespace

std::string_view ParserVersion() { return "13"; }

namespace {

// Tells once of the characters that nobody sees: of the first, beside one that shows.
void LintInvisible(size_t count, ParsedReport* report) {
  if (std::any_of(report->lint.begin(), report->lint.end(), [](const LintFinding& finding) {
        return finding.kind == LintKind::kEncodingDamage &&
               finding.message.find("invisible") != std::string::npos;
      })) {
    return;
  }
  for (const PrintSpan& span : report->print_spans) {
    const View text = View(report->joined).substr(span.joined.begin, span.joined.size());
    const auto at =
        static_cast<size_t>(std::find_if(text.begin(), text.end(), IsInvisible) - text.begin());
    if (at == text.size()) {
      continue;
    }
    const size_t shows = at > 0 ? at - 1 : std::min(at + 1, text.size() - 1);
    const auto begin = span.joined.begin + static_cast<uint32_t>(std::min(at, shows));
    AddFinding({LintKind::kEncodingDamage,
                Certainty::kCertain,
                span.line,
                {begin, begin + (shows == at ? 1u : 2u)},
                count == 1 ? "an invisible character"
                           : "the first of " + std::to_string(count) + " invisible characters",
                IsInvisible(text[shows]) ? "" : text::ToUtf8(text.substr(shows, 1))},
               report);
    return;
  }
}

absl::StatusOr<ParsedReport> ParseVisible(const text::DecodedText& source,
                                          const ParseOptions& options) {
  const std::vector<uint32_t> invisible = FindInvisible(source);
  if (invisible.empty()) {
    return Parser(source, options).Parse();
  }
  const text::DecodedText visible = WithoutCharacters(source, invisible);
  auto report = Parser(visible, options).Parse();
  if (!report.ok()) {
    return report;
  }
  if (!PutBack(source, invisible, &*report)) {
    return Parser(source, options).Parse();
  }
  // Words of other languages than Chinese may be parted by soft hyphens.
  if (report->metadata.language != "en") {
    LintInvisible(invisible.size(), &*report);
  }
  return report;
}

}  // namespace

absl::StatusOr<ParsedReport> ParseReport(const text::DecodedText& source,
                                         const ParseOptions& options) {
  auto report = ParseVisible(source, options);
  if (report.ok() && !options.report_id.empty()) {
    AssignIds(options.report_id, &*report);
  }
  return report;
}

}  // namespace quotes::report
