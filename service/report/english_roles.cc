#include "service/report/english_roles.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "service/report/chars.h"
#include "service/report/english.h"
#include "service/report/english_sentences.h"
#include "service/text/fold.h"

namespace quotes::report {
namespace {

using View = std::u32string_view;

constexpr uint32_t kMaxHeading = 120;
constexpr uint32_t kMaxNumberedHeading = 200;  // that has no mark at its end, above a sentence
constexpr size_t kMaxHeadingWords = 16;
constexpr uint32_t kMaxPlainHeading = 80;  // neither capitals nor title case
constexpr uint32_t kMaxRunInHeading = 120;
constexpr uint32_t kMaxClosedCapitals = 60;  // in capitals, with a full stop
constexpr size_t kNearSister = 6;            // paragraphs between headings of one kind

class RoleFinder {
 public:
  RoleFinder(View joined, View folded, const std::vector<Range>& ranges,
             const std::vector<ParagraphHint>& hints)
      : joined_(joined), folded_(folded), ranges_(ranges), hints_(hints), roles_(ranges.size()) {}

  std::vector<RoleOfParagraph> Run() {
    if (!hints_.empty()) {
      weights_ = WeighHints(ranges_, hints_);
    }
    Describe();
    ConfirmMarkers();
    for (size_t i = 0; i < roles_.size(); ++i) {
      if (roles_[i].role == Role::kMarked) {
        SetMarked(i);
      }
    }
    // From the end, so that a heading right above another one is seen.
    for (size_t i = roles_.size(); i-- > 0;) {
      if (roles_[i].role == Role::kPlain && IsHeading(i)) {
        roles_[i].role = Role::kUnmarked;
        roles_[i].stand_alone = true;
        TrimLabel(i);
      }
    }
    FindSisters();
    FindClosedNames();
    FindCapitalLabels();
    return std::move(roles_);
  }

 private:
  // A heading whose paragraph is shorter than it: only beside headings of its kind.
  void FindSisters() {
    for (size_t i = 0; i + 1 < roles_.size(); ++i) {
      const RoleOfParagraph& next = roles_[i + 1];
      if (roles_[i].role != Role::kPlain || next.role != Role::kPlain || next.salutation ||
          !(IsFullStopDot(next.last) || IsTerminal(next.last)) || !LooksLikePlainHeading(i) ||
          ranges_[i + 1].size() * 2 < ranges_[i].size()) {
        continue;
      }
      const size_t first = i - std::min(i, kNearSister);
      const size_t last = std::min(i + kNearSister + 1, roles_.size());
      for (size_t j = first; j < last; ++j) {
        if (j != i && roles_[j].role == Role::kUnmarked && LooksLikePlainHeading(j)) {
          roles_[i].role = Role::kUnmarked;
          roles_[i].stand_alone = true;
          TrimLabel(i);
          break;
        }
      }
    }
  }

  // Labor.: a word or three with a full stop above a longer paragraph, in a text with headings.
  void FindClosedNames() {
    constexpr size_t kMostWords = 3;
    constexpr uint32_t kTimesLonger = 3;
    for (size_t i = 0; i + 1 < roles_.size(); ++i) {
      const View text = Text(i);
      if (roles_[i].role != Role::kPlain || roles_[i].salutation || roles_[i].cell ||
          !IsFullStopDot(roles_[i].last) || EnglishWords(text).size() > kMostWords ||
          !IsTitleCase(text.substr(0, text.size() - 1)) || roles_[i + 1].role != Role::kPlain ||
          ranges_[i + 1].size() < kTimesLonger * ranges_[i].size()) {
        continue;
      }
      const size_t first = i - std::min(i, kNearSister);
      const size_t last = std::min(i + kNearSister + 1, roles_.size());
      const auto near =
          std::count_if(roles_.begin() + static_cast<std::ptrdiff_t>(first),
                        roles_.begin() + static_cast<std::ptrdiff_t>(last),
                        [](const RoleOfParagraph& role) { return role.role == Role::kUnmarked; });
      if (near >= 2) {
        roles_[i].role = Role::kUnmarked;
        roles_[i].stand_alone = true;
        TrimLabel(i);
      }
    }
  }

  // EDUCATION: We will …: three paragraphs or more that begin with words in capitals and a colon.
  void FindCapitalLabels() {
    constexpr size_t kFewest = 3;
    constexpr size_t kLongest = 40;
    std::vector<std::pair<size_t, uint32_t>> labels;
    for (size_t i = 0; i < roles_.size(); ++i) {
      const View head = Text(i).substr(0, kLongest);
      const size_t colon = head.find(U':');
      if (roles_[i].role != Role::kPlain || roles_[i].salutation || roles_[i].cell ||
          colon == View::npos || colon + 2 >= Text(i).size() ||
          !text::IsSpace(Text(i)[colon + 1])) {
        continue;
      }
      // MR. SMITH: speaks.
      const View label = head.substr(0, colon);
      if (IsAllCapitals(label) && label.find(U'.') == View::npos &&
          std::none_of(label.begin(), label.end(), IsAsciiDigit)) {
        labels.emplace_back(i, static_cast<uint32_t>(colon));
      }
    }
    if (labels.size() < kFewest) {
      return;
    }
    for (const auto& [i, end] : labels) {
      roles_[i].role = Role::kRunIn;
      roles_[i].label_end = end;
    }
  }

  // Short, begins with a capital and has no mark at its end.
  bool LooksLikePlainHeading(size_t i) const {
    const RoleOfParagraph& p = roles_[i];
    const View text = Text(i);
    const char32_t first = text.front();
    return !p.salutation && !p.cell && first >= U'A' && first <= U'Z' &&
           text.size() <= kMaxPlainHeading && EnglishWords(text).size() <= kMaxHeadingWords &&
           !IsFullStopDot(p.last) && !IsTerminal(p.last) && !IsSemicolon(p.last) &&
           !IsColon(p.last) && !IsCommaLike(p.last) && !IsEllipsis(p.last) && !IsDash(p.last);
  }

  View Text(size_t i) const { return joined_.substr(ranges_[i].begin, ranges_[i].size()); }
  View Folded(size_t i) const { return folded_.substr(ranges_[i].begin, ranges_[i].size()); }

  static char32_t LastMark(View text) {
    size_t last = text.size();
    while (last > 1 &&
           (IsCloser(text[last - 1]) || text[last - 1] == U'"' || text::IsSpace(text[last - 1]))) {
      --last;
    }
    return text[last - 1];
  }

  void Describe() {
    std::vector<Sentence> sentences;
    for (size_t i = 0; i < roles_.size(); ++i) {
      RoleOfParagraph& p = roles_[i];
      p.cell = !hints_.empty() && hints_[i].table_cell;
      p.level = weights_.levels && !p.cell && ranges_[i].size() <= 2 * kMaxHeading
                    ? hints_[i].heading_level
                    : uint8_t{0};
      p.last = LastMark(Text(i));
      if (!p.cell) {
        p.marker = ReadEnglishMarker(Text(i));
        p.salutation = IsEnglishSalutation(Folded(i));
      }
      if (p.marker) {
        const uint32_t begin = ranges_[i].begin + static_cast<uint32_t>(p.marker.text);
        sentences.clear();
        if (begin < ranges_[i].end) {
          SplitEnglishSentences(joined_, {begin, ranges_[i].end}, &sentences);
        }
        p.first_end =
            sentences.empty() ? ranges_[i].size() : sentences.front().range.end - ranges_[i].begin;
        p.single = sentences.size() <= 1;
      }
    }
  }

  // Markers count only where numbers follow each other.
  void ConfirmMarkers() {
    MarkerSeries series;
    std::vector<bool> confirmed(roles_.size(), false);
    for (size_t i = 0; i < roles_.size(); ++i) {
      const Marker& marker = roles_[i].marker;
      if (!marker) {
        continue;
      }
      const std::optional<size_t> before = series.Add(i, marker);
      if (before.has_value()) {
        confirmed[*before] = true;
      }
      confirmed[i] = before.has_value() || roles_[i].level > 0;
    }
    for (size_t i = 0; i < roles_.size(); ++i) {
      if (roles_[i].marker && confirmed[i]) {
        roles_[i].role = Role::kMarked;
      } else {
        roles_[i].marker = Marker();
      }
    }
  }

  void SetMarked(size_t i) {
    RoleOfParagraph& p = roles_[i];
    const bool bullet = p.marker.family == MarkerFamily::kBullet;
    const bool closed =
        IsFullStopDot(p.last) || IsTerminal(p.last) || IsSemicolon(p.last) || IsCommaLike(p.last);
    const bool plain_below = i + 1 < roles_.size() && roles_[i + 1].role == Role::kPlain &&
                             ranges_[i + 1].size() > ranges_[i].size();
    const bool open_above_text =
        !closed && !IsColon(p.last) && !IsEllipsis(p.last) && i + 1 < roles_.size() &&
        roles_[i + 1].role == Role::kPlain && !roles_[i + 1].salutation &&
        (IsFullStopDot(roles_[i + 1].last) || IsTerminal(roles_[i + 1].last)) &&
        ranges_[i].size() <= kMaxNumberedHeading;
    p.stand_alone = !bullet && (p.level > 0 || (p.single && open_above_text) ||
                                (p.single && ranges_[i].size() <= kMaxHeading &&
                                 (!closed || (plain_below && !IsCommaLike(p.last)))));
    if (p.stand_alone) {
      TrimLabel(i);
    } else if (p.first_end <= kMaxRunInHeading + p.marker.text) {
      p.label_end = Trimmed(i, p.first_end);
    } else {
      p.label_end = static_cast<uint32_t>(p.marker.text);  // the marker alone
    }
  }

  // The heading without its final mark.
  void TrimLabel(size_t i) { roles_[i].label_end = Trimmed(i, ranges_[i].size()); }

  uint32_t Trimmed(size_t i, uint32_t end) const {
    const View text = Text(i);
    while (end > 1 && (text::IsSpace(text[end - 1]) || IsFullStopDot(text[end - 1]) ||
                       IsColon(text[end - 1]) || IsSemicolon(text[end - 1]))) {
      --end;
    }
    return end;
  }

  bool IsHeading(size_t i) const {
    const RoleOfParagraph& p = roles_[i];
    const View text = Text(i);
    if (p.salutation || p.cell || i + 1 >= roles_.size()) {
      return false;
    }
    if (p.level > 0) {
      return true;
    }
    const char32_t first = text.front();
    const bool begins = (first >= U'A' && first <= U'Z') || IsAsciiDigit(first) ||
                        ClosingPartner(first) != 0 || first == U'"';
    // THE ARMY.
    const bool closed_capitals = IsFullStopDot(p.last) && IsAllCapitals(text) &&
                                 text.size() <= kMaxClosedCapitals && !EnglishWords(text).empty();
    if (!begins || text.size() > kMaxHeading || (IsFullStopDot(p.last) && !closed_capitals) ||
        IsSemicolon(p.last) || IsColon(p.last) || IsCommaLike(p.last) || p.last == U'!' ||
        IsEllipsis(p.last) || EnglishWords(text).size() > kMaxHeadingWords ||
        std::none_of(text.begin(), text.end(), IsLatinLetter)) {
      return false;
    }
    const RoleOfParagraph& next = roles_[i + 1];
    const bool above_heading = next.role == Role::kUnmarked || next.stand_alone;
    const bool above_text =
        next.role == Role::kMarked || next.salutation ||
        (ranges_[i + 1].size() > text.size() &&
         (IsFullStopDot(next.last) || IsTerminal(next.last) || IsColon(next.last)));
    if (!above_heading && !above_text) {
      return false;
    }
    if (weights_.bold && hints_[i].bold) {
      return true;
    }
    if (IsAllCapitals(text) || (IsTitleCase(text) && EnglishWords(text).size() >= 2)) {
      return true;
    }
    return text.size() <= kMaxPlainHeading && !IsTerminal(p.last) && above_text;
  }

  const View joined_;
  const View folded_;
  const std::vector<Range>& ranges_;
  const std::vector<ParagraphHint>& hints_;
  HintWeights weights_;
  std::vector<RoleOfParagraph> roles_;
};

}  // namespace

std::vector<RoleOfParagraph> FindEnglishRoles(View joined, View folded,
                                              const std::vector<Range>& ranges,
                                              const std::vector<ParagraphHint>& hints) {
  return RoleFinder(joined, folded, ranges, hints).Run();
}

}  // namespace quotes::report
