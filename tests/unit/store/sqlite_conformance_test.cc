#include <memory>
#include <string>
#include <utility>

#include "service/base/check.h"
#include "service/base/status_macros.h"
#include "service/store/sqlite/store.h"
#include "tests/support/test_data.h"
#include "tests/unit/store/store_conformance.h"

namespace quotes::testing {
namespace {

class SqliteOnFile : public EngineInstance {
 public:
  SqliteOnFile() { QUOTES_CHECK(Open().ok()); }

  store::Store& store() override { return *store_; }

  absl::Status Reopen() override { return Open(); }

  absl::StatusOr<std::unique_ptr<store::Store>> OpenReader() override {
    return store::sqlite::Open({.path = path(), .read_only = true});
  }

 private:
  absl::Status Open() {
    store_.reset();
    QUOTES_ASSIGN_OR_RETURN(store_, store::sqlite::Open({.path = path()}));
    return absl::OkStatus();
  }

  std::string path() const { return dir_.path() / "quotes.db"; }

  TempDir dir_;
  std::unique_ptr<store::Store> store_;
};

INSTANTIATE_TEST_SUITE_P(Engines, StoreConformance,
                         ::testing::Values(Engine{"sqlite",
                                                  [] { return std::make_unique<SqliteOnFile>(); }}),
                         EngineName);

}  // namespace
}  // namespace quotes::testing
