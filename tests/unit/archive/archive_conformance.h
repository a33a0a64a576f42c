#ifndef QUOTES_TESTS_UNIT_ARCHIVE_ARCHIVE_CONFORMANCE_H_
#define QUOTES_TESTS_UNIT_ARCHIVE_ARCHIVE_CONFORMANCE_H_

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "service/archive/archive.h"

namespace quotes::archive {

// One engine behind the Archive interface. `previous` is the snapshot before, or null: engines that
// build on it must give the same answers as without.
struct ArchiveEngine {
  std::string name;
  std::function<std::shared_ptr<const Archive>(
      uint64_t revision, std::shared_ptr<const themes::Scheme> scheme,
      std::vector<std::shared_ptr<const Document>> documents, const Archive* previous)>
      make;

  friend void PrintTo(const ArchiveEngine& engine, std::ostream* out) { *out << engine.name; }
};

// What every engine must do. A test file of an engine links quotes_archive_conformance and says
//   INSTANTIATE_TEST_SUITE_P(Scan, ArchiveConformance, ::testing::Values(ArchiveEngine{...}));
class ArchiveConformance : public ::testing::TestWithParam<ArchiveEngine> {
 protected:
  std::shared_ptr<const Archive> Make(std::vector<std::shared_ptr<const Document>> documents,
                                      const Archive* previous = nullptr) const;
};

// All hits of a look-up, fetched by pages of `page_size`; fails the test where `more`, totals or
// keys contradict each other.
std::vector<Hit> FetchAll(const Archive& archive, Lookup lookup, size_t page_size);

// Fails the test unless the engine's answers are those of NaiveFind.
void ExpectSameAsNaive(const Archive& archive, const Lookup& lookup);

}  // namespace quotes::archive

#endif  // QUOTES_TESTS_UNIT_ARCHIVE_ARCHIVE_CONFORMANCE_H_
