#ifndef QUOTES_SERVICE_ARCHIVE_FILTER_PLAN_H_
#define QUOTES_SERVICE_ARCHIVE_FILTER_PLAN_H_

#include <algorithm>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "service/archive/archive.h"
#include "service/archive/entry.h"
#include "service/archive/folded_name.h"
#include "service/report/report.h"
#include "service/themes/scheme.h"

namespace quotes::archive {

inline bool InScope(report::BlockKind block, TextScope scope) {
  return scope == TextScope::kAll || report::IsSpeech(block) == (scope == TextScope::kSpeech);
}

// A filter made ready to be asked for every report and quote.
class FilterPlan {
 public:
  FilterPlan(const Filter& filter, const themes::Scheme& scheme)
      : filter_(filter),
        reports_(filter.reports.begin(), filter.reports.end()),
        speakers_(FoldNames(filter.speakers)),
        bodies_(FoldNames(filter.bodies)),
        theme_groups_(filter.theme_groups.size(),
                      std::vector<bool>(scheme.themes().size(), false)) {
    for (const auto& [report_id, section_id] : filter.sections) {
      sections_[report_id].insert(section_id);
    }
    for (size_t group = 0; group < theme_groups_.size(); ++group) {
      for (const int theme : filter.theme_groups[group]) {
        if (theme < 0 || static_cast<size_t>(theme) >= scheme.themes().size()) {
          continue;
        }
        for (const int below : scheme.WithDescendants(theme)) {
          theme_groups_[group][static_cast<size_t>(below)] = true;
        }
      }
    }
  }

  // Whether a filter names the reports that may pass, itself or by their sections.
  static bool NamesReports(const Filter& filter) {
    return !filter.reports.empty() || !filter.sections.empty();
  }

  // Whether a filter can keep a whole report away.
  static bool RestrictsReports(const Filter& filter) {
    return !filter.reports.empty() || !filter.speakers.empty() || !filter.bodies.empty() ||
           filter.date_from.has_value() || filter.date_to.has_value() || !filter.sections.empty();
  }

  // Whether it can keep some quotes of a report away and let others through.
  static bool AsksOfQuotes(const Filter& filter) {
    return !filter.theme_groups.empty() || !filter.modes.empty() ||
           filter.with_figures.has_value() || LooksAtQuotes(filter);
  }

  // Whether a filter can keep any quote of its scope away.
  static bool Restricts(const Filter& filter) {
    return RestrictsReports(filter) || AsksOfQuotes(filter);
  }

  // Whether it needs a look at each quote beside its report, text, themes and attributes.
  static bool LooksAtQuotes(const Filter& filter) { return !filter.sections.empty(); }

  // The sections of a report that pass, by index; nullopt where sections do not matter.
  using SectionSet = std::optional<std::vector<bool>>;

  // Whether quotes of this report can pass; sets `sections` if so.
  bool Passes(const Entry& entry, SectionSet* sections) const {
    if (!reports_.empty() && !reports_.contains(entry.report_id())) {
      return false;
    }
    if (filter_.date_from.has_value() || filter_.date_to.has_value()) {
      const std::optional<absl::CivilDay> date = entry.date();
      if (!date.has_value() || (filter_.date_from.has_value() && *date < *filter_.date_from) ||
          (filter_.date_to.has_value() && *date > *filter_.date_to)) {
        return false;
      }
    }
    if (!SpeakerPasses(entry.folded_speaker()) || !BodyPasses(entry.folded_body())) {
      return false;
    }
    sections->reset();
    return filter_.sections.empty() || FindSections(entry, sections);
  }

  // By the folded name.
  bool SpeakerPasses(std::u32string_view name) const {
    return NamePasses(filter_.speakers, speakers_, name);
  }
  bool BodyPasses(std::u32string_view name) const {
    return NamePasses(filter_.bodies, bodies_, name);
  }

  bool Passes(const Entry& entry, uint32_t index, const SectionSet& sections) const {
    const PackedQuote& quote = entry.quotes()[index];
    return InScope(quote) &&
           (!sections.has_value() ||
            (quote.section >= 0 && (*sections)[static_cast<size_t>(quote.section)])) &&
           (filter_.modes.empty() || std::find(filter_.modes.begin(), filter_.modes.end(),
                                               quote.mode) != filter_.modes.end()) &&
           (!filter_.with_figures.has_value() || *filter_.with_figures == quote.has_figures) &&
           ThemesPass(entry.themes(index));
  }

  bool InScope(const PackedQuote& quote) const {
    return archive::InScope(quote.block, filter_.scope);
  }

 private:
  static std::vector<std::u32string> FoldNames(const std::vector<std::string>& names) {
    std::vector<std::u32string> folded;
    for (const std::string& name : names) {
      // A name without letters is in every name, but it asks for nothing.
      if (std::u32string units = FoldName(name); !units.empty()) {
        folded.push_back(std::move(units));
      }
    }
    return folded;
  }

  static bool NamePasses(const std::vector<std::string>& wanted,
                         const std::vector<std::u32string>& folded, std::u32string_view name) {
    return wanted.empty() ||
           std::any_of(folded.begin(), folded.end(), [name](const std::u32string& part) {
             return name.find(part) != std::u32string_view::npos;
           });
  }

  bool FindSections(const Entry& entry, SectionSet* sections) const {
    const auto wanted = sections_.find(entry.report_id());
    if (wanted == sections_.end()) {
      return false;
    }
    const std::span<const PackedSection> all = entry.sections();
    std::vector<bool> passing(all.size(), false);
    bool any = false;
    for (size_t i = 0; i < all.size(); ++i) {
      // Parents stand before their children.
      passing[i] = wanted->second.contains(entry.Text(all[i].id)) ||
                   (all[i].parent >= 0 && passing[static_cast<size_t>(all[i].parent)]);
      any = any || passing[i];
    }
    *sections = std::move(passing);
    return any;
  }

  bool ThemesPass(std::span<const PackedAssignment> assignments) const {
    return std::all_of(theme_groups_.begin(), theme_groups_.end(),
                       [&](const std::vector<bool>& group) {
                         return std::any_of(assignments.begin(), assignments.end(),
                                            [&](const PackedAssignment& assignment) {
                                              return group[static_cast<size_t>(assignment.theme)];
                                            });
                       });
  }

  const Filter& filter_;
  const absl::flat_hash_set<std::string_view> reports_;
  const std::vector<std::u32string> speakers_;
  const std::vector<std::u32string> bodies_;
  absl::flat_hash_map<std::string_view, absl::flat_hash_set<std::string_view>> sections_;
  std::vector<std::vector<bool>> theme_groups_;  // by group, by theme
};

}  // namespace quotes::archive

#endif  // QUOTES_SERVICE_ARCHIVE_FILTER_PLAN_H_
