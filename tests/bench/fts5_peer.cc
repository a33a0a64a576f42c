#include "tests/bench/fts5_peer.h"

#include <sqlite3.h>

#include <map>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "service/base/absl_string.h"
#include "service/base/status_macros.h"
#include "service/text/fold.h"
#include "service/text/utf8.h"

namespace quotes::bench {
namespace {

constexpr int kTop = 20;

absl::Status Error(sqlite3* database) { return absl::InternalError(sqlite3_errmsg(database)); }

int CharacterBytes(unsigned char lead) {
  return lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}

// Emits every pair of neighbouring characters, and the last character alone, so that a prefix query
// finds a single character anywhere. A query of two and more characters emits pairs only.
int BigramTokenize(Fts5Tokenizer* /*tokenizer*/, void* context, int flags, const char* text,
                   int size, int (*emit)(void*, int, const char*, int, int, int)) {
  const bool query = (flags & FTS5_TOKENIZE_QUERY) != 0;
  for (int begin = 0; begin < size;) {
    const int first = CharacterBytes(static_cast<unsigned char>(text[begin]));
    const int next = begin + first;
    const int end =
        next < size ? next + CharacterBytes(static_cast<unsigned char>(text[next])) : next;
    if (end == next && query && begin > 0) {
      break;
    }
    const int status = emit(context, 0, text + begin, end - begin, begin, end);
    if (status != SQLITE_OK) {
      return status;
    }
    begin = next;
  }
  return SQLITE_OK;
}

int BigramCreate(void* /*context*/, const char** /*arguments*/, int /*count*/,
                 Fts5Tokenizer** tokenizer) {
  static char instance;
  *tokenizer = reinterpret_cast<Fts5Tokenizer*>(&instance);
  return SQLITE_OK;
}

void BigramDelete(Fts5Tokenizer* /*tokenizer*/) {}

// An auxiliary function of FTS5: the number of rows that have the first phrase of the expression,
// counted where bm25 counts them. For one token that takes two thirds of the time of reading it
// from fts5vocab and half of that of count(*); for phrases of several tokens count(*) is faster.
void CountRows(const Fts5ExtensionApi* api, Fts5Context* fts5, sqlite3_context* context,
               int /*count*/, sqlite3_value** /*values*/) {
  int64_t rows = 0;
  const auto count_row = [](const Fts5ExtensionApi* /*api*/, Fts5Context* /*fts5*/, void* sum) {
    ++*static_cast<int64_t*>(sum);
    return SQLITE_OK;
  };
  if (const int status = api->xQueryPhrase(fts5, 0, &rows, count_row); status != SQLITE_OK) {
    sqlite3_result_error_code(context, status);
    return;
  }
  sqlite3_result_int64(context, rows);
}

absl::Status Register(sqlite3* database) {
  fts5_api* api = nullptr;
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(database, "SELECT fts5(?1)", -1, &statement, nullptr) != SQLITE_OK) {
    return Error(database);
  }
  sqlite3_bind_pointer(statement, 1, &api, "fts5_api_ptr", nullptr);
  sqlite3_step(statement);
  sqlite3_finalize(statement);
  if (api == nullptr) {
    return absl::InternalError("FTS5 is not there");
  }
  fts5_tokenizer tokenizer{BigramCreate, BigramDelete, BigramTokenize};
  return api->xCreateTokenizer(api, "bigram", nullptr, &tokenizer, nullptr) == SQLITE_OK &&
                 api->xCreateFunction(api, "count_rows", nullptr, CountRows, nullptr) == SQLITE_OK
             ? absl::OkStatus()
             : Error(database);
}

absl::Status Execute(sqlite3* database, const char* sql) {
  return sqlite3_exec(database, sql, nullptr, nullptr, nullptr) == SQLITE_OK ? absl::OkStatus()
                                                                             : Error(database);
}

// The first ids with their texts, and the number of them.
struct Pair {
  sqlite3_stmt* top = nullptr;
  sqlite3_stmt* count = nullptr;
};

absl::Status Prepare(sqlite3* database, const std::string& id, const std::string& from,
                     const std::string& order, Pair* pair) {
  const std::pair<sqlite3_stmt**, std::string> statements[] = {
      {&pair->top, absl::StrCat("SELECT ", id, ", (SELECT text FROM texts WHERE id = ", id,
                                ") FROM ", from, " ORDER BY ", order, " LIMIT 20")},
      {&pair->count, absl::StrCat("SELECT count(*) FROM ", from)}};
  for (const auto& [statement, sql] : statements) {
    if (sqlite3_prepare_v3(database, sql.c_str(), -1, SQLITE_PREPARE_PERSISTENT, statement,
                           nullptr) != SQLITE_OK) {
      return Error(database);
    }
  }
  return absl::OkStatus();
}

}  // namespace

struct Fts5Peer::Statements {
  Pair plain;
  Pair between;
  Pair theme;
  std::map<std::pair<std::string, std::string>, Pair> theme_alone;  // by condition and order
  sqlite3_stmt* token_total = nullptr;
  sqlite3_stmt* nearest = nullptr;

  ~Statements() {
    sqlite3_finalize(token_total);
    sqlite3_finalize(nearest);
    for (const Pair& pair : {plain, between, theme}) {
      Finalize(pair);
    }
    for (const auto& [sql, pair] : theme_alone) {
      Finalize(pair);
    }
  }

 private:
  static void Finalize(const Pair& pair) {
    sqlite3_finalize(pair.top);
    sqlite3_finalize(pair.count);
  }
};

Fts5Peer::Fts5Peer(Tokenizer tokenizer, sqlite3* database)
    : tokenizer_(tokenizer), database_(database), statements_(std::make_unique<Statements>()) {}

Fts5Peer::~Fts5Peer() {
  statements_.reset();
  sqlite3_close(database_);
}

absl::StatusOr<std::unique_ptr<Fts5Peer>> Fts5Peer::Create(
    Tokenizer tokenizer, size_t count, absl::FunctionRef<std::string(size_t)> text) {
  // One thread asks: locks and a count of the memory in use would only cost time. What is said once
  // is refused later, without harm.
  (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  sqlite3* database = nullptr;
  if (sqlite3_open_v2(":memory:", &database,
                      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
                      nullptr) != SQLITE_OK) {
    return absl::InternalError("no database in memory");
  }
  std::unique_ptr<Fts5Peer> peer(new Fts5Peer(tokenizer, database));
  QUOTES_RETURN_IF_ERROR(Register(database));
  // Texts in a table of their own, which the statement that asks for them reads itself: that takes
  // two thirds of the time of asking FTS5 for them.
  QUOTES_RETURN_IF_ERROR(Execute(
      database, absl::StrCat("CREATE TABLE texts(id INTEGER PRIMARY KEY, text TEXT); "
                             "CREATE VIRTUAL TABLE quotes USING fts5(text, content='texts', "
                             "content_rowid='id', ",
                             tokenizer == Tokenizer::kBigram ? "tokenize='bigram', prefix='1')"
                                                             : "tokenize='trigram')")
                    .c_str()));
  QUOTES_RETURN_IF_ERROR(Execute(database, "BEGIN"));
  for (const char* const sql :
       {"INSERT INTO texts VALUES (?1, ?2)", "INSERT INTO quotes(rowid, text) VALUES (?1, ?2)"}) {
    sqlite3_stmt* insert = nullptr;
    if (sqlite3_prepare_v2(database, sql, -1, &insert, nullptr) != SQLITE_OK) {
      return Error(database);
    }
    int status = SQLITE_DONE;
    for (size_t i = 0; i < count && status == SQLITE_DONE; ++i) {
      const std::string bytes = text(i);
      sqlite3_bind_int64(insert, 1, static_cast<int64_t>(i) + 1);
      sqlite3_bind_text(insert, 2, bytes.data(), static_cast<int>(bytes.size()), SQLITE_STATIC);
      status = sqlite3_step(insert);
      sqlite3_reset(insert);
    }
    sqlite3_finalize(insert);
    if (status != SQLITE_DONE) {
      return Error(database);
    }
  }
  QUOTES_RETURN_IF_ERROR(Execute(database, "COMMIT"));
  QUOTES_RETURN_IF_ERROR(peer->Optimize());
  QUOTES_RETURN_IF_ERROR(Execute(
      database,
      "CREATE TABLE themes(theme INTEGER, id INTEGER, class INTEGER, mode INTEGER, "
      "figures INTEGER, body INTEGER, lead INTEGER, PRIMARY KEY (theme, id)) WITHOUT ROWID; "
      "CREATE INDEX by_class ON themes(theme, class, id); "
      "CREATE INDEX by_lead ON themes(theme, lead DESC, id); "
      "CREATE INDEX by_mode ON themes(theme, mode, class, id); "
      "CREATE INDEX by_figures ON themes(theme, figures, class, id); "
      "CREATE INDEX by_body ON themes(theme, body, class, id)"));
  struct Condition {
    Pair* pair;
    std::string id;  // of a text that meets it
    std::string from;
  };
  const Condition conditions[] = {
      {&peer->statements_->plain, "quotes.rowid", "quotes WHERE quotes MATCH ?1"},
      {&peer->statements_->between, "quotes.rowid",
       "quotes WHERE quotes MATCH ?1 AND rowid BETWEEN ?2 AND ?3"},
      {&peer->statements_->theme, "quotes.rowid",
       "quotes WHERE quotes MATCH ?1 AND EXISTS (SELECT 1 FROM themes WHERE theme = ?2 AND "
       "id = quotes.rowid)"}};
  for (const Condition& condition : conditions) {
    QUOTES_RETURN_IF_ERROR(
        Prepare(database, condition.id, condition.from, condition.id, condition.pair));
  }
  const std::pair<sqlite3_stmt**, const char*> others[] = {
      {&peer->statements_->token_total,
       "SELECT count_rows(quotes) FROM quotes WHERE quotes MATCH ?1 LIMIT 1"},
      {&peer->statements_->nearest,
       "SELECT rowid FROM quotes WHERE quotes MATCH ?1 ORDER BY rank LIMIT 1"}};
  for (const auto& [statement, sql] : others) {
    if (sqlite3_prepare_v3(database, sql, -1, SQLITE_PREPARE_PERSISTENT, statement, nullptr) !=
        SQLITE_OK) {
      return Error(database);
    }
  }
  return peer;
}

absl::Status Fts5Peer::Optimize() {
  return Execute(database_, "INSERT INTO quotes(quotes) VALUES ('optimize')");
}

absl::Status Fts5Peer::Delete(int64_t first, int64_t last) {
  return Execute(
      database_,
      absl::StrCat("INSERT INTO quotes(quotes, rowid, text) SELECT 'delete', id, text "
                   "FROM texts WHERE id BETWEEN ",
                   first, " AND ", last, "; DELETE FROM texts WHERE id BETWEEN ", first, " AND ",
                   last, "; DELETE FROM themes WHERE id BETWEEN ", first, " AND ", last)
          .c_str());
}

absl::Status Fts5Peer::ClearThemes() { return Execute(database_, "DELETE FROM themes"); }

absl::Status Fts5Peer::AddTheme(int theme, const std::vector<int64_t>& ids,
                                absl::FunctionRef<Attributes(int64_t id)> attributes_of) {
  sqlite3_stmt* insert = nullptr;
  QUOTES_RETURN_IF_ERROR(Execute(database_, "BEGIN"));
  if (sqlite3_prepare_v2(database_,
                         "INSERT OR IGNORE INTO themes VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)", -1,
                         &insert, nullptr) != SQLITE_OK) {
    return Error(database_);
  }
  for (const int64_t id : ids) {
    sqlite3_bind_int(insert, 1, theme);
    sqlite3_bind_int64(insert, 2, id);
    const Attributes attributes = attributes_of(id);
    sqlite3_bind_int(insert, 3, 3 - attributes.salience);
    sqlite3_bind_int(insert, 4, attributes.mode);
    sqlite3_bind_int(insert, 5, attributes.figures);
    sqlite3_bind_int(insert, 6, attributes.body);
    sqlite3_bind_int(insert, 7, attributes.lead);
    sqlite3_step(insert);
    sqlite3_reset(insert);
  }
  sqlite3_finalize(insert);
  return Execute(database_, "COMMIT");
}

bool Fts5Peer::Finds(size_t code_points) const {
  return tokenizer_ == Tokenizer::kBigram ? code_points >= 1 : code_points >= 3;
}

std::string Fts5Peer::Phrase(std::string_view keyword) const {
  std::string phrase = "\"";
  for (const char c : keyword) {
    phrase += c;
    if (c == '"') {
      phrase += c;
    }
  }
  phrase += '"';
  if (tokenizer_ == Tokenizer::kBigram && text::CountCodePoints(keyword) == 1) {
    phrase += " *";
  }
  return phrase;
}

bool Fts5Peer::IsToken(size_t code_points) const {
  return tokenizer_ == Tokenizer::kBigram ? code_points <= 2 : code_points == 3;
}

absl::StatusOr<int64_t> Fts5Peer::FindNearest(std::u32string_view folded) {
  const size_t length = tokenizer_ == Tokenizer::kTrigram ? 3 : 2;
  std::string match;
  for (size_t i = 0; i + length <= folded.size(); ++i) {
    const std::u32string_view stretch = folded.substr(i, length);
    if (stretch.find(text::kBreak) == std::u32string_view::npos) {
      absl::StrAppend(&match, match.empty() ? "" : " OR ", Phrase(text::ToUtf8(stretch)));
    }
  }
  if (match.empty()) {
    return 0;
  }
  sqlite3_stmt* const nearest = statements_->nearest;
  sqlite3_bind_text(nearest, 1, match.data(), static_cast<int>(match.size()), SQLITE_STATIC);
  const int status = sqlite3_step(nearest);
  const int64_t id = status == SQLITE_ROW ? sqlite3_column_int64(nearest, 0) : 0;
  sqlite3_reset(nearest);
  return status == SQLITE_ROW || status == SQLITE_DONE ? absl::StatusOr<int64_t>(id)
                                                       : absl::StatusOr<int64_t>(Error(database_));
}

absl::StatusOr<Fts5Peer::Answer> Fts5Peer::Find(const std::string& match, const Filter& filter,
                                                bool is_token) {
  Answer answer;
  if (match.empty()) {
    Pair& themed = statements_->theme_alone[{filter.condition, filter.order}];
    if (themed.count == nullptr) {
      QUOTES_RETURN_IF_ERROR(Prepare(
          database_, "t.id", absl::StrCat("themes AS t WHERE t.theme = ?2 AND ", filter.condition),
          filter.order, &themed));
    }
  }
  const Pair& pair = match.empty() ? statements_->theme_alone[{filter.condition, filter.order}]
                     : filter.theme >= 0  ? statements_->theme
                     : filter.highest > 0 ? statements_->between
                                          : statements_->plain;
  sqlite3_stmt* const top = pair.top;
  sqlite3_stmt* const count = is_token ? statements_->token_total : pair.count;
  for (sqlite3_stmt* const statement : {top, count}) {
    sqlite3_bind_text(statement, 1, match.data(), static_cast<int>(match.size()), SQLITE_STATIC);
    if (filter.theme >= 0) {
      sqlite3_bind_int(statement, 2, filter.theme);
      sqlite3_bind_int64(statement, 4, filter.first);
      sqlite3_bind_int64(statement, 5, filter.second);
    } else if (filter.highest > 0) {
      sqlite3_bind_int64(statement, 2, filter.lowest);
      sqlite3_bind_int64(statement, 3, filter.highest);
    }
  }
  answer.ids.reserve(kTop);
  int status = 0;
  while ((status = sqlite3_step(top)) == SQLITE_ROW) {
    answer.ids.push_back(sqlite3_column_int64(top, 0));
    answer.texts.append(reinterpret_cast<const char*>(sqlite3_column_text(top, 1)),
                        static_cast<size_t>(sqlite3_column_bytes(top, 1)));
  }
  sqlite3_reset(top);
  if (status != SQLITE_DONE) {
    return Error(database_);
  }
  status = sqlite3_step(count);
  if (status == SQLITE_ROW) {
    answer.total = sqlite3_column_int64(count, 0);
  }
  sqlite3_reset(count);
  // A token that no text has has no row to count at.
  return status == SQLITE_ROW || (status == SQLITE_DONE && is_token)
             ? absl::StatusOr<Answer>(std::move(answer))
             : absl::StatusOr<Answer>(Error(database_));
}

}  // namespace quotes::bench
