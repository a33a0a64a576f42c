#ifndef QUOTES_TESTS_UNIT_STORE_STORE_CONFORMANCE_H_
#define QUOTES_TESTS_UNIT_STORE_STORE_CONFORMANCE_H_

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <ostream>
#include <string>

#include "absl/status/status.h"
#include "service/store/store.h"

// What every engine behind store::Store must do. An engine's test instantiates the suite:
//
//   INSTANTIATE_TEST_SUITE_P(Engines, StoreConformance, ::testing::Values(kMyEngine), EngineName);
namespace quotes::testing {

// A store with its storage, made for one test and removed after it.
class EngineInstance {
 public:
  virtual ~EngineInstance() = default;
  virtual store::Store& store() = 0;
  // Closes the store and opens the same storage again.
  virtual absl::Status Reopen() = 0;
  // Opens the same storage for reading only, beside store().
  virtual absl::StatusOr<std::unique_ptr<store::Store>> OpenReader() = 0;
};

struct Engine {
  std::string name;
  std::function<std::unique_ptr<EngineInstance>()> make;
};

inline void PrintTo(const Engine& engine, std::ostream* out) { *out << engine.name; }
inline std::string EngineName(const ::testing::TestParamInfo<Engine>& info) {
  return info.param.name;
}

class StoreConformance : public ::testing::TestWithParam<Engine> {
 protected:
  StoreConformance() : instance_(GetParam().make()) {}

  store::Store& store() { return instance_->store(); }

  std::unique_ptr<EngineInstance> instance_;
};

}  // namespace quotes::testing

#endif  // QUOTES_TESTS_UNIT_STORE_STORE_CONFORMANCE_H_
