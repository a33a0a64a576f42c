#include "service/archive/segment.h"

#include <string>
#include <string_view>
#include <utility>

#include "service/report/report.h"
#include "service/text/fold.h"

namespace quotes::archive {

Segment::Segment(std::vector<std::shared_ptr<const Entry>> entries, size_t theme_count)
    : entries_(std::move(entries)) {
  for (const auto& entry : entries_) {
    code_points_ += entry->document()->content.joined.size();
  }
  Build(/*speech=*/true, theme_count, &speech_);
  Build(/*speech=*/false, theme_count, &furniture_);
}

void Segment::Build(bool speech, size_t theme_count, Part* part) const {
  part->themes.resize(theme_count);
  part->first.reserve(entries_.size() + 1);
  part->first.push_back(0);
  std::u32string units;
  std::vector<std::pair<size_t, size_t>> ranges;
  for (uint32_t e = 0; e < entries_.size(); ++e) {
    const Entry& entry = *entries_[e];
    for (uint32_t q = 0; q < entry.size(); ++q) {
      if (report::IsSpeech(entry.quotes()[q].block) != speech) {
        continue;
      }
      const text::FoldedText folded = text::Fold(entry.text(q));
      const std::u32string_view stripped = StripBreaks(folded.units);
      ranges.emplace_back(units.size(), stripped.size());
      // U+0000 ends a text in the index; no source that is text has it.
      for (const char32_t c : stripped) {
        units.push_back(c == U'\0' ? text::kBreak : c);
      }
      const auto number = static_cast<uint32_t>(part->quote.size());
      part->quote.push_back(q);
      part->entry.push_back(e);
      for (const themes::Assignment& assignment : entry.themes(q)) {
        std::vector<uint32_t>& postings = part->themes[static_cast<size_t>(assignment.theme)];
        if (postings.empty() || postings.back() != number) {
          postings.push_back(number);
        }
      }
    }
    part->first.push_back(static_cast<uint32_t>(part->quote.size()));
  }
  std::vector<std::u32string_view> texts;
  texts.reserve(ranges.size());
  for (const auto& [begin, size] : ranges) {
    texts.push_back(std::u32string_view(units).substr(begin, size));
  }
  part->index = std::make_unique<const TextIndex>(texts);
}

}  // namespace quotes::archive
