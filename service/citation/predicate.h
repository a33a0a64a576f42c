#ifndef QUOTES_SERVICE_CITATION_PREDICATE_H_
#define QUOTES_SERVICE_CITATION_PREDICATE_H_

#include <cstddef>
#include <string_view>

// What the words behind a place of a sentence say of those before it. Pure functions over data that
// is compiled in; thread-safe. `before` is the sentence up to the place, `behind` the rest of it;
// sizes are code points of `behind`, 0 for nothing of the kind.
namespace quotes::citation {

// A mark between clauses or sentences, of Chinese or English.
bool IsClauseBorder(char32_t c);

// What denies or rejects the words before it: …|是错误的, …，|都是不可能得逞的, …，|没有意义; and,
// where the clause before it has no predicate of its own, what denies that of its subject:
// 对…的人，|决不能提拔重用, 已淘汰的生产能力，|绝不能恢复, 凡是侵占国家收入，…，|一律要加以纠正.
size_t DenyingPredicate(std::u32string_view before, std::u32string_view behind);

// What follows from the clause before it, which is a condition that no word says to be one:
// 不坚持共产党的领导，|就没有…, 没有A，|没有B，就不能…, 没有探索，|我们的事业就没有生气.
size_t ConsequenceOfBareCondition(std::u32string_view before, std::u32string_view behind);

}  // namespace quotes::citation

#endif  // QUOTES_SERVICE_CITATION_PREDICATE_H_
