#include "service/server/connection_guard.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <functional>
#include <memory>
#include <utility>

#include "absl/time/time.h"
#include "service/base/limits.h"
#include "service/base/mutex.h"
#include "service/base/stopwatch.h"
#include "service/server/connection_meters.h"

namespace quotes::server {
namespace {

// Why connections are closed.
enum Reason { kFiles, kStreams, kHeaders, kSettings, kBytes, kFrames, kMemory, kReasons };
// Of what a connection may hold so much may belong to calls that it reset, as clients who mean well
// reset few: what these leave in the allocator is more than they held.
constexpr size_t kResetShare = 3;

constexpr std::array<std::string_view, kReasons> kReasonNames = {
    "files", "streams", "headers", "settings", "bytes", "frames", "memory"};

Reason ReasonOf(Http2Meter::Fault fault) {
  switch (fault) {
    case Http2Meter::Fault::kNone:
      return kMemory;
    case Http2Meter::Fault::kStreams:
      return kStreams;
    case Http2Meter::Fault::kHeaders:
      return kHeaders;
    case Http2Meter::Fault::kSettings:
      return kSettings;
    case Http2Meter::Fault::kBytes:
      return kBytes;
    case Http2Meter::Fault::kFrames:
      return kFrames;
  }
  return kMemory;
}

struct State {
  explicit State(std::function<void(std::string_view, int64_t)> function)
      : on_closed(std::move(function)) {}

  // Called for each connection that was closed.
  void Closed(Reason reason) {
    int64_t count = 0;
    {
      const MutexLock lock(&mutex);
      Unreported& unreported = reports[reason];
      ++unreported.total;
      ++unreported.closed;
      if (unreported.begun &&
          unreported.since.Elapsed() < absl::Seconds(limits::kRefusalReportSeconds)) {
        return;
      }
      unreported.begun = true;
      unreported.since.Restart();
      count = std::exchange(unreported.closed, 0);
    }
    if (on_closed) {
      on_closed(kReasonNames[reason], count);
    }
  }

  struct Unreported {
    uint64_t total = 0;
    int64_t closed = 0;
    bool begun = false;
    Stopwatch since;
  };

  const std::function<void(std::string_view, int64_t)> on_closed;
  Mutex mutex;
  std::array<Unreported, kReasons> reports ABSL_GUARDED_BY(mutex);
};

// gRPC calls plain functions from threads that outlive the server.
Mutex state_mutex;
std::shared_ptr<State> state ABSL_GUARDED_BY(state_mutex);
// Null while there is no guard. What was here once is kept, as a thread may be using it.
std::atomic<ConnectionMeters*> meters{nullptr};

void TellClosed(Reason reason) {
  std::shared_ptr<State> held;
  {
    const MutexLock lock(&state_mutex);
    held = state;
  }
  if (held != nullptr) {
    held->Closed(reason);
  }
}

void KeepForever(ConnectionMeters* kept) {
  static Mutex mutex;
  static auto* const all = new std::vector<ConnectionMeters*>;
  const MutexLock lock(&mutex);
  all->push_back(kept);
}

// Descriptors from here on are given back at once. 0: none are.
std::atomic<int> first_refused{0};
// Given up to take a connection from the queue when there is no descriptor left at all.
std::atomic<int> spare{-1};

int OpenSpare() { return open("/dev/null", O_RDONLY | O_CLOEXEC); }

void Refuse(int connection) {
  close(connection);
  TellClosed(kFiles);
}

int Accept(int listener, sockaddr* address, socklen_t* size, int flags) {
  return static_cast<int>(syscall(SYS_accept4, listener, address, size, flags));
}

// Takes one connection from the queue and closes it. False if that cannot be done either.
bool RefuseByTheSpare(int listener) {
  const int given_up = spare.exchange(-1);
  if (given_up < 0) {
    return false;
  }
  close(given_up);
  const int connection = Accept(listener, nullptr, nullptr, SOCK_CLOEXEC);
  if (connection >= 0) {
    Refuse(connection);
  }
  spare = OpenSpare();
  return connection >= 0;
}

constexpr int64_t kNanoseconds = 1'000'000'000;
// How far apart connections are taken, and how many at once.
std::atomic<int64_t> apart{0};
std::atomic<int64_t> at_once{0};

// Returns when another connection may be taken: at once, but for floods of them.
void AwaitTurn() {
  timespec time = {};
  clock_gettime(CLOCK_MONOTONIC, &time);
  const int64_t now = int64_t{time.tv_sec} * kNanoseconds + time.tv_nsec;
  // When the last one would have been taken, had all been this far apart.
  static std::atomic<int64_t> last_turn{0};
  int64_t last = last_turn.load(std::memory_order_relaxed);
  int64_t turn = 0;
  do {
    turn = std::max(last, now - apart * at_once) + apart;
  } while (!last_turn.compare_exchange_weak(last, turn, std::memory_order_relaxed));
  if (turn > now) {
    const timespec rest = {(turn - now) / kNanoseconds, (turn - now) % kNanoseconds};
    nanosleep(&rest, nullptr);
  }
}

// What says that the listener itself is no longer one.
bool IsOfListener(int error) {
  return error == EBADF || error == EINVAL || error == ENOTSOCK || error == EFAULT ||
         error == EOPNOTSUPP;
}

}  // namespace

int64_t ConnectionGuard::open_files() {
  rlimit limit = {};
  getrlimit(RLIMIT_NOFILE, &limit);
  // Descriptors are of type int.
  return static_cast<int64_t>(std::min<rlim_t>(limit.rlim_cur, 1 << 30));
}

int64_t ConnectionGuard::kept_files() { return std::min(limits::kKeptFiles, open_files() / 2); }

ConnectionGuard::ConnectionGuard(Options options) {
  rlimit limit = {};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);  // what was allowed before is still
  }
  const int64_t connections = std::min(open_files() - kept_files(), limits::kMaxConnections);
  {
    const MutexLock lock(&state_mutex);
    state = std::make_shared<State>(std::move(options.on_closed));
  }
  apart = kNanoseconds / static_cast<int64_t>(options.connections_a_second);
  at_once = static_cast<int64_t>(options.connections_at_once);
  spare = OpenSpare();
  first_refused = static_cast<int>(connections);
  auto* const made = new ConnectionMeters(
      {.max_streams = limits::kStreamsBehind * options.max_streams,
       .max_header_bytes =
           std::max(limits::kLeastHeaderBytes, limits::kHeadersBehind * options.max_metadata_bytes),
       .max_unsettled_bytes = limits::kMaxUnsettledBytes,
       .max_held_bytes = options.max_connection_bytes,
       .max_reset_bytes = options.max_connection_bytes / kResetShare,
       .stream_bytes = limits::kStreamBytes,
       .max_chunk_bytes = limits::kReadChunkBytes,
       .reset_lingers = std::chrono::seconds(limits::kResetLingerSeconds),
       .stuck_after = std::chrono::seconds(limits::kStuckSeconds),
       .stuck_bytes = limits::kUploadLeastBytes},
      options.max_transport_bytes, limits::kSmallConnectionBytes, static_cast<size_t>(connections),
      [](Http2Meter::Fault fault) { TellClosed(ReasonOf(fault)); });
  KeepForever(made);
  meters = made;
}

ConnectionGuard::~ConnectionGuard() {
  meters = nullptr;
  apart = 0;
  first_refused = 0;
  if (const int unused = spare.exchange(-1); unused >= 0) {
    close(unused);
  }
  const MutexLock lock(&state_mutex);
  state = nullptr;
}

std::shared_ptr<const void> ConnectionGuard::Admitted(std::string_view peer, bool large) {
  ConnectionMeters* const now = meters;
  if (now == nullptr) {
    return nullptr;
  }
  if (large) {
    return now->AdmittedAtWork(peer);
  }
  now->Admitted(peer);
  return nullptr;
}

ConnectionGuard::Figures ConnectionGuard::ReadFigures() {
  Figures figures;
  if (const ConnectionMeters* const now = meters; now != nullptr) {
    figures.held_bytes = now->held_bytes();
  }
  const MutexLock lock(&state_mutex);
  if (state != nullptr) {
    const MutexLock state_lock(&state->mutex);
    for (size_t reason = 0; reason < kReasons; ++reason) {
      figures.closed.emplace_back(kReasonNames[reason], state->reports[reason].total);
    }
  }
  return figures;
}

}  // namespace quotes::server

namespace {

using quotes::server::ConnectionMeters;
using Inner = ConnectionMeters::Inner;

// What this thread read last from a connection, and whose bytes it handed to OpenSSL last. gRPC
// decrypts what it read where it read it.
struct LastRead {
  int socket = -1;
  const char* begin = nullptr;
  size_t size = 0;
};
thread_local LastRead last_read;
thread_local int last_written = -1;

template <typename Function>
Function* NextOf(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

void FreeInner(void*, void* inner, CRYPTO_EX_DATA*, int, long, void*) {
  delete static_cast<Inner*>(inner);
}

// What is inside a connection of TLS to this program; null if there is nothing to be metered.
Inner* InnerOf(SSL* ssl) {
  ConnectionMeters* const meters = quotes::server::meters.load(std::memory_order_acquire);
  if (meters == nullptr || SSL_is_server(ssl) == 0) {
    return nullptr;
  }
  static const int kIndex = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, FreeInner);
  auto* inner = static_cast<Inner*>(SSL_get_ex_data(ssl, kIndex));
  if (inner == nullptr) {
    inner = new Inner(meters);
    if (SSL_set_ex_data(ssl, kIndex, inner) == 0) {
      delete inner;
      return nullptr;
    }
  }
  return inner;
}

// As OpenSSL says that a connection broke.
int Broken() {
  ERR_clear_error();
  return -1;
}

}  // namespace

// In the places of the C library's and of OpenSSL's, for libgrpc.
extern "C" {

int accept4(int listener, sockaddr* address, socklen_t* size, int flags) {
  using quotes::server::Accept;
  const socklen_t room = size == nullptr ? 0 : *size;
  while (true) {
    if (size != nullptr) {
      *size = room;
    }
    const int connection = Accept(listener, address, size, flags);
    const int first_refused = quotes::server::first_refused;
    if (connection >= 0) {
      quotes::server::AwaitTurn();
      // The kernel gives the lowest number that is free.
      if (first_refused == 0 || connection < first_refused) {
        if (ConnectionMeters* const meters = quotes::server::meters; meters != nullptr) {
          meters->Opened(connection, size != nullptr && *size > 0 ? address : nullptr);
        }
        return connection;
      }
      quotes::server::Refuse(connection);
    } else if (first_refused == 0 || quotes::server::IsOfListener(errno) || errno == EAGAIN ||
               errno == EINTR) {
      return -1;
    } else if (errno != ECONNABORTED && !quotes::server::RefuseByTheSpare(listener)) {
      // There is no memory, or all of the machine's files are open: as if nobody waited. The next
      // caller brings gRPC back here.
      errno = EAGAIN;
      return -1;
    }
  }
}

int shutdown(int socket, int how) {
  if (ConnectionMeters* const meters = quotes::server::meters; meters != nullptr) {
    meters->Closed(socket);
  }
  return static_cast<int>(syscall(SYS_shutdown, socket, how));
}

ssize_t recvmsg(int socket, msghdr* message, int flags) {
  ConnectionMeters* const meters = quotes::server::meters.load(std::memory_order_acquire);
  if (meters != nullptr && flags == 0 && meters->IsDoomed(socket)) {
    return 0;
  }
  const ssize_t read = syscall(SYS_recvmsg, socket, message, flags);
  if (meters == nullptr || flags != 0 || read <= 0) {
    return read;
  }
  last_read = {socket, static_cast<const char*>(message->msg_iov->iov_base),
               message->msg_iov->iov_len};
  return meters->Received(socket, message->msg_iov, static_cast<size_t>(read)) ? read : 0;
}

ssize_t sendmsg(int socket, const msghdr* message, int flags) {
  ConnectionMeters* const meters = quotes::server::meters.load(std::memory_order_acquire);
  if (meters != nullptr) {
    meters->WillSend(socket);
  }
  const ssize_t sent = syscall(SYS_sendmsg, socket, message, flags);
  if (meters != nullptr && sent > 0) {
    meters->Sent(socket, message->msg_iov, static_cast<size_t>(sent));
  }
  return sent;
}

int BIO_write(BIO* bio, const void* data, int size) {
  static auto* const kNext = NextOf<int(BIO*, const void*, int)>("BIO_write");
  const char* const begin = static_cast<const char*>(data);
  const bool is_read = begin >= last_read.begin && begin < last_read.begin + last_read.size;
  last_written = is_read ? last_read.socket : -1;
  return kNext(bio, data, size);
}

int SSL_read(SSL* ssl, void* data, int size) {
  static auto* const kNext = NextOf<int(SSL*, void*, int)>("SSL_read");
  const int read = kNext(ssl, data, size);
  const int carrier = std::exchange(last_written, -1);
  Inner* const inner = InnerOf(ssl);
  if (inner == nullptr) {
    return read;
  }
  if (carrier >= 0 && !inner->has_socket()) {
    inner->SetSocket(carrier);
  }
  if (inner->IsDoomed()) {
    return Broken();
  }
  const bool goes_on =
      read <= 0 || inner->Received({static_cast<const char*>(data), static_cast<size_t>(read)});
  return goes_on ? read : Broken();
}

int SSL_write(SSL* ssl, const void* data, int size) {
  static auto* const kNext = NextOf<int(SSL*, const void*, int)>("SSL_write");
  Inner* const inner = InnerOf(ssl);
  if (inner == nullptr) {
    return kNext(ssl, data, size);
  }
  if (inner->IsDoomed()) {
    return Broken();
  }
  inner->WillSend();
  const int sent = kNext(ssl, data, size);
  if (sent > 0) {
    inner->Sent({static_cast<const char*>(data), static_cast<size_t>(sent)});
  }
  return sent;
}

}  // extern "C"
