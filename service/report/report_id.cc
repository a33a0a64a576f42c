#include "service/report/report_id.h"

#include <unicode/translit.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "absl/time/civil_time.h"
#include "service/base/hash.h"
#include "service/text/fold.h"
#include "service/text/utf8.h"

namespace quotes::report {
namespace {

constexpr size_t kMaxId = 63;
constexpr size_t kMaxWords = 22;  // of the title and of the body each
constexpr size_t kHashLength = 8;
// Enough characters to fill kMaxWords; the rest need not be transliterated.
constexpr size_t kMaxTransliterated = 24;

bool IsIdCharacter(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

// Latin letters of a text in any script. To make them takes a quarter of a millisecond, and most
// reports of a collection have one of a few titles and bodies: those of the last are kept.
std::string Romanize(std::string_view utf8) {
  constexpr size_t kMostKept = 1'000;
  static std::mutex mutex;
  const std::u32string text = text::ToCodePoints(utf8).substr(0, kMaxTransliterated);
  const std::lock_guard<std::mutex> lock(mutex);
  static auto& kept = *new std::unordered_map<std::u32string, std::string>;
  if (const auto found = kept.find(text); found != kept.end()) {
    return found->second;
  }
  static const icu::Transliterator* const kTransliterator = [] {
    UErrorCode status = U_ZERO_ERROR;
    const icu::Transliterator* made = icu::Transliterator::createInstance(
        "Any-Latin; Latin-ASCII; Any-Lower", UTRANS_FORWARD, status);
    return U_SUCCESS(status) ? made : nullptr;
  }();
  if (kTransliterator == nullptr) {
    return "";
  }
  icu::UnicodeString value = icu::UnicodeString::fromUTF32(
      reinterpret_cast<const UChar32*>(text.data()), static_cast<int32_t>(text.size()));
  kTransliterator->transliterate(value);
  std::string out;
  value.toUTF8String(out);
  if (kept.size() == kMostKept) {
    kept.clear();
  }
  kept.emplace(text, out);
  return out;
}

// The first words, joined by hyphens, at most kMaxWords characters; a word that does not fit ends
// the list.
std::string Words(std::string_view utf8) {
  std::string words;
  std::string word;
  const auto take = [&]() {
    const size_t separator = words.empty() ? 0 : 1;
    if (word.empty()) {
      return true;
    }
    if (words.size() + separator + word.size() > kMaxWords) {
      if (words.empty()) {
        words = word.substr(0, kMaxWords);
      }
      return false;
    }
    words.append(separator, '-').append(word);
    word.clear();
    return true;
  };
  for (const char c : Romanize(utf8)) {
    if (IsIdCharacter(c)) {
      word.push_back(c);
    } else if (!take()) {
      return words;
    }
  }
  take();
  return words;
}

std::string Identity(std::string_view utf8) {
  return text::ToUtf8(text::FoldUnits(text::ToCodePoints(utf8)));
}

}  // namespace

bool IsResourceId(std::string_view id) {
  if (id.empty() || id.size() > kMaxId || id.front() == '-' || id.back() == '-') {
    return false;
  }
  return std::all_of(id.begin(), id.end(), [](char c) { return IsIdCharacter(c) || c == '-'; });
}

bool NamesOneReport(const Metadata& metadata) {
  const bool source = !metadata.body.empty() || !metadata.event.empty();
  return (metadata.date.has_value() && (source || !metadata.title.empty())) ||
         (!metadata.title.empty() && source);
}

std::string MakeReportId(const Metadata& metadata) {
  std::string date;
  std::vector<std::string> parts;
  if (metadata.date) {
    date = absl::FormatCivilTime(*metadata.date);
    // Years beyond four digits do not occur in dates that the parser reads.
    parts.push_back(std::to_string(metadata.date->year() % 10000));
    parts.back().erase(std::remove(parts.back().begin(), parts.back().end(), '-'),
                       parts.back().end());
  }
  parts.push_back(Words(metadata.title));
  parts.push_back(Words(metadata.body));
  std::string key;
  for (const std::string& field : {Identity(metadata.body), date, Identity(metadata.title),
                                   Identity(metadata.subtitle), Identity(metadata.event)}) {
    key.append(field).push_back('\0');
  }
  parts.push_back(Base32(Sha256(key)).substr(0, kHashLength));
  std::string id;
  for (const std::string& part : parts) {
    if (!part.empty()) {
      id.append(id.empty() ? 0 : 1, '-').append(part);
    }
  }
  return id;
}

std::string NumberedReportId(std::string_view id, uint32_t number) {
  if (number == 1) {
    return std::string(id);
  }
  std::string suffix = "-";
  suffix += std::to_string(number);
  std::string_view stem = id.substr(0, kMaxId - suffix.size());
  while (stem.ends_with('-')) {
    stem.remove_suffix(1);
  }
  return std::string(stem) + suffix;
}

}  // namespace quotes::report
