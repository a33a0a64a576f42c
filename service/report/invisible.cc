#include "service/report/invisible.h"

#include <algorithm>
#include <numeric>
#include <string>

#include "service/base/limits.h"
#include "service/report/chars.h"
#include "service/text/fold.h"

namespace quotes::report {
namespace {

bool MayBeInvisible(char32_t c) { return c == 0xAD || c == 0x61C || (c >= 0x200B && c <= 0xFEFF); }

// A stretch of the source, and of the text that is read, of one span.
struct Stretch {
  uint32_t begin = 0;      // with what was put before it
  uint32_t old_begin = 0;  // where it began
  uint32_t end = 0;
};

}  // namespace

bool IsInvisible(char32_t c) { return c == 0xAD || IsZeroWidth(c); }

std::vector<uint32_t> FindInvisible(const text::DecodedText& source) {
  constexpr char32_t kSoftHyphen = 0xAD;
  const std::u32string& text = source.text;
  std::vector<uint32_t> found;
  size_t shown = 0;    // of those found, how many stand before a character that shows
  bool shows = false;  // the line has one
  const auto end_line = [&] {
    // Those behind the last one are an edge of the line, as are those before the first.
    const auto is_edge = [&](uint32_t i) { return IsZeroWidth(text[i]); };
    found.erase(
        std::remove_if(found.begin() + static_cast<std::ptrdiff_t>(shown), found.end(), is_edge),
        found.end());
    if (!shows) {
      found.resize(shown);
    }
    shown = found.size();
    shows = false;
  };
  for (uint32_t i = 0; i < text.size(); ++i) {
    const char32_t c = text[i];
    if (text::IsLineBreak(c)) {
      end_line();
    } else if (MayBeInvisible(c) && IsInvisible(c)) {
      const bool kept =
          c == kSoftHyphen ? i + 1 == text.size() || text::IsLineBreak(text[i + 1]) : !shows;
      if (!kept) {
        found.push_back(i);
      }
    } else if (!text::IsSpace(c)) {
      shows = true;
      shown = found.size();
    }
  }
  end_line();
  return found;
}

text::DecodedText WithoutCharacters(const text::DecodedText& source,
                                    const std::vector<uint32_t>& left_out) {
  text::DecodedText rest;
  rest.encoding = source.encoding;
  rest.text.reserve(source.text.size());
  rest.byte_offsets.reserve(source.byte_offsets.size());
  size_t next = 0;
  for (uint32_t i = 0; i < source.text.size(); ++i) {
    if (next < left_out.size() && left_out[next] == i) {
      ++next;
    } else {
      rest.text.push_back(source.text[i]);
      rest.byte_offsets.push_back(source.byte_offsets[i]);
    }
  }
  rest.byte_offsets.push_back(source.byte_offsets.back());
  return rest;
}

bool PutBack(const text::DecodedText& source, const std::vector<uint32_t>& left_out,
             ParsedReport* report) {
  const auto index_of = [&](uint64_t byte) {
    return static_cast<uint32_t>(
        std::lower_bound(source.byte_offsets.begin(), source.byte_offsets.end(), byte) -
        source.byte_offsets.begin());
  };
  std::vector<PrintSpan>& spans = report->print_spans;
  std::vector<Stretch> stretches;
  stretches.reserve(spans.size());
  for (const PrintSpan& span : spans) {
    const uint32_t begin = index_of(span.byte_begin);
    stretches.push_back({begin, begin, index_of(span.byte_end)});
  }
  const auto breaks_between = [&](uint32_t begin, uint32_t end) {
    return std::any_of(source.text.begin() + begin, source.text.begin() + end, text::IsLineBreak);
  };
  size_t next = 0;  // the first span that ends behind the character
  for (const uint32_t i : left_out) {
    while (next < stretches.size() && stretches[next].end <= i) {
      ++next;
    }
    if (next < stretches.size() && stretches[next].begin <= i) {
      continue;
    }
    if (next > 0 && !breaks_between(stretches[next - 1].end, i)) {
      stretches[next - 1].end = i + 1;
    } else if (next < stretches.size() && !breaks_between(i, stretches[next].begin)) {
      stretches[next].begin = i;
    } else {
      return false;
    }
  }
  // The text anew, and where each of its old characters begins, with what belongs to it.
  std::vector<size_t> order(spans.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(),
            [&](size_t a, size_t b) { return spans[a].joined.begin < spans[b].joined.begin; });
  std::u32string joined;
  joined.reserve(report->joined.size() + left_out.size());
  std::vector<uint32_t> places;
  places.reserve(report->joined.size() + 1);
  for (const size_t s : order) {
    const Stretch& stretch = stretches[s];
    const uint32_t old_end = spans[s].joined.end;
    const auto begin = static_cast<uint32_t>(joined.size());
    uint32_t old = spans[s].joined.begin;
    joined.append(source.text, stretch.begin, stretch.old_begin - stretch.begin);
    auto skipped = std::lower_bound(left_out.begin(), left_out.end(), stretch.old_begin);
    for (uint32_t i = stretch.old_begin; i < stretch.end; ++i) {
      if (skipped != left_out.end() && *skipped == i) {
        ++skipped;
        joined.push_back(source.text[i]);
      } else if (old < old_end) {
        places.push_back(old == spans[s].joined.begin ? begin
                                                      : static_cast<uint32_t>(joined.size()));
        joined.push_back(report->joined[old++]);
      } else {
        joined.push_back(source.text[i]);  // a space before what was put behind it
      }
    }
    if (old != old_end) {
      return false;
    }
  }
  if (places.size() != report->joined.size()) {
    return false;
  }
  places.push_back(static_cast<uint32_t>(joined.size()));
  const auto moved = [&](Range range) { return Range{places[range.begin], places[range.end]}; };
  for (size_t s = 0; s < spans.size(); ++s) {
    spans[s].joined = moved(spans[s].joined);
    spans[s].byte_begin = source.byte_offsets[stretches[s].begin];
    spans[s].byte_end = source.byte_offsets[stretches[s].end];
  }
  for (Run& run : report->runs) {
    run.range = moved(run.range);
  }
  for (Range& range : report->paragraphs) {
    range = moved(range);
  }
  for (Join& join : report->joins) {
    join.position = places[join.position];
  }
  for (Section& section : report->sections) {
    section.heading_range = moved(section.heading_range);
    section.range = moved(section.range);
  }
  for (Quote& quote : report->quotes) {
    quote.range = moved(quote.range);
    if (quote.range.size() > limits::kMaxQuoteCodePoints) {
      return false;
    }
  }
  for (LintFinding& finding : report->lint) {
    finding.range = moved(finding.range);
  }
  report->completeness.position = places[report->completeness.position];
  report->joined = std::move(joined);
  return true;
}

}  // namespace quotes::report
