#include "service/figures/period.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>

#include "service/text/fold.h"

namespace quotes::figures {
namespace internal {
namespace {

using View = std::u32string_view;

constexpr int kReviewedYears = 5;
constexpr int kFirstYear = 1000;
constexpr int kLastYear = 2999;

Range MakeRange(size_t begin, size_t end) {
  return {static_cast<uint32_t>(begin), static_cast<uint32_t>(end)};
}

bool IsQuotation(char32_t c) { return c == U'“' || c == U'”' || c == U'"'; }

std::optional<int> WholeYear(const std::optional<Decimal>& value) {
  if (!value.has_value() || value->exponent < 0 || value->exponent > 3) {
    return std::nullopt;
  }
  int64_t year = value->mantissa;
  for (int i = 0; i < value->exponent && year <= kLastYear; ++i) {
    year *= 10;
  }
  return year >= kFirstYear && year <= kLastYear ? std::optional<int>(static_cast<int>(year))
                                                 : std::nullopt;
}

int SmallDigit(char32_t c) {
  constexpr View kDigits = U"一二三四五六七八九";
  const size_t at = kDigits.find(c);
  return at == View::npos ? 0 : static_cast<int>(at) + 1;
}

// The number of the plan in 十四五, 0 for none.
int PlanNumber(View name) {
  if (name.size() < 2 || name.back() != U'五') {
    return 0;
  }
  name.remove_suffix(1);
  const size_t ten = name.find(U'十');
  if (ten == View::npos) {
    return name.size() == 1 ? SmallDigit(name[0]) : 0;
  }
  if (ten > 1 || name.size() - ten > 2) {
    return 0;
  }
  const int tens = ten == 0 ? 1 : SmallDigit(name[0]);
  return 10 * tens + (name.size() - ten == 2 ? SmallDigit(name.back()) : 0);
}

// The first year of the n-th five-year plan: every five years since the sixth.
int PlanBegin(int number) {
  constexpr int kBegins[] = {0, 1953, 1958, 1966, 1971, 1976, 1981};
  constexpr int kRegularFrom = 6;
  constexpr int kYears = 5;
  return number < kRegularFrom ? kBegins[number]
                               : kBegins[kRegularFrom] + kYears * (number - kRegularFrom);
}

// The size of the longest of `words` that `text` begins with.
template <size_t kCount>
size_t BeginsWith(View text, const View (&words)[kCount]) {
  size_t longest = 0;
  for (const View word : words) {
    if (word.size() > longest && text.starts_with(word)) {
      longest = word.size();
    }
  }
  return longest;
}

template <size_t kCount>
size_t EndsWith(View text, const View (&words)[kCount]) {
  size_t longest = 0;
  for (const View word : words) {
    if (word.size() > longest && text.ends_with(word)) {
      longest = word.size();
    }
  }
  return longest;
}

class Finder {
 public:
  Finder(View text, const ReportTime& report, Passage passage)
      : t_(text), report_(report), passage_(passage) {}

  std::vector<Mention> Run(const std::vector<Numeral>& numerals) {
    for (size_t i = 0; i < numerals.size(); ++i) {
      const Numeral& numeral = numerals[i];
      const Numeral* next = i + 1 < numerals.size() ? &numerals[i + 1] : nullptr;
      switch (numeral.kind) {
        case NumeralKind::kYear:
          AddYear(numeral, next);
          break;
        case NumeralKind::kDate:
          AddDate(numeral, next);
          break;
        case NumeralKind::kSet:
          AddSet(numeral, next);
          break;
        case NumeralKind::kCardinal:
        case NumeralKind::kApproximate:
          AddLength(numeral, next);
          break;
        default:
          break;
      }
    }
    AddWords(numerals);
    std::stable_sort(mentions_.begin(), mentions_.end(), [](const Mention& a, const Mention& b) {
      return a.period.range.begin < b.period.range.begin;
    });
    return std::move(mentions_);
  }

 private:
  View Part(Range range) const { return t_.substr(range.begin, range.size()); }

  void Add(Range range, int first, int last, bool comparison) {
    const bool known =
        first >= kFirstYear && first <= kLastYear && last >= first && last <= kLastYear;
    mentions_.push_back(
        {{range, static_cast<int16_t>(known ? first : 0), static_cast<int16_t>(known ? last : 0)},
         comparison});
  }

  // The size of 同期 behind a time that a clause opens with, where the clause tells what was then
  // and compares nothing with it: …完成27%，去年|同期|完成24%. 0 for all else.
  size_t SameSpan(size_t begin, size_t end) const {
    constexpr View kSame = U"同期";
    constexpr View kOpening = U"，。；（(,;";
    constexpr View kComparing[] = {U"相比", U"比", U"增", U"减", U"提", U"降", U"下", U"上",
                                   U"高",   U"低", U"多", U"少", U"持", U"水", U"的", U"平"};
    const View behind = t_.substr(std::min(end, t_.size()));
    const bool opens = begin > 0 && kOpening.find(t_[begin - 1]) != View::npos;
    return opens && behind.starts_with(kSame) &&
                   BeginsWith(behind.substr(kSame.size()), kComparing) == 0
               ? kSame.size()
               : 0;
  }

  // Whether the time at [begin, end) is what something else is measured by:
  // 快于|2024年|1.8个百分点, 等于|一九四九年|的十二倍, 按|1952年|不变价格.
  bool IsMeasuredBy(size_t begin, size_t end, const Numeral* next) const {
    constexpr View kThan[] = {U"比",   U"较",   U"高于",   U"低于", U"快于", U"慢于",
                              U"优于", U"好于", U"多于",   U"少于", U"大于", U"小于",
                              U"超过", U"等于", U"相当于", U"占"};
    constexpr View kIs[] = {U"为", U"是", U"占", U"等于", U"相当于"};
    constexpr View kBehind[] = {U"相比",   U"比较", U"同期", U"的同期", U"不变", U"的不变",
                                U"可比价", U"价格", U"结余", U"结转",   U"结存"};
    const View before = t_.substr(0, begin);
    if (SameSpan(begin, end) > 0) {
      return false;
    }
    const bool value = end < t_.size() && t_[end] == U'的';  // 比2020年的5.2万元
    if (EndsWith(before, kThan) > 0 || BeginsWith(t_.substr(end), kBehind) > 0) {
      return true;
    }
    if (next == nullptr || !value || next->token.begin != end + 1) {
      return false;
    }
    return next->kind == NumeralKind::kMultiple ||
           ((next->kind == NumeralKind::kPercent || next->kind == NumeralKind::kFraction) &&
            EndsWith(before, kIs) > 0);
  }

  bool Compares(const Numeral& numeral, const Numeral* next) const {
    bool from = false;
    bool since = false;
    for (const Qualifier& qualifier : numeral.qualifiers) {
      const View word = Part(qualifier.range);
      if (word == U"比" || word == U"较" || word == U"相比" || word == U"对比") {
        return true;
      }
      from = from || word == U"从" || word == U"由";
      since = since || qualifier.kind == QualifierKind::kPeriod;
    }
    return (from && !since) || IsMeasuredBy(numeral.number.begin, numeral.token.end, next);
  }

  void AddYear(const Numeral& numeral, const Numeral* next) {
    const std::optional<int> first = WholeYear(numeral.value);
    if (!first.has_value()) {
      return;
    }
    constexpr int kDecade = 9;
    const bool decade = Part(numeral.unit).starts_with(U"年代");
    const std::optional<int> last = WholeYear(numeral.second);
    Add(numeral.token, *first, last.value_or(decade ? *first + kDecade : *first),
        Compares(numeral, next));
  }

  void AddDate(const Numeral& numeral, const Numeral* next) {
    int year = numeral.year;
    if (year == 0) {
      // 2022年1—11月.
      const View printed = Part(numeral.number);
      const size_t unit = printed.find(U'年');
      if (unit != 4) {
        return;
      }
      for (const char32_t c : printed.substr(0, unit)) {
        year = c >= U'0' && c <= U'9' ? year * 10 + static_cast<int>(c - U'0') : 0;
      }
    }
    Add(numeral.token, year, year, Compares(numeral, next));
  }

  // The years that a report reviews, where it reviews five of them. One of autumn goes on to its
  // own day, from that of the one five years before.
  void AddReviewed(Range range) {
    if (report_.reviews_five_years) {
      Add(range, report_.year - kReviewedYears, report_.year - (report_.early_in_year ? 1 : 0),
          false);
    } else {
      Add(range, 0, 0, false);
    }
  }

  // The year before that of a report which looks back on it.
  void AddLastYear(Range range, bool known) {
    const int year = known && report_.early_in_year ? report_.year - 1 : 0;
    Add(range, year, year, false);
  }

  // The five years that begin with that of the report.
  void AddComing(Range range) {
    const int year = report_.early_in_year ? report_.year : 0;
    Add(range, year, year + kReviewedYears - 1, false);
  }

  // 这一年: that before it in the sentence, else the one that is reviewed.
  void AddThisYear(Range range) {
    if (const int year = YearBefore(range.begin); year > 0) {
      Add(range, year, year, false);
    } else {
      AddLastYear(range, passage_ == Passage::kReview && !report_.reviews_five_years);
    }
  }

  // Whether what stands before 五年来 leaves it those that the report reviews: nothing, a mark, 这
  // or 过去; not 改革 or 近.
  bool StandsAlone(size_t begin) const {
    constexpr View kBefore[] = {U"这", U"过去", U"过去的"};
    const View before = t_.substr(0, begin);
    return before.empty() || !text::IsHan(before.back()) || EndsWith(before, kBefore) > 0;
  }

  void AddSet(const Numeral& numeral, const Numeral* next) {
    const View unit = Part(numeral.unit);
    const View number = Part(numeral.number);
    if (unit.ends_with(U'来') || number.ends_with(U"年来") || number.ends_with(U"月来")) {
      const View token = Part(numeral.token);
      if ((token == U"五年来" || token == U"5年来") && StandsAlone(numeral.token.begin)) {
        AddReviewed(numeral.token);
      } else if ((token == U"一年来" || token == U"1年来") && StandsAlone(numeral.token.begin)) {
        AddLastYear(numeral.token, true);
      } else {
        Add(numeral.token, 0, 0, false);
      }
      return;
    }
    const int plan = PlanNumber(number);
    if (plan == 0) {
      return;
    }
    constexpr View kBehind[] = {U"时期", U"期间", U"末", U"以来", U"期末", U"时期末"};
    size_t begin = numeral.token.begin;
    size_t end = numeral.token.end;
    const bool quoted = begin > 0 && IsQuotation(t_[begin - 1]);
    if (quoted) {
      --begin;
      end += end < t_.size() && IsQuotation(t_[end]) ? 1u : 0u;
    }
    const bool qualified =
        std::any_of(numeral.qualifiers.begin(), numeral.qualifiers.end(),
                    [](const Qualifier& q) { return q.kind == QualifierKind::kPeriod; });
    const size_t behind = BeginsWith(t_.substr(end), kBehind);
    if (behind > 0 || qualified) {
      constexpr View kFrom[] = {U"从", U"由"};
      end += behind;
      const bool base =
          EndsWith(t_.substr(0, begin), kFrom) > 0 && !t_.substr(0, end).ends_with(U"来");
      Add(MakeRange(begin, end), PlanBegin(plan), PlanBegin(plan) + 4,
          base || IsMeasuredBy(begin, end, next));
    }
  }

  // 过去五年, 五年内, 今后三年.
  void AddLength(const Numeral& numeral, const Numeral* next) {
    const View unit = Part(numeral.unit);
    if (!unit.starts_with(U'年') && !unit.starts_with(U"个月") && !unit.starts_with(U"周年")) {
      return;
    }
    constexpr View kBefore[] = {U"过去的", U"过去", U"今后", U"未来",   U"近",
                                U"这",     U"前",   U"最近", U"接下来", U"刚刚过去的"};
    size_t begin = numeral.number.begin;
    if (!t_.substr(0, begin).ends_with(U"提前")) {  // not 提前|两年
      begin -= EndsWith(t_.substr(0, begin), kBefore);
    }
    const bool class_of = begin > 0 && t_[begin - 1] == U'学';  // 学前一年
    const bool behind =
        std::any_of(numeral.qualifiers.begin(), numeral.qualifiers.end(), [&](const Qualifier& q) {
          const View word = Part(q.range);
          return q.range.begin >= numeral.number.end &&
                 (word == U"内" || word == U"之内" || word == U"以内" || word == U"来" ||
                  word == U"以来" || word == U"间" || word == U"期间");
        });
    const bool between =
        unit == U"年间" && (StandsAlone(begin) || t_.substr(0, begin).ends_with(U'在'));
    if (begin == numeral.number.begin && !behind && !between) {
      return;
    }
    const bool comparison = class_of || IsMeasuredBy(begin, numeral.token.end, next);
    AddYears(MakeRange(begin, numeral.token.end), t_.substr(begin, numeral.number.begin - begin),
             numeral, comparison);
  }

  // A length of years behind the word that says which they are, and before one that does.
  void AddYears(Range range, View before, const Numeral& numeral, bool comparison) {
    const View number = Part(numeral.number);
    const View unit = Part(numeral.unit);
    const bool years = (unit == U"年" || unit == U"年间") && !comparison;
    const bool five = years && (number == U"五" || number == U"5");
    const bool one = years && (number == U"一" || number == U"1");
    const bool past = before == U"过去" || before == U"过去的" || before == U"刚刚过去的";
    const bool coming = before == U"今后" || before == U"未来" || before == U"接下来";
    const bool inside = before.empty() && StandsAlone(range.begin);  // 五年内
    const bool reviews = passage_ == Passage::kReview;
    if (five && (past || before == U"这" || (inside && reviews))) {
      AddReviewed(range);
    } else if (five && (coming || (inside && (passage_ == Passage::kTarget ||
                                              passage_ == Passage::kProposal)))) {
      AddComing(range);
    } else if (one && past) {
      AddLastYear(range, true);
    } else if (one && before == U"这") {
      AddThisYear(range);
    } else {
      Add(range, 0, 0, comparison);
    }
  }

  void AddWords(const std::vector<Numeral>& numerals) {
    struct Word {
      View word;
      int years;   // from that of the report
      bool known;  // whether they are
    };
    constexpr Word kWords[] = {
        {U"今年", 0, true},     {U"本年度", 0, true},     {U"本年", 0, true},
        {U"去年", -1, true},    {U"前年", -2, true},      {U"明年", 1, true},
        {U"后年", 2, true},     {U"上年", -1, true},      {U"上一年", -1, true},
        {U"近年来", 0, false},  {U"近些年来", 0, false},  {U"新的一年", 0, true},
        {U"本世纪末", 0, true}, {U"本世纪中叶", 0, false}};
    constexpr View kBehind[] = {U"以来",     U"底",       U"末",     U"初",   U"上半年",
                                U"下半年",   U"前三季度", U"一季度", U"年底", U"第一季度",
                                U"第四季度", U"四季度",   U"内"};
    constexpr View kComparing[] = {U"比", U"较", U"同", U"与", U"于", U"超过", U"相当"};
    constexpr View kFrom[] = {U"从", U"由"};
    constexpr View kOpen[] = {U"开始", U"起", U"以来"};
    for (size_t i = 0; i < t_.size(); ++i) {
      const char32_t c = t_[i];
      if (c != U'今' && c != U'本' && c != U'去' && c != U'前' && c != U'明' && c != U'后' &&
          c != U'近' && c != U'上' && c != U'新') {
        continue;
      }
      for (const Word& word : kWords) {
        const View rest = t_.substr(i);
        if (!rest.starts_with(word.word)) {
          continue;
        }
        const size_t size = word.word.size();
        const View before = t_.substr(0, i);
        int year = word.known && report_.year > 0 ? report_.year + word.years : 0;
        if ((c == U'上' || c == U'本') && !word.word.starts_with(U"本世纪")) {
          const int last = YearBefore(i);
          year = last > 0 ? last + word.years : year;
        }
        year = c != U'新' || report_.early_in_year ? year : 0;
        if (word.word == U"本世纪末") {
          year = EndOfCentury();
        }
        const View behind = rest.substr(size);
        const bool base = EndsWith(before, kFrom) > 0 && BeginsWith(behind, kOpen) == 0;
        const auto next =
            std::partition_point(numerals.begin(), numerals.end(),
                                 [&](const Numeral& n) { return n.token.begin < i + size; });
        const bool comparison =
            base || EndsWith(before, kComparing) > 0 ||
            IsMeasuredBy(i, i + size, next == numerals.end() ? nullptr : &*next);
        Add(MakeRange(i, i + size + BeginsWith(behind, kBehind) + SameSpan(i, i + size)), year,
            year, comparison);
        i += size - 1;
        break;
      }
    }
  }

  // The last year of the report's century, 0 where that is unknown: 2000 of 1982.
  int EndOfCentury() const {
    constexpr int kCentury = 100;
    return report_.year > 0 ? (report_.year + kCentury - 1) / kCentury * kCentury : 0;
  }

  // The year that the sentence tells of before `at`, 0 for none: that of 本年, and 上年 is before
  // it.
  int YearBefore(size_t at) const {
    size_t nearest = 0;
    int year = 0;
    for (const Mention& mention : mentions_) {
      const Period& period = mention.period;
      if (!mention.comparison && period.range.end <= at && period.range.end > nearest) {
        nearest = period.range.end;
        year = period.first_year == period.last_year ? period.first_year : 0;
      }
    }
    return year;
  }

  const View t_;
  const ReportTime report_;
  const Passage passage_;
  std::vector<Mention> mentions_;
};

}  // namespace

std::u32string FoldLetters(View text) {
  std::u32string folded(text);
  for (char32_t& c : folded) {
    c = text::FoldLetter(c);
    c = c == U'「' || c == U'『' || c == U'‘'   ? U'“'
        : c == U'」' || c == U'』' || c == U'’' ? U'”'
                                                : c;
  }
  return folded;
}

std::vector<Mention> FindMentions(View folded, const std::vector<Numeral>& numerals,
                                  const ReportTime& report, Passage passage) {
  return Finder(folded, report, passage).Run(numerals);
}

}  // namespace internal

Period FindPeriod(std::u32string_view text, Range range, const ReportTime& report, bool anywhere,
                  Passage passage) {
  // What may stand before the opening period of a paragraph: ——展望2035年.
  constexpr size_t kMaxOpening = 5;
  constexpr size_t kMaxHeading = 200;
  // What an opening period is told by.
  constexpr size_t kMaxSentence = 64;
  const std::u32string_view part = text.substr(
      range.begin, std::min<size_t>(range.size(), anywhere ? kMaxHeading : kMaxSentence));
  // Every period has one of these: most texts have none.
  if (std::none_of(part.begin(), part.end(), [](char32_t c) {
        const char32_t letter = text::FoldLetter(c);
        return letter == U'年' || letter == U'月' || letter == U'五' || text::IsDigit(c);
      })) {
    return {};
  }
  const std::u32string folded = internal::FoldLetters(part);
  const std::vector<Numeral> numerals = FindNumerals(part);
  const std::vector<internal::Mention> mentions =
      internal::FindMentions(folded, numerals, report, passage);
  // 过去五年的工作和十年的变革: a length of years that another one stands beside.
  const auto is_beside = [&](const Period& period) {
    const auto is_length = [&folded](const Numeral& numeral) {
      return numeral.kind == NumeralKind::kCardinal && numeral.unit.size() == 1 &&
             folded[numeral.unit.begin] == U'年';
    };
    const auto inside = [&period](const Numeral& numeral) {
      return period.range.begin <= numeral.number.begin && numeral.number.end <= period.range.end;
    };
    return std::any_of(numerals.begin(), numerals.end(),
                       [&](const Numeral& n) { return is_length(n) && inside(n); }) &&
           std::any_of(numerals.begin(), numerals.end(), [&](const Numeral& n) {
             return is_length(n) && !inside(n) && n.token.end < folded.size() &&
                    folded[n.token.end] == U'的';
           });
  };
  for (const internal::Mention& mention : mentions) {
    if (mention.comparison) {
      continue;
    }
    Period period = mention.period;
    // “十五五”时期目标和2026年重点工作: what stands below is of the one or of the other.
    const auto is_other = [&period](const internal::Mention& other) {
      return !other.comparison && other.period.first_year > 0 &&
             other.period.first_year == other.period.last_year &&
             period.first_year < period.last_year && period.first_year <= other.period.first_year &&
             other.period.last_year <= period.last_year;
    };
    if (anywhere &&
        (is_beside(period) || std::any_of(mentions.begin(), mentions.end(), is_other))) {
      return {};
    }
    const std::u32string_view before = part.substr(0, period.range.begin);
    if (!anywhere && (before.size() > kMaxOpening ||
                      before.find_first_of(U"，。；：！？、,;:") != std::u32string_view::npos)) {
      break;
    }
    // 在去年增长的基础上，…: what follows is of another time.
    const std::u32string_view behind = part.substr(period.range.end);
    const size_t mark = behind.find_first_of(U"，：；。");
    if (!anywhere && behind.substr(0, mark).find(U"基础上") != std::u32string_view::npos) {
      break;
    }
    period.range.begin += range.begin;
    period.range.end += range.begin;
    return period;
  }
  return {};
}

bool NamesFiveYears(std::u32string_view heading, int report_year, bool early_in_year) {
  const std::u32string folded = internal::FoldLetters(heading);
  const std::vector<Numeral> numerals = FindNumerals(heading);
  const int first = report_year - internal::kReviewedYears;
  const std::vector<internal::Mention> mentions = internal::FindMentions(
      folded, numerals, {report_year, true, early_in_year}, Passage::kReview);
  const int last = report_year - (early_in_year ? 1 : 0);
  return std::any_of(mentions.begin(), mentions.end(),
                     [&](const internal::Mention& mention) {
                       return mention.period.first_year == first &&
                              mention.period.last_year == last;
                     }) ||
         (early_in_year &&
          std::any_of(numerals.begin(), numerals.end(), [&](const Numeral& numeral) {
            // Without 时期: “十四五”发展回顾.
            const int plan = numeral.kind == NumeralKind::kSet
                                 ? internal::PlanNumber(std::u32string_view(folded).substr(
                                       numeral.number.begin, numeral.number.size()))
                                 : 0;
            return plan > 0 && internal::PlanBegin(plan) == first;
          }));
}

}  // namespace quotes::figures
