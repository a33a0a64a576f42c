#ifndef QUOTES_TESTS_BENCH_FTS5_PEER_H_
#define QUOTES_TESTS_BENCH_FTS5_PEER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

struct sqlite3;

namespace quotes::bench {

// SQLite FTS5 over the same texts, as the peer of the benchmarks: the built-in trigram tokenizer,
// or one that indexes overlapping pairs of characters (so that keywords of two characters work).
// Texts are numbered from 1 in the order given, which is the order of answers.
class Fts5Peer {
 public:
  enum class Tokenizer { kTrigram, kBigram };

  static absl::StatusOr<std::unique_ptr<Fts5Peer>> Create(
      Tokenizer tokenizer, const std::vector<std::string_view>& texts);
  ~Fts5Peer();
  Fts5Peer(const Fts5Peer&) = delete;
  Fts5Peer& operator=(const Fts5Peer&) = delete;

  // Whether the tokenizer can find a keyword of this many characters at all.
  bool Finds(size_t code_points) const;

  struct Answer {
    std::vector<int64_t> ids;        // the first 20, ascending
    std::vector<std::string> texts;  // theirs
    int64_t total = 0;
  };

  // Files a text under a theme, for Filter::theme.
  absl::Status AddTheme(int theme, const std::vector<int64_t>& ids);

  struct Filter {
    int64_t lowest = 0;   // bounds of the ids: a filter by report, as reports are runs of ids;
    int64_t highest = 0;  // 0 for none
    int theme = -1;       // -1 for none
  };

  // `match` is an FTS5 expression; see Phrase.
  absl::StatusOr<Answer> Find(const std::string& match, const Filter& filter);

  // The expression that finds `keyword` anywhere in a text.
  std::string Phrase(std::string_view keyword) const;

 private:
  Fts5Peer(Tokenizer tokenizer, sqlite3* database);
  struct Statements;
  const Tokenizer tokenizer_;
  sqlite3* const database_;
  std::unique_ptr<Statements> statements_;
};

}  // namespace quotes::bench

#endif  // QUOTES_TESTS_BENCH_FTS5_PEER_H_
