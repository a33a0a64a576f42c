#include "service/archive/report_columns.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <utility>

#include "absl/time/civil_time.h"
#include "service/archive/series_key.h"

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
  // Strings of reports that are gone stay until they are the most.
  const size_t enough = kFewNames + 4 * previous.size();
  if (previous.names_.size() <= enough) {
    columns.names_.ShareWith(previous.names_);
  } else {
    columns.moved_names_.resize(previous.names_.size());
    for (const Row& row : previous.rows_) {
      for (const uint32_t name : {row.speaker, row.body}) {
        columns.moved_names_[name] = columns.names_.NumberOf(previous.names_[name]);
      }
    }
  }
  if (previous.series_.size() <= enough) {
    columns.series_.ShareWith(previous.series_);
  } else {
    columns.moved_series_.resize(previous.series_count(), kNoSeries);
    for (const Row& row : previous.rows_) {
      if (row.series != kNoSeries) {
        columns.moved_series_[row.series] =
            columns.series_.NumberOf(previous.series_[row.series - 1]) + 1;
      }
    }
  }
  return columns;
}

void ReportColumns::Add(Row row) {
  if (!moved_names_.empty()) {
    row.speaker = moved_names_[row.speaker];
    row.body = moved_names_[row.body];
  }
  if (!moved_series_.empty()) {
    row.series = moved_series_[row.series];
  }
  rows_.push_back(row);
}

void ReportColumns::Add(const Entry& entry) {
  Row row;
  if (const auto date = entry.date(); date.has_value()) {
    row.dated = true;
    row.day = DayNumber(*date);
  }
  row.speaker = names_.NumberOf(entry.folded_speaker());
  row.body = names_.NumberOf(entry.folded_body());
  if (const std::u32string series = SeriesKey(entry); !series.empty()) {
    row.series = series_.NumberOf(series) + 1;
  }
  row.quotes = static_cast<uint32_t>(entry.size());
  row.speech_quotes = entry.speech_count();
  for (const report::Run& run : entry.runs()) {
    row.code_points += run.range.size();
    row.speech_code_points += report::IsSpeech(run.kind) ? run.range.size() : 0;
  }
  row.truncated = entry.completeness().truncated;
  rows_.push_back(row);
}

uint32_t ReportColumns::Strings::NumberOf(std::u32string_view string) {
  if (const auto found = shared_->index.find(string); found != shared_->index.end()) {
    return found->second;
  }
  if (own_ == nullptr) {
    own_ = std::make_shared<Rep>();
    for (const auto& known : shared_->all) {
      own_->all.push_back(std::make_unique<const std::u32string>(*known));
      own_->index.emplace(*own_->all.back(), own_->all.size() - 1);
    }
    shared_ = own_;
  }
  const auto number = static_cast<uint32_t>(own_->all.size());
  own_->all.push_back(std::make_unique<const std::u32string>(string));
  own_->index.emplace(*own_->all.back(), number);
  return number;
}

void ReportColumns::Finish() {
  speakers_ = RanksBy(&Row::speaker);
  bodies_ = RanksBy(&Row::body);
}

ReportColumns::RanksByName ReportColumns::RanksBy(uint32_t Row::*name) const {
  RanksByName by_name;
  by_name.begins.resize(names_.size() + 1, 0);
  for (const Row& row : rows_) {
    ++by_name.begins[row.*name + 1];
  }
  for (size_t i = 1; i < by_name.begins.size(); ++i) {
    by_name.begins[i] += by_name.begins[i - 1];
  }
  std::vector<uint32_t> next(by_name.begins.begin(), by_name.begins.end() - 1);
  by_name.ranks.resize(rows_.size());
  for (uint32_t rank = 0; rank < rows_.size(); ++rank) {
    by_name.ranks[next[rows_[rank].*name]++] = rank;
  }
  return by_name;
}

bool ReportColumns::AppendRanks(const RanksByName& by_name, const std::vector<uint8_t>& passes,
                                uint32_t begin, uint32_t end, size_t most,
                                std::vector<uint32_t>* ranks) {
  for (size_t name = 0; name < passes.size(); ++name) {
    if (passes[name] == 0) {
      continue;
    }
    const auto last = by_name.ranks.begin() + by_name.begins[name + 1];
    const auto from = std::lower_bound(by_name.ranks.begin() + by_name.begins[name], last, begin);
    const auto to = std::lower_bound(from, last, end);
    if (ranks->size() + static_cast<size_t>(to - from) >= most) {
      return false;
    }
    ranks->insert(ranks->end(), from, to);
  }
  return true;
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
  // Each name is looked into once, however many reports have it, and those of speakers not as
  // organisations.
  std::vector<uint8_t> speaks(names_.size(), 1);
  std::vector<uint8_t> bodies(names_.size(), 1);
  const auto has = [](const RanksByName& ranks, uint32_t name) {
    return ranks.begins[name] != ranks.begins[name + 1];
  };
  for (uint32_t name = 0; name < names_.size(); ++name) {
    if (!filter.speakers.empty()) {
      speaks[name] = has(speakers_, name) && plan.SpeakerPasses(names_[name]) ? 1 : 0;
    }
    if (!filter.bodies.empty()) {
      bodies[name] = has(bodies_, name) && plan.BodyPasses(names_[name]) ? 1 : 0;
    }
  }
  // Putting the ranks of names in order costs more than asking so many reports for theirs.
  constexpr size_t kSortCost = 8;
  std::vector<uint32_t> ranks;
  if (AppendRanks(filter.bodies.empty() ? speakers_ : bodies_,
                  filter.bodies.empty() ? speaks : bodies, first_rank, end_rank,
                  (end_rank - first_rank) / kSortCost, &ranks)) {
    const auto add_speaking = [&](uint32_t rank) {
      if (speaks[rows_[rank].speaker] != 0) {
        add(rank, rank + 1);
      }
    };
    ranges.reserve(ranks.size());
    const size_t words = (end_rank - first_rank) / 64 + 1;
    if (!std::is_sorted(ranks.begin(), ranks.end())) {
      // Those of several names are put in order by bits, unless they are few among many.
      constexpr size_t kWordsPerRank = 8;
      if (words <= ranks.size() * kWordsPerRank) {
        std::vector<uint64_t> bits(words, 0);
        for (const uint32_t rank : ranks) {
          bits[(rank - first_rank) / 64] |= uint64_t{1} << ((rank - first_rank) % 64);
        }
        for (size_t word = 0; word < words; ++word) {
          for (uint64_t rest = bits[word]; rest != 0; rest &= rest - 1) {
            add_speaking(first_rank + static_cast<uint32_t>(word * 64) +
                         static_cast<uint32_t>(std::countr_zero(rest)));
          }
        }
        return ranges;
      }
      std::sort(ranks.begin(), ranks.end());
    }
    for (const uint32_t rank : ranks) {
      add_speaking(rank);
    }
    return ranges;
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
