#include "service/library/hidden_text.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "service/base/limits.h"
#include "service/library/letter_runs.h"
#include "service/report/report_id.h"
#include "service/text/fold.h"

namespace quotes {
namespace {

using archive::PackedDocument;
using report::ParsedReport;

// A sentence that tells something has so many characters. Of 3,782 pairs of reports (62 national,
// provincial and party ones, whose formulas recur from year to year) 0.7 % have two such sentences
// in common that no third report has; with twelve characters 1.4 %, with ten 1.9 %.
constexpr size_t kTellingLetters = 16;
// Of languages with an alphabet a sentence says as much with four times the letters.
constexpr size_t kLatinLetters = 4;
// One sentence is taken for a formula unless the text is nothing much besides.
constexpr size_t kTellingSentences = 2;
constexpr size_t kTellingPart = 16;

// Texts of up to so many runs of letters are compared run by run: well above those that are too
// short to be known as nearly the same, since furniture and earlier revisions count here.
constexpr size_t kMostShortRuns = 4 * limits::kLeastDuplicateShingles;
// Fewer runs, those of some twenty letters, are a formula.
constexpr size_t kLeastShortRuns = 16;

FoldedSentence Folded(std::u32string_view text) {
  FoldedSentence sentence;
  sentence.units = text::FoldUnits(text);
  while (!sentence.units.empty() && sentence.units.back() == text::kBreak) {
    sentence.units.pop_back();
  }
  sentence.units.erase(
      0, std::min(sentence.units.find_first_not_of(text::kBreak), sentence.units.size()));
  sentence.letters = sentence.units;
  std::erase(sentence.letters, text::kBreak);
  return sentence;
}

// The units of so many letters of a sentence, with the breaks between them.
std::u32string_view UnitsOf(const FoldedSentence& sentence, size_t first, size_t count) {
  size_t begin = 0;
  size_t letters = 0;
  for (size_t i = 0; i < sentence.units.size(); ++i) {
    if (sentence.units[i] == text::kBreak) {
      continue;
    }
    if (letters == first) {
      begin = i;
    }
    if (++letters == first + count) {
      return std::u32string_view(sentence.units).substr(begin, i + 1 - begin);
    }
  }
  return {};
}

bool IsTelling(std::u32string_view letters) {
  const auto latin = static_cast<size_t>(std::count_if(
      letters.begin(), letters.end(), [](char32_t c) { return c < 0x250 && !text::IsDigit(c); }));
  return (letters.size() - latin) + latin / kLatinLetters >= kTellingLetters;
}

// Where a run of letters stands.
struct Run {
  uint32_t sentence;
  uint32_t begin;  // its first letter
};
using Runs = absl::flat_hash_map<uint64_t, Run>;

template <typename Visit>
void ForEachShingle(const std::vector<FoldedSentence>& sentences, const Visit& visit) {
  constexpr size_t kLetters = limits::kShingleUnits;
  for (size_t i = 0; i < sentences.size(); ++i) {
    ForEachRun<kLetters>(sentences[i].letters, 0, [&](uint64_t hash, size_t last) {
      visit(hash, Run{static_cast<uint32_t>(i), static_cast<uint32_t>(last + 1 - kLetters)});
    });
  }
}

size_t CountShingles(const std::vector<FoldedSentence>& sentences) {
  size_t count = 0;
  for (const FoldedSentence& sentence : sentences) {
    count += sentence.letters.size() - std::min(sentence.letters.size(), limits::kShingleUnits - 1);
  }
  return count;
}

}  // namespace

std::string NameOf(const report::Metadata& metadata) {
  return report::NamesOneReport(metadata) ? report::MakeReportId(metadata) : std::string();
}

std::string NameOf(const PackedDocument& document) {
  const PackedDocument::Metadata held = document.metadata();
  report::Metadata metadata;
  metadata.title = held.title;
  metadata.subtitle = held.subtitle;
  metadata.event = held.event;
  metadata.body = held.body;
  metadata.date = held.date;
  return NameOf(metadata);
}

template <typename Quotes>
void HiddenText::Add(std::string name, std::u32string_view joined, const Quotes& quotes) {
  if (!name.empty()) {
    names_.insert(std::move(name));
  }
  absl::flat_hash_set<std::u32string> known;
  for (const FoldedSentence& sentence : sentences_) {
    known.insert(sentence.units);
  }
  for (const auto& quote : quotes) {
    if (!report::IsSpeech(quote.block)) {
      continue;
    }
    FoldedSentence sentence = Folded(joined.substr(quote.range.begin, quote.range.size()));
    if (sentence.letters.empty() || !known.insert(sentence.units).second) {
      continue;
    }
    if (quote.mode != report::Mode::kFormality && IsTelling(sentence.letters)) {
      ForEachRun<kTellingLetters>(
          std::u32string_view(sentence.letters).substr(0, kTellingLetters), 0,
          [&](uint64_t hash, size_t) {
            by_beginning_[hash].push_back(static_cast<uint32_t>(sentences_.size()));
          });
    }
    letters_ += sentence.letters.size();
    sentences_.push_back(std::move(sentence));
  }
}

std::shared_ptr<const HiddenText> HiddenText::With(const ParsedReport& revision) const {
  auto with = std::make_shared<HiddenText>(*this);
  with->Add(NameOf(revision.metadata), revision.joined, revision.quotes);
  return with;
}

std::shared_ptr<const HiddenText> HiddenText::With(const PackedDocument& revision) const {
  auto with = std::make_shared<HiddenText>(*this);
  with->Add(NameOf(revision), revision.joined(), revision.quotes());
  return with;
}

bool HiddenText::Has(std::u32string_view letters) const {
  return std::any_of(sentences_.begin(), sentences_.end(), [&](const FoldedSentence& sentence) {
    return sentence.letters.find(letters) != std::u32string::npos;
  });
}

LeakFinder::LeakFinder(const ParsedReport& report) {
  for (const report::Quote& quote : report.quotes) {
    sentences_.push_back(
        Folded(std::u32string_view(report.joined).substr(quote.range.begin, quote.range.size())));
  }
  for (const report::Run& run : report.runs) {
    const text::FoldedText folded =
        text::Fold(std::u32string_view(report.joined).substr(run.range.begin, run.range.size()));
    for (size_t i = 0; i < folded.units.size(); ++i) {
      if (folded.units[i] != text::kBreak) {
        letters_.push_back(folded.units[i]);
        positions_.push_back(run.range.begin + folded.begin[i]);
      }
    }
    letters_.push_back(U'\0');
    positions_.push_back(run.range.end);
  }
}

std::optional<Leak> LeakFinder::Find(const HiddenText& hidden, IsPublic is_public) const {
  std::optional<Leak> leak = FindSentences(hidden, is_public);
  if (!leak.has_value() && IsLikeShort(hidden, is_public)) {
    leak.emplace();
  }
  return leak;
}

std::optional<Leak> LeakFinder::FindSentences(const HiddenText& hidden, IsPublic is_public) const {
  const size_t shorter = std::min(letters_.size(), hidden.letters_);
  std::optional<Leak> found;
  absl::flat_hash_set<uint32_t> seen;
  size_t telling = 0;
  bool is_leak = false;
  ForEachRun<kTellingLetters>(letters_, 0, [&](uint64_t hash, size_t last) {
    const auto beginning = hidden.by_beginning_.find(hash);
    if (is_leak || beginning == hidden.by_beginning_.end()) {
      return;
    }
    const size_t at = last + 1 - kTellingLetters;
    for (const uint32_t index : beginning->second) {
      const FoldedSentence& sentence = hidden.sentences_[index];
      if (!std::u32string_view(letters_).substr(at).starts_with(sentence.letters) ||
          !seen.insert(index).second || is_public(sentence.units, sentence.letters)) {
        continue;
      }
      if (!found.has_value()) {
        found = Leak{positions_[at]};
      }
      is_leak = ++telling >= kTellingSentences || sentence.letters.size() * kTellingPart >= shorter;
    }
  });
  return is_leak ? found : std::nullopt;
}

bool LeakFinder::IsLikeShort(const HiddenText& hidden, IsPublic is_public) const {
  const size_t ours = CountShingles(sentences_);
  const size_t theirs = CountShingles(hidden.sentences_);
  if (std::min(ours, theirs) > kMostShortRuns) {
    return false;
  }
  const bool shorter = ours <= theirs;
  const std::vector<FoldedSentence>& shorter_one = shorter ? sentences_ : hidden.sentences_;
  const std::vector<FoldedSentence>& longer_one = shorter ? hidden.sentences_ : sentences_;
  Runs runs;
  ForEachShingle(shorter_one, [&](uint64_t hash, Run run) { runs.try_emplace(hash, run); });
  Runs shared;
  ForEachShingle(longer_one, [&](uint64_t hash, Run) {
    if (const auto run = runs.find(hash); run != runs.end()) {
      shared.insert(*run);
    }
  });
  const auto drop_public = [&](Runs* some) {
    absl::erase_if(*some, [&](const auto& run) {
      const FoldedSentence& sentence = shorter_one[run.second.sentence];
      return is_public(
          UnitsOf(sentence, run.second.begin, limits::kShingleUnits),
          std::u32string_view(sentence.letters).substr(run.second.begin, limits::kShingleUnits));
    });
  };
  if (shared.size() < kLeastShortRuns) {
    return false;
  }
  drop_public(&shared);
  if (shared.size() < kLeastShortRuns) {
    return false;
  }
  drop_public(&runs);
  return 2 * shared.size() >= runs.size();
}

}  // namespace quotes
