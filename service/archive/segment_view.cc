#include "service/archive/segment_view.h"

#include "service/archive/text_index.h"

namespace quotes::archive {

std::shared_ptr<const LivingQuotes> FindLiving(const std::vector<uint32_t>& rank,
                                               const Segment::Part& part) {
  auto living = std::make_shared<LivingQuotes>();
  living->bits.resize((size_t{part.size()} + 63) / 64, 0);
  for (size_t e = 0; e < rank.size(); ++e) {
    if (rank[e] != SegmentView::kDead) {
      for (uint32_t number = part.first[e]; number < part.first[e + 1]; ++number) {
        living->bits[number / 64] |= uint64_t{1} << (number % 64);
      }
      living->count += part.first[e + 1] - part.first[e];
    }
  }
  return living;
}

std::shared_ptr<const DeadTexts> Join(const Segment& segment, const themes::Scheme& scheme,
                                      const std::vector<std::shared_ptr<const DeadTexts>>& parts,
                                      const Cancellation& cancellation) {
  std::vector<uint32_t> entries;
  for (const auto& part : parts) {
    entries.insert(entries.end(), part->entries().begin(), part->entries().end());
  }
  return DeadTexts::Make(segment, scheme, std::move(entries), cancellation);
}

uint64_t PartView::CountDeadQuotes(std::u32string_view term) const {
  uint64_t count = 0;
  for (const auto& dead : view->dead) {
    const TextIndex& index = *DeadPart(*dead).index;
    count += index.CountQuotes(index.Find(term));
  }
  return count;
}

uint64_t PartView::CountDeadPlaces(std::u32string_view term) const {
  uint64_t count = 0;
  for (const auto& dead : view->dead) {
    const TextIndex& index = *DeadPart(*dead).index;
    count += index.Find(term).occurrences();
  }
  return count;
}

}  // namespace quotes::archive
