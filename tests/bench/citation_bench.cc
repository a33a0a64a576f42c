// Citation checks in process: beside look-ups of the same words and beside SQLite FTS5 as the
// finder of a misquotation's source, in one run.
//
//   citation_bench [--quotes N[,N...]] [--queries N] [--lines FILE] [--peers yes|no]
//                  [--classes PART] [--dump FILE]
//
// Quotes are those of MakeQuotes. Quotations are whole clauses of one quote, 45 to 55 characters
// together, as they stand and changed:
//   verbatim        word for word; beside it the look-up of the same words as a phrase: top 20 with
//                   texts and exact total
//   N edits         N letters replaced, added or lost, anywhere
//   restated        a figure in another notation
//   elided          a clause left out for an omission mark
//   stitched        halves of two quotations joined without a mark
//   not found       characters of the archive in random order
//   worst: ...      what bounds the work: up to 5,000 characters each, see Worst()
// A check answers with everything it has: verdict, edits, up to 20 places, context, repair.
//
// Every class is asked once before it is measured; what was answered is counted and printed, with
// the share of checks that name the quote the words were taken from. Of three measurements of a
// question the fastest counts; the slowest of all is given in processor time. The peer, a trigram
// OR query by bm25, is given the first questions of a class only, as it takes long; it finds a
// quote and says nothing about it.
//
// With --classes only classes whose name begins with PART run. --dump writes every answer of the
// classes as text, to compare two versions of the program.

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "service/archive/archive.h"
#include "service/archive/indexed_archive.h"
#include "service/archive/query.h"
#include "service/citation/engine.h"
#include "service/citation/locate.h"
#include "service/text/fold.h"
#include "service/text/utf8.h"
#include "tests/bench/bench_data.h"
#include "tests/bench/fts5_peer.h"
#include "tests/bench/measure.h"
#include "tests/support/citation_checks.h"
#include "tests/support/numeral_writer.h"

namespace quotes::bench {
namespace {

constexpr size_t kShortest = 45;
constexpr size_t kLongest = 55;
constexpr size_t kPeerQuestions = 20;
constexpr size_t kWorstCodePoints = 5'000;

struct Options {
  std::vector<size_t> quotes = {50'000};
  size_t queries = 400;
  std::string lines;
  bool peers = true;
  std::string classes;
  std::string dump;
};

struct Question {
  std::u32string text;
  std::string bytes;
  std::string quote_id;  // where the words come from; empty: nowhere in particular
};

struct Row {
  size_t quotes = 0;
  std::string name;
  Quantiles check;
  double slowest = 0;               // processor time
  std::optional<Quantiles> lookup;  // of the same words
  std::optional<Quantiles> peer;
};

class Bench {
 public:
  Bench(const Options& options, size_t count, std::vector<Row>* rows)
      : options_(options), scheme_(themes::Scheme::BuiltIn()), rows_(rows) {
    quotes_ = MakeQuotes(options.lines, count);
    const auto documents = MakeDocuments(quotes_, *scheme_);
    archive_ = archive::MakeIndexedArchive(1, scheme_, documents);
    corpus_ = std::make_unique<citation::Corpus>(*archive_);
    size_t code_points = 0;
    for (const std::u32string& quote : quotes_) {
      code_points += quote.size();
    }
    std::printf("\n%zu quotes, %zu code points\n", quotes_.size(), code_points);
    if (options.peers) {
      auto peer = Fts5Peer::Create(Fts5Peer::Tokenizer::kTrigram, quotes_.size(), [this](size_t i) {
        return text::ToUtf8(text::Fold(quotes_[i]).units);
      });
      if (!peer.ok()) {
        Fail(peer.status().ToString());
      }
      peer_ = *std::move(peer);
    }
    if (!options.dump.empty()) {
      dump_ = std::fopen(options.dump.c_str(), "ae");
      if (dump_ == nullptr) {
        Fail("cannot write " + options.dump);
      }
    }
  }
  ~Bench() {
    if (dump_ != nullptr) {
      std::fclose(dump_);
    }
  }
  Bench(const Bench&) = delete;
  Bench& operator=(const Bench&) = delete;

  void Run() {
    std::printf("%-18s %8s %8s %8s %8s | %17s | %17s\n", "microseconds", "check", "95 %", "99 %",
                "slowest", "look-up, ratio", "FTS5, ratio");
    Measure("verbatim", true, [&] { return Quotation(); });
    for (const size_t edits : {1u, 2u, 3u}) {
      Measure(absl::StrCat(edits, edits == 1 ? " edit" : " edits"), false,
              [&] { return Changed(Quotation(), edits); });
    }
    Measure("restated", false, [&] { return Restated(); });
    Measure("elided", false, [&] { return Elided(); });
    Measure("stitched", false, [&] { return Stitched(); });
    Measure("not found", false, [&] { return Ask(RandomLetters(50)); });
    Worst();
  }

 private:
  static Question Ask(std::u32string text, std::string quote_id = {}) {
    Question question{std::move(text), {}, std::move(quote_id)};
    question.bytes = text::ToUtf8(question.text);
    return question;
  }

  size_t Below(size_t bound) { return random_() % bound; }
  const std::u32string& AnyQuote() { return quotes_[Below(quotes_.size())]; }
  char32_t AnyLetter() {
    while (true) {
      const std::u32string& quote = AnyQuote();
      const char32_t c = quote[Below(quote.size())];
      if (text::IsHan(c)) {
        return c;
      }
    }
  }
  std::u32string RandomLetters(size_t count) {
    std::u32string text;
    while (text.size() < count) {
      text += AnyLetter();
    }
    return text;
  }

  static bool EndsClause(char32_t c) {
    return c == U'，' || c == U'。' || c == U'；' || c == U'：' || c == U'！' || c == U'？';
  }

  // Whole clauses of one quote.
  Question Quotation() {
    while (true) {
      const size_t number = Below(quotes_.size());
      const std::u32string& quote = quotes_[number];
      std::vector<size_t> borders = {0};
      for (size_t i = 0; i < quote.size(); ++i) {
        if (EndsClause(quote[i]) || i + 1 == quote.size()) {
          borders.push_back(i + 1);
        }
      }
      std::vector<std::pair<size_t, size_t>> stretches;
      for (const size_t begin : borders) {
        for (const size_t end : borders) {
          if (end >= begin + kShortest && end <= begin + kLongest) {
            stretches.emplace_back(begin, end);
          }
        }
      }
      if (!stretches.empty()) {
        const auto [begin, end] = stretches[Below(stretches.size())];
        return Ask(quote.substr(begin, end - begin), absl::StrCat("q", number));
      }
    }
  }

  Question Changed(const Question& question, size_t edits) {
    std::u32string text = question.text;
    for (size_t i = 0; i < edits; ++i) {
      const size_t at = 1 + Below(text.size() - 2);
      switch (Below(3)) {
        case 0:
          text.erase(at, 1);
          break;
        case 1:
          text.insert(at, 1, AnyLetter());
          break;
        default: {
          const char32_t old = text[at];
          while (text[at] == old) {
            text[at] = AnyLetter();
          }
        }
      }
    }
    return Ask(text.substr(0, kWorstCodePoints), question.quote_id);
  }

  Question Restated() {
    while (true) {
      const Question question = Quotation();
      const auto all = testing::Restatements(question.text);
      if (!all.empty()) {
        const testing::Restatement& one = all[Below(all.size())];
        std::u32string text = question.text;
        text.replace(one.number.begin, one.number.size(), one.text);
        return Ask(std::move(text), question.quote_id);
      }
    }
  }

  Question Elided() {
    while (true) {
      const Question question = Quotation();
      std::vector<size_t> ends;
      for (size_t i = 0; i + 8 < question.text.size(); ++i) {
        if (i >= 7 && EndsClause(question.text[i])) {
          ends.push_back(i + 1);
        }
      }
      if (ends.size() >= 2) {
        std::u32string text = question.text;
        text.replace(ends.front(), ends[1] - ends.front(), U"……");
        return Ask(std::move(text), question.quote_id);
      }
    }
  }

  Question Stitched() {
    const auto half = [this](bool first) {
      const std::u32string text = Quotation().text;
      const size_t middle = text.size() / 2;
      return first ? text.substr(0, middle) : text.substr(middle);
    };
    const std::u32string first = half(true);
    return Ask(first + half(false));
  }

  // The beginning of a report.
  std::u32string Consecutive() {
    const size_t reports = (quotes_.size() + kQuotesPerReport - 1) / kQuotesPerReport;
    const size_t first = Below(reports) * kQuotesPerReport;
    std::u32string text;
    for (size_t i = first; i < std::min(first + kQuotesPerReport, quotes_.size()); ++i) {
      text += quotes_[i];
    }
    return text.substr(0, kWorstCodePoints);
  }

  // The clauses that stand most often in some thousand quotes.
  std::vector<std::u32string> Formulas() {
    std::map<std::u32string, size_t> counts;
    for (size_t i = 0; i < std::min<size_t>(quotes_.size(), 20'000); ++i) {
      const std::u32string& quote = quotes_[i];
      size_t begin = 0;
      for (size_t at = 0; at < quote.size(); ++at) {
        if (EndsClause(quote[at])) {
          if (at - begin >= 4) {
            ++counts[quote.substr(begin, at - begin)];
          }
          begin = at + 1;
        }
      }
    }
    std::vector<std::pair<size_t, std::u32string>> order;
    for (auto& [clause, count] : counts) {
      order.emplace_back(count, clause);
    }
    std::sort(order.rbegin(), order.rend());
    std::vector<std::u32string> formulas;
    for (size_t i = 0; i < std::min<size_t>(order.size(), 400); ++i) {
      formulas.push_back(std::move(order[i].second));
    }
    return formulas;
  }

  static std::u32string Repeat(std::u32string_view piece) {
    std::u32string text;
    while (text.size() < kWorstCodePoints) {
      text += piece;
    }
    return text.substr(0, kWorstCodePoints);
  }

  void Worst() {
    constexpr size_t kFew = 4;
    const std::vector<std::u32string> formulas = Formulas();
    const auto measure = [&](const std::string& name, const auto& make) {
      Measure("worst: " + name, false, make, kFew);
    };
    measure("verbatim", [&] { return Ask(Consecutive()); });
    measure("3 % edited", [&] {
      const Question question = Ask(Consecutive());
      return Changed(question, question.text.size() * 3 / 100);
    });
    measure("20 % edited", [&] {
      const Question question = Ask(Consecutive());
      return Changed(question, question.text.size() / 5);
    });
    measure("formulas", [&] {
      std::u32string text;
      while (text.size() < kWorstCodePoints) {
        text += formulas[Below(formulas.size())];
        text += U'，';
      }
      return Ask(text.substr(0, kWorstCodePoints));
    });
    measure("one formula", [&] { return Ask(Repeat(formulas[Below(8)] + U"，")); });
    measure("one character", [&] { return Ask(Repeat(std::u32string(1, AnyLetter()))); });
    measure("random letters", [&] { return Ask(RandomLetters(kWorstCodePoints)); });
    measure("random clauses", [&] {
      std::u32string text;
      while (text.size() < kWorstCodePoints) {
        text += Quotation().text;
      }
      return Ask(text.substr(0, kWorstCodePoints));
    });
    measure("50 elided parts", [&] {
      std::u32string text;
      for (int i = 0; i < 50; ++i) {
        const std::u32string part = Quotation().text;
        text += part.substr(0, 40) + U"……";
      }
      return Ask(text.substr(0, kWorstCodePoints));
    });
    measure("digits", [&] {
      std::u32string text;
      while (text.size() < kWorstCodePoints) {
        text += static_cast<char32_t>(U'0' + Below(10));
        text += Below(6) == 0 ? U"万亿元，" : U"";
      }
      return Ask(text.substr(0, kWorstCodePoints));
    });
    measure("marks", [&] {
      static constexpr std::u32string_view kMarks = U"，。“”《》（）……；、";
      std::u32string text;
      while (text.size() < kWorstCodePoints) {
        text += AnyLetter();
        text += kMarks[Below(kMarks.size())];
      }
      return Ask(text.substr(0, kWorstCodePoints));
    });
  }

  citation::Result Check(const Question& question) const {
    citation::Request request;
    request.quotation = question.bytes;
    auto result = citation::Verify(*corpus_, request, Cancellation());
    if (!result.ok()) {
      Fail(result.status().ToString());
    }
    return *std::move(result);
  }

  // The same words looked up, as a reader of the answer gets them.
  size_t LookUp(const Question& question) const {
    std::string query = "\"";
    for (const char c : question.bytes) {
      query += c == '"' ? ' ' : c;
    }
    query += '"';
    const auto parsed = archive::ParseQuery(query);
    if (!parsed.ok()) {
      Fail(parsed.status().ToString());
    }
    archive::Lookup lookup;
    lookup.query = &*parsed;
    const auto found = archive_->Find(lookup, Cancellation());
    if (!found.ok() || found->total == 0) {
      Fail("a quotation that no look-up finds: " + question.bytes);
    }
    std::string texts;
    for (const archive::Hit& hit : found->hits) {
      text::AppendUtf8(hit.ref.text(), &texts);
    }
    return texts.size();
  }

  static bool Names(const citation::Result& result, const std::string& quote_id) {
    return std::any_of(
        result.locations.begin(), result.locations.end(), [&](const citation::Location& location) {
          return std::find(location.quote_ids.begin(), location.quote_ids.end(), quote_id) !=
                 location.quote_ids.end();
        });
  }

  template <typename Make>
  void Measure(const std::string& name, bool with_lookup, const Make& make, size_t at_most = 0) {
    if (!name.starts_with(options_.classes)) {
      return;
    }
    random_.seed(7);
    std::vector<Question> questions;
    std::map<std::string, size_t> verdicts;
    size_t named = 0;
    size_t stopped = 0;
    const size_t count = at_most > 0 ? std::min(at_most, options_.queries) : options_.queries;
    for (size_t i = 0; i < count; ++i) {
      questions.push_back(make());
      const citation::Result result = Check(questions.back());
      ++verdicts[std::string(testing::Name(result.text))];
      named += Names(result, questions.back().quote_id) ? 1u : 0u;
      stopped += result.stopped != citation::StopReason::kNone ? 1u : 0u;
      if (dump_ != nullptr) {
        std::fprintf(dump_, "%s: %s\n%s\n", name.c_str(), questions.back().bytes.c_str(),
                     testing::Dump(result).c_str());
      }
    }
    Row row;
    row.quotes = quotes_.size();
    row.name = name;
    row.check = TimeEach(questions.size(), [&](size_t i) { Check(questions[i]); });
    for (const Question& question : questions) {
      const double begin = ProcessorMicros();
      Check(question);
      row.slowest = std::max(row.slowest, ProcessorMicros() - begin);
    }
    std::printf("%-18s %8.1f %8.1f %8.1f %8.0f", name.c_str(), row.check.median, row.check.p95,
                row.check.p99, row.slowest);
    if (with_lookup) {
      row.lookup = TimeEach(questions.size(), [&](size_t i) { LookUp(questions[i]); });
      std::printf(" | %8.1f %8.2f", row.lookup->median, row.check.median / row.lookup->median);
    } else {
      std::printf(" | %8s %8s", "-", "-");
    }
    if (peer_ != nullptr && at_most == 0) {
      const size_t asked = std::min(questions.size(), kPeerQuestions);
      size_t right = 0;
      row.peer = TimeEach(
          asked,
          [&](size_t i) {
            const auto nearest = peer_->FindNearest(text::Fold(questions[i].text).units);
            if (!nearest.ok()) {
              Fail(nearest.status().ToString());
            }
            right += absl::StrCat("q", *nearest - 1) == questions[i].quote_id ? 1u : 0u;
          },
          1);
      std::printf(" | %8.0f %8.0f  names it %zu/%zu", row.peer->median,
                  row.peer->median / row.check.median, right, asked);
    } else {
      std::printf(" | %8s %8s", "-", "-");
    }
    std::printf("\n  ");
    for (const auto& [verdict, number] : verdicts) {
      std::printf(" %s %zu", verdict.c_str(), number);
    }
    if (!questions.front().quote_id.empty()) {
      std::printf("; names the quote %zu/%zu", named, questions.size());
    }
    std::printf("; stopped %zu\n", stopped);
    std::fflush(stdout);
    rows_->push_back(std::move(row));
  }

  const Options& options_;
  const std::shared_ptr<const themes::Scheme> scheme_;
  std::vector<Row>* const rows_;
  std::vector<std::u32string> quotes_;
  std::shared_ptr<const archive::Archive> archive_;
  std::unique_ptr<citation::Corpus> corpus_;
  std::unique_ptr<Fts5Peer> peer_;
  std::FILE* dump_ = nullptr;
  std::mt19937 random_;
};

void CheckBars(const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    const std::string what = absl::StrCat(row.quotes, ", ", row.name, ": ");
    char figures[80];
    if (row.lookup.has_value()) {
      const double ratio = row.check.median / row.lookup->median;
      std::snprintf(figures, sizeof(figures), "%.2f times a look-up (at most 3)", ratio);
      Say(ratio <= 3, what + figures);
    } else if (row.name.find(" edit") != std::string::npos && !row.name.starts_with("worst")) {
      std::snprintf(figures, sizeof(figures), "%.0f us (at most 100), 99 %% %.0f us (at most 1000)",
                    row.check.median, row.check.p99);
      Say(row.check.median <= 100 && row.check.p99 <= 1000, what + figures);
    } else if (row.name.starts_with("worst")) {
      std::snprintf(figures, sizeof(figures), "%.0f ms at most (at most 100)", row.slowest / 1000);
      Say(row.slowest <= 100'000, what + figures);
    }
  }
}

int Main(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; i += 2) {
    const std::string_view name = argv[i];
    const std::string value = i + 1 < argc ? argv[i + 1] : "";
    if (name == "--quotes") {
      options.quotes.clear();
      for (const std::string& count : std::vector<std::string>(absl::StrSplit(value, ','))) {
        options.quotes.push_back(static_cast<size_t>(std::atoll(count.c_str())));
      }
    } else if (name == "--queries") {
      options.queries = static_cast<size_t>(std::atoll(value.c_str()));
    } else if (name == "--lines") {
      options.lines = value;
    } else if (name == "--peers") {
      options.peers = value != "no";
    } else if (name == "--classes") {
      options.classes = value;
    } else if (name == "--dump") {
      options.dump = value;
    } else {
      Fail("unknown option " + std::string(name));
    }
  }
  std::printf("quotes %s; %zu quotations of %zu to %zu characters of each class\n",
              options.lines.empty() ? "recombined from the sample report"
                                    : ("from the sentences of " + options.lines).c_str(),
              options.queries, kShortest, kLongest);
  std::vector<Row> rows;
  for (const size_t count : options.quotes) {
    Bench(options, count, &rows).Run();
  }
  std::printf("\n");
  CheckBars(rows);
  return ExitCode();
}

}  // namespace
}  // namespace quotes::bench

int main(int argc, char** argv) { return quotes::bench::Main(argc, argv); }
