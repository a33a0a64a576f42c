#ifndef QUOTES_SERVICE_ARCHIVE_PACKED_DOCUMENT_H_
#define QUOTES_SERVICE_ARCHIVE_PACKED_DOCUMENT_H_

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "service/archive/document.h"
#include "service/archive/flat.h"
#include "service/figures/figure.h"
#include "service/report/report.h"
#include "service/themes/scheme.h"
#include "service/themes/tag.h"

namespace quotes::archive {

// A string of a packed document; PackedDocument::Text() reads it.
struct TextRef {
  uint32_t offset = 0;
  uint32_t size = 0;
};

// The members of the structs below are those of their namesakes in report.h and scheme.h.
struct PackedQuote {
  report::Range range;
  TextRef id;
  int section = -1;
  uint32_t paragraph = 0;
  uint32_t sentence = 0;
  report::BlockKind block = report::BlockKind::kBody;
  report::Mode mode = report::Mode::kUnspecified;
  bool has_figures = false;
  // A heading, or the quote that begins a section.
  bool lead = false;
  uint16_t unused = 0;
  TextRef citation;  // its line behind PackedDocument::citation_head()
  uint32_t first_theme = 0;
  uint32_t theme_count = 0;
  uint32_t first_figure = 0;
  uint32_t figure_count = 0;
};

// A unit of figures: see figures::Unit.
struct PackedUnit {
  TextRef name;
  TextRef base;
  int64_t mantissa = 1;  // of the factor
  int32_t exponent = 0;
  uint32_t unused = 0;
};

// See figures::Figure; ranges count in the joined text.
struct PackedFigure {
  int64_t low_mantissa = 0;
  int64_t high_mantissa = 0;
  int32_t low_exponent = 0;
  int32_t high_exponent = 0;
  figures::Range range;
  figures::Range number;
  figures::Range scale;
  figures::Range printed_unit;
  figures::Range measure;
  figures::Range measure_head;
  figures::Range period;
  uint32_t first_qualifier = 0;
  uint32_t unit = 0;  // into the units of the document
  uint16_t qualifier_count = 0;
  uint16_t precision = 0;
  int16_t first_year = 0;
  int16_t last_year = 0;
  figures::FigureKind kind = figures::FigureKind::kAmount;
  figures::FigureMode mode = figures::FigureMode::kUnspecified;
  uint8_t values = 0;  // how many of low and high there are
  figures::FigureDirection direction = figures::FigureDirection::kUnspecified;
  uint32_t unused_too = 0;

  figures::Decimal low() const { return {low_mantissa, low_exponent}; }
  figures::Decimal high() const { return {high_mantissa, high_exponent}; }
};

struct PackedQualifier {
  figures::Range range;
  uint32_t kind = 0;  // figures::QualifierKind
};

struct PackedSection {
  TextRef id;
  TextRef path;
  TextRef marker;
  TextRef heading;
  TextRef period;
  int parent = -1;
  int level = 1;
  int ordinal = 0;
  report::SectionKind kind = report::SectionKind::kMarkedHeading;
  report::Mode mode = report::Mode::kUnspecified;
  uint32_t run_in = 0;
  report::Range heading_range;
  report::Range range;
};

struct PackedPrintSpan {
  report::BlockKind kind = report::BlockKind::kBody;
  uint32_t line = 0;
  uint32_t page = 0;
  uint32_t unused = 0;
  uint64_t byte_begin = 0;
  uint64_t byte_end = 0;
  report::Range joined;
};

struct PackedAssignment {
  int theme = 0;
  uint32_t first_cue = 0;
  uint32_t cue_count = 0;
  themes::Origin origin = themes::Origin::kRule;
  uint8_t unused[3] = {};
  uint64_t score_bits = 0;

  double score() const { return std::bit_cast<double>(score_bits); }
};

struct PackedTag {
  uint32_t quote = 0;  // index
  themes::TagAction action = themes::TagAction::kPin;
  uint8_t unused[3] = {};
  TextRef theme;
  int64_t time = 0;  // nanoseconds since 1970
};

struct PackedLintFinding {
  report::LintKind kind = report::LintKind::kPageBreakJoin;
  report::Certainty certainty = report::Certainty::kPossible;
  uint32_t line = 0;
  report::Range range;
  TextRef message;
  TextRef proposal;
};

struct PackedDefect {
  TextRef id;
  report::DefectKind kind = report::DefectKind::kOther;
  report::Certainty certainty = report::Certainty::kPossible;
  report::Range range;
  TextRef printed;
  TextRef note;
  uint32_t first_reading = 0;
  uint32_t reading_count = 0;
  report::DefectOrigin origin = report::DefectOrigin::kImport;
};

// A date that may be absent.
struct PackedDate {
  int64_t day = 0;  // since 1970
  uint64_t known = 0;

  std::optional<absl::CivilDay> get() const {
    return known != 0 ? std::optional(absl::CivilDay() + day) : std::nullopt;
  }
};

// A document as the archive holds it: one block without pointers, made once, in memory or in a
// segment's file, with the few things that may change beside it. Reads like Document. Immutable;
// everything it returns lives as long as the block.
class PackedDocument {
 public:
  // `block` is a result of Pack or a copy of one, at a multiple of 8, and outlives the object.
  PackedDocument(const std::byte* block, DocumentHead head)
      : block_(block), head_(std::move(head)), report_id_(Text(layout().report_id)) {}
  // Under another id than the block's, which outlives the object.
  PackedDocument(const std::byte* block, DocumentHead head, std::string_view report_id)
      : block_(block), head_(std::move(head)), report_id_(report_id) {}

  // The block, with the id that it was packed with.
  std::span<const std::byte> bytes() const { return {block_, static_cast<size_t>(layout().size)}; }
  const DocumentHead& head() const { return head_; }

  std::string_view report_id() const { return report_id_; }
  ReportState state() const { return head_.state; }
  uint64_t revision() const { return layout().revision; }
  std::string_view parser_version() const { return Text(layout().parser_version); }
  std::string_view fold_version() const { return Text(layout().fold_version); }
  const std::string& etag() const { return head_.etag; }
  absl::Time create_time() const { return head_.create_time; }
  absl::Time update_time() const { return head_.update_time; }
  const std::optional<absl::Time>& delete_time() const { return head_.delete_time; }
  const std::string& duplicate_of() const { return head_.duplicate_of; }
  const std::optional<absl::Time>& available_from() const { return head_.available_from; }
  absl::Time revision_time() const { return absl::FromUnixNanos(layout().revision_time); }

  struct Source {
    std::string_view file_name;
    std::string_view media_type;
    text::Encoding encoding;
    uint64_t size_bytes;
    std::string_view sha256;
  };
  Source source() const;

  struct Publication {
    std::string_view paper;
    std::string_view edition;
    std::optional<absl::CivilDay> issue_date;
    std::string_view pages;
  };
  struct Metadata {
    std::string_view title;
    std::string_view subtitle;
    std::string_view event;
    std::string_view body;
    std::string_view speaker;
    std::string_view office;
    std::string_view language;
    std::optional<absl::CivilDay> date;
    Publication publication;
  };
  Metadata metadata() const;
  std::optional<absl::CivilDay> date() const { return layout().date.get(); }  // of the metadata
  const PackedDate& packed_date() const { return layout().date; }

  struct Completeness {
    bool truncated;
    std::string_view jump_target;
    uint32_t position;
  };
  Completeness completeness() const;

  std::u32string_view joined() const { return Units(layout().joined); }
  std::u32string_view joined(report::Range range) const {
    return joined().substr(range.begin, range.size());
  }
  std::span<const report::Run> runs() const { return Array<report::Run>(layout().runs); }
  std::span<const report::Range> paragraphs() const {
    return Array<report::Range>(layout().paragraphs);
  }
  std::span<const PackedPrintSpan> print_spans() const {
    return Array<PackedPrintSpan>(layout().print_spans);
  }
  std::span<const report::Join> joins() const { return Array<report::Join>(layout().joins); }
  std::span<const PackedSection> sections() const {
    return Array<PackedSection>(layout().sections);
  }
  std::span<const PackedQuote> quotes() const { return Array<PackedQuote>(layout().quotes); }
  std::span<const PackedLintFinding> lint() const {
    return Array<PackedLintFinding>(layout().lint);
  }
  std::span<const PackedDefect> defects() const { return Array<PackedDefect>(layout().defects); }
  std::span<const TextRef> readings(const PackedDefect& defect) const {
    return Array<TextRef>(layout().readings).subspan(defect.first_reading, defect.reading_count);
  }
  std::span<const PackedAssignment> themes(size_t quote) const {
    const PackedQuote& of = quotes()[quote];
    return Array<PackedAssignment>(layout().assignments).subspan(of.first_theme, of.theme_count);
  }
  std::span<const TextRef> cues(const PackedAssignment& assignment) const {
    return Array<TextRef>(layout().cues).subspan(assignment.first_cue, assignment.cue_count);
  }
  // Of each of its cues. See themes::Assignment.
  std::span<const int16_t> shares(const PackedAssignment& assignment) const {
    return Array<int16_t>(layout().cue_shares).subspan(assignment.first_cue, assignment.cue_count);
  }
  std::span<const PackedFigure> figures() const { return Array<PackedFigure>(layout().figures); }
  std::span<const PackedFigure> figures(size_t quote) const {
    const PackedQuote& of = quotes()[quote];
    return figures().subspan(of.first_figure, of.figure_count);
  }
  std::span<const PackedUnit> units() const { return Array<PackedUnit>(layout().units); }
  std::span<const PackedQualifier> qualifiers(const PackedFigure& figure) const {
    return Array<PackedQualifier>(layout().qualifiers)
        .subspan(figure.first_qualifier, figure.qualifier_count);
  }

  // What editors said of a quote, by theme.
  std::span<const PackedTag> tags(size_t quote) const {
    const std::span<const PackedTag> all = tags();
    const auto begin = std::partition_point(
        all.begin(), all.end(), [quote](const PackedTag& tag) { return tag.quote < quote; });
    const auto end = std::partition_point(
        begin, all.end(), [quote](const PackedTag& tag) { return tag.quote == quote; });
    return {begin, end};
  }
  // Of all quotes, in text order.
  std::span<const PackedTag> tags() const { return Array<PackedTag>(layout().tags); }

  std::string_view Text(TextRef ref) const {
    return TextAt(block_, layout().texts).substr(ref.offset, ref.size);
  }

  uint32_t size() const { return static_cast<uint32_t>(quotes().size()); }  // quotes
  std::string_view quote_id(size_t quote) const { return Text(quotes()[quote].id); }
  std::u32string_view text(size_t quote) const { return joined(quotes()[quote].range); }
  bool lead(size_t quote) const { return quotes()[quote].lead; }
  // The quote with an id. O(log n).
  std::optional<uint32_t> Find(std::string_view quote_id) const;

  // False: the document came without.
  bool has_themes() const { return layout().has_themes != 0; }
  uint32_t speech_count() const { return layout().speech_count; }  // quotes
  // Folded, without breaks at either end.
  std::u32string_view folded_speaker() const { return Units(layout().folded_speaker); }
  std::u32string_view folded_body() const { return Units(layout().folded_body); }

  // A quote's citation line in two parts: what all of a kind begin with, and the rest.
  std::string_view citation_head(const PackedQuote& quote) const {
    return Text(report::IsSpeech(quote.block) ? layout().speech_citation
                                              : layout().furniture_citation);
  }
  std::string_view citation_tail(const PackedQuote& quote) const { return Text(quote.citation); }

 private:
  friend class Packer;

  // The beginning of a block.
  struct Layout {
    uint64_t size = 0;  // of the block, in bytes
    uint64_t revision = 0;
    int64_t revision_time = 0;  // nanoseconds since 1970
    uint64_t source_size = 0;
    PackedDate date;
    PackedDate issue_date;
    ArrayRef joined;
    ArrayRef runs;
    ArrayRef paragraphs;
    ArrayRef print_spans;
    ArrayRef joins;
    ArrayRef sections;
    ArrayRef quotes;
    ArrayRef quotes_by_id;
    ArrayRef assignments;
    ArrayRef cues;
    ArrayRef cue_shares;
    ArrayRef tags;
    ArrayRef figures;
    ArrayRef units;
    ArrayRef qualifiers;
    ArrayRef lint;
    ArrayRef defects;
    ArrayRef readings;
    ArrayRef folded_speaker;
    ArrayRef folded_body;
    ArrayRef texts;
    TextRef report_id;
    TextRef parser_version;
    TextRef fold_version;
    TextRef file_name;
    TextRef media_type;
    TextRef sha256;
    TextRef title;
    TextRef subtitle;
    TextRef event;
    TextRef body;
    TextRef speaker;
    TextRef office;
    TextRef language;
    TextRef paper;
    TextRef edition;
    TextRef pages;
    TextRef jump_target;
    TextRef speech_citation;
    TextRef furniture_citation;
    text::Encoding encoding = text::Encoding::kUtf8;
    uint32_t truncated = 0;
    uint32_t position = 0;
    uint32_t speech_count = 0;
    uint32_t has_themes = 0;
    uint32_t unused = 0;
  };

  const Layout& layout() const { return *reinterpret_cast<const Layout*>(block_); }
  template <FlatValue T>
  std::span<const T> Array(ArrayRef ref) const {
    return ArrayAt<T>(block_, ref);
  }
  std::u32string_view Units(ArrayRef ref) const {
    const std::span<const char32_t> units = Array<char32_t>(ref);
    return {units.data(), units.size()};
  }

  const std::byte* block_;
  DocumentHead head_;
  std::string_view report_id_;
};

DocumentHead HeadOf(const Document& document);

// Writes the block of a document, which begins at the sink's next multiple of 8. The same content
// gives the same bytes; the head is not part of them. REQUIRES: themes are empty or parallel to the
// quotes, their indices below `theme_count`.
void Pack(const Document& document, size_t theme_count, ByteSink* sink);

// A packed document by itself.
std::shared_ptr<const PackedDocument> Pack(const Document& document, size_t theme_count);
// The same under another id and with another head. Only report_id() tells: what is made of the
// report's id, a citation line, is made of its own.
std::shared_ptr<const PackedDocument> PackAs(std::string_view id, const Document& document,
                                             DocumentHead head, size_t theme_count);

std::vector<report::LintFinding> UnpackLint(const PackedDocument& packed);

report::Defect UnpackDefect(const PackedDocument& packed, const PackedDefect& defect);

// The document that was packed, without tags of quotes that it does not have.
Document Unpack(const PackedDocument& packed);

}  // namespace quotes::archive

#endif  // QUOTES_SERVICE_ARCHIVE_PACKED_DOCUMENT_H_
