#include "client/ctl/details.h"

#include <algorithm>
#include <cctype>

namespace quotes::ctl {

void Details::Add(Msg label, std::string_view value) {
  if (!value.empty()) {
    rows_.emplace_back(context_.Text(label), value);
  }
}

std::string Details::Render(size_t indent) const {
  constexpr size_t kGap = 2;
  size_t width = 0;
  for (const auto& [label, value] : rows_) {
    width = std::max(width, Columns(label));
  }
  std::string out;
  std::string_view previous;
  for (const auto& [label, value] : rows_) {
    const std::string text =
        Paragraph(value, {}, indent + width + kGap, context_.columns(), context_.painter());
    // A label that repeats is said once.
    const std::string shown = label == previous ? "" : label;
    out.append(indent, ' ');
    out += context_.painter().Paint(Style::kDim, Pad(shown, width + kGap));
    out += text.substr(indent + width + kGap);
    previous = label;
  }
  return out;
}

std::string WithMarker(std::string_view marker, std::string_view heading) {
  // Those of Chinese reports stand close: 1.发展.
  const bool parted = !marker.empty() && !heading.empty() &&
                      static_cast<unsigned char>(marker.back()) < 0x80 && marker.back() != ' ' &&
                      std::isalpha(static_cast<unsigned char>(heading.front())) != 0;
  return std::string(marker).append(parted ? " " : "").append(heading);
}

}  // namespace quotes::ctl
