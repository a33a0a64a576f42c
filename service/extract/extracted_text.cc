#include "service/extract/extracted_text.h"

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "absl/strings/str_cat.h"
#include "service/base/absl_string.h"
#include "service/base/limits.h"
#include "service/report/chars.h"
#include "service/text/fold.h"
#include "service/text/utf8.h"

namespace quotes::extract {
namespace {

bool IsBreakOrTab(char32_t c) {
  return (c >= U'\t' && c <= U'\r') || c == 0x85 || c == 0x2028 || c == 0x2029;
}

bool IsControl(char32_t c) { return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0xFFFE; }

}  // namespace

std::string CleanLine(std::string_view line) {
  std::string clean;
  for (const char32_t c : text::ToCodePoints(line)) {
    if (c == U' ' || IsBreakOrTab(c)) {
      if (!clean.empty() && clean.back() != ' ') {
        clean.push_back(' ');
      }
    } else if (!IsControl(c)) {
      text::AppendUtf8(c, &clean);
    }
  }
  if (!clean.empty() && clean.back() == ' ') {
    clean.pop_back();
  }
  return clean;
}

std::string RaisedText(std::string_view raised, std::string_view line) {
  constexpr size_t kMostDigits = 3;
  constexpr std::u32string_view kRaisedDigits = U"⁰¹²³⁴⁵⁶⁷⁸⁹";
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (raised.empty() || raised.size() > kMostDigits || line.empty() ||
      !std::all_of(raised.begin(), raised.end(), is_digit)) {
    return std::string(raised);
  }
  const bool letter = std::isalpha(static_cast<unsigned char>(line.back())) != 0;
  const bool ten =
      line.ends_with("10") &&
      (line.size() == 2 || (!is_digit(line[line.size() - 3]) && line[line.size() - 3] != '.'));
  if (!letter && !ten && raised.front() != '0') {
    return absl::StrCat("[", ToAbsl(raised), "]");
  }
  std::string power;
  for (const char c : raised) {
    text::AppendUtf8(kRaisedDigits[static_cast<size_t>(c - '0')], &power);
  }
  return power;
}

bool IsNumeral(char32_t c) {
  return (c >= U'0' && c <= U'9') || (c >= U'０' && c <= U'９') ||
         std::u32string_view(U"一二三四五六七八九十").find(c) != std::u32string_view::npos;
}

bool BeginsWithMarker(std::u32string_view line) {
  constexpr std::u32string_view kBehind = U"、.．，,是要 \u3000";
  if (line.empty()) {
    return false;
  }
  const bool opened = report::ClosingPartner(line.front()) != 0 || line.front() == U'第';
  const size_t number = opened ? 1 : 0;
  size_t at = number;
  while (at < line.size() && IsNumeral(line[at])) {
    ++at;
  }
  if (at > number && at < line.size()) {
    return opened || kBehind.find(line[at]) != std::u32string_view::npos;
  }
  const char32_t c = line.front();
  return !text::IsHan(c) && !IsNumeral(c) && !(c >= U'A' && c <= U'Z') && !(c >= U'a' && c <= U'z');
}

void AddMetadata(std::string_view key, std::string_view value, ExtractedText* out) {
  const std::string clean_key = CleanLine(key);
  const std::string clean_value = CleanLine(value);
  // Of a template that was not filled in. For an embargo that is not the same as saying nothing.
  const bool says_something = !clean_value.empty() || clean_key.starts_with("embargo") ||
                              clean_key.starts_with("available_from");
  if (!clean_key.empty() && says_something &&
      clean_key.size() <= limits::kMaxExtractedMetadataBytes &&
      clean_value.size() <= limits::kMaxExtractedMetadataBytes &&
      out->metadata.size() < limits::kMaxExtractedMetadata) {
    out->metadata.emplace_back(clean_key, clean_value);
  }
}

void LineWriter::Add(std::string_view line, report::LineHint hint, std::string_view marker) {
  const std::string clean = CleanLine(line);
  if (clean.empty()) {
    return;
  }
  std::string clean_marker = CleanLine(marker);
  if (!clean_marker.empty() && marker.ends_with(' ')) {
    clean_marker.push_back(' ');
  }
  hint.marker =
      static_cast<uint16_t>(std::min<size_t>(text::CountCodePoints(clean_marker), UINT16_MAX));
  if (hint.role == report::LineRole::kText) {
    hint.lacks_words = std::exchange(left_out_, false);
  }
  out_->text.append(clean_marker).append(clean).push_back('\n');
  out_->lines.push_back(hint);
}

void LineWriter::Finish() {
  const auto last = std::find_if(out_->lines.rbegin(), out_->lines.rend(), [](const auto& line) {
    return line.role == report::LineRole::kText;
  });
  if (std::exchange(left_out_, false) && last != out_->lines.rend()) {
    last->lacks_words = true;
  }
}

void LineWriter::AddGap() {
  if (!out_->lines.empty() && !out_->text.ends_with("\n\n")) {
    out_->text.push_back('\n');
    out_->lines.push_back({.page = out_->lines.back().page});
  }
}

}  // namespace quotes::extract
