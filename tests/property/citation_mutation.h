#ifndef QUOTES_TESTS_PROPERTY_CITATION_MUTATION_H_
#define QUOTES_TESTS_PROPERTY_CITATION_MUTATION_H_

#include <gtest/gtest.h>

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "service/archive/document.h"
#include "service/citation/verdict.h"
#include "service/report/report.h"
#include "tests/support/citation_checks.h"

// What the mutation tests share: sentences of real reports whose changed forms have a verdict that
// is known by construction, and a table of what was answered.
namespace quotes::citation {

using Text = std::u32string;
using Random = std::mt19937;

bool IsLetter(char32_t c);
bool IsClauseMark(char32_t c);
size_t Below(Random& random, size_t bound);
std::vector<size_t> Places(const Text& text, const std::function<bool(size_t)>& wanted);
std::optional<size_t> Any(Random& random, const std::vector<size_t>& places);
// The folded letters of a text: what must differ for its words to be changed.
Text LetterKey(std::u32string_view text);
// The clauses of a sentence, each with its mark.
std::vector<report::Range> Clauses(const Text& text);

struct MutationCorpus {
  std::vector<std::shared_ptr<const archive::Document>> documents;
  std::vector<Text> keys;  // of the letters of each document
  std::unique_ptr<testing::TestCorpus> checked;

  // Whether the letters stand somewhere, so that a change made another true quotation.
  bool Holds(const Text& text) const;
};

struct Sample {
  const archive::Document* document = nullptr;
  report::Range range;
  Text text;
  size_t quote = 0;
};

// The bundled report and some of the corpus, the latter where it is there. What they do not print
// of an office, a publication and pages is made up, so that it can be claimed.
const MutationCorpus& SharedMutationCorpus();

// Sentences of the speech with at least eight letters that touch no registered fault.
std::vector<Sample> Sentences(const MutationCorpus& corpus);

class CitationMutationTest : public ::testing::Test {
 protected:
  static const MutationCorpus& corpus() { return SharedMutationCorpus(); }

  // Checks a quotation of the sample's report, or with what `claim` makes of that claim, and counts
  // it under its kind.
  Result Check(const std::string& kind, const Text& text, const Sample& sample,
               const std::function<void(Claim*)>& claim = nullptr);
  void Surprise(const std::string& kind, const Text& text, const Sample& sample,
                const Result& result);
  void PrintTable() const;

  size_t violations() const { return violations_; }
  size_t surprises(const std::string& kind) const {
    const auto found = surprises_.find(kind);
    return found == surprises_.end() ? 0 : found->second;
  }
  size_t cases(const std::string& kind) const {
    const auto found = tallies_.find(kind);
    return found == tallies_.end() ? 0 : found->second.cases;
  }

 private:
  struct Tally {
    size_t cases = 0;
    std::map<std::string, size_t> verdicts;
    std::map<Disposition, size_t> dispositions;
  };

  std::map<std::string, Tally> tallies_;
  std::map<std::string, size_t> surprises_;
  size_t violations_ = 0;
};

}  // namespace quotes::citation

#endif  // QUOTES_TESTS_PROPERTY_CITATION_MUTATION_H_
