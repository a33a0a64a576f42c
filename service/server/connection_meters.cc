#include "service/server/connection_meters.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <string>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_replace.h"
#include "service/base/absl_string.h"

namespace quotes::server {
namespace {

// The network that a connection comes from: an address of IPv4, the half of an address of IPv6 that
// a provider gives to one customer. All sockets of the machine itself are one.
uint64_t NetworkOf(const sockaddr* address) {
  uint64_t network = 0;
  if (address == nullptr) {
    return network;
  }
  if (address->sa_family == AF_INET) {
    const auto* const v4 = reinterpret_cast<const sockaddr_in*>(address);
    return uint64_t{1} << 32 | v4->sin_addr.s_addr;
  }
  if (address->sa_family == AF_INET6) {
    const auto* const v6 = reinterpret_cast<const sockaddr_in6*>(address);
    if (IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr)) {
      uint32_t mapped = 0;
      std::memcpy(&mapped, v6->sin6_addr.s6_addr + 12, sizeof(mapped));
      return uint64_t{1} << 32 | mapped;
    }
    std::memcpy(&network, v6->sin6_addr.s6_addr, sizeof(network));
  }
  return network;
}

// Of what all may hold, what those may keep who make room before others.
constexpr size_t kShareOfStrangers = 8;

// Calls visit(string_view) for the first `bytes` of the pieces until it returns false.
template <typename Visit>
void ForEachPiece(const iovec* pieces, size_t bytes, Visit visit) {
  for (; bytes > 0; ++pieces) {
    const size_t size = std::min(bytes, pieces->iov_len);
    if (size > 0 && !visit(std::string_view(static_cast<const char*>(pieces->iov_base), size))) {
      return;
    }
    bytes -= size;
  }
}

Http2Meter::Clock::time_point Now() { return Http2Meter::Clock::now(); }

// The same within some milliseconds, for next to nothing.
Http2Meter::Clock::time_point CoarseNow() {
  timespec time = {};
  clock_gettime(CLOCK_MONOTONIC_COARSE, &time);
  return Http2Meter::Clock::time_point(std::chrono::duration_cast<Http2Meter::Clock::duration>(
      std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec)));
}

}  // namespace

ConnectionMeters::ConnectionMeters(const Http2Meter::Limits& limits, size_t max_held_bytes,
                                   size_t small_bytes, size_t max_sockets, OnClosed on_closed)
    : limits_(limits),
      max_held_bytes_(max_held_bytes),
      small_bytes_(small_bytes),
      max_sockets_(max_sockets),
      on_closed_(std::move(on_closed)),
      sockets_(new std::atomic<Socket*>[max_sockets]()) {}

ConnectionMeters::~ConnectionMeters() {
  for (int number = 0; number <= last_socket_; ++number) {
    delete sockets_[static_cast<size_t>(number)].load();
  }
}

void ConnectionMeters::Pace::Add(size_t more, const Http2Meter::Limits& limits) {
  const Http2Meter::Clock::time_point now = CoarseNow();
  if (const Http2Meter::Clock::duration passed = now - begin; passed >= limits.stuck_after) {
    const bool is_new = begin == Http2Meter::Clock::time_point();
    before = is_new ? SIZE_MAX : passed < 2 * limits.stuck_after ? bytes : 0;
    bytes = 0;
    begin = now;
  }
  bytes += more;
}

bool ConnectionMeters::Pace::IsSlow(const Http2Meter::Limits& limits) const {
  const Http2Meter::Clock::duration passed = CoarseNow() - begin;
  if (passed >= 2 * limits.stuck_after) {
    return true;
  }
  return bytes < limits.stuck_bytes &&
         (passed >= limits.stuck_after || before < limits.stuck_bytes);
}

ConnectionMeters::Socket* ConnectionMeters::Find(int socket) const {
  if (socket < 0 || static_cast<size_t>(socket) >= max_sockets_) {
    return nullptr;
  }
  return sockets_[static_cast<size_t>(socket)].load(std::memory_order_acquire);
}

template <typename Work>
void ConnectionMeters::Meter(Metered* metered, Work work) {
  const size_t before = metered->meter.held_bytes();
  work(&metered->meter);
  // Unsigned numbers wrap, so that a difference below zero is added rightly.
  const size_t more = metered->meter.held_bytes() - before;
  if (more != 0) {
    held_.fetch_add(more, std::memory_order_relaxed);
  }
}

void ConnectionMeters::Forget(Metered* metered, End end) {
  const size_t lasting =
      end == End::kForOthers ? metered->meter.reset_bytes() : metered->meter.lasting_bytes();
  if (lasting > 0) {
    const MutexLock lock(&leaving_mutex_);
    SettleLeaving(Now());
    networks_[0][metered->address] += lasting;
    leaving_ += lasting;
  }
  Meter(metered, [this](Http2Meter* meter) { *meter = Http2Meter(&limits_); });
  metered->is_metered = false;
  metered->pace = Pace();
  metered->has_sent = false;
}

void ConnectionMeters::SettleLeaving(Http2Meter::Clock::time_point now) {
  const Http2Meter::Clock::duration passed = now - leaving_since_;
  if (passed < limits_.reset_lingers) {
    return;
  }
  leaving_since_ = now;
  networks_[1] = std::exchange(networks_[0], {});
  if (passed >= 2 * limits_.reset_lingers) {
    networks_[1].clear();
  }
  size_t left = 0;
  for (const auto& [network, bytes] : networks_[1]) {
    left += bytes;
  }
  leaving_ = left;
}

bool ConnectionMeters::IsTooMuch(size_t held) const {
  const size_t all = held_bytes();
  return all > max_held_bytes_ || (held >= small_bytes_ && all + leaving_bytes() > max_held_bytes_);
}

void ConnectionMeters::Tell(Http2Meter::Fault fault) const {
  if (on_closed_) {
    on_closed_(fault);
  }
}

void ConnectionMeters::Opened(int socket, const sockaddr* address) {
  static std::atomic<uint64_t> generations{0};
  if (socket < 0 || static_cast<size_t>(socket) >= max_sockets_) {
    return;
  }
  Socket* found = Find(socket);
  if (found == nullptr) {
    // Nobody else has a new connection of this number.
    found = new Socket(&limits_);
    sockets_[static_cast<size_t>(socket)].store(found, std::memory_order_release);
    int last = last_socket_;
    while (last < socket && !last_socket_.compare_exchange_weak(last, socket)) {
    }
  }
  const MutexLock lock(&found->mutex);
  Forget(found);
  ForgetPeer(found);
  found->address = NetworkOf(address);
  found->generation = ++generations;
  found->has_begun = false;
  found->is_doomed = false;
  if (address != nullptr && (address->sa_family == AF_INET || address->sa_family == AF_INET6)) {
    if (address->sa_family == AF_INET) {
      const auto* const v4 = reinterpret_cast<const sockaddr_in*>(address);
      found->peer = PeerOf(v4->sin_addr, v4->sin_port);
    } else {
      const auto* const v6 = reinterpret_cast<const sockaddr_in6*>(address);
      found->peer = PeerOf(v6->sin6_addr, v6->sin6_port);
    }
    const MutexLock peers(&peers_mutex_);
    peers_[found->peer] = {found, found->generation};
  }
}

void ConnectionMeters::Closed(int socket) {
  Socket* const found = Find(socket);
  if (found != nullptr) {
    const MutexLock lock(&found->mutex);
    Forget(found);
    ForgetPeer(found);
    found->generation = 0;
    found->is_doomed = false;  // what has the number next may be no connection
  }
}

ConnectionMeters::Peer ConnectionMeters::PeerOf(const in_addr& host, in_port_t port) {
  Peer peer = {};
  peer[10] = peer[11] = 0xFF;
  std::memcpy(peer.data() + 12, &host, sizeof(host));
  std::memcpy(peer.data() + 16, &port, sizeof(port));
  return peer;
}

ConnectionMeters::Peer ConnectionMeters::PeerOf(const in6_addr& host, in_port_t port) {
  Peer peer = {};
  std::memcpy(peer.data(), &host, sizeof(host));
  std::memcpy(peer.data() + 16, &port, sizeof(port));
  return peer;
}

std::optional<ConnectionMeters::Peer> ConnectionMeters::ParsePeer(std::string_view peer) {
  constexpr size_t kScheme = std::string_view("ipv4:").size();
  const size_t colon = peer.rfind(':');
  uint32_t port = 0;
  if (colon == std::string_view::npos || colon < kScheme ||
      !absl::SimpleAtoi(ToAbsl(peer.substr(colon + 1)), &port) || port > UINT16_MAX) {
    return std::nullopt;
  }
  const in_port_t number = htons(static_cast<uint16_t>(port));
  std::string host(peer.substr(kScheme, colon - kScheme));
  if (peer.starts_with("ipv4:")) {
    in_addr v4 = {};
    if (inet_pton(AF_INET, host.c_str(), &v4) == 1) {
      return PeerOf(v4, number);
    }
  } else if (peer.starts_with("ipv6:")) {
    // "ipv6:%5B2001:db8::1%5D:40000", with "%25eth0" before the end for a link's own address.
    host = absl::StrReplaceAll(host, {{"%5B", ""}, {"%5D", ""}, {"[", ""}, {"]", ""}});
    host.resize(std::min(host.size(), host.find('%')));
    in6_addr v6 = {};
    if (inet_pton(AF_INET6, host.c_str(), &v6) == 1) {
      return PeerOf(v6, number);
    }
  }
  return std::nullopt;
}

ConnectionMeters::Named ConnectionMeters::FindPeer(std::string_view peer) {
  if (const std::optional<Peer> parsed = ParsePeer(peer); parsed.has_value()) {
    const MutexLock lock(&peers_mutex_);
    if (const auto found = peers_.find(*parsed); found != peers_.end()) {
      return found->second;
    }
  }
  return {};
}

void ConnectionMeters::ForgetPeer(Socket* socket) {
  socket->is_known = false;
  socket->calls_at_work = 0;
  const MutexLock lock(&peers_mutex_);
  if (const auto found = peers_.find(socket->peer);
      found != peers_.end() && found->second.socket == socket) {
    peers_.erase(found);
  }
}

ConnectionMeters::Rank ConnectionMeters::RankOf(const Socket& socket) {
  return socket.calls_at_work > 0 ? kAtWork : socket.is_known ? kKnown : kStranger;
}

void ConnectionMeters::Admitted(std::string_view peer) {
  if (held_bytes() < max_held_bytes_ / 2) {
    return;
  }
  if (const Named named = FindPeer(peer); named.socket != nullptr) {
    const MutexLock lock(&named.socket->mutex);
    named.socket->is_known |= named.socket->generation == named.generation;
  }
}

// Of one call; ends with it.
class ConnectionMeters::CallAtWork {
 public:
  explicit CallAtWork(const Named& named) : named_(named) { Add(1); }
  ~CallAtWork() { Add(-1); }
  CallAtWork(const CallAtWork&) = delete;
  CallAtWork& operator=(const CallAtWork&) = delete;

 private:
  void Add(int calls) {
    const MutexLock lock(&named_.socket->mutex);
    // It may be another's by now.
    if (named_.socket->generation == named_.generation) {
      named_.socket->calls_at_work += calls;
    }
  }

  const Named named_;
};

std::shared_ptr<const void> ConnectionMeters::AdmittedAtWork(std::string_view peer) {
  const Named named = FindPeer(peer);
  return named.socket == nullptr ? nullptr : std::make_shared<const CallAtWork>(named);
}

bool ConnectionMeters::IsDoomed(int socket) const {
  const Socket* const found = Find(socket);
  return found != nullptr && found->is_doomed.load(std::memory_order_relaxed);
}

void ConnectionMeters::ShutDown(Socket* socket, int number, End end) {
  socket->is_doomed = true;
  Forget(socket, end);
  // Not by the C library's function, which tells the meters.
  syscall(SYS_shutdown, number, SHUT_RDWR);
}

bool ConnectionMeters::Received(int socket, const iovec* pieces, size_t bytes) {
  Socket* const found = Find(socket);
  if (found == nullptr || bytes == 0) {
    return true;
  }
  Http2Meter::Fault fault = Http2Meter::Fault::kNone;
  size_t held = 0;
  {
    const MutexLock lock(&found->mutex);
    if (found->generation == 0) {
      return true;
    }
    if (!found->has_begun) {
      found->has_begun = true;
      char first = 0;
      ForEachPiece(pieces, bytes, [&first](std::string_view piece) {
        first = piece.front();
        return false;
      });
      found->is_metered = first == 'P';
    }
    if (!found->is_metered) {
      return true;
    }
    Meter(found, [pieces, bytes, &fault](Http2Meter* meter) {
      ForEachPiece(pieces, bytes, [meter, &fault](std::string_view piece) {
        fault = meter->Receive(piece, Now);
        return fault == Http2Meter::Fault::kNone;
      });
    });
    held = found->meter.held_bytes();
    found->pace.Add(bytes, limits_);
    if (fault != Http2Meter::Fault::kNone) {
      ShutDown(found, socket);
    }
  }
  if (fault != Http2Meter::Fault::kNone) {
    Tell(fault);
    return false;
  }
  if (IsTooMuch(held)) {
    Relieve();
    return !found->is_doomed;
  }
  return true;
}

void ConnectionMeters::WillSend(int socket) {
  Socket* const found = Find(socket);
  if (found != nullptr && !found->has_sent.load(std::memory_order_relaxed)) {
    const MutexLock lock(&found->mutex);
    found->meter.WillSend();
    found->has_sent = true;
  }
}

void ConnectionMeters::Sent(int socket, const iovec* pieces, size_t bytes) {
  Socket* const found = Find(socket);
  if (found == nullptr) {
    return;
  }
  const MutexLock lock(&found->mutex);
  // What is sent before the client's first word is metered, too: the frames begin there.
  if (found->generation != 0 && (found->is_metered || !found->has_begun)) {
    Meter(found, [pieces, bytes](Http2Meter* meter) {
      ForEachPiece(pieces, bytes, [meter](std::string_view piece) {
        meter->Send(piece, Now);
        return true;
      });
    });
  }
}

std::vector<ConnectionMeters::Candidate> ConnectionMeters::Candidates() {
  std::vector<Candidate> candidates;
  const Http2Meter::Clock::time_point now = Now();
  const auto add = [this, now, &candidates](Metered* metered, Candidate candidate) {
    const MutexLock lock(&metered->mutex);
    Meter(metered, [now](Http2Meter* meter) { meter->Settle(now); });
    candidate.address = metered->address;
    candidate.held = metered->meter.held_bytes();
    candidate.is_stuck = metered->pace.IsSlow(limits_) && metered->meter.UnfinishedBytes() > 0;
    if (candidate.held > 0) {
      candidates.push_back(candidate);
    }
  };
  // Of whatever has the number for generation 0.
  const auto rank_of = [this](int number, uint64_t generation) {
    Socket* const socket = Find(number);
    if (socket == nullptr) {
      return kStranger;
    }
    const MutexLock lock(&socket->mutex);
    return generation == 0 || socket->generation == generation ? RankOf(*socket) : kStranger;
  };
  for (int number = 0; number <= last_socket_; ++number) {
    if (Socket* const socket = Find(number); socket != nullptr) {
      add(socket, {.rank = rank_of(number, 0), .socket = socket, .number = number});
    }
  }
  for (Inner* const inner : inners_) {
    int number = -1;
    uint64_t generation = 0;
    {
      const MutexLock lock(&inner->mutex);
      number = inner->socket_;
      generation = inner->generation_;
    }
    add(inner, {.rank = rank_of(number, generation), .inner = inner});
  }
  return candidates;
}

void ConnectionMeters::Relieve() {
  size_t closed = 0;
  {
    const MutexLock relief(&relief_mutex_);
    const MutexLock inners(&inners_mutex_);
    std::vector<Candidate> candidates = Candidates();
    // What networks hold, in connections of each rank and of those below it. Whose the calls were
    // of connections that have ended is not known.
    std::array<absl::flat_hash_map<uint64_t, size_t>, kRanks> networks;
    std::array<size_t, kRanks> held = {};
    {
      const MutexLock lock(&leaving_mutex_);
      SettleLeaving(Now());
      for (const auto& ended : networks_) {
        for (const auto& [network, bytes] : ended) {
          for (auto& of_rank : networks) {
            of_rank[network] += bytes;
          }
        }
      }
    }
    for (const Candidate& candidate : candidates) {
      for (size_t rank = candidate.rank; rank < kRanks; ++rank) {
        networks[rank][candidate.address] += candidate.held;
        held[rank] += candidate.held;
      }
    }
    while (held_bytes() + leaving_bytes() > max_held_bytes_) {
      size_t rank = 0;
      while (rank + 1 < kRanks && held[rank] <= max_held_bytes_ / kShareOfStrangers) {
        ++rank;
      }
      auto& sums = networks[rank];
      const auto worst = std::max_element(
          candidates.begin(), candidates.end(), [rank, &sums](const auto& a, const auto& b) {
            return std::tuple(a.rank <= rank, sums[a.address], a.is_stuck, a.held) <
                   std::tuple(b.rank <= rank, sums[b.address], b.is_stuck, b.held);
          });
      if (worst == candidates.end()) {
        break;
      }
      size_t most = 0;
      for (const auto& [network, bytes] : sums) {
        most = std::max(most, bytes);
      }
      if (held_bytes() <= max_held_bytes_ &&
          (worst->held < small_bytes_ || sums[worst->address] < most)) {
        break;
      }
      for (size_t above = worst->rank; above < kRanks; ++above) {
        held[above] -= worst->held;
      }
      if (worst->inner != nullptr) {
        worst->inner->Doom(End::kForOthers);
      } else {
        const MutexLock lock(&worst->socket->mutex);
        if (worst->socket->generation != 0) {
          ShutDown(worst->socket, worst->number, End::kForOthers);
        }
      }
      ++closed;
      candidates.erase(worst);
    }
  }
  for (; closed > 0; --closed) {
    Tell(Http2Meter::Fault::kNone);
  }
}

ConnectionMeters::Inner::Inner(ConnectionMeters* meters)
    : Metered(&meters->limits_), meters_(meters) {
  const MutexLock lock(&meters_->inners_mutex_);
  meters_->inners_.insert(this);
}

ConnectionMeters::Inner::~Inner() {
  {
    const MutexLock lock(&meters_->inners_mutex_);
    meters_->inners_.erase(this);
  }
  const MutexLock lock(&mutex);
  meters_->Forget(this);
}

void ConnectionMeters::Inner::SetSocket(int socket) {
  Socket* const found = meters_->Find(socket);
  if (found == nullptr) {
    return;
  }
  uint64_t network = 0;
  uint64_t generation = 0;
  {
    const MutexLock lock(&found->mutex);
    network = found->address;
    generation = found->generation;
  }
  const MutexLock lock(&mutex);
  address = network;
  socket_ = socket;
  generation_ = generation;
  has_socket_ = true;
}

void ConnectionMeters::Inner::Doom(End end) {
  int number = -1;
  uint64_t generation = 0;
  {
    const MutexLock lock(&mutex);
    is_doomed = true;
    meters_->Forget(this, end);
    number = socket_;
    generation = generation_;
  }
  if (Socket* const found = meters_->Find(number); found != nullptr) {
    const MutexLock lock(&found->mutex);
    // It may be another's by now.
    if (found->generation != 0 && found->generation == generation) {
      meters_->ShutDown(found, number, end);
    }
  }
}

bool ConnectionMeters::Inner::Received(std::string_view bytes) {
  if (IsDoomed()) {
    return false;
  }
  Http2Meter::Fault fault = Http2Meter::Fault::kNone;
  size_t held = 0;
  {
    const MutexLock lock(&mutex);
    meters_->Meter(this,
                   [bytes, &fault](Http2Meter* changed) { fault = changed->Receive(bytes, Now); });
    held = meter.held_bytes();
    pace.Add(bytes.size(), meters_->limits_);
  }
  if (fault != Http2Meter::Fault::kNone) {
    Doom();
    meters_->Tell(fault);
    return false;
  }
  if (meters_->IsTooMuch(held)) {
    meters_->Relieve();
  }
  return !IsDoomed();
}

void ConnectionMeters::Inner::WillSend() {
  if (has_sent.load(std::memory_order_relaxed)) {
    return;
  }
  const MutexLock lock(&mutex);
  meter.WillSend();
  has_sent = true;
}

void ConnectionMeters::Inner::Sent(std::string_view bytes) {
  const MutexLock lock(&mutex);
  if (!is_doomed) {
    meters_->Meter(this, [bytes](Http2Meter* changed) { changed->Send(bytes, Now); });
  }
}

}  // namespace quotes::server
