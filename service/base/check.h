#ifndef QUOTES_SERVICE_BASE_CHECK_H_
#define QUOTES_SERVICE_BASE_CHECK_H_

#include <cstdio>
#include <cstdlib>

// Ends the process when `condition` is false. For programmer errors only: nothing that a request or
// a file contains may decide it.
#define QUOTES_CHECK(condition)                                                          \
  do {                                                                                   \
    if (!(condition)) {                                                                  \
      std::fprintf(stderr, "%s:%d: check failed: %s\n", __FILE__, __LINE__, #condition); \
      std::abort();                                                                      \
    }                                                                                    \
  } while (false)

#endif  // QUOTES_SERVICE_BASE_CHECK_H_
