#include "service/figures/claims.h"

#include <algorithm>

#include "service/figures/measure_words.h"
#include "service/text/fold.h"

namespace quotes::figures::internal {
namespace {

using View = std::u32string_view;

template <size_t kCount>
bool BeginsWithAny(View text, const View (&words)[kCount]) {
  return std::any_of(std::begin(words), std::end(words),
                     [text](View word) { return text.starts_with(word); });
}

template <size_t kCount>
bool EndsWithAny(View text, const View (&words)[kCount]) {
  return std::any_of(std::begin(words), std::end(words),
                     [text](View word) { return text.ends_with(word); });
}

bool IsNumeric(char32_t c) {
  constexpr View kDigits = U"一二三四五六七八九十百千万亿两几数";
  return text::IsDigit(c) || kDigits.find(c) != View::npos;
}

// Whether a verb, or the figure itself, stands at the beginning of `rest`, adverbs apart.
bool BeginsWithVerb(View rest) {
  constexpr View kAdverbs[] = {U"首次", U"继续", U"进一步", U"再",   U"也",   U"仍", U"提前",
                               U"早日", U"尽快", U"全年",   U"全",   U"在",   U"于", U"比",
                               U"每年", U"逐步", U"今年",   U"明年", U"年内", U"到", U"用",
                               U"使",   U"把",   U"由",     U"从"};
  if (rest.empty() || IsNumeric(rest.front()) || BeginsWithAny(rest, kAdverbs)) {
    return true;
  }
  constexpr View kVerbs[] = {U"达", U"为", U"有", U"是", U"超过", U"建", U"增", U"减", U"按"};
  if (BeginsWithAny(rest, kVerbs)) {
    return true;
  }
  const auto match = GetMeasureWords().words.Longest(rest);
  return match.length > 0 && (match.value & (kAction | kGoal)) != 0 && (match.value & kKeep) == 0;
}

// 计划 before a verb, not as a noun.
bool PlansAsVerb(View before, View behind) {
  constexpr View kKinds[] = {U"度", U"定", U"原", U"五年", U"国家", U"”",  U"》", U"按", U"照",
                             U"本", U"个", U"项", U"超",   U"成",   U"过", U"了", U"的"};
  constexpr size_t kNear = 6;
  const View near = before.substr(before.size() - std::min(before.size(), kNear));
  if (EndsWithAny(before, kKinds) || near.find(U'比') != View::npos || behind.empty()) {
    return false;
  }
  constexpr View kVerbs[] = {U"平均", U"比", U"年均", U"达到", U"安排", U"增",
                             U"为",   U"建", U"投",   U"新",   U"在",   U"到"};
  if (BeginsWithAny(behind, kVerbs)) {
    return true;
  }
  // 生产计划完成102%: of what is planned.
  constexpr View kPlanned[] = {U"产", U"量", U"润", U"展", U"设", U"济", U"业", U"资", U"划", U"作",
                               U"额", U"行", U"期", U"育", U"动", U"造", U"年", U"值", U"値"};
  constexpr View kYears[] = {U"今年", U"明年", U"全年"};
  constexpr View kNoun[] = {U"规定", U"的",   U"指标", U"目标", U"要求", U"任务", U"内",   U"外",
                            U"百分", U"执行", U"管理", U"草案", U"中",   U"生育", U"单列", U"是",
                            U"就",   U"也",   U"已",   U"后",   U"期",   U"时期", U"前"};
  const bool planned = EndsWithAny(before, kPlanned) && !EndsWithAny(before, kYears);
  return (text::IsHan(behind.front()) || IsNumeric(behind.front())) && !planned &&
         !BeginsWithAny(behind, kNoun);
}

// Whether a word of the classes goal or strong means it here.
bool IsMeant(View word, View before, View behind) {
  if (word.starts_with(U"计划")) {
    return PlansAsVerb(before, word.substr(2).empty() ? behind : U"完成");
  }
  if (word == U"拟") {
    constexpr View kBefore[] = {U"模", U"虚", U"草", U"比"};
    constexpr View kBehind[] = {U"定", U"订", U"议"};
    return !EndsWithAny(before, kBefore) &&
           (!BeginsWithAny(behind, kBehind) || behind.starts_with(U"定为"));
  }
  if (word == U"确保") {
    return !before.ends_with(U'为') && !before.ends_with(U"为了");
  }
  if (word == U"争取") {
    constexpr View kObjects[] = {U"用于", U"一批", U"一系列", U"一些"};
    return BeginsWithVerb(behind) && !BeginsWithAny(behind, kObjects);
  }
  if (word == U"未来") {
    constexpr View kTimes[] = {U"几", U"一个时期", U"一段", U"，", U"的", U"我"};
    return !behind.empty() && (IsNumeric(behind.front()) || BeginsWithAny(behind, kTimes));
  }
  if (word == U"预期") {
    constexpr View kBefore[] = {U"于", U"超", U"过", U"合", U"到", U"低", U"成"};
    return !EndsWithAny(before, kBefore);
  }
  return true;
}

bool IsCompared(size_t begin, size_t end, const std::vector<Mention>& mentions) {
  return std::any_of(mentions.begin(), mentions.end(), [&](const Mention& mention) {
    return mention.comparison && mention.period.range.begin <= begin &&
           end <= mention.period.range.end;
  });
}

// 将 as a particle of the future: not 将近, and not where it puts an object first.
bool IsFuture(View before, View behind) {
  constexpr View kBefore[] = {U"即", U"大", U"中", U"少", U"上", U"良", U"健", U"小"};
  return !EndsWithAny(before, kBefore) && !behind.starts_with(U'近') && !behind.empty() &&
         !IsNumeric(behind.front()) && BeginsWithVerb(behind);
}

// Whether a part says of something that it must, or should, be.
bool IsOpen(View part) {
  constexpr View kOpen[] = {U"应",   U"须", U"力争", U"争取", U"确保",
                            U"保证", U"将", U"拟",   U"努力", U"能够"};
  if (std::any_of(std::begin(kOpen), std::end(kOpen),
                  [part](View word) { return part.find(word) != View::npos; })) {
    return true;
  }
  // 要, but not 纲要, 要求.
  constexpr View kBefore = U"纲主重紧首摘扼简概次提";
  constexpr View kBehind = U"求素点件闻职道";
  for (size_t i = part.find(U'要'); i != View::npos; i = part.find(U'要', i + 1)) {
    const bool word = (i > 0 && kBefore.find(part[i - 1]) != View::npos) ||
                      (i + 1 < part.size() && kBehind.find(part[i + 1]) != View::npos);
    if (!word) {
      return true;
    }
  }
  return false;
}

// 增长了, 偿还了, but not 为了, 除了.
bool IsDone(View before) {
  constexpr View kOthers[] = {U"为", U"除", U"到", U"不", U"罢", U"得"};
  return !before.empty() && text::IsHan(before.back()) && !EndsWithAny(before, kOthers);
}

}  // namespace

uint32_t ClaimsIn(View t, size_t begin, size_t end, const std::vector<Mention>& mentions) {
  uint32_t claims = 0;
  for (size_t i = begin; i < end;) {
    const View rest = t.substr(i, end - i);
    const View before = t.substr(0, i);
    const auto match = GetMeasureWords().words.Longest(rest);
    const size_t size = std::max<size_t>(match.length, 1);
    const uint32_t classes = match.length > 0 ? match.value : 0;
    const View behind = t.substr(i + size);
    if ((classes & kKeep) != 0) {
      i += size;
      continue;
    }
    const View word = rest.substr(0, size);
    const bool meant = IsMeant(word, before, behind);
    if ((classes & kStrongGoal) != 0) {
      claims |= meant ? kHopes : word == U"争取" ? kActs : 0u;
    } else if (((classes & kGoal) != 0 && meant) || (word == U"将" && IsFuture(before, behind))) {
      claims |= kPlans;
    }
    if ((classes & kAction) != 0) {
      claims |= kActs;
    }
    constexpr View kFirm[] = {U"已", U"曾", U"建成了", U"完成了", U"实现了", U"达到了", U"新增了"};
    const bool did_so = (classes & kAction) != 0 && behind.starts_with(U'了') && i + size < end;
    if (did_so || BeginsWithAny(word, kFirm)) {
      claims |= kDid;
    } else if ((classes & kDone) != 0 && !IsCompared(i, i + size, mentions)) {
      claims |= kTells;
    }
    i += size;
  }
  constexpr View kIf[] = {U"即使", U"如果", U"假如", U"假定", U"要是", U"只要", U"即便"};
  const View part = t.substr(begin, end - begin);
  const auto in = [part](View word) { return part.find(word) != View::npos; };
  if (std::any_of(std::begin(kIf), std::end(kIf), in)) {
    return claims & ~uint32_t{kDid | kTells};
  }
  // 今年一季度比去年同期增长|5%: measured already.
  if (in(U"年同期")) {
    claims |= kTells;
  }
  // 增产了|三百万吨: directly before the figure.
  constexpr size_t kNear = 3;
  const size_t near = std::max(begin, end - std::min(end, kNear));
  const size_t done = t.substr(near, end - near).rfind(U'了');
  if (done != View::npos && IsDone(t.substr(begin, near + done - begin))) {
    claims |= kDid;
  }
  return claims;
}

bool IsShareOfPlan(View t, size_t begin, size_t end) {
  const View part = t.substr(begin, end - begin);
  constexpr View kPlans[] = {U"计划", U"指标"};
  constexpr View kDone[] = {U"完成", U"超"};
  size_t plan = View::npos;
  for (const View word : kPlans) {
    const size_t at = part.rfind(word);
    plan = at != View::npos && (plan == View::npos || at > plan) ? at : plan;
  }
  return plan != View::npos &&
         std::any_of(std::begin(kDone), std::end(kDone),
                     [&](View word) { return part.substr(0, plan).find(word) != View::npos; }) &&
         !IsOpen(part);
}

bool IsOfAim(View t, size_t begin, size_t end) {
  constexpr size_t kMostBetween = 14;
  const View behind = t.substr(begin, std::min(end - begin, kMostBetween));
  if (!behind.starts_with(U'的')) {
    return false;
  }
  constexpr View kAims[] = {U"目标", U"要求", U"任务", U"指标"};
  return std::any_of(std::begin(kAims), std::end(kAims),
                     [behind](View aim) { return behind.find(aim) != View::npos; });
}

bool SaysReached(View t, size_t begin, size_t end) {
  constexpr View kReached[] = {U"已",   U"提前", U"如期", U"超额",   U"胜利",
                               U"圆满", U"完成", U"达到", U"实现了", U"超过"};
  const View part = t.substr(begin, end - begin);
  const auto in = [part](View word) { return part.find(word) != View::npos; };
  return std::any_of(std::begin(kReached), std::end(kReached), in) && !IsOpen(part);
}

}  // namespace quotes::figures::internal
