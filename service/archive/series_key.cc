#include "service/archive/series_key.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

#include "service/archive/folded_name.h"
#include "service/text/fold.h"

namespace quotes::archive {
namespace {

constexpr std::u32string_view kNation = U"中华人民共和国";
constexpr std::u32string_view kStateCouncil = U"国务院";
constexpr std::u32string_view kParty = U"中国共产党";
constexpr std::u32string_view kCentralCommittee = U"中央委员会";
constexpr std::u32string_view kPeoplesGovernment = U"人民政府";
constexpr std::u32string_view kGovernment = U"政府";
constexpr std::u32string_view kPeoplesCongress = U"人民代表大会";
constexpr std::u32string_view kNationalCongress = U"全国代表大会";
// Longer ones first.
constexpr std::array<std::u32string_view, 14> kPlaceLevels = {
    U"特别行政区", U"自治区", U"自治州", U"自治县", U"自治旗", U"省", U"市",
    U"区",         U"县",     U"州",     U"盟",     U"旗",     U"镇", U"乡"};
// What follows the level in the name of an organisation that leaves its place out.
constexpr std::array<std::u32string_view, 7> kOfAPlace = {U"人民", U"政府", U"高级", U"中级",
                                                          U"人大", U"政协", U"委"};
constexpr size_t kLongestPlace = 24;
// No names of places have these letters: what has them is a clause or a row of offices.
constexpr std::u32string_view kInNoPlace = U"的在委书";
constexpr std::u32string_view kAbout = U"关于";
// 全省 and 本市 name no place.
constexpr std::u32string_view kPointers = U"全本各我该";

bool Has(std::u32string_view text, std::u32string_view part) {
  return text.find(part) != std::u32string_view::npos;
}

// A name folded, without breaks and without what counts terms, sittings and years.
std::u32string Plain(std::string_view name) {
  constexpr std::u32string_view kNumerals = U"0123456789〇零一二三四五六七八九十百千两";
  constexpr std::u32string_view kCounted = U"届次年";
  const std::u32string folded = FoldName(name);
  std::u32string plain;
  for (size_t i = 0; i < folded.size();) {
    const size_t begin = i + (folded[i] == U'第' ? 1 : 0);
    const size_t end = std::min(folded.find_first_not_of(kNumerals, begin), folded.size());
    const bool counts = end < folded.size() && kCounted.find(folded[end]) != kCounted.npos;
    // 三亚 and 九江 begin with no count, and 第一中级人民法院 is a name.
    if (end > begin && (counts || text::IsDigit(folded[i]))) {
      const bool yearly = std::u32string_view(folded).substr(end).starts_with(U"年度");
      i = end + (yearly ? 2u : counts ? 1u : 0u);
      continue;
    }
    if (folded[i] != text::kBreak) {
      plain.push_back(folded[i]);
    }
    ++i;
  }
  return plain.starts_with(kNation) && plain.size() > kNation.size() ? plain.substr(kNation.size())
                                                                     : plain;
}

std::u32string_view Before(std::u32string_view text, std::u32string_view part) {
  const size_t at = text.find(part);
  return at == std::u32string_view::npos ? std::u32string_view() : text.substr(0, at);
}

bool NamesPlace(std::u32string_view words) {
  const auto level =
      std::find_if(kPlaceLevels.begin(), kPlaceLevels.end(),
                   [words](std::u32string_view candidate) { return words.ends_with(candidate); });
  if (level == kPlaceLevels.end() || words.size() <= level->size() ||
      words.size() > kLongestPlace ||
      words.find_first_of(kInNoPlace) != std::u32string_view::npos || Has(words, kAbout)) {
    return false;
  }
  return words.size() > level->size() + 1 || kPointers.find(words.front()) == kPointers.npos;
}

// The place before the name of a government: 安徽省 of 安徽省政府工作报告.
std::u32string_view PlaceOfGovernment(std::u32string_view words) {
  std::u32string_view place = Before(words, kGovernment);
  if (place.ends_with(U"人民")) {
    place.remove_suffix(2);
  }
  return place;
}

// 安徽省 of 安徽省人民政府省长, 安徽省省长 and 安徽省长.
std::u32string_view PlaceOfOffice(std::u32string_view office) {
  if (Has(office, kGovernment)) {
    return PlaceOfGovernment(office);
  }
  if (office.ends_with(U"主席")) {
    return office.substr(0, office.size() - 2);
  }
  if (!office.ends_with(U'长')) {
    return {};
  }
  office.remove_suffix(1);
  if (office.size() > 1 && office[office.size() - 2] == office.back()) {
    office.remove_suffix(1);
  }
  return office;
}

// 浙江省 of 中国共产党浙江省代表大会.
std::u32string_view PlaceOfPartyCongress(std::u32string_view event) {
  return event.starts_with(kParty) ? Before(event.substr(kParty.size()), U"代表大会")
                                   : std::u32string_view();
}

// 北京市 of 中共北京市委 and 中国共产党北京市委员会; empty for other bodies.
std::u32string_view PlaceOfPartyCommittee(std::u32string_view body) {
  for (const std::u32string_view party : {kParty, std::u32string_view(U"中共")}) {
    if (!body.starts_with(party)) {
      continue;
    }
    body.remove_prefix(party.size());
    for (const std::u32string_view end :
         {std::u32string_view(U"委员会"), std::u32string_view(U"委")}) {
      if (body.ends_with(end)) {
        return body.substr(0, body.size() - end.size());
      }
    }
  }
  return {};
}

// Standing committees have long names and short ones.
std::u32string WithFullCommittee(std::u32string body) {
  constexpr std::u32string_view kFull = U"人民代表大会常务委员会";
  for (const std::u32string_view shorter :
       {std::u32string_view(U"人大常务委员会"), std::u32string_view(U"人大常委会"),
        std::u32string_view(U"人民代表大会常委会")}) {
    if (body.ends_with(shorter)) {
      return body.substr(0, body.size() - shorter.size()).append(kFull);
    }
  }
  return body;
}

// Levels whose places have others below them, behind which these may be named.
constexpr std::array<std::u32string_view, 7> kUpperLevels = {
    U"特别行政区", U"自治区", U"自治州", U"地区", U"省", U"市", U"盟"};
// New areas of the nation: no two have the same name, as others of that kind do.
constexpr std::array<std::u32string_view, 19> kNewAreas = {
    U"浦东新区", U"滨海新区",   U"两江新区", U"舟山群岛新区", U"兰州新区", U"南沙新区", U"西咸新区",
    U"贵安新区", U"西海岸新区", U"金普新区", U"天府新区",     U"湘江新区", U"江北新区", U"福州新区",
    U"滇中新区", U"哈尔滨新区", U"长春新区", U"赣江新区",     U"雄安新区"};

// Where the first place of a path ends: 河北省 of 河北省沧州市孟村回族自治县. 0 for a single place.
size_t EndOfFirstPlace(std::u32string_view path) {
  for (size_t end = 2; end < path.size(); ++end) {
    const std::u32string_view first = path.substr(0, end);
    const std::u32string_view rest = path.substr(end);
    if (NamesPlace(rest) &&
        std::any_of(kUpperLevels.begin(), kUpperLevels.end(), [first](std::u32string_view level) {
          return first.size() > level.size() && first.ends_with(level);
        })) {
      return end;
    }
  }
  return 0;
}

// A place without what stands above it, unless its name alone may be another's: no two counties,
// cities and prefectures have one name, but districts and townships do.
std::u32string_view ShortPlace(std::u32string_view path) {
  std::u32string_view last = path;
  std::u32string_view with_above = path;  // the last two
  while (const size_t end = EndOfFirstPlace(last)) {
    with_above = last;
    last = last.substr(end);
  }
  if (std::find(kNewAreas.begin(), kNewAreas.end(), last) != kNewAreas.end()) {
    return last;
  }
  if (last.ends_with(U"镇") || last.ends_with(U"乡")) {
    return path;
  }
  return last.ends_with(U"区") && !last.ends_with(U"自治区") ? with_above : last;
}

// The names that a report bears.
struct Names {
  explicit Names(const Entry::Metadata& metadata)
      : body(WithFullCommittee(Plain(metadata.body))),
        event(Plain(metadata.event)),
        title(Plain(metadata.title)),
        office(Plain(metadata.office)) {}

  std::u32string body;
  std::u32string event;
  std::u32string title;
  std::u32string office;
};

// The place of a level (省) that a report names beside its organisation.
std::u32string_view FindPlace(const Names& names, std::u32string_view level) {
  for (const std::u32string_view place :
       {Before(names.event, kPeoplesCongress), PlaceOfPartyCongress(names.event),
        PlaceOfOffice(names.office), PlaceOfGovernment(names.title)}) {
    if (NamesPlace(place) && place.ends_with(level)) {
      return place;
    }
  }
  return {};
}

std::u32string GovernmentOf(std::u32string_view place) {
  return std::u32string(ShortPlace(place)).append(kPeoplesGovernment);
}

std::u32string PartyCommittee() { return std::u32string(kParty).append(kCentralCommittee); }

bool IsParty(std::u32string_view words) {
  return words.empty() || words == kParty || words == U"中共" || words == U"党" || words == U"党的";
}

bool IsCongress(std::u32string_view event) {
  return Has(event, U"代表大会") && !Has(event, U"常务委员会");
}

// Of a report that does not name it.
std::u32string UnnamedOrganisation(const Names& names) {
  for (const std::u32string_view other : {U"法院", U"检察院", U"常务委员会", U"常委会", U"预算"}) {
    if (Has(names.title, other)) {
      return {};
    }
  }
  if (names.event.empty()) {
    const std::u32string_view place = FindPlace(names, {});
    if (Has(names.title, U"政府工作报告") && !place.empty()) {
      return GovernmentOf(place);
    }
    return names.office.ends_with(U"国务院总理") ? std::u32string(kStateCouncil) : std::u32string();
  }
  if (!IsCongress(names.event)) {
    return {};
  }
  if (Has(names.event, kPeoplesCongress)) {
    const std::u32string_view place = Before(names.event, kPeoplesCongress);
    if (place == U"全国") {
      return std::u32string(kStateCouncil);
    }
    return NamesPlace(place) ? GovernmentOf(place) : std::u32string();
  }
  return Has(names.event, kNationalCongress) && IsParty(Before(names.event, kNationalCongress))
             ? PartyCommittee()
             : std::u32string();
}

std::u32string Organisation(const Names& names) {
  const std::u32string_view body = names.body;
  if (body.empty()) {
    return UnnamedOrganisation(names);
  }
  // What the party signs too is no report of the government.
  if (Has(body, kStateCouncil) && (Has(body, U"中共中央") || Has(body, kParty))) {
    return std::u32string(U"中共中央").append(kStateCouncil);
  }
  // The constitution: 国务院，即中央人民政府.
  if (body.ends_with(kStateCouncil) || body == U"中央人民政府") {
    return std::u32string(kStateCouncil);
  }
  if (body == U"中共中央" || (body.ends_with(kCentralCommittee) &&
                              IsParty(body.substr(0, body.size() - kCentralCommittee.size())))) {
    return PartyCommittee();
  }
  if (const std::u32string_view place = PlaceOfPartyCommittee(body); NamesPlace(place)) {
    return std::u32string(ShortPlace(place)).append(U"委");
  }
  // 全省人民政府 names no more than 省人民政府.
  const std::u32string_view unplaced =
      kPointers.find(body.front()) == kPointers.npos ? body : body.substr(1);
  for (const std::u32string_view level : kPlaceLevels) {
    if (!unplaced.starts_with(level)) {
      continue;
    }
    const std::u32string_view rest = unplaced.substr(level.size());
    if (std::none_of(kOfAPlace.begin(), kOfAPlace.end(),
                     [rest](std::u32string_view word) { return rest.starts_with(word); })) {
      continue;
    }
    const std::u32string_view place = FindPlace(names, level);
    if (place.empty()) {
      return {};
    }
    return rest == kGovernment ? GovernmentOf(place)
                               : std::u32string(ShortPlace(place)).append(rest);
  }
  if (body.ends_with(kGovernment)) {
    std::u32string_view place = PlaceOfGovernment(body);
    // The event, the office or the title may say more of it: 枣庄市市中区.
    for (const std::u32string_view named :
         {Before(names.event, kPeoplesCongress), PlaceOfOffice(names.office),
          PlaceOfGovernment(names.title)}) {
      if (named.size() > place.size() && NamesPlace(named) && named.ends_with(place)) {
        place = named;
        break;
      }
    }
    if (place.empty()) {
      place = FindPlace(names, {});
    }
    return place.empty() ? std::u32string() : GovernmentOf(place);
  }
  for (const std::u32string_view of_a_place : kOfAPlace) {
    if (const std::u32string_view place = Before(body, of_a_place); NamesPlace(place)) {
      return std::u32string(ShortPlace(place)).append(body.substr(place.size()));
    }
  }
  return std::u32string(body);
}

}  // namespace

std::u32string SeriesKey(const Entry& entry) {
  const Names names(entry.metadata());
  std::u32string key = Organisation(names);
  const bool congress = IsCongress(names.event);
  // Of some other event more is not known; an organisation of an unknown place is of no series.
  if (key.empty() && (!names.body.empty() || names.event.empty() || congress)) {
    return key;
  }
  key.push_back(text::kBreak);
  if (!congress) {
    key += names.event.ends_with(U"会议") ? names.event.substr(0, names.event.size() - 2)
                                          : names.event;
  }
  return key;
}

}  // namespace quotes::archive
