#ifndef QUOTES_CLIENT_CTL_MESSAGES_H_
#define QUOTES_CLIENT_CTL_MESSAGES_H_

#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

namespace quotes::ctl {

enum class Lang { kEnglish, kChinese };

// Every sentence that quotectl says to people; messages.inc has them in both languages.
enum class Msg {
#define QUOTES_MESSAGE(id, english, chinese) id,
#include "client/ctl/messages.inc"
#undef QUOTES_MESSAGE
  kCount
};

// The sentence in a language, with {0}, {1}, ... replaced by the arguments. A number without an
// argument stays as it is.
std::string Say(Lang lang, Msg message, std::initializer_list<std::string_view> arguments = {});

// The sentence as in the catalogue.
std::string_view Raw(Lang lang, Msg message);

// "en" and "zh", also with a region or script behind ("zh-Hans", "zh_CN.UTF-8"); nullopt for
// others.
std::optional<Lang> ParseLang(std::string_view name);

}  // namespace quotes::ctl

#endif  // QUOTES_CLIENT_CTL_MESSAGES_H_
