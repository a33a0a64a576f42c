#ifndef QUOTES_SERVICE_ARCHIVE_CATALOG_H_
#define QUOTES_SERVICE_ARCHIVE_CATALOG_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "service/archive/archive.h"
#include "service/archive/entry.h"
#include "service/archive/filter_plan.h"
#include "service/base/check.h"
#include "service/base/limits.h"

namespace quotes::archive {

// What every engine knows of its reports: all of Archive but Find. `E` is Entry or derived from it
// and is made from a document; entries of `previous` are shared for documents handed in again.
template <typename E>
class Catalog : public Archive {
 public:
  uint64_t revision() const override { return revision_; }
  const themes::Scheme& scheme() const override { return *scheme_; }

  const Document* FindReport(std::string_view report_id) const override {
    const E* const entry = FindEntry(report_id);
    return entry == nullptr ? nullptr : entry->document().get();
  }

  std::optional<QuoteRef> FindQuote(std::string_view report_id,
                                    std::string_view quote_id) const override {
    const E* const entry = FindEntry(report_id);
    const std::optional<uint32_t> index = entry == nullptr ? std::nullopt : entry->Find(quote_id);
    if (!index.has_value()) {
      return std::nullopt;
    }
    return QuoteRef{entry->document().get(), *index};
  }

  const std::vector<std::shared_ptr<const Document>>& documents() const override {
    return documents_;
  }

  Coverage CoverageOf(const Filter& filter) const override {
    if (!FilterPlan::RestrictsReports(filter)) {
      return coverage_[static_cast<size_t>(filter.scope)];
    }
    const FilterPlan plan(filter, scheme_->themes().size());
    FilterPlan::SectionSet sections;
    Coverage coverage;
    for (const auto& entry : entries_) {
      if (plan.Passes(*entry, &sections)) {
        Cover(*entry, filter.scope, &coverage);
      }
    }
    return coverage;
  }

  const std::vector<uint64_t>& theme_counts() const override { return theme_counts_; }

 protected:
  Catalog(uint64_t revision, std::shared_ptr<const themes::Scheme> scheme,
          std::vector<std::shared_ptr<const Document>> documents, const Catalog* previous)
      : revision_(revision), scheme_(std::move(scheme)) {
    absl::flat_hash_map<const Document*, std::shared_ptr<const E>> prepared;
    if (previous != nullptr && previous->scheme_ == scheme_) {
      prepared.reserve(previous->entries_.size());
      for (const auto& entry : previous->entries_) {
        prepared.emplace(entry->document().get(), entry);
      }
    }
    entries_.reserve(documents.size());
    for (std::shared_ptr<const Document>& document : documents) {
      if (document->state != ReportState::kActive) {
        continue;
      }
      const auto found = prepared.find(document.get());
      entries_.push_back(found != prepared.end()
                             ? found->second
                             : std::make_shared<const E>(std::move(document), *scheme_));
    }
    std::sort(entries_.begin(), entries_.end(), [](const auto& a, const auto& b) {
      const int dates = CompareDates(a->date(), b->date());
      return dates != 0 ? dates < 0 : a->id() < b->id();
    });
    theme_counts_.resize(scheme_->themes().size(), 0);
    documents_.reserve(entries_.size());
    by_id_.reserve(entries_.size());
    for (size_t rank = 0; rank < entries_.size(); ++rank) {
      const E& entry = *entries_[rank];
      documents_.push_back(entry.document());
      const bool is_new = by_id_.emplace(entry.id(), rank).second;
      QUOTES_CHECK(is_new);
      for (const auto& [theme, count] : entry.theme_counts()) {
        theme_counts_[static_cast<size_t>(theme)] += count;
      }
      for (const TextScope scope : {TextScope::kSpeech, TextScope::kFurniture, TextScope::kAll}) {
        Cover(entry, scope, &coverage_[static_cast<size_t>(scope)]);
      }
    }
  }

  const E* FindEntry(std::string_view report_id) const {
    const auto found = by_id_.find(report_id);
    return found == by_id_.end() ? nullptr : entries_[found->second].get();
  }

  const std::shared_ptr<const themes::Scheme>& scheme_pointer() const { return scheme_; }

  // Newest first.
  const std::vector<std::shared_ptr<const E>>& entries() const { return entries_; }

 private:
  static void Cover(const Entry& entry, TextScope scope, Coverage* coverage) {
    ++coverage->reports;
    coverage->quotes += scope == TextScope::kAll      ? entry.size()
                        : scope == TextScope::kSpeech ? entry.speech_count()
                                                      : entry.size() - entry.speech_count();
    if (entry.document()->content.completeness.truncated) {
      ++coverage->incomplete_reports;
      if (coverage->incomplete.size() < limits::kMaxCoverageReports) {
        coverage->incomplete.push_back(entry.document().get());
      }
    }
  }

  const uint64_t revision_;
  const std::shared_ptr<const themes::Scheme> scheme_;
  std::vector<std::shared_ptr<const E>> entries_;
  std::vector<std::shared_ptr<const Document>> documents_;
  absl::flat_hash_map<std::string_view, size_t> by_id_;  // into entries_; views into the documents
  std::vector<uint64_t> theme_counts_;
  Coverage coverage_[4];  // of everything, by TextScope
};

}  // namespace quotes::archive

#endif  // QUOTES_SERVICE_ARCHIVE_CATALOG_H_
