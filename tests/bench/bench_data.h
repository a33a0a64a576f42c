#ifndef QUOTES_TESTS_BENCH_BENCH_DATA_H_
#define QUOTES_TESTS_BENCH_BENCH_DATA_H_

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "service/archive/document.h"
#include "service/themes/scheme.h"

// The texts that benchmarks run on, the same in every run.
namespace quotes::bench {

inline constexpr size_t kQuotesPerReport = 100;

// Ends the program.
[[noreturn]] void Fail(const std::string& message);

// `count` quotes: sentences recombined from the sample report or, if `lines` names a file, the
// sentences of its lines and, where they are too few, recombinations of their clauses.
std::vector<std::u32string> MakeQuotes(const std::string& lines, size_t count);

// The id of a report, in the order of their numbers.
std::string ReportId(size_t number);

// Reports of kQuotesPerReport quotes each, in the order of answers. Ids of quotes are q0, q1 ...
std::vector<std::shared_ptr<const archive::Document>> MakeDocuments(
    const std::vector<std::u32string>& quotes, const themes::Scheme& scheme);

}  // namespace quotes::bench

#endif  // QUOTES_TESTS_BENCH_BENCH_DATA_H_
