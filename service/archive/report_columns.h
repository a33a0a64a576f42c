#ifndef QUOTES_SERVICE_ARCHIVE_REPORT_COLUMNS_H_
#define QUOTES_SERVICE_ARCHIVE_REPORT_COLUMNS_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "service/archive/entry.h"
#include "service/archive/filter_plan.h"
#include "service/archive/quote_set.h"

namespace quotes::archive {

// What filters ask of whole reports, by rank, side by side in memory: asking the reports themselves
// would wait for memory once each. Thread-compatible.
class ReportColumns {
 public:
  static constexpr uint32_t kNoSeries = 0;

  struct Row {
    int32_t day = 0;       // since 1970-01-01, if dated
    uint32_t speaker = 0;  // into the distinct names
    uint32_t body = 0;
    uint32_t series = 0;  // into the distinct series (SeriesKey); kNoSeries without one
    uint32_t quotes = 0;
    uint32_t speech_quotes = 0;
    // Code points of the runs of the joined text.
    uint32_t code_points = 0;
    uint32_t speech_code_points = 0;
    bool dated = false;
    bool truncated = false;
  };

  ReportColumns() = default;
  // Without rows, but with the names of another, for rows that come from it.
  static ReportColumns After(const ReportColumns& previous);

  void Reserve(size_t rows) { rows_.reserve(rows); }
  // The next rank is that of `entry`.
  void Add(const Entry& entry);
  // The next rank is that of a row of the one that this was made after.
  void Add(Row row);
  // Puts ranks in order by name: once, behind the last row.
  void Finish();

  size_t size() const { return rows_.size(); }
  size_t name_count() const { return names_.size(); }
  // Numbers of series are below it.
  size_t series_count() const { return series_.size() + 1; }
  // How many names Passing would look into for parts of them.
  uint64_t NameTests(const Filter& filter) const {
    return (filter.speakers.size() + filter.bodies.size()) * names_.size();
  }
  const Row& operator[](uint32_t rank) const { return rows_[rank]; }

  // Ranks of the reports that pass by date, speaker and body, as ascending ranges; reports and
  // sections that a filter names are not looked at. REQUIRES: Finish was called, and rows are in
  // the order of answers.
  std::vector<NumberRange> Passing(const Filter& filter, const FilterPlan& plan) const;

 private:
  // Distinct strings by number. Shared by snapshots until one of them needs another.
  class Strings {
   public:
    size_t size() const { return shared_->all.size(); }
    const std::u32string& operator[](uint32_t number) const { return *shared_->all[number]; }
    // The number of a string, added if need be.
    uint32_t NumberOf(std::u32string_view string);
    void ShareWith(const Strings& previous) { shared_ = previous.shared_; }

   private:
    struct Rep {
      std::vector<std::unique_ptr<const std::u32string>> all;
      absl::flat_hash_map<std::u32string_view, uint32_t> index;  // views of `all`
    };
    std::shared_ptr<const Rep> shared_ = std::make_shared<const Rep>();
    std::shared_ptr<Rep> own_;  // the same, while only this object has it
  };

  // The ranks of each name, ascending: those of name n from begins[n] to begins[n + 1].
  struct RanksByName {
    std::vector<uint32_t> begins;
    std::vector<uint32_t> ranks;
  };
  RanksByName RanksBy(uint32_t Row::*name) const;
  // Appends the ranks inside [begin, end) of names that pass, as long as they are fewer than
  // `most`; whether they are.
  static bool AppendRanks(const RanksByName& by_name, const std::vector<uint8_t>& passes,
                          uint32_t begin, uint32_t end, size_t most, std::vector<uint32_t>* ranks);

  std::vector<Row> rows_;
  RanksByName speakers_;
  RanksByName bodies_;
  Strings names_;
  Strings series_;  // number + 1
  // Names, or series, were thrown away: where those of the previous rows are now.
  std::vector<uint32_t> moved_names_;
  std::vector<uint32_t> moved_series_;
};

}  // namespace quotes::archive

#endif  // QUOTES_SERVICE_ARCHIVE_REPORT_COLUMNS_H_
