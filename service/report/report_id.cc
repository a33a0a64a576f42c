#include "service/report/report_id.h"

#include <unicode/translit.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <cctype>
#include <memory>
#include <mutex>
#include <optional>
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

std::string Transliterate(std::u32string_view text) {
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
  return out;
}

bool IsIdeograph(char32_t c) { return c >= 0x4E00 && c <= 0x9FFF; }

// What has no letters of its own, whatever stands beside it.
bool IsMark(char32_t c) {
  constexpr std::u32string_view kMarks = U"，。、；：？！“”‘’（）《》〈〉【】—…·　";
  return (c < 0x80 && std::isalnum(static_cast<int>(c)) == 0) ||
         kMarks.find(c) != std::u32string_view::npos;
}

// Latin letters of a text in any script.
class Romanizer {
 public:
  // A text takes a quarter of a millisecond, which is more than to read a page of a report. Titles
  // are put together from the readings of their characters, each of which is asked for once; of
  // texts for which that does not do the last are kept.
  std::string Romanize(std::u32string_view text) {
    constexpr size_t kMostKept = 1'000;
    const std::lock_guard<std::mutex> lock(mutex_);
    if (std::optional<std::string> letters = FromReadings(text); letters.has_value()) {
      return *std::move(letters);
    }
    if (kept_.size() == kMostKept) {
      kept_.clear();
    }
    const auto [kept, is_new] = kept_.try_emplace(std::u32string(text));
    if (is_new) {
      kept->second = Transliterate(text);
    }
    return kept->second;
  }

 private:
  // An ideograph is read as the same letters wherever it stands, with a space between two of them,
  // but for four that are read otherwise in 藏文, 重庆, 沈阳 and 秘鲁. Letters of other scripts may
  // be read together.
  std::optional<std::string> FromReadings(std::u32string_view text) {
    if (text.find_first_of(U"藏重沈秘") != std::u32string_view::npos) {
      return std::nullopt;
    }
    std::string letters;
    char32_t last = 0;
    for (const char32_t c : text) {
      if (IsIdeograph(c)) {
        const auto [reading, is_new] = readings_.try_emplace(c);
        if (is_new) {
          reading->second = Transliterate(std::u32string_view(&c, 1));
        }
        letters.append(IsIdeograph(last) ? 1 : 0, ' ').append(reading->second);
      } else if (c >= U'0' && c <= U'9') {
        letters.push_back(static_cast<char>(c));
      } else if (IsMark(c)) {
        letters.push_back(' ');
      } else {
        return std::nullopt;
      }
      last = c;
    }
    return letters;
  }

  std::mutex mutex_;
  std::unordered_map<char32_t, std::string> readings_;
  std::unordered_map<std::u32string, std::string> kept_;
};

std::string Romanize(std::string_view utf8) {
  static auto& romanizer = *new Romanizer;
  return romanizer.Romanize(text::ToCodePoints(utf8).substr(0, kMaxTransliterated));
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
