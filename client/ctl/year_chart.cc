#include "client/ctl/year_chart.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "service/base/absl_string.h"
#include "service/text/utf8.h"

namespace quotes::ctl {
namespace {

// Units of the drawing.
constexpr double kLeft = 64;
constexpr double kRight = 24;
constexpr double kTop = 84;
constexpr double kBottom = 36;
constexpr double kNoteHeight = 16;
constexpr double kPlotHeight = 280;
constexpr double kLeastPlotWidth = 640;
constexpr double kLeastStep = 8;    // from one year to the next
constexpr double kMostStep = 48;    // few years are not drawn as walls
constexpr double kLabelWidth = 44;  // of a year, with a space
constexpr double kTitleSize = 20;   // of a wide character
// More years than this are no chart: what lies before the last of them is left out.
constexpr int kMostYears = 500;

std::string Escaped(std::string_view utf8) {
  std::string out;
  for (const char32_t c : text::ToCodePoints(utf8)) {
    switch (c) {
      case U'&':
        out += "&amp;";
        break;
      case U'<':
        out += "&lt;";
        break;
      case U'>':
        out += "&gt;";
        break;
      case U'"':
        out += "&quot;";
        break;
      case U'\'':
        out += "&#39;";
        break;
      default: {
        // XML 1.0, Char.
        const bool allowed = (c >= 0x20 && c != 0x7f && c != 0xfffe && c != 0xffff) || c == U'\t';
        out += text::ToUtf8(std::u32string(1, allowed ? c : U'\ufffd'));
      }
    }
  }
  return out;
}

// What a line of so many units holds of a title.
std::string Shortened(std::string_view title, double width) {
  const std::u32string points = text::ToCodePoints(title);
  const auto most = static_cast<size_t>(width / kTitleSize);
  return points.size() <= most ? std::string(title)
                               : text::ToUtf8(points.substr(0, most - 1)) + "…";
}

// The least of 1, 2, 5, 10, 20 ... of which at most five reach `most`.
int64_t TickStep(int64_t most) {
  for (int64_t power = 1;; power *= 10) {
    for (const int64_t factor : {1, 2, 5}) {
      if (factor * power * 5 >= most) {
        return factor * power;
      }
    }
  }
}

std::string Num(double value) {
  std::string text = absl::StrFormat("%.2f", value);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') {
    text.pop_back();
  }
  return text;
}

}  // namespace

std::string Bar(int64_t count, int64_t most, size_t columns) {
  static constexpr std::array<std::string_view, 8> kParts = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  if (count <= 0 || most <= 0) {
    return {};
  }
  const double length =
      static_cast<double>(count) / static_cast<double>(most) * static_cast<double>(columns) * 8;
  const auto eighths = static_cast<size_t>(std::max(1L, std::lround(length)));
  std::string bar;
  for (size_t i = 0; i < eighths / 8; ++i) {
    bar += "█";
  }
  return bar.append(kParts[eighths % 8]);
}

std::string RenderYearChart(std::string_view title, std::string_view subtitle,
                            const std::vector<YearBar>& bars, std::string_view no_reports,
                            const std::vector<std::string>& notes, int64_t unit) {
  std::vector<YearBar> years;
  for (const YearBar& bar : bars) {
    if (bars.back().year - bar.year >= kMostYears) {
      continue;
    }
    while (!years.empty() && years.back().year + 1 < bar.year) {
      years.push_back({years.back().year + 1, 0, false, {}});
    }
    years.push_back(bar);
  }
  int64_t most = 1;
  bool any_missing = false;
  for (const YearBar& year : years) {
    most = std::max(most, year.count);
    any_missing = any_missing || !year.searched;
  }
  const int64_t tick = TickStep(most);
  const int64_t top = (most + tick - 1) / tick * tick;
  const auto count = static_cast<double>(std::max<size_t>(years.size(), 1));
  const double step = std::clamp(kLeastPlotWidth / count, kLeastStep, kMostStep);
  const double plot_width = std::max(kLeastPlotWidth, step * count);
  const double width = kLeft + plot_width + kRight;
  std::vector<std::string> lines;
  if (any_missing) {
    lines.push_back(absl::StrCat("× ", ToAbsl(no_reports)));
  }
  lines.insert(lines.end(), notes.begin(), notes.end());
  const double height =
      kTop + kPlotHeight + kBottom + kNoteHeight * static_cast<double>(lines.size());
  const auto y_of = [top](int64_t value) {
    return kTop + kPlotHeight * (1 - static_cast<double>(value) / static_cast<double>(top));
  };

  std::string out = absl::StrCat(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\" "
      "viewBox=\"0 0 ",
      Num(width), " ", Num(height), "\" width=\"", Num(width), "\" height=\"", Num(height),
      "\" role=\"img\" font-family=\"'Noto Sans CJK SC','Source Han Sans SC','PingFang "
      "SC','Microsoft YaHei','WenQuanYi Micro Hei',sans-serif\" font-size=\"12\">\n<title>",
      Escaped(title), "</title>\n<desc>", Escaped(subtitle), "</desc>\n<rect width=\"", Num(width),
      "\" height=\"", Num(height), "\" fill=\"#fff\"/>\n<text x=\"", Num(kLeft),
      "\" y=\"34\" font-size=\"", Num(kTitleSize), "\" font-weight=\"600\" fill=\"#1a1a1a\">",
      Escaped(Shortened(title, plot_width)), "</text>\n<text x=\"", Num(kLeft),
      "\" y=\"58\" fill=\"#555\">", Escaped(subtitle), "</text>\n");
  for (int64_t value = 0; value <= top; value += tick) {
    const std::string y = Num(y_of(value));
    absl::StrAppend(&out, "<line x1=\"", Num(kLeft), "\" x2=\"", Num(kLeft + plot_width),
                    "\" y1=\"", y, "\" y2=\"", y, "\" stroke=\"", value == 0 ? "#666" : "#ddd",
                    "\"/>\n<text x=\"", Num(kLeft - 8), "\" y=\"", Num(y_of(value) + 4),
                    "\" text-anchor=\"end\" fill=\"#555\">",
                    Num(static_cast<double>(value) / static_cast<double>(unit)), "</text>\n");
  }
  const auto every = static_cast<size_t>(kLabelWidth / step) + 1;
  for (size_t i = 0; i < years.size(); ++i) {
    const YearBar& year = years[i];
    const double middle = kLeft + step * (static_cast<double>(i) + 0.5);
    if (!year.searched) {
      absl::StrAppend(&out, "<text x=\"", Num(middle), "\" y=\"", Num(kTop + kPlotHeight - 4),
                      "\" text-anchor=\"middle\" fill=\"#aaa\" font-size=\"8\">×</text>\n");
    } else if (year.count > 0) {
      const double y = y_of(year.count);
      absl::StrAppend(&out, "<rect x=\"", Num(middle - step * 0.38), "\" y=\"", Num(y),
                      "\" width=\"", Num(step * 0.76), "\" height=\"", Num(kTop + kPlotHeight - y),
                      "\" fill=\"#b3261e\"><title>", Escaped(year.label), "</title></rect>\n");
    }
    // The last label stands; those that would touch it do not.
    if ((years.size() - 1 - i) % every == 0) {
      absl::StrAppend(&out, "<text x=\"", Num(middle), "\" y=\"", Num(kTop + kPlotHeight + 18),
                      "\" text-anchor=\"middle\" fill=\"#333\">", year.year, "</text>\n");
    }
  }
  for (size_t i = 0; i < lines.size(); ++i) {
    const double below = kNoteHeight * static_cast<double>(lines.size() - 1 - i);
    absl::StrAppend(&out, "<text x=\"", Num(kLeft), "\" y=\"", Num(height - 10 - below),
                    "\" fill=\"#777\" font-size=\"11\">", Escaped(lines[i]), "</text>\n");
  }
  return out + "</svg>\n";
}

std::string CsvField(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) {
    return std::string(text);
  }
  std::string out = "\"";
  for (const char c : text) {
    out.append(c == '"' ? 2 : 1, c);
  }
  return out + "\"";
}

}  // namespace quotes::ctl
