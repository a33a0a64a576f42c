#ifndef QUOTES_SERVICE_ARCHIVE_ENTRY_H_
#define QUOTES_SERVICE_ARCHIVE_ENTRY_H_

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/time/civil_time.h"
#include "service/archive/document.h"
#include "service/base/check.h"
#include "service/report/report.h"
#include "service/text/fold.h"
#include "service/text/utf8.h"
#include "service/themes/scheme.h"

namespace quotes::archive {

// Folded units without leading and trailing breaks.
inline std::u32string_view StripBreaks(std::u32string_view units) {
  const size_t begin = units.find_first_not_of(text::kBreak);
  if (begin == std::u32string_view::npos) {
    return {};
  }
  return units.substr(begin, units.find_last_not_of(text::kBreak) + 1 - begin);
}

inline std::u32string FoldName(std::string_view name) {
  return std::u32string(StripBreaks(text::Fold(text::ToCodePoints(name)).units));
}

// A document with what every look-up needs of it. Immutable; shared by the snapshots that hold the
// same document.
class Entry {
 public:
  Entry(std::shared_ptr<const Document> document, const themes::Scheme& scheme)
      : document_(std::move(document)) {
    const report::ParsedReport& content = document_->content;
    QUOTES_CHECK(document_->themes.empty() || document_->themes.size() == content.quotes.size());
    quote_index_.reserve(content.quotes.size());
    for (uint32_t i = 0; i < content.quotes.size(); ++i) {
      quote_index_.emplace(content.quotes[i].id, i);
    }
    std::vector<uint32_t> counts(scheme.themes().size(), 0);
    for (uint32_t i = 0; i < size(); ++i) {
      const bool speech = report::IsSpeech(content.quotes[i].block);
      speech_count_ += speech ? 1 : 0;
      for (const themes::Assignment& assignment : themes(i)) {
        QUOTES_CHECK(assignment.theme >= 0 &&
                     static_cast<size_t>(assignment.theme) < counts.size());
        counts[static_cast<size_t>(assignment.theme)] += speech ? 1 : 0;
      }
    }
    for (size_t theme = 0; theme < counts.size(); ++theme) {
      if (counts[theme] > 0) {
        theme_counts_.emplace_back(static_cast<int>(theme), counts[theme]);
      }
    }
    lead_ = FindLeads(content);
    speaker_ = FoldName(content.metadata.speaker);
    body_ = FoldName(content.metadata.body);
  }

  Entry(const Entry&) = delete;
  Entry& operator=(const Entry&) = delete;

  const std::shared_ptr<const Document>& document() const { return document_; }
  const std::string& id() const { return document_->report_id; }
  const std::optional<absl::CivilDay>& date() const { return document_->content.metadata.date; }
  const std::vector<report::Quote>& quotes() const { return document_->content.quotes; }
  uint32_t size() const { return static_cast<uint32_t>(quotes().size()); }

  std::u32string_view text(uint32_t quote) const {
    const report::Range& range = quotes()[quote].range;
    return std::u32string_view(document_->content.joined).substr(range.begin, range.size());
  }
  uint32_t speech_count() const { return speech_count_; }
  // Number of speech quotes by theme; themes without any are left out.
  const std::vector<std::pair<int, uint32_t>>& theme_counts() const { return theme_counts_; }

  bool lead(uint32_t quote) const { return lead_[quote]; }
  std::u32string_view speaker() const { return speaker_; }
  std::u32string_view body() const { return body_; }
  const std::vector<themes::Assignment>& themes(uint32_t quote) const {
    static const auto* const kNone = new std::vector<themes::Assignment>();
    return document_->themes.empty() ? *kNone : document_->themes[quote];
  }

  std::optional<uint32_t> Find(std::string_view quote_id) const {
    const auto found = quote_index_.find(quote_id);
    return found == quote_index_.end() ? std::nullopt : std::optional<uint32_t>(found->second);
  }

 private:
  static std::vector<bool> FindLeads(const report::ParsedReport& content) {
    std::vector<bool> lead(content.quotes.size(), false);
    const auto begins_before = [](const report::Quote& quote, uint32_t position) {
      return quote.range.begin <= position;
    };
    for (const report::Section& section : content.sections) {
      if (section.heading_range.empty()) {
        continue;
      }
      // Quotes stand in text order: the last that begins at or before the heading.
      const auto next = std::lower_bound(content.quotes.begin(), content.quotes.end(),
                                         section.heading_range.begin, begins_before);
      if (next != content.quotes.begin() &&
          section.heading_range.end <= std::prev(next)->range.end) {
        lead[static_cast<size_t>(std::prev(next) - content.quotes.begin())] = true;
      }
    }
    for (size_t i = 0; i < content.quotes.size(); ++i) {
      lead[i] = lead[i] || content.quotes[i].block == report::BlockKind::kHeading;
    }
    return lead;
  }

  const std::shared_ptr<const Document> document_;
  uint32_t speech_count_ = 0;
  std::vector<std::pair<int, uint32_t>> theme_counts_;
  std::vector<bool> lead_;
  std::u32string speaker_;
  std::u32string body_;
  absl::flat_hash_map<std::string_view, uint32_t> quote_index_;  // views into the document
};

// Negative when a report of date `a` comes before one of date `b`: latest first, undated last.
inline int CompareDates(const std::optional<absl::CivilDay>& a,
                        const std::optional<absl::CivilDay>& b) {
  if (a == b) {
    return 0;
  }
  if (!a.has_value() || !b.has_value()) {
    return a.has_value() ? -1 : 1;
  }
  return *a > *b ? -1 : 1;
}

}  // namespace quotes::archive

#endif  // QUOTES_SERVICE_ARCHIVE_ENTRY_H_
