#ifndef QUOTES_SERVICE_FIGURES_CLAIMS_H_
#define QUOTES_SERVICE_FIGURES_CLAIMS_H_

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "service/figures/period.h"

// What the words around a figure claim of it; not for other rooms.
namespace quotes::figures::internal {

// Bits of what a part of a sentence claims.
enum Claim : uint32_t {
  kPlans = 1,  // 计划完成, 将达到, 拟按
  kHopes = 2,  // 力争, 争取达到: the same, also where a text reviews
  kActs = 4,   // 新建, 培育
  kTells = 8,  // 去年, 目前
  kDid = 16,   // 已, 增长了: whatever else is said
};

// The claims of [begin, end) of `folded`, which is FoldLetters of a sentence whose times are
// `mentions`. A word claims something only where its neighbours let it: 计划 as a verb (not
// 完成年度 计划的102%), 争取 before what is to be reached (not 争取资金), 上年 where nothing is
// compared with it.
uint32_t ClaimsIn(std::u32string_view folded, size_t begin, size_t end,
                  const std::vector<Mention>& mentions);

// Whether the figure that ends at `begin` is the size of an aim: 翻两番|的战略目标. Reads to `end`.
bool IsOfAim(std::u32string_view folded, size_t begin, size_t end);

// Whether [begin, end) leads to the share of a plan that was carried out: 完成年度计划的|102%.
bool IsShareOfPlan(std::u32string_view folded, size_t begin, size_t end);

// Whether [begin, end) says that an aim was reached: 提前实现, 超额完成.
bool SaysReached(std::u32string_view folded, size_t begin, size_t end);

}  // namespace quotes::figures::internal

#endif  // QUOTES_SERVICE_FIGURES_CLAIMS_H_
