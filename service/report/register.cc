#include "service/report/register.h"

#include <algorithm>
#include <cstddef>
#include <set>
#include <utility>

#include "service/base/errors.h"
#include "service/base/hash.h"
#include "service/text/align.h"
#include "service/text/utf8.h"

namespace quotes::report {
namespace {

constexpr size_t kIdLength = 12;
constexpr size_t kEtagLength = 16;

bool InTextOrder(const RegisterEntry& a, const RegisterEntry& b) {
  return std::pair(a.defect.range.begin, a.defect.range.end) <
         std::pair(b.defect.range.begin, b.defect.range.end);
}

bool IsInsideOneRun(const ParsedReport& report, Range range) {
  return std::any_of(report.runs.begin(), report.runs.end(), [range](const Run& run) {
    return range.begin >= run.range.begin && range.end <= run.range.end;
  });
}

bool Holds(const ParsedReport& report, Range range, std::u32string_view printed) {
  return !printed.empty() && range.end <= report.joined.size() && range.size() == printed.size() &&
         std::u32string_view(report.joined).substr(range.begin, range.size()) == printed &&
         IsInsideOneRun(report, range);
}

// The length of each field goes before it, so that no two entries give the same bytes.
void AppendField(std::string_view field, std::string* key) {
  *key += std::to_string(field.size());
  key->push_back(':');
  *key += field;
}

std::string MakeId(char kind, const std::string& key) {
  std::string id(1, kind);
  id.append(Base32(Sha256(key)), 0, kIdLength);
  return id;
}

}  // namespace

std::vector<RegisterEntry> CarryOver(const std::vector<RegisterEntry>& entries,
                                     std::u32string_view before, const ParsedReport& after) {
  std::vector<RegisterEntry> carried;
  if (entries.empty()) {
    return carried;
  }
  const std::vector<text::EqualStretch> kept = text::AlignRevisions(before, after.joined);
  for (const RegisterEntry& entry : entries) {
    const Range range = entry.defect.range;
    const auto behind = std::upper_bound(
        kept.begin(), kept.end(), range.begin,
        [](size_t place, const text::EqualStretch& stretch) { return place < stretch.begin_a; });
    if (behind == kept.begin()) {
      continue;
    }
    const text::EqualStretch& stretch = *std::prev(behind);
    if (range.end > stretch.begin_a + stretch.size) {
      continue;
    }
    const auto begin = static_cast<uint32_t>(range.begin - stretch.begin_a + stretch.begin_b);
    const Range moved{begin, begin + range.size()};
    if (Holds(after, moved, text::ToCodePoints(entry.defect.printed))) {
      carried.push_back(entry);
      carried.back().defect.range = moved;
    }
  }
  return carried;
}

std::vector<RegisterEntry> MergeRegister(std::vector<RegisterEntry> held,
                                         std::vector<Defect> file) {
  std::stable_sort(held.begin(), held.end(), InTextOrder);
  if (file.empty()) {
    return held;
  }
  std::vector<bool> settled(file.size(), false);  // an editor's entry stands for it
  std::vector<RegisterEntry> merged;
  std::vector<const RegisterEntry*> moved;  // of editors, at no place of the file
  std::set<std::string> ids;
  for (const RegisterEntry& entry : held) {
    if (entry.defect.origin != DefectOrigin::kEditor) {
      continue;
    }
    bool met = false;
    for (size_t i = 0; i < file.size(); ++i) {
      if (file[i].range == entry.defect.range) {
        settled[i] = true;
        met = true;
      }
    }
    merged.push_back(entry);
    ids.insert(entry.defect.id);
    if (!met) {
      moved.push_back(&entry);
    }
  }
  for (const RegisterEntry* entry : moved) {
    for (size_t i = 0; i < file.size(); ++i) {
      settled[i] = settled[i] || file[i].id == entry->defect.id;
    }
  }
  // First those that an earlier file had, then the new ones, whose ids may be taken by now.
  std::vector<bool> named(file.size(), false);
  for (const RegisterEntry& entry : held) {
    if (entry.defect.origin == DefectOrigin::kEditor) {
      continue;
    }
    for (size_t i = 0; i < file.size(); ++i) {
      if (!settled[i] && !named[i] && file[i].range == entry.defect.range &&
          file[i].printed == entry.defect.printed && ids.insert(entry.defect.id).second) {
        file[i].id = entry.defect.id;
        named[i] = true;
        break;
      }
    }
  }
  for (size_t i = 0; i < file.size(); ++i) {
    if (settled[i]) {
      continue;
    }
    for (std::string key = file[i].id; !named[i]; key += "+") {
      named[i] = ids.insert(file[i].id).second;
      if (!named[i]) {
        file[i].id = MakeId('d', key);
      }
    }
    merged.push_back({std::move(file[i]), false});
  }
  std::stable_sort(merged.begin(), merged.end(), InTextOrder);
  return merged;
}

std::vector<Defect> DefectsOf(const std::vector<RegisterEntry>& entries) {
  std::vector<Defect> defects;
  for (const RegisterEntry& entry : entries) {
    if (!entry.removed) {
      defects.push_back(entry.defect);
    }
  }
  return defects;
}

absl::StatusOr<Range> PlacePrinted(const ParsedReport& report, std::optional<Range> range,
                                   std::u32string_view printed, uint32_t occurrence,
                                   std::string_view field) {
  if (range.has_value()) {
    if (!Holds(report, *range, printed)) {
      return errors::DefectUnplaced(field, "the printed string does not stand in its range");
    }
    return *range;
  }
  const std::u32string_view joined = report.joined;
  std::optional<Range> found;
  uint32_t count = 0;
  for (size_t at = joined.find(printed); at != std::u32string_view::npos && !printed.empty();
       at = joined.find(printed, at + 1)) {
    const Range place{static_cast<uint32_t>(at), static_cast<uint32_t>(at + printed.size())};
    if (!IsInsideOneRun(report, place)) {
      continue;
    }
    ++count;
    if (count == std::max<uint32_t>(occurrence, 1)) {
      found = place;
    }
  }
  if (!found.has_value()) {
    return errors::DefectUnplaced(field, count == 0
                                             ? std::string("the printed string is not in the text")
                                             : "the printed string stands in the text " +
                                                   std::to_string(count) + " times only");
  }
  if (occurrence == 0 && count > 1) {
    return errors::DefectUnplaced(field, "the printed string stands in the text " +
                                             std::to_string(count) + " times; say which is meant");
  }
  return *found;
}

std::string NewDefectId(const std::vector<RegisterEntry>& entries, const Defect& defect) {
  std::string key;
  AppendField(defect.printed, &key);
  AppendField(std::to_string(defect.range.begin), &key);
  for (;; key.push_back('+')) {
    std::string id = MakeId('e', key);
    if (std::none_of(entries.begin(), entries.end(),
                     [&id](const RegisterEntry& entry) { return entry.defect.id == id; })) {
      return id;
    }
  }
}

std::string DefectEtag(const Defect& defect) {
  std::string key;
  AppendField(defect.id, &key);
  for (const auto number :
       {static_cast<uint32_t>(defect.kind), static_cast<uint32_t>(defect.certainty),
        static_cast<uint32_t>(defect.origin), defect.range.begin, defect.range.end,
        static_cast<uint32_t>(defect.readings.size())}) {
    AppendField(std::to_string(number), &key);
  }
  AppendField(defect.printed, &key);
  for (const std::string& reading : defect.readings) {
    AppendField(reading, &key);
  }
  AppendField(defect.note, &key);
  return Base32(Sha256(key)).substr(0, kEtagLength);
}

}  // namespace quotes::report
