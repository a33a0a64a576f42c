// Any bytes as a header traceparent, compared with a regular expression of W3C's grammar.

#include <cstddef>
#include <cstdint>
#include <regex>
#include <string>
#include <string_view>

#include "service/base/check.h"
#include "service/base/trace_context.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const std::regex grammar(
      "(?:00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]([0-9a-f])"
      "|(?!00|ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]([0-9a-f])(?:-[^]*)?)");
  if (size > 1'000) {
    return 0;  // std::regex_match recurses with each character
  }
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto parsed = quotes::ParseTraceParent(text);
  std::smatch match;
  bool wanted = std::regex_match(text, match, grammar);
  const size_t first = wanted && match[1].matched ? 1 : 4;
  wanted = wanted && match[first].str() != std::string(32, '0') &&
           match[first + 1].str() != std::string(16, '0');
  QUOTES_CHECK(parsed.has_value() == wanted);
  if (parsed.has_value()) {
    QUOTES_CHECK(parsed->trace_id == match[first].str());
    QUOTES_CHECK(parsed->parent_id == match[first + 1].str());
    const char flags = match[first + 2].str().front();
    QUOTES_CHECK(parsed->sampled ==
                 (std::string_view("13579bdf").find(flags) != std::string_view::npos));
  }
  return 0;
}
