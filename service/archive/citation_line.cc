#include "service/archive/citation_line.h"

#include <string_view>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "service/text/utf8.h"

namespace quotes::archive {
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
    case report::BlockKind::kTable:
      return "表格";
    case report::BlockKind::kBody:
    case report::BlockKind::kHeading:
      break;
  }
  return "正文";
}

std::string Title(const Document& document) {
  const report::Metadata& metadata = document.content.metadata;
  std::string title = metadata.title.empty() ? metadata.subtitle : metadata.title;
  if (!metadata.title.empty() && !metadata.subtitle.empty()) {
    absl::StrAppend(&title, "——", metadata.subtitle);
  }
  if (title.empty() && metadata.event.empty()) {
    return absl::StrCat("报告（reports/", document.report_id, "）");  // no title to be in 《》
  }
  title = title.empty() ? metadata.event : title;
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

std::string CitationHead(const Document& document, bool speech) {
  const report::Metadata& metadata = document.content.metadata;
  const std::string report = absl::StrCat(Title(document), Occasion(metadata));
  if (!speech) {
    return absl::StrCat(report, "版面文字，");
  }
  const std::string& speaker = metadata.speaker.empty() ? metadata.body : metadata.speaker;
  return absl::StrCat(speaker, speaker.empty() ? "" : "：", report);
}

std::string CitationTail(const Document& document, const report::Quote& quote) {
  if (!report::IsSpeech(quote.block)) {
    return std::string(BlockName(quote.block));
  }
  std::string tail;
  for (const size_t index : SectionsAbove(document.content.sections, quote)) {
    const report::Section& section = document.content.sections[index];
    if (section.kind == report::SectionKind::kMarkedHeading ||
        section.kind == report::SectionKind::kStandAloneHeading) {
      absl::StrAppend(&tail, "，", Shortened(absl::StrCat(section.marker, section.heading)));
    }
  }
  return tail;
}

}  // namespace quotes::archive
