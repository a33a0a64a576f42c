#include "service/rpc/caller_places.h"

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "absl/synchronization/notification.h"
#include "service/rpc/executor.h"

namespace quotes::rpc {
namespace {

using Outcome = CallerPlaces::Outcome;

TEST(CallerPlaces, OneCallerNeverTakesAll) {
  CallerPlaces places({4, 2}, {2, 1}, {10, 10});
  size_t limit = 0;
  EXPECT_EQ(places.Take(CallerPlaces::kCalls, "a", &limit), Outcome::kTaken);
  EXPECT_EQ(places.Take(CallerPlaces::kCalls, "a", &limit), Outcome::kTaken);
  EXPECT_EQ(places.Take(CallerPlaces::kCalls, "a", &limit), Outcome::kCallerFull);
  EXPECT_EQ(limit, 2);
  EXPECT_EQ(places.Take(CallerPlaces::kWatches, "a", &limit), Outcome::kTaken);
  EXPECT_EQ(places.Take(CallerPlaces::kWatches, "a", &limit), Outcome::kCallerFull);
  EXPECT_EQ(places.Take(CallerPlaces::kCalls, "b", &limit), Outcome::kTaken);
  EXPECT_EQ(places.Take(CallerPlaces::kCalls, "", &limit), Outcome::kTaken);
  EXPECT_EQ(places.Take(CallerPlaces::kCalls, "c", &limit), Outcome::kFull);
  EXPECT_EQ(limit, 4);
  places.GiveBack(CallerPlaces::kCalls, "a");
  EXPECT_EQ(places.Take(CallerPlaces::kCalls, "a", &limit), Outcome::kTaken);
}

TEST(CallerPlaces, AnswersThatAreNotReadTakeNoPlaceOfCalls) {
  CallerPlaces places({1, 1}, {1, 1}, {3, 2});
  size_t limit = 0;
  for (int i = 0; i < 2; ++i) {
    ASSERT_EQ(places.Take(CallerPlaces::kCalls, "a", &limit), Outcome::kTaken);
    places.Answer(CallerPlaces::kCalls, "a");
  }
  EXPECT_EQ(places.Take(CallerPlaces::kCalls, "a", &limit), Outcome::kCallerFull);
  EXPECT_EQ(limit, 2);
  EXPECT_EQ(places.Take(CallerPlaces::kCalls, "b", &limit), Outcome::kTaken);
  places.Answer(CallerPlaces::kCalls, "b");
  EXPECT_EQ(places.Take(CallerPlaces::kCalls, "c", &limit), Outcome::kFull);
  EXPECT_EQ(limit, 3);
  places.GiveBack(CallerPlaces::kAnswers, "a");
  EXPECT_EQ(places.Take(CallerPlaces::kCalls, "c", &limit), Outcome::kTaken);
}

TEST(CallerPlaces, ConnectionWithoutANameNeverTakesAllAnswers) {
  CallerPlaces places({10, 1}, {1, 1}, {3, 2});
  const auto one = CallerPlaces::Owner::OfConnection("ipv4:192.0.2.1:1000");
  const auto other = CallerPlaces::Owner::OfConnection("ipv4:192.0.2.1:1001");
  size_t limit = 0;
  for (int i = 0; i < 2; ++i) {
    ASSERT_EQ(places.Take(CallerPlaces::kCalls, one, &limit), Outcome::kTaken);
  }
  for (int i = 0; i < 2; ++i) {
    places.Answer(CallerPlaces::kCalls, one);
  }
  EXPECT_EQ(places.Take(CallerPlaces::kCalls, one, &limit), Outcome::kCallerFull);
  EXPECT_EQ(limit, 2);
  // A caller's name is never taken for a connection's.
  EXPECT_EQ(places.Take(CallerPlaces::kCalls, one.name, &limit), Outcome::kTaken);
  EXPECT_EQ(places.Take(CallerPlaces::kCalls, other, &limit), Outcome::kTaken);
  places.GiveBack(CallerPlaces::kAnswers, one);
  EXPECT_EQ(places.Take(CallerPlaces::kCalls, one, &limit), Outcome::kTaken);
}

TEST(Executor, OneCallerLeavesRoomAndAThread) {
  Executor executor(2, 6);
  absl::Notification go;
  std::atomic<int> ran{0};
  const auto wait = [&] {
    go.WaitForNotification();
    ++ran;
  };
  // Half of eight places.
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(executor.Submit(wait, "a"), Executor::Outcome::kTaken);
  }
  EXPECT_EQ(executor.Submit(wait, "a"), Executor::Outcome::kCallerFull);
  // The second thread is free for another, in front of those that wait.
  absl::Notification done;
  EXPECT_EQ(executor.Submit([&] { done.Notify(); }, "b"), Executor::Outcome::kTaken);
  done.WaitForNotification();
  EXPECT_EQ(ran, 0);
  absl::Notification nameless;
  EXPECT_EQ(executor.Submit([&] { nameless.Notify(); }), Executor::Outcome::kTaken);
  nameless.WaitForNotification();
  go.Notify();
  // A task that no thread has taken yet, while one is free, is neither at work nor waiting.
  while (ran < 4 || executor.figures().busy > 0) {
    std::this_thread::yield();
  }
  EXPECT_EQ(ran, 4);
  EXPECT_EQ(executor.Submit(wait, "a"), Executor::Outcome::kTaken);
}

}  // namespace
}  // namespace quotes::rpc
