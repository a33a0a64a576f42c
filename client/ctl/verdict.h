#ifndef QUOTES_CLIENT_CTL_VERDICT_H_
#define QUOTES_CLIENT_CTL_VERDICT_H_

#include <string>
#include <string_view>

#include "client/ctl/context.h"
#include "quotes/v1/citation.pb.h"

// Verdicts as people read them.
namespace quotes::ctl {

// A value that this program does not know is told as such, and a disposition as REVIEW, as the
// contract asks.
Msg Label(v1::Disposition disposition);
Msg Label(v1::TextVerdict verdict);
Msg Label(v1::EditReason reason);  // REQUIRES: not EDIT_REASON_UNSPECIFIED
Msg Label(v1::ClaimField field);
Msg Label(v1::ContextFlag flag);
Msg Label(v1::Finding finding);

// "FAIL", painted.
std::string DispositionText(const Context& context, v1::Disposition disposition);

// The disposition with the verdict in words; what decided; the two texts side by side where they
// differ; the differences; then where the words stand, what was claimed, what should stand instead,
// and the line to cite by. `quotation` is that of the request; ranges of `result` count code
// points. Of the places at most `max_places` are told, and how many more there are. Every line ends
// in a line break and is indented but the first.
inline constexpr int kDefaultPlacesTold = 4;
std::string FormatVerdict(const Context& context, const v1::CitationResult& result,
                          std::string_view quotation, int max_places = kDefaultPlacesTold);

// Says on stderr what limits a verdict: incomplete reports where the words were not found, a check
// that stopped early.
void WarnOfVerdict(Context* context, const v1::CitationResult& result);

}  // namespace quotes::ctl

#endif  // QUOTES_CLIENT_CTL_VERDICT_H_
