#include "service/server/http2_meter.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <random>
#include <string>

namespace quotes::server {
namespace {

using Fault = Http2Meter::Fault;

enum Type : uint8_t {
  kData = 0,
  kHeaders = 1,
  kPriority = 2,
  kReset = 3,
  kSettings = 4,
  kPing = 6,
  kWindow = 8,
  kContinuation = 9
};
constexpr uint8_t kEndStream = 1;
constexpr uint8_t kAck = 1;
constexpr uint8_t kEndHeaders = 4;

std::string Frame(Type type, uint8_t flags, uint32_t stream, size_t size) {
  std::string frame;
  for (const size_t part : {size >> 16, size >> 8, size}) {
    frame += static_cast<char>(part & 0xFF);
  }
  frame += static_cast<char>(type);
  frame += static_cast<char>(flags);
  for (const uint32_t part : {stream >> 24, stream >> 16, stream >> 8, stream}) {
    frame += static_cast<char>(part & 0xFF);
  }
  return frame + std::string(size, 'x');
}

std::string Call(uint32_t stream, size_t body) {
  return Frame(kHeaders, kEndHeaders, stream, 100) + Frame(kData, kEndStream, stream, body);
}

class Http2MeterTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_EQ(Receive("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), Fault::kNone); }

  Fault Receive(const std::string& bytes) { return meter_.Receive(bytes, clock_); }
  void Send(const std::string& bytes) {
    meter_.WillSend();
    meter_.Send(bytes, clock_);
  }
  void Wait(std::chrono::milliseconds time) {
    now_ += time;
    meter_.Settle(now_);
  }
  void Acknowledge() {
    Send(Frame(kSettings, 0, 0, 6));
    ASSERT_EQ(Receive(Frame(kSettings, kAck, 0, 0)), Fault::kNone);
  }

  static constexpr Http2Meter::Limits kLimits = {.max_streams = 10,
                                                 .max_header_bytes = 2'000,
                                                 .max_unsettled_bytes = 5'000,
                                                 .max_held_bytes = 100'000,
                                                 .stream_bytes = 1'000,
                                                 .max_chunk_bytes = 4'000,
                                                 .reset_lingers = std::chrono::seconds(2)};
  Http2Meter meter_{&kLimits};
  Http2Meter::Clock::time_point now_ = Http2Meter::Clock::now();
  const std::function<Http2Meter::Clock::time_point()> clock_ = [this] { return now_; };
};

TEST_F(Http2MeterTest, CallHoldsWhatItSentUntilItIsAnswered) {
  EXPECT_EQ(meter_.held_bytes(), 0u);
  EXPECT_EQ(Receive(Call(1, 500)), Fault::kNone);
  EXPECT_EQ(meter_.open_streams(), 1u);
  EXPECT_EQ(meter_.held_bytes(), 1'000u + 109 + 509);
  Send(Frame(kHeaders, kEndHeaders, 1, 20) + Frame(kData, 0, 1, 9'000));
  EXPECT_EQ(meter_.held_bytes(), 1'000u + 109 + 509);
  Send(Frame(kHeaders, kEndHeaders | kEndStream, 1, 20));
  EXPECT_EQ(meter_.open_streams(), 0u);
  EXPECT_EQ(meter_.held_bytes(), 0u);
}

TEST_F(Http2MeterTest, BytesMayComeOneByOne) {
  const std::string bytes = Call(1, 300) + Call(3, 70) + Frame(kPing, 0, 0, 8);
  for (const char byte : bytes) {
    EXPECT_EQ(Receive(std::string(1, byte)), Fault::kNone);
  }
  EXPECT_EQ(meter_.open_streams(), 2u);
  EXPECT_EQ(meter_.held_bytes(), 2'000u + 2 * 109 + 309 + 79);
  for (const char byte : Frame(kData, kEndStream, 3, 9) + Frame(kReset, 0, 1, 4)) {
    Send(std::string(1, byte));
  }
  EXPECT_EQ(meter_.open_streams(), 0u);
}

TEST_F(Http2MeterTest, BodiesAreHeldUpToTheLimit) {
  ASSERT_EQ(Receive(Frame(kHeaders, kEndHeaders, 1, 100)), Fault::kNone);
  Fault fault = Fault::kNone;
  size_t sent = 0;
  for (; fault == Fault::kNone && sent < 1'000'000; sent += 5'000) {
    fault = Receive(Frame(kData, 0, 1, 5'000));
  }
  EXPECT_EQ(fault, Fault::kBytes);
  EXPECT_EQ(sent, 100'000u);
}

TEST_F(Http2MeterTest, AnsweredCallsMakeRoom) {
  Acknowledge();
  for (uint32_t stream = 1; stream < 2'001; stream += 2) {
    ASSERT_EQ(Receive(Call(stream, 50'000)), Fault::kNone) << stream;
    Send(Frame(kHeaders, kEndHeaders | kEndStream, stream, 20));
  }
  EXPECT_EQ(meter_.held_bytes(), 0u);
}

TEST_F(Http2MeterTest, ResetCallsLinger) {
  Acknowledge();
  Fault fault = Fault::kNone;
  uint32_t calls = 0;
  for (; fault == Fault::kNone && calls < 1'000; ++calls) {
    fault = Receive(Call(2 * calls + 1, 500) + Frame(kReset, 0, 2 * calls + 1, 4));
  }
  EXPECT_EQ(fault, Fault::kBytes);
  // 1,618 bytes each, and 64 for the frame that resets it.
  EXPECT_EQ(calls, 100'000 / 1'682u + 1);
  EXPECT_EQ(meter_.open_streams(), 0u);
  // Longer than once the time, at most twice.
  Wait(std::chrono::seconds(2));
  EXPECT_GT(meter_.held_bytes(), 0u);
  Wait(std::chrono::seconds(2));
  EXPECT_EQ(meter_.held_bytes(), 0u);
}

TEST_F(Http2MeterTest, FewResetsASecondAreTaken) {
  Acknowledge();
  for (uint32_t call = 0; call < 1'000; ++call) {
    ASSERT_EQ(Receive(Call(2 * call + 1, 500) + Frame(kReset, 0, 2 * call + 1, 4)), Fault::kNone);
    Wait(std::chrono::milliseconds(100));
  }
}

TEST_F(Http2MeterTest, CallsThatTheServerResetsLingerToo) {
  Acknowledge();
  ASSERT_EQ(Receive(Call(1, 500)), Fault::kNone);
  const size_t held = meter_.held_bytes();
  Send(Frame(kReset, 0, 1, 4));
  EXPECT_EQ(meter_.open_streams(), 0u);
  EXPECT_EQ(meter_.held_bytes(), held);
}

TEST_F(Http2MeterTest, StreamsAreCounted) {
  Acknowledge();
  for (uint32_t stream = 1; stream < 20; stream += 2) {
    ASSERT_EQ(Receive(Call(stream, 10)), Fault::kNone);
  }
  EXPECT_EQ(Receive(Call(21, 10)), Fault::kStreams);
}

TEST_F(Http2MeterTest, StreamsThatAreNoneAreNotCounted) {
  ASSERT_EQ(Receive(Call(5, 10)), Fault::kNone);
  const size_t held = meter_.held_bytes();
  // Even, older, of the connection, never opened.
  for (const uint32_t stream : {2u, 3u, 0u}) {
    ASSERT_EQ(Receive(Call(stream, 10)), Fault::kNone);
  }
  ASSERT_EQ(Receive(Frame(kData, 0, 99, 10)), Fault::kNone);
  EXPECT_EQ(meter_.open_streams(), 1u);
  EXPECT_EQ(meter_.held_bytes(), held);
}

TEST_F(Http2MeterTest, OneSetOfHeadersHasABound) {
  Acknowledge();
  EXPECT_EQ(Receive(Frame(kHeaders, kEndHeaders, 1, 1'900)), Fault::kNone);
  EXPECT_EQ(Receive(Frame(kHeaders, 0, 3, 1'000)), Fault::kNone);
  EXPECT_EQ(Receive(Frame(kContinuation, 0, 3, 900)), Fault::kNone);
  EXPECT_EQ(Receive(Frame(kContinuation, 0, 3, 900)), Fault::kHeaders);
}

TEST_F(Http2MeterTest, EmptyContinuationsAreBoundedToo) {
  Acknowledge();
  Fault fault = Receive(Frame(kHeaders, 0, 1, 100));
  int frames = 0;
  for (; fault == Fault::kNone && frames < 1'000; ++frames) {
    fault = Receive(Frame(kContinuation, 0, 1, 0));
  }
  EXPECT_EQ(fault, Fault::kHeaders);
  EXPECT_LT(frames, 100);
}

TEST_F(Http2MeterTest, SettingsMustBeAcknowledged) {
  Send(Frame(kSettings, 0, 0, 6));
  Fault fault = Fault::kNone;
  uint32_t calls = 0;
  for (; fault == Fault::kNone && calls < 1'000; ++calls) {
    fault = Receive(Call(2 * calls + 1, 10));
    Send(Frame(kHeaders, kEndHeaders | kEndStream, 2 * calls + 1, 20));
  }
  EXPECT_EQ(fault, Fault::kSettings);
  EXPECT_EQ(calls, 5'000 / 109u + 1);
}

TEST_F(Http2MeterTest, AcknowledgementOfNothingIsNone) {
  ASSERT_EQ(Receive(Frame(kSettings, kAck, 0, 0)), Fault::kNone);
  Send(Frame(kSettings, 0, 0, 6));
  Fault fault = Fault::kNone;
  for (uint32_t calls = 0; fault == Fault::kNone && calls < 1'000; ++calls) {
    fault = Receive(Call(2 * calls + 1, 10));
    Send(Frame(kHeaders, kEndHeaders | kEndStream, 2 * calls + 1, 20));
  }
  EXPECT_EQ(fault, Fault::kSettings);
}

TEST_F(Http2MeterTest, FramesThatSayNothingAreFew) {
  Acknowledge();
  // As browsers send them with their calls.
  uint32_t stream = 1;
  for (int call = 0; call < 10'000; ++call, stream += 2) {
    ASSERT_EQ(Receive(Frame(kPriority, 0, stream, 5)), Fault::kNone);
    ASSERT_EQ(Receive(Call(stream, 10)), Fault::kNone);
    Send(Frame(kHeaders, kEndHeaders | kEndStream, stream, 20));
  }
  Fault fault = Fault::kNone;
  int frames = 0;
  for (; fault == Fault::kNone && frames < 1'000'000; ++frames) {
    fault = Receive(Frame(kPriority, 0, 1, 5));
  }
  EXPECT_EQ(fault, Fault::kFrames);
  EXPECT_LE(frames, 10 * 10'000 + 1'010);
}

TEST_F(Http2MeterTest, FramesThatBringNothingAreFewOfEachKind) {
  const std::string idle[] = {Frame(kPriority, 0, 1, 5),
                              Frame(kWindow, 0, 0, 4),
                              Frame(kWindow, 0, 1, 4),
                              Frame(kPing, 0, 0, 8),
                              Frame(kPing, kAck, 0, 8),
                              Frame(kSettings, 0, 0, 6),
                              Frame(kSettings, kAck, 0, 0),
                              Frame(kReset, 0, 1, 4),
                              Frame(kData, 0, 1, 0),
                              Frame(kHeaders, kEndHeaders, 2, 1),
                              Frame(static_cast<Type>(7), 0, 0, 8),
                              Frame(static_cast<Type>(200), 0, 0, 8)};
  for (const std::string& frame : idle) {
    Http2Meter meter(&kLimits);
    meter.WillSend();
    const std::string first = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + Frame(kSettings, kAck, 0, 0);
    ASSERT_EQ(meter.Receive(first, clock_), Fault::kNone);
    for (int i = 1; i < 1'000; ++i) {
      ASSERT_EQ(meter.Receive(frame, clock_), Fault::kNone) << int{frame[3]};
    }
    EXPECT_EQ(meter.Receive(frame, clock_), Fault::kFrames) << int{frame[3]};
  }
}

TEST_F(Http2MeterTest, FramesThatAnswerFramesAreTaken) {
  Acknowledge();
  ASSERT_EQ(Receive(Call(1, 10)), Fault::kNone);
  // A long answer, of which the client says at the end, frame by frame and twice each, that it was
  // read; and pings and settings of the server.
  for (int i = 0; i < 4'000; ++i) {
    Send(Frame(kData, 0, 1, 16'000) + Frame(kPing, 0, 0, 8) + Frame(kSettings, 0, 0, 6));
  }
  for (int i = 0; i < 4'000; ++i) {
    ASSERT_EQ(Receive(Frame(kWindow, 0, 1, 4) + Frame(kWindow, 0, 0, 4) + Frame(kPing, kAck, 0, 8) +
                      Frame(kSettings, kAck, 0, 0)),
              Fault::kNone);
  }
}

TEST_F(Http2MeterTest, AcknowledgementsOfTheServerAllowNothing) {
  Acknowledge();
  Fault fault = Fault::kNone;
  int frames = 0;
  for (; fault == Fault::kNone && frames < 10'000; ++frames) {
    fault = Receive(Frame(kPing, 0, 0, 8));
    Send(Frame(kPing, kAck, 0, 8));
  }
  EXPECT_EQ(fault, Fault::kFrames);
  EXPECT_LE(frames, 1'100);
}

TEST_F(Http2MeterTest, FramesThatBringNothingMayComeForDays) {
  Acknowledge();
  for (int second = 0; second < 100'000; ++second) {
    for (int i = 0; i < 90; ++i) {
      ASSERT_EQ(Receive(Frame(kPing, kAck, 0, 8)), Fault::kNone);
    }
    Wait(std::chrono::seconds(1));
  }
  // What was not sent in all that time is not kept for a flood.
  Wait(std::chrono::hours(100));
  Fault fault = Fault::kNone;
  int frames = 0;
  for (; fault == Fault::kNone && frames < 10'000; ++frames) {
    fault = Receive(Frame(kPing, kAck, 0, 8));
  }
  EXPECT_EQ(fault, Fault::kFrames);
  EXPECT_LE(frames, 2'100);
}

TEST_F(Http2MeterTest, SmallPiecesKeepWhatWasReadWithThem) {
  Acknowledge();
  ASSERT_EQ(Receive(Frame(kHeaders, kEndHeaders, 1, 100)), Fault::kNone);
  const size_t held = meter_.held_bytes();
  for (int i = 0; i < 1'000; ++i) {
    ASSERT_EQ(Receive(Frame(kPing, 0, 0, 8)), Fault::kNone);
  }
  EXPECT_EQ(meter_.held_bytes(), held);  // pings alone are forgotten
  ASSERT_EQ(Receive(Frame(kData, 0, 1, 30)), Fault::kNone);
  EXPECT_EQ(meter_.held_bytes(), held + kLimits.max_chunk_bytes);
}

TEST_F(Http2MeterTest, WhateverComesIsCountedAndGivenBack) {
  std::mt19937 random(17);
  for (int round = 0; round < 300; ++round) {
    Http2Meter meter(&kLimits);
    std::string bytes;
    for (int i = 0; i < 200; ++i) {
      bytes += Frame(static_cast<Type>(random() % 12), static_cast<uint8_t>(random()),
                     static_cast<uint32_t>(random() % 40), random() % 300);
      if (random() % 50 == 0) {
        bytes += static_cast<char>(random());
      }
    }
    size_t at = 0;
    while (at < bytes.size()) {
      const size_t size = std::min<size_t>(bytes.size() - at, 1 + random() % 500);
      const std::string_view piece = std::string_view(bytes).substr(at, size);
      if (random() % 3 == 0) {
        meter.Send(piece, clock_);
      } else if (meter.Receive(piece, clock_) != Fault::kNone) {
        break;
      }
      EXPECT_LE(meter.held_bytes(), kLimits.max_held_bytes);
      EXPECT_LE(meter.open_streams(), kLimits.max_streams);
      EXPECT_GE(meter.held_bytes(), meter.open_streams() * kLimits.stream_bytes);
      at += size;
    }
  }
}

}  // namespace
}  // namespace quotes::server
