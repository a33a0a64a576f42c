#include "service/report/outline_roles.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

#include "service/report/chars.h"
#include "service/report/classify.h"
#include "service/report/lexicon.h"
#include "service/report/metadata.h"
#include "service/report/sentences.h"
#include "service/text/fold.h"

namespace quotes::report {
namespace {

using View = std::u32string_view;

constexpr uint32_t kMaxUnmarkedHeading = 60;  // an unmarked one on a line of its own
constexpr uint32_t kMaxClosedHeading = 32;    // a marked one that ends with a full stop
constexpr uint32_t kMaxHintedHeading = 160;   // what its format calls a heading
constexpr uint32_t kMaxListIntroduction = 60;
constexpr size_t kMinLeads = 3;
constexpr uint32_t kMaxLeadPrefix = 40;
// A lead whose repeated words are this many may have a long first sentence.
constexpr size_t kLongLead = 12;
// Unmarked run-in headings: at least three paragraphs in a row, half of them with short ones.
constexpr uint32_t kMaxRunInName = 50;
constexpr uint32_t kShortRunInName = 24;
constexpr uint32_t kMinRunInName = 5;
constexpr size_t kMinRunIns = 3;
constexpr size_t kMinScattered = 4;
constexpr size_t kBuiltSo = 2;  // groups of a text that is built of them
constexpr uint32_t kMaxEdgeName = 40;
// How much longer the paragraph below a heading with a full stop is.
constexpr uint32_t kClosedHeadingShare = 3;
constexpr uint32_t kMinNamedText = 20;  // what follows the heading in its paragraph
// The same of a heading that says what is to be done, and its own length: 抓投资。
constexpr uint32_t kMinTaskText = 8;
constexpr uint32_t kMinTaskName = 4;
constexpr uint32_t kMaxTaskName = 30;
// Names that are built alike: as long as each other, and no longer than this.
constexpr uint32_t kMaxParallelName = 16;
constexpr uint32_t kMinParallelText = 6;
constexpr uint32_t kNearly = 2;  // of the lengths of names with a quotation
// The label of an item without a marker: 煤炭工业，….
constexpr size_t kMaxLabel = 10;
constexpr size_t kMinLabels = 3;

bool IsCapital(char32_t c) { return (c >= U'A' && c <= U'Z') || (c >= U'Ａ' && c <= U'Ｚ'); }

bool IsClosedBy(char32_t mark) {
  return IsTerminal(mark) || IsSemicolon(mark) || IsColon(mark) || IsEllipsis(mark);
}

Apart ReadApart(View heading) {
  constexpr View kFront[] = {U"前言", U"序言", U"引言", U"导言", U"导语", U"绪论"};
  constexpr View kBack[] = {U"结束语", U"结语", U"后记", U"附录", U"附件", U"附表"};
  constexpr size_t kLongest = 8;
  std::u32string bare;
  for (const char32_t c : heading.substr(0, 2 * kLongest)) {
    if (!text::IsSpace(c)) {
      bare.push_back(c);
    }
  }
  const auto has = [&](const View& name) {
    // 附录：…, 附件2, but not 附件的格式.
    const char32_t next = bare.size() > name.size() ? bare[name.size()] : 0;
    return bare.starts_with(name) &&
           (next == 0 || IsColon(next) || IsAsciiDigit(next) || HanDigit(next) > 0);
  };
  if (std::find(std::begin(kFront), std::end(kFront), bare) != std::end(kFront)) {
    return Apart::kFront;
  }
  if (std::any_of(std::begin(kBack), std::end(kBack), has)) {
    return Apart::kBack;
  }
  return has(U"专栏") ? Apart::kBox : Apart::kNo;
}

class RoleFinder {
 public:
  RoleFinder(View joined, View folded, const std::vector<Range>& ranges,
             const std::vector<ParagraphHint>& hints)
      : joined_(joined),
        folded_(folded),
        ranges_(ranges),
        hints_(hints),
        paragraphs_(ranges.size()) {}

  std::vector<RoleOfParagraph> Run() {
    if (!hints_.empty()) {
      weights_ = WeighHints(ranges_, hints_);
    }
    Describe();
    ConfirmMarkers();
    FindStandAlone();
    FindListedNumbers();
    FindUnmarkedHeadings();
    FindSisters();
    FindSeries();
    FindIntroductions();
    FindAnnouncedLists();
    FindSpacedLabels();
    FindLeads();
    FindParallelNames();
    const size_t groups = FindRunIns();
    FindClosedHeadings();
    if (groups >= kBuiltSo) {
      FindScatteredTasks();
      FindOnlyChildren();
    }
    return std::move(paragraphs_);
  }

 private:
  using Paragraph = RoleOfParagraph;

  View Folded(size_t i) const { return folded_.substr(ranges_[i].begin, ranges_[i].size()); }
  uint32_t SizeOf(size_t i) const { return ranges_[i].size(); }
  size_t count() const { return ranges_.size(); }

  bool IsCell(size_t i) const { return !hints_.empty() && hints_[i].table_cell; }
  bool IsBold(size_t i) const { return weights_.bold && hints_[i].bold && !IsCell(i); }
  // The level of a heading by the format; 0 for what is too long for one.
  uint8_t HeadingLevel(size_t i) const {
    const bool heading = weights_.levels && !IsCell(i) && SizeOf(i) <= kMaxHintedHeading;
    return heading ? hints_[i].heading_level : uint8_t{0};
  }

  void Describe() {
    for (size_t i = 0; i < count(); ++i) {
      Paragraph& p = paragraphs_[i];
      const View text = Folded(i);
      p.level = HeadingLevel(i);
      p.cell = IsCell(i);
      if (!p.cell) {
        p.marker = ReadMarker(text);
        if (p.marker.family == MarkerFamily::kLetter && IsCapital(joined_[ranges_[i].begin])) {
          p.marker.family = MarkerFamily::kCapital;
        }
        p.salutation = BeginsWithSalutation(text);
      }
      size_t end = 0;
      while (end < text.size() && !IsTerminal(text[end])) {
        const size_t close = QuotationEnd(text, end, kMaxRunInSentence);
        if (close != View::npos && IsTerminal(text[close - 1]) &&
            !GoesOnBehindQuotation(text, 0, end, close)) {
          end = close - 1;
        } else {
          end = close != View::npos ? close + 1 : end + 1;
        }
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
      // …；及 before the last item of a list.
      if (last > 0 && (text[last] == U'及' || text[last] == U'和') && IsSemicolon(text[last - 1])) {
        --last;
      }
      p.last = IsClosedBy(text[last]) ? text[last] : text.back();
    }
  }

  // Keeps markers of weak families only where numbers follow each other. Looking back is enough:
  // whoever finds its predecessor confirms both.
  void ConfirmMarkers() {
    MarkerSeries series;
    std::vector<bool> confirmed(count(), false);
    for (size_t i = 0; i < count(); ++i) {
      Marker& marker = paragraphs_[i].marker;
      if (!marker) {
        continue;
      }
      if (marker.number == kLastOrdinal) {
        const int number = series.last_number(marker.family);
        marker.number = number > 0 ? number + 1 : 0;
      }
      if (IsStrongFamily(marker.family) || paragraphs_[i].level > 0) {
        confirmed[i] = true;
        continue;
      }
      if (const auto before = series.Add(i, marker); before.has_value()) {
        confirmed[i] = true;
        confirmed[*before] = true;
      }
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
      if (p.marker.family == MarkerFamily::kHanBare || p.level > 0) {
        p.stand_alone = true;
      } else if (IsBold(i)) {
        p.stand_alone = p.single && size <= kMaxHeadingLine;
      } else if (IsColon(p.last)) {
        p.stand_alone = p.single && size <= kMaxListIntroduction;
      } else if (!IsClosedBy(p.last)) {
        p.stand_alone = size <= kMaxHeadingLine && p.single && !IsCommaLike(p.last);
      } else if (p.single && size <= kMaxClosedHeading && !IsSemicolon(p.last)) {
        // （二）进一步下放权力。 over paragraphs of its own, not an item among items.
        const bool item = i > 0 && paragraphs_[i - 1].marker.family == p.marker.family &&
                          paragraphs_[i - 1].marker.number + 1 == p.marker.number &&
                          !paragraphs_[i - 1].stand_alone && paragraphs_[i - 1].single;
        p.stand_alone = !item && IsPlainText(i + 1) &&
                        (SizeOf(i + 1) > size || IsColon(paragraphs_[i + 1].last));
      }
    }
  }

  // A short line without a mark at its end.
  bool LooksLikeHeading(size_t i) const {
    const Paragraph& p = paragraphs_[i];
    const uint32_t size = SizeOf(i);
    if (p.role != Role::kPlain || p.salutation || IsCell(i) || size > kMaxUnmarkedHeading ||
        size < 2 || IsClosedBy(p.last) || IsCommaLike(p.last) || IsFullStopDot(p.last) ||
        !p.single || i + 1 >= count()) {
      return false;
    }
    const View text = Folded(i);
    if (ListsNames(text)) {
      return false;
    }
    return std::any_of(text.begin(), text.end(), [](char32_t c) { return text::IsHan(c); });
  }

  bool IsUnmarkedHeading(size_t i) const {
    if (!LooksLikeHeading(i)) {
      return false;
    }
    const uint32_t size = SizeOf(i);
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

  // A heading by its format that something stands below.
  bool IsHintedHeading(size_t i) const {
    const Paragraph& p = paragraphs_[i];
    if (p.role != Role::kPlain || p.salutation || i + 1 >= count()) {
      return false;
    }
    if (p.level > 0) {
      return true;
    }
    if (!IsBold(i) || !p.single || SizeOf(i) < 2 || IsSemicolon(p.last) || IsColon(p.last) ||
        IsCommaLike(p.last)) {
      return false;
    }
    const bool closed = IsClosedBy(p.last);
    const bool above_text = !IsBold(i + 1) || paragraphs_[i + 1].stand_alone;
    return above_text && (closed ? SizeOf(i) <= kMaxClosedHeading && IsPlainText(i + 1) &&
                                       SizeOf(i + 1) > SizeOf(i)
                                 : SizeOf(i) <= kMaxUnmarkedHeading);
  }

  bool HasFigure(size_t i) const {
    const View text = Folded(i);
    return std::any_of(text.begin() + static_cast<std::ptrdiff_t>(paragraphs_[i].marker.text),
                       text.end(), IsAsciiDigit);
  }

  // 生态环境质量持续改善: what is to become of something, not what is to be done.
  bool SaysChange(size_t i) const {
    constexpr View kChanges[] = {U"增长", U"提高", U"提升", U"改善", U"优化", U"下降",
                                 U"降低", U"稳定", U"增加", U"同步", U"好转", U"平衡",
                                 U"达标", U"任务", U"以内", U"以上", U"左右", U"增强"};
    const View text = Folded(i);
    return GetLexicon().task.PrefixOf(text) == 0 &&
           std::any_of(std::begin(kChanges), std::end(kChanges),
                       [&](View change) { return text.ends_with(change); });
  }

  // A short line that ends as items of lists do: 粮食产量24万吨；
  bool EndsLikeItem(size_t i) const {
    const Paragraph& p = paragraphs_[i];
    return IsPlainText(i) && p.single && SizeOf(i) <= kMaxUnmarkedHeading &&
           (IsSemicolon(p.last) || IsCommaLike(p.last));
  }

  // Lines without a mark below one that announces them, two or more, with figures in most:
  // 主要目标： 粮食产量 24万吨, 生态环境质量持续改善, …. They are what is announced, and head
  // nothing.
  std::vector<bool> FindListedFigures() const {
    std::vector<bool> listed(count(), false);
    for (size_t i = 0; i + 2 < count(); ++i) {
      if (!IsColon(paragraphs_[i].last) || paragraphs_[i].salutation) {
        continue;
      }
      size_t end = i + 1;
      size_t figures = 0;
      while (end < count() && paragraphs_[end].level == 0 && !IsBold(end) &&
             (LooksLikeHeading(end) || EndsLikeItem(end))) {
        figures += HasFigure(end) ? 1u : 0u;
        ++end;
      }
      // The last ones may be headings of what stands below.
      while (end > i + 1 && !HasFigure(end - 1) && !SaysChange(end - 1) && !EndsLikeItem(end - 1)) {
        --end;
      }
      const size_t lines = end - i - 1;
      if (figures >= 2 && figures * 2 >= lines) {
        std::fill(listed.begin() + static_cast<std::ptrdiff_t>(i) + 1,
                  listed.begin() + static_cast<std::ptrdiff_t>(end), true);
      }
    }
    return listed;
  }

  // Three or more short lines of one numbering, 1., 2., 3., right below a line that announces them
  // and with nothing between them are its list, and head nothing; two where both have figures.
  void FindListedNumbers() {
    constexpr size_t kFewest = 3;
    for (size_t i = 0; i + 2 < count(); ++i) {
      if (!IsColon(paragraphs_[i].last) || paragraphs_[i].salutation) {
        continue;
      }
      const MarkerFamily family = paragraphs_[i + 1].marker.family;
      size_t end = i + 1;
      size_t figures = 0;
      while (end < count() && paragraphs_[end].role == Role::kMarked &&
             paragraphs_[end].marker.family == family &&
             paragraphs_[end].marker.number == static_cast<int>(end - i) &&
             paragraphs_[end].stand_alone && paragraphs_[end].level == 0 && !IsBold(end) &&
             !IsColon(paragraphs_[end].last)) {
        figures += HasFigure(end) ? 1u : 0u;
        ++end;
      }
      const size_t lines = end - i - 1;
      if (IsStrongFamily(family) || lines < 2 || (lines < kFewest && figures < lines)) {
        continue;
      }
      for (size_t j = i + 1; j < end; ++j) {
        paragraphs_[j].stand_alone = false;
      }
    }
  }

  void FindUnmarkedHeadings() {
    const std::vector<bool> listed = FindListedFigures();
    // From the end, so that a heading right above another one is seen.
    for (size_t i = count(); i-- > 0;) {
      if (!listed[i] && (IsHintedHeading(i) || IsUnmarkedHeading(i))) {
        paragraphs_[i].role = Role::kUnmarked;
        paragraphs_[i].stand_alone = true;
        paragraphs_[i].apart = ReadApart(Folded(i));
      }
    }
  }

  // No more than two clauses, as lines that a wrapped text is cut into may have.
  bool IsOneName(size_t i) const {
    const View text = Folded(i);
    return text.size() <= kMaxClosedHeading && std::count(text.begin(), text.end(), U'，') <= 1 &&
           std::none_of(text.begin(), text.end(),
                        [](char32_t c) { return IsSemicolon(c) || IsColon(c) || IsTerminal(c); });
  }

  // Two or more lines under the same heading that look like headings and open with the same word or
  // are as long as each other, each above a sentence: were it shorter than its heading.
  void FindSisters() {
    constexpr uint32_t kWord = 2;
    constexpr size_t kNear = 8;  // so many before and behind it are looked at
    std::vector<size_t> part;
    const auto close = [&] {
      for (size_t at = 0; at < part.size(); ++at) {
        const size_t i = part[at];
        const size_t first = at - std::min(at, kNear);
        const size_t last = std::min(at + kNear + 1, part.size());
        const bool sister = std::any_of(
            part.begin() + static_cast<std::ptrdiff_t>(first),
            part.begin() + static_cast<std::ptrdiff_t>(last), [&](size_t j) {
              return i != j && (CommonPrefix(Folded(i), Folded(j)) >= kWord ||
                                (SizeOf(i) == SizeOf(j) && SizeOf(i) <= kMaxParallelName));
            });
        if (sister && paragraphs_[i].role == Role::kPlain) {
          paragraphs_[i].role = Role::kUnmarked;
          paragraphs_[i].stand_alone = true;
        }
      }
      part.clear();
    };
    for (size_t i = 0; i + 1 < count(); ++i) {
      const Paragraph& p = paragraphs_[i];
      const Paragraph& next = paragraphs_[i + 1];
      const bool above = next.role == Role::kPlain && !next.salutation && next.last == U'。';
      if (p.role == Role::kMarked && p.stand_alone) {
        close();
      } else if (above && p.level == 0 &&
                 (p.role == Role::kUnmarked ? p.apart == Apart::kNo
                                            : LooksLikeHeading(i) && IsOneName(i))) {
        part.push_back(i);
      }
    }
    close();
  }

  // Three or more unmarked headings that open with the same words, with none of another kind
  // between them, stand below the one before them.
  void FindSeries() {
    std::vector<size_t> series;
    View prefix;
    const auto close = [&] {
      if (series.size() >= kMinLeads) {
        for (const size_t heading : series) {
          paragraphs_[heading].series = true;
        }
      }
      series.clear();
    };
    for (size_t i = 0; i < count(); ++i) {
      if (paragraphs_[i].role == Role::kMarked && paragraphs_[i].stand_alone) {
        close();
      }
      if (paragraphs_[i].role != Role::kUnmarked || paragraphs_[i].level > 0) {
        continue;
      }
      if (!series.empty()) {
        const View common = prefix.substr(0, CommonPrefix(prefix, Folded(i)));
        if (IsLeadPrefix(common)) {
          prefix = common;
          series.push_back(i);
          continue;
        }
        close();
      }
      prefix = Folded(i).substr(0, kMaxLeadPrefix);
      series.push_back(i);
    }
    close();
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
      // …，值得吸取的有以下几点 above 一、 without a mark.
      if (p.role == Role::kUnmarked && p.level == 0 && !IsBold(i) &&
          paragraphs_[i + 1].role == Role::kMarked && HasAnnouncement(i) &&
          Folded(i).find(U'，') != View::npos) {
        p.role = Role::kIntroduction;
        p.stand_alone = false;
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

  bool HasAnnouncement(size_t i) const {
    constexpr View kAnnouncements[] = {U"如下", U"以下", U"下列"};
    const View text = Folded(i);
    return std::any_of(std::begin(kAnnouncements), std::end(kAnnouncements),
                       [&](View announcement) { return text.find(announcement) != View::npos; });
  }

  // A line that announces a list: …如下。 …以下措施：
  bool AnnouncesList(size_t i) const {
    const Paragraph& p = paragraphs_[i];
    return p.role == Role::kPlain && !p.salutation && p.single &&
           SizeOf(i) <= kMaxListIntroduction && (IsColon(p.last) || p.last == U'。') &&
           HasAnnouncement(i);
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

  // Where the label of a paragraph ends that a wide space sets off from a sentence:
  // 抓规划　要高起点 规划。 0: it has none.
  uint32_t SpacedLabelEnd(size_t i) const {
    constexpr uint32_t kShortestText = 8;
    const View text = Folded(i);
    uint32_t end = 0;
    while (end < text.size() && end <= kMaxLabel && text::IsHan(text[end])) {
      ++end;
    }
    uint32_t begin = end;
    while (begin < text.size() && text::IsSpace(text[begin])) {
      ++begin;
    }
    const bool wide = begin > end && (text[end] == U'\u3000' || begin - end >= 2);
    return wide && end >= 2 && end <= kMaxLabel && text.size() - begin >= kShortestText &&
                   IsTerminal(paragraphs_[i].last)
               ? end
               : 0;
  }

  // Three or more paragraphs with such labels right below a heading or what announces them.
  void FindSpacedLabels() {
    for (size_t i = 1; i + kMinLabels <= count(); ++i) {
      if (!paragraphs_[i - 1].stand_alone && !IsColon(paragraphs_[i - 1].last)) {
        continue;
      }
      size_t end = i;
      while (IsPlainText(end) && !IsCell(end) && SpacedLabelEnd(end) > 0) {
        ++end;
      }
      for (size_t j = i; end - i >= kMinLabels && j < end; ++j) {
        paragraphs_[j].role = Role::kLabel;
        paragraphs_[j].label_end = SpacedLabelEnd(j);
      }
    }
  }

  bool CanLead(size_t i, uint32_t longest) const {
    const Paragraph& p = paragraphs_[i];
    return p.role == Role::kPlain && !p.salutation && !IsCell(i) && p.first_end <= longest &&
           p.first_end < SizeOf(i);
  }

  // True when the first sentence of a plain paragraph can be the paragraph's name: short, a full
  // stop at its end, no figures, and no word by which it would say something instead.
  bool NamesItsParagraph(size_t i) const {
    const Paragraph& p = paragraphs_[i];
    return !p.single && p.first_end <= kMaxRunInName &&
           SizeOf(i) - p.first_end >= (p.parallel  ? kMinParallelText
                                       : IsTask(i) ? kMinTaskText
                                                   : kMinNamedText) &&
           BeginsWithName(i);
  }

  // 旗帜鲜明讲政治。 依法行政守底线。 求真务实抓落实。: three or more paragraphs beside each other
  // whose first sentences are built alike: as long as each other, or nearly so with a quotation in
  // each.
  void FindParallelNames() {
    const auto is_name = [&](size_t i) {
      const Paragraph& p = paragraphs_[i];
      return IsPlainText(i) && !p.single && p.first_end <= kMaxParallelName &&
             SizeOf(i) - p.first_end >= kMinParallelText && BeginsWithName(i);
    };
    const auto quotes = [&](size_t i) {
      const View name = Folded(i).substr(0, paragraphs_[i].first_end);
      return std::count_if(name.begin(), name.end(),
                           [](char32_t c) { return IsQuotationCloser(ClosingPartner(c)); });
    };
    for (size_t i = 0; i < count();) {
      size_t end = i;
      while (end < count() && is_name(end) &&
             (paragraphs_[end].first_end == paragraphs_[i].first_end ||
              (quotes(i) == 1 && quotes(end) == 1 &&
               paragraphs_[end].first_end + kNearly >= paragraphs_[i].first_end &&
               paragraphs_[end].first_end <= paragraphs_[i].first_end + kNearly))) {
        ++end;
      }
      for (size_t j = i; end - i >= kMinRunIns && j < end; ++j) {
        paragraphs_[j].parallel = true;
      }
      i = std::max(end, i + 1);
    }
  }

  // The first sentence says what is to be done: 着力扩大消费需求。
  bool IsTask(size_t i) const { return GetLexicon().task.PrefixOf(Folded(i)) > 0; }

  // Such a name without a subject, of not more than two clauses, of what is still to be done.
  bool IsTaskName(size_t i) const {
    constexpr View kDone[] = {U"了", U"取得", U"迈出"};
    const uint32_t longest = usual_name_ == 0 ? kShortRunInName : 2 * usual_name_;
    if (!IsPlainText(i) || !IsTask(i) || !NamesItsParagraph(i) ||
        paragraphs_[i].first_end > std::min(longest, kMaxTaskName)) {
      return false;
    }
    const View name = Folded(i).substr(0, paragraphs_[i].first_end);
    return std::count(name.begin(), name.end(), U'，') <= 1 &&
           std::none_of(std::begin(kDone), std::end(kDone),
                        [&](View done) { return name.find(done) != View::npos; });
  }

  bool BeginsWithName(size_t i) const {
    const Paragraph& p = paragraphs_[i];
    const View text = Folded(i);
    if (p.salutation || IsCell(i) || p.first_end < (IsTask(i) ? kMinTaskName : kMinRunInName) ||
        text[p.first_end - 1] != U'。') {
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
  // built so, two that fill what is between two headings are enough. Returns how many such groups
  // there are.
  size_t FindRunIns() {
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
    if (groups >= kBuiltSo) {
      for (const Group& pair : pairs) {
        SetRunIns(pair.begin, pair.end);
      }
    }
    DropLongNames();
    DropMottoes();
    if (groups > 0) {
      FindScatteredRunIns();
    }
    return groups;
  }

  // A sentence that is much longer than the names of the text says something else: the next
  // paragraph of what its neighbour names.
  void DropLongNames() {
    constexpr size_t kFewest = 6;
    constexpr uint32_t kTimesLonger = 3;
    std::vector<uint32_t> lengths;
    for (const Paragraph& p : paragraphs_) {
      if (p.role == Role::kRunIn) {
        lengths.push_back(p.first_end);
      }
    }
    if (lengths.size() < kFewest) {
      return;
    }
    const auto middle = lengths.begin() + static_cast<std::ptrdiff_t>(lengths.size() / 2);
    std::nth_element(lengths.begin(), middle, lengths.end());
    usual_name_ = *middle;
    const uint32_t longest = std::max(kShortRunInName, usual_name_ * kTimesLonger);
    for (Paragraph& p : paragraphs_) {
      if (p.role == Role::kRunIn && p.first_end > longest) {
        p.role = Role::kPlain;
      }
    }
  }

  // 为政之道，民生为本。: two clauses of the same length that name nothing to be done.
  bool IsMotto(size_t i) const {
    constexpr size_t kFewestLetters = 4;
    const View name = Folded(i).substr(0, paragraphs_[i].first_end - 1);
    const size_t comma = name.find(U'，');
    size_t length = 0;
    return comma != View::npos && comma >= kFewestLetters && 2 * comma + 1 == name.size() &&
           GetLexicon().task.FindIn(name, &length) == View::npos;
  }

  // At either end of names that say what is to be done a motto is none.
  void DropMottoes() {
    for (size_t i = 0; i < count();) {
      if (paragraphs_[i].role != Role::kRunIn) {
        ++i;
        continue;
      }
      size_t end = i;
      size_t tasks = 0;
      while (end < count() && paragraphs_[end].role == Role::kRunIn) {
        tasks += IsTask(end) ? 1u : 0u;
        ++end;
      }
      if (tasks * 2 >= end - i) {
        for (const size_t edge : {i, end - 1}) {
          if (IsMotto(edge)) {
            paragraphs_[edge].role = Role::kPlain;
          }
        }
      }
      i = end;
    }
  }

  // Names of tasks with further paragraphs between them: two or more of one part of a text that is
  // built so.
  void FindScatteredTasks() {
    std::vector<size_t> names;
    size_t members = 0;
    for (size_t i = 0; i <= count(); ++i) {
      if (i < count() && !paragraphs_[i].stand_alone && !paragraphs_[i].salutation) {
        members += paragraphs_[i].role == Role::kRunIn ? 1u : 0u;
        if (IsTaskName(i)) {
          names.push_back(i);
        }
        continue;
      }
      if (!names.empty() && names.size() + members >= 2) {
        for (const size_t name : names) {
          paragraphs_[name].role = Role::kRunIn;
        }
      }
      names.clear();
      members = 0;
    }
  }

  // Whether paragraph i is the whole heading of a marked part.
  bool HeadsPart(size_t i) const {
    const Paragraph& p = paragraphs_[i];
    return p.role == Role::kMarked && p.single && p.marker.family != MarkerFamily::kBullet;
  }

  // The name of a task right below a marked heading whose sisters have such names below them.
  void FindOnlyChildren() {
    struct Family {
      size_t parts = 0;
      size_t named = 0;
      std::vector<size_t> only;
    };
    std::array<Family, kMarkerFamilies> families;
    for (size_t i = 0; i + 1 < count(); ++i) {
      if (!HeadsPart(i)) {
        continue;
      }
      Family& family = families[static_cast<size_t>(paragraphs_[i].marker.family)];
      ++family.parts;
      if (paragraphs_[i + 1].role == Role::kRunIn) {
        ++family.named;
      } else if (IsTaskName(i + 1) && IsBrief(i + 1)) {
        family.only.push_back(i + 1);
      }
    }
    for (const Family& family : families) {
      if (family.named >= 2 && (family.named + family.only.size()) * 2 >= family.parts) {
        for (const size_t name : family.only) {
          paragraphs_[name].role = Role::kRunIn;
        }
      }
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

  const View joined_;
  const View folded_;
  const std::vector<Range>& ranges_;
  const std::vector<ParagraphHint>& hints_;
  HintWeights weights_;
  std::vector<Paragraph> paragraphs_;
  uint32_t usual_name_ = 0;  // the length of half of the names in groups at most; 0: too few
};

}  // namespace

HintWeights WeighHints(const std::vector<Range>& ranges, const std::vector<ParagraphHint>& hints) {
  size_t all = 0;
  size_t headed = 0;
  size_t bold = 0;
  for (size_t i = 0; i < ranges.size(); ++i) {
    all += ranges[i].size();
    headed += hints[i].heading_level > 0 ? ranges[i].size() : 0u;
    bold += hints[i].bold ? ranges[i].size() : 0u;
  }
  constexpr size_t kHeadingShare = 2;  // one character in so many at most
  constexpr size_t kBoldShare = 3;
  return {headed * kHeadingShare <= all, bold * kBoldShare <= all};
}

std::vector<RoleOfParagraph> FindRoles(View joined, View folded, const std::vector<Range>& ranges,
                                       const std::vector<ParagraphHint>& hints) {
  return RoleFinder(joined, folded, ranges, hints).Run();
}

}  // namespace quotes::report
