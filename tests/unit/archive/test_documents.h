#ifndef QUOTES_TESTS_UNIT_ARCHIVE_TEST_DOCUMENTS_H_
#define QUOTES_TESTS_UNIT_ARCHIVE_TEST_DOCUMENTS_H_

#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/civil_time.h"
#include "service/archive/document.h"
#include "service/themes/scheme.h"

namespace quotes::archive {

// A small report, described by what look-ups see of it.
struct TestQuote {
  std::string text;
  int section = -1;
  report::BlockKind block = report::BlockKind::kBody;
  report::Mode mode = report::Mode::kUnspecified;
  bool has_figures = false;
  std::vector<int> themes;
  std::string id{};  // empty: made from the text and the number of equal ones before
};

struct TestSection {
  std::string id;
  int parent = -1;
  int heading_quote = -1;  // the quote whose first character is the section's heading
};

struct TestReport {
  std::string id;
  std::optional<absl::CivilDay> date;
  std::string speaker;
  std::string body;
  std::vector<TestSection> sections;
  std::vector<TestQuote> quotes;  // speech before furniture
  bool truncated = false;
  ReportState state = ReportState::kActive;
};

// The document of a report. The quotes stand one behind the other.
std::shared_ptr<const Document> MakeDocument(const TestReport& report);

// A report of one paragraph of speech.
TestReport Speech(std::string_view id, std::optional<absl::CivilDay> date,
                  const std::vector<std::string>& texts);

// The document of a printed report as an import makes it, with the themes of the built-in scheme;
// null when it cannot be read.
std::shared_ptr<const Document> MakeReport(std::string_view id, std::string_view bytes);

// Themes 0 a, 1 a.b, 2 a.b.c, 3 a.d, 4 e.
std::shared_ptr<const themes::Scheme> TestScheme();

// Random reports over few characters, so that queries hit, overlap and miss.
class RandomReports {
 public:
  explicit RandomReports(uint32_t seed) : random_(seed) {}

  size_t Below(size_t bound) { return random_() % bound; }
  bool OneIn(size_t n) { return Below(n) == 0; }
  std::string Text(size_t longest);
  TestQuote Quote();
  TestReport Report(const std::string& id);
  // A query that ParseQuery takes.
  std::string QueryText(int depth = 0);

 private:
  std::string PositiveGroup(int depth);
  std::string Term();

  static constexpr size_t kEnoughTerms = 30;  // of one query: open groups are only finished

  std::mt19937 random_;
  size_t terms_ = 0;  // of the query in the making
};

}  // namespace quotes::archive

#endif  // QUOTES_TESTS_UNIT_ARCHIVE_TEST_DOCUMENTS_H_
