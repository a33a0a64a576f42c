#include "service/rpc/citation.h"

#include <algorithm>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "service/rpc/names.h"
#include "service/text/utf8.h"

namespace quotes::rpc {
namespace {

// Longer headings are cut: they locate the quote, and the line has to stay readable.
constexpr size_t kMaxHeadingCodePoints = 60;

std::string_view BlockName(report::BlockKind kind) {
  switch (kind) {
    case report::BlockKind::kTitle:
      return "标题";
    case report::BlockKind::kSubtitle:
      return "副题";
    case report::BlockKind::kMasthead:
      return "版头";
    case report::BlockKind::kDateline:
      return "日期行";
    case report::BlockKind::kByline:
      return "署名";
    case report::BlockKind::kCaption:
      return "图片说明";
    case report::BlockKind::kBanner:
      return "通栏标语";
    case report::BlockKind::kJumpLine:
      return "转版提示";
    case report::BlockKind::kPageNumber:
      return "页码";
    case report::BlockKind::kNote:
      return "注释";
    case report::BlockKind::kWebFurniture:
      return "网页栏目";
    case report::BlockKind::kBody:
    case report::BlockKind::kHeading:
      break;
  }
  return "正文";
}

std::string Title(const archive::Document& document) {
  const report::Metadata& metadata = document.content.metadata;
  std::string title = metadata.title.empty() ? metadata.subtitle : metadata.title;
  if (!metadata.title.empty() && !metadata.subtitle.empty()) {
    absl::StrAppend(&title, "——", metadata.subtitle);
  }
  if (title.empty()) {
    title = metadata.event.empty() ? ReportName(document.report_id) : metadata.event;
  }
  if (title.find("《") != std::string::npos || title.find("》") != std::string::npos) {
    title = absl::StrReplaceAll(title, {{"《", "〈"}, {"》", "〉"}});
  }
  return absl::StrCat("《", title, "》");
}

// "（2022年1月17日）" with the event before the day, or nothing.
std::string Occasion(const report::Metadata& metadata) {
  std::string inner;
  const bool named = metadata.title.find(metadata.event) != std::string::npos ||
                     metadata.subtitle.find(metadata.event) != std::string::npos ||
                     (metadata.title.empty() && metadata.subtitle.empty());
  if (!metadata.event.empty() && !named) {
    inner = metadata.event;
  }
  if (metadata.date.has_value()) {
    absl::StrAppend(&inner, inner.empty() ? "" : "，", metadata.date->year(), "年",
                    metadata.date->month(), "月", metadata.date->day(), "日");
  }
  return inner.empty() ? inner : absl::StrCat("（", inner, "）");
}

std::string Shortened(const std::string& heading) {
  // A code point has at least one byte.
  if (heading.size() <= kMaxHeadingCodePoints) {
    return heading;
  }
  const std::u32string text = text::ToCodePoints(heading);
  return text.size() <= kMaxHeadingCodePoints
             ? heading
             : text::ToUtf8(text.substr(0, kMaxHeadingCodePoints)) + "……";
}

}  // namespace

std::vector<size_t> SectionsAbove(const report::ParsedReport& report, const report::Quote& quote) {
  std::vector<size_t> above;
  for (int i = quote.section; i >= 0; i = report.sections[static_cast<size_t>(i)].parent) {
    const report::Section& section = report.sections[static_cast<size_t>(i)];
    if (section.heading_range.begin < quote.range.begin) {
      above.push_back(static_cast<size_t>(i));
    }
  }
  std::reverse(above.begin(), above.end());
  return above;
}

std::string HeadingLine(const report::Section& section) {
  return absl::StrCat(section.marker, section.heading);
}

std::string CitationLine(const archive::Document& document, const report::Quote& quote) {
  const report::Metadata& metadata = document.content.metadata;
  if (!report::IsSpeech(quote.block)) {
    std::string line = absl::StrCat(Title(document), Occasion(metadata), "版面文字，");
    return line.append(BlockName(quote.block));
  }
  std::string line = metadata.speaker.empty() ? metadata.body : metadata.speaker;
  if (!line.empty()) {
    line += "：";
  }
  absl::StrAppend(&line, Title(document), Occasion(metadata));
  for (const size_t index : SectionsAbove(document.content, quote)) {
    const report::Section& section = document.content.sections[index];
    if (section.kind == report::SectionKind::kMarkedHeading ||
        section.kind == report::SectionKind::kStandAloneHeading) {
      absl::StrAppend(&line, "，", Shortened(HeadingLine(section)));
    }
  }
  return line;
}

}  // namespace quotes::rpc
