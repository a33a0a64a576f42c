#ifndef QUOTES_CLIENT_CTL_TEXT_MAP_H_
#define QUOTES_CLIENT_CTL_TEXT_MAP_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "client/client.h"
#include "quotes/v1/report.pb.h"

namespace quotes::ctl {

// A revision with its whole text and print map, fetched in as many pieces as the service's answers
// allow. Ranges count code points.
absl::StatusOr<v1::Revision> FetchRevision(client::Client* client, const std::string& name,
                                           bool show_embargoed = false);

// Code points [begin, end) of the text.
std::string Substring(std::string_view utf8, int64_t begin, int64_t end);

// The print span in which a position of the joined text lies; nullptr if there is none.
const v1::PrintSpan* FindSpan(const v1::Revision& revision, int64_t position);

}  // namespace quotes::ctl

#endif  // QUOTES_CLIENT_CTL_TEXT_MAP_H_
