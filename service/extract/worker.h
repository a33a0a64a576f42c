#ifndef QUOTES_SERVICE_EXTRACT_WORKER_H_
#define QUOTES_SERVICE_EXTRACT_WORKER_H_

// What the worker and the process that starts it agree on, beside the frame: the command line
//   quotes-extract --format=NAME [--encoding=NAME]
//   quotes-extract --archive=list|read
// with the source on standard input, and these exit codes. 0: a frame, or the stream of an archive,
// is on standard output.
namespace quotes::extract {

inline constexpr int kExitUsage = 64;
inline constexpr int kExitNoMemory = 65;
// It could not limit itself and read nothing; standard error says what it lacked.
inline constexpr int kExitUnconfined = 66;

}  // namespace quotes::extract

#endif  // QUOTES_SERVICE_EXTRACT_WORKER_H_
