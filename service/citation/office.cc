#include "service/citation/office.h"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "service/citation/form.h"
#include "service/citation/word_classes.h"
#include "service/text/utf8.h"

namespace quotes::citation {
namespace {

constexpr size_t kShortestPost = 2;
constexpr size_t kShortestPlace = 2;

std::u32string Letters(std::string_view utf8) {
  std::u32string letters;
  for (const Unit& unit : FormUnits(text::ToCodePoints(utf8))) {
    if (unit.letter()) {
      letters.push_back(unit.form);
    }
  }
  return letters;
}

// Letters without the names of bodies that a post implies.
std::u32string WithoutBodies(std::u32string_view letters) {
  std::u32string kept;
  for (size_t i = 0; i < letters.size();) {
    const size_t body = BeginsWith(WordClass::kImpliedBody, letters.substr(i));
    if (body == 0) {
      kept.push_back(letters[i]);
    }
    i += std::max<size_t>(body, 1);
  }
  return kept;
}

// The offices of a row, in order.
std::vector<std::u32string> Posts(std::string_view utf8) {
  std::vector<std::u32string> posts(1);
  for (const Unit& unit : FormUnits(text::ToCodePoints(utf8))) {
    const bool parts =
        unit.letter() ? unit.form == U'兼'
                      : std::u32string_view(U"、,;/").find(unit.form) != std::u32string_view::npos;
    if (parts) {
      posts.emplace_back();
    } else if (unit.letter()) {
      posts.back().push_back(unit.form);
    }
  }
  for (std::u32string& post : posts) {
    post = WithoutBodies(post);
  }
  posts.erase(std::remove_if(posts.begin(), posts.end(),
                             [](const std::u32string& post) { return post.empty(); }),
              posts.end());
  return posts;
}

// The kind of place that words end with: 省 of 安徽省, 区 of 自治区; 0 for none.
char32_t LevelOf(std::u32string_view words) {
  return !words.empty() && IsWord(WordClass::kPlaceLevel, words.back()) ? words.back() : 0;
}

// A place without what says its kind, or whose committee it is: 安徽 of 安徽省委.
std::u32string_view PlaceOf(std::u32string_view words) {
  constexpr std::u32string_view kRegion = U"自治区";
  if (words.ends_with(U'委')) {
    words.remove_suffix(1);
  }
  if (words.ends_with(kRegion)) {
    words.remove_suffix(kRegion.size());
  } else if (LevelOf(words) != 0) {
    words.remove_suffix(1);
  }
  return words;
}

// The place that the first offices of a row name for all of them: 安徽省 of 安徽省委副书记.
std::u32string_view PlaceOfRow(std::u32string_view post) {
  for (size_t i = kShortestPlace; i < post.size(); ++i) {
    if (IsWord(WordClass::kPlaceLevel, post[i])) {
      return post.substr(0, i + 1);
    }
  }
  return {};
}

bool MakesAnotherPost(std::u32string_view before) {
  return !before.empty() && (IsWord(WordClass::kLesserOffice, before.back()) ||
                             IsWord(WordClass::kLesserOffice, before.front()));
}

size_t CommonEnd(std::u32string_view a, std::u32string_view b) {
  size_t size = 0;
  while (size < a.size() && size < b.size() && a[a.size() - 1 - size] == b[b.size() - 1 - size]) {
    ++size;
  }
  return size;
}

// What a claimed place is beside the names that a report bears.
FieldVerdict PlaceIn(std::u32string_view place, const Source::Metadata& metadata) {
  std::u32string names;
  for (const std::string_view name :
       {metadata.office, metadata.body, metadata.event, metadata.title, metadata.subtitle}) {
    names += Letters(name);
    names.push_back(U'\n');
  }
  if (names.find(place) != std::u32string::npos) {
    return FieldVerdict::kMatch;
  }
  const bool of_the_nation = FindWord(WordClass::kNationalBody, names).has_value();
  if (IsWord(WordClass::kNation, place)) {
    return of_the_nation ? FieldVerdict::kMatch : FieldVerdict::kMismatch;
  }
  const bool placed = of_the_nation || std::any_of(names.begin(), names.end(), [](char32_t c) {
                        return IsWord(WordClass::kPlaceLevel, c);
                      });
  return placed ? FieldVerdict::kMismatch : FieldVerdict::kUnknown;
}

// `row` is the place that stands before the row of the claimed post.
FieldVerdict ComparePost(std::u32string_view claimed, std::u32string_view row,
                         std::u32string_view actual, const Source::Metadata& metadata) {
  const size_t post = CommonEnd(claimed, actual);
  const std::u32string_view before = claimed.substr(0, claimed.size() - post);
  const std::u32string_view own = actual.substr(0, actual.size() - post);
  if (post < std::min(kShortestPost, actual.size()) || MakesAnotherPost(before) ||
      MakesAnotherPost(own)) {
    return FieldVerdict::kMismatch;
  }
  const std::u32string_view claimed_place = before.empty() ? row : before;
  const char32_t claimed_level = LevelOf(claimed_place);
  const char32_t own_level = LevelOf(own);
  if (!before.empty() && claimed_level != 0 && own_level != 0 && claimed_level != own_level) {
    return FieldVerdict::kMismatch;
  }
  const std::u32string_view place = PlaceOf(claimed_place);
  const std::u32string_view own_place = PlaceOf(own);
  if (place.empty()) {
    return FieldVerdict::kMatch;
  }
  if (!own_place.empty()) {
    return own_place.find(place) != std::u32string_view::npos ||
                   place.find(own_place) != std::u32string_view::npos
               ? FieldVerdict::kMatch
               : FieldVerdict::kMismatch;
  }
  return PlaceIn(place.size() < kShortestPlace ? claimed_place : place, metadata);
}

}  // namespace

bool SameOffice(std::u32string_view a, std::u32string_view b) {
  if (a.size() < b.size()) {
    std::swap(a, b);
  }
  return !b.empty() && a.ends_with(b) && !MakesAnotherPost(a.substr(0, a.size() - b.size()));
}

FieldVerdict CompareOffice(std::string_view claimed, const Source::Metadata& metadata) {
  const std::vector<std::u32string> actual = Posts(metadata.office);
  if (actual.empty()) {
    return FieldVerdict::kUnknown;
  }
  FieldVerdict best = FieldVerdict::kMismatch;
  std::u32string_view row;
  const std::vector<std::u32string> posts = Posts(claimed);
  for (const std::u32string& post : posts) {
    for (const std::u32string& own : actual) {
      const FieldVerdict verdict = ComparePost(post, row, own, metadata);
      if (verdict == FieldVerdict::kMatch) {
        return verdict;
      }
      best = verdict == FieldVerdict::kUnknown ? verdict : best;
    }
    row = row.empty() ? PlaceOfRow(post) : row;
  }
  return best;
}

}  // namespace quotes::citation
