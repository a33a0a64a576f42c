#include "service/archive/indexed_archive.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/unit/archive/archive_conformance.h"
#include "tests/unit/archive/test_documents.h"

namespace quotes::archive {
namespace {

std::shared_ptr<const Archive> MakeOnly(uint64_t revision,
                                        std::shared_ptr<const themes::Scheme> scheme,
                                        std::vector<std::shared_ptr<const Document>> documents,
                                        const Archive* previous) {
  return MakeIndexedArchive(revision, std::move(scheme), documents, previous);
}

std::shared_ptr<const Archive> MakeMerged(uint64_t revision,
                                          std::shared_ptr<const themes::Scheme> scheme,
                                          std::vector<std::shared_ptr<const Document>> documents,
                                          const Archive* previous) {
  std::shared_ptr<const Archive> archive =
      MakeIndexedArchive(revision, std::move(scheme), documents, previous);
  for (MergePlan plan(*archive); !plan.empty(); plan = MergePlan(*archive)) {
    plan.Run();
    archive = plan.Apply(*archive);
  }
  return archive;
}

INSTANTIATE_TEST_SUITE_P(Indexed, ArchiveConformance,
                         ::testing::Values(ArchiveEngine{"indexed", MakeOnly},
                                           ArchiveEngine{"merged", MakeMerged}),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace quotes::archive
