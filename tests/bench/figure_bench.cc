// Look-ups of figures in process: the archive against an SQLite index over (unit, value, quote), in
// one run over the same quotes.
//
//   figure_bench [--quotes N] [--queries N] [--lines FILE]
//
// Quotes are those of lookup_bench. A look-up is the top 20 with their texts and the exact total,
// newest first. Classes: one value, a range of a tenth around a value, one value of targets only
// (both as the mode of a figure and for the archive alone), and what is measured (for the archive
// alone: the peer would scan). Answers of both are compared; a difference ends the run with an
// error. Bar: a value in at most 50 µs at the median, and not slower than the peer.

#include <sqlite3.h>

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
#include <vector>

#include "absl/strings/str_cat.h"
#include "service/archive/archive.h"
#include "service/archive/indexed_archive.h"
#include "service/figures/figure.h"
#include "service/text/fold.h"
#include "service/text/utf8.h"
#include "tests/bench/bench_data.h"
#include "tests/bench/measure.h"

namespace quotes::bench {
namespace {

constexpr double kMostMicros = 50;
constexpr size_t kPage = 20;

struct Options {
  size_t quotes = 50'000;
  size_t queries = 400;
  std::string lines;
};

struct Answer {
  uint64_t total = 0;
  std::vector<int64_t> quotes;
  size_t bytes = 0;  // of their texts

  friend bool operator==(const Answer&, const Answer&) = default;
};

struct Question {
  archive::FigureFilter filter;
  std::string unit;  // for the peer: the base, then bounds
  double from = 0;
  double to = 0;
  bool peer = true;
};

class Peer {
 public:
  Peer() {
    Check(sqlite3_open(":memory:", &database_));
    Execute("CREATE TABLE quote (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT");
    Execute(
        "CREATE TABLE figure (unit TEXT NOT NULL, value REAL NOT NULL, quote INTEGER NOT NULL)"
        " STRICT");
    Execute("BEGIN");
    add_quote_ = Prepare("INSERT INTO quote (id, text) VALUES (?, ?)");
    add_figure_ = Prepare("INSERT INTO figure (unit, value, quote) VALUES (?, ?, ?)");
  }
  ~Peer() {
    for (sqlite3_stmt* const statement : {add_quote_, add_figure_, page_, total_}) {
      sqlite3_finalize(statement);
    }
    sqlite3_close(database_);
  }
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  void AddQuote(int64_t id, const std::string& text) {
    sqlite3_bind_int64(add_quote_, 1, id);
    sqlite3_bind_text(add_quote_, 2, text.data(), static_cast<int>(text.size()), SQLITE_TRANSIENT);
    Step(add_quote_);
  }
  void AddFigure(const std::string& unit, double value, int64_t quote) {
    sqlite3_bind_text(add_figure_, 1, unit.data(), static_cast<int>(unit.size()), SQLITE_TRANSIENT);
    sqlite3_bind_double(add_figure_, 2, value);
    sqlite3_bind_int64(add_figure_, 3, quote);
    Step(add_figure_);
  }
  void Finish() {
    Execute("COMMIT");
    Execute("CREATE INDEX by_value ON figure (unit, value, quote)");
    Execute("ANALYZE");
    page_ = Prepare(
        "SELECT quote.id, quote.text FROM quote JOIN (SELECT DISTINCT quote FROM figure"
        " WHERE unit = ?1 AND value BETWEEN ?2 AND ?3 ORDER BY quote LIMIT 20) AS found"
        " ON found.quote = quote.id ORDER BY quote.id");
    total_ = Prepare(
        "SELECT COUNT(DISTINCT quote) FROM figure WHERE unit = ?1 AND value BETWEEN ?2 AND ?3");
  }

  Answer Find(const Question& question) {
    Answer answer;
    for (sqlite3_stmt* const statement : {page_, total_}) {
      sqlite3_bind_text(statement, 1, question.unit.data(), static_cast<int>(question.unit.size()),
                        SQLITE_STATIC);
      sqlite3_bind_double(statement, 2, question.from);
      sqlite3_bind_double(statement, 3, question.to);
      while (sqlite3_step(statement) == SQLITE_ROW) {
        if (statement == total_) {
          answer.total = static_cast<uint64_t>(sqlite3_column_int64(statement, 0));
        } else {
          answer.quotes.push_back(sqlite3_column_int64(statement, 0));
          answer.bytes += static_cast<size_t>(sqlite3_column_bytes(statement, 1));
        }
      }
      sqlite3_reset(statement);
    }
    return answer;
  }

 private:
  static void Check(int result) {
    if (result != SQLITE_OK && result != SQLITE_DONE) {
      Fail("the peer");
    }
  }
  void Execute(const char* sql) { Check(sqlite3_exec(database_, sql, nullptr, nullptr, nullptr)); }
  sqlite3_stmt* Prepare(const char* sql) {
    sqlite3_stmt* statement = nullptr;
    Check(sqlite3_prepare_v2(database_, sql, -1, &statement, nullptr));
    return statement;
  }
  static void Step(sqlite3_stmt* statement) {
    Check(sqlite3_step(statement));
    sqlite3_reset(statement);
  }

  sqlite3* database_ = nullptr;
  sqlite3_stmt* add_quote_ = nullptr;
  sqlite3_stmt* add_figure_ = nullptr;
  sqlite3_stmt* page_ = nullptr;
  sqlite3_stmt* total_ = nullptr;
};

double ToDouble(const figures::Decimal& decimal) {
  return std::strtod(figures::ToString(decimal).c_str(), nullptr);
}

class Bench {
 public:
  explicit Bench(const Options& options) : options_(options) {
    const auto scheme = themes::Scheme::BuiltIn();
    {
      const auto documents = MakeDocuments(MakeQuotes(options.lines, options.quotes), *scheme);
      archive::ArchiveLoader loader(scheme, {});
      for (const auto& document : documents) {
        loader.Add(*document);
      }
      archive_ = loader.Finish(1);
    }
    int64_t id = 0;
    for (const archive::PackedDocument* const document : archive_->documents()) {
      first_[document] = id;
      for (uint32_t q = 0; q < document->size(); ++q, ++id) {
        peer_.AddQuote(id, text::ToUtf8(document->text(q)));
        for (const archive::PackedFigure& figure : document->figures(q)) {
          const auto values = archive::BaseValues(*document, figure);
          if (values.has_value() && figure.values == 1) {
            const std::string base = archive::UnitOf(*document, figure).base;
            peer_.AddFigure(base, ToDouble(values->first), id);
            values_.push_back({values->first, archive::UnitOf(*document, figure)});
          }
          if (!figure.measure.empty()) {
            measures_.push_back(
                text::ToUtf8(document->joined({figure.measure.begin, figure.measure.end})));
          }
        }
      }
    }
    peer_.Finish();
    std::printf("%lld quotes, %zu figures with one value\n", static_cast<long long>(id),
                values_.size());
    for (const auto& [structure, bytes] : archive::MemoryUse(*archive_)) {
      if (structure == "figures") {
        std::printf("%.1f MB of indices\n", static_cast<double>(bytes) / 1e6);
      }
    }
  }

  void Run() {
    std::printf("%-24s %9s %9s %9s %9s %9s\n", "class", "hits", "median", "p95", "SQLite", "p95");
    const auto pick = [this]() -> const Value& { return values_[random_() % values_.size()]; };
    const auto value = [&](double spread) {
      const Value& chosen = pick();
      Question question;
      question.unit = chosen.unit.base;
      question.filter.unit = chosen.unit;
      question.filter.from = chosen.value;
      question.filter.to = chosen.value;
      if (spread > 0) {
        // Nine tenths to eleven tenths, exactly.
        question.filter.from = figures::Multiply(chosen.value, {9, -1});
        question.filter.to = figures::Multiply(chosen.value, {11, -1});
        if (!question.filter.from.has_value() || !question.filter.to.has_value()) {
          question.filter.from = question.filter.to = chosen.value;
        }
      }
      question.from = ToDouble(*question.filter.from);
      question.to = ToDouble(*question.filter.to);
      return question;
    };
    Measure(
        "value", [&] { return value(0); }, /*bar=*/true);
    Measure(
        "value of targets",
        [&] {
          Question question = value(0);
          question.filter.modes = {figures::FigureMode::kTarget};
          question.peer = false;
          return question;
        },
        /*bar=*/true);
    Measure(
        "values within a tenth", [&] { return value(0.1); }, /*bar=*/false);
    Measure(
        "measured thing",
        [&] {
          Question question;
          question.filter.measure =
              text::Fold(text::ToCodePoints(measures_[random_() % measures_.size()])).units;
          question.peer = false;
          return question;
        },
        /*bar=*/false);
  }

 private:
  struct Value {
    figures::Decimal value;
    figures::Unit unit;
  };

  Answer Find(const Question& question) const {
    archive::Lookup lookup;
    lookup.figures = &question.filter;
    lookup.limit = kPage;
    const auto found = archive_->Find(lookup, Cancellation());
    if (!found.ok()) {
      Fail("a look-up");
    }
    Answer answer;
    answer.total = found->total;
    for (const archive::Hit& hit : found->hits) {
      answer.quotes.push_back(first_.at(hit.ref.document) + hit.ref.index);
      buffer_.clear();
      text::AppendUtf8(hit.ref.text(), &buffer_);
      answer.bytes += buffer_.size();
    }
    return answer;
  }

  void Measure(const char* name, const std::function<Question()>& make, bool bar) {
    std::vector<Question> questions;
    double hits = 0;
    for (size_t i = 0; i < options_.queries; ++i) {
      questions.push_back(make());
    }
    for (const Question& question : questions) {
      const Answer answer = Find(question);
      hits += static_cast<double>(answer.total) / static_cast<double>(questions.size());
      // Ranges of values are the archive's alone: the peer was not given them.
      if (question.peer && !(answer == peer_.Find(question)) && !HasRanges(question)) {
        Fail(absl::StrCat("the answers differ: ", name));
      }
    }
    const Quantiles own = TimeEach(questions.size(), [&](size_t i) { Find(questions[i]); });
    std::printf("%-24s %9.0f %9.1f %9.1f", name, hits, own.median, own.p95);
    bool slower = false;
    if (questions.front().peer) {
      const Quantiles peer =
          TimeEach(questions.size(), [&](size_t i) { peer_.Find(questions[i]); });
      std::printf(" %9.1f %9.1f", peer.median, peer.p95);
      slower = own.median > peer.median;
    }
    std::printf("\n");
    if (bar) {
      Say(own.median <= kMostMicros && !slower,
          absl::StrCat(name, ": the median within ", kMostMicros, " us and within the peer's"));
    }
  }

  // Whether a figure with two values meets a question.
  bool HasRanges(const Question& question) const {
    archive::Lookup lookup;
    lookup.figures = &question.filter;
    lookup.limit = 1'000'000;
    const auto found = archive_->Find(lookup, Cancellation());
    for (const archive::Hit& hit : found->hits) {
      for (const uint32_t place : hit.figures) {
        if (hit.ref.document->figures()[place].values > 1) {
          return true;
        }
      }
    }
    return false;
  }

  const Options options_;
  std::shared_ptr<const archive::Archive> archive_;
  std::map<const archive::PackedDocument*, int64_t> first_;
  std::vector<Value> values_;
  std::vector<std::string> measures_;
  mutable std::string buffer_;
  Peer peer_;
  std::mt19937_64 random_{1};
};

int Main(int argc, char** argv) {
  Options options;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view name = argv[i];
    if (name == "--quotes") {
      options.quotes = std::strtoull(argv[i + 1], nullptr, 10);
    } else if (name == "--queries") {
      options.queries = std::strtoull(argv[i + 1], nullptr, 10);
    } else if (name == "--lines") {
      options.lines = argv[i + 1];
    } else {
      Fail("usage: figure_bench [--quotes N] [--queries N] [--lines FILE]");
    }
  }
  Bench(options).Run();
  return ExitCode();
}

}  // namespace
}  // namespace quotes::bench

int main(int argc, char** argv) { return quotes::bench::Main(argc, argv); }
