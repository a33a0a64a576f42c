#include "tests/unit/archive/test_documents.h"

#include <iterator>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "service/base/check.h"
#include "service/report/parser.h"
#include "service/text/decode.h"
#include "service/text/utf8.h"

namespace quotes::archive {

std::shared_ptr<const Document> MakeDocument(const TestReport& report) {
  auto document = std::make_shared<Document>();
  document->report_id = report.id;
  document->state = report.state;
  document->revision = 1;
  report::ParsedReport& content = document->content;
  content.metadata.date = report.date;
  content.metadata.speaker = report.speaker;
  content.metadata.body = report.body;
  content.completeness.truncated = report.truncated;
  std::map<std::string, int> occurrences;
  for (const TestQuote& quote : report.quotes) {
    report::Quote made;
    const std::u32string text = text::ToCodePoints(quote.text);
    made.range.begin = static_cast<uint32_t>(content.joined.size());
    content.joined += text;
    made.range.end = static_cast<uint32_t>(content.joined.size());
    made.id = quote.id;
    if (made.id.empty()) {
      for (const char32_t c : text) {
        absl::StrAppend(&made.id, absl::Hex(static_cast<uint32_t>(c)), "-");
      }
      absl::StrAppend(&made.id, occurrences[quote.text]++);
    }
    made.section = quote.section;
    made.block = quote.block;
    made.mode = quote.mode;
    made.has_figures = quote.has_figures;
    content.quotes.push_back(std::move(made));
    std::vector<themes::Assignment> assignments;
    for (const int theme : quote.themes) {
      assignments.push_back({theme, 0.5, {}, {}});
    }
    document->themes.push_back(std::move(assignments));
  }
  content.runs.push_back(
      {report::BlockKind::kBody, {0, static_cast<uint32_t>(content.joined.size())}});
  for (const TestSection& section : report.sections) {
    report::Section made;
    made.id = section.id;
    made.parent = section.parent;
    if (section.heading_quote >= 0) {
      const uint32_t begin = content.quotes[static_cast<size_t>(section.heading_quote)].range.begin;
      made.heading_range = {begin, begin + 1};
    }
    content.sections.push_back(std::move(made));
  }
  return document;
}

std::shared_ptr<const Document> MakeReport(std::string_view id, std::string_view bytes) {
  const auto decoded = text::Decode(bytes);
  if (!decoded.ok()) {
    return nullptr;
  }
  auto parsed = report::ParseReport(*decoded, {id});
  if (!parsed.ok()) {
    return nullptr;
  }
  auto document = std::make_shared<Document>();
  document->report_id = std::string(id);
  document->revision = 1;
  document->content = *std::move(parsed);
  document->themes = themes::Scheme::BuiltIn()->Assign(document->content);
  return document;
}

TestReport Speech(std::string_view id, std::optional<absl::CivilDay> date,
                  const std::vector<std::string>& texts) {
  TestReport report;
  report.id = std::string(id);
  report.date = date;
  for (const std::string& text : texts) {
    TestQuote quote;
    quote.text = text;
    report.quotes.push_back(std::move(quote));
  }
  return report;
}

std::shared_ptr<const themes::Scheme> TestScheme() {
  auto scheme = themes::Scheme::Parse(
      "code\tparent\tzh\ten\tscope\n"
      "a\t\t甲\tA\tx\n"
      "a.b\ta\t乙\tB\tx\n"
      "a.b.c\ta.b\t丙\tC\tx\n"
      "a.d\ta\t丁\tD\tx\n"
      "e\t\t戊\tE\tx\n",
      "version\t1\n"
      "code\tterm\tweight\tscope\n");
  QUOTES_CHECK(scheme.ok());
  return *std::move(scheme);
}

std::string RandomReports::Text(size_t longest) {
  static const char* const kPieces[] = {"产", "业", "发", "展", "發", "党", "新", "A", "a",
                                        "b",  "5",  "５", "0",  "，", "。", "“",  "”", "《",
                                        "、", "·",  ".",  " ",  "%",  "-",  "——", "+"};
  std::string text;
  const size_t pieces = 1 + Below(longest);
  for (size_t i = 0; i < pieces; ++i) {
    text += kPieces[OneIn(3) ? Below(std::size(kPieces)) : Below(7)];
  }
  return text;
}

TestQuote RandomReports::Quote() {
  TestQuote quote;
  quote.text = Text(12);
  quote.block = OneIn(8) ? report::BlockKind::kHeading : report::BlockKind::kBody;
  quote.mode = static_cast<report::Mode>(Below(4));
  quote.has_figures = OneIn(2);
  for (int theme = 0; theme < 5; ++theme) {
    if (OneIn(4)) {
      quote.themes.push_back(theme);
    }
  }
  return quote;
}

TestReport RandomReports::Report(const std::string& id) {
  TestReport report;
  report.id = id;
  if (!OneIn(5)) {
    report.date =
        absl::CivilDay(static_cast<int>(2020 + Below(3)), 1, static_cast<int>(1 + Below(2)));
  }
  report.speaker = Text(4);
  report.body = Text(4);
  report.truncated = OneIn(3);
  const size_t speech = Below(14);
  for (size_t i = 0; i < speech; ++i) {
    TestQuote quote = Quote();
    if (i == 0 || OneIn(3)) {
      TestSection section;
      section.id = absl::StrCat("s", report.sections.size());
      section.parent =
          report.sections.empty() ? -1 : static_cast<int>(Below(report.sections.size() + 1)) - 1;
      section.heading_quote = OneIn(4) ? -1 : static_cast<int>(i);
      report.sections.push_back(section);
    }
    quote.section = OneIn(6) ? -1 : static_cast<int>(Below(report.sections.size()));
    report.quotes.push_back(std::move(quote));
  }
  for (size_t i = Below(3); i > 0; --i) {
    TestQuote quote = Quote();
    quote.block = report::BlockKind::kCaption;
    report.quotes.push_back(std::move(quote));
  }
  return report;
}

std::string RandomReports::Term() {
  // The first piece makes sure that the term has a letter.
  static const char* const kLetters[] = {"产", "业", "发", "展", "發", "党", "新", "a", "5"};
  std::string term = kLetters[Below(std::size(kLetters))];
  if (OneIn(3)) {
    return absl::StrCat("\"", term, OneIn(2) ? "，" : "", kLetters[Below(std::size(kLetters))],
                        "\"");
  }
  for (size_t i = Below(3); i > 0; --i) {
    term += OneIn(4) ? "，" : kLetters[Below(std::size(kLetters))];
  }
  return term;
}

std::string RandomReports::PositiveGroup(int depth) {
  if (depth >= 3 || terms_ > kEnoughTerms || OneIn(2)) {
    ++terms_;
    return Term();
  }
  return absl::StrCat("(", QueryText(depth + 1), ")");
}

std::string RandomReports::QueryText(int depth) {
  std::string query;
  terms_ = depth == 0 ? 0 : terms_;
  for (size_t alternatives = 1 + (OneIn(3) ? 1 : 0); alternatives > 0; --alternatives) {
    query += query.empty() ? "" : " OR ";
    query += PositiveGroup(depth);
    for (size_t more = terms_ > kEnoughTerms ? 0 : Below(3); more > 0; --more) {
      query += OneIn(3) ? " -" : " ";
      query += PositiveGroup(depth);
    }
  }
  return query;
}

}  // namespace quotes::archive
