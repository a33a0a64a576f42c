#include "service/library/file_metadata.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "service/base/absl_string.h"
#include "service/base/errors.h"
#include "service/base/limits.h"
#include "service/base/moment.h"
#include "service/text/utf8.h"

namespace quotes {

namespace {

struct TextKey {
  std::string_view key;
  std::string* field;
};
struct DateKey {
  std::string_view key;
  std::optional<absl::CivilDay>* field;
};
struct Keys {
  std::array<TextKey, 12> texts;
  std::array<DateKey, 3> dates;
};

Keys KeysOf(report::Metadata* m) {
  return {{{{"title", &m->title},
            {"subtitle", &m->subtitle},
            {"event", &m->event},
            {"body", &m->body},
            {"speaker", &m->speaker},
            {"author", &m->speaker},
            {"office", &m->office},
            {"language", &m->language},
            {"lang", &m->language},
            {"paper", &m->publication.paper},
            {"edition", &m->publication.edition},
            {"pages", &m->publication.pages}}},
          {{{"date", &m->date},
            {"speech_date", &m->date},
            {"issue_date", &m->publication.issue_date}}}};
}

bool IsEmbargoKey(std::string_view key) { return key == "embargo" || key == "available_from"; }

}  // namespace

absl::StatusOr<report::Metadata> WithFileMetadata(
    const std::vector<std::pair<std::string, std::string>>& entries, report::Metadata given) {
  const Keys keys = KeysOf(&given);
  std::set<std::string_view> seen;
  for (const auto& [key, value] : entries) {
    const std::string_view outer = std::string_view(key).substr(0, key.find('.'));
    if (outer.size() < key.size() && IsFileMetadataKey(outer)) {
      return errors::FieldInvalid(absl::StrCat("metadata.", ToAbsl(outer)),
                                  "is a table where a text belongs");
    }
    const std::string name = absl::StrCat("metadata.", key);
    if (IsFileMetadataKey(key) && !seen.insert(key).second) {
      return errors::FieldInvalid(name, "has more than one value");
    }
    for (const TextKey& text : keys.texts) {
      if (key != text.key || !text.field->empty()) {
        continue;
      }
      if (text::CountCodePoints(value) > limits::kMaxMetadataCodePoints) {
        return errors::FieldOutOfRange(
            name, absl::StrCat("at most ", limits::kMaxMetadataCodePoints, " characters"));
      }
      *text.field = value;
    }
    for (const DateKey& date : keys.dates) {
      if (key != date.key || date.field->has_value()) {
        continue;
      }
      constexpr size_t kIsoDate = 10;  // 2022-01-17
      constexpr absl::civil_year_t kLastYear = 9999;
      absl::CivilDay day;
      if (value.size() < kIsoDate || !absl::ParseCivilTime(value.substr(0, kIsoDate), &day) ||
          day.year() < 1 || day.year() > kLastYear) {
        return errors::FieldInvalid(name, absl::StrCat(value, " is no day: YYYY-MM-DD"));
      }
      *date.field = day;
    }
  }
  return given;
}

absl::StatusOr<std::optional<absl::Time>> EmbargoOf(
    const std::vector<std::pair<std::string, std::string>>& entries) {
  std::optional<absl::Time> until;
  for (const auto& [key, value] : entries) {
    // What is said in some other form is not to be passed over either.
    const std::string_view name = std::string_view(key).substr(0, key.find('.'));
    if (!IsEmbargoKey(name)) {
      if (absl::StartsWithIgnoreCase(ToAbsl(name), "embargo")) {
        return errors::FieldInvalid(name, "is no key; embargo says until when a text is held back");
      }
      continue;
    }
    if (name != key) {
      return errors::FieldInvalid(name, "is no plain value");
    }
    if (until.has_value()) {
      return errors::FieldInvalid(key, "has more than one value");
    }
    until = ParseMoment(value);
    if (!until.has_value()) {
      return errors::FieldInvalid(
          key, absl::StrCat(value.empty() ? "an empty value" : value,
                            " is no moment with a zone: YYYY-MM-DDThh:mm+hh:mm"));
    }
  }
  return until;
}

bool IsFileMetadataKey(std::string_view key) {
  if (IsEmbargoKey(key)) {
    return true;
  }
  report::Metadata metadata;
  const Keys keys = KeysOf(&metadata);
  const auto is_key = [key](const auto& known) { return known.key == key; };
  return std::any_of(keys.texts.begin(), keys.texts.end(), is_key) ||
         std::any_of(keys.dates.begin(), keys.dates.end(), is_key);
}

}  // namespace quotes
