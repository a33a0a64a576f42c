#include "service/library/near_duplicate.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include "service/base/check.h"
#include "service/base/limits.h"
#include "service/library/letter_runs.h"
#include "service/text/fold.h"

namespace quotes {
namespace {

// Sentences that are looked up, one stretch of each: of a copy with a twentieth of its characters
// changed more than half of the stretches still stand as they were.
constexpr size_t kProbes = 32;
constexpr size_t kProbeLetters = 12;
// Of the stretches of a text only one in 2^3 is ever looked up, chosen by its letters, so that of
// many texts these need be remembered alone; see StretchSet.
constexpr int kChosen = 3;
// Fewer probes with places than these, or than an eighth, say nothing.
constexpr size_t kLeastProbes = 3;
// A stretch that stands more often is a formula.
constexpr size_t kMostPlaces = 32;
// Reports that are compared as a whole, those with most of the probes.
constexpr size_t kMostCandidates = 4;

std::u32string_view SpeechOf(const report::ParsedReport& report) {
  return std::u32string_view(report.joined).substr(0, report.runs.front().range.end);
}

std::u32string_view SpeechOf(const archive::PackedDocument& document) {
  return document.joined(document.runs().front().range);
}

// What stands in a text so much longer is an excerpt, no transcription.
constexpr size_t kMostTimesLonger = 16;
// Of long texts only every so many shingles are compared, chosen by their hashes, so that both
// texts have the same: a sample of this size says as much.
constexpr size_t kMostShingles = 10'000;

// Of reports that are not indexed one shingle in 2^3 is kept. Texts that share fewer of these than
// this part of the smaller text's are not compared: well below what makes a copy, because a sample
// of the shortest texts has less than forty.
constexpr int kSampling = 3;
constexpr double kLeastShared = limits::kLeastDuplicateLikeness / 2;

// 0: every shingle, else one in 2^n, for two texts of which the smaller has so many characters.
int SamplingOf(size_t characters) {
  int bits = 0;
  while ((characters >> bits) > kMostShingles) {
    ++bits;
  }
  return bits;
}

// Calls `visit` with each of some keys of a table. Where a key stands is fetched from memory while
// those before it are visited: a table of a million is not in the cache, and nearly every key would
// wait.
template <typename Table, typename Key, typename Visit>
void ForEachFetched(const Table& table, const std::vector<Key>& keys, const Visit& visit) {
  constexpr size_t kAhead = 8;
  for (size_t i = 0; i < std::min(kAhead, keys.size()); ++i) {
    table.prefetch(keys[i]);
  }
  for (size_t i = 0; i < keys.size(); ++i) {
    if (i + kAhead < keys.size()) {
      table.prefetch(keys[i + kAhead]);
    }
    visit(keys[i]);
  }
}

template <typename Visit>
void ForEachShingle(std::u32string_view letters, int sampling, const Visit& visit) {
  ForEachRun<limits::kShingleUnits>(letters, sampling,
                                    [&visit](uint64_t shingle, size_t) { visit(shingle); });
}

// What is looked up: a run of letters with the breaks between them, and their hash.
struct Probe {
  std::u32string units;
  uint64_t hash;
};

// The first chosen run in a folded sentence that begins at a place or behind it; nullopt if there
// is none. `at` is set to its place.
std::optional<Probe> ProbeFrom(std::u32string_view units, size_t begin, size_t* at) {
  std::u32string letters;
  std::vector<size_t> places;
  for (size_t i = begin; i < units.size(); ++i) {
    if (units[i] != text::kBreak) {
      letters.push_back(units[i]);
      places.push_back(i);
    }
  }
  std::optional<Probe> probe;
  ForEachRun<kProbeLetters>(letters, kChosen, [&](uint64_t hash, size_t last) {
    if (!probe.has_value()) {
      *at = places[last + 1 - kProbeLetters];
      probe = Probe{std::u32string(units.substr(*at, places[last] + 1 - *at)), hash};
    }
  });
  return probe;
}

// Stretches of folded text from all over the speech, each inside one sentence.
std::vector<Probe> ProbesOf(const report::ParsedReport& report) {
  struct Stretch {
    report::Range sentence;
    size_t begin;
  };
  std::vector<Stretch> stretches;
  for (const report::Quote& quote : report.quotes) {
    for (size_t begin = 0;
         report::IsSpeech(quote.block) && begin + kProbeLetters <= quote.range.size();
         begin += kProbeLetters) {
      stretches.push_back({quote.range, begin});
    }
  }
  std::vector<Probe> probes;
  const size_t count = std::min(kProbes, stretches.size());
  uint32_t sentence = 0;
  size_t behind = 0;  // the place of the last probe in it
  for (size_t i = 0; i < count; ++i) {
    const Stretch& stretch = stretches[i * stretches.size() / count];
    if (stretch.sentence.begin != sentence) {
      behind = 0;
    }
    sentence = stretch.sentence.begin;
    const std::u32string units = text::FoldUnits(
        std::u32string_view(report.joined).substr(stretch.sentence.begin, stretch.sentence.size()));
    size_t at = 0;
    std::optional<Probe> probe = ProbeFrom(units, std::max(stretch.begin, behind), &at);
    if (probe.has_value()) {
      probes.push_back(*std::move(probe));
      behind = at + 1;
    }
  }
  return probes;
}

// Reports with a number that says how much of another stands in them.
using Hits = std::vector<std::pair<size_t, const archive::PackedDocument*>>;

// The first of those with most that is like `speech`.
std::optional<NearDuplicate> MostLike(const Speech& speech, Hits candidates) {
  std::sort(candidates.begin(), candidates.end(), [](const auto& a, const auto& b) {
    return a.first != b.first ? a.first > b.first : a.second->report_id() < b.second->report_id();
  });
  candidates.resize(std::min(candidates.size(), kMostCandidates));
  for (const auto& [count, document] : candidates) {
    const double likeness = speech.LikenessTo(Speech(*document));
    if (likeness >= limits::kLeastDuplicateLikeness) {
      return NearDuplicate{std::string(document->report_id()), likeness};
    }
  }
  return std::nullopt;
}

}  // namespace

Speech::Speech(std::u32string_view text)
    : characters_(text.size()), letters_(text::FoldUnits(text)) {
  std::erase(letters_, text::kBreak);
}

Speech::Speech(const report::ParsedReport& report) : Speech(SpeechOf(report)) {}

Speech::Speech(const archive::PackedDocument& document) : Speech(SpeechOf(document)) {}

std::vector<uint64_t> Speech::Sample() const {
  std::vector<uint64_t> sample;
  ForEachShingle(letters_, kSampling, [&](uint64_t shingle) { sample.push_back(shingle); });
  return sample;
}

const Speech::Order& Speech::OrderOf(int sampling) const {
  const auto [at, is_new] = orders_.try_emplace(sampling);
  if (is_new) {
    Order& order = at->second;
    order.reserve(letters_.size() >> sampling);
    ForEachShingle(letters_, sampling, [&](uint64_t shingle) {
      order.try_emplace(shingle, static_cast<uint32_t>(order.size()));
    });
  }
  return at->second;
}

double Speech::LikenessTo(const Speech& other) const {
  const bool shorter = characters_ <= other.characters_;
  const auto [smaller, larger] = std::minmax(characters_, other.characters_);
  if (smaller * kMostTimesLonger < larger) {
    return 0;
  }
  const int sampling = SamplingOf(smaller);
  const Order& order = OrderOf(sampling);
  const size_t distinct = shorter ? order.size() : other.OrderOf(sampling).size();
  if (distinct < limits::kLeastDuplicateShingles) {
    return 0;
  }
  // The longest ascending sequence of the places in one text of what comes first in the other (M.
  // Fredman, "On computing the length of longest increasing subsequences", 1975): the last place of
  // the best sequence of each length.
  std::vector<uint32_t> last;
  std::vector<bool> seen(order.size(), false);
  ForEachShingle(other.letters_, sampling, [&](uint64_t shingle) {
    const auto at = order.find(shingle);
    if (at == order.end() || seen[at->second]) {
      return;
    }
    seen[at->second] = true;
    const auto longer = std::lower_bound(last.begin(), last.end(), at->second);
    if (longer == last.end()) {
      last.push_back(at->second);
    } else {
      *longer = at->second;
    }
  });
  return static_cast<double>(last.size()) / static_cast<double>(distinct);
}

bool Speech::HasMoreOf(const Speech& other, const Speech& than) const {
  const Order& theirs = other.OrderOf(0);
  const Order& known = than.OrderOf(0);
  const Order& ours = OrderOf(0);
  return std::any_of(ours.begin(), ours.end(), [&](const auto& shingle) {
    return theirs.contains(shingle.first) && !known.contains(shingle.first);
  });
}

std::optional<NearDuplicate> FindNearDuplicate(const report::ParsedReport& report,
                                               const Speech& speech,
                                               const archive::Archive& archive,
                                               const StretchSet* stretches) {
  archive::SeedOptions options;
  options.scope = archive::TextScope::kSpeech;
  options.max_places = kMostPlaces;
  std::map<const archive::PackedDocument*, size_t> probes_in;
  const std::vector<Probe> probes = ProbesOf(report);
  const auto look_up = [&](const Probe& probe) {
    if (stretches != nullptr && !stretches->MayHold(probe.hash)) {
      return;
    }
    const archive::Seed seed = archive.FindPlaces(probe.units, options);
    if (seed.occurrences > kMostPlaces) {
      return;
    }
    const archive::PackedDocument* last = nullptr;
    for (const archive::SeedPlace& place : seed.places) {
      // Places of one report stand together.
      if (place.ref.document != last) {
        last = place.ref.document;
        ++probes_in[last];
      }
    }
  };
  // Every other one first: most texts are no copies, and of a copy one of these has a place.
  for (const size_t first : {size_t{0}, size_t{1}}) {
    for (size_t i = first; i < probes.size(); i += 2) {
      look_up(probes[i]);
    }
    if (probes_in.empty()) {
      return std::nullopt;
    }
  }
  Hits hits;
  for (const auto& [document, count] : probes_in) {
    if (count >= std::max(kLeastProbes, probes.size() / 8)) {
      hits.emplace_back(count, document);
    }
  }
  return MostLike(speech, std::move(hits));
}

void StretchSet::Add(const Speech& speech) {
  std::vector<uint32_t> stretches;
  stretches.reserve(speech.letters().size() >> (kChosen - 1));
  ForEachRun<kProbeLetters>(speech.letters(), kChosen, [&stretches](uint64_t hash, size_t) {
    stretches.push_back(Shortened(hash));
  });
  stretches_.reserve(stretches_.size() + stretches.size());
  ForEachFetched(stretches_, stretches, [this](uint32_t stretch) { stretches_.insert(stretch); });
}

void StretchSet::Add(const archive::PackedDocument& document) { Add(Speech(document)); }

std::vector<uint64_t> SampleOf(const archive::PackedDocument& document) {
  return Speech(document).Sample();
}

void UnindexedReports::Add(std::shared_ptr<const archive::PackedDocument> document,
                           const std::vector<uint64_t>& sample) {
  const std::string report_id(document->report_id());
  code_points_ += document->joined().size();
  const auto [added, is_new] =
      reports_.try_emplace(report_id, Held{std::move(document), sample.size()});
  QUOTES_CHECK(is_new);
  const Held* const held = &added->second;
  ForEachFetched(by_shingle_, sample, [&](uint64_t shingle) {
    auto& holders = by_shingle_[shingle];
    if (holders.empty() || holders.back() != held) {
      holders.push_back(held);
    }
  });
}

std::shared_ptr<const archive::PackedDocument> UnindexedReports::Find(
    std::string_view report_id) const {
  const auto found = reports_.find(report_id);
  return found == reports_.end() ? nullptr : found->second.document;
}

std::vector<std::shared_ptr<const archive::PackedDocument>> UnindexedReports::documents() const {
  std::vector<std::shared_ptr<const archive::PackedDocument>> documents;
  for (const auto& [id, held] : reports_) {
    documents.push_back(held.document);
  }
  return documents;
}

Hits UnindexedReports::FindSharing(const std::vector<uint64_t>& sample, size_t most_places) const {
  absl::flat_hash_map<const Held*, size_t> shared;
  ForEachFetched(by_shingle_, sample, [&](uint64_t shingle) {
    const auto found = by_shingle_.find(shingle);
    if (found != by_shingle_.end() && found->second.size() <= most_places) {
      for (const Held* const held : found->second) {
        ++shared[held];
      }
    }
  });
  Hits hits;
  for (const auto& [held, count] : shared) {
    const size_t smaller = std::min(held->sampled, sample.size());
    if (static_cast<double>(count) >= kLeastShared * static_cast<double>(smaller)) {
      hits.emplace_back(count, held->document.get());
    }
  }
  return hits;
}

std::optional<NearDuplicate> UnindexedReports::FindNearDuplicate(
    const Speech& speech, const std::vector<uint64_t>& sample) const {
  return MostLike(speech, FindSharing(sample, kMostPlaces));
}

std::vector<std::shared_ptr<const archive::PackedDocument>> UnindexedReports::FindNearDuplicates(
    const Speech& speech, const std::vector<uint64_t>& sample) const {
  std::vector<std::shared_ptr<const archive::PackedDocument>> like;
  for (const auto& [count, document] : FindSharing(sample, SIZE_MAX)) {
    if (speech.LikenessTo(Speech(*document)) >= limits::kLeastDuplicateLikeness) {
      like.push_back(Find(document->report_id()));
    }
  }
  std::sort(like.begin(), like.end(),
            [](const auto& a, const auto& b) { return a->report_id() < b->report_id(); });
  return like;
}

}  // namespace quotes
