#ifndef QUOTES_SERVICE_SERVER_HTTP2_METER_H_
#define QUOTES_SERVICE_SERVER_HTTP2_METER_H_

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"

namespace quotes::server {

// What one connection of HTTP/2 makes a server hold, told from the heads of its frames, whatever
// the frames say: the bytes of each call from its first frame until it is answered, what gRPC needs
// for a call besides, and for some time the same of calls that were reset, which the server still
// works off. It judges what gRPC 1.51 leaves to callers: until a client acknowledges the server's
// settings, gRPC holds it to none of them.
//
// Bytes are never kept. Thread-compatible.
class Http2Meter {
 public:
  using Clock = std::chrono::steady_clock;
  // Asked only when something depends on the time.
  using Now = absl::FunctionRef<Clock::time_point()>;

  struct Limits {
    size_t max_streams = 0;              // open at the same time
    size_t max_header_bytes = 0;         // of one set of headers, as they travel
    size_t max_unsettled_bytes = 0;      // of all headers before settings are acknowledged
    size_t max_held_bytes = 0;           // by the connection
    size_t max_reset_bytes = SIZE_MAX;   // of that by calls that were reset
    size_t stream_bytes = 0;             // that a call takes besides its frames
    size_t max_chunk_bytes = 0;          // that one small frame may keep from being freed
    Clock::duration reset_lingers = {};  // how long a call that was reset counts
    // Requests that have not come whole are stuck when less than that comes in that time.
    Clock::duration stuck_after = {};
    size_t stuck_bytes = 0;
  };
  enum class Fault {
    kNone,
    kStreams,   // too many at the same time
    kHeaders,   // a set of them that is too long
    kSettings,  // never acknowledged
    kBytes,     // too many are held
    kFrames     // too many that bring no call anything
  };

  // The limits outlive the meter.
  explicit Http2Meter(const Limits* limits);

  // The next bytes of the client. After a fault the connection should be closed; what the meter
  // says of it afterwards means nothing.
  Fault Receive(std::string_view bytes, Now now);
  // Bytes are about to be sent: told before Send(), as their answer may come before that.
  void WillSend() { settings_sent_ = true; }
  // The next bytes of the server, which have been sent.
  void Send(std::string_view bytes, Now now);
  // Forgets calls that were reset long ago.
  void Settle(Clock::time_point now);

  size_t held_bytes() const { return open_bytes_ + lingering_[0] + lingering_[1]; }
  size_t open_streams() const { return streams_.size(); }
  // Of that what belongs to requests that have not come whole.
  size_t UnfinishedBytes() const;
  // Of that what belongs to calls that were reset.
  size_t reset_bytes() const { return lingering_[0] + lingering_[1]; }
  // What the server may need for some time after the connection has ended: bodies that no call was
  // made of go with it.
  size_t lasting_bytes() const { return reset_bytes() + streams_.size() * limits_->stream_bytes; }

 private:
  // Finds the heads of frames in one direction.
  struct Reader {
    size_t skip = 0;  // of a payload, or of what comes before the first frame
    std::array<unsigned char, 9> head = {};
    size_t head_size = 0;

    template <typename Visit>
    bool Read(std::string_view bytes, Visit visit);
  };
  struct Stream {
    size_t bytes = 0;          // that it holds
    bool is_finished = false;  // the client has sent all
  };
  struct Frame {
    size_t length;
    unsigned type;
    unsigned flags;
    uint32_t stream;
  };

  bool HoldsTooMuch() const;
  Fault Came(const Frame& frame, Now now);
  Fault HeadersCame(const Frame& frame, bool continued);
  Fault IdleCame(Now now);
  void AllowIdle(uint64_t frames);
  void Left(const Frame& frame, Now now);
  void Charge(uint32_t stream, size_t bytes);
  void FinishIf(const Frame& frame);
  void End(uint32_t stream);
  // False if there is no such call.
  bool Reset(uint32_t stream, Now now);

  const Limits* limits_;
  Reader in_{.skip = 24};  // the preface
  Reader out_;
  bool settings_sent_ = false;
  bool settled_ = false;
  uint32_t last_stream_ = 0;
  size_t header_bytes_ = 0;  // of the set at hand
  size_t unsettled_bytes_ = 0;
  uint64_t idle_allowed_;          // frames that bring no call anything, from now on
  Clock::time_point idle_since_;   // allowed ones were last counted by the second
  bool idle_frames_came_ = false;  // idle_since_ is set
  size_t carried_ = 0;             // came since the last frame that a call keeps
  absl::flat_hash_map<uint32_t, Stream> streams_;
  size_t open_bytes_ = 0;
  std::array<size_t, 2> lingering_ = {};  // of calls that were reset now, and before
  Clock::time_point lingering_since_;
};

}  // namespace quotes::server

#endif  // QUOTES_SERVICE_SERVER_HTTP2_METER_H_
