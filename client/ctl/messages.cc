#include "client/ctl/messages.h"

#include <array>
#include <vector>

#include "service/base/check.h"

namespace quotes::ctl {
namespace {

struct Entry {
  std::string_view english;
  std::string_view chinese;
};

constexpr std::array<Entry, static_cast<size_t>(Msg::kCount)> kEntries = {{
#define QUOTES_MESSAGE(id, english, chinese) {english, chinese},
#include "client/ctl/messages.inc"
#undef QUOTES_MESSAGE
}};

}  // namespace

std::string_view Raw(Lang lang, Msg message) {
  QUOTES_CHECK(message < Msg::kCount);
  const Entry& entry = kEntries[static_cast<size_t>(message)];
  return lang == Lang::kChinese ? entry.chinese : entry.english;
}

std::string Say(Lang lang, Msg message, std::initializer_list<std::string_view> arguments) {
  const std::vector<std::string_view> values(arguments);
  const std::string_view pattern = Raw(lang, message);
  std::string out;
  for (size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == '{' && i + 2 < pattern.size() && pattern[i + 2] == '}' &&
        pattern[i + 1] >= '0' && pattern[i + 1] <= '9') {
      const size_t index = static_cast<size_t>(pattern[i + 1] - '0');
      if (index < values.size()) {
        out.append(values[index]);
        i += 2;
        continue;
      }
    }
    out.push_back(pattern[i]);
  }
  return out;
}

std::optional<Lang> ParseLang(std::string_view name) {
  const std::string_view language = name.substr(0, name.find_first_of("-_.@"));
  if (language == "zh") {
    return Lang::kChinese;
  }
  if (language == "en") {
    return Lang::kEnglish;
  }
  return std::nullopt;
}

}  // namespace quotes::ctl
