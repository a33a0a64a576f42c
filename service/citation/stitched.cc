#include "service/citation/stitched.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "service/base/limits.h"
#include "service/citation/form.h"
#include "service/citation/locate.h"

namespace quotes::citation {
namespace {

// A part of a stitched quotation: shorter ones stand everywhere.
constexpr size_t kMinStitchedLetters = 6;

// Of two stretches with the same letters after the form fold.
TextVerdict VerdictOf(std::u32string_view quotation, std::u32string_view source) {
  const std::vector<Unit> own = FormUnits(quotation);
  const std::vector<Unit> other = FormUnits(source);
  const auto same = [&](char32_t Unit::*member) {
    return std::equal(own.begin(), own.end(), other.begin(), other.end(),
                      [member](const Unit& a, const Unit& b) { return a.*member == b.*member; });
  };
  return same(&Unit::raw)    ? TextVerdict::kVerbatim
         : same(&Unit::form) ? TextVerdict::kFormOnly
                             : TextVerdict::kPunctuationChanged;
}

}  // namespace

std::vector<Part> StitchedParts(std::u32string_view quotation, const Quoted& quoted,
                                Search* search) {
  const Corpus& corpus = search->corpus();
  std::u32string letters;
  std::vector<uint32_t> begin;
  std::vector<uint32_t> end;
  std::vector<bool> clause_begins;
  bool after_mark = true;
  for (const Unit& unit : quoted.units) {
    if (!unit.letter()) {
      after_mark = true;
      continue;
    }
    letters.push_back(unit.form);
    begin.push_back(unit.begin);
    end.push_back(unit.end);
    clause_begins.push_back(after_mark);
    after_mark = false;
  }
  const size_t max_windows = letters.size() > limits::kLongQuotationLetters
                                 ? 2 * limits::kMaxElisionParts
                                 : 2 * limits::kMaxCitationWindows;
  const WindowSet set = corpus.Locate(quotation, max_windows, 0, search->allowed(),
                                      Corpus::CommonMatches::kListFirst);
  struct Side {
    uint32_t source;
    std::u32string letters;
    std::vector<uint32_t> at;
  };
  std::vector<Side> sides;
  for (const Window& window : set.windows) {
    Side side{window.source, {}, {}};
    const Source& source = corpus.sources()[window.source];
    for (const Unit& unit :
         FormUnits(source.joined().substr(window.range.begin, window.range.size()))) {
      if (unit.letter()) {
        side.letters.push_back(unit.form);
        side.at.push_back(window.range.begin + unit.begin);
      }
    }
    sides.push_back(std::move(side));
  }
  std::vector<Part> parts;
  uint64_t left = limits::kMaxStitchedCharacters;
  size_t at = 0;
  while (at < letters.size()) {
    if (parts.size() == limits::kMaxElisionParts) {
      search->Stop();
      return parts;
    }
    uint64_t compared = 0;
    size_t best = 0;
    Part part;
    std::u32string_view joined_of;
    for (const Side& side : sides) {
      for (size_t i = 0; i + best < side.letters.size() && compared <= left; ++i) {
        size_t length = 0;
        while (at + length < letters.size() && i + length < side.letters.size() &&
               letters[at + length] == side.letters[i + length]) {
          ++length;
        }
        compared += length + 1;
        if (length > best) {
          best = length;
          const Source& source = corpus.sources()[side.source];
          part.report_id = source.report_id();
          part.revision = source.revision();
          part.source = {side.at[i], side.at[i + length - 1] + 1};
          joined_of = source.joined();
        }
      }
    }
    if (compared > left) {
      search->Stop();
      return {};
    }
    left -= compared;
    const bool clause = best >= kMinLetters && clause_begins[at] &&
                        (at + best == letters.size() || clause_begins[at + best]);
    if (best < kMinStitchedLetters && !clause) {
      return {};
    }
    part.quotation = {begin[at], end[at + best - 1]};
    part.verdict = VerdictOf(quotation.substr(part.quotation.begin, part.quotation.size()),
                             joined_of.substr(part.source.begin, part.source.size()));
    parts.push_back(std::move(part));
    at += best;
  }
  // Words that are quoted twice were taken from one place.
  const Part& first = parts.front();
  if (std::all_of(parts.begin(), parts.end(), [&first](const Part& part) {
        return part.report_id == first.report_id && part.source.begin < first.source.end &&
               first.source.begin < part.source.end;
      })) {
    return {};
  }
  return parts;
}

}  // namespace quotes::citation
