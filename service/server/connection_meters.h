#ifndef QUOTES_SERVICE_SERVER_CONNECTION_METERS_H_
#define QUOTES_SERVICE_SERVER_CONNECTION_METERS_H_

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "service/base/mutex.h"
#include "service/server/http2_meter.h"

namespace quotes::server {

// Has a meter on each connection of a server and shuts down those that go too far: a connection
// that breaks a limit of its own, and when all together hold too much, the largest one of the
// network that holds most. Calls of a connection that has ended count for its network for some
// time, as they are still worked off; for that alone no small connection is shut down, and none of
// another network. Requests that stand nearly still before they have come whole are shut down
// before those that come and those that are answered, however small they are: who sends half of one
// and then next to nothing would else take the room of all others.
//
// A socket that begins like HTTP/2 is metered by its own bytes; one that begins otherwise is TLS,
// metered by an Inner of what is inside it, or of no interest. Thread-safe.
class ConnectionMeters {
 public:
  // Told why a connection was shut down: a fault of its own, kNone for what all held together.
  // Called without locks.
  using OnClosed = std::function<void(Http2Meter::Fault fault)>;

  // Connections that hold less than `small_bytes` are small. Sockets from `max_sockets` on are not
  // metered. `on_closed` may be null.
  ConnectionMeters(const Http2Meter::Limits& limits, size_t max_held_bytes, size_t small_bytes,
                   size_t max_sockets, OnClosed on_closed);
  ~ConnectionMeters();
  ConnectionMeters(const ConnectionMeters&) = delete;
  ConnectionMeters& operator=(const ConnectionMeters&) = delete;

  // A connection is there. `address` may be null.
  void Opened(int socket, const sockaddr* address);
  // The server is about to close it.
  void Closed(int socket);
  // Whether it was shut down here, so that nothing more of it should be read.
  bool IsDoomed(int socket) const;
  // What recvmsg() read. False if the connection was shut down: the bytes should be taken for its
  // end.
  bool Received(int socket, const iovec* pieces, size_t bytes);
  // What sendmsg() is going to send, and has sent.
  void WillSend(int socket);
  void Sent(int socket, const iovec* pieces, size_t bytes);

  // A call of this connection was let in. The peer is as gRPC names it, "ipv4:192.0.2.1:40000";
  // nothing is done about others, such as Unix sockets, and nothing while there is much room.
  void Admitted(std::string_view peer);
  // The same of a call whose request may be large and is yet to come, or came and is worked at, as
  // long as what is returned lives, which the meters must outlive. Null for another peer.
  std::shared_ptr<const void> AdmittedAtWork(std::string_view peer);

  // Bytes that all connections hold.
  size_t held_bytes() const { return held_.load(std::memory_order_relaxed); }
  // What those that have ended lately may need still.
  size_t leaving_bytes() const { return leaving_.load(std::memory_order_relaxed); }

 private:
  // How much came lately: in spans of Limits::stuck_after.
  struct Pace {
    void Add(size_t more, const Http2Meter::Limits& limits);
    // Whether hardly anything came in the last whole span.
    bool IsSlow(const Http2Meter::Limits& limits) const;

    Http2Meter::Clock::time_point begin;
    size_t bytes = 0;          // since then
    size_t before = SIZE_MAX;  // in the span before
  };
  struct Metered {
    explicit Metered(const Http2Meter::Limits* limits) : meter(limits) {}

    Mutex mutex;
    Http2Meter meter ABSL_GUARDED_BY(mutex);
    bool is_metered ABSL_GUARDED_BY(mutex) = false;
    uint64_t address ABSL_GUARDED_BY(mutex) = 0;
    std::atomic<bool> is_doomed{false};
    std::atomic<bool> has_sent{false};  // anything at all
    Pace pace ABSL_GUARDED_BY(mutex);
  };
  enum class End {
    kByItself,  // or for a fault
    kForOthers  // to make room: its open calls count no more, or others would follow for the same
  };
  // Who makes room for whom, the first ones first.
  enum Rank { kStranger, kKnown, kAtWork, kRanks };
  // An address, one of IPv4 as IPv6 maps it, and a port.
  using Peer = std::array<unsigned char, 18>;
  struct Socket : Metered {
    using Metered::Metered;

    Peer peer ABSL_GUARDED_BY(mutex) = {};
    bool is_known ABSL_GUARDED_BY(mutex) = false;  // a call was let in
    int calls_at_work ABSL_GUARDED_BY(mutex) = 0;  // which were let in
    // Which connection has this number now; 0 for none.
    uint64_t generation ABSL_GUARDED_BY(mutex) = 0;
    bool has_begun ABSL_GUARDED_BY(mutex) = false;
  };

 public:
  // What is inside a connection of TLS. The meters outlive it.
  class Inner : private Metered {
   public:
    explicit Inner(ConnectionMeters* meters);
    ~Inner();
    Inner(const Inner&) = delete;
    Inner& operator=(const Inner&) = delete;

    // The socket that carries it, to be shut down with it. Until it is known, and if it is not, a
    // connection that is doomed ends when it is next used.
    void SetSocket(int socket);
    bool has_socket() const { return has_socket_.load(std::memory_order_relaxed); }

    bool IsDoomed() const { return is_doomed.load(std::memory_order_relaxed); }
    bool Received(std::string_view bytes);
    void WillSend();
    void Sent(std::string_view bytes);

   private:
    friend class ConnectionMeters;

    void Doom(End end = End::kByItself);

    ConnectionMeters* const meters_;
    std::atomic<bool> has_socket_{false};
    int socket_ ABSL_GUARDED_BY(mutex) = -1;
    uint64_t generation_ ABSL_GUARDED_BY(mutex) = 0;
  };

 private:
  struct Named {
    Socket* socket = nullptr;
    uint64_t generation = 0;
  };
  class CallAtWork;
  struct Candidate {
    uint64_t address = 0;
    size_t held = 0;
    Rank rank = kStranger;
    bool is_stuck = false;  // in the middle of a request
    Socket* socket = nullptr;
    int number = -1;
    Inner* inner = nullptr;
  };

  Socket* Find(int socket) const;
  static Peer PeerOf(const in_addr& host, in_port_t port);
  static Peer PeerOf(const in6_addr& host, in_port_t port);
  static std::optional<Peer> ParsePeer(std::string_view peer);
  Named FindPeer(std::string_view peer);
  // The socket is another connection's from now on, or nobody's.
  void ForgetPeer(Socket* socket) ABSL_EXCLUSIVE_LOCKS_REQUIRED(socket->mutex);
  static Rank RankOf(const Socket& socket) ABSL_EXCLUSIVE_LOCKS_REQUIRED(socket.mutex);
  // Lets `work` change a meter and counts what it holds from then on.
  template <typename Work>
  void Meter(Metered* metered, Work work) ABSL_EXCLUSIVE_LOCKS_REQUIRED(metered->mutex);
  // It has ended.
  void Forget(Metered* metered, End end = End::kByItself)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(metered->mutex);
  void ShutDown(Socket* socket, int number, End end = End::kByItself)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(socket->mutex);
  void Tell(Http2Meter::Fault fault) const;
  // Whether something must be shut down; `held` is what one connection holds.
  bool IsTooMuch(size_t held) const;
  void Relieve();
  void SettleLeaving(Http2Meter::Clock::time_point now)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(leaving_mutex_);
  std::vector<Candidate> Candidates() ABSL_EXCLUSIVE_LOCKS_REQUIRED(inners_mutex_);

  const Http2Meter::Limits limits_;
  const size_t max_held_bytes_;
  const size_t small_bytes_;
  const size_t max_sockets_;
  const OnClosed on_closed_;
  std::atomic<size_t> held_{0};
  // By their numbers, made when first needed and then kept.
  const std::unique_ptr<std::atomic<Socket*>[]> sockets_;
  std::atomic<int> last_socket_{-1};
  Mutex leaving_mutex_;
  std::atomic<size_t> leaving_{0};
  // By networks: of connections that ended now, and before.
  std::array<absl::flat_hash_map<uint64_t, size_t>, 2> networks_ ABSL_GUARDED_BY(leaving_mutex_);
  Http2Meter::Clock::time_point leaving_since_ ABSL_GUARDED_BY(leaving_mutex_);
  Mutex peers_mutex_;  // taken behind a socket's
  absl::flat_hash_map<Peer, Named> peers_ ABSL_GUARDED_BY(peers_mutex_);
  Mutex relief_mutex_;
  Mutex inners_mutex_;
  absl::flat_hash_set<Inner*> inners_ ABSL_GUARDED_BY(inners_mutex_);
};

}  // namespace quotes::server

#endif  // QUOTES_SERVICE_SERVER_CONNECTION_METERS_H_
