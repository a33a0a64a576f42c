// A library for LD_PRELOAD that makes a process meet a full disk, failing reads, writes and syncs,
// a crash at an exact call, and jumps of the clock. What it does is read from a file that is mapped
// by it and by the test (fault_testing.py), so that a test changes it while the process runs.
//
// Named by QUOTES_FAULT_UNDO, another file tells what was written and not yet synced, with the
// bytes that stood there before, so that a test can take it back as a loss of power does.
//
// Of files only those fail whose path fits a pattern; sockets and pipes never do. A clock that is
// moved moves for whoever asks it and for whoever waits until a time of it, as a real one does.
// Calls that the C library makes inside itself are not seen, which fwrite() stands in for.

#include <dlfcn.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <linux/futex.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

constexpr int64_t kWrites = 1;
constexpr int64_t kSyncs = 2;
constexpr int64_t kReads = 4;
constexpr int64_t kKill = -1;

// The mapped file; fault_testing.py has the same table.
struct Control {
  int64_t space;         // bytes by which files may still grow; negative: as many as they like
  int64_t clock_offset;  // nanoseconds by which CLOCK_REALTIME is moved
  int64_t calls;         // which calls are counted: kWrites, kSyncs, kReads
  int64_t first;         // the first of them that fails, from 1; 0: none
  int64_t last;          // the last of them that fails
  int64_t error;         // what errno says then; kKill: the process ends there
  int64_t seen;          // calls counted
  int64_t failed;        // calls that failed
  int64_t refused;       // writes for which there was no space
  char files[256];       // fnmatch(3) pattern of whole paths
};

Control* control = nullptr;

template <typename Function>
void Find(Function** real, const char* name) {
  if (*real == nullptr) {
    *real = reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
  }
}

int64_t Get(const int64_t* field) { return __atomic_load_n(field, __ATOMIC_SEQ_CST); }

bool IsMeant(int fd) {
  char link[64];
  char path[4096];
  snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
  const ssize_t size = readlink(link, path, sizeof(path) - 1);
  if (size <= 0 || path[0] != '/') {
    return false;
  }
  path[size] = '\0';
  return fnmatch(control->files, path, 0) == 0;
}

// Whether this call fails; errno is set then.
bool Fails(int64_t kind, int fd) {
  if (control == nullptr || (Get(&control->calls) & kind) == 0 || !IsMeant(fd)) {
    return false;
  }
  const int64_t number = __atomic_add_fetch(&control->seen, 1, __ATOMIC_SEQ_CST);
  if (Get(&control->first) == 0 || number < Get(&control->first) || number > Get(&control->last)) {
    return false;
  }
  __atomic_add_fetch(&control->failed, 1, __ATOMIC_SEQ_CST);
  if (Get(&control->error) == kKill) {
    kill(getpid(), SIGKILL);
    pause();
  }
  errno = static_cast<int>(Get(&control->error));
  return true;
}

// How many of `size` bytes that are to be written at `offset` the disk takes. What lies inside the
// file has its place already.
size_t Room(int fd, off_t offset, size_t size) {
  if (control == nullptr || Get(&control->space) < 0 || !IsMeant(fd)) {
    return size;
  }
  struct stat status = {};
  if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) {
    return size;
  }
  const size_t inside =
      offset < status.st_size ? static_cast<size_t>(status.st_size - offset) : size_t{0};
  if (inside >= size) {
    return size;
  }
  const auto wanted = static_cast<int64_t>(size - inside);
  int64_t left = Get(&control->space);
  int64_t taken = 0;
  do {
    taken = left < wanted ? left : wanted;
  } while (!__atomic_compare_exchange_n(&control->space, &left, left - taken, false,
                                        __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST));
  if (taken < wanted) {
    __atomic_add_fetch(&control->refused, 1, __ATOMIC_SEQ_CST);
  }
  return inside + static_cast<size_t>(taken);
}

// --- what a loss of power takes back ---

int undo = -1;
pthread_mutex_t undo_mutex = PTHREAD_MUTEX_INITIALIZER;

// A record of fault_testing.py's PowerLoss; the bytes follow.
struct Undo {
  int64_t kind;  // 'W' a write, 'T' a change of size, 'S' a sync
  int64_t inode;
  int64_t offset;  // from where on bytes are changed
  int64_t size;    // of the bytes that follow
  int64_t length;  // the file's before
};

// The caller holds undo_mutex until the call itself has returned, so that the order is right.
void Remember(int64_t kind, int fd, off_t offset, size_t size) {
  struct stat status = {};
  fstat(fd, &status);
  Undo record = {kind, static_cast<int64_t>(status.st_ino), offset, 0, status.st_size};
  char* bytes = nullptr;
  if (size > 0 && offset < status.st_size) {
    bytes = static_cast<char*>(malloc(size));
    const long got = ::syscall(SYS_pread64, fd, bytes, size, offset);
    record.size = got > 0 ? got : 0;
  }
  const iovec parts[2] = {{&record, sizeof(record)}, {bytes, static_cast<size_t>(record.size)}};
  static_cast<void>(!::syscall(SYS_writev, undo, parts, 2));
  free(bytes);
}

class Remembered {
 public:
  Remembered(int64_t kind, int fd, off_t offset, size_t size) : held_(undo >= 0 && IsMeant(fd)) {
    if (held_) {
      pthread_mutex_lock(&undo_mutex);
      if (kind != 'S') {
        Remember(kind, fd, offset, size);
      }
    }
  }
  ~Remembered() {
    if (held_) {
      pthread_mutex_unlock(&undo_mutex);
    }
  }
  Remembered(const Remembered&) = delete;
  Remembered& operator=(const Remembered&) = delete;

  int Synced(int fd, int result) const {
    if (held_ && result == 0) {
      Remember('S', fd, 0, 0);
    }
    return result;
  }

 private:
  const bool held_;
};

[[gnu::constructor]] void Map() {
  const char* const path = getenv("QUOTES_FAULT_CONTROL");
  if (path == nullptr) {
    return;
  }
  const int file = open(path, O_RDWR | O_CLOEXEC);
  if (file < 0) {
    return;
  }
  void* const mapped = mmap(nullptr, sizeof(Control), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  close(file);
  if (mapped != MAP_FAILED) {
    control = static_cast<Control*>(mapped);
  }
  if (const char* const undo_path = getenv("QUOTES_FAULT_UNDO"); undo_path != nullptr) {
    undo = open(undo_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  }
}

off_t PositionOf(int fd) {
  if ((fcntl(fd, F_GETFL) & O_APPEND) != 0) {
    return lseek(fd, 0, SEEK_END);
  }
  return lseek(fd, 0, SEEK_CUR);
}

constexpr int64_t kSecond = 1'000'000'000;

int64_t Nanoseconds(const timespec& time) { return time.tv_sec * kSecond + time.tv_nsec; }

timespec Time(int64_t nanoseconds) { return {nanoseconds / kSecond, nanoseconds % kSecond}; }

int64_t Offset() { return control == nullptr ? 0 : Get(&control->clock_offset); }

bool ClockIsMoved() { return control != nullptr && Get(&control->clock_offset) != 0; }

int64_t TrueNow() {
  timespec now = {};
  ::syscall(SYS_clock_gettime, CLOCK_REALTIME, &now);
  return Nanoseconds(now);
}

// Waits until a time of the clock look again after so long whether it has been moved.
constexpr int64_t kSlice = 50'000'000;

}  // namespace

extern "C" {

ssize_t write(int fd, const void* bytes, size_t size) {
  static ssize_t (*real)(int, const void*, size_t) = nullptr;
  Find(&real, "write");
  if (Fails(kWrites, fd)) {
    return -1;
  }
  const size_t room = control != nullptr && Get(&control->space) >= 0 && size > 0
                          ? Room(fd, PositionOf(fd), size)
                          : size;
  if (room == 0 && size > 0) {
    errno = ENOSPC;
    return -1;
  }
  return real(fd, bytes, room);
}

ssize_t pwrite64(int fd, const void* bytes, size_t size, off64_t offset) {
  static ssize_t (*real)(int, const void*, size_t, off64_t) = nullptr;
  Find(&real, "pwrite64");
  if (Fails(kWrites, fd)) {
    return -1;
  }
  const size_t room = Room(fd, offset, size);
  if (room == 0 && size > 0) {
    errno = ENOSPC;
    return -1;
  }
  const Remembered remembered('W', fd, offset, room);
  return real(fd, bytes, room, offset);
}

int ftruncate64(int fd, off64_t length) noexcept {
  static int (*real)(int, off64_t) = nullptr;
  Find(&real, "ftruncate64");
  struct stat status = {};
  const bool cuts = fstat(fd, &status) == 0 && status.st_size > length;
  const Remembered remembered('T', fd, length,
                              cuts ? static_cast<size_t>(status.st_size - length) : 0);
  return real(fd, length);
}

int ftruncate(int fd, off_t length) noexcept { return ftruncate64(fd, length); }

ssize_t pwrite(int fd, const void* bytes, size_t size, off_t offset) {
  return pwrite64(fd, bytes, size, offset);
}

size_t fwrite(const void* bytes, size_t size, size_t count, FILE* file) {
  static size_t (*real)(const void*, size_t, size_t, FILE*) = nullptr;
  Find(&real, "fwrite");
  const int fd = fileno(file);
  if (fd >= 0 && Fails(kWrites, fd)) {
    return 0;
  }
  if (fd >= 0 && control != nullptr && Get(&control->space) >= 0 && size * count > 0 &&
      Room(fd, PositionOf(fd), size * count) < size * count) {
    errno = ENOSPC;
    return 0;
  }
  return real(bytes, size, count, file);
}

int fsync(int fd) {
  static int (*real)(int) = nullptr;
  Find(&real, "fsync");
  const Remembered remembered('S', fd, 0, 0);
  return Fails(kSyncs, fd) ? -1 : remembered.Synced(fd, real(fd));
}

int fdatasync(int fd) {
  static int (*real)(int) = nullptr;
  Find(&real, "fdatasync");
  const Remembered remembered('S', fd, 0, 0);
  return Fails(kSyncs, fd) ? -1 : remembered.Synced(fd, real(fd));
}

ssize_t read(int fd, void* bytes, size_t size) {
  static ssize_t (*real)(int, void*, size_t) = nullptr;
  Find(&real, "read");
  return Fails(kReads, fd) ? -1 : real(fd, bytes, size);
}

ssize_t pread64(int fd, void* bytes, size_t size, off64_t offset) {
  static ssize_t (*real)(int, void*, size_t, off64_t) = nullptr;
  Find(&real, "pread64");
  return Fails(kReads, fd) ? -1 : real(fd, bytes, size, offset);
}

ssize_t pread(int fd, void* bytes, size_t size, off_t offset) {
  return pread64(fd, bytes, size, offset);
}

int clock_gettime(clockid_t clock, timespec* time) {
  static int (*real)(clockid_t, timespec*) = nullptr;
  Find(&real, "clock_gettime");
  const int result = real(clock, time);
  if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE) &&
      ClockIsMoved()) {
    *time = Time(Nanoseconds(*time) + Offset());
  }
  return result;
}

int gettimeofday(timeval* time, void* /*zone*/) noexcept {
  const timespec now = Time(TrueNow() + Offset());
  time->tv_sec = now.tv_sec;
  time->tv_usec = now.tv_nsec / 1000;
  return 0;
}

time_t time(time_t* result) noexcept {
  const time_t now = Time(TrueNow() + Offset()).tv_sec;
  if (result != nullptr) {
    *result = now;
  }
  return now;
}

int pthread_cond_timedwait(pthread_cond_t* condition, pthread_mutex_t* mutex,
                           const timespec* until) {
  static int (*real)(pthread_cond_t*, pthread_mutex_t*, const timespec*) = nullptr;
  Find(&real, "pthread_cond_timedwait");
  // Bit 1 tells glibc that the condition variable goes by the monotonic clock.
  if (control == nullptr || (condition->__data.__wrefs & 2) != 0) {
    return real(condition, mutex, until);
  }
  const int64_t wanted = Nanoseconds(*until) - Offset();
  const int64_t slice = TrueNow() + kSlice;
  const timespec end = Time(wanted < slice ? (wanted < 0 ? 0 : wanted) : slice);
  const int result = real(condition, mutex, &end);
  // The end of a slice is one of the wake-ups without a reason that callers have to expect.
  return result == ETIMEDOUT && TrueNow() + Offset() < Nanoseconds(*until) ? 0 : result;
}

// Abseil's mutexes wait by futexes of their own.
long syscall(long number, ...) noexcept {
  static long (*real)(long, ...) = nullptr;
  Find(&real, "syscall");
  va_list list;
  va_start(list, number);
  long a[6];
  for (long& argument : a) {
    argument = va_arg(list, long);
  }
  va_end(list);
  const auto* const until = reinterpret_cast<const timespec*>(a[3]);
  if (number != SYS_futex || control == nullptr || (a[1] & FUTEX_CLOCK_REALTIME) == 0 ||
      (a[1] & FUTEX_CMD_MASK) != FUTEX_WAIT_BITSET || until == nullptr) {
    return real(number, a[0], a[1], a[2], a[3], a[4], a[5]);
  }
  const int64_t wanted = Nanoseconds(*until) - Offset();
  const int64_t slice = TrueNow() + kSlice;
  const timespec end = Time(wanted < slice ? (wanted < 0 ? 0 : wanted) : slice);
  const long result = real(number, a[0], a[1], a[2], reinterpret_cast<long>(&end), a[4], a[5]);
  if (result == -1 && errno == ETIMEDOUT && TrueNow() + Offset() < Nanoseconds(*until)) {
    errno = EINTR;
  }
  return result;
}

}  // extern "C"
