#ifndef QUOTES_CLIENT_CTL_DETAILS_H_
#define QUOTES_CLIENT_CTL_DETAILS_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "client/ctl/context.h"
#include "client/ctl/messages.h"

namespace quotes::ctl {

// Labels with their values under each other, long values wrapped. `context` must outlive it.
class Details {
 public:
  explicit Details(const Context& context) : context_(context) {}

  // Leaves out empty values.
  void Add(Msg label, std::string_view value);
  // Indented by `indent` spaces.
  std::string Render(size_t indent = 0) const;

 private:
  const Context& context_;
  std::vector<std::pair<std::string, std::string>> rows_;
};

// The marker of a section with its heading, as they are printed: before a Latin letter a
// blank parts them (First, we will).
std::string WithMarker(std::string_view marker, std::string_view heading);

}  // namespace quotes::ctl

#endif  // QUOTES_CLIENT_CTL_DETAILS_H_
