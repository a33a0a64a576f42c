#include "service/archive/report_columns.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/time/civil_time.h"

namespace quotes::archive {
namespace {

// So many names cost nothing worth a thought.
constexpr size_t kFewNames = 1'000;

int32_t DayNumber(const absl::CivilDay& day) {
  const absl::civil_diff_t days = day - absl::CivilDay(1970, 1, 1);
  return static_cast<int32_t>(std::clamp<absl::civil_diff_t>(
      days, std::numeric_limits<int32_t>::min(), std::numeric_limits<int32_t>::max()));
}

}  // namespace

ReportColumns ReportColumns::After(const ReportColumns& previous) {
  ReportColumns columns;
  const auto& names = previous.names_->all;
  // Names of reports that are gone stay until they are the most.
  if (names.size() <= kFewNames + 4 * previous.size()) {
    columns.names_ = previous.names_;
    return columns;
  }
  columns.moved_.resize(names.size());
  for (const Row& row : previous.rows_) {
    for (const uint32_t name : {row.speaker, row.body}) {
      columns.moved_[name] = columns.NameOf(*names[name]);
    }
  }
  return columns;
}

void ReportColumns::Add(Row row) {
  if (!moved_.empty()) {
    row.speaker = moved_[row.speaker];
    row.body = moved_[row.body];
  }
  rows_.push_back(row);
}

void ReportColumns::Add(const Entry& entry) {
  Row row;
  if (const auto date = entry.date(); date.has_value()) {
    row.dated = true;
    row.day = DayNumber(*date);
  }
  row.speaker = NameOf(entry.folded_speaker());
  row.body = NameOf(entry.folded_body());
  row.quotes = static_cast<uint32_t>(entry.size());
  row.speech_quotes = entry.speech_count();
  row.truncated = entry.completeness().truncated;
  rows_.push_back(row);
}

uint32_t ReportColumns::NameOf(std::u32string_view name) {
  if (const auto found = names_->index.find(name); found != names_->index.end()) {
    return found->second;
  }
  if (own_names_ == nullptr) {
    own_names_ = std::make_shared<Names>();
    for (const auto& known : names_->all) {
      own_names_->all.push_back(std::make_unique<const std::u32string>(*known));
      own_names_->index.emplace(*own_names_->all.back(), own_names_->all.size() - 1);
    }
    names_ = own_names_;
  }
  const auto number = static_cast<uint32_t>(own_names_->all.size());
  own_names_->all.push_back(std::make_unique<const std::u32string>(name));
  own_names_->index.emplace(*own_names_->all.back(), number);
  return number;
}

std::vector<NumberRange> ReportColumns::Passing(const Filter& filter,
                                                const FilterPlan& plan) const {
  // Dated rows come first, latest first.
  auto begin = rows_.begin();
  auto end = rows_.end();
  if (filter.date_from.has_value() || filter.date_to.has_value()) {
    end = std::partition_point(begin, end, [](const Row& row) { return row.dated; });
  }
  if (filter.date_to.has_value()) {
    const int32_t last = DayNumber(*filter.date_to);
    begin = std::partition_point(begin, end, [last](const Row& row) { return row.day > last; });
  }
  if (filter.date_from.has_value()) {
    const int32_t first = DayNumber(*filter.date_from);
    end = std::partition_point(begin, end, [first](const Row& row) { return row.day >= first; });
  }
  std::vector<NumberRange> ranges;
  const auto add = [&](uint32_t from, uint32_t to) {
    if (!ranges.empty() && ranges.back().end == from) {
      ranges.back().end = to;
    } else if (from < to) {
      ranges.push_back({from, to});
    }
  };
  const auto first_rank = static_cast<uint32_t>(begin - rows_.begin());
  const auto end_rank = static_cast<uint32_t>(end - rows_.begin());
  if (filter.speakers.empty() && filter.bodies.empty()) {
    add(first_rank, end_rank);
    return ranges;
  }
  // Each name is looked into once, however many reports have it.
  std::vector<uint8_t> speaks;
  std::vector<uint8_t> bodies;
  for (const auto& name : names_->all) {
    speaks.push_back(plan.SpeakerPasses(*name) ? 1 : 0);
    bodies.push_back(plan.BodyPasses(*name) ? 1 : 0);
  }
  for (uint32_t rank = first_rank; rank < end_rank; ++rank) {
    const Row& row = rows_[rank];
    if ((speaks[row.speaker] & bodies[row.body]) != 0) {
      add(rank, rank + 1);
    }
  }
  return ranges;
}

}  // namespace quotes::archive
