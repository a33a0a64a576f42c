#include "service/archive/packed_document.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <numeric>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "service/archive/citation_line.h"
#include "service/archive/document_figures.h"
#include "service/archive/folded_name.h"
#include "service/base/check.h"
#include "service/text/fold.h"

namespace quotes::archive {
namespace {

PackedDate PackDate(const std::optional<absl::CivilDay>& date) {
  return date.has_value() ? PackedDate{*date - absl::CivilDay(), 1} : PackedDate();
}

// For each quote whether it is a heading or the quote that begins with one. A sentence that holds
// an item of a list (主要包括：一是…) is about its own matter.
std::vector<bool> FindLeads(const report::ParsedReport& content) {
  std::vector<bool> lead(content.quotes.size(), false);
  const auto begins_before = [](const report::Quote& quote, uint32_t position) {
    return quote.range.begin <= position;
  };
  for (const report::Section& section : content.sections) {
    if (section.heading_range.empty()) {
      continue;
    }
    // Quotes stand in text order: the last that begins at or before the heading.
    const auto next = std::lower_bound(content.quotes.begin(), content.quotes.end(),
                                       section.heading_range.begin, begins_before);
    if (next == content.quotes.begin() || section.heading_range.end > std::prev(next)->range.end) {
      continue;
    }
    const report::Quote& quote = *std::prev(next);
    const std::u32string_view before =
        std::u32string_view(content.joined)
            .substr(quote.range.begin, section.heading_range.begin - quote.range.begin);
    if (std::none_of(before.begin(), before.end(), text::IsHan)) {
      lead[static_cast<size_t>(std::prev(next) - content.quotes.begin())] = true;
    }
  }
  for (size_t i = 0; i < content.quotes.size(); ++i) {
    lead[i] = lead[i] || content.quotes[i].block == report::BlockKind::kHeading;
  }
  return lead;
}

}  // namespace

class Packer {
 public:
  Packer(const Document& document, size_t theme_count, std::string_view id)
      : document_(document), content_(document.content), theme_count_(theme_count), id_(id) {}

  std::vector<std::byte> Run() {
    out_.resize(sizeof(Layout));
    PackHead();
    layout_.joined = Append(std::span<const char32_t>(content_.joined));
    layout_.runs = Append(std::span<const report::Run>(content_.runs));
    layout_.paragraphs = Append(std::span<const report::Range>(content_.paragraphs));
    layout_.joins = Append(std::span<const report::Join>(content_.joins));
    PackPrintSpans();
    PackSections();
    PackQuotes();
    PackTags();
    PackLint();
    PackDefects();
    layout_.folded_speaker = Append(std::span<const char32_t>(FoldName(content_.metadata.speaker)));
    layout_.folded_body = Append(std::span<const char32_t>(FoldName(content_.metadata.body)));
    layout_.texts = Append(std::span<const char>(texts_));
    out_.resize((out_.size() + 7) / 8 * 8);
    layout_.size = out_.size();
    static_assert(FlatValue<Layout>);
    std::memcpy(out_.data(), &layout_, sizeof(layout_));
    return std::move(out_);
  }

 private:
  using Layout = PackedDocument::Layout;

  template <FlatValue T>
  ArrayRef Append(std::span<const T> values) {
    out_.resize((out_.size() + 7) / 8 * 8);
    const ArrayRef ref{out_.size(), values.size()};
    const auto* const bytes = reinterpret_cast<const std::byte*>(values.data());
    out_.insert(out_.end(), bytes, bytes + values.size_bytes());
    return ref;
  }

  TextRef AddText(std::string_view text) {
    QUOTES_CHECK(texts_.size() + text.size() <= std::numeric_limits<uint32_t>::max());
    const TextRef ref{static_cast<uint32_t>(texts_.size()), static_cast<uint32_t>(text.size())};
    texts_.append(text);
    return ref;
  }

  // For strings that come again.
  TextRef Intern(const std::string& text) {
    if (text.empty()) {
      return {};
    }
    const auto [entry, is_new] = interned_.try_emplace(text);
    if (is_new) {
      entry->second = AddText(text);
    }
    return entry->second;
  }

  void PackHead() {
    layout_.revision = document_.revision;
    layout_.revision_time = absl::ToUnixNanos(document_.revision_time);
    layout_.report_id = AddText(id_);
    layout_.parser_version = AddText(document_.parser_version);
    layout_.fold_version = AddText(document_.fold_version);
    const Source& source = document_.source;
    layout_.file_name = AddText(source.file_name);
    layout_.media_type = AddText(source.media_type);
    layout_.sha256 = AddText(source.sha256);
    layout_.encoding = source.encoding;
    layout_.source_size = source.size_bytes;
    const report::Metadata& metadata = content_.metadata;
    layout_.title = AddText(metadata.title);
    layout_.subtitle = AddText(metadata.subtitle);
    layout_.event = AddText(metadata.event);
    layout_.body = AddText(metadata.body);
    layout_.speaker = AddText(metadata.speaker);
    layout_.office = AddText(metadata.office);
    layout_.language = AddText(metadata.language);
    layout_.date = PackDate(metadata.date);
    layout_.paper = AddText(metadata.publication.paper);
    layout_.edition = AddText(metadata.publication.edition);
    layout_.pages = AddText(metadata.publication.pages);
    layout_.issue_date = PackDate(metadata.publication.issue_date);
    layout_.truncated = content_.completeness.truncated ? 1 : 0;
    layout_.jump_target = AddText(content_.completeness.jump_target);
    layout_.position = content_.completeness.position;
    layout_.speech_citation = AddText(CitationHead(document_, /*speech=*/true));
    layout_.furniture_citation = AddText(CitationHead(document_, /*speech=*/false));
  }

  void PackPrintSpans() {
    std::vector<PackedPrintSpan> packed;
    packed.reserve(content_.print_spans.size());
    for (const report::PrintSpan& span : content_.print_spans) {
      packed.push_back(
          {span.kind, span.line, span.page, 0, span.byte_begin, span.byte_end, span.joined});
    }
    layout_.print_spans = Append(std::span<const PackedPrintSpan>(packed));
  }

  void PackSections() {
    std::vector<PackedSection> packed;
    packed.reserve(content_.sections.size());
    for (const report::Section& section : content_.sections) {
      PackedSection& out = packed.emplace_back();
      out.id = AddText(section.id);
      out.path = AddText(section.path);
      out.marker = Intern(section.marker);
      out.heading = Intern(section.heading);
      out.period = Intern(section.period);
      out.parent = section.parent;
      out.level = section.level;
      out.ordinal = section.ordinal;
      out.kind = section.kind;
      out.mode = section.mode;
      out.run_in = section.run_in ? 1 : 0;
      out.heading_range = section.heading_range;
      out.range = section.range;
    }
    layout_.sections = Append(std::span<const PackedSection>(packed));
  }

  void PackQuotes() {
    QUOTES_CHECK(document_.themes.empty() || document_.themes.size() == content_.quotes.size());
    const std::vector<std::vector<figures::Figure>> figures = FindFigures(content_);
    layout_.has_themes = document_.themes.empty() ? 0 : 1;
    const std::vector<bool> leads = FindLeads(content_);
    std::vector<PackedQuote> packed;
    std::vector<PackedAssignment> assignments;
    std::vector<TextRef> cues;
    std::vector<int16_t> shares;
    packed.reserve(content_.quotes.size());
    for (size_t i = 0; i < content_.quotes.size(); ++i) {
      const report::Quote& quote = content_.quotes[i];
      PackedQuote& out = packed.emplace_back();
      out.range = quote.range;
      out.id = AddText(quote.id);
      out.section = quote.section;
      out.paragraph = quote.paragraph;
      out.sentence = quote.sentence;
      out.block = quote.block;
      out.mode = quote.mode;
      out.has_figures = quote.has_figures;
      out.lead = leads[i];
      out.citation = Intern(CitationTail(document_, quote));
      out.first_figure = static_cast<uint32_t>(figures_.size());
      for (const figures::Figure& figure : figures[i]) {
        PackFigure(figure);
      }
      out.figure_count = static_cast<uint32_t>(figures_.size()) - out.first_figure;
      out.first_theme = static_cast<uint32_t>(assignments.size());
      layout_.speech_count += report::IsSpeech(quote.block) ? 1u : 0u;
      if (document_.themes.empty()) {
        continue;
      }
      for (const themes::Assignment& assignment : document_.themes[i]) {
        QUOTES_CHECK(assignment.theme >= 0 && static_cast<size_t>(assignment.theme) < theme_count_);
        assignments.push_back({assignment.theme,
                               static_cast<uint32_t>(cues.size()),
                               static_cast<uint32_t>(assignment.cues.size()),
                               assignment.origin,
                               {},
                               std::bit_cast<uint64_t>(assignment.score)});
        for (const std::string& cue : assignment.cues) {
          cues.push_back(Intern(cue));
        }
        QUOTES_CHECK(assignment.shares.size() == assignment.cues.size());
        shares.insert(shares.end(), assignment.shares.begin(), assignment.shares.end());
      }
      out.theme_count = static_cast<uint32_t>(document_.themes[i].size());
    }
    layout_.quotes = Append(std::span<const PackedQuote>(packed));
    layout_.assignments = Append(std::span<const PackedAssignment>(assignments));
    layout_.cues = Append(std::span<const TextRef>(cues));
    layout_.cue_shares = Append(std::span<const int16_t>(shares));
    layout_.figures = Append(std::span<const PackedFigure>(figures_));
    layout_.units = Append(std::span<const PackedUnit>(units_));
    layout_.qualifiers = Append(std::span<const PackedQualifier>(qualifiers_));

    std::vector<uint32_t> by_id(content_.quotes.size());
    std::iota(by_id.begin(), by_id.end(), 0u);
    std::sort(by_id.begin(), by_id.end(), [this](uint32_t a, uint32_t b) {
      const int order = content_.quotes[a].id.compare(content_.quotes[b].id);
      return order != 0 ? order < 0 : a < b;
    });
    layout_.quotes_by_id = Append(std::span<const uint32_t>(by_id));
  }

  void PackTags() {
    std::vector<const themes::Tag*> tags;
    for (const themes::Tag& tag : document_.tags) {
      tags.push_back(&tag);
    }
    std::sort(tags.begin(), tags.end(), [](const themes::Tag* a, const themes::Tag* b) {
      return std::tie(a->quote_id, a->theme) < std::tie(b->quote_id, b->theme);
    });
    std::vector<PackedTag> packed;
    for (uint32_t i = 0; i < content_.quotes.size() && !tags.empty(); ++i) {
      const std::string& id = content_.quotes[i].id;
      auto tag = std::partition_point(tags.begin(), tags.end(),
                                      [&id](const themes::Tag* of) { return of->quote_id < id; });
      for (; tag != tags.end() && (*tag)->quote_id == id; ++tag) {
        packed.push_back(
            {i, (*tag)->action, {}, Intern((*tag)->theme), absl::ToUnixNanos((*tag)->time)});
      }
    }
    layout_.tags = Append(std::span<const PackedTag>(packed));
  }

  void PackFigure(const figures::Figure& figure) {
    PackedFigure& out = figures_.emplace_back();
    for (const std::optional<figures::Decimal>& value : {figure.low, figure.high}) {
      out.values = static_cast<uint8_t>(out.values + (value.has_value() ? 1 : 0));
    }
    const figures::Decimal low = figure.low.value_or(figures::Decimal());
    const figures::Decimal high = figure.high.value_or(figures::Decimal());
    out.low_mantissa = low.mantissa;
    out.low_exponent = low.exponent;
    out.high_mantissa = high.mantissa;
    out.high_exponent = high.exponent;
    out.range = figure.range;
    out.number = figure.number;
    out.scale = figure.scale;
    out.printed_unit = figure.unit;
    out.measure = figure.measure;
    out.measure_head = figure.measure_head;
    out.period = figure.period.range;
    out.first_year = figure.period.first_year;
    out.last_year = figure.period.last_year;
    out.precision = figure.precision;
    out.unit = UnitNumber(figures::UnitOf(figure, content_.joined));
    out.kind = figure.kind;
    out.mode = figure.mode;
    out.direction = figure.direction;
    out.first_qualifier = static_cast<uint32_t>(qualifiers_.size());
    for (const figures::Qualifier& qualifier : figure.qualifiers) {
      qualifiers_.push_back({qualifier.range, static_cast<uint32_t>(qualifier.kind)});
    }
    out.qualifier_count = static_cast<uint16_t>(figure.qualifiers.size());
  }

  uint32_t UnitNumber(const figures::Unit& unit) {
    const auto [entry, is_new] =
        unit_numbers_.try_emplace(unit.name, static_cast<uint32_t>(units_.size()));
    if (is_new) {
      units_.push_back(
          {Intern(unit.name), Intern(unit.base), unit.factor.mantissa, unit.factor.exponent, 0});
    }
    return entry->second;
  }

  void PackLint() {
    std::vector<PackedLintFinding> packed;
    packed.reserve(content_.lint.size());
    for (const report::LintFinding& finding : content_.lint) {
      packed.push_back({finding.kind, finding.certainty, finding.line, finding.range,
                        Intern(finding.message), Intern(finding.proposal)});
    }
    layout_.lint = Append(std::span<const PackedLintFinding>(packed));
  }

  void PackDefects() {
    std::vector<PackedDefect> packed;
    std::vector<TextRef> readings;
    packed.reserve(document_.defects.size());
    for (const report::Defect& defect : document_.defects) {
      packed.push_back({AddText(defect.id), defect.kind, defect.certainty, defect.range,
                        Intern(defect.printed), Intern(defect.note),
                        static_cast<uint32_t>(readings.size()),
                        static_cast<uint32_t>(defect.readings.size()), defect.origin});
      for (const std::string& reading : defect.readings) {
        readings.push_back(Intern(reading));
      }
    }
    layout_.defects = Append(std::span<const PackedDefect>(packed));
    layout_.readings = Append(std::span<const TextRef>(readings));
  }

  const Document& document_;
  const report::ParsedReport& content_;
  const size_t theme_count_;
  const std::string_view id_;
  Layout layout_;
  std::vector<std::byte> out_;
  std::string texts_;
  absl::flat_hash_map<std::string, TextRef> interned_;
  std::vector<PackedFigure> figures_;
  std::vector<PackedUnit> units_;
  std::vector<PackedQualifier> qualifiers_;
  absl::flat_hash_map<std::string, uint32_t> unit_numbers_;
};

PackedDocument::Source PackedDocument::source() const {
  const Layout& from = layout();
  return {Text(from.file_name), Text(from.media_type), from.encoding, from.source_size,
          Text(from.sha256)};
}

PackedDocument::Metadata PackedDocument::metadata() const {
  const Layout& from = layout();
  return {Text(from.title),
          Text(from.subtitle),
          Text(from.event),
          Text(from.body),
          Text(from.speaker),
          Text(from.office),
          Text(from.language),
          date(),
          {Text(from.paper), Text(from.edition), from.issue_date.get(), Text(from.pages)}};
}

PackedDocument::Completeness PackedDocument::completeness() const {
  const Layout& from = layout();
  return {from.truncated != 0, Text(from.jump_target), from.position};
}

std::optional<uint32_t> PackedDocument::Find(std::string_view quote_id) const {
  const std::span<const uint32_t> by_id = Array<uint32_t>(layout().quotes_by_id);
  const auto found = std::lower_bound(
      by_id.begin(), by_id.end(), quote_id,
      [this](uint32_t quote, std::string_view id) { return this->quote_id(quote) < id; });
  if (found == by_id.end() || this->quote_id(*found) != quote_id) {
    return std::nullopt;
  }
  return *found;
}

namespace {

std::shared_ptr<const PackedDocument> Own(std::vector<std::byte> bytes, DocumentHead head) {
  struct Owned {
    std::vector<std::byte> bytes;
    PackedDocument packed;
  };
  const std::byte* const block = bytes.data();
  const auto owned = std::make_shared<const Owned>(
      Owned{std::move(bytes), PackedDocument(block, std::move(head))});
  return {owned, &owned->packed};
}

}  // namespace

DocumentHead HeadOf(const Document& document) {
  return {document.state,       document.etag,         document.create_time,   document.update_time,
          document.delete_time, document.duplicate_of, document.available_from};
}

void Pack(const Document& document, size_t theme_count, ByteSink* sink) {
  const std::vector<std::byte> bytes = Packer(document, theme_count, document.report_id).Run();
  sink->Align();
  sink->Append(bytes.data(), bytes.size());
}

std::shared_ptr<const PackedDocument> Pack(const Document& document, size_t theme_count) {
  return PackAs(document.report_id, document, HeadOf(document), theme_count);
}

std::shared_ptr<const PackedDocument> PackAs(std::string_view id, const Document& document,
                                             DocumentHead head, size_t theme_count) {
  return Own(Packer(document, theme_count, id).Run(), std::move(head));
}

std::vector<report::LintFinding> UnpackLint(const PackedDocument& packed) {
  std::vector<report::LintFinding> lint;
  for (const PackedLintFinding& finding : packed.lint()) {
    lint.push_back({finding.kind, finding.certainty, finding.line, finding.range,
                    std::string(packed.Text(finding.message)),
                    std::string(packed.Text(finding.proposal))});
  }
  return lint;
}

report::Defect UnpackDefect(const PackedDocument& packed, const PackedDefect& defect) {
  report::Defect out;
  out.id = packed.Text(defect.id);
  out.kind = defect.kind;
  out.certainty = defect.certainty;
  out.range = defect.range;
  out.printed = packed.Text(defect.printed);
  out.note = packed.Text(defect.note);
  out.origin = defect.origin;
  for (const TextRef reading : packed.readings(defect)) {
    out.readings.emplace_back(packed.Text(reading));
  }
  return out;
}

Document Unpack(const PackedDocument& packed) {
  const auto text = [&packed](TextRef ref) { return std::string(packed.Text(ref)); };
  Document document;
  document.report_id = packed.report_id();
  document.state = packed.state();
  document.revision = packed.revision();
  document.parser_version = packed.parser_version();
  document.fold_version = packed.fold_version();
  const PackedDocument::Source source = packed.source();
  document.source = {std::string(source.file_name), std::string(source.media_type), source.encoding,
                     source.size_bytes, std::string(source.sha256)};
  document.etag = packed.etag();
  document.create_time = packed.create_time();
  document.update_time = packed.update_time();
  document.revision_time = packed.revision_time();
  document.delete_time = packed.delete_time();
  document.duplicate_of = packed.duplicate_of();
  document.available_from = packed.available_from();

  report::ParsedReport& content = document.content;
  const PackedDocument::Metadata metadata = packed.metadata();
  content.metadata.title = metadata.title;
  content.metadata.subtitle = metadata.subtitle;
  content.metadata.event = metadata.event;
  content.metadata.body = metadata.body;
  content.metadata.speaker = metadata.speaker;
  content.metadata.office = metadata.office;
  content.metadata.language = metadata.language;
  content.metadata.date = metadata.date;
  content.metadata.publication.paper = metadata.publication.paper;
  content.metadata.publication.edition = metadata.publication.edition;
  content.metadata.publication.issue_date = metadata.publication.issue_date;
  content.metadata.publication.pages = metadata.publication.pages;
  content.joined = packed.joined();
  content.runs.assign(packed.runs().begin(), packed.runs().end());
  content.paragraphs.assign(packed.paragraphs().begin(), packed.paragraphs().end());
  content.joins.assign(packed.joins().begin(), packed.joins().end());
  for (const PackedPrintSpan& span : packed.print_spans()) {
    content.print_spans.push_back(
        {span.kind, span.line, span.page, span.byte_begin, span.byte_end, span.joined});
  }
  for (const PackedSection& section : packed.sections()) {
    content.sections.push_back({text(section.id), text(section.path), section.parent, section.level,
                                section.ordinal, section.kind, text(section.marker),
                                text(section.heading), section.run_in != 0, section.heading_range,
                                section.range, section.mode, text(section.period)});
  }
  const bool has_themes = packed.has_themes();
  for (size_t i = 0; i < packed.size(); ++i) {
    const PackedQuote& quote = packed.quotes()[i];
    content.quotes.push_back({text(quote.id), quote.range, quote.section, quote.paragraph,
                              quote.sentence, quote.block, quote.mode, quote.has_figures});
    if (has_themes) {
      std::vector<themes::Assignment>& assignments = document.themes.emplace_back();
      for (const PackedAssignment& assignment : packed.themes(i)) {
        themes::Assignment& out = assignments.emplace_back();
        out.theme = assignment.theme;
        out.score = assignment.score();
        out.origin = assignment.origin;
        for (const TextRef cue : packed.cues(assignment)) {
          out.cues.push_back(text(cue));
        }
        const std::span<const int16_t> shares = packed.shares(assignment);
        out.shares.assign(shares.begin(), shares.end());
      }
    }
  }
  for (const PackedTag& tag : packed.tags()) {
    document.tags.push_back(
        {content.quotes[tag.quote].id, text(tag.theme), tag.action, absl::FromUnixNanos(tag.time)});
  }
  const PackedDocument::Completeness completeness = packed.completeness();
  content.completeness = {completeness.truncated, std::string(completeness.jump_target),
                          completeness.position};
  content.lint = UnpackLint(packed);
  for (const PackedDefect& defect : packed.defects()) {
    document.defects.push_back(UnpackDefect(packed, defect));
  }
  return document;
}

}  // namespace quotes::archive
