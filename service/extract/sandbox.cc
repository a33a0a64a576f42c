#include "service/extract/sandbox.h"

#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <cerrno>
#include <cstdint>
#include <memory>

#include "service/base/limits.h"

namespace quotes::extract {
namespace {

bool Limit(__rlimit_resource resource, rlim_t value) {
  const rlimit limit{value, value};
  return setrlimit(resource, &limit) == 0;
}

using FilterPtr = std::unique_ptr<void, decltype(&seccomp_release)>;

class Filter {
 public:
  Filter() : filter_(seccomp_init(SCMP_ACT_ALLOW), &seccomp_release) {}

  // Makes a system call fail. One that this kernel or architecture lacks needs no rule.
  void Deny(std::string_view name, int error = EPERM) {
    const int number = seccomp_syscall_resolve_name(std::string(name).c_str());
    if (number != __NR_SCMP_ERROR) {
      Add(number, error, nullptr, 0);
    }
  }
  // Makes it fail when the bits `mask` of its argument `index` are `value`.
  void DenyMasked(std::string_view name, unsigned index, uint64_t mask, uint64_t value,
                  int error = EPERM) {
    const int number = seccomp_syscall_resolve_name(std::string(name).c_str());
    if (number != __NR_SCMP_ERROR) {
      const scmp_arg_cmp compare = {index, SCMP_CMP_MASKED_EQ, mask, value};
      Add(number, error, &compare, 1);
    }
  }
  bool Load() { return ok_ && seccomp_load(filter_.get()) == 0; }

 private:
  void Add(int number, int error, const scmp_arg_cmp* compare, unsigned count) {
    ok_ = ok_ && filter_ != nullptr &&
          seccomp_rule_add_array(filter_.get(), SCMP_ACT_ERRNO(static_cast<uint32_t>(error)),
                                 number, count, compare) == 0;
  }

  FilterPtr filter_;
  bool ok_ = true;
};

// io_uring does what it is asked to behind the filter's back.
constexpr std::string_view kNever[] = {
    // the network
    "socket", "socketpair", "connect", "bind", "listen", "accept", "accept4", "sendto", "sendmsg",
    "sendmmsg", "socketcall", "io_uring_setup", "io_uring_enter", "io_uring_register",
    // other processes
    "ptrace", "process_vm_readv", "process_vm_writev", "process_madvise", "pidfd_open",
    "pidfd_getfd", "pidfd_send_signal", "kcmp", "kill", "tkill", "rt_sigqueueinfo",
    "rt_tgsigqueueinfo", "setpgid", "setsid",
    // the file system
    "creat", "truncate", "ftruncate", "fallocate", "rename", "renameat", "renameat2", "link",
    "linkat", "symlink", "symlinkat", "unlink", "unlinkat", "mkdir", "mkdirat", "rmdir", "mknod",
    "mknodat", "chmod", "fchmod", "fchmodat", "chown", "fchown", "lchown", "fchownat", "utime",
    "utimes", "utimensat", "futimesat", "setxattr", "lsetxattr", "fsetxattr", "removexattr",
    "lremovexattr", "fremovexattr",
    // the system
    "mount", "umount2", "move_mount", "open_tree", "fsopen", "fsmount", "pivot_root", "chroot",
    "unshare", "setns", "bpf", "perf_event_open", "userfaultfd", "keyctl", "add_key", "request_key",
    "kexec_load", "kexec_file_load", "init_module", "finit_module", "delete_module", "reboot",
    "swapon", "swapoff", "syslog", "acct", "quotactl", "open_by_handle_at", "personality", "shmget",
    "msgget", "semget", "mq_open"};

void DenyWriting(Filter* filter) {
  for (const uint64_t flag : {uint64_t{O_WRONLY}, uint64_t{O_RDWR}}) {
    filter->DenyMasked("open", 1, O_ACCMODE, flag, EACCES);
    filter->DenyMasked("openat", 2, O_ACCMODE, flag, EACCES);
  }
  filter->DenyMasked("open", 1, O_CREAT, O_CREAT, EACCES);
  filter->DenyMasked("openat", 2, O_CREAT, O_CREAT, EACCES);
  // Its flags are in memory, where no filter sees them; callers fall back to openat and clone.
  filter->Deny("openat2", ENOSYS);
}

}  // namespace

std::string_view LimitResources() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  // The sanitizers' shadow needs terabytes of addresses.
#else
  if (!Limit(RLIMIT_AS, limits::kMaxExtractMemoryBytes)) {
    return "address space";
  }
#endif
  // Standard streams, a pair of pipes, the files of one program at a time.
  constexpr rlim_t kOpenFiles = 64;
  if (!Limit(RLIMIT_CPU, limits::kMaxExtractCpuSeconds)) {
    return "processor time";
  }
  if (!Limit(RLIMIT_FSIZE, 0) || !Limit(RLIMIT_CORE, 0) || !Limit(RLIMIT_NOFILE, kOpenFiles)) {
    return "files";
  }
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || prctl(PR_SET_DUMPABLE, 0) != 0 ||
      prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
    return "privileges";
  }
  return {};
}

std::string_view Confine(Confinement confinement) {
  Filter filter;
  for (const std::string_view name : kNever) {
    filter.Deny(name);
  }
  if (confinement == Confinement::kAlone) {
    for (const std::string_view name : {"open", "openat"}) {
      filter.Deny(name, EACCES);
    }
    filter.Deny("openat2", ENOSYS);
  } else {
    DenyWriting(&filter);
  }
  filter.Deny("clone3", ENOSYS);
  if (confinement != Confinement::kParent) {
    filter.Deny("fork");
    filter.Deny("vfork");
    // Threads share their process; a process is something else.
    filter.DenyMasked("clone", 0, CLONE_THREAD, 0);
  }
  if (confinement == Confinement::kAlone) {
    filter.Deny("execve");
    filter.Deny("execveat");
  }
  return filter.Load() ? std::string_view() : "system calls";
}

}  // namespace quotes::extract
