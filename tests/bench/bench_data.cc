#include "tests/bench/bench_data.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <random>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "service/report/parser.h"
#include "service/text/decode.h"
#include "service/text/fold.h"
#include "service/text/utf8.h"
#include "tests/support/test_data.h"

namespace quotes::bench {
namespace {

// Calls `take` with the pieces of `text`, each with the mark that ends it.
template <typename IsEnd, typename Take>
void Split(std::u32string_view text, IsEnd is_end, Take take) {
  size_t begin = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (is_end(text[i]) || i + 1 == text.size()) {
      take(text.substr(begin, i + 1 - begin));
      begin = i + 1;
    }
  }
}

// The sentences that quotes are made of.
std::vector<std::u32string> SampleSentences() {
  const auto decoded = text::Decode(testing::SampleReport());
  const auto report = report::ParseReport(*decoded);
  std::vector<std::u32string> sentences;
  Split(std::u32string_view(report->joined).substr(0, report->runs[0].range.end), text::IsHardMark,
        [&](std::u32string_view piece) {
          if (piece.size() >= 4) {
            sentences.emplace_back(piece);
          }
        });
  return sentences;
}

std::vector<std::u32string> SentencesOfLines(const std::string& path, size_t most) {
  std::ifstream in(path);
  std::vector<std::u32string> sentences;
  std::string line;
  while (sentences.size() < most && std::getline(in, line)) {
    const std::u32string points = text::ToCodePoints(line);
    size_t length = 0;
    Split(
        points,
        [&](char32_t c) {
          const bool end = c == U'。' || c == U'；' || ++length >= 200;
          length = end ? 0 : length;
          return end;
        },
        [&](std::u32string_view piece) {
          if (piece.size() >= 4 && sentences.size() < most) {
            sentences.emplace_back(piece);
          }
        });
  }
  if (sentences.empty()) {
    Fail("cannot read " + path);
  }
  return sentences;
}

// Fills `quotes` up to `count` with clauses of `sentences` in random order.
void Recombine(const std::vector<std::u32string>& sentences, size_t count,
               std::vector<std::u32string>* quotes) {
  std::vector<std::u32string_view> clauses;
  for (const std::u32string& sentence : sentences) {
    Split(sentence, text::IsHardMark, [&](std::u32string_view clause) {
      if (clause.size() >= 3) {
        clauses.push_back(clause);
      }
    });
  }
  std::mt19937 random(20220117);
  quotes->reserve(count);
  while (quotes->size() < count) {
    std::u32string quote;
    while (quote.size() < 36) {
      // A cut inside a clause makes strings that the sentences do not have.
      const std::u32string_view clause = clauses[random() % clauses.size()];
      quote += clause.substr(random() % 4 == 0 ? random() % clause.size() : 0);
    }
    quote.back() = U'。';
    quotes->push_back(std::move(quote));
  }
}

}  // namespace

void Fail(const std::string& message) {
  std::fprintf(stderr, "%s\n", message.c_str());
  std::exit(1);
}

std::vector<std::u32string> MakeQuotes(const std::string& lines, size_t count) {
  std::vector<std::u32string> quotes;
  if (lines.empty()) {
    Recombine(SampleSentences(), count, &quotes);
  } else {
    quotes = SentencesOfLines(lines, count);
    if (quotes.size() < count) {
      const std::vector<std::u32string> sentences = quotes;
      Recombine(sentences, count, &quotes);
    }
  }
  return quotes;
}

std::string ReportId(size_t number) { return absl::StrCat("r", 100'000'000 + number); }

std::vector<std::shared_ptr<const archive::Document>> MakeDocuments(
    const std::vector<std::u32string>& quotes, const themes::Scheme& scheme) {
  std::vector<std::shared_ptr<const archive::Document>> documents;
  for (size_t first = 0; first < quotes.size(); first += kQuotesPerReport) {
    auto document = std::make_shared<archive::Document>();
    document->report_id = ReportId(first / kQuotesPerReport);
    report::ParsedReport& content = document->content;
    content.metadata.title = document->report_id;
    // The order of answers is that of the numbers: one day for all, ids ascending.
    content.metadata.date = absl::CivilDay(2022, 1, 17);
    for (size_t i = first; i < std::min(first + kQuotesPerReport, quotes.size()); ++i) {
      report::Quote quote;
      quote.id = absl::StrCat("q", i);
      quote.range.begin = static_cast<uint32_t>(content.joined.size());
      content.joined += quotes[i];
      quote.range.end = static_cast<uint32_t>(content.joined.size());
      quote.paragraph = static_cast<uint32_t>(i - first + 1);
      quote.sentence = 1;
      content.paragraphs.push_back(quote.range);
      content.quotes.push_back(std::move(quote));
    }
    content.runs.push_back(
        {report::BlockKind::kBody, {0, static_cast<uint32_t>(content.joined.size())}});
    document->themes = scheme.Assign(content);
    documents.push_back(std::move(document));
  }
  return documents;
}

}  // namespace quotes::bench
