// Look-ups in process: the archive against SQLite FTS5 over the same quotes, in one run.
//
//   lookup_bench [--quotes N] [--queries N] [--lines FILE] [--withdrawn PERCENT]
//
// Quotes are sentences recombined from the sample report, or with --lines pieces of FILE's lines,
// the same in every run. A look-up is the top 20 with their texts and the exact total. Every answer
// of the archive is compared with the peers'; a difference ends the run with an error.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <initializer_list>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "service/archive/archive.h"
#include "service/archive/indexed_archive.h"
#include "service/archive/query.h"
#include "service/report/parser.h"
#include "service/text/decode.h"
#include "service/text/fold.h"
#include "service/text/utf8.h"
#include "tests/bench/fts5_peer.h"
#include "tests/support/test_data.h"

namespace quotes::bench {
namespace {

using Clock = std::chrono::steady_clock;
constexpr size_t kQuotesPerReport = 100;

double Micros(Clock::time_point begin) {
  return std::chrono::duration<double, std::micro>(Clock::now() - begin).count();
}

[[noreturn]] void Fail(const std::string& message) {
  std::fprintf(stderr, "%s\n", message.c_str());
  std::exit(1);
}

// Sentences from which quotes are made.
std::vector<std::u32string> Clauses() {
  const auto decoded = text::Decode(testing::SampleReport());
  const auto report = report::ParseReport(*decoded);
  std::vector<std::u32string> clauses;
  std::u32string clause;
  for (const char32_t c : report->joined.substr(0, report->runs[0].range.end)) {
    clause += c;
    if (text::IsHardMark(c)) {
      if (clause.size() >= 4) {
        clauses.push_back(clause);
      }
      clause.clear();
    }
  }
  return clauses;
}

std::vector<std::u32string> Recombined(size_t count) {
  const std::vector<std::u32string> clauses = Clauses();
  std::mt19937 random(20220117);
  std::vector<std::u32string> quotes;
  while (quotes.size() < count) {
    std::u32string quote;
    while (quote.size() < 36) {
      // A cut inside a clause makes strings that the sample does not have.
      const std::u32string& clause = clauses[random() % clauses.size()];
      const size_t begin = random() % 4 == 0 ? random() % clause.size() : 0;
      quote += clause.substr(begin);
    }
    quote.back() = U'。';
    quotes.push_back(std::move(quote));
  }
  return quotes;
}

std::vector<std::u32string> FromLines(const std::string& path, size_t count) {
  std::ifstream in(path);
  std::vector<std::u32string> quotes;
  std::string line;
  while (quotes.size() < count) {
    if (!std::getline(in, line)) {
      if (quotes.empty()) {
        Fail("cannot read " + path);
      }
      break;
    }
    const std::u32string points = text::ToCodePoints(line);
    std::u32string quote;
    for (const char32_t c : points) {
      quote += c;
      if ((c == U'。' || c == U'；' || quote.size() >= 200) && quotes.size() < count) {
        quotes.push_back(std::move(quote));
        quote.clear();
      }
    }
    if (quote.size() >= 4 && quotes.size() < count) {
      quotes.push_back(std::move(quote.append(1, U'。')));
    }
  }
  return quotes;
}

// Ids in the order of their numbers.
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

// One class of queries: the same question for the archive and for the peers.
struct Question {
  std::string query;
  std::function<std::string(const Fts5Peer&)> match;
  size_t shortest = 0;  // code points of its shortest term
  archive::Filter filter;
  Fts5Peer::Filter peer_filter;
};

struct Times {
  std::vector<double> micros;
  double At(double share) {
    std::sort(micros.begin(), micros.end());
    return micros.empty()
               ? 0
               : micros[static_cast<size_t>(share * static_cast<double>(micros.size() - 1))];
  }
};

class Bench {
 public:
  Bench(std::vector<std::u32string> quotes, size_t queries, int withdrawn_percent)
      : quotes_(std::move(quotes)), queries_(queries), scheme_(themes::Scheme::BuiltIn()) {
    std::vector<std::shared_ptr<const archive::Document>> documents =
        MakeDocuments(quotes_, *scheme_);
    size_t code_points = 0;
    for (const std::u32string& quote : quotes_) {
      code_points += quote.size();
      std::u32string units = text::Fold(quote).units;
      folded_.push_back(text::ToUtf8(units));
      units_.push_back(std::move(units));
    }
    auto begin = Clock::now();
    archive_ = archive::MakeIndexedArchive(1, scheme_, documents);
    std::printf("%zu quotes, %zu code points; archive built in %.1f s\n", quotes_.size(),
                code_points, Micros(begin) / 1e6);
    if (withdrawn_percent > 0) {
      // Every n-th report goes; the peers lose its rows.
      std::vector<std::shared_ptr<const archive::Document>> left;
      for (size_t i = 0; i < documents.size(); ++i) {
        if (static_cast<int>(i % 100) < withdrawn_percent) {
          for (size_t q = i * kQuotesPerReport;
               q < std::min((i + 1) * kQuotesPerReport, quotes_.size()); ++q) {
            folded_[q] = " ";
          }
        } else {
          left.push_back(documents[i]);
        }
      }
      archive_ = archive::MakeIndexedArchive(2, scheme_, std::move(left), archive_.get());
      std::printf("%d %% of the reports withdrawn\n", withdrawn_percent);
    }
    const std::vector<std::string_view> texts(folded_.begin(), folded_.end());
    for (const auto tokenizer : {Fts5Peer::Tokenizer::kBigram, Fts5Peer::Tokenizer::kTrigram}) {
      begin = Clock::now();
      auto peer = Fts5Peer::Create(tokenizer, texts);
      if (!peer.ok()) {
        Fail(peer.status().ToString());
      }
      std::printf("FTS5 %s built in %.1f s\n",
                  tokenizer == Fts5Peer::Tokenizer::kBigram ? "bigram" : "trigram",
                  Micros(begin) / 1e6);
      peers_.push_back(*std::move(peer));
    }
    std::vector<std::vector<int64_t>> themed(scheme_->themes().size());
    for (size_t d = 0; d < documents.size(); ++d) {
      for (size_t q = 0; q < documents[d]->themes.size(); ++q) {
        for (const themes::Assignment& assignment : documents[d]->themes[q]) {
          themed[static_cast<size_t>(assignment.theme)].push_back(
              static_cast<int64_t>(d * kQuotesPerReport + q) + 1);
        }
      }
    }
    for (size_t theme = 0; theme < themed.size(); ++theme) {
      for (const auto& peer : peers_) {
        if (!peer->AddTheme(static_cast<int>(theme), themed[theme]).ok()) {
          Fail("themes of the peer");
        }
      }
      if (themed[theme].size() > themed[largest_theme_].size()) {
        largest_theme_ = theme;
      }
    }
  }

  void Run() {
    std::printf("%-22s %9s %9s %9s | %9s %9s | %9s %9s | %7s %7s\n", "microseconds", "archive",
                "95 %", "99 %", "bigram", "95 %", "trigram", "95 %", "ratio", "at 95 %");
    for (const size_t length : std::initializer_list<size_t>{1, 2, 3, 4, 6, 8, 12}) {
      Measure("keyword of " + std::to_string(length), [&] {
        const std::u32string word = Word(length);
        return Single(word);
      });
    }
    Measure("two terms, rare", [&] { return Two(Word(6), Word(2), " ", " AND "); });
    Measure("two terms, frequent", [&] { return Two(Frequent(), Frequent(), " ", " AND "); });
    Measure("OR", [&] { return Two(Word(3), Word(4), " OR ", " OR "); });
    Measure("AND NOT", [&] { return Two(Word(3), Word(3), " -", " NOT "); });
    Measure("theme and keyword", [&] {
      Question question = Single(Word(3));
      question.filter.theme_groups = {{static_cast<int>(largest_theme_)}};
      question.peer_filter.theme = static_cast<int>(largest_theme_);
      return question;
    });
    Measure("report and keyword", [&] {
      Question question = Single(Word(3));
      const size_t report = random_() % (quotes_.size() / kQuotesPerReport);
      question.filter.reports = {ReportId(report)};
      question.peer_filter.lowest = static_cast<int64_t>(report * kQuotesPerReport) + 1;
      question.peer_filter.highest = static_cast<int64_t>((report + 1) * kQuotesPerReport);
      return question;
    });
  }

 private:
  std::u32string Word(size_t length) {
    while (true) {
      const std::u32string& units = units_[random_() % units_.size()];
      if (units.size() < length) {
        continue;
      }
      std::u32string word = units.substr(random_() % (units.size() - length + 1), length);
      // Queries of letters only: marks and operators would be read as the query's own.
      if (std::all_of(word.begin(), word.end(), [](char32_t c) { return text::IsHan(c); })) {
        return word;
      }
    }
  }

  // A word that many quotes have.
  std::u32string Frequent() {
    std::u32string best;
    uint64_t most = 0;
    for (int i = 0; i < 8; ++i) {
      std::u32string word = Word(2);
      const auto query = archive::ParseQuery(text::ToUtf8(word));
      archive::Lookup lookup;
      lookup.query = &*query;
      const uint64_t total = archive_->Find(lookup, Cancellation())->total;
      if (total > most) {
        most = total;
        best = std::move(word);
      }
    }
    return best;
  }

  static Question Single(const std::u32string& word) {
    Question question;
    question.query = text::ToUtf8(word);
    question.match = [query = question.query](const Fts5Peer& peer) { return peer.Phrase(query); };
    question.shortest = word.size();
    return question;
  }

  static Question Two(const std::u32string& a, const std::u32string& b, const char* join,
                      const char* peer_join) {
    Question question;
    const std::string first = text::ToUtf8(a);
    const std::string second = text::ToUtf8(b);
    question.query = absl::StrCat(first, join, second);
    question.match = [first, second, peer_join](const Fts5Peer& peer) {
      return absl::StrCat(peer.Phrase(first), peer_join, peer.Phrase(second));
    };
    question.shortest = std::min(a.size(), b.size());
    return question;
  }

  template <typename Make>
  void Measure(const std::string& name, const Make& make) {
    Times ours;
    std::vector<Times> theirs(peers_.size());
    for (size_t i = 0; i < queries_; ++i) {
      const Question question = make();
      auto begin = Clock::now();
      const auto query = archive::ParseQuery(question.query);
      if (!query.ok()) {
        Fail(query.status().ToString());
      }
      archive::Lookup lookup;
      lookup.query = &*query;
      lookup.filter = question.filter;
      const auto answer = archive_->Find(lookup, Cancellation());
      std::vector<std::string> texts;
      for (const archive::Hit& hit : answer->hits) {
        texts.push_back(text::ToUtf8(hit.ref.text()));
      }
      ours.micros.push_back(Micros(begin));
      for (size_t p = 0; p < peers_.size(); ++p) {
        if (!peers_[p]->Finds(question.shortest)) {
          continue;
        }
        const std::string match = question.match(*peers_[p]);
        begin = Clock::now();
        const auto peer_answer = peers_[p]->Find(match, question.peer_filter);
        theirs[p].micros.push_back(Micros(begin));
        if (!peer_answer.ok()) {
          Fail(peer_answer.status().ToString());
        }
        bool same = static_cast<uint64_t>(peer_answer->total) == answer->total &&
                    peer_answer->ids.size() == answer->hits.size();
        for (size_t h = 0; same && h < answer->hits.size(); ++h) {
          same = answer->hits[h].ref.id() == absl::StrCat("q", peer_answer->ids[h] - 1);
        }
        if (!same) {
          Fail("answers differ for " + question.query + ": " + std::to_string(answer->total) +
               " against " + std::to_string(peer_answer->total));
        }
      }
    }
    double best = 0;
    double best95 = 0;
    for (Times& times : theirs) {
      if (!times.micros.empty()) {
        best = best == 0 ? times.At(0.5) : std::min(best, times.At(0.5));
        best95 = best95 == 0 ? times.At(0.95) : std::min(best95, times.At(0.95));
      }
    }
    std::printf("%-22s %9.1f %9.1f %9.1f | %9.1f %9.1f | %9.1f %9.1f | %7.1f %7.1f\n", name.c_str(),
                ours.At(0.5), ours.At(0.95), ours.At(0.99), theirs[0].At(0.5), theirs[0].At(0.95),
                theirs[1].At(0.5), theirs[1].At(0.95), best / ours.At(0.5), best95 / ours.At(0.95));
  }

  const std::vector<std::u32string> quotes_;
  const size_t queries_;
  const std::shared_ptr<const themes::Scheme> scheme_;
  std::vector<std::u32string> units_;
  std::vector<std::string> folded_;
  std::shared_ptr<const archive::Archive> archive_;
  std::vector<std::unique_ptr<Fts5Peer>> peers_;
  size_t largest_theme_ = 0;
  std::mt19937 random_{7};
};

int Main(int argc, char** argv) {
  size_t quotes = 50'000;
  size_t queries = 400;
  int withdrawn = 0;
  std::string lines;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view name = argv[i];
    if (name == "--quotes") {
      quotes = static_cast<size_t>(std::atoll(argv[i + 1]));
    } else if (name == "--queries") {
      queries = static_cast<size_t>(std::atoll(argv[i + 1]));
    } else if (name == "--withdrawn") {
      withdrawn = std::atoi(argv[i + 1]);
    } else if (name == "--lines") {
      lines = argv[i + 1];
    } else {
      Fail("unknown option " + std::string(name));
    }
  }
  Bench bench(lines.empty() ? Recombined(quotes) : FromLines(lines, quotes), queries, withdrawn);
  bench.Run();
  return 0;
}

}  // namespace
}  // namespace quotes::bench

int main(int argc, char** argv) { return quotes::bench::Main(argc, argv); }
