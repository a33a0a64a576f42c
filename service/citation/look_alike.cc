#include "service/citation/look_alike.h"

#include <string>
#include <string_view>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "service/base/hash.h"
#include "service/text/utf8.h"

namespace quotes::data {
extern const std::string_view look_alikes;
}  // namespace quotes::data

namespace quotes::citation {
namespace {

using Pairs = absl::flat_hash_set<std::pair<char32_t, char32_t>>;

Pairs ReadPairs(std::string_view lines) {
  Pairs pairs;
  while (!lines.empty()) {
    const std::string_view line = lines.substr(0, lines.find('\n'));
    lines.remove_prefix(line.size() < lines.size() ? line.size() + 1 : line.size());
    if (line.starts_with('#')) {
      continue;
    }
    const std::u32string group = text::ToCodePoints(line);
    for (const char32_t a : group) {
      for (const char32_t b : group) {
        if (a != b) {
          pairs.emplace(a, b);
        }
      }
    }
  }
  return pairs;
}

}  // namespace

std::string_view LookAlikesVersion() {
  static const auto* const kVersion = new std::string(Sha256Hex(data::look_alikes));
  return *kVersion;
}

bool LookAlike(char32_t a, char32_t b) {
  static const auto* const kPairs = new Pairs(ReadPairs(data::look_alikes));
  return kPairs->contains(std::make_pair(a, b));
}

}  // namespace quotes::citation
