#include "service/library/embargoed.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "service/archive/entry.h"

namespace quotes {

using archive::PackedDocument;

Embargoed::Embargoed(std::vector<Report> reports)
    : Embargoed([&reports] {
        std::vector<Held> held;
        held.reserve(reports.size());
        for (Report& report : reports) {
          held.push_back(Sampled(std::move(report)));
        }
        return held;
      }()) {}

Embargoed::Embargoed(std::vector<Held> held) : held_(std::move(held)) {
  for (const Held& report : held_) {
    reports_.Add(report.document, *report.sample);
    documents_.push_back(report.document.get());
  }
  std::sort(documents_.begin(), documents_.end(),
            [](const PackedDocument* a, const PackedDocument* b) { return ComesBefore(*a, *b); });
}

Embargoed::Held Embargoed::Sampled(Report report) {
  auto sample = std::make_shared<const std::vector<uint64_t>>(SampleOf(*report.document));
  return {std::move(report), std::move(sample)};
}

std::shared_ptr<const HiddenText> Embargoed::FindText(std::string_view report_id) const {
  const auto found = std::find_if(held_.begin(), held_.end(), [&](const Held& held) {
    return held.document->report_id() == report_id;
  });
  return found == held_.end() ? nullptr : found->text;
}

std::vector<Embargoed::Held> Embargoed::Others(std::string_view report_id) const {
  std::vector<Held> others;
  std::copy_if(held_.begin(), held_.end(), std::back_inserter(others),
               [&](const Held& held) { return held.document->report_id() != report_id; });
  return others;
}

std::shared_ptr<const Embargoed> Embargoed::With(
    std::shared_ptr<const PackedDocument> document) const {
  std::vector<Held> held = Others(document->report_id());
  const std::shared_ptr<const HiddenText> before = FindText(document->report_id());
  auto text = before == nullptr ? HiddenText().With(*document) : before->With(*document);
  held.push_back(Sampled({std::move(document), std::move(text)}));
  return std::shared_ptr<const Embargoed>(new Embargoed(std::move(held)));
}

std::shared_ptr<const Embargoed> Embargoed::Without(std::string_view report_id) const {
  if (Find(report_id) == nullptr) {
    return shared_from_this();
  }
  return std::shared_ptr<const Embargoed>(new Embargoed(Others(report_id)));
}

std::vector<std::string> Embargoed::DueAt(absl::Time now) const {
  std::vector<const PackedDocument*> due;
  std::copy_if(documents_.begin(), documents_.end(), std::back_inserter(due),
               [now](const PackedDocument* document) {
                 return document->state() == archive::ReportState::kEmbargoed &&
                        document->available_from() <= now;
               });
  std::stable_sort(due.begin(), due.end(), [](const PackedDocument* a, const PackedDocument* b) {
    return a->available_from() < b->available_from();
  });
  std::vector<std::string> ids;
  ids.reserve(due.size());
  for (const PackedDocument* const document : due) {
    ids.emplace_back(document->report_id());
  }
  return ids;
}

}  // namespace quotes
