#ifndef QUOTES_SERVICE_LIBRARY_REVISION_DIFF_H_
#define QUOTES_SERVICE_LIBRARY_REVISION_DIFF_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "service/report/report.h"

// What became of one text of a report in another, sentence by sentence. "base" is the text that is
// compared with. Indices are those of quotes and sections of the two texts, -1 for none.
namespace quotes {

enum class SectionChangeKind { kAdded = 1, kRemoved = 2, kRenamed = 3, kMoved = 4 };

struct SectionDiff {
  SectionChangeKind kind = SectionChangeKind::kAdded;
  int base = -1;
  int revision = -1;
};

enum class SentenceChangeKind { kKept = 1, kChanged = 2, kInserted = 3, kRemoved = 4, kMoved = 5 };

// Characters that stand for others; ranges of the two joined texts, one of them may be empty.
struct SentenceEdit {
  report::Range base;
  report::Range revision;

  friend bool operator==(const SentenceEdit&, const SentenceEdit&) = default;
};

struct SentenceDiff {
  SentenceChangeKind kind = SentenceChangeKind::kKept;
  int base = -1;
  int revision = -1;
};

struct MetadataDiff {
  std::string field;  // path in the contract's ReportMetadata
  std::string base;
  std::string revision;

  friend bool operator==(const MetadataDiff&, const MetadataDiff&) = default;
};

struct RevisionDiff {
  std::vector<MetadataDiff> metadata;
  std::vector<SectionDiff> sections;  // outline order of the revision; removed ones last
  // Every sentence of both texts exactly once, in the reading order of the revision; what only the
  // base has stands behind what stood before it.
  std::vector<SentenceDiff> sentences;
};

// Compares two texts. Sentences are paired in their order: first those that stand in both once, by
// a longest increasing subsequence (B. Cohen's "patience" order), then those with equal folded
// text, then by the most bigrams of folded text in common (Dice's coefficient, at least a half);
// what is left and stands elsewhere has moved. Near-linear in the length of the texts. Pure.
RevisionDiff DiffRevisions(const report::ParsedReport& base, const report::ParsedReport& revision);

// The differences between two sentences, in order, by a shortest edit script over characters, whole
// numbers and whole Latin words; what lies between two differences and is shorter than both is part
// of them. None for equal sentences. Pure.
std::vector<SentenceEdit> DiffSentences(std::u32string_view base_text, report::Range base,
                                        std::u32string_view revision_text, report::Range revision);

// Whether two sentences differ in form alone: their folded texts are equal. Pure.
bool DifferInFormOnly(std::u32string_view a, std::u32string_view b);

}  // namespace quotes

#endif  // QUOTES_SERVICE_LIBRARY_REVISION_DIFF_H_
