#include "service/store/content.h"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <string_view>
#include <tuple>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "service/base/absl_string.h"
#include "service/base/errors.h"
#include "service/base/hash.h"
#include "service/base/status_macros.h"

namespace quotes::store {
namespace {

using report::BlockKind;
using report::Certainty;
using report::DefectKind;
using report::DefectOrigin;
using report::LintKind;
using report::Mode;
using report::Range;
using report::SectionKind;

template <typename Enum>
bool Between(Enum value, Enum first, Enum last) {
  return value >= first && value <= last;
}

bool Valid(BlockKind kind) { return Between(kind, BlockKind::kBody, BlockKind::kTable); }
bool Valid(Mode mode) { return Between(mode, Mode::kUnspecified, Mode::kFormality); }
bool Valid(SectionKind kind) {
  return Between(kind, SectionKind::kMarkedHeading, SectionKind::kRunInHeading);
}
bool Valid(LintKind kind) {
  return Between(kind, LintKind::kPageBreakJoin, LintKind::kOpenParagraph) ||
         kind == LintKind::kMisreadColumns;
}
bool Valid(Certainty certainty) {
  return Between(certainty, Certainty::kCertain, Certainty::kPossible);
}
bool Valid(DefectKind kind) { return Between(kind, DefectKind::kOmission, DefectKind::kOther); }

bool Valid(DefectOrigin origin) {
  return Between(origin, DefectOrigin::kImport, DefectOrigin::kEditor);
}

absl::Status Wrong(std::string_view list, size_t index) {
  return errors::StoreUnavailable(absl::StrCat(
      "the content of the revision does not hold together: ", ToAbsl(list), "[", index, "]"));
}

bool Valid(const report::Defect& defect, size_t code_points) {
  return !defect.id.empty() && Valid(defect.kind) && Valid(defect.certainty) &&
         Valid(defect.origin) && defect.range.begin <= defect.range.end &&
         defect.range.end <= code_points;
}

}  // namespace

absl::Status CheckContent(const report::ParsedReport& content,
                          const std::vector<report::Defect>& defects) {
  const size_t size = content.joined.size();
  if (size > std::numeric_limits<uint32_t>::max()) {
    return Wrong("joined", size);
  }
  for (size_t i = 0; i < size; ++i) {
    const char32_t c = content.joined[i];
    if (c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF)) {
      return Wrong("joined", i);
    }
  }
  const auto inside = [size](const Range& range) {
    return range.begin <= range.end && range.end <= size;
  };
  const auto section_count = static_cast<int64_t>(content.sections.size());
  absl::flat_hash_set<std::string_view> ids;

  uint32_t covered = 0;
  for (size_t i = 0; i < content.runs.size(); ++i) {
    const report::Run& run = content.runs[i];
    if (!Valid(run.kind) || !inside(run.range) || run.range.begin != covered) {
      return Wrong("runs", i);
    }
    covered = run.range.end;
  }
  if (content.runs.empty() || covered != size) {
    return Wrong("runs", content.runs.size());
  }
  for (size_t i = 0; i < content.paragraphs.size(); ++i) {
    if (!inside(content.paragraphs[i])) {
      return Wrong("paragraphs", i);
    }
  }
  for (size_t i = 0; i < content.print_spans.size(); ++i) {
    const report::PrintSpan& span = content.print_spans[i];
    if (!Valid(span.kind) || !inside(span.joined) || span.byte_begin > span.byte_end) {
      return Wrong("print_spans", i);
    }
  }
  for (size_t i = 0; i < content.joins.size(); ++i) {
    if (content.joins[i].position > size) {
      return Wrong("joins", i);
    }
  }
  for (size_t i = 0; i < content.sections.size(); ++i) {
    const report::Section& section = content.sections[i];
    if (section.id.empty() || !ids.insert(section.id).second || section.parent < -1 ||
        section.parent >= static_cast<int64_t>(i) || !Valid(section.kind) || !Valid(section.mode) ||
        !inside(section.heading_range) || !inside(section.range)) {
      return Wrong("sections", i);
    }
  }
  ids.clear();
  ids.reserve(content.quotes.size());
  for (size_t i = 0; i < content.quotes.size(); ++i) {
    const report::Quote& quote = content.quotes[i];
    if (quote.id.empty() || !ids.insert(quote.id).second || quote.section < -1 ||
        quote.section >= section_count || !Valid(quote.block) || !Valid(quote.mode) ||
        !inside(quote.range)) {
      return Wrong("quotes", i);
    }
  }
  if (content.completeness.position > size) {
    return Wrong("completeness", 0);
  }
  for (size_t i = 0; i < content.lint.size(); ++i) {
    const report::LintFinding& finding = content.lint[i];
    if (!Valid(finding.kind) || !Valid(finding.certainty) || !inside(finding.range)) {
      return Wrong("lint", i);
    }
  }
  for (size_t i = 0; i < defects.size(); ++i) {
    if (!Valid(defects[i], size)) {
      return Wrong("defects", i);
    }
  }
  return absl::OkStatus();
}

absl::Status CheckDraft(const RevisionDraft& draft) {
  if (draft.report_id.empty()) {
    return Wrong("report_id", 0);
  }
  if (draft.source.size_bytes != draft.source_bytes.size() ||
      draft.source.sha256 != Sha256Hex(draft.source_bytes)) {
    return Wrong("source", 0);
  }
  if (draft.extracted_text.has_value() && draft.source.encoding != text::Encoding::kUtf8) {
    return Wrong("extracted_text", 0);
  }
  return CheckContent(draft.content, draft.defects);
}

absl::Status CheckRegister(size_t code_points, const std::vector<report::RegisterEntry>& entries) {
  for (size_t i = 0; i < entries.size(); ++i) {
    if (!Valid(entries[i].defect, code_points)) {
      return Wrong("defects", i);
    }
  }
  return absl::OkStatus();
}

bool IsSameRevision(const archive::Document& latest, const RevisionDraft& draft) {
  return latest.source.sha256 == draft.source.sha256 &&
         latest.source.media_type == draft.source.media_type &&
         latest.source.encoding == draft.source.encoding &&
         latest.content.joined == draft.content.joined &&
         latest.parser_version == draft.parser_version &&
         latest.fold_version == draft.fold_version &&
         SameMetadata(latest.content.metadata, draft.content.metadata);
}

bool SameMetadata(const report::Metadata& a, const report::Metadata& b) {
  const auto fields = [](const report::Metadata& m) {
    return std::tie(m.title, m.subtitle, m.event, m.body, m.speaker, m.office, m.language, m.date,
                    m.publication.paper, m.publication.edition, m.publication.issue_date,
                    m.publication.pages);
  };
  return fields(a) == fields(b);
}

}  // namespace quotes::store
