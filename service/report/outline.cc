#include "service/report/outline.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "service/base/errors.h"
#include "service/base/limits.h"
#include "service/report/chars.h"
#include "service/report/classify.h"
#include "service/report/markers.h"
#include "service/text/fold.h"
#include "service/text/utf8.h"

namespace quotes::report {
namespace {

using View = std::u32string_view;

constexpr uint32_t kMaxHeadingLine = 80;      // a marked heading on its own line
constexpr uint32_t kMaxUnmarkedHeading = 42;  // an unmarked one
constexpr uint32_t kMaxClosedHeading = 32;    // a marked one that ends with a full stop
constexpr uint32_t kMaxRunInSentence = 60;
constexpr uint32_t kMaxRunInClause = 40;
constexpr uint32_t kMaxListIntroduction = 60;
constexpr size_t kMinLeads = 3;
constexpr uint32_t kMaxLeadPrefix = 40;

// What a paragraph is in the outline.
enum class Role {
  kPlain,
  kMarked,    // family says which
  kUnmarked,  // stand-alone heading
  kLead,
  kIntroduction
};

struct Paragraph {
  Marker marker;
  Role role = Role::kPlain;
  bool stand_alone = false;  // the heading is the whole paragraph
  uint32_t first_end = 0;    // length of the first sentence, its marks included
  char32_t last = 0;         // last character, closing marks skipped before a stop
  bool single = true;        // one sentence
  bool salutation = false;
};

// A section that still takes paragraphs.
struct Open {
  int section = -1;
  size_t paragraph = 0;
  Role role = Role::kPlain;
  MarkerFamily family = MarkerFamily::kNone;
  int number = 0;
  bool stand_alone = false;
  size_t siblings = 1;     // members of its list so far
  size_t owned = 0;        // plain paragraphs that it owns directly
  bool lean_list = false;  // a member before it owned no further paragraph
  bool closed = false;     // its list ended; only its next number can go on
};

int Rank(const Open& open) {
  if (open.role == Role::kLead || open.role == Role::kIntroduction) {
    return 90;
  }
  switch (open.family) {
    case MarkerFamily::kOrdinalWord:
      return open.stand_alone ? 35 : 70;
    case MarkerFamily::kHanIs:
    case MarkerFamily::kHanMust:
      return 80;
    case MarkerFamily::kBullet:
      return 90;
    case MarkerFamily::kPart:
      return 1;
    case MarkerFamily::kChapter:
      return 2;
    case MarkerFamily::kPartSection:
      return 3;
    case MarkerFamily::kArticle:
      return 4;
    case MarkerFamily::kHan:
    case MarkerFamily::kHanBare:
      return 30;
    case MarkerFamily::kParenHan:
      return 40;
    case MarkerFamily::kArabic:
      return 50;
    case MarkerFamily::kParenArabic:
      return 60;
    case MarkerFamily::kCircled:
      return 65;
    case MarkerFamily::kNone:
      break;
  }
  return 0;
}

bool IsClosedBy(char32_t mark) {
  return IsTerminal(mark) || IsSemicolon(mark) || IsColon(mark) || IsEllipsis(mark);
}

class Finder {
 public:
  Finder(View joined, View folded, const std::vector<Range>& ranges)
      : joined_(joined), folded_(folded), ranges_(ranges), paragraphs_(ranges.size()) {}

  absl::StatusOr<Outline> Run() {
    Describe();
    ConfirmMarkers();
    FindStandAlone();
    FindUnmarkedHeadings();
    FindIntroductions();
    FindLeads();
    DecideUnmarkedLevel();
    outline_.paragraph_section.assign(ranges_.size(), -1);
    outline_.heading.assign(ranges_.size(), false);
    for (size_t i = 0; i < ranges_.size(); ++i) {
      Place(i);
      if (outline_.sections.size() > limits::kMaxSections) {
        return errors::SourceTooLarge(
            "source.content", "at most " + std::to_string(limits::kMaxSections) + " sections");
      }
    }
    SetRangesAndPaths();
    return std::move(outline_);
  }

 private:
  View Folded(size_t i) const { return folded_.substr(ranges_[i].begin, ranges_[i].size()); }
  uint32_t SizeOf(size_t i) const { return ranges_[i].size(); }
  size_t count() const { return ranges_.size(); }

  void Describe() {
    for (size_t i = 0; i < count(); ++i) {
      Paragraph& p = paragraphs_[i];
      const View text = Folded(i);
      p.marker = ReadMarker(text);
      p.salutation = BeginsWithSalutation(text);
      size_t end = 0;
      while (end < text.size() && !IsTerminal(text[end])) {
        ++end;
      }
      while (end < text.size() && (IsTerminal(text[end]) || IsCloser(text[end]))) {
        ++end;
      }
      p.first_end = static_cast<uint32_t>(end);
      p.single = end == text.size();
      size_t last = text.size() - 1;
      while (last > 0 && (IsCloser(text[last]) || text[last] == U'"')) {
        --last;
      }
      p.last = IsClosedBy(text[last]) ? text[last] : text.back();
    }
  }

  // Keeps markers of weak families only where numbers follow each other. Looking back is enough:
  // whoever finds its predecessor confirms both.
  void ConfirmMarkers() {
    struct Last {
      size_t paragraph = 0;
      int number = -1;
    };
    std::array<Last, kMarkerFamilies> last;
    std::vector<bool> confirmed(count(), false);
    for (size_t i = 0; i < count(); ++i) {
      const Marker& marker = paragraphs_[i].marker;
      if (!marker) {
        continue;
      }
      if (IsStrongFamily(marker.family)) {
        confirmed[i] = true;
        continue;
      }
      Last& before = last[static_cast<size_t>(marker.family)];
      const bool bullet = marker.family == MarkerFamily::kBullet;
      constexpr size_t kMaxBulletGap = 12;
      const bool follows = bullet ? before.number == 0 && i - before.paragraph <= kMaxBulletGap
                                  : before.number > 0 && (marker.number == before.number + 1 ||
                                                          marker.number == before.number + 2);
      if (follows) {
        confirmed[i] = true;
        confirmed[before.paragraph] = true;
      }
      before = {i, marker.number};
    }
    for (size_t i = 0; i < count(); ++i) {
      Paragraph& p = paragraphs_[i];
      if (p.marker && confirmed[i]) {
        p.role = Role::kMarked;
      } else {
        p.marker = Marker();
      }
    }
  }

  bool IsPlainText(size_t i) const {
    return i < count() && paragraphs_[i].role == Role::kPlain && !paragraphs_[i].salutation;
  }

  void FindStandAlone() {
    for (size_t i = 0; i < count(); ++i) {
      Paragraph& p = paragraphs_[i];
      if (p.role != Role::kMarked || p.marker.family == MarkerFamily::kBullet) {
        continue;
      }
      const uint32_t size = SizeOf(i);
      if (p.marker.family == MarkerFamily::kHanBare) {
        p.stand_alone = true;
      } else if (IsColon(p.last)) {
        p.stand_alone = p.single && size <= kMaxListIntroduction;
      } else if (!IsClosedBy(p.last)) {
        p.stand_alone = size <= kMaxHeadingLine && p.single && !IsCommaLike(p.last);
      } else if (p.single && size <= kMaxClosedHeading && !IsSemicolon(p.last)) {
        // （二）进一步下放权力。 over paragraphs of its own, not an item among items.
        p.stand_alone = IsPlainText(i + 1) && SizeOf(i + 1) > size;
      }
    }
  }

  bool IsUnmarkedHeading(size_t i) const {
    const Paragraph& p = paragraphs_[i];
    const uint32_t size = SizeOf(i);
    if (p.role != Role::kPlain || p.salutation || size > kMaxUnmarkedHeading || size < 2 ||
        IsClosedBy(p.last) || IsCommaLike(p.last) || IsFullStopDot(p.last) || !p.single ||
        i + 1 >= count()) {
      return false;
    }
    const View text = Folded(i);
    if (!std::any_of(text.begin(), text.end(), [](char32_t c) { return text::IsHan(c); })) {
      return false;
    }
    // A lone short line between short lines is part of a list or a slogan.
    const Paragraph& next = paragraphs_[i + 1];
    if (next.role == Role::kMarked) {
      return next.marker.family != MarkerFamily::kBullet || SizeOf(i + 1) > size;
    }
    return next.salutation || (SizeOf(i + 1) > size && (IsClosedBy(next.last) || !next.single));
  }

  void FindUnmarkedHeadings() {
    std::vector<size_t> found;
    for (size_t i = 0; i < count(); ++i) {
      if (IsUnmarkedHeading(i)) {
        found.push_back(i);
      }
    }
    for (const size_t i : found) {
      paragraphs_[i].role = Role::kUnmarked;
      paragraphs_[i].stand_alone = true;
    }
  }

  bool IsBullet(size_t i) const {
    return i < count() && paragraphs_[i].role == Role::kMarked &&
           paragraphs_[i].marker.family == MarkerFamily::kBullet;
  }

  void FindIntroductions() {
    for (size_t i = 0; i + 2 < count(); ++i) {
      Paragraph& p = paragraphs_[i];
      if (p.role == Role::kPlain && !p.salutation && p.single && IsColon(p.last) &&
          SizeOf(i) <= kMaxListIntroduction && IsBullet(i + 1) && IsBullet(i + 2)) {
        p.role = Role::kIntroduction;
      }
    }
  }

  bool CanLead(size_t i) const {
    const Paragraph& p = paragraphs_[i];
    return p.role == Role::kPlain && !p.salutation && p.first_end <= kMaxRunInSentence &&
           p.first_end < SizeOf(i);
  }

  // Characters of the common beginning of two paragraphs.
  uint32_t CommonPrefix(View a, View b) const {
    const auto most = static_cast<uint32_t>(std::min({a.size(), b.size(), size_t{kMaxLeadPrefix}}));
    uint32_t same = 0;
    while (same < most && a[same] == b[same]) {
      ++same;
    }
    return same;
  }

  // Four letters, or three and a mark (这五年，): less is chance (我们). A year alone is none, nor
  // is a verb of saying.
  static bool IsLeadPrefix(View prefix) {
    size_t letters = 0;
    bool mark = false;
    bool dated = true;
    for (const char32_t c : prefix) {
      letters += IsWordCharacter(c) ? 1u : 0u;
      mark |= IsCommaLike(c);
      dated &= IsAsciiDigit(c) || (HanDigit(c) >= 0 && HanDigit(c) < 10) || c == U'年' ||
               c == U'的' || IsCommaLike(c);
    }
    const size_t comma = prefix.find(U'，');
    const bool says = comma != View::npos && comma > 0 &&
                      (prefix[comma - 1] == U'说' || prefix[comma - 1] == U'出');
    return (letters >= 4 || (letters >= 3 && mark)) && (!dated || letters < 4) && !says;
  }

  void FindLeads() {
    for (size_t i = 0; i < count();) {
      if (!CanLead(i)) {
        ++i;
        continue;
      }
      View prefix = Folded(i).substr(0, kMaxLeadPrefix);
      size_t end = i + 1;
      while (end < count() && CanLead(end)) {
        const View common = prefix.substr(0, CommonPrefix(prefix, Folded(end)));
        if (!IsLeadPrefix(common)) {
          break;
        }
        prefix = common;
        ++end;
      }
      if (end - i >= kMinLeads) {
        for (size_t j = i; j < end; ++j) {
          paragraphs_[j].role = Role::kLead;
        }
        i = end;
      } else {
        ++i;
      }
    }
  }

  // Unmarked headings stand above the marked ones when the numbering of the marked ones restarts
  // under them, below when it runs on across them.
  void DecideUnmarkedLevel() {
    // The family that heads the text: the first strong one on lines of its own, else any.
    MarkerFamily top = MarkerFamily::kNone;
    for (const Paragraph& p : paragraphs_) {
      if (p.role != Role::kMarked || !p.stand_alone) {
        continue;
      }
      if (IsStrongFamily(p.marker.family)) {
        top = p.marker.family;
        break;
      }
      if (top == MarkerFamily::kNone) {
        top = p.marker.family;
      }
    }
    if (top == MarkerFamily::kNone) {
      return;
    }
    // The number of the next marked heading of the top family at or after each paragraph.
    size_t above = 0;
    size_t below = 0;
    size_t unmarked = 0;
    int previous = 0;
    bool pending = false;
    for (const Paragraph& p : paragraphs_) {
      if (p.role == Role::kUnmarked) {
        pending = true;
        ++unmarked;
      } else if (p.role == Role::kMarked && p.marker.family == top && p.stand_alone) {
        if (pending) {
          above += p.marker.number == 1 ? 1u : 0u;
          below += p.marker.number == previous + 1 && previous > 0 ? 1u : 0u;
        }
        previous = p.marker.number;
        pending = false;
      }
    }
    unmarked_below_ = below > above;
    unmarked_above_ = above > 0 && !unmarked_below_ && unmarked >= 2;
  }

  // --- placing, in reading order ---

  void Place(size_t i) {
    const Paragraph& p = paragraphs_[i];
    switch (p.role) {
      case Role::kPlain:
        PlacePlain(i);
        return;
      case Role::kMarked:
        PlaceMarked(i);
        return;
      case Role::kUnmarked:
        PlaceUnmarked(i);
        return;
      case Role::kLead:
        PopLeaves(Role::kLead);
        PlaceLead(i);
        return;
      case Role::kIntroduction:
        PopLeaves(Role::kPlain);
        Push(i, SectionKind::kListIntroduction, ParentForNew());
        return;
    }
  }

  // Closes lists that cannot go on: leads, introductions and bullets, but for members of `kept`.
  void PopLeaves(Role kept) {
    while (!stack_.empty()) {
      const Open& top = stack_.back();
      const bool leaf = top.role == Role::kLead || top.role == Role::kIntroduction ||
                        top.family == MarkerFamily::kBullet;
      if (!leaf || (top.role == kept && kept != Role::kPlain)) {
        return;
      }
      stack_.pop_back();
    }
  }

  int ParentForNew() {
    while (!stack_.empty() && stack_.back().closed) {
      stack_.pop_back();
    }
    return static_cast<int>(stack_.size()) - 1;
  }

  // True when a member of an item's list comes before anything that ends the list.
  bool ListGoesOn(const Open& open, size_t i) const {
    constexpr size_t kLookAhead = 40;
    const size_t most = std::min(count(), i + kLookAhead);
    for (size_t j = i; j < most; ++j) {
      const Paragraph& p = paragraphs_[j];
      if (p.role == Role::kUnmarked || p.role == Role::kIntroduction) {
        return false;
      }
      if (p.role != Role::kMarked) {
        continue;
      }
      if (p.marker.family == open.family) {
        return open.family == MarkerFamily::kBullet || p.marker.number == open.number + 1;
      }
      for (const Open& other : stack_) {
        if (other.family == p.marker.family) {
          return false;
        }
      }
    }
    return false;
  }

  void PlacePlain(size_t i) {
    for (size_t s = stack_.size(); s-- > 0;) {
      Open& open = stack_[s];
      if (open.closed) {
        continue;
      }
      if (open.role == Role::kLead || open.role == Role::kIntroduction) {
        stack_.resize(s);
        continue;
      }
      const bool item = !open.stand_alone && open.role == Role::kMarked;
      if (item && open.lean_list) {
        // Its sisters own nothing more, so this paragraph stands behind the list.
        if (open.family == MarkerFamily::kBullet) {
          stack_.resize(s);
        } else {
          open.closed = true;
        }
        continue;
      }
      if (open.family == MarkerFamily::kBullet && !ListGoesOn(open, i)) {
        // A list of one, or the last of members with paragraphs of their own.
        if (open.siblings == 1) {
          stack_.resize(s);
          continue;
        }
      }
      ++open.owned;
      outline_.paragraph_section[i] = open.section;
      // Deeper lists that this paragraph did not join are over.
      return;
    }
  }

  void PlaceUnmarked(size_t i) {
    if (!unmarked_below_) {
      // At the top, unless it stands right below a marked heading that owns nothing yet.
      const bool nested = !unmarked_above_ && !stack_.empty() && stack_.back().stand_alone &&
                          stack_.back().role == Role::kMarked && stack_.back().paragraph + 1 == i;
      if (!nested) {
        stack_.clear();
      }
    } else {
      while (!stack_.empty() &&
             (stack_.back().role != Role::kMarked || !stack_.back().stand_alone)) {
        stack_.pop_back();
      }
    }
    Push(i, SectionKind::kStandAloneHeading, static_cast<int>(stack_.size()) - 1);
  }

  void PlaceLead(size_t i) {
    size_t siblings = 1;
    if (!stack_.empty() && stack_.back().role == Role::kLead) {
      siblings += stack_.back().siblings;
      stack_.pop_back();
    }
    const int parent = ParentForNew();
    Push(i, SectionKind::kRepeatedLead, parent);
    stack_.back().siblings = siblings;
  }

  void PlaceMarked(size_t i) {
    const Marker& marker = paragraphs_[i].marker;
    if (marker.family != MarkerFamily::kBullet) {
      PopLeaves(Role::kPlain);
    } else {
      while (!stack_.empty() && stack_.back().role == Role::kLead) {
        stack_.pop_back();
      }
    }
    if (const auto found = FindSibling(i)) {
      Open before = stack_[*found];
      stack_.resize(*found);
      Push(i, KindOf(marker), static_cast<int>(*found) - 1);
      Open& now = stack_.back();
      now.siblings = before.siblings + 1;
      now.lean_list = before.lean_list || before.owned == 0;
      if (marker.number == 1 && marker.family != MarkerFamily::kBullet) {
        now.siblings = 1;  // a new list
        now.lean_list = false;
      }
      return;
    }
    Open probe;
    probe.role = Role::kMarked;
    probe.family = marker.family;
    probe.stand_alone = paragraphs_[i].stand_alone;
    while (!stack_.empty()) {
      const Open& top = stack_.back();
      const bool direct =
          top.stand_alone && !top.closed && (marker.number <= 1 || top.role == Role::kUnmarked);
      if (top.role == Role::kIntroduction && marker.family == MarkerFamily::kBullet) {
        break;
      }
      if (!top.closed && (direct || Rank(top) < Rank(probe))) {
        break;
      }
      stack_.pop_back();
    }
    Push(i, KindOf(marker), static_cast<int>(stack_.size()) - 1);
  }

  static SectionKind KindOf(const Marker& marker) {
    return marker.family == MarkerFamily::kBullet ? SectionKind::kBullet
                                                  : SectionKind::kMarkedHeading;
  }

  // The open section of the same family that paragraph i is the next member of.
  std::optional<size_t> FindSibling(size_t i) const {
    const Marker& marker = paragraphs_[i].marker;
    std::optional<size_t> nearest;
    for (size_t s = stack_.size(); s-- > 0;) {
      if (stack_[s].family != marker.family || stack_[s].role != Role::kMarked) {
        continue;
      }
      if (!nearest) {
        nearest = s;
      }
      if (marker.family == MarkerFamily::kBullet || stack_[s].number + 1 == marker.number) {
        return s;
      }
    }
    if (nearest && marker.number == 1 && IsNestedRestart(i, stack_[*nearest])) {
      return std::nullopt;
    }
    return nearest;
  }

  // A list that restarts at 1 below an open member n of the same family is nested in it when the
  // outer numbering goes on with n + 1 where the inner one cannot.
  bool IsNestedRestart(size_t i, const Open& outer) const {
    if (!outer.stand_alone) {
      return false;
    }
    constexpr size_t kMaxLookAhead = 400;
    const MarkerFamily family = outer.family;
    const size_t most = std::min(count(), i + kMaxLookAhead);
    std::vector<int> inner = {1};  // the last number of each list that is open inside
    for (size_t j = i + 1; j < most; ++j) {
      const Paragraph& p = paragraphs_[j];
      if (p.role != Role::kMarked || p.marker.family != family) {
        continue;
      }
      const int number = p.marker.number;
      if (number == 1) {
        inner.push_back(1);
        continue;
      }
      while (!inner.empty() && inner.back() + 1 != number) {
        inner.pop_back();
      }
      if (inner.empty()) {
        return number == outer.number + 1;
      }
      inner.back() = number;
    }
    return false;
  }

  void Push(size_t i, SectionKind kind, int parent_slot) {
    const Paragraph& p = paragraphs_[i];
    Section section;
    section.kind = kind;
    section.parent = parent_slot < 0 ? -1 : stack_[static_cast<size_t>(parent_slot)].section;
    section.level =
        section.parent < 0 ? 1 : outline_.sections[static_cast<size_t>(section.parent)].level + 1;
    section.ordinal = p.marker.number;
    const bool introduction = kind == SectionKind::kListIntroduction;
    section.run_in = !p.stand_alone && !introduction;
    SetHeading(i, &section);
    stack_.resize(static_cast<size_t>(parent_slot) + 1);
    Open open;
    open.section = static_cast<int>(outline_.sections.size());
    open.paragraph = i;
    open.role = p.role;
    open.family = p.marker.family;
    open.number = p.marker.number;
    open.stand_alone = p.stand_alone || introduction;
    stack_.push_back(open);
    outline_.paragraph_section[i] = open.section;
    outline_.heading[i] = p.stand_alone;
    outline_.sections.push_back(std::move(section));
  }

  void SetHeading(size_t i, Section* section) const {
    const Paragraph& p = paragraphs_[i];
    const Range range = ranges_[i];
    const auto text_begin =
        static_cast<uint32_t>(std::min<size_t>(range.begin + p.marker.text, range.end));
    section->marker = text::ToUtf8(joined_.substr(range.begin, p.marker.length));
    section->range = range;
    uint32_t end = range.end;
    if (section->run_in) {
      end = RunInEnd(text_begin, range);
    } else if (!IsColon(p.last) || section->kind != SectionKind::kListIntroduction) {
      while (end > text_begin && IsTerminal(joined_[end - 1])) {
        --end;
      }
    }
    section->heading = text::ToUtf8(joined_.substr(text_begin, end - text_begin));
    section->heading_range = {range.begin, section->run_in ? end : range.end};
    if (section->run_in && end == text_begin) {
      section->heading_range.end = range.begin + static_cast<uint32_t>(p.marker.length);
    }
  }

  // The end of a run-in heading, without its final mark.
  uint32_t RunInEnd(uint32_t begin, Range range) const {
    const uint32_t most = std::min(range.end, begin + kMaxRunInSentence + 1);
    for (uint32_t i = begin; i < most; ++i) {
      if (IsTerminal(joined_[i]) || IsSemicolon(joined_[i])) {
        return i;
      }
    }
    if (range.end - begin <= kMaxRunInSentence) {
      return range.end;
    }
    const uint32_t clause = std::min(range.end, begin + kMaxRunInClause + 1);
    for (uint32_t i = begin; i < clause; ++i) {
      const char32_t c = joined_[i];
      if (c == U'，' || c == U',' || IsColon(c)) {
        return i;
      }
    }
    return begin;
  }

  void SetRangesAndPaths() {
    std::vector<Section>& sections = outline_.sections;
    for (size_t i = 0; i < count(); ++i) {
      const int section = outline_.paragraph_section[i];
      if (section >= 0) {
        Range& range = sections[static_cast<size_t>(section)].range;
        range.end = std::max(range.end, ranges_[i].end);
      }
    }
    for (size_t s = sections.size(); s-- > 0;) {
      if (sections[s].parent >= 0) {
        Range& range = sections[static_cast<size_t>(sections[s].parent)].range;
        range.end = std::max(range.end, sections[s].range.end);
      }
    }
    std::vector<int> children(sections.size() + 1, 0);
    for (Section& section : sections) {
      const auto parent = static_cast<size_t>(section.parent) + 1;
      const std::string ordinal = std::to_string(++children[parent]);
      section.path = section.parent < 0
                         ? ordinal
                         : sections[static_cast<size_t>(section.parent)].path + "." + ordinal;
    }
  }

  const View joined_;
  const View folded_;
  const std::vector<Range>& ranges_;
  std::vector<Paragraph> paragraphs_;
  std::vector<Open> stack_;
  bool unmarked_above_ = false;
  bool unmarked_below_ = false;
  Outline outline_;
};

}  // namespace

absl::StatusOr<Outline> FindOutline(View joined, View folded,
                                    const std::vector<Range>& paragraphs) {
  return Finder(joined, folded, paragraphs).Run();
}

}  // namespace quotes::report
