#include "service/library/revision_diff.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "absl/time/civil_time.h"
#include "service/text/align.h"
#include "service/text/fold.h"

namespace quotes {
namespace {

using report::ParsedReport;
using report::Range;

// Bigrams that stand in more sentences than this tell nothing of which belong together.
constexpr size_t kMostSentencesOfBigram = 64;
// Sentences that are compared closely with one.
constexpr size_t kMostCandidates = 8;
constexpr double kLeastLikeness = 0.5;
// What moved and was changed as well must resemble its old self more than that.
constexpr double kLeastMovedLikeness = 0.8;

struct Sentence {
  std::u32string_view text;
  std::u32string folded;
  std::vector<uint64_t> bigrams;  // sorted
};

struct Pair {
  int base = 0;
  int revision = 0;
};

// Sentences [begin, end) of both texts that are still to be paired.
struct Gap {
  int base_begin = 0;
  int base_end = 0;
  int revision_begin = 0;
  int revision_end = 0;
};

std::vector<Sentence> SentencesOf(const ParsedReport& report) {
  std::vector<Sentence> sentences(report.quotes.size());
  const std::u32string_view joined = report.joined;
  for (size_t i = 0; i < sentences.size(); ++i) {
    Sentence& sentence = sentences[i];
    sentence.text = joined.substr(report.quotes[i].range.begin, report.quotes[i].range.size());
    sentence.folded = text::FoldUnits(sentence.text);
    // The ends count as characters, so that a sentence of one character has bigrams, too.
    uint64_t before = 0;
    for (const char32_t c : sentence.folded) {
      if (c != text::kBreak) {
        sentence.bigrams.push_back(before << 32 | c);
        before = c;
      }
    }
    sentence.bigrams.push_back(before << 32);
    std::sort(sentence.bigrams.begin(), sentence.bigrams.end());
  }
  return sentences;
}

double Likeness(const Sentence& a, const Sentence& b) {
  size_t common = 0;
  auto at = b.bigrams.begin();
  for (const uint64_t bigram : a.bigrams) {
    at = std::lower_bound(at, b.bigrams.end(), bigram);
    if (at == b.bigrams.end()) {
      break;
    }
    if (*at == bigram) {
      ++common;
      ++at;
    }
  }
  return 2.0 * static_cast<double>(common) /
         static_cast<double>(a.bigrams.size() + b.bigrams.size());
}

// The pairs of a longest sequence that rises on both sides. `pairs` rises by base.
std::vector<Pair> LongestRising(const std::vector<Pair>& pairs) {
  std::vector<size_t> tails;  // of the best sequence of each length, by its last pair
  std::vector<int> before(pairs.size(), -1);
  for (size_t i = 0; i < pairs.size(); ++i) {
    const auto at =
        std::lower_bound(tails.begin(), tails.end(), pairs[i].revision,
                         [&](size_t tail, int place) { return pairs[tail].revision < place; });
    before[i] = at == tails.begin() ? -1 : static_cast<int>(*std::prev(at));
    if (at == tails.end()) {
      tails.push_back(i);
    } else {
      *at = i;
    }
  }
  std::vector<Pair> rising;
  for (int i = tails.empty() ? -1 : static_cast<int>(tails.back()); i >= 0;
       i = before[static_cast<size_t>(i)]) {
    rising.push_back(pairs[static_cast<size_t>(i)]);
  }
  std::reverse(rising.begin(), rising.end());
  return rising;
}

class Pairing {
 public:
  Pairing(std::vector<Sentence> base, std::vector<Sentence> revision)
      : base_(std::move(base)),
        revision_(std::move(revision)),
        of_base_(base_.size(), -1),
        of_revision_(revision_.size(), -1),
        moved_(revision_.size(), false) {
    const auto same_text = [](const Sentence& sentence) { return sentence.text; };
    const auto same_folds = [](const Sentence& sentence) {
      return std::u32string_view(sentence.folded);
    };
    const Gap whole{0, static_cast<int>(base_.size()), 0, static_cast<int>(revision_.size())};
    InGaps(whole, [&](const Gap& gap) { return PairUnique(gap, same_text); });
    InGaps(whole, [&](const Gap& gap) { return PairUnique(gap, same_folds); });
    InGaps(whole, [&](const Gap& gap) { return PairAlike(gap); });
    PairMoved(same_text);
    PairMoved(same_folds);
    PairMovedAndChanged();
  }

  int of_base(size_t base) const { return of_base_[base]; }
  int of_revision(size_t revision) const { return of_revision_[revision]; }
  bool moved(size_t revision) const { return moved_[revision]; }
  bool Equal(size_t base, size_t revision) const {
    return base_[base].text == revision_[revision].text;
  }

 private:
  // Pairs in each stretch between two pairs.
  template <typename Find>
  void InGaps(const Gap& whole, const Find& find) {
    std::vector<Pair> found;
    Gap gap = whole;
    for (int i = whole.base_begin; i <= whole.base_end; ++i) {
      const int j = i == whole.base_end ? whole.revision_end : of_base_[static_cast<size_t>(i)];
      if (j < 0) {
        continue;
      }
      gap.base_end = i;
      gap.revision_end = j;
      if (gap.base_begin < gap.base_end && gap.revision_begin < gap.revision_end) {
        const std::vector<Pair> pairs = find(gap);
        found.insert(found.end(), pairs.begin(), pairs.end());
      }
      gap.base_begin = i + 1;
      gap.revision_begin = j + 1;
    }
    for (const Pair& pair : found) {
      Set(pair);
    }
  }

  void Set(const Pair& pair) {
    of_base_[static_cast<size_t>(pair.base)] = pair.revision;
    of_revision_[static_cast<size_t>(pair.revision)] = pair.base;
  }

  const Sentence& BaseAt(int i) const { return base_[static_cast<size_t>(i)]; }
  const Sentence& RevisionAt(int j) const { return revision_[static_cast<size_t>(j)]; }

  template <typename KeyOf>
  std::vector<Pair> PairUnique(const Gap& gap, const KeyOf& key_of) const {
    struct Places {
      int in_base = 0;
      int in_revision = 0;
      Pair last;
    };
    std::unordered_map<std::u32string_view, Places> places;
    for (int j = gap.revision_begin; j < gap.revision_end; ++j) {
      Places& of = places[key_of(RevisionAt(j))];
      ++of.in_revision;
      of.last.revision = j;
    }
    for (int i = gap.base_begin; i < gap.base_end; ++i) {
      const auto found = places.find(key_of(BaseAt(i)));
      if (found != places.end()) {
        ++found->second.in_base;
        found->second.last.base = i;
      }
    }
    std::vector<Pair> pairs;
    for (int i = gap.base_begin; i < gap.base_end; ++i) {
      const auto found = places.find(key_of(BaseAt(i)));
      if (found != places.end() && found->second.in_base == 1 && found->second.in_revision == 1) {
        pairs.push_back(found->second.last);
      }
    }
    return LongestRising(pairs);
  }

  struct Candidate {
    Pair pair;
    double likeness = 0;
  };

  // For each sentence of `base` those of `revision` that resemble it, at least `least`, by base.
  std::vector<Candidate> Alike(std::span<const int> base, std::span<const int> revision,
                               double least) const {
    std::unordered_map<uint64_t, std::vector<int>> sentences;
    for (const int j : revision) {
      uint64_t last = 0;
      for (const uint64_t bigram : RevisionAt(j).bigrams) {
        if (bigram != last) {
          sentences[bigram].push_back(j);
          last = bigram;
        }
      }
    }
    std::vector<Candidate> candidates;
    for (const int i : base) {
      std::map<int, int> common;
      for (const uint64_t bigram : BaseAt(i).bigrams) {
        const auto found = sentences.find(bigram);
        if (found != sentences.end() && found->second.size() <= kMostSentencesOfBigram) {
          for (const int j : found->second) {
            ++common[j];
          }
        }
      }
      std::vector<std::pair<int, int>> best;  // common bigrams, place
      best.reserve(common.size());
      for (const auto& [j, count] : common) {
        best.emplace_back(-count, j);
      }
      const size_t most = std::min(best.size(), kMostCandidates);
      std::partial_sort(best.begin(), best.begin() + static_cast<std::ptrdiff_t>(most), best.end());
      for (size_t k = 0; k < most; ++k) {
        const int j = best[k].second;
        const double likeness = Likeness(BaseAt(i), RevisionAt(j));
        if (likeness >= least) {
          // Of sentences that stand several times the same characters go first.
          candidates.push_back({{i, j}, likeness + (Equal(Index(i), Index(j)) ? 0.01 : 0)});
        }
      }
    }
    return candidates;
  }

  // The sequence of candidates that rises on both sides and has the greatest sum of likeness: a
  // prefix maximum over the places of the revision, in a Fenwick tree.
  std::vector<Pair> PairAlike(const Gap& gap) const {
    std::vector<int> base;
    std::vector<int> revision;
    for (int i = gap.base_begin; i < gap.base_end; ++i) {
      base.push_back(i);
    }
    for (int j = gap.revision_begin; j < gap.revision_end; ++j) {
      revision.push_back(j);
    }
    std::vector<Candidate> candidates = Alike(base, revision, kLeastLikeness);
    // Those of one sentence from the back, so that none builds upon another.
    std::sort(candidates.begin(), candidates.end(), [](const Candidate& a, const Candidate& b) {
      return a.pair.base != b.pair.base ? a.pair.base < b.pair.base
                                        : a.pair.revision > b.pair.revision;
    });
    const size_t width = revision.size();
    std::vector<int> best(width + 1, -1);  // candidate at which the best sequence ends
    std::vector<double> sum(candidates.size());
    std::vector<int> before(candidates.size(), -1);
    const auto sum_of = [&](int k) { return k < 0 ? 0 : sum[Index(k)]; };
    const auto best_below = [&](size_t place) {
      int found = -1;
      for (size_t at = place; at > 0; at &= at - 1) {
        found = sum_of(best[at]) >= sum_of(found) ? best[at] : found;
      }
      return found;
    };
    for (size_t k = 0; k < candidates.size(); ++k) {
      const size_t place = Index(candidates[k].pair.revision - gap.revision_begin);
      before[k] = best_below(place);
      sum[k] = sum_of(before[k]) + candidates[k].likeness;
      for (size_t at = place + 1; at <= width; at += at & (~at + 1)) {
        // Of equal ones those that stand first.
        if (sum[k] > sum_of(best[at]) ||
            (sum[k] == sum_of(best[at]) &&
             candidates[k].pair.base == candidates[Index(best[at])].pair.base)) {
          best[at] = static_cast<int>(k);
        }
      }
    }
    std::vector<Pair> pairs;
    for (int k = best_below(width); k >= 0; k = before[Index(k)]) {
      pairs.push_back(candidates[Index(k)].pair);
    }
    std::reverse(pairs.begin(), pairs.end());
    return pairs;
  }

  void SetMoved(const Pair& pair) {
    Set(pair);
    moved_[Index(pair.revision)] = true;
  }

  template <typename KeyOf>
  void PairMoved(const KeyOf& key_of) {
    std::unordered_map<std::u32string_view, std::vector<int>> left;
    for (size_t i = base_.size(); i-- > 0;) {
      if (of_base_[i] < 0) {
        left[key_of(base_[i])].push_back(static_cast<int>(i));
      }
    }
    for (size_t j = 0; j < revision_.size(); ++j) {
      const auto found = of_revision_[j] < 0 ? left.find(key_of(revision_[j])) : left.end();
      if (found != left.end() && !found->second.empty()) {
        SetMoved({found->second.back(), static_cast<int>(j)});
        found->second.pop_back();
      }
    }
  }

  void PairMovedAndChanged() {
    std::vector<int> base;
    std::vector<int> revision;
    for (size_t i = 0; i < base_.size(); ++i) {
      if (of_base_[i] < 0) {
        base.push_back(static_cast<int>(i));
      }
    }
    for (size_t j = 0; j < revision_.size(); ++j) {
      if (of_revision_[j] < 0) {
        revision.push_back(static_cast<int>(j));
      }
    }
    std::vector<Candidate> candidates = Alike(base, revision, kLeastMovedLikeness);
    std::stable_sort(
        candidates.begin(), candidates.end(),
        [](const Candidate& a, const Candidate& b) { return a.likeness > b.likeness; });
    for (const Candidate& candidate : candidates) {
      if (of_base_[Index(candidate.pair.base)] < 0 &&
          of_revision_[Index(candidate.pair.revision)] < 0) {
        SetMoved(candidate.pair);
      }
    }
  }

  static size_t Index(int i) { return static_cast<size_t>(i); }

  const std::vector<Sentence> base_;
  const std::vector<Sentence> revision_;
  std::vector<int> of_base_;
  std::vector<int> of_revision_;
  std::vector<bool> moved_;
};

std::vector<SentenceDiff> SentencesIn(const Pairing& pairing, size_t base_size,
                                      size_t revision_size) {
  // For each sentence of the revision the place in the base up to which all comes before it.
  std::vector<size_t> before(revision_size + 1, base_size);
  for (size_t j = revision_size; j-- > 0;) {
    const int base = pairing.of_revision(j);
    before[j] = base < 0 || pairing.moved(j) ? before[j + 1] : static_cast<size_t>(base);
  }
  std::vector<SentenceDiff> sentences;
  size_t i = 0;
  for (size_t j = 0; j <= revision_size; ++j) {
    for (; i < before[j]; ++i) {
      if (pairing.of_base(i) < 0) {
        sentences.push_back({SentenceChangeKind::kRemoved, static_cast<int>(i), -1});
      }
    }
    if (j == revision_size) {
      break;
    }
    const int base = pairing.of_revision(j);
    SentenceDiff sentence{SentenceChangeKind::kInserted, base, static_cast<int>(j)};
    if (base >= 0) {
      sentence.kind = pairing.moved(j)                              ? SentenceChangeKind::kMoved
                      : pairing.Equal(static_cast<size_t>(base), j) ? SentenceChangeKind::kKept
                                                                    : SentenceChangeKind::kChanged;
    }
    sentences.push_back(sentence);
  }
  return sentences;
}

// --- sections ---

// A number that shifted because of other sections makes no other heading.
bool SameHeading(const report::Section& a, const report::Section& b) {
  return a.heading == b.heading && (!a.heading.empty() || a.marker == b.marker);
}

std::vector<SectionDiff> SectionsIn(const ParsedReport& base, const ParsedReport& revision,
                                    const Pairing& pairing) {
  std::vector<int> of_base(base.sections.size(), -1);
  std::vector<int> of_revision(revision.sections.size(), -1);
  const auto set = [&](size_t i, size_t j) {
    of_base[i] = static_cast<int>(j);
    of_revision[j] = static_cast<int>(i);
  };
  std::unordered_map<std::string_view, size_t> ids;
  for (size_t i = 0; i < base.sections.size(); ++i) {
    ids.emplace(base.sections[i].id, i);
  }
  for (size_t j = 0; j < revision.sections.size(); ++j) {
    const auto found = ids.find(revision.sections[j].id);
    if (found != ids.end()) {
      set(found->second, j);
    }
  }
  // A section's name is made of the headings above it: one new heading renames all below. Those are
  // recognised by their sentences: the pair that has most of them in common goes first, and a pair
  // of equal headings before others.
  std::map<std::pair<int, int>, int> common;
  const auto sections_of = [](const ParsedReport& report, size_t quote) {
    std::vector<int> sections;
    for (int at = report.quotes[quote].section; at >= 0;
         at = report.sections[static_cast<size_t>(at)].parent) {
      sections.push_back(at);
    }
    return sections;
  };
  for (size_t j = 0; j < revision.quotes.size(); ++j) {
    if (pairing.of_revision(j) < 0) {
      continue;
    }
    const std::vector<int> others = sections_of(base, static_cast<size_t>(pairing.of_revision(j)));
    for (const int in_revision : sections_of(revision, j)) {
      for (const int in_base : others) {
        if (of_base[static_cast<size_t>(in_base)] < 0 &&
            of_revision[static_cast<size_t>(in_revision)] < 0) {
          ++common[{in_base, in_revision}];
        }
      }
    }
  }
  struct Vote {
    bool same_heading;
    bool same_level;
    int sentences;
    int in_base;
    int in_revision;
  };
  std::vector<Vote> votes;
  for (const auto& [sections, count] : common) {
    const report::Section& a = base.sections[static_cast<size_t>(sections.first)];
    const report::Section& b = revision.sections[static_cast<size_t>(sections.second)];
    votes.push_back(
        {SameHeading(a, b), a.level == b.level, count, sections.first, sections.second});
  }
  std::stable_sort(votes.begin(), votes.end(), [](const Vote& a, const Vote& b) {
    return std::tie(a.same_heading, a.same_level, a.sentences) >
           std::tie(b.same_heading, b.same_level, b.sentences);
  });
  for (const Vote& vote : votes) {
    const auto i = static_cast<size_t>(vote.in_base);
    const auto j = static_cast<size_t>(vote.in_revision);
    if (of_base[i] < 0 && of_revision[j] < 0) {
      set(i, j);
    }
  }

  std::vector<SectionDiff> sections;
  for (size_t j = 0; j < revision.sections.size(); ++j) {
    SectionDiff section{SectionChangeKind::kAdded, of_revision[j], static_cast<int>(j)};
    if (section.base >= 0) {
      const report::Section& before = base.sections[static_cast<size_t>(section.base)];
      const report::Section& now = revision.sections[j];
      const int parent = before.parent < 0 ? -1 : of_base[static_cast<size_t>(before.parent)];
      if (!SameHeading(before, now)) {
        section.kind = SectionChangeKind::kRenamed;
      } else if (before.level != now.level || parent != now.parent) {
        section.kind = SectionChangeKind::kMoved;
      } else {
        continue;
      }
    }
    sections.push_back(section);
  }
  for (size_t i = 0; i < base.sections.size(); ++i) {
    if (of_base[i] < 0) {
      sections.push_back({SectionChangeKind::kRemoved, static_cast<int>(i), -1});
    }
  }
  return sections;
}

// --- metadata ---

std::string DateText(const std::optional<absl::CivilDay>& date) {
  return date.has_value() ? absl::FormatCivilTime(*date) : std::string();
}

std::vector<MetadataDiff> MetadataIn(const report::Metadata& a, const report::Metadata& b) {
  std::vector<MetadataDiff> fields = {
      {"title", a.title, b.title},
      {"subtitle", a.subtitle, b.subtitle},
      {"event", a.event, b.event},
      {"body", a.body, b.body},
      {"speaker", a.speaker, b.speaker},
      {"office", a.office, b.office},
      {"speech_date", DateText(a.date), DateText(b.date)},
      {"language", a.language, b.language},
      {"publication.paper", a.publication.paper, b.publication.paper},
      {"publication.edition", a.publication.edition, b.publication.edition},
      {"publication.issue_date", DateText(a.publication.issue_date),
       DateText(b.publication.issue_date)},
      {"publication.pages", a.publication.pages, b.publication.pages},
  };
  std::erase_if(fields, [](const MetadataDiff& field) { return field.base == field.revision; });
  return fields;
}

// --- the characters of a sentence ---

bool IsWordCharacter(char32_t c) {
  return (c >= U'0' && c <= U'9') || (c >= U'a' && c <= U'z') || (c >= U'A' && c <= U'Z');
}

// Characters as symbols; a number or Latin word is one.
struct Tokens {
  std::u32string symbols;
  std::vector<uint32_t> begins;  // one more at the end
};

Tokens Tokenize(std::u32string_view text,
                std::unordered_map<std::u32string_view, char32_t>* numbers) {
  Tokens tokens;
  for (size_t i = 0; i < text.size();) {
    size_t end = i + 1;
    if (IsWordCharacter(text[i])) {
      // A point or comma inside a number belongs to it.
      while (end < text.size() &&
             (IsWordCharacter(text[end]) ||
              ((text[end] == U'.' || text[end] == U',') && end + 1 < text.size() &&
               text::IsDigit(text[end - 1]) && text::IsDigit(text[end + 1])))) {
        ++end;
      }
    }
    const auto number = static_cast<char32_t>(numbers->size());
    tokens.begins.push_back(static_cast<uint32_t>(i));
    tokens.symbols.push_back(numbers->emplace(text.substr(i, end - i), number).first->second);
    i = end;
  }
  tokens.begins.push_back(static_cast<uint32_t>(text.size()));
  return tokens;
}

}  // namespace

std::vector<SentenceEdit> DiffSentences(std::u32string_view base_text, Range base,
                                        std::u32string_view revision_text, Range revision) {
  std::unordered_map<std::u32string_view, char32_t> numbers;
  const Tokens a = Tokenize(base_text.substr(base.begin, base.size()), &numbers);
  const Tokens b = Tokenize(revision_text.substr(revision.begin, revision.size()), &numbers);
  std::vector<text::EqualStretch> equal = text::AlignSymbols(a.symbols, b.symbols);
  equal.push_back({a.symbols.size(), b.symbols.size(), 0});
  std::vector<SentenceEdit> edits;
  size_t end_a = 0;
  size_t end_b = 0;
  for (const text::EqualStretch& stretch : equal) {
    const SentenceEdit edit{
        {base.begin + a.begins[end_a], base.begin + a.begins[stretch.begin_a]},
        {revision.begin + b.begins[end_b], revision.begin + b.begins[stretch.begin_b]}};
    end_a = stretch.begin_a + stretch.size;
    end_b = stretch.begin_b + stretch.size;
    if (edit.base.empty() && edit.revision.empty()) {
      continue;
    }
    const auto size_of = [](const SentenceEdit& of) {
      return std::max(of.base.size(), of.revision.size());
    };
    if (!edits.empty() &&
        edit.base.begin - edits.back().base.end < std::min(size_of(edits.back()), size_of(edit))) {
      edits.back().base.end = edit.base.end;
      edits.back().revision.end = edit.revision.end;
    } else {
      edits.push_back(edit);
    }
  }
  return edits;
}

bool DifferInFormOnly(std::u32string_view a, std::u32string_view b) {
  return a != b && text::FoldUnits(a) == text::FoldUnits(b);
}

RevisionDiff DiffRevisions(const ParsedReport& base, const ParsedReport& revision) {
  const Pairing pairing(SentencesOf(base), SentencesOf(revision));
  return {MetadataIn(base.metadata, revision.metadata), SectionsIn(base, revision, pairing),
          SentencesIn(pairing, base.quotes.size(), revision.quotes.size())};
}

}  // namespace quotes
