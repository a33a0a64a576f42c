#include "service/citation/english_cues.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "service/base/check.h"
#include "service/base/hash.h"
#include "service/citation/latin.h"
#include "service/citation/word_list.h"
#include "service/text/fold.h"
#include "service/text/utf8.h"

namespace quotes::data {
extern const std::string_view english_cues;
}  // namespace quotes::data

namespace quotes::citation {
namespace {

struct Data {
  absl::flat_hash_map<std::u32string, CueKind> entries;  // words parted by one space
  size_t longest = 0;                                    // words of an entry
  std::string version;
};

Data ReadData(std::string_view lines) {
  Data data;
  const std::string hash = Sha256Hex(lines).substr(0, 12);
  while (!lines.empty()) {
    const std::string_view line = lines.substr(0, lines.find('\n'));
    lines.remove_prefix(std::min(lines.size(), line.size() + 1));
    const size_t tab = line.find('\t');
    if (line.starts_with('#') || tab == std::string_view::npos) {
      continue;
    }
    const std::string_view kind = line.substr(0, tab);
    const std::string_view word = line.substr(tab + 1);
    if (kind == "version") {
      data.version = std::string(word) + "-" + hash;
      continue;
    }
    if (kind == "kind") {
      continue;
    }
    const auto named =
        std::find(internal::kCueKindNames.begin(), internal::kCueKindNames.end(), kind);
    QUOTES_CHECK(named != internal::kCueKindNames.end());
    const bool added = data.entries
                           .emplace(text::ToCodePoints(word),
                                    static_cast<CueKind>(named - internal::kCueKindNames.begin()))
                           .second;
    QUOTES_CHECK(added);
    data.longest =
        std::max(data.longest, static_cast<size_t>(1 + std::count(word.begin(), word.end(), ' ')));
  }
  return data;
}

const Data& TheData() {
  static const auto* const kData = new Data(ReadData(data::english_cues));
  return *kData;
}

struct EnglishWord {
  uint32_t begin = 0;
  uint32_t end = 0;
  std::u32string folded;
  bool joined = false;  // only spaces or one hyphen part it from the word before
};

bool IsHyphen(char32_t c) { return c == U'-' || c == U'\u2010' || c == U'\u2011'; }

std::vector<EnglishWord> EnglishWords(std::u32string_view text) {
  std::vector<EnglishWord> words;
  for (size_t i = 0; i < text.size();) {
    if (!IsLatinLetter(text[i])) {
      ++i;
      continue;
    }
    EnglishWord word;
    word.begin = static_cast<uint32_t>(i);
    while (i < text.size() && (IsLatinLetter(text[i]) || IsApostrophe(text, i))) {
      word.folded.push_back(IsLatinLetter(text[i]) ? text::FoldLetter(text[i]) : U'\'');
      ++i;
    }
    word.end = static_cast<uint32_t>(i);
    const size_t before = words.empty() ? 0 : words.back().end;
    const std::u32string_view between = text.substr(before, word.begin - before);
    word.joined =
        !words.empty() &&
        (std::all_of(between.begin(), between.end(),
                     [](char32_t c) { return text::IsSpace(c) || text::IsLineBreak(c); }) ||
         (between.size() == 1 && IsHyphen(between[0])));
    words.push_back(std::move(word));
  }
  return words;
}

}  // namespace

std::vector<Cue> FindEnglishCues(std::u32string_view text) {
  const Data& data = TheData();
  const std::vector<EnglishWord> words = EnglishWords(text);
  std::vector<Cue> cues;
  for (size_t i = 0; i < words.size();) {
    size_t found = 0;  // words of the longest entry that begins here
    CueKind kind = CueKind::kNegator;
    std::u32string phrase;
    for (size_t n = 0; n < data.longest && i + n < words.size() && (n == 0 || words[i + n].joined);
         ++n) {
      phrase += n == 0 ? words[i].folded : U" " + words[i + n].folded;
      if (const auto at = data.entries.find(phrase); at != data.entries.end()) {
        found = n + 1;
        kind = at->second;
      }
    }
    if (found == 0 && words[i].folded.ends_with(U"n't")) {
      found = 1;
      kind = CueKind::kNegator;
    }
    if (found > 0) {
      cues.push_back({kind, words[i].begin, words[i + found - 1].end, false});
    }
    i += std::max<size_t>(found, 1);
  }
  return cues;
}

std::string_view EnglishCuesVersion() { return TheData().version; }

}  // namespace quotes::citation
