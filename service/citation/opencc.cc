#include "service/citation/opencc.h"

#include <opencc.h>

#include <exception>
#include <initializer_list>
#include <memory>

#include "service/text/utf8.h"

namespace quotes::citation {
namespace {

using Converters = std::vector<std::unique_ptr<const opencc::SimpleConverter>>;

Converters Load(std::initializer_list<const char*> configs) {
  Converters converters;
  for (const char* const config : configs) {
    try {
      converters.push_back(std::make_unique<const opencc::SimpleConverter>(config));
    } catch (const std::exception&) {
      continue;  // its data are not there
    }
  }
  return converters;
}

std::vector<std::u32string> Convert(const Converters& converters, std::u32string_view text) {
  const std::string utf8 = text::ToUtf8(text);
  std::vector<std::u32string> conversions;
  conversions.reserve(converters.size());
  for (const auto& converter : converters) {
    try {
      conversions.push_back(text::ToCodePoints(converter->Convert(utf8)));
    } catch (const std::exception&) {
      continue;  // no exception leaves this file
    }
  }
  return conversions;
}

}  // namespace

std::vector<std::u32string> OpenCcConversions(std::u32string_view simplified) {
  static const auto* const kConverters =
      new Converters(Load({"s2t.json", "s2tw.json", "s2hk.json"}));
  return Convert(*kConverters, simplified);
}

std::vector<std::u32string> OpenCcSimplified(std::u32string_view traditional) {
  static const auto* const kConverters =
      new Converters(Load({"t2s.json", "tw2s.json", "hk2s.json"}));
  return Convert(*kConverters, traditional);
}

}  // namespace quotes::citation
