#include "service/citation/enumeration.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <utility>
#include <vector>

#include "service/citation/word_classes.h"
#include "service/figures/numeral.h"
#include "service/text/fold.h"

namespace quotes::citation {
namespace {

bool EndsClause(char32_t c) {
  return std::u32string_view(U"，。；：！？,;:!?\n").find(c) != std::u32string_view::npos;
}
bool EndsSentence(char32_t c) {
  return std::u32string_view(U"。；！？;!?\n").find(c) != std::u32string_view::npos;
}

// Where the marks and words that join the items of [begin, end) stand.
std::vector<Range> Coordinators(std::u32string_view text, uint32_t begin, uint32_t end) {
  std::vector<Range> found;
  for (uint32_t i = begin; i < end;) {
    const auto size =
        static_cast<uint32_t>(BeginsWith(WordClass::kCoordinator, text.substr(i, end - i)));
    if (size > 0) {
      found.push_back({i, i + size});
    }
    i += std::max<uint32_t>(1, size);
  }
  return found;
}

class Row {
 public:
  // The row of the word at [at, word_end).
  Row(std::u32string_view text, uint32_t at, uint32_t word_end) : text_(text), word_(at) {
    end_ = word_end;
    while (end_ < text.size() && !EndsClause(text[end_])) {
      ++end_;
    }
    ReadShares(word_end);
    begin_ = ClauseBegin(at);
    things_ = Coordinators(text, begin_, at);
    if (std::all_of(text.begin() + begin_, text.begin() + at, [](char32_t c) {
          return text::IsSpace(c) || text::IsNoise(c) || text::IsLineBreak(c);
        })) {
      ReadClausesBefore();
    }
  }

  TornRow TornBy(Range span) const {
    TornRow torn;
    const bool pairs = shares_.size() >= 2 && (figures_ || !things_.empty());
    if (!pairs || span.end < shares_.front().end || span.begin > word_) {
      return torn;
    }
    if (span.end < shares_.back().end) {
      torn.behind = {span.end, shares_.back().end};
    }
    if (span.begin > begin_ && span.begin != headless_) {
      const auto lost =
          std::partition_point(things_.begin(), things_.end(),
                               [&](const Range& joint) { return joint.end <= span.begin; });
      const auto held = static_cast<size_t>(things_.end() - lost) + 1;
      const bool too_few =
          span.begin < word_ && figures_ && lost != things_.begin() && held < shares_.size();
      const bool beside = lost != things_.begin() && std::prev(lost)->end == span.begin;
      if (too_few || beside) {
        torn.before = {begin_, span.begin};
      }
    }
    return torn;
  }

 private:
  uint32_t ClauseBegin(uint32_t at) const {
    while (at > 0 && !EndsClause(text_[at - 1])) {
      --at;
    }
    return at;
  }

  // The items behind the word; where one of them has a figure, those up to the last that has.
  void ReadShares(uint32_t begin) {
    std::vector<Range> joints = Coordinators(text_, begin, end_);
    joints.push_back({end_, end_});
    for (const Range& joint : joints) {
      shares_.push_back({begin, joint.begin});
      begin = joint.end;
    }
    std::vector<Range> with_figure;
    for (const figures::Numeral& numeral :
         figures::FindNumerals(text_.substr(word_, end_ - word_))) {
      if (numeral.kind == figures::NumeralKind::kLabel ||
          numeral.kind == figures::NumeralKind::kSet) {
        continue;
      }
      const Range token{word_ + numeral.token.begin, word_ + numeral.token.end};
      const bool same =
          !with_figure.empty() && Coordinators(text_, with_figure.back().end, token.begin).empty();
      if (same) {
        with_figure.back().end = token.end;
      } else {
        with_figure.push_back(token);
      }
    }
    if (with_figure.size() >= 2) {
      figures_ = true;
      shares_ = std::move(with_figure);
    }
  }

  // The word begins its clause: the things are those of the clauses before it in the sentence.
  void ReadClausesBefore() {
    headless_ = begin_;
    while (begin_ > 0 && !EndsSentence(text_[begin_ - 1]) && things_.size() < shares_.size()) {
      const uint32_t joint = begin_;
      begin_ = ClauseBegin(begin_ - 1);
      std::vector<Range> before = Coordinators(text_, begin_, joint - 1);
      before.push_back({joint - 1, joint});
      things_.insert(things_.begin(), before.begin(), before.end());
    }
    if (!things_.empty()) {
      things_.pop_back();  // the mark before the word's own clause joins nothing
    }
  }

  const std::u32string_view text_;
  const uint32_t word_;
  uint32_t begin_ = 0;
  uint32_t end_ = 0;
  uint32_t headless_ = 0;      // where a clause that begins with the word does
  std::vector<Range> things_;  // what joins them
  std::vector<Range> shares_;
  bool figures_ = false;
};

}  // namespace

TornRow FindTornRow(std::u32string_view text, Range span) {
  TornRow torn;
  for (uint32_t i = span.begin; i < span.end; ++i) {
    const std::u32string_view rest = text.substr(i, span.end - i);
    const std::optional<size_t> next = FindWord(WordClass::kDistributive, rest);
    if (!next.has_value()) {
      break;
    }
    i += static_cast<uint32_t>(*next);
    const size_t size = BeginsWith(WordClass::kDistributive, rest.substr(*next));
    const TornRow own = Row(text, i, i + static_cast<uint32_t>(size)).TornBy(span);
    torn.before = torn.before.empty() ? own.before : torn.before;
    torn.behind = torn.behind.empty() ? own.behind : torn.behind;
    i += static_cast<uint32_t>(size) - 1;
  }
  return torn;
}

}  // namespace quotes::citation
