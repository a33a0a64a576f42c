#include "service/citation/attribution.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "service/citation/form.h"
#include "service/citation/lexicon.h"
#include "service/citation/office.h"
#include "service/citation/word_classes.h"
#include "service/text/fold.h"
#include "service/text/utf8.h"

namespace quotes::citation {
namespace {

// Code points of a paragraph that are read for its quotation marks.
constexpr size_t kLongestParagraph = 20'000;

std::u32string Letters(std::string_view utf8) {
  std::u32string letters;
  for (const Unit& unit : FormUnits(text::ToCodePoints(utf8))) {
    if (unit.letter()) {
      letters.push_back(unit.form);
    }
  }
  return letters;
}

std::string DateText(const absl::CivilDay& day) {
  return absl::StrFormat("%04d-%02d-%02d", day.year(), day.month(), day.day());
}

std::string ClaimedDateText(const ClaimedDate& date) {
  return date.year.has_value() ? absl::StrFormat("%04d-%02d-%02d", *date.year, date.month, date.day)
                               : absl::StrFormat("%02d-%02d", date.month, date.day);
}

// The number of a section that is called by it alone (二, 二、, （二）, 第二部分, 2.), in Chinese
// numerals as far as there are such; empty for other names.
std::u32string SectionNumber(std::u32string_view letters) {
  constexpr std::u32string_view kChinese = U"〇一二三四五六七八九十";
  if (letters.starts_with(U'第')) {
    letters.remove_prefix(1);
    for (const std::u32string_view kind : {U"部分", U"章", U"节", U"篇", U"项", U"条"}) {
      if (letters.ends_with(kind)) {
        letters.remove_suffix(kind.size());
        break;
      }
    }
  }
  constexpr size_t kLongestNumber = 4;
  if (letters.empty() || letters.size() > kLongestNumber) {
    return {};
  }
  if (std::all_of(letters.begin(), letters.end(),
                  [&](char32_t c) { return kChinese.find(c) != std::u32string_view::npos; })) {
    return std::u32string(letters);
  }
  int value = 0;
  for (const char32_t c : letters) {
    if (c < U'0' || c > U'9') {
      return {};
    }
    value = 10 * value + static_cast<int>(c - U'0');
  }
  if (value < 1 || value > 99) {
    return {};
  }
  std::u32string number;
  if (value >= 10) {
    number += value >= 20 ? std::u32string(1, kChinese[static_cast<size_t>(value / 10)]) : U"";
    number += U'十';
  }
  number += value % 10 > 0 ? std::u32string(1, kChinese[static_cast<size_t>(value % 10)]) : U"";
  return number;
}

std::u32string NumberOf(const Source& source, size_t section) {
  return SectionNumber(Letters(source.section_marker(section)));
}

bool IsBracketed(std::string_view utf8) {
  return utf8.find("（") != std::string_view::npos || utf8.find('(') != std::string_view::npos;
}

// Whether a section may be called by the number it has: in brackets where its marker has them, or
// nothing inside it does; without, only where no section above it has a number (一 is not （一）of
// another part).
bool IsCalled(const Source& source, size_t section, bool bracketed) {
  if (bracketed && IsBracketed(source.section_marker(section))) {
    return true;
  }
  for (int above = source.section(section).parent; above >= 0;
       above = source.section(static_cast<size_t>(above)).parent) {
    if (!NumberOf(source, static_cast<size_t>(above)).empty()) {
      return false;
    }
  }
  for (size_t i = 0; bracketed && i < source.section_count(); ++i) {
    if (source.section(i).parent == static_cast<int>(section) &&
        IsBracketed(source.section_marker(i))) {
      return false;
    }
  }
  return true;
}

FieldVerdict VerdictOf(bool match) {
  return match ? FieldVerdict::kMatch : FieldVerdict::kMismatch;
}

bool IsOffice(std::u32string_view letters) {
  const std::vector<Cue> cues = FindCues(letters);
  return std::any_of(cues.begin(), cues.end(), [&](const Cue& cue) {
    return cue.kind == CueKind::kOffice && cue.end == letters.size();
  });
}

// The office that a claim has beside the speaker's name (区委书记宋磊, 宋磊书记) in the claim's own
// marks, empty for none.
std::string OfficeBesideName(const Claim& claim, const Source& source) {
  const std::u32string name = FoldedName(source.metadata().speaker);
  std::u32string claimed = FoldedName(*claim.speaker);
  if (name.size() < 2 || claimed.size() <= name.size()) {
    return {};
  }
  if (claimed.ends_with(name)) {
    claimed.resize(claimed.size() - name.size());
  } else if (claimed.starts_with(name)) {
    claimed.erase(0, name.size());
  } else {
    return {};
  }
  if (!IsOffice(claimed) &&
      !(claimed.size() >= 2 && SameOffice(claimed, Letters(source.metadata().office)))) {
    return {};
  }
  const std::string_view raw = *claim.speaker;
  const std::string_view own = source.metadata().speaker;
  if (raw.ends_with(own)) {
    return std::string(raw.substr(0, raw.size() - own.size()));
  }
  return raw.starts_with(own) ? std::string(raw.substr(own.size())) : text::ToUtf8(claimed);
}

FieldVerdict SpeakerVerdict(const Claim& claim, const Source& source) {
  const std::string_view speaker = source.metadata().speaker;
  return speaker.empty() ? FieldVerdict::kUnknown
                         : VerdictOf(FoldedName(*claim.speaker) == FoldedName(speaker) ||
                                     !OfficeBesideName(claim, source).empty());
}

FieldResult RoleField(std::string claimed, const Source& source) {
  const FieldVerdict verdict = CompareOffice(claimed, source.metadata());
  return {ClaimField::kRole, verdict, std::move(claimed), std::string(source.metadata().office)};
}

FieldVerdict DateVerdict(const Claim& claim, const Source& source) {
  const std::optional<absl::CivilDay> day = source.metadata().date;
  const ClaimedDate& date = *claim.date;
  return day.has_value() ? VerdictOf(day->month() == date.month && day->day() == date.day &&
                                     (!date.year.has_value() || day->year() == *date.year))
                         : FieldVerdict::kUnknown;
}

FieldResult Date(const Claim& claim, const Source& source) {
  const std::optional<absl::CivilDay> day = source.metadata().date;
  return {ClaimField::kDate, DateVerdict(claim, source), ClaimedDateText(*claim.date),
          day.has_value() ? DateText(*day) : ""};
}

FieldResult PublicationField(const Claim& claim, const Source& source) {
  const ClaimedPublication& claimed = *claim.publication;
  const auto actual = source.metadata().publication;
  FieldResult result{ClaimField::kPublication, FieldVerdict::kUnknown, claimed.paper,
                     std::string(actual.paper)};
  const auto join = [](std::string* text, std::string_view part) {
    if (!part.empty()) {
      absl::StrAppend(text, text->empty() ? "" : " ", std::string(part));
    }
  };
  join(&result.claimed, claimed.edition);
  join(&result.actual, actual.edition);
  join(&result.claimed, claimed.issue_date.has_value() ? DateText(*claimed.issue_date) : "");
  join(&result.actual, actual.issue_date.has_value() ? DateText(*actual.issue_date) : "");
  // One that differs is wrong, whatever is not known beside it.
  bool known = true;
  bool match = true;
  const auto compare = [&](bool is_claimed, bool is_known, bool equal) {
    known = known && (!is_claimed || is_known);
    match = match && (!is_claimed || !is_known || equal);
  };
  compare(!claimed.paper.empty(), !actual.paper.empty(),
          Letters(claimed.paper) == Letters(actual.paper));
  compare(!claimed.edition.empty(), !actual.edition.empty(),
          Letters(claimed.edition) == Letters(actual.edition));
  compare(claimed.issue_date.has_value(), actual.issue_date.has_value(),
          claimed.issue_date == actual.issue_date);
  if (known || !match) {
    result.verdict = VerdictOf(match);
  }
  return result;
}

FieldResult SectionField(const Claim& claim, const Source& source, Range range) {
  FieldResult result{ClaimField::kSection, FieldVerdict::kUnknown, *claim.section, ""};
  for (const size_t i : source.SectionsAt(range.begin)) {
    result.actual = source.HeadingLine(i);
    if (IsSection(source, i, result.claimed)) {
      result.verdict = FieldVerdict::kMatch;
      return result;
    }
    result.verdict = FieldVerdict::kMismatch;
  }
  return result;
}

FieldResult Page(const Claim& claim, const Source& source, Range range) {
  FieldResult result{ClaimField::kPage, FieldVerdict::kUnknown, absl::StrCat(*claim.page), ""};
  for (const PrintPlace& place : source.PrintPlaces(range)) {
    if (place.page == 0) {
      continue;
    }
    if (place.page == *claim.page) {
      result.verdict = FieldVerdict::kMatch;
      result.actual = absl::StrCat(place.page);
      return result;
    }
    if (result.actual.empty()) {
      result.actual = absl::StrCat(place.page);
    }
    result.verdict = FieldVerdict::kMismatch;
  }
  return result;
}

}  // namespace

std::u32string FoldedName(std::string_view name) {
  std::u32string letters = Letters(name);
  constexpr size_t kCourtesy = 2;
  if (letters.size() > kCourtesy + 1 &&
      IsWord(WordClass::kCourtesy,
             std::u32string_view(letters).substr(letters.size() - kCourtesy))) {
    letters.resize(letters.size() - kCourtesy);
  }
  return letters;
}

bool IsSection(const Source& source, size_t section, std::string_view claimed) {
  if (source.section_id(section) == claimed || source.section_path(section) == claimed) {
    return true;
  }
  const std::u32string wanted = Letters(claimed);
  if (const std::u32string number = SectionNumber(wanted); !number.empty()) {
    return number == NumberOf(source, section) && IsCalled(source, section, IsBracketed(claimed));
  }
  return wanted.size() >= 2 &&
         Letters(source.HeadingLine(section)).find(wanted) != std::u32string::npos;
}

bool NamesReport(const Claim& claim) {
  return claim.report.has_value() || claim.revision.has_value() || claim.speaker.has_value() ||
         claim.date.has_value() || claim.publication.has_value();
}

bool InsideClaim(const Claim& claim, const Source& source) {
  if (claim.report.has_value()) {
    return source.report_id() == *claim.report &&
           (!claim.revision.has_value() || source.revision() == *claim.revision);
  }
  constexpr FieldVerdict kWrong = FieldVerdict::kMismatch;
  return !(claim.revision.has_value() && source.revision() != *claim.revision) &&
         !(claim.date.has_value() && DateVerdict(claim, source) == kWrong) &&
         !(claim.speaker.has_value() && SpeakerVerdict(claim, source) == kWrong) &&
         !(claim.publication.has_value() && PublicationField(claim, source).verdict == kWrong);
}

std::vector<FieldResult> JudgeFields(const Claim& claim, const Source* source, Range range) {
  std::vector<FieldResult> fields;
  const auto add = [&](ClaimField field, std::string claimed, auto judge) {
    fields.push_back(source == nullptr
                         ? FieldResult{field, FieldVerdict::kUnknown, std::move(claimed), ""}
                         : judge());
  };
  if (claim.report.has_value()) {
    add(ClaimField::kReport, *claim.report, [&] {
      return FieldResult{ClaimField::kReport, VerdictOf(source->report_id() == *claim.report),
                         *claim.report, std::string(source->report_id())};
    });
  }
  if (claim.revision.has_value()) {
    add(ClaimField::kRevision, absl::StrCat(*claim.revision), [&] {
      return FieldResult{ClaimField::kRevision, VerdictOf(source->revision() == *claim.revision),
                         absl::StrCat(*claim.revision), absl::StrCat(source->revision())};
    });
  }
  if (claim.speaker.has_value()) {
    add(ClaimField::kSpeaker, *claim.speaker, [&] {
      return FieldResult{ClaimField::kSpeaker, SpeakerVerdict(claim, *source), *claim.speaker,
                         std::string(source->metadata().speaker)};
    });
  }
  if (claim.role.has_value()) {
    add(ClaimField::kRole, *claim.role, [&] { return RoleField(*claim.role, *source); });
  } else if (claim.speaker.has_value() && source != nullptr) {
    std::string office = OfficeBesideName(claim, *source);
    if (!office.empty()) {
      fields.push_back(RoleField(std::move(office), *source));
    }
  }
  if (claim.date.has_value()) {
    add(ClaimField::kDate, ClaimedDateText(*claim.date), [&] { return Date(claim, *source); });
  }
  if (claim.section.has_value()) {
    add(ClaimField::kSection, *claim.section, [&] { return SectionField(claim, *source, range); });
  }
  if (claim.page.has_value()) {
    add(ClaimField::kPage, absl::StrCat(*claim.page), [&] { return Page(claim, *source, range); });
  }
  if (claim.publication.has_value()) {
    add(ClaimField::kPublication, claim.publication->paper,
        [&] { return PublicationField(claim, *source); });
  }
  return fields;
}

int PlaceMismatches(const Claim& claim, const Source& source, Range range) {
  int mismatches = 0;
  if (claim.section.has_value()) {
    mismatches += SectionField(claim, source, range).verdict == FieldVerdict::kMismatch ? 1 : 0;
  }
  if (claim.page.has_value()) {
    mismatches += Page(claim, source, range).verdict == FieldVerdict::kMismatch ? 1 : 0;
  }
  return mismatches;
}

int Mismatches(const std::vector<FieldResult>& fields) {
  int mismatches = 0;
  for (const FieldResult& field : fields) {
    mismatches += field.verdict == FieldVerdict::kMismatch ? 1 : 0;
  }
  return mismatches;
}

bool IsSecondaryQuote(const Source& source, Range range) {
  if (source.quote_count() == 0 || range.empty()) {
    return false;
  }
  // From the begin of the paragraph on: no speech opens a quotation in one and closes it in
  // another.
  size_t first = source.QuoteAt(range.begin);
  while (first > 0 && source.quote(first - 1).paragraph == source.quote(first).paragraph &&
         source.RunAt(source.quote(first - 1).range.begin).range ==
             source.RunAt(range.begin).range) {
    --first;
  }
  const uint32_t begin = source.quote(first).range.begin;
  const std::u32string_view text =
      source.joined().substr(begin, source.RunAt(range.begin).range.end - begin);
  const std::vector<int> partners = PairPartners(text.substr(0, kLongestParagraph));
  const auto place = static_cast<size_t>(range.begin - begin);
  // The innermost pair of quotation marks around the place.
  for (size_t i = std::min(place, partners.size()); i-- > 0;) {
    const int partner = partners[i];
    if (FormOfMark(text[i]) != kQuotationForm || partner < static_cast<int>(place)) {
      continue;
    }
    const uint32_t close = begin + static_cast<uint32_t>(partner);
    if (close < range.end && range.end - close > 1) {
      return false;  // the place goes on behind the closing mark
    }
    constexpr std::u32string_view kClauseMarks = U"，。；：！？,;:!?";
    return text.substr(i, static_cast<size_t>(partner) - i).find_first_of(kClauseMarks) !=
           std::u32string_view::npos;
  }
  return false;
}

Attribution Summarise(const std::vector<FieldResult>& fields) {
  // Gravest first.
  constexpr std::pair<ClaimField, Attribution> kOrder[] = {
      {ClaimField::kReport, Attribution::kWrongReport},
      {ClaimField::kSpeaker, Attribution::kWrongSpeaker},
      {ClaimField::kDate, Attribution::kWrongDate},
      {ClaimField::kRevision, Attribution::kWrongReport},
      {ClaimField::kRole, Attribution::kWrongRole},
      {ClaimField::kPublication, Attribution::kWrongPublication},
      {ClaimField::kSection, Attribution::kWrongSection},
      {ClaimField::kPage, Attribution::kWrongPage},
  };
  for (const auto& [field, attribution] : kOrder) {
    for (const FieldResult& result : fields) {
      if (result.field == field && result.verdict == FieldVerdict::kMismatch) {
        return attribution;
      }
    }
  }
  if (fields.empty()) {
    return Attribution::kNotClaimed;
  }
  for (const FieldResult& result : fields) {
    if (result.verdict == FieldVerdict::kUnknown) {
      return Attribution::kUnknown;
    }
  }
  return Attribution::kConfirmed;
}

}  // namespace quotes::citation
