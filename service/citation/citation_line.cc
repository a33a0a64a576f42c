#include "service/citation/citation_line.h"

#include <string_view>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "service/text/utf8.h"

namespace quotes::citation {
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

std::string Title(std::string_view report_id, const report::Metadata& metadata) {
  std::string title = metadata.title.empty() ? metadata.subtitle : metadata.title;
  if (!metadata.title.empty() && !metadata.subtitle.empty()) {
    absl::StrAppend(&title, "——", metadata.subtitle);
  }
  if (title.empty()) {
    title =
        metadata.event.empty() ? absl::StrCat("reports/", std::string(report_id)) : metadata.event;
  }
  return absl::StrCat("《", absl::StrReplaceAll(title, {{"《", "〈"}, {"》", "〉"}}), "》");
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

std::vector<std::string> Breadcrumb(const Source& source, Range range) {
  std::vector<std::string> headings;
  for (const size_t i : source.SectionsAt(range.begin)) {
    const report::Section& section = source.section(i);
    if (section.heading_range.begin < range.begin) {
      headings.push_back(absl::StrCat(section.marker, section.heading));
    }
  }
  return headings;
}

std::string CitationLine(const Source& source, Range range) {
  const report::Metadata& metadata = source.metadata();
  const report::BlockKind block = source.RunAt(range.begin).kind;
  if (!report::IsSpeech(block)) {
    std::string line =
        absl::StrCat(Title(source.report_id(), metadata), Occasion(metadata), "版面文字，");
    return line.append(BlockName(block));
  }
  std::string line = metadata.speaker.empty() ? metadata.body : metadata.speaker;
  if (!line.empty()) {
    line += "：";
  }
  absl::StrAppend(&line, Title(source.report_id(), metadata), Occasion(metadata));
  for (const size_t i : source.SectionsAt(range.begin)) {
    const report::Section& section = source.section(i);
    if (section.heading_range.begin < range.begin &&
        (section.kind == report::SectionKind::kMarkedHeading ||
         section.kind == report::SectionKind::kStandAloneHeading)) {
      absl::StrAppend(&line, "，", Shortened(absl::StrCat(section.marker, section.heading)));
    }
  }
  return line;
}

}  // namespace quotes::citation
