#include "service/server/connection_meters.h"

#include <netinet/in.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_map.h"

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
  found->address = NetworkOf(address);
  found->generation = ++generations;
  found->has_begun = false;
  found->is_doomed = false;
}

void ConnectionMeters::Closed(int socket) {
  Socket* const found = Find(socket);
  if (found != nullptr) {
    const MutexLock lock(&found->mutex);
    Forget(found);
    found->generation = 0;
    found->is_doomed = false;  // what has the number next may be no connection
  }
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
  for (int number = 0; number <= last_socket_; ++number) {
    if (Socket* const socket = Find(number); socket != nullptr) {
      add(socket, {.socket = socket, .number = number});
    }
  }
  for (Inner* const inner : inners_) {
    add(inner, {.inner = inner});
  }
  return candidates;
}

void ConnectionMeters::Relieve() {
  size_t closed = 0;
  {
    const MutexLock relief(&relief_mutex_);
    const MutexLock inners(&inners_mutex_);
    std::vector<Candidate> candidates = Candidates();
    absl::flat_hash_map<uint64_t, size_t> networks;
    {
      const MutexLock lock(&leaving_mutex_);
      SettleLeaving(Now());
      for (const auto& ended : networks_) {
        for (const auto& [network, bytes] : ended) {
          networks[network] += bytes;
        }
      }
    }
    for (const Candidate& candidate : candidates) {
      networks[candidate.address] += candidate.held;
    }
    size_t most = 0;
    for (const auto& [network, bytes] : networks) {
      most = std::max(most, bytes);
    }
    while (held_bytes() + leaving_bytes() > max_held_bytes_) {
      const auto worst = std::max_element(
          candidates.begin(), candidates.end(), [&networks](const auto& a, const auto& b) {
            return std::tuple(networks[a.address], a.is_stuck, a.held) <
                   std::tuple(networks[b.address], b.is_stuck, b.held);
          });
      if (worst == candidates.end() ||
          (held_bytes() <= max_held_bytes_ &&
           (worst->held < small_bytes_ || networks[worst->address] < most))) {
        break;
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
