#include "service/server/http2_meter.h"

#include <algorithm>

#include "service/base/limits.h"

namespace quotes::server {
namespace {

// RFC 9113, section 6.
constexpr unsigned kData = 0;
constexpr unsigned kHeaders = 1;
constexpr unsigned kResetStream = 3;
constexpr unsigned kSettings = 4;
constexpr unsigned kPing = 6;
constexpr unsigned kContinuation = 9;
constexpr unsigned kAck = 0x1;
constexpr unsigned kEndStream = 0x1;

constexpr size_t kHeadBytes = 9;
// What the smallest frame takes in memory: a slice and its place in a list.
constexpr size_t kLeastFrameBytes = 64;

size_t BytesOf(size_t payload) { return std::max(kHeadBytes + payload, kLeastFrameBytes); }

}  // namespace

// Calls visit(Frame) until it returns false.
template <typename Visit>
bool Http2Meter::Reader::Read(std::string_view bytes, Visit visit) {
  while (!bytes.empty()) {
    if (skip > 0) {
      const size_t skipped = std::min(skip, bytes.size());
      skip -= skipped;
      bytes.remove_prefix(skipped);
      continue;
    }
    const size_t taken = std::min(head.size() - head_size, bytes.size());
    std::copy_n(bytes.begin(), taken, head.begin() + static_cast<ptrdiff_t>(head_size));
    head_size += taken;
    bytes.remove_prefix(taken);
    if (head_size < head.size()) {
      break;
    }
    head_size = 0;
    const Frame frame = {.length = size_t{head[0]} << 16 | size_t{head[1]} << 8 | head[2],
                         .type = head[3],
                         .flags = head[4],
                         .stream = (uint32_t{head[5]} << 24 | uint32_t{head[6]} << 16 |
                                    uint32_t{head[7]} << 8 | head[8]) &
                                   0x7FFFFFFF};
    skip = frame.length;
    if (!visit(frame)) {
      return false;
    }
  }
  return true;
}

Http2Meter::Http2Meter(const Limits* limits)
    : limits_(limits), idle_allowed_(limits::kMostIdleFrames) {}

Http2Meter::Fault Http2Meter::Receive(std::string_view bytes, Now now) {
  Fault fault = Fault::kNone;
  in_.Read(bytes, [this, now, &fault](const Frame& frame) {
    fault = Came(frame, now);
    return fault == Fault::kNone;
  });
  if (fault == Fault::kNone && HoldsTooMuch()) {
    Settle(now());
    if (HoldsTooMuch()) {
      fault = Fault::kBytes;
    }
  }
  return fault;
}

bool Http2Meter::HoldsTooMuch() const {
  return held_bytes() > limits_->max_held_bytes || reset_bytes() > limits_->max_reset_bytes;
}

Http2Meter::Fault Http2Meter::Came(const Frame& frame, Now now) {
  carried_ = std::min(carried_ + BytesOf(frame.length), limits_->max_chunk_bytes);
  switch (frame.type) {
    case kData:
      Charge(frame.stream, BytesOf(frame.length));
      FinishIf(frame);
      return frame.length == 0 && (frame.flags & kEndStream) == 0 ? IdleCame(now) : Fault::kNone;
    case kHeaders: {
      header_bytes_ = 0;
      const Fault fault = HeadersCame(frame, /*continued=*/false);
      FinishIf(frame);
      return fault == Fault::kNone && !streams_.contains(frame.stream) ? IdleCame(now) : fault;
    }
    case kContinuation:
      return HeadersCame(frame, /*continued=*/true);
    case kResetStream:
      return Reset(frame.stream, now) ? Fault::kNone : IdleCame(now);
    case kSettings:
      // Before the server has sent any they acknowledge nothing.
      settled_ = settled_ || ((frame.flags & kAck) != 0 && settings_sent_);
      break;
    default:
      break;
  }
  return IdleCame(now);
}

Http2Meter::Fault Http2Meter::IdleCame(Now now) {
  if (!idle_frames_came_) {
    idle_frames_came_ = true;
    idle_since_ = now();
  }
  if (idle_allowed_ == 0) {
    const Clock::time_point time = now();
    const auto seconds = std::chrono::duration<double>(time - idle_since_).count();
    const auto allowed = static_cast<uint64_t>(
        std::min(seconds * limits::kIdleFramesASecond, double{limits::kMostIdleFrames}));
    if (allowed == 0) {
      return Fault::kFrames;
    }
    idle_allowed_ = allowed;
    idle_since_ = time;
  }
  --idle_allowed_;
  return Fault::kNone;
}

void Http2Meter::AllowIdle(uint64_t frames) {
  idle_allowed_ = std::min(idle_allowed_ + frames, limits::kMostIdleFramesKept);
}

Http2Meter::Fault Http2Meter::HeadersCame(const Frame& frame, bool continued) {
  const size_t bytes = BytesOf(frame.length);
  header_bytes_ += bytes;
  if (header_bytes_ > limits_->max_header_bytes) {
    return Fault::kHeaders;
  }
  if (!settled_) {
    unsettled_bytes_ += bytes;
    if (unsettled_bytes_ > limits_->max_unsettled_bytes) {
      return Fault::kSettings;
    }
  }
  if (!continued && frame.stream % 2 == 1 && frame.stream > last_stream_) {
    last_stream_ = frame.stream;
    if (streams_.size() >= limits_->max_streams) {
      return Fault::kStreams;
    }
    streams_[frame.stream].bytes = limits_->stream_bytes;
    open_bytes_ += limits_->stream_bytes;
    AllowIdle(limits::kIdleFramesForACall);
  }
  Charge(frame.stream, bytes);
  return Fault::kNone;
}

void Http2Meter::Charge(uint32_t stream, size_t bytes) {
  const auto found = streams_.find(stream);
  if (found == streams_.end()) {
    return;  // skipped by the server as well
  }
  // A piece of a few bytes keeps all that was read with it.
  const size_t charged = std::max(bytes, carried_);
  carried_ = 0;
  found->second.bytes += charged;
  open_bytes_ += charged;
}

void Http2Meter::FinishIf(const Frame& frame) {
  if ((frame.flags & kEndStream) == 0) {
    return;
  }
  if (const auto found = streams_.find(frame.stream); found != streams_.end()) {
    found->second.is_finished = true;
  }
}

size_t Http2Meter::UnfinishedBytes() const {
  size_t bytes = 0;
  for (const auto& [number, stream] : streams_) {
    bytes += stream.is_finished ? 0 : stream.bytes;
  }
  return bytes;
}

void Http2Meter::End(uint32_t stream) {
  const auto found = streams_.find(stream);
  if (found != streams_.end()) {
    open_bytes_ -= found->second.bytes;
    streams_.erase(found);
  }
}

bool Http2Meter::Reset(uint32_t stream, Now now) {
  const auto found = streams_.find(stream);
  if (found == streams_.end()) {
    return false;
  }
  Settle(now());
  lingering_[0] += found->second.bytes;
  End(stream);
  return true;
}

void Http2Meter::Settle(Clock::time_point now) {
  if (lingering_[0] + lingering_[1] == 0) {
    lingering_since_ = now;
    return;
  }
  const Clock::duration passed = now - lingering_since_;
  if (passed >= limits_->reset_lingers) {
    lingering_ = {0, passed >= 2 * limits_->reset_lingers ? 0 : lingering_[0]};
    lingering_since_ = now;
  }
}

void Http2Meter::Send(std::string_view bytes, Now now) {
  out_.Read(bytes, [this, now](const Frame& frame) {
    Left(frame, now);
    return true;
  });
}

void Http2Meter::Left(const Frame& frame, Now now) {
  if (frame.type == kData ||
      ((frame.type == kPing || frame.type == kSettings) && (frame.flags & kAck) == 0)) {
    AllowIdle(limits::kIdleFramesForAFrame);
  }
  if (frame.type == kResetStream) {
    Reset(frame.stream, now);  // gRPC gives it up, the handler goes on
  } else if ((frame.type == kData || frame.type == kHeaders) && (frame.flags & kEndStream) != 0) {
    End(frame.stream);
  }
}

}  // namespace quotes::server
