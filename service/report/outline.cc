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
#include "service/report/lexicon.h"
#include "service/report/markers.h"
#include "service/report/modes.h"
#include "service/text/fold.h"
#include "service/text/utf8.h"

namespace quotes::report {
namespace {

using View = std::u32string_view;

constexpr uint32_t kMaxHeadingLine = 80;      // a marked heading on its own line
constexpr uint32_t kMaxUnmarkedHeading = 60;  // an unmarked one
constexpr uint32_t kMaxClosedHeading = 32;    // a marked one that ends with a full stop
constexpr uint32_t kMaxRunInSentence = 60;
constexpr uint32_t kMaxRunInClause = 40;
constexpr uint32_t kMaxListIntroduction = 60;
constexpr size_t kMinLeads = 3;
constexpr uint32_t kMaxLeadPrefix = 40;
// A lead whose repeated words are this many may have a long first sentence.
constexpr size_t kLongLead = 12;
constexpr uint32_t kMaxLongLeadSentence = 100;
// Unmarked run-in headings: at least three paragraphs in a row, half of them with short ones.
constexpr uint32_t kMaxRunInName = 50;
constexpr uint32_t kShortRunInName = 24;
constexpr uint32_t kMinRunInName = 5;
constexpr size_t kMinRunIns = 3;
constexpr size_t kMinScattered = 4;
constexpr uint32_t kMaxEdgeName = 40;
// How much longer the paragraph below a heading with a full stop is.
constexpr uint32_t kClosedHeadingShare = 3;
constexpr uint32_t kMinNamedText = 20;  // what follows the heading in its paragraph
// The label of an item without a marker: 煤炭工业，….
constexpr size_t kMaxLabel = 10;
constexpr size_t kMinLabels = 3;

// What a paragraph is in the outline.
enum class Role {
  kPlain,
  kMarked,    // family says which
  kUnmarked,  // stand-alone heading
  kLead,
  kIntroduction,
  kRunIn,  // an unmarked run-in heading
  kLabel   // an item without a marker of an announced list
};

struct Paragraph {
  Marker marker;
  Role role = Role::kPlain;
  bool stand_alone = false;     // the heading is the whole paragraph
  uint32_t first_end = 0;       // length of the first sentence, its marks included
  char32_t last = 0;            // last character, closing marks skipped before a stop
  bool single = true;           // one sentence
  bool closed_heading = false;  // an unmarked heading that ends with a full stop
  uint32_t label_end = 0;       // length of an item's label
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
  if (open.role == Role::kRunIn) {
    return 75;
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
    FindAnnouncedLists();
    FindLeads();
    FindRunIns();
    FindClosedHeadings();
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
      Marker& marker = paragraphs_[i].marker;
      if (!marker) {
        continue;
      }
      if (marker.number == kLastOrdinal) {
        const int number = last[static_cast<size_t>(marker.family)].number;
        marker.number = number > 0 ? number + 1 : 0;
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
    if (next.role == Role::kUnmarked) {
      return true;
    }
    if (next.role == Role::kMarked) {
      return next.marker.family != MarkerFamily::kBullet || SizeOf(i + 1) > size;
    }
    return next.salutation || (SizeOf(i + 1) > size && (IsClosedBy(next.last) || !next.single));
  }

  void FindUnmarkedHeadings() {
    // From the end, so that a heading right above another one is seen.
    for (size_t i = count(); i-- > 0;) {
      if (IsUnmarkedHeading(i)) {
        paragraphs_[i].role = Role::kUnmarked;
        paragraphs_[i].stand_alone = true;
      }
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

  // 农业，粮食产量…: the length of what the paragraph is about, 0 when it does not open so.
  uint32_t LabelEnd(size_t i) const {
    const View text = Folded(i);
    if (GetLexicon().statement_start.PrefixOf(text) > 0) {
      return 0;
    }
    for (uint32_t end = 0; end < text.size() && end <= kMaxLabel; ++end) {
      if (IsCommaLike(text[end]) || IsColon(text[end])) {
        return end >= 2 ? end : 0;
      }
      if (!text::IsHan(text[end])) {
        return 0;
      }
    }
    return 0;
  }

  // A line that announces a list: …如下。 …以下措施：
  bool AnnouncesList(size_t i) const {
    constexpr View kAnnouncements[] = {U"如下", U"以下", U"下列"};
    const Paragraph& p = paragraphs_[i];
    const View text = Folded(i);
    return p.role == Role::kPlain && !p.salutation && p.single &&
           SizeOf(i) <= kMaxListIntroduction && (IsColon(p.last) || p.last == U'。') &&
           std::any_of(std::begin(kAnnouncements), std::end(kAnnouncements),
                       [&](View announcement) { return text.find(announcement) != View::npos; });
  }

  // An announcing line and the paragraphs below it as long as they
  // open with a label or a heading of their own.
  void FindAnnouncedLists() {
    for (size_t i = 0; i + kMinLabels < count(); ++i) {
      if (!AnnouncesList(i)) {
        continue;
      }
      size_t end = i + 1;
      while (IsPlainText(end) && !AnnouncesList(end) &&
             (LabelEnd(end) > 0 || NamesItsParagraph(end))) {
        ++end;
      }
      if (end - i - 1 < kMinLabels) {
        continue;
      }
      paragraphs_[i].role = Role::kIntroduction;
      for (size_t j = i + 1; j < end; ++j) {
        paragraphs_[j].role = Role::kLabel;
        paragraphs_[j].label_end = NamesItsParagraph(j) ? 0 : LabelEnd(j);
      }
    }
  }

  bool CanLead(size_t i, uint32_t longest) const {
    const Paragraph& p = paragraphs_[i];
    return p.role == Role::kPlain && !p.salutation && p.first_end <= longest &&
           p.first_end < SizeOf(i);
  }

  // True when the first sentence of a plain paragraph can be the paragraph's name: short, a full
  // stop at its end, no figures, and no word by which it would say something instead.
  bool NamesItsParagraph(size_t i) const {
    const Paragraph& p = paragraphs_[i];
    return !p.single && p.first_end <= kMaxRunInName && SizeOf(i) - p.first_end >= kMinNamedText &&
           BeginsWithName(i);
  }

  bool BeginsWithName(size_t i) const {
    const Paragraph& p = paragraphs_[i];
    const View text = Folded(i);
    if (p.salutation || p.first_end < kMinRunInName || text[p.first_end - 1] != U'。') {
      return false;
    }
    const View name = text.substr(0, p.first_end - 1);
    const Lexicon& lexicon = GetLexicon();
    size_t length = 0;
    return lexicon.statement_start.PrefixOf(name) == 0 &&
           lexicon.statement.FindIn(name, &length) == View::npos &&
           std::none_of(name.begin(), name.end(), [](char32_t c) {
             return IsAsciiDigit(c) || IsSemicolon(c) || IsColon(c) || IsTerminal(c);
           });
  }

  // Three or more paragraphs beside each other whose first sentences name them. In a text that is
  // built so, two that fill what is between two headings are enough.
  void FindRunIns() {
    struct Group {
      size_t begin;
      size_t end;
    };
    std::vector<Group> pairs;
    size_t groups = 0;
    for (size_t i = 0; i < count();) {
      if (paragraphs_[i].role != Role::kPlain || !NamesItsParagraph(i)) {
        ++i;
        continue;
      }
      size_t end = i;
      size_t brief = 0;
      while (end < count() && paragraphs_[end].role == Role::kPlain && NamesItsParagraph(end)) {
        brief += IsBrief(end) ? 1u : 0u;
        ++end;
      }
      const size_t next = end;
      // A long sentence above or below a group of short ones belongs to what surrounds it.
      if (brief * 2 >= end - i) {
        while (end - i > kMinRunIns && paragraphs_[i].first_end > kMaxEdgeName) {
          ++i;
        }
        while (end - i > kMinRunIns && paragraphs_[end - 1].first_end > kMaxEdgeName) {
          --end;
        }
      }
      if (end - i >= kMinRunIns && brief * 2 >= end - i) {
        SetRunIns(i, end);
        ++groups;
      } else if (end - i == 2 && brief == 2 && i > 0 && paragraphs_[i - 1].role == Role::kMarked &&
                 !IsPlainText(end)) {
        pairs.push_back({i, end});
      }
      i = next;
    }
    constexpr size_t kBuiltSo = 2;
    if (groups >= kBuiltSo) {
      for (const Group& pair : pairs) {
        SetRunIns(pair.begin, pair.end);
      }
    }
    if (groups > 0) {
      FindScatteredRunIns();
    }
  }

  // Names with further paragraphs between them: many in one section of a text that has groups.
  void FindScatteredRunIns() {
    std::vector<size_t> names;
    size_t plain = 0;
    for (size_t i = 0; i <= count(); ++i) {
      if (i < count() && !paragraphs_[i].stand_alone) {
        plain += IsPlainText(i) ? 1u : 0u;
        if (paragraphs_[i].role == Role::kPlain && NamesItsParagraph(i) && IsBrief(i)) {
          names.push_back(i);
        }
        continue;
      }
      if (names.size() >= kMinScattered && names.size() * 2 >= plain) {
        for (const size_t name : names) {
          paragraphs_[name].role = Role::kRunIn;
        }
      }
      names.clear();
      plain = 0;
    }
  }

  bool IsBrief(size_t i) const { return paragraphs_[i].first_end <= kShortRunInName; }

  // Headings on lines of their own that are printed with a full stop: two or more under the same
  // heading, each above a paragraph.
  void FindClosedHeadings() {
    std::vector<size_t> group;
    for (size_t i = 0; i <= count(); ++i) {
      if (i < count() && paragraphs_[i].role == Role::kPlain) {
        if (paragraphs_[i].single && SizeOf(i) <= kMaxClosedHeading && BeginsWithName(i) &&
            IsPlainText(i + 1) && SizeOf(i + 1) >= kClosedHeadingShare * SizeOf(i)) {
          group.push_back(i);
        }
        continue;
      }
      if (group.size() >= 2) {
        for (const size_t heading : group) {
          paragraphs_[heading].role = Role::kUnmarked;
          paragraphs_[heading].stand_alone = true;
          paragraphs_[heading].closed_heading = true;
        }
      }
      group.clear();
    }
  }

  void SetRunIns(size_t begin, size_t end) {
    for (size_t i = begin; i < end; ++i) {
      paragraphs_[i].role = Role::kRunIn;
    }
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
      if (!CanLead(i, kMaxLongLeadSentence)) {
        ++i;
        continue;
      }
      View prefix = Folded(i).substr(0, kMaxLeadPrefix);
      size_t end = i;
      while (end < count() && CanLead(end, kMaxLongLeadSentence)) {
        const View common = prefix.substr(0, CommonPrefix(prefix, Folded(end)));
        const bool long_lead = common.size() >= kLongLead;
        if (!IsLeadPrefix(common) || (!long_lead && !CanLead(end, kMaxRunInSentence))) {
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
      if (p.role == Role::kUnmarked && !p.closed_heading) {
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
        PopRunIns();
        PlaceLead(i);
        return;
      case Role::kIntroduction:
        PopLeaves(Role::kPlain);
        PopRunIns();
        PopLeaves(Role::kPlain);
        Push(i, SectionKind::kListIntroduction, ParentForNew());
        return;
      case Role::kRunIn:
        PlaceRunIn(i);
        return;
      case Role::kLabel:
        PopRunIns();
        Push(i, SectionKind::kRunInHeading, static_cast<int>(stack_.size()) - 1);
        stack_.back().role = Role::kRunIn;
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

  void PopRunIns() {
    while (!stack_.empty() && stack_.back().role == Role::kRunIn) {
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

  // True when nothing but plain paragraphs stand between paragraph i and the next run-in heading.
  bool RunInFollows(size_t i) const {
    constexpr size_t kLookAhead = 12;
    const size_t most = std::min(count(), i + kLookAhead);
    while (i < most && IsPlainText(i)) {
      ++i;
    }
    return i < most && paragraphs_[i].role == Role::kRunIn;
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
      if (open.role == Role::kRunIn && open.lean_list && !RunInFollows(i)) {
        stack_.resize(s);  // its sisters own nothing more
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
    if (paragraphs_[i].closed_heading) {
      // Below the heading that it stands under, beside its like.
      while (!stack_.empty() && (!stack_.back().stand_alone || stack_.back().closed ||
                                 paragraphs_[stack_.back().paragraph].closed_heading)) {
        stack_.pop_back();
      }
    } else if (!unmarked_below_) {
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

  // 五年来，… 这五年…: speaks of the whole time that a review is about.
  bool LooksBack(size_t i) const {
    const View text = Folded(i).substr(paragraphs_[i].marker.text);
    const Range period = FindPeriod(text);
    const View words = text.substr(0, period.end);
    return !period.empty() && period.begin == 0 &&
           (words.back() == U'来' || words.front() == U'这' || words.front() == U'过');
  }

  // A series that looks back stands beside the last numbered part of what it looks back on, not
  // below it.
  void StepBeside(size_t i) {
    if (stack_.size() < 2 || !LooksBack(i)) {
      return;
    }
    const Open& top = stack_.back();
    if (top.role == Role::kMarked && top.family != MarkerFamily::kBullet && top.number >= 2 &&
        !ListGoesOn(top, i)) {
      stack_.pop_back();
    }
  }

  void PlaceLead(size_t i) {
    size_t siblings = 1;
    if (!stack_.empty() && stack_.back().role == Role::kLead) {
      siblings += stack_.back().siblings;
      stack_.pop_back();
    }
    if (siblings == 1) {
      StepBeside(i);
    }
    const int parent = ParentForNew();
    Push(i, SectionKind::kRepeatedLead, parent);
    stack_.back().siblings = siblings;
  }

  void PlaceRunIn(size_t i) {
    while (!stack_.empty() &&
           (stack_.back().role == Role::kLead || stack_.back().role == Role::kIntroduction)) {
      stack_.pop_back();
    }
    bool lean = false;
    Open probe;
    probe.role = Role::kRunIn;
    while (!stack_.empty()) {
      const Open& top = stack_.back();
      const bool sister = top.role == Role::kRunIn;
      // Below an item of a list only where the list goes on after it.
      const bool over = !top.stand_alone && Rank(top) > Rank(probe) && !ListGoesOn(top, i);
      if (!sister && !top.closed && !over) {
        break;
      }
      if (sister) {
        lean = top.lean_list || top.owned == 0;
      }
      stack_.pop_back();
    }
    Push(i, SectionKind::kRunInHeading, static_cast<int>(stack_.size()) - 1);
    stack_.back().lean_list = lean;
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
    if (marker.family == MarkerFamily::kBullet) {
      StepBeside(i);
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
    if (p.label_end > 0) {
      end = range.begin + p.label_end;
    } else if (section->run_in) {
      const uint32_t longest = p.role == Role::kLead ? kMaxLongLeadSentence : kMaxRunInSentence;
      end = RunInEnd(text_begin, range, longest);
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
  uint32_t RunInEnd(uint32_t begin, Range range, uint32_t longest) const {
    const uint32_t most = std::min(range.end, begin + longest + 1);
    for (uint32_t i = begin; i < most; ++i) {
      if (IsTerminal(joined_[i]) || IsSemicolon(joined_[i])) {
        return i;
      }
    }
    if (range.end - begin <= longest) {
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
