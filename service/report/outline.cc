#include "service/report/outline.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "service/base/errors.h"
#include "service/base/limits.h"
#include "service/report/chars.h"
#include "service/report/english_roles.h"
#include "service/report/inline_items.h"
#include "service/report/markers.h"
#include "service/report/modes.h"
#include "service/report/outline_roles.h"
#include "service/report/sentences.h"
#include "service/text/fold.h"
#include "service/text/utf8.h"

namespace quotes::report {
namespace {

using View = std::u32string_view;

constexpr uint32_t kMaxRunInClause = 40;
constexpr uint32_t kMaxEnglishItem = 120;

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
  bool announces = false;  // a paragraph of it ends with a colon
  uint8_t level = 0;       // of a heading, as the format has it; 0: it does not say
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
    case MarkerFamily::kRoman:
      return 20;
    case MarkerFamily::kFormalHan:
      return 25;
    case MarkerFamily::kHan:
    case MarkerFamily::kHanBare:
      return 30;
    case MarkerFamily::kCapital:
      return 35;
    case MarkerFamily::kParenHan:
      return 40;
    case MarkerFamily::kStem:
      return 45;
    case MarkerFamily::kParenStem:
      return 47;
    case MarkerFamily::kArabic:
      return 50;
    case MarkerFamily::kDecimal:
      return 52;
    case MarkerFamily::kDecimal3:
      return 54;
    case MarkerFamily::kParenArabic:
      return 60;
    case MarkerFamily::kParenRoman:
      return 63;
    case MarkerFamily::kLetter:
      return 64;
    case MarkerFamily::kCircled:
      return 65;
    case MarkerFamily::kNone:
      break;
  }
  return 0;
}

class Placer {
 public:
  Placer(View joined, View folded, const std::vector<Range>& ranges,
         const std::vector<ParagraphHint>& hints, bool english)
      : joined_(joined),
        folded_(folded),
        ranges_(ranges),
        english_(english),
        paragraphs_(english ? FindEnglishRoles(joined, folded, ranges, hints)
                            : FindRoles(joined, folded, ranges, hints)) {}

  absl::StatusOr<Outline> Run(Checkpoints* checkpoints) {
    DecideUnmarkedLevel();
    outline_.paragraph_section.assign(ranges_.size(), -1);
    outline_.heading.assign(ranges_.size(), false);
    for (size_t i = 0; i < ranges_.size(); ++i) {
      if (checkpoints != nullptr && !checkpoints->GoOn(SizeOf(i))) {
        return checkpoints->Check();
      }
      Place(i);
      PlaceInlineItems(i);
      if (outline_.sections.size() > limits::kMaxSections) {
        return errors::SourceTooLarge(
            "source.content", "at most " + std::to_string(limits::kMaxSections) + " sections");
      }
    }
    SetRangesAndPaths();
    return std::move(outline_);
  }

 private:
  using Paragraph = RoleOfParagraph;

  View Folded(size_t i) const { return folded_.substr(ranges_[i].begin, ranges_[i].size()); }
  // As lists are read in.
  View Words(size_t i) const {
    return english_ ? joined_.substr(ranges_[i].begin, ranges_[i].size()) : Folded(i);
  }
  uint32_t SizeOf(size_t i) const { return ranges_[i].size(); }
  size_t count() const { return ranges_.size(); }
  bool IsPlainText(size_t i) const {
    return i < count() && paragraphs_[i].role == Role::kPlain && !paragraphs_[i].salutation;
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
    for (size_t i = 0; i < count(); ++i) {
      const Paragraph& p = paragraphs_[i];
      if (p.role == Role::kUnmarked && !p.closed_heading && p.apart == Apart::kNo) {
        // What stands right below a numbered heading says nothing of those above the numbers.
        pending |= !StandsRightBelow(i);
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

  // Whether an unmarked heading is the first thing below a marked one.
  bool StandsRightBelow(size_t i) const {
    return i > 0 && paragraphs_[i - 1].role == Role::kMarked && paragraphs_[i - 1].stand_alone;
  }

  // The next marked paragraph of the family of an open one, behind paragraph i.
  struct Next {
    int number = 0;         // 0: there is none
    bool unmarked = false;  // an unmarked heading stands before it
  };
  Next NextOf(const Open& open, size_t i) const {
    constexpr size_t kMaxLookAhead = 400;
    const size_t most = std::min(count(), i + kMaxLookAhead);
    Next next;
    for (size_t j = i + 1; j < most; ++j) {
      const Paragraph& p = paragraphs_[j];
      next.unmarked |= p.role == Role::kUnmarked;
      if (p.role == Role::kMarked && p.marker.family == open.family) {
        next.number = p.marker.number;
        break;
      }
    }
    return next;
  }

  // Whether an unmarked heading right below a marked one is below it where others stand above the
  // marked ones: the numbers go on behind it, or they did so behind one below an earlier sister and
  // the numbers do not begin anew under it.
  bool NumbersGoOn(const Open& open, size_t i) {
    const Next next = NextOf(open, i);
    bool& goes_on = goes_on_[static_cast<size_t>(open.family)];
    if (next.number == open.number + 1) {
      goes_on = true;
      return true;
    }
    return goes_on && (next.number == 0 ? !NamesPeriod(i) : next.number == 1 && next.unmarked);
  }

  // Whether the numbers begin anew under paragraph i, an unmarked heading behind the numbered one
  // that stands in the stack at `s`: that heading stands above them.
  bool RestartsBelow(size_t s, size_t i) const {
    if (const Next next = NextOf(stack_[s], i); next.number > 0) {
      return next.number == 1 && !next.unmarked;
    }
    // Nothing is numbered any more: 2022年工作安排 is the sister of 2021年主要工作.
    const Open& bottom = stack_.front();
    return bottom.role == Role::kUnmarked && s > 0 && NamesPeriod(bottom.paragraph) &&
           NamesPeriod(i);
  }

  bool NamesPeriod(size_t i) const { return !PeriodInFront(Folded(i)).empty(); }

  // --- placing, in reading order ---

  void Place(size_t i) {
    const Paragraph& p = paragraphs_[i];
    switch (p.role) {
      case Role::kPlain:
        if (paragraphs_[i].salutation) {
          StepBack(i);
        } else {
          StepOut(i);
        }
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
        StepOut(i);
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

  // 各位代表！ inside a speech: the speaker leaves the particulars. What follows stands in the part
  // of the text, not in the last of its lists, unless a list goes on behind it.
  void StepBack(size_t i) {
    while (stack_.size() > 1) {
      const Open& top = stack_.back();
      const Paragraph& heading = paragraphs_[top.paragraph];
      const bool list = top.role == Role::kLead || top.role == Role::kIntroduction ||
                        top.role == Role::kRunIn || top.role == Role::kMarked || heading.series ||
                        heading.closed_heading;
      if (!list || (top.role == Role::kRunIn && RunInFollows(i + 1)) ||
          (top.role == Role::kMarked && !top.closed && ListGoesOn(top, i))) {
        return;
      }
      stack_.pop_back();
    }
  }

  // Whether a paragraph has six characters in a row of a run-in heading.
  bool NamesSubject(const Open& open, size_t i) const {
    constexpr size_t kWords = 6;
    const View heading = Folded(open.paragraph).substr(0, paragraphs_[open.paragraph].first_end);
    for (size_t at = 0; at + kWords < heading.size(); ++at) {
      if (Folded(i).find(heading.substr(at, kWords)) != View::npos) {
        return true;
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
      // Its sisters own nothing more. Behind a list of its own it may go on with its subject.
      if (open.role == Role::kRunIn && open.lean_list && !RunInFollows(i) &&
          (s + 1 == stack_.size() || !NamesSubject(open, i))) {
        stack_.resize(s);
        continue;
      }
      const bool item = !open.stand_alone && open.role == Role::kMarked;
      if (item && open.lean_list && !open.announces) {
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
      open.announces |= IsColon(paragraphs_[i].last);
      outline_.paragraph_section[i] = open.section;
      // Deeper lists that this paragraph did not join are over.
      return;
    }
  }

  Apart ApartOf(const Open& open) const { return paragraphs_[open.paragraph].apart; }

  // The place in the stack of an open unmarked heading below a marked one: the next unmarked
  // heading is its sister. 0 for none.
  size_t NestedUnmarked() const {
    for (size_t s = stack_.size(); s-- > 1;) {
      if (stack_[s].role == Role::kUnmarked && !paragraphs_[stack_[s].paragraph].closed_heading &&
          stack_[s].level == 0) {
        return stack_[s - 1].role == Role::kMarked && stack_[s - 1].stand_alone ? s : 0;
      }
    }
    return 0;
  }

  // Whether a heading whose format gives it this level stands below an open section.
  bool StandsBelow(const Open& open, uint8_t level) const {
    if (!open.stand_alone || open.closed) {
      return false;
    }
    return open.level > 0 ? open.level < level : open.role == Role::kMarked && unmarked_below_;
  }

  void PlaceUnmarked(size_t i) {
    const Apart apart = paragraphs_[i].apart;
    if (apart == Apart::kFront || apart == Apart::kBack) {
      stack_.clear();
    } else if (apart == Apart::kBox) {
      before_box_ = stack_;
      while (!stack_.empty() && (!stack_.back().stand_alone || stack_.back().closed ||
                                 ApartOf(stack_.back()) != Apart::kNo)) {
        stack_.pop_back();
      }
    } else if (paragraphs_[i].level > 0) {
      while (!stack_.empty() && !StandsBelow(stack_.back(), paragraphs_[i].level)) {
        stack_.pop_back();
      }
    } else if (paragraphs_[i].series) {
      // Below the heading of another kind that they all stand under.
      while (!stack_.empty() && (stack_.back().role != Role::kUnmarked ||
                                 paragraphs_[stack_.back().paragraph].closed_heading ||
                                 paragraphs_[stack_.back().paragraph].series)) {
        stack_.pop_back();
      }
    } else if (paragraphs_[i].closed_heading) {
      // Below the heading that it stands under, beside its like.
      while (!stack_.empty() && (!stack_.back().stand_alone || stack_.back().closed ||
                                 paragraphs_[stack_.back().paragraph].closed_heading)) {
        stack_.pop_back();
      }
    } else if (const size_t sister = NestedUnmarked();
               sister > 0 && !(unmarked_above_ && RestartsBelow(sister - 1, i))) {
      stack_.resize(sister);
    } else if (!unmarked_below_) {
      // At the top, unless it stands right below a marked heading that owns nothing yet.
      const bool below = !stack_.empty() && stack_.back().stand_alone &&
                         stack_.back().role == Role::kMarked && stack_.back().paragraph + 1 == i;
      const bool nested = below && (!unmarked_above_ || NumbersGoOn(stack_.back(), i));
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
    const Range period = PeriodInFront(text);
    const View words = text.substr(0, period.end);
    return !period.empty() &&
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

  // 五年来的实践使我们体会到：, 在肯定成绩的同时，也要清醒地看到困难和问题。: speaks of all that a
  // part of the text says.
  bool SumsUp(size_t i) const {
    constexpr View kBegins[] = {U"在肯定成绩", U"在看到成绩", U"在总结成绩", U"在充分肯定成绩"};
    constexpr View kLessons[] = {U"体会到", U"认识到", U"体会是",
                                 U"经验是", U"启示是", U"启示我们"};
    constexpr View kReviews[] = {U"回顾", U"总结", U"实践"};
    constexpr size_t kNear = 40;
    if (english_) {
      return false;
    }
    const View text = Folded(i);
    const auto begins = [&](View word) { return text.starts_with(word); };
    if (std::any_of(std::begin(kBegins), std::end(kBegins), begins)) {
      return true;
    }
    const View first = text.substr(0, std::min<size_t>(kNear, paragraphs_[i].first_end));
    return std::any_of(std::begin(kLessons), std::end(kLessons),
                       [&](View word) { return first.find(word) != View::npos; }) &&
           (LooksBack(i) || std::any_of(std::begin(kReviews), std::end(kReviews), begins));
  }

  // What sums up a part stands in it, behind its last numbered member, not in that.
  void StepOut(size_t i) {
    if (stack_.size() < 2 || stack_[1].role != Role::kMarked || stack_[1].number < 2 ||
        !SumsUp(i)) {
      return;
    }
    for (size_t s = 1; s < stack_.size(); ++s) {
      if (stack_[s].role == Role::kMarked && ListGoesOn(stack_[s], i)) {
        return;
      }
    }
    stack_.resize(1);
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

  // The list that a box interrupts goes on behind it.
  void ReturnFromBox(const Marker& marker, bool stand_alone) {
    const bool goes_on = marker.number > 1 &&
                         std::any_of(before_box_.begin(), before_box_.end(), [&](const Open& o) {
                           return o.role == Role::kMarked && o.family == marker.family &&
                                  o.number + 1 == marker.number;
                         });
    const bool inside = std::any_of(stack_.begin(), stack_.end(), [&](const Open& o) {
      return o.role == Role::kMarked && o.family == marker.family && o.number + 1 == marker.number;
    });
    if (goes_on && !inside) {
      stack_ = std::exchange(before_box_, {});
    } else if (stand_alone) {
      before_box_.clear();
    }
  }

  void PlaceMarked(size_t i) {
    const Marker& marker = paragraphs_[i].marker;
    ReturnFromBox(marker, paragraphs_[i].stand_alone);
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
      // The parts of the text are not those of its preface, nor of a box.
      if ((paragraphs_[i].stand_alone || marker.number > 1) && IsStrongFamily(marker.family) &&
          (ApartOf(top) == Apart::kFront || ApartOf(top) == Apart::kBox)) {
        stack_.pop_back();
        continue;
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
    open.level = p.level;
    open.announces = !p.stand_alone && IsColon(p.last);
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

  // Lists inside a paragraph. Their items own nothing behind it.
  void PlaceInlineItems(size_t i) {
    const Paragraph& p = paragraphs_[i];
    const bool salutation = p.salutation && p.single;
    if (p.stand_alone || salutation || p.cell || p.role == Role::kIntroduction) {
      open_list_ = {};
      return;
    }
    const bool member = p.role == Role::kMarked && p.marker.family != MarkerFamily::kBullet;
    if (member) {
      open_list_ = {p.marker.family, p.marker.number};
    }
    const OpenList before = open_list_;
    const auto skipped = static_cast<uint32_t>(member ? p.marker.length : 0);
    const uint32_t begin = ranges_[i].begin + skipped;
    const std::vector<InlineItem> items =
        FindInlineItems(Words(i).substr(skipped), NextOfList(i), english_, &open_list_);
    if (items.empty() || IsAgenda(i, skipped, items)) {
      return;
    }
    int own = outline_.paragraph_section[i];
    // 三是 in a paragraph of its own belongs where 一是 and 二是 in the paragraph before do.
    const bool goes_on = p.role == Role::kPlain && items.front().marker.number > 1 &&
                         items.front().marker.family == before.family;
    if (goes_on && sections_of_list_ == outline_.sections.size()) {
      own = parent_of_list_;
    }
    // A paragraph that begins a section of another kind is not its own first item as well.
    const bool begins =
        own >= 0 && outline_.sections[static_cast<size_t>(own)].range.begin == begin;
    if (begins && !items.empty() && items.front().begin == 0) {
      return;
    }
    const auto first = static_cast<int>(outline_.sections.size());
    for (const InlineItem& item : items) {
      Section section;
      section.kind = SectionKind::kMarkedHeading;
      section.parent = item.parent >= 0 ? first + item.parent : own;
      const bool sister = item.parent < 0 && member && item.marker.family == p.marker.family;
      if (sister) {
        // 一是…。二是…。 in one paragraph: the first ends where the second begins.
        section.parent = outline_.sections[static_cast<size_t>(own)].parent;
        ends_.try_emplace(own, begin + item.begin);
        stack_.back().closed = true;
      }
      section.level =
          section.parent < 0 ? 1 : outline_.sections[static_cast<size_t>(section.parent)].level + 1;
      section.ordinal = item.marker.number;
      section.run_in = true;
      section.range = {begin + item.begin, begin + item.end};
      SetInlineHeading(item.marker, &section);
      if (item.parent < 0) {
        parent_of_list_ = section.parent;
      }
      outline_.sections.push_back(std::move(section));
    }
    sections_of_list_ = outline_.sections.size();
  }

  // The paragraph that may have the next member of a list that a paragraph ends with: the first of
  // a few that begins with a marker, before any heading, else the one behind it. Empty: none.
  View NextOfList(size_t i) const {
    constexpr size_t kLookAhead = 3;
    for (size_t j = i + 1; j < count() && j <= i + kLookAhead && !paragraphs_[j].stand_alone; ++j) {
      if (paragraphs_[j].role == Role::kMarked) {
        return Words(j);
      }
    }
    return i + 1 < count() ? Words(i + 1) : View();
  }

  // 报告分六个部分：一、…；二、…。: the headings of the text, said beforehand. They are not its
  // parts.
  bool IsAgenda(size_t i, uint32_t skipped, const std::vector<InlineItem>& items) {
    if (items.size() < 2) {
      return false;
    }
    if (headings_.empty()) {
      for (size_t j = 0; j < count(); ++j) {
        if (paragraphs_[j].stand_alone) {
          headings_.insert(WithoutMarks(Words(j)));
        }
      }
    }
    const View text = Words(i).substr(skipped);
    return std::all_of(items.begin(), items.end(), [&](const InlineItem& item) {
      return headings_.contains(WithoutMarks(text.substr(item.begin, item.end - item.begin)));
    });
  }

  // Without the marks at its end and, in English, the word before the last item.
  View WithoutMarks(View text) const {
    constexpr View kWords[] = {U" and", U" or"};
    for (bool more = true; more;) {
      while (!text.empty() &&
             (IsTerminal(text.back()) || IsSemicolon(text.back()) || IsCommaLike(text.back()) ||
              text::IsSpace(text.back()) || (english_ && IsFullStopDot(text.back())))) {
        text.remove_suffix(1);
      }
      more = false;
      for (const View word : kWords) {
        if (english_ && text.ends_with(word)) {
          text.remove_suffix(word.size());
          more = true;
        }
      }
    }
    return text;
  }

  void SetInlineHeading(const Marker& marker, Section* section) const {
    const Range range = section->range;
    const auto text_begin =
        static_cast<uint32_t>(std::min<size_t>(range.begin + marker.text, range.end));
    const uint32_t longest = english_ ? kMaxEnglishItem : kMaxRunInSentence;
    uint32_t end = RunInEnd(text_begin, range, longest);
    end = text_begin +
          static_cast<uint32_t>(WithoutMarks(joined_.substr(text_begin, end - text_begin)).size());
    section->marker = text::ToUtf8(joined_.substr(range.begin, marker.length));
    section->heading = text::ToUtf8(joined_.substr(text_begin, end - text_begin));
    section->heading_range = {range.begin,
                              std::max(end, range.begin + static_cast<uint32_t>(marker.length))};
  }

  // Whether the first item of a list stands there.
  bool BeginsList(uint32_t at, uint32_t end) const {
    constexpr uint32_t kWindow = 12;
    if (english_ || at >= end) {
      return false;
    }
    const Marker marker = ReadMarker(folded_.substr(at, std::min(kWindow, end - at)));
    return marker.number == 1 &&
           (marker.family == MarkerFamily::kCircled ||
            marker.family == MarkerFamily::kParenArabic || marker.family == MarkerFamily::kHanIs ||
            marker.family == MarkerFamily::kHanMust);
  }

  // The end of a run-in heading, without its final mark.
  uint32_t RunInEnd(uint32_t begin, Range range, uint32_t longest) const {
    const uint32_t most = std::min(range.end, begin + longest + 1);
    uint32_t list = range.end;  // the colon before its first item
    for (uint32_t i = begin; i < most; ++i) {
      if (const size_t close = QuotationEnd(joined_.substr(0, range.end), i, longest);
          close != View::npos) {
        const uint32_t open = i;
        i = static_cast<uint32_t>(close);
        const bool ends = !GoesOnBehindQuotation(joined_.substr(0, range.end), begin, open, i);
        if (IsTerminal(joined_[i - 1]) && ends) {
          return std::min(list, i + 1);
        }
        continue;
      }
      const bool dot = english_ && IsFullStopDot(joined_[i]) && i + 1 < range.end &&
                       text::IsSpace(joined_[i + 1]);
      // 三、抓民生：①就业；②社保。
      if (i > begin && list == range.end && IsColon(joined_[i]) && BeginsList(i + 1, range.end)) {
        list = i;
      }
      if (IsTerminal(joined_[i]) || IsSemicolon(joined_[i]) || dot) {
        return std::min(list, i);
      }
    }
    if (range.end - begin <= longest) {
      return list;
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
    for (const auto& [section, end] : ends_) {
      Section& first = sections[static_cast<size_t>(section)];
      first.range.end = end;
      first.heading_range.end = std::min(first.heading_range.end, end);
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
  const bool english_;
  const std::vector<Paragraph> paragraphs_;
  std::vector<Open> stack_;
  std::vector<Open> before_box_;            // the stack where the last box began
  OpenList open_list_;                      // that the paragraph before ended with
  int parent_of_list_ = -1;                 // of the last items inside a paragraph
  size_t sections_of_list_ = 0;             // how many there were behind them
  std::unordered_set<View> headings_;       // on lines of their own, once they are asked for
  std::unordered_map<int, uint32_t> ends_;  // of sections that end inside their paragraph
  std::array<bool, kMarkerFamilies> goes_on_ = {};
  bool unmarked_above_ = false;
  bool unmarked_below_ = false;
  Outline outline_;
};

}  // namespace

absl::StatusOr<Outline> FindOutline(View joined, View folded, const std::vector<Range>& paragraphs,
                                    const std::vector<ParagraphHint>& hints, bool english,
                                    Checkpoints* checkpoints) {
  return Placer(joined, folded, paragraphs, hints, english).Run(checkpoints);
}

}  // namespace quotes::report
