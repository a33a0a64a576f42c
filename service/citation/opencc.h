#ifndef QUOTES_SERVICE_CITATION_OPENCC_H_
#define QUOTES_SERVICE_CITATION_OPENCC_H_

#include <string>
#include <string_view>
#include <vector>

namespace quotes::citation {

// A simplified text in traditional characters, word by word, as OpenCC writes it by its own
// standard and by those of Taiwan and Hong Kong; words stay (no 軟體 for 软件). Fewer where the
// machine lacks OpenCC's data. Some ten microseconds for a clause; thread-safe.
std::vector<std::u32string> OpenCcConversions(std::u32string_view simplified);

// The same the other way round, from each of those standards.
std::vector<std::u32string> OpenCcSimplified(std::u32string_view traditional);

}  // namespace quotes::citation

#endif  // QUOTES_SERVICE_CITATION_OPENCC_H_
