#include "service/extract/numbering.h"

#include <algorithm>
#include <functional>

#include "absl/strings/numbers.h"
#include "service/extract/xml.h"
#include "service/text/utf8.h"

namespace quotes::extract {
namespace {

constexpr std::u32string_view kDigits = U"〇一二三四五六七八九";
constexpr std::u32string_view kLegalSimplified = U"零壹贰叁肆伍陆柒捌玖";
constexpr std::u32string_view kLegalTraditional = U"零壹貳參肆伍陸柒捌玖";
constexpr std::u32string_view kStems = U"甲乙丙丁戊己庚辛壬癸";
constexpr std::u32string_view kBranches = U"子丑寅卯辰巳午未申酉戌亥";
constexpr std::u32string_view kEnclosedHan = U"㊀㊁㊂㊃㊄㊅㊆㊇㊈㊉";

std::string Arabic(uint32_t number) { return std::to_string(number); }

std::string OneOf(uint32_t number, std::u32string_view signs) {
  return number >= 1 && number <= signs.size() ? text::ToUtf8(signs.substr(number - 1, 1))
                                               : Arabic(number);
}

// Consecutive characters from `first` on for 1 to `count`.
std::string InRange(uint32_t number, char32_t first, uint32_t count) {
  const char32_t c = first + number - 1;
  return number >= 1 && number <= count ? text::ToUtf8(std::u32string_view(&c, 1)) : Arabic(number);
}

std::string Positional(uint32_t number, std::u32string_view digits) {
  std::string out;
  for (const char c : Arabic(number)) {
    text::AppendUtf8(digits[static_cast<size_t>(c - '0')], &out);
  }
  return out;
}

// 三千零五, 一百一十; `short_teens` writes 十五 for 一十五.
std::string Counted(uint32_t number, std::u32string_view digits, std::u32string_view units,
                    char32_t zero, bool short_teens) {
  constexpr uint32_t kMost = 9999;
  if (number == 0 || number > kMost) {
    return number == 0 ? text::ToUtf8(std::u32string_view(&zero, 1)) : Positional(number, digits);
  }
  std::u32string out;
  bool gap = false;
  uint32_t rest = number;
  uint32_t unit = 1000;
  for (size_t i = 0; i < 4; ++i, unit /= 10) {
    const uint32_t digit = rest / unit;
    rest %= unit;
    if (digit == 0) {
      gap = !out.empty();
      continue;
    }
    if (gap) {
      out.push_back(zero);
      gap = false;
    }
    if (!(short_teens && digit == 1 && unit == 10 && out.empty())) {
      out.push_back(digits[digit]);
    }
    if (unit > 1) {
      out.push_back(units[i]);
    }
  }
  return text::ToUtf8(out);
}

std::string Roman(uint32_t number, bool upper) {
  struct Part {
    uint32_t value;
    std::string_view sign;
  };
  static constexpr Part kParts[] = {{1000, "m"}, {900, "cm"}, {500, "d"}, {400, "cd"}, {100, "c"},
                                    {90, "xc"},  {50, "l"},   {40, "xl"}, {10, "x"},   {9, "ix"},
                                    {5, "v"},    {4, "iv"},   {1, "i"}};
  constexpr uint32_t kMost = 3999;
  if (number == 0 || number > kMost) {
    return Arabic(number);
  }
  std::string out;
  for (const Part& part : kParts) {
    while (number >= part.value) {
      out.append(part.sign);
      number -= part.value;
    }
  }
  if (upper) {
    for (char& c : out) {
      c = static_cast<char>(c - 'a' + 'A');
    }
  }
  return out;
}

// a … z, aa, bb, …
std::string Letters(uint32_t number, char first) {
  constexpr uint32_t kLetters = 26;
  constexpr uint32_t kMostTimes = 30;
  if (number == 0 || number > kLetters * kMostTimes) {
    return Arabic(number);
  }
  return std::string((number - 1) / kLetters + 1,
                     static_cast<char>(first + static_cast<char>((number - 1) % kLetters)));
}

// Bullets of the fonts Symbol and Wingdings, which stand in the private use area.
char32_t BulletOf(char32_t c) {
  switch (c) {
    case 0xF06C:
    case 0xF09F:
      return U'●';
    case 0xF06E:
    case 0xF0A7:
      return U'■';
    case 0xF06F:
    case 0xF0A8:
      return U'□';
    case 0xF075:
    case 0xF076:
      return U'◆';
    case 0xF0D8:
      return U'➢';
    case 0xF0FC:
      return U'✔';
    case 0xF0B2:
    case 0xF076 + 1:
      return U'★';
    default:
      return c >= 0xE000 && c <= 0xF8FF ? U'•' : c;
  }
}

int LevelNumber(const xmlNode* node) {
  int level = -1;
  const auto text = Attribute(node, "ilvl");
  return text.has_value() && absl::SimpleAtoi(*text, &level) && level >= 0 &&
                 level < Numbering::kLevels
             ? level
             : -1;
}

uint32_t NumberOf(const xmlNode* node, uint32_t otherwise) {
  uint32_t number = otherwise;
  const auto value = node == nullptr ? std::nullopt : Attribute(node, "val");
  return value.has_value() && absl::SimpleAtoi(*value, &number) ? number : otherwise;
}

std::string ValueOf(const xmlNode* node) {
  return node == nullptr ? std::string() : Attribute(node, "val").value_or("");
}

}  // namespace

std::string FormatNumber(uint32_t number, std::string_view format) {
  if (format == "chineseCounting" || format == "japaneseCounting" ||
      format == "taiwaneseCounting" || format == "koreanCounting") {
    constexpr uint32_t kLastCounted = 99;
    return number <= kLastCounted ? Counted(number, kDigits, U"千百十", U'〇', true)
                                  : Positional(number, kDigits);
  }
  if (format == "chineseCountingThousand" || format == "taiwaneseCountingThousand") {
    return Counted(number, kDigits, U"千百十", U'零', true);
  }
  if (format == "ideographDigital" || format == "taiwaneseDigital" ||
      format == "japaneseDigitalTenThousand") {
    return Positional(number, kDigits);
  }
  if (format == "chineseLegalSimplified") {
    return Counted(number, kLegalSimplified, U"仟佰拾", U'零', false);
  }
  if (format == "ideographLegalTraditional") {
    return Counted(number, kLegalTraditional, U"仟佰拾", U'零', false);
  }
  if (format == "ideographTraditional") {
    return OneOf(number, kStems);
  }
  if (format == "ideographZodiac") {
    return OneOf(number, kBranches);
  }
  if (format == "ideographEnclosedCircle") {
    return OneOf(number, kEnclosedHan);
  }
  if (format == "decimalEnclosedCircle" || format == "decimalEnclosedCircleChinese") {
    return InRange(number, U'①', 20);
  }
  if (format == "decimalEnclosedParen") {
    return InRange(number, U'⑴', 20);
  }
  if (format == "decimalEnclosedFullstop") {
    return InRange(number, U'⒈', 20);
  }
  if (format == "decimalFullWidth" || format == "decimalFullWidth2") {
    return Positional(number, U"０１２３４５６７８９");
  }
  if (format == "decimalZero") {
    return number < 10 ? Arabic(number).insert(0, 1, '0') : Arabic(number);
  }
  if (format == "upperRoman" || format == "lowerRoman") {
    return Roman(number, format == "upperRoman");
  }
  if (format == "upperLetter" || format == "lowerLetter") {
    return Letters(number, format == "upperLetter" ? 'A' : 'a');
  }
  if (format == "none") {
    return {};
  }
  return Arabic(number);
}

Numbering::Level Numbering::ReadLevel(const xmlNode* node) {
  Level level;
  level.start = NumberOf(Child(node, "start"), 0);
  if (const xmlNode* format = Child(node, "numFmt"); format != nullptr) {
    level.format = ValueOf(format);
  }
  level.text = ValueOf(Child(node, "lvlText"));
  level.restart = static_cast<int>(NumberOf(Child(node, "lvlRestart"), UINT32_MAX));
  if (const xmlNode* legal = Child(node, "isLgl"); legal != nullptr) {
    const std::string value = ValueOf(legal);
    level.legal = value != "0" && value != "false";
  }
  if (ValueOf(Child(node, "suff")) == "nothing") {
    level.suffix.clear();
  }
  return level;
}

Numbering::Numbering(const xmlNode* root) {
  if (root == nullptr) {
    return;
  }
  std::map<std::string, std::string> style_links;  // a list style -> the numbering that defines it
  std::map<std::string, std::string> borrowed;     // a numbering -> the list style it borrows
  for (const xmlNode* node = root->children; node != nullptr; node = node->next) {
    if (NameOf(node) == "abstractNum") {
      const std::string id = Attribute(node, "abstractNumId").value_or("");
      Levels& levels = abstracts_[id];
      for (const xmlNode* child = node->children; child != nullptr; child = child->next) {
        if (const int number = LevelNumber(child); NameOf(child) == "lvl" && number >= 0) {
          levels[static_cast<size_t>(number)] = ReadLevel(child);
        }
      }
      if (const xmlNode* link = Child(node, "styleLink"); link != nullptr) {
        style_links[ValueOf(link)] = id;
      }
      if (const xmlNode* link = Child(node, "numStyleLink"); link != nullptr) {
        borrowed[id] = ValueOf(link);
      }
    } else if (NameOf(node) == "num") {
      Instance& instance = instances_[Attribute(node, "numId").value_or("")];
      instance.abstract_id = ValueOf(Child(node, "abstractNumId"));
      for (const xmlNode* child = node->children; child != nullptr; child = child->next) {
        const int number = LevelNumber(child);
        if (NameOf(child) != "lvlOverride" || number < 0) {
          continue;
        }
        if (const xmlNode* level = Child(child, "lvl"); level != nullptr) {
          instance.level_overrides[number] = ReadLevel(level);
        }
        if (const xmlNode* start = Child(child, "startOverride"); start != nullptr) {
          instance.start_overrides[number] = NumberOf(start, 1);
        }
      }
    }
  }
  for (const auto& [id, style] : borrowed) {
    if (const auto found = style_links.find(style); found != style_links.end()) {
      abstracts_[id] = abstracts_[found->second];
    }
  }
}

const Numbering::Level& Numbering::LevelOf(const Instance& instance, int level) const {
  static const Level kNone;
  if (const auto found = instance.level_overrides.find(level);
      found != instance.level_overrides.end()) {
    return found->second;
  }
  const auto levels = abstracts_.find(instance.abstract_id);
  return levels == abstracts_.end() ? kNone : levels->second[static_cast<size_t>(level)];
}

std::string Numbering::Next(std::string_view num_id, int level) {
  const auto found = instances_.find(num_id);
  if (found == instances_.end() || level < 0 || level >= kLevels) {
    return {};
  }
  Instance& instance = found->second;
  Counters& counters = counters_[instance.abstract_id];
  if (!instance.used) {
    instance.used = true;
    for (const auto& [number, start] : instance.start_overrides) {
      counters[static_cast<size_t>(number)].reset();
    }
  }
  const auto start_of = [&](int number) {
    const auto start = instance.start_overrides.find(number);
    return start != instance.start_overrides.end() ? start->second
                                                   : LevelOf(instance, number).start;
  };
  for (int i = 0; i <= level; ++i) {
    std::optional<uint32_t>& counter = counters[static_cast<size_t>(i)];
    if (!counter.has_value()) {
      counter = start_of(i);
    } else if (i == level) {
      ++*counter;
    }
  }
  for (int i = level + 1; i < kLevels; ++i) {
    const int restart = LevelOf(instance, i).restart;
    // lvlRestart is the level, counted from 1, whose next number restarts this one.
    if (restart != 0 && (restart < 0 || level < restart)) {
      counters[static_cast<size_t>(i)].reset();
    }
  }
  const Level& own = LevelOf(instance, level);
  std::string marker;
  if (own.format == "bullet") {
    for (const char32_t c : text::ToCodePoints(own.text)) {
      text::AppendUtf8(BulletOf(c), &marker);
    }
  } else {
    for (size_t i = 0; i < own.text.size(); ++i) {
      if (own.text[i] == '%' && i + 1 < own.text.size() && own.text[i + 1] >= '1' &&
          own.text[i + 1] <= '9') {
        const int of = own.text[++i] - '1';
        const std::optional<uint32_t> counter = counters[static_cast<size_t>(of)];
        marker += FormatNumber(counter.value_or(start_of(of)),
                               own.legal ? "decimal" : LevelOf(instance, of).format);
      } else {
        marker.push_back(own.text[i]);
      }
    }
  }
  return marker.empty() ? marker : marker + own.suffix;
}

}  // namespace quotes::extract
