#ifndef QUOTES_CLIENT_VERSION_H_
#define QUOTES_CLIENT_VERSION_H_

#include <string_view>

namespace quotes {

// The version of this program: the project's, set by the build.
inline constexpr std::string_view kVersion = QUOTES_VERSION;

}  // namespace quotes

#endif  // QUOTES_CLIENT_VERSION_H_
