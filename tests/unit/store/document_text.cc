#include "tests/unit/store/document_text.h"

#include <optional>
#include <sstream>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"

namespace quotes::testing {
namespace {

std::string Quoted(const std::string& text) {
  return absl::StrCat("\"", absl::CHexEscape(text), "\"");
}

std::string Date(const std::optional<absl::CivilDay>& date) {
  return date.has_value() ? absl::FormatCivilTime(*date) : "none";
}

std::ostream& operator<<(std::ostream& out, const report::Range& range) {
  return out << '[' << range.begin << ',' << range.end << ')';
}

template <typename Enum>
int Number(Enum value) {
  return static_cast<int>(value);
}

}  // namespace

std::string DocumentText(const archive::Document& document, bool with_row) {
  std::ostringstream out;
  out << "report_id " << document.report_id << '\n'
      << "state " << Number(document.state) << '\n'
      << "revision " << document.revision << '\n'
      << "versions " << Quoted(document.parser_version) << ' ' << Quoted(document.fold_version)
      << '\n'
      << "source " << Quoted(document.source.file_name) << ' ' << Quoted(document.source.media_type)
      << ' ' << Number(document.source.encoding) << ' ' << document.source.size_bytes << ' '
      << document.source.sha256 << '\n';
  if (with_row) {
    out << "etag " << document.etag << '\n'
        << "duplicate of " << Quoted(document.duplicate_of) << '\n'
        << "available from "
        << (document.available_from.has_value() ? absl::ToUnixNanos(*document.available_from) : 0)
        << '\n'
        << "times " << absl::ToUnixNanos(document.create_time) << ' '
        << absl::ToUnixNanos(document.update_time) << ' '
        << absl::ToUnixNanos(document.revision_time) << ' '
        << (document.delete_time.has_value() ? absl::ToUnixNanos(*document.delete_time) : 0)
        << '\n';
  }
  const report::ParsedReport& content = document.content;
  const report::Metadata& m = content.metadata;
  out << "title " << Quoted(m.title) << '\n'
      << "subtitle " << Quoted(m.subtitle) << '\n'
      << "event " << Quoted(m.event) << '\n'
      << "body " << Quoted(m.body) << '\n'
      << "speaker " << Quoted(m.speaker) << '\n'
      << "office " << Quoted(m.office) << '\n'
      << "language " << Quoted(m.language) << '\n'
      << "date " << Date(m.date) << '\n'
      << "publication " << Quoted(m.publication.paper) << ' ' << Quoted(m.publication.edition)
      << ' ' << Date(m.publication.issue_date) << ' ' << Quoted(m.publication.pages) << '\n';
  out << "joined";
  for (const char32_t c : content.joined) {
    out << ' ' << std::hex << static_cast<uint32_t>(c) << std::dec;
  }
  out << '\n';
  for (const report::Run& run : content.runs) {
    out << "run " << Number(run.kind) << ' ' << run.range << '\n';
  }
  for (const report::Range& paragraph : content.paragraphs) {
    out << "paragraph " << paragraph << '\n';
  }
  for (const report::PrintSpan& span : content.print_spans) {
    out << "span " << Number(span.kind) << " line " << span.line << " page " << span.page
        << " bytes " << span.byte_begin << '-' << span.byte_end << ' ' << span.joined << '\n';
  }
  for (const report::Join& join : content.joins) {
    out << "join " << join.position << ' ' << join.line_before << ' ' << join.line_after << '\n';
  }
  for (const report::Section& section : content.sections) {
    out << "section " << section.id << " path " << Quoted(section.path) << " parent "
        << section.parent << " level " << section.level << " ordinal " << section.ordinal
        << " kind " << Number(section.kind) << " marker " << Quoted(section.marker) << " heading "
        << Quoted(section.heading) << " run_in " << section.run_in << ' ' << section.heading_range
        << ' ' << section.range << " mode " << Number(section.mode) << " period "
        << Quoted(section.period) << '\n';
  }
  for (const report::Quote& quote : content.quotes) {
    out << "quote " << quote.id << ' ' << quote.range << " section " << quote.section
        << " paragraph " << quote.paragraph << " sentence " << quote.sentence << " block "
        << Number(quote.block) << " mode " << Number(quote.mode) << " figures " << quote.has_figures
        << '\n';
  }
  out << "completeness " << content.completeness.truncated << ' '
      << Quoted(content.completeness.jump_target) << ' ' << content.completeness.position << '\n';
  for (const report::LintFinding& finding : content.lint) {
    out << "lint " << Number(finding.kind) << ' ' << Number(finding.certainty) << " line "
        << finding.line << ' ' << finding.range << ' ' << Quoted(finding.message) << ' '
        << Quoted(finding.proposal) << '\n';
  }
  for (const report::Defect& defect : document.defects) {
    out << "defect " << defect.id << ' ' << Number(defect.kind) << ' ' << Number(defect.certainty)
        << ' ' << defect.range << ' ' << Quoted(defect.printed);
    for (const std::string& reading : defect.readings) {
      out << " | " << Quoted(reading);
    }
    out << " note " << Quoted(defect.note) << " origin " << Number(defect.origin) << '\n';
  }
  // Tags of quotes of other revisions are left out: a document in the archive does not have them.
  for (const report::Quote& quote : document.content.quotes) {
    for (const themes::Tag& tag : document.tags) {
      if (tag.quote_id == quote.id) {
        out << "tag " << Quoted(tag.quote_id) << ' ' << Quoted(tag.theme) << ' '
            << Number(tag.action) << ' ' << absl::ToUnixMicros(tag.time) << '\n';
      }
    }
  }
  for (const std::vector<themes::Assignment>& assignments : document.themes) {
    out << "themes";
    for (const themes::Assignment& assignment : assignments) {
      out << ' ' << assignment.theme << ' ' << assignment.score << ' ' << Number(assignment.origin);
      for (size_t i = 0; i < assignment.cues.size(); ++i) {
        out << ' ' << Quoted(assignment.cues[i]) << ' ' << assignment.shares[i];
      }
    }
    out << '\n';
  }
  return out.str();
}

}  // namespace quotes::testing
