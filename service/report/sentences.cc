#include "service/report/sentences.h"

#include <algorithm>
#include <string_view>

#include "service/base/limits.h"
#include "service/report/chars.h"
#include "service/text/fold.h"

namespace quotes::report {
namespace {

using View = std::u32string_view;

// Whether the dot at `i` ends a sentence that begins at `begin`. Behind nothing but digits it is
// that of a marker: 6. “…”
bool IsDotEnd(View joined, Range paragraph, uint32_t begin, uint32_t i) {
  const View number = joined.substr(begin, i - begin);
  if (!number.empty() && std::all_of(number.begin(), number.end(), text::IsDigit)) {
    return false;
  }
  const char32_t before = i > paragraph.begin ? joined[i - 1] : 0;
  const char32_t after = i + 1 < paragraph.end ? joined[i + 1] : 0;
  if (text::IsHan(before)) {
    return !text::IsDigit(after) && !IsFullStopDot(after);
  }
  if (IsFullStopDot(before) || IsFullStopDot(after)) {
    return false;
  }
  if (after == 0) {
    return true;
  }
  if (after != U' ' || (!(before >= U'a' && before <= U'z') && !IsAsciiDigit(before) &&
                        !IsCloser(before) && before != U'"' && before != U'%')) {
    return false;
  }
  const char32_t next = i + 2 < paragraph.end ? joined[i + 2] : 0;
  return (next >= U'A' && next <= U'Z') || ClosingPartner(next) != 0 || next == U'"';
}

// The end of the sentence whose first terminal stands at `i`: further terminals and closers.
uint32_t EndOfStop(View joined, Range paragraph, uint32_t i, bool* straight_open) {
  uint32_t end = i + 1;
  while (end < paragraph.end) {
    const char32_t c = joined[end];
    if (c == U'"') {
      // A straight mark closes only what one opened.
      if (!*straight_open) {
        break;
      }
      *straight_open = false;
    } else if (!IsTerminal(c) && !IsCloser(c)) {
      break;
    }
    ++end;
  }
  return end;
}

// What is said in brackets is a source: it names a work, a page or a day, or is a mark of a note.
// （1）numbers what follows, [1] is a note.
bool IsReference(View inner, bool round) {
  bool word = inner.empty();
  for (const char32_t c : inner) {
    if (c == U'《' || c == U'页' || c == U'頁' || c == U'卷') {
      return true;
    }
    word |= IsWordCharacter(c) && (round || !text::IsDigit(c));
  }
  if (inner == U"同上" || inner == U"同前") {
    return true;
  }
  const size_t year = inner.find(U'年');
  return !word || (round && year != View::npos && inner.find(U'月', year) != View::npos &&
                   inner.find(U'日', year) != View::npos);
}

bool IsCircled(char32_t c) { return c >= U'①' && c <= U'⑳'; }

// ① is an item's number where the first of them follows a colon, a comma or nothing, else a note's.
bool NumbersItems(View joined, Range paragraph) {
  uint32_t first = paragraph.begin;
  while (first < paragraph.end && !IsCircled(joined[first])) {
    ++first;
  }
  if (first == paragraph.begin || first == paragraph.end) {
    return true;
  }
  const char32_t before = joined[first - 1];
  return IsColon(before) || IsSemicolon(before) || IsCommaLike(before);
}

// The end of the sources and note marks that stand behind a full stop: they belong to
// what they are the source of. `at` when there are none.
uint32_t EndOfReferences(View joined, Range paragraph, uint32_t at) {
  constexpr uint32_t kLongest = 160;
  while (at < paragraph.end) {
    if (IsCircled(joined[at])) {
      if (NumbersItems(joined, paragraph)) {
        break;
      }
      ++at;
      continue;
    }
    const char32_t partner = ClosingPartner(joined[at]);
    if (partner != U'）' && partner != U'］' && partner != U'〕') {
      break;
    }
    const uint32_t most = std::min(paragraph.end, at + kLongest);
    uint32_t close = at + 1;
    while (close < most && CloserShape(joined[close]) != partner && !IsTerminal(joined[close])) {
      ++close;
    }
    // The stop inside, if any, is the last character before the bracket.
    const uint32_t stop = close;
    while (close < most && IsTerminal(joined[close])) {
      ++close;
    }
    if (close >= most || CloserShape(joined[close]) != partner ||
        !IsReference(joined.substr(at + 1, stop - at - 1), partner == U'）')) {
      break;
    }
    at = close + 1;
    while (at < paragraph.end && (IsTerminal(joined[at]) || IsCloser(joined[at]))) {
      ++at;
    }
  }
  return at;
}

// Longer quotations are texts of their own, with sentences of their own.
constexpr uint32_t kLongestQuotation = 400;

bool GoesOn(char32_t c) { return IsCommaLike(c) || IsSemicolon(c) || IsColon(c); }

// How a quotation stands in its sentence.
enum class Place {
  kInClause,     // 围绕“钱从哪来？”…: words of its clause are before it
  kOpensClause,  // “向前！”…: it is the clause's beginning
  kTold,  // 常问“钱从哪来？”…: the same, and the last of them says that somebody speaks
  kSaid   // 他问：“钱从哪来？”…: behind a colon
};

Place PlaceOfQuotation(View before) {
  constexpr View kSays[] = {U"说",   U"道",   U"问",   U"答",   U"讲",   U"喊",   U"呼",
                            U"曰",   U"云",   U"写",   U"唱",   U"指出", U"强调", U"表示",
                            U"宣布", U"认为", U"号召", U"提醒", U"感叹"};
  constexpr int kMostQuotations = 4;
  const auto trim = [&] {
    while (!before.empty() && text::IsSpace(before.back())) {
      before.remove_suffix(1);
    }
  };
  trim();
  // “向前！”“向上！”: the first of several tells.
  for (int i = 0; i < kMostQuotations && !before.empty() && IsQuotationCloser(before.back()); ++i) {
    size_t open = before.size() - 1;
    while (open > 0 && ClosingPartner(before[open]) != before.back()) {
      --open;
    }
    before = before.substr(0, open);
    trim();
  }
  if (before.empty() || (!IsWordCharacter(before.back()) && !IsColon(before.back()))) {
    return Place::kOpensClause;
  }
  if (IsColon(before.back())) {
    return Place::kSaid;
  }
  return std::any_of(std::begin(kSays), std::end(kSays),
                     [&](View says) { return before.ends_with(says); })
             ? Place::kTold
             : Place::kInClause;
}

// Whether `rest`, behind a closing quotation mark, goes on with the sentence of the quotation. What
// is asked or cried in mid-clause is a part of the clause, whatever follows, but for who acts next.
// Elsewhere, and behind a full stop, only words that begin no sentence go on.
bool GoesOnWith(View printed, bool full_stop, Place place) {
  constexpr size_t kLongest = 4;
  std::u32string rest(printed.substr(0, kLongest));
  std::transform(rest.begin(), rest.end(), rest.begin(), text::FoldLetter);
  constexpr View kNever[] = {U"的",       U"等问题",   U"等",       U"之声",     U"之问",
                             U"这一",     U"成为",     U"为主题",   U"为主线",   U"为目标",
                             U"为代表",   U"为口号",   U"为题",     U"主题教育", U"主题活动",
                             U"主题实践", U"专项行动", U"专项整治", U"活动",     U"行动"};
  constexpr View kBehindSaid[] = {U"的", U"等问题", U"之声", U"之问", U"为题"};
  constexpr View kBeginning[] = {U"的确", U"等到", U"等我", U"等他", U"等待", U"等会", U"的士"};
  constexpr View kActors[] = {U"我", U"你", U"他", U"她", U"它", U"咱", U"大家", U"各位", U"同志"};
  const auto begins = [&](View word) { return rest.starts_with(word); };
  const auto any = [&](const auto& words) {
    return std::any_of(std::begin(words), std::end(words), begins);
  };
  if (any(kBeginning)) {
    return false;
  }
  // “…？”和“…？”
  if (rest.size() > 1 && IsQuotationCloser(ClosingPartner(rest[1])) &&
      (rest[0] == U'和' || rest[0] == U'与' || rest[0] == U'及' || rest[0] == U'或')) {
    return true;
  }
  switch (place) {
    case Place::kSaid:
      return any(kBehindSaid);
    case Place::kOpensClause:
      return any(kNever) || (!full_stop && rest.starts_with(U"是"));
    case Place::kTold:
      return any(kNever);
    case Place::kInClause:
      break;
  }
  return full_stop ? any(kNever) : !any(kActors);
}

// 村民老李说。: who says what is quoted before it, and nothing more.
bool SaysWhoSaidIt(View rest) {
  constexpr size_t kLongest = 14;
  constexpr View kSaid[] = {U"说道", U"问道", U"喊道", U"叹道", U"笑道",
                            U"答道", U"赞道", U"慨道", U"写道"};
  constexpr View kNoVerb = U"小学传解演论游据听再";  // 小说, 据说
  const View head = rest.substr(0, kLongest + 1);
  const auto* const mark = std::find_if(head.begin(), head.end(), [](char32_t c) {
    return IsTerminal(c) || IsCommaLike(c) || IsColon(c) || IsSemicolon(c);
  });
  const View clause = head.substr(0, static_cast<size_t>(mark - head.begin()));
  if (mark == head.end() || *mark != U'。' || clause.size() < 3) {
    return false;
  }
  return (clause.back() == U'说' && kNoVerb.find(clause[clause.size() - 2]) == View::npos) ||
         std::any_of(std::begin(kSaid), std::end(kSaid),
                     [&](View said) { return clause.ends_with(said); });
}

}  // namespace

bool GoesOnBehindQuotation(View text, size_t begin, size_t open, size_t close) {
  constexpr int kMostQuotations = 4;  // “您好！”“谢谢！”的问候声
  if (close + 1 >= text.size()) {
    return false;
  }
  if (GoesOn(text[close + 1]) || SaysWhoSaidIt(text.substr(close + 1))) {
    return true;
  }
  const Place place = PlaceOfQuotation(text.substr(begin, open - begin));
  const bool full_stop = close > 0 && (text[close - 1] == U'。' || text[close - 1] == U'｡');
  size_t at = close + 1;
  for (int i = 0; i < kMostQuotations && at < text.size() && place != Place::kOpensClause; ++i) {
    const size_t end = QuotationEnd(text, at, kLongestQuotation);
    if (end == View::npos || !IsTerminal(text[end - 1])) {
      break;
    }
    at = end + 1;
  }
  return at < text.size() && text::IsHan(text[at]) && GoesOnWith(text.substr(at), full_stop, place);
}

void AppendSentence(View joined, Range range, std::vector<Sentence>* sentences) {
  uint32_t begin = range.begin;
  const uint32_t end = range.end;
  constexpr auto kMost = static_cast<uint32_t>(limits::kMaxQuoteCodePoints);
  while (end - begin > kMost) {
    uint32_t cut = begin + kMost;
    while (cut > begin && !IsCommaLike(joined[cut - 1]) && !IsSemicolon(joined[cut - 1]) &&
           !IsColon(joined[cut - 1]) && !IsTerminal(joined[cut - 1])) {
      --cut;
    }
    if (cut == begin) {
      cut = begin + kMost;
    }
    sentences->push_back({{begin, cut}, true});
    begin = cut;
  }
  sentences->push_back({{begin, end}, false});
}

void SplitSentences(View joined, Range paragraph, std::vector<Sentence>* sentences) {
  const size_t first = sentences->size();
  uint32_t begin = paragraph.begin;
  int depth = 0;             // open round brackets
  uint32_t resume_at = 0;    // brackets open before this position are known to stay open
  uint32_t quoted_from = 0;  // where the quotation at hand opens
  uint32_t quoted_to = 0;    // its closing mark
  uint32_t unclosed_to = 0;  // no quotation that opens before this place is looked for
  bool straight_open = false;
  bool has_word = false;
  for (uint32_t i = paragraph.begin; i < paragraph.end;) {
    const char32_t c = joined[i];
    if (c == U'（' || c == U'(') {
      // Counts only when it is closed; the search is shared by all brackets before that place.
      if (depth == 0 && i >= resume_at) {
        uint32_t close = i + 1;
        const uint32_t most = std::min<uint32_t>(paragraph.end, i + 300);
        while (close < most && CloserShape(joined[close]) != U'）') {
          ++close;
        }
        if (close < most) {
          depth = 1;
        } else {
          resume_at = most;
        }
      } else if (depth > 0) {
        ++depth;
      }
    } else if (CloserShape(c) == U'）') {
      depth = std::max(0, depth - 1);
      // （…。） is a sentence of its own when it begins with its bracket.
      if (depth == 0 && has_word && ClosingPartner(joined[begin]) == U'）' &&
          IsTerminal(joined[i - 1])) {
        AppendSentence(joined, {begin, i + 1}, sentences);
        begin = i + 1;
        has_word = false;
        ++i;
        continue;
      }
    } else if (c == U'"') {
      straight_open = !straight_open;
    } else if (!has_word) {
      has_word = IsWordCharacter(c);
    }
    const bool straight = c == U'"';
    const bool opens = straight ? straight_open : IsQuotationCloser(ClosingPartner(c));
    if (opens && i >= quoted_to && i >= unclosed_to) {
      const View text = joined.substr(0, paragraph.end);
      const size_t close = straight ? text.substr(0, i + kLongestQuotation).find(c, i + 1)
                                    : QuotationEnd(text, i, kLongestQuotation);
      // Text that is nothing but opening marks is not looked through for each of them.
      constexpr uint32_t kRest = 16;
      if (close != View::npos) {
        quoted_from = i;
        quoted_to = static_cast<uint32_t>(close);
      } else {
        unclosed_to = i + kRest;
      }
    }
    const bool stop = IsTerminal(c) || (IsFullStopDot(c) && IsDotEnd(joined, paragraph, begin, i));
    // A stop inside a quotation ends a sentence only as the last of what is quoted: of the two
    // halves each would have a mark without its partner.
    uint32_t behind = i + 1;
    while (
        stop && behind < quoted_to &&
        (IsTerminal(joined[behind]) || IsCloser(joined[behind]) || text::IsSpace(joined[behind]))) {
      ++behind;
    }
    const bool inside = i < quoted_to && behind < quoted_to;
    if (!stop || depth > 0 || inside) {
      ++i;
      continue;
    }
    uint32_t end = EndOfStop(joined, paragraph, i, &straight_open);
    if (end > i + 1 && end < paragraph.end && IsQuotationCloser(joined[end - 1]) &&
        GoesOn(joined[end])) {
      i = end;
      continue;
    }
    if (i < quoted_to && end == quoted_to + 1 && quoted_from >= begin && depth == 0 &&
        GoesOnBehindQuotation(joined.substr(0, paragraph.end), begin, quoted_from, quoted_to)) {
      i = end;
      continue;
    }
    const uint32_t source_end = EndOfReferences(joined, paragraph, end);
    if (source_end > end && source_end < paragraph.end && GoesOn(joined[source_end])) {
      i = source_end;
      continue;
    }
    end = source_end;
    while (end < paragraph.end && text::IsSpace(joined[end])) {
      ++end;
    }
    if (has_word) {
      AppendSentence(joined, {begin, end}, sentences);
      begin = end;
    } else if (sentences->size() > first &&
               end - sentences->back().range.begin <= limits::kMaxQuoteCodePoints) {
      sentences->back().range.end = end;
      begin = end;
    }
    has_word = false;
    i = end;
  }
  if (begin == paragraph.end) {
    return;
  }
  if (!has_word && sentences->size() > first &&
      paragraph.end - sentences->back().range.begin <= limits::kMaxQuoteCodePoints) {
    sentences->back().range.end = paragraph.end;
    return;
  }
  AppendSentence(joined, {begin, paragraph.end}, sentences);
}

}  // namespace quotes::report
