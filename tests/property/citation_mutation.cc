#include "tests/property/citation_mutation.h"

#include <algorithm>
#include <cstdio>

#include "absl/strings/str_cat.h"
#include "service/citation/form.h"
#include "service/text/fold.h"
#include "service/text/utf8.h"
#include "tests/support/test_data.h"

namespace quotes::citation {
namespace {

constexpr size_t kPrinted = 12;  // examples shown for one kind of surprise

// Fills in what a report does not print.
void MakeUpMetadata(archive::Document* document) {
  report::ParsedReport& content = document->content;
  report::Metadata& metadata = content.metadata;
  const auto fill = [](std::string* field, std::string_view value) {
    if (field->empty()) {
      *field = value;
    }
  };
  fill(&metadata.speaker, "宋磊");
  fill(&metadata.office, "区委书记");
  fill(&metadata.publication.paper, "枣庄日报");
  fill(&metadata.publication.edition, "特刊");
  if (!metadata.date.has_value()) {
    metadata.date = absl::CivilDay(2010, 3, 5);
  }
  if (!metadata.publication.issue_date.has_value()) {
    metadata.publication.issue_date = *metadata.date + 1;
  }
  // A page is about so many characters.
  constexpr uint32_t kPage = 2'000;
  for (report::PrintSpan& span : content.print_spans) {
    if (span.page == 0) {
      span.page = 1 + span.joined.begin / kPage;
    }
  }
}

MutationCorpus MakeCorpus() {
  MutationCorpus corpus;
  const auto add = [&corpus](std::shared_ptr<archive::Document> document) {
    MakeUpMetadata(document.get());
    corpus.documents.push_back(std::move(document));
  };
  add(testing::SampleDocument());
  if (const auto dir = testing::CorpusDir(); dir.has_value()) {
    for (const char* const name :
         {"reports/national/1986_国务院政府工作报告.txt",
          "reports/national/2010_国务院政府工作报告.txt",
          "reports/national/2024_国务院政府工作报告.txt",
          "reports/congress/"
          "20大_高举中国特色社会主义伟大旗帜_为全面建设社会主义现代化国家而团结奋斗__二十大_.txt",
          "reports/provincial/2026_上海市_政府工作报告.txt"}) {
      add(testing::MakeDocument(absl::StrCat("r", corpus.documents.size()),
                                testing::ReadFile(*dir / name)));
    }
  } else {
    std::printf("no corpus: the bundled report only\n");
  }
  for (const auto& document : corpus.documents) {
    corpus.keys.push_back(LetterKey(document->content.joined));
  }
  corpus.checked = std::make_unique<testing::TestCorpus>(corpus.documents);
  return corpus;
}

}  // namespace

bool IsLetter(char32_t c) {
  return !text::IsSoftMark(c) && !text::IsHardMark(c) && !text::IsNoise(c) && !text::IsSpace(c) &&
         !text::IsLineBreak(c);
}
bool IsClauseMark(char32_t c) { return std::u32string_view(U"，。；：！？").find(c) < 6; }

size_t Below(Random& random, size_t bound) { return random() % bound; }

std::vector<size_t> Places(const Text& text, const std::function<bool(size_t)>& wanted) {
  std::vector<size_t> places;
  for (size_t i = 0; i < text.size(); ++i) {
    if (wanted(i)) {
      places.push_back(i);
    }
  }
  return places;
}

std::optional<size_t> Any(Random& random, const std::vector<size_t>& places) {
  return places.empty() ? std::nullopt : std::optional(places[Below(random, places.size())]);
}

// The folded letters of a text: what must differ for its words to be changed.
Text LetterKey(std::u32string_view text) {
  Text key;
  for (const Unit& unit : FormUnits(text)) {
    if (unit.letter()) {
      key.push_back(unit.form);
    }
  }
  return key;
}

// The clauses of a sentence, each with its mark.
std::vector<report::Range> Clauses(const Text& text) {
  std::vector<report::Range> clauses;
  uint32_t begin = 0;
  for (uint32_t i = 0; i < text.size(); ++i) {
    if (IsClauseMark(text[i]) || i + 1 == text.size()) {
      clauses.push_back({begin, i + 1});
      begin = i + 1;
    }
  }
  return clauses;
}

bool MutationCorpus::Holds(const Text& text) const {
  const Text key = LetterKey(text);
  return std::any_of(keys.begin(), keys.end(),
                     [&](const Text& own) { return own.find(key) != Text::npos; });
}

const MutationCorpus& SharedMutationCorpus() {
  static const auto* const kCorpus = new MutationCorpus(MakeCorpus());
  return *kCorpus;
}

std::vector<Sample> Sentences(const MutationCorpus& corpus) {
  std::vector<Sample> sentences;
  for (const auto& document : corpus.documents) {
    const auto& quotes = document->content.quotes;
    for (size_t i = 0; i < quotes.size(); ++i) {
      if (!report::IsSpeech(quotes[i].block)) {
        continue;
      }
      const Text text =
          document->content.joined.substr(quotes[i].range.begin, quotes[i].range.size());
      const bool faulty = std::any_of(document->defects.begin(), document->defects.end(),
                                      [&](const report::Defect& defect) {
                                        return defect.range.begin < quotes[i].range.end &&
                                               quotes[i].range.begin < defect.range.end;
                                      });
      // All of the bundled report; of the long ones of the corpus every third.
      const bool wanted = document == corpus.documents.front() || i % 3 == 0;
      if (wanted && !faulty && LetterKey(text).size() >= 8 && text.size() < 1500) {
        sentences.push_back({document.get(), quotes[i].range, text, i});
      }
    }
  }
  return sentences;
}

Result CitationMutationTest::Check(const std::string& kind, const Text& text, const Sample& sample,
                                   const std::function<void(Claim*)>& claim) {
  const std::string utf8 = text::ToUtf8(text);
  Request request;
  request.quotation = utf8;
  request.claim.report = sample.document->report_id;
  if (claim != nullptr) {
    claim(&request.claim);
  }
  const Result result = corpus().checked->Verify(request);
  Tally& tally = tallies_[kind];
  ++tally.cases;
  ++tally.verdicts[std::string(testing::Name(result.text))];
  ++tally.dispositions[result.disposition];
  const std::string violation = testing::FindViolation(*corpus().checked, request, result);
  if (!violation.empty() && ++violations_ <= kPrinted) {
    std::printf("VIOLATION %s: %s\n  %s\n%s\n", kind.c_str(), violation.c_str(), utf8.c_str(),
                testing::Dump(result).c_str());
  }
  return result;
}

void CitationMutationTest::Surprise(const std::string& kind, const Text& text, const Sample& sample,
                                    const Result& result) {
  if (++surprises_[kind] <= kPrinted) {
    std::printf("SURPRISE %s: %s\n  of: %s\n%s\n", kind.c_str(), text::ToUtf8(text).c_str(),
                text::ToUtf8(sample.text).c_str(), testing::Dump(result).c_str());
  }
}

void CitationMutationTest::PrintTable() const {
  std::printf("%-24s %7s %7s %7s %7s  verdicts\n", "kind", "cases", "PASS", "REVIEW", "FAIL");
  for (const auto& [kind, tally] : tallies_) {
    const auto count = [&tally = tally](Disposition disposition) {
      const auto found = tally.dispositions.find(disposition);
      return found == tally.dispositions.end() ? size_t{0} : found->second;
    };
    std::string verdicts;
    for (const auto& [verdict, n] : tally.verdicts) {
      absl::StrAppend(&verdicts, " ", verdict, " ", n);
    }
    std::printf("%-24s %7zu %7zu %7zu %7zu %s\n", kind.c_str(), tally.cases,
                count(Disposition::kPass), count(Disposition::kReview), count(Disposition::kFail),
                verdicts.c_str());
  }
}

}  // namespace quotes::citation
