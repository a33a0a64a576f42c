#ifndef QUOTES_SERVICE_LIBRARY_HIDDEN_TEXT_H_
#define QUOTES_SERVICE_LIBRARY_HIDDEN_TEXT_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"
#include "service/archive/packed_document.h"
#include "service/report/report.h"

namespace quotes {

// The id that is made from a report's title, body and date; empty if they name no report.
std::string NameOf(const report::Metadata& metadata);
std::string NameOf(const archive::PackedDocument& document);

// A sentence or heading, folded as archives do it, without breaks at its ends.
struct FoldedSentence {
  std::u32string units;
  std::u32string letters;  // the units without breaks
};

// What the speech of one report that is held back says, in all of its revisions: with its release
// the earlier ones become public too. Some ten bytes a character. Immutable and thread-safe.
class HiddenText {
 public:
  // This one and a revision; what it has already counts once.
  std::shared_ptr<const HiddenText> With(const report::ParsedReport& revision) const;
  std::shared_ptr<const HiddenText> With(const archive::PackedDocument& revision) const;

  // Whether a revision has this name; see NameOf.
  bool IsNamed(std::string_view name) const { return names_.find(name) != names_.end(); }
  // Whether letters stand in one of its sentences.
  bool Has(std::u32string_view letters) const;

 private:
  friend class LeakFinder;

  template <typename Quotes>
  void Add(std::string name, std::u32string_view joined, const Quotes& quotes);

  std::set<std::string, std::less<>> names_;
  std::vector<FoldedSentence> sentences_;
  size_t letters_ = 0;
  // The sentences that tell something, by the hash of their first letters.
  absl::flat_hash_map<uint64_t, std::vector<uint32_t>> by_beginning_;
};

// What a text has of one that is held back.
struct Leak {
  // Where the first of the sentences begins in the joined text; nullopt: it is no sentence, but the
  // text as a whole.
  std::optional<uint32_t> position;
};

// Finds what a text has of hidden ones. All of it counts, not the speech alone: what is printed
// below a picture is found as well.
class LeakFinder {
 public:
  // `report` outlives the object.
  explicit LeakFinder(const report::ParsedReport& report);

  // Whether everybody can read a stretch of a sentence elsewhere at the time in question.
  using IsPublic = absl::FunctionRef<bool(std::u32string_view units, std::u32string_view letters)>;

  // What it has of `hidden` that nobody can read elsewhere, where that is more than reports have in
  // common:
  //  - two whole sentences, or one that is a sixteenth of the shorter text. Sentences of fewer than
  //    sixteen characters (a Latin letter is a quarter of one) and formalities tell nothing;
  //  - where either text is too short to be known as nearly the same, half of the runs of eight
  //    letters that the shorter one has and that are not public.
  std::optional<Leak> Find(const HiddenText& hidden, IsPublic is_public) const;

 private:
  std::optional<Leak> FindSentences(const HiddenText& hidden, IsPublic is_public) const;
  bool IsLikeShort(const HiddenText& hidden, IsPublic is_public) const;

  std::vector<FoldedSentence> sentences_;
  // Of all runs, each with its place in the joined text; between two runs stands U+0000.
  std::u32string letters_;
  std::vector<uint32_t> positions_;
};

}  // namespace quotes

#endif  // QUOTES_SERVICE_LIBRARY_HIDDEN_TEXT_H_
