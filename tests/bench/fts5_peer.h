#ifndef QUOTES_TESTS_BENCH_FTS5_PEER_H_
#define QUOTES_TESTS_BENCH_FTS5_PEER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"

struct sqlite3;

namespace quotes::bench {

// SQLite FTS5 over the same texts, as the peer of the benchmarks: the built-in trigram tokenizer,
// or one that indexes overlapping pairs of characters (so that keywords of two characters work).
// Texts are numbered from 1 in the order given, which is the order of answers.
class Fts5Peer {
 public:
  enum class Tokenizer { kTrigram, kBigram };

  // `text(i)` is the i-th of `count` texts, from 0, in UTF-8.
  static absl::StatusOr<std::unique_ptr<Fts5Peer>> Create(
      Tokenizer tokenizer, size_t count, absl::FunctionRef<std::string(size_t)> text);
  ~Fts5Peer();
  Fts5Peer(const Fts5Peer&) = delete;
  Fts5Peer& operator=(const Fts5Peer&) = delete;

  // Whether the tokenizer can find a keyword of this many characters at all.
  bool Finds(size_t code_points) const;

  struct Answer {
    std::vector<int64_t> ids;  // the first 20, ascending
    std::string texts;         // theirs, one after the other
    int64_t total = 0;
  };

  // Takes the texts of a range of ids away.
  absl::Status Delete(int64_t first, int64_t last);

  // Merges everything to one b-tree: the best that the peer can be.
  absl::Status Optimize();

  // What conditions and orders ask of a text beside its themes.
  struct Attributes {
    int salience = 0;  // the highest comes first
    int mode = 0;
    int figures = 0;
    int body = 0;
    int lead = 0;
  };
  absl::Status ClearThemes();
  // Files texts under a theme, for Filter::theme.
  absl::Status AddTheme(int theme, const std::vector<int64_t>& ids,
                        absl::FunctionRef<Attributes(int64_t id)> attributes_of);

  struct Filter {
    int64_t lowest = 0;   // bounds of the ids: a filter by report, as reports are runs of ids;
    int64_t highest = 0;  // 0 for none
    int theme = -1;       // -1 for none
    // Of texts of a theme alone: SQL about its columns id, class (3 less salience), mode, figures,
    // body, lead with values ?4 and ?5, and the order in which ids stand.
    std::string condition = "1";
    std::string order = "id";
    int64_t first = 0;
    int64_t second = 0;
  };

  // `match` is an FTS5 expression; see Phrase. Empty: all texts of the filter's theme, which a
  // plain table answers. `is_token`: it is a phrase of one token, without a filter, whose total is
  // had faster than by counting rows in SQL.
  absl::StatusOr<Answer> Find(const std::string& match, const Filter& filter,
                              bool is_token = false);

  // Whether the phrase of a keyword of this many characters is one token.
  bool IsToken(size_t code_points) const;

  // The expression that finds `keyword` anywhere in a text.
  std::string Phrase(std::string_view keyword) const;

  // The text that shares most with a folded text, by bm25 over all its stretches of the tokenizer's
  // length: what FTS5 offers to find the source of a misquotation. 0: none shares any.
  absl::StatusOr<int64_t> FindNearest(std::u32string_view folded);

 private:
  Fts5Peer(Tokenizer tokenizer, sqlite3* database);
  struct Statements;
  const Tokenizer tokenizer_;
  sqlite3* const database_;
  std::unique_ptr<Statements> statements_;
};

}  // namespace quotes::bench

#endif  // QUOTES_TESTS_BENCH_FTS5_PEER_H_
