#include "service/report/unheaded_notes.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "service/report/chars.h"
#include "service/report/note_marks.h"

namespace quotes::report {
namespace {

using Form = NoteLead::Form;

// A list of lines that count their marks up.
struct List {
  std::vector<size_t> notes;  // lines with a mark
  std::vector<size_t> more;   // lines that go on from them
  size_t end = 0;             // the line behind it
};

class Finder {
 public:
  Finder(const std::vector<NoteLine>& lines, size_t closing)
      : lines_(lines), closing_(closing), leads_(lines.size()), taken_(lines.size(), false) {}

  std::vector<UnheadedNote> Run() {
    bool any = false;
    for (size_t i = 0; i < lines_.size(); ++i) {
      leads_[i] = lines_[i].speech ? ReadNoteLead(lines_[i].text) : NoteLead();
      any |= leads_[i].form != Form::kNone;
    }
    if (!any) {
      return {};
    }
    FindTail();
    TakeLabelled();
    if (const std::vector<List> lists = FindLists(); !lists.empty()) {
      CollectReferences();
      for (const List& list : lists) {
        const NoteLead& lead = leads_[list.notes.front()];
        if (list.notes.front() >= tail_ && lead.form != Form::kNumber &&
            lead.form != Form::kRound) {
          marks_of_tail_.insert(lead.number);
        }
      }
      for (const List& list : lists) {
        Judge(list, lists);
      }
    }
    TakeRestOfTail();
    std::sort(found_.begin(), found_.end(),
              [](const UnheadedNote& a, const UnheadedNote& b) { return a.line < b.line; });
    return std::move(found_);
  }

 private:
  struct Place {
    size_t line;
    NoteReference reference;
  };

  static constexpr uint32_t kStars = 1u << 16;  // apart from numbers

  static uint32_t PlaceOf(uint32_t key) {
    const uint32_t number = NumberOfKey(key);
    return IsStarKey(key) ? kStars + number : number;
  }

  bool IsBelowClosing(size_t i) const { return closing_ < lines_.size() && i > closing_; }

  // A line below the last words that may be the second paragraph of a note, or the page's.
  bool MayBeMore(size_t i) const {
    return IsBelowClosing(i) && leads_[i].form == Form::kNone && !lines_[i].resumes;
  }

  // The first line from which on notes may be all that is left of the speech.
  void FindTail() {
    constexpr size_t kMostSentences = 2;
    constexpr size_t kMostOthers = 5;
    size_t sentences = 0;
    size_t others = 0;
    tail_ = lines_.size();
    for (size_t i = lines_.size(); i-- > 0;) {
      if (!lines_[i].speech || lines_[i].goes_on) {
        continue;
      }
      if (leads_[i].form != Form::kNone) {
        tail_ = i;
        continue;
      }
      (lines_[i].sentence ? sentences : others) += 1;
      if (!MayBeMore(i) || sentences > kMostSentences || others > kMostOthers) {
        return;
      }
    }
  }

  void Take(size_t line, std::vector<uint32_t> keys, bool sure) {
    if (!taken_[line]) {
      taken_[line] = true;
      found_.push_back({line, std::move(keys), sure});
    }
  }

  size_t NextSpeech(size_t i) const {
    do {
      ++i;
    } while (i < lines_.size() && !lines_[i].speech);
    return i;
  }

  // 注：…, with the lines that go on from it or count on: 注：1.…, 2.….
  void TakeLabelled() {
    for (size_t i = 0; i < lines_.size(); ++i) {
      if (leads_[i].form != Form::kLabel) {
        continue;
      }
      Take(i, {}, true);
      NoteLead inner = ReadNoteLead(lines_[i].text.substr(leads_[i].end));
      for (size_t next = NextSpeech(i); next < lines_.size(); next = NextSpeech(next)) {
        const bool counts = inner.form != Form::kNone && leads_[next].form == inner.form &&
                            leads_[next].number == inner.number + 1;
        if (!counts && (!lines_[next].goes_on || leads_[next].form != Form::kNone)) {
          break;
        }
        inner = counts ? leads_[next] : inner;
        Take(next, {}, true);
      }
    }
  }

  std::vector<List> FindLists() const {
    std::vector<List> lists;
    for (size_t i = 0; i < lines_.size();) {
      const Form form = leads_[i].form;
      const bool numbered = (form == Form::kNumber || form == Form::kRound) && i >= tail_;
      if (taken_[i] || (form != Form::kMark && form != Form::kStar && !numbered)) {
        ++i;
        continue;
      }
      List list;
      list.notes.push_back(i);
      size_t next = NextSpeech(i);
      for (; next < lines_.size() && !taken_[next]; next = NextSpeech(next)) {
        const NoteLead& last = leads_[list.notes.back()];
        const NoteLead& lead = leads_[next];
        const bool alike = (lead.form == Form::kStar) == (last.form == Form::kStar) &&
                           (lead.form != Form::kNumber || form == Form::kNumber);
        if (lead.form != Form::kNone && alike && lead.number == last.number + 1) {
          list.notes.push_back(next);
        } else if (lead.form == Form::kNone && lines_[next].goes_on) {
          list.more.push_back(next);
        } else {
          break;
        }
      }
      list.end = next;
      // * again and again is the sign of items.
      const size_t first = list.notes.front();
      const bool signs =
          form == Form::kStar &&
          ((next < lines_.size() && leads_[next].form == Form::kStar) ||
           (first > 0 && lines_[first - 1].speech && leads_[first - 1].form == Form::kStar));
      if (!signs) {
        lists.push_back(std::move(list));
      }
      i = next;
    }
    return lists;
  }

  void CollectReferences() {
    for (size_t i = 0; i < lines_.size(); ++i) {
      if (lines_[i].text.empty() || taken_[i]) {
        continue;
      }
      for (const NoteReference& reference : FindNoteReferences(lines_[i].text)) {
        places_[PlaceOf(reference.mark.key)].push_back({i, reference});
      }
    }
  }

  // What refers to a note, among the lines from `begin` up to `end`.
  std::vector<Place> ReferencesTo(size_t note, size_t begin, size_t end) const {
    constexpr size_t kMost = 16;
    constexpr size_t kMostRead = 256;
    std::vector<Place> places;
    const NoteLead& lead = leads_[note];
    const auto known = places_.find(lead.form == Form::kStar ? kStars + lead.number : lead.number);
    if (known == places_.end()) {
      return places;
    }
    auto at = std::lower_bound(known->second.begin(), known->second.end(), begin,
                               [](const Place& place, size_t line) { return place.line < line; });
    for (size_t read = 0;
         at != known->second.end() && at->line < end && places.size() < kMost && read < kMostRead;
         ++at, ++read) {
      if (MayReferTo(at->reference.mark.key, lead)) {
        places.push_back(*at);
      }
    }
    return places;
  }

  // Whether the marks above the list are those of a list in the tail as well, with none between.
  bool LeavesNothingBelow(const List& list, const std::vector<List>& lists) const {
    constexpr size_t kMostLists = 16;
    size_t read = 0;
    for (auto other = lists.rbegin(); other != lists.rend() && read < kMostLists; ++other, ++read) {
      const size_t first = other->notes.front();
      if (first < tail_ || first < list.end) {
        break;
      }
      if (leads_[first].form == leads_[list.notes.front()].form &&
          leads_[first].number == leads_[list.notes.front()].number &&
          ReferencesTo(first, list.end, first).empty()) {
        return true;
      }
    }
    return false;
  }

  // Whether something else than the next sentence of a paragraph's text is behind the list.
  bool EndsPart(const List& list) const {
    constexpr size_t kLongestHeading = 40;
    if (list.end == lines_.size() || !lines_[list.end - 1].speech) {
      return true;
    }
    const NoteLine& next = lines_[list.end];
    return next.resumes || next.page_break ||
           (!next.sentence && next.text.size() <= kLongestHeading);
  }

  // Whether the line above says that items follow.
  bool IsIntroduced(size_t first) const {
    while (first > 0 && !lines_[first - 1].speech) {
      --first;
    }
    return first > 0 && !taken_[first - 1] && IsColon(lines_[first - 1].text.back());
  }

  void Judge(const List& list, const std::vector<List>& lists) {
    constexpr size_t kMostLastLines = 3;
    const size_t first = list.notes.front();
    const size_t count = list.notes.size();
    size_t referred = 0;
    size_t sure = 0;
    size_t explained = 0;
    bool first_sure = false;
    std::vector<std::vector<uint32_t>> keys;
    for (const size_t note : list.notes) {
      bool any_sure = false;
      std::vector<uint32_t> own;
      const std::vector<Place> places = ReferencesTo(note, region_, first);
      for (const Place& place : places) {
        const NoteReference& reference = place.reference;
        any_sure |= reference.sure ||
                    ExplainsWordOf(lines_[note].text,
                                   lines_[place.line].text.substr(0, reference.mark.begin));
        own.push_back(reference.mark.key);
      }
      // （4） may as well be the number of something in the text.
      if (places.size() > 1) {
        std::erase_if(own, [](uint32_t key) { return IsPlainNumberKey(key); });
      }
      referred += own.empty() ? 0u : 1u;
      sure += any_sure && !own.empty() ? 1u : 0u;
      first_sure |= note == first && any_sure && !own.empty();
      explained += lines_[note].explains ? 1u : 0u;
      keys.push_back(std::move(own));
    }
    const bool plain = leads_[first].form == Form::kNumber || leads_[first].form == Form::kRound;
    const bool below = IsBelowClosing(first);
    bool notes = false;
    if (first < tail_) {
      notes = sure == count && (explained * 2 >= count || EndsPart(list)) &&
              (explained == count || !LeavesNothingBelow(list, lists));
    } else if (plain) {
      // [1] refers to [1] …, not to 1. … of an attachment above it.
      const bool others = marks_of_tail_.contains(leads_[first].number);
      notes = !others && (below ? sure * 2 >= count : sure == count);
    } else if (below) {
      notes = referred * 2 >= count || first_sure ||
              (explained == count && first - closing_ <= kMostLastLines);
    } else {
      notes = (referred == count && sure * 2 >= count) ||
              (sure > 0 && referred * 2 >= count && explained == count);
    }
    if (!notes || (IsIntroduced(first) && sure < count)) {
      return;
    }
    for (size_t i = 0; i < count; ++i) {
      const bool known = !keys[i].empty() || lines_[list.notes[i]].explains;
      Take(list.notes[i], std::move(keys[i]), known);
    }
    for (const size_t line : list.more) {
      Take(line, {}, true);
    }
    region_ = first < tail_ ? list.end : region_;
  }

  // The second paragraphs of notes at the end.
  void TakeRestOfTail() {
    bool below = false;
    for (size_t i = tail_; i < lines_.size(); ++i) {
      below |= taken_[i];
      if (below && lines_[i].speech && !taken_[i] && lines_[i].sentence && MayBeMore(i)) {
        Take(i, {}, false);
      }
    }
  }

  const std::vector<NoteLine>& lines_;
  const size_t closing_;
  std::vector<NoteLead> leads_;
  std::vector<bool> taken_;
  std::unordered_map<uint32_t, std::vector<Place>> places_;  // by their numbers, in order
  std::unordered_set<uint32_t> marks_of_tail_;               // with which lists there begin
  std::vector<UnheadedNote> found_;
  size_t tail_ = 0;
  size_t region_ = 0;  // notes above refer to nothing from here on
};

}  // namespace

std::vector<UnheadedNote> FindUnheadedNotes(const std::vector<NoteLine>& lines, size_t closing) {
  return Finder(lines, closing).Run();
}

}  // namespace quotes::report
