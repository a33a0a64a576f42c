#include "service/rpc/convert.h"

#include <algorithm>
#include <optional>
#include <span>
#include <utility>

#include "absl/strings/str_cat.h"
#include "service/archive/citation_line.h"
#include "service/archive/distinctiveness.h"
#include "service/base/check.h"
#include "service/base/hash.h"
#include "service/report/register.h"
#include "service/rpc/names.h"
#include "service/text/utf8.h"

namespace quotes::rpc {
namespace {

constexpr size_t kStride = 256;
constexpr uint32_t kSelectorContext = 32;

std::string Utf8(const archive::PackedDocument& document, report::Range range) {
  return text::ToUtf8(document.joined(range));
}

std::string Str(std::string_view text) { return std::string(text); }

int64_t UnitsOf(char32_t c, text::OffsetUnit unit) {
  switch (unit) {
    case text::OffsetUnit::kUtf16:
      return c > 0xFFFF ? 2 : 1;
    case text::OffsetUnit::kUtf8Bytes:
      return c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    case text::OffsetUnit::kCodePoints:
      break;
  }
  return 1;
}

const report::Run& RunOf(const archive::PackedDocument& document, report::Range range) {
  const std::span<const report::Run> runs = document.runs();
  const auto behind = std::upper_bound(
      runs.begin(), runs.end(), range.begin,
      [](uint32_t position, const report::Run& run) { return position < run.range.begin; });
  QUOTES_CHECK(behind != runs.begin());
  return *std::prev(behind);
}

// The index of a neighbour among quotes of the same kind.
std::optional<uint32_t> Neighbour(const archive::PackedDocument& document, uint32_t index,
                                  int step) {
  const std::span<const archive::PackedQuote> quotes = document.quotes();
  const int64_t next = int64_t{index} + step;
  if (next < 0 || next >= static_cast<int64_t>(quotes.size())) {
    return std::nullopt;
  }
  const auto at = static_cast<uint32_t>(next);
  if (report::IsSpeech(quotes[at].block) != report::IsSpeech(quotes[index].block)) {
    return std::nullopt;
  }
  return at;
}

}  // namespace

void AddFolds(text::FoldSet folds, google::protobuf::RepeatedField<int>* out) {
  // The contract numbers the folds in the order of their bits.
  for (int bit = 0; v1::Fold_IsValid(bit + 1); ++bit) {
    if ((folds & (text::FoldSet{1} << bit)) != 0) {
      out->Add(bit + 1);
    }
  }
}

void SetDate(const absl::CivilDay& day, google::type::Date* out) {
  out->set_year(static_cast<int32_t>(day.year()));
  out->set_month(day.month());
  out->set_day(day.day());
}

void SetTime(absl::Time time, google::protobuf::Timestamp* out) {
  const int64_t seconds = absl::ToUnixSeconds(time);
  out->set_seconds(seconds);
  out->set_nanos(
      static_cast<int32_t>(absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(seconds))));
}

int64_t Offsets::At(size_t index) {
  QUOTES_CHECK(index <= text_.size());
  if (unit_ == text::OffsetUnit::kCodePoints) {
    return static_cast<int64_t>(index);
  }
  const auto measure = [&](size_t begin, size_t end) {
    int64_t units = 0;
    for (size_t i = begin; i < end; ++i) {
      units += UnitsOf(text_[i], unit_);
    }
    return units;
  };
  while (marks_.size() * kStride <= index) {
    const size_t begin = (marks_.size() - 1) * kStride;
    marks_.push_back(marks_.back() + measure(begin, begin + kStride));
  }
  return marks_[index / kStride] + measure(index / kStride * kStride, index);
}

void Offsets::Set(report::Range range, v1::TextRange* out) {
  out->set_begin(At(range.begin));
  out->set_end(At(range.end));
}

Offsets& Converter::OffsetsOf(const archive::PackedDocument& document) {
  std::unique_ptr<Offsets>& offsets = offsets_[&document];
  if (offsets == nullptr) {
    offsets = std::make_unique<Offsets>(document.joined(), unit_);
  }
  return *offsets;
}

PrintMap& Converter::PrintMapOf(const archive::PackedDocument& document) {
  std::unique_ptr<PrintMap>& map = print_maps_[&document];
  if (map == nullptr) {
    map = std::make_unique<PrintMap>(document);
  }
  return *map;
}

void Converter::SetRange(const archive::PackedDocument& document, report::Range range,
                         v1::TextRange* out) {
  OffsetsOf(document).Set(range, out);
}

int64_t Converter::OffsetAt(const archive::PackedDocument& document, size_t index) {
  return OffsetsOf(document).At(index);
}

void Converter::SetQuote(const archive::QuoteRef& ref, v1::QuoteView view, bool superseded,
                         v1::Quote* out) {
  const archive::PackedDocument& document = *ref.document;
  const archive::PackedQuote& quote = ref.quote();
  const std::string_view report_id = document.report_id();
  out->set_name(QuoteName(report_id, document.Text(quote.id)));
  out->set_text(Utf8(document, quote.range));
  const std::string_view head = document.citation_head(quote);
  const std::string_view tail = document.citation_tail(quote);
  std::string* const citation = out->mutable_citation();
  citation->reserve(head.size() + tail.size());
  citation->append(head).append(tail);
  if (view != v1::QUOTE_VIEW_FULL) {
    return;
  }
  const std::span<const archive::PackedSection> sections = document.sections();
  out->set_revision(RevisionNameOf(report_id, document.revision()));
  out->set_superseded(superseded);
  out->set_withdrawn(document.state() == archive::ReportState::kWithdrawn);
  SetRange(document, quote.range, out->mutable_range());
  if (quote.section >= 0) {
    out->set_section(
        SectionName(report_id, document.Text(sections[static_cast<size_t>(quote.section)].id)));
  }
  for (const size_t above : archive::SectionsAbove(sections, quote)) {
    out->add_breadcrumb(
        Str(document.Text(sections[above].marker)).append(document.Text(sections[above].heading)));
  }
  out->set_paragraph(static_cast<int32_t>(quote.paragraph));
  out->set_sentence(static_cast<int32_t>(quote.sentence));
  out->set_kind(report::IsSpeech(quote.block) ? v1::TEXT_KIND_SPEECH : v1::TEXT_KIND_FURNITURE);
  out->set_block(static_cast<v1::BlockKind>(quote.block));
  out->set_mode(static_cast<v1::Mode>(quote.mode));
  out->set_has_figures(quote.has_figures);
  for (const archive::PackedAssignment& assignment : document.themes(ref.index)) {
    v1::QuoteTheme* theme = out->add_themes();
    theme->set_theme(ThemeName(scheme_.themes()[static_cast<size_t>(assignment.theme)].code));
    theme->set_score(assignment.score());
    const std::span<const archive::TextRef> cues = document.cues(assignment);
    const std::span<const int16_t> shares = document.shares(assignment);
    for (size_t i = 0; i < cues.size(); ++i) {
      v1::CueShare* share = theme->add_cue_shares();
      share->set_cue(Str(document.Text(cues[i])));
      share->set_share(shares[i] / 1000.0);
      if (shares[i] > 0) {
        theme->add_cues(share->cue());
      }
    }
    theme->set_origin(static_cast<v1::QuoteTheme::Origin>(assignment.origin));
  }
  for (const archive::PackedTag& packed : document.tags(ref.index)) {
    v1::QuoteTag* tag = out->add_tags();
    tag->set_theme(ThemeName(document.Text(packed.theme)));
    tag->set_action(static_cast<v1::QuoteTag::Action>(packed.action));
    SetTime(absl::FromUnixNanos(packed.time), tag->mutable_create_time());
  }
  for (const archive::PackedFigure& figure : document.figures(ref.index)) {
    SetFigure(ref, figure, out->add_figures());
  }
  for (const archive::PackedDefect& defect : document.defects()) {
    if (defect.range.begin < quote.range.end && defect.range.end > quote.range.begin) {
      out->add_defects(DefectName(report_id, document.Text(defect.id)));
    }
  }
  const report::Range run = RunOf(document, quote.range).range;
  v1::QuoteSelector* selector = out->mutable_selector();
  selector->set_prefix(
      Utf8(document, {quote.range.begin - std::min(kSelectorContext, quote.range.begin - run.begin),
                      quote.range.begin}));
  selector->set_exact(out->text());
  selector->set_suffix(Utf8(
      document, {quote.range.end,
                 quote.range.end + std::min(kSelectorContext, std::max(run.end, quote.range.end) -
                                                                  quote.range.end)}));
  *selector->mutable_position() = out->range();
  for (v1::PrintPlace& place : PrintMapOf(document).Places(quote.range)) {
    *out->add_print_places() = std::move(place);
  }
  out->set_previous_quote(NeighbourName(ref, -1));
  out->set_next_quote(NeighbourName(ref, 1));
  if (archive_ != nullptr) {
    out->set_report_count(static_cast<int64_t>(archive::CountReportsOf(*archive_, ref.text())));
  }
}

void Converter::SetHit(const archive::Hit& hit, v1::QuoteView view, size_t context,
                       v1::QuoteHit* out) {
  const archive::PackedDocument& document = *hit.ref.document;
  SetQuote(hit.ref, view, /*superseded=*/false, out->mutable_quote());
  Offsets& offsets = OffsetsOf(document);
  const int64_t origin = offsets.At(hit.ref.quote().range.begin);
  for (const archive::Highlight& highlight : hit.highlights) {
    v1::Highlight* added = out->add_highlights();
    offsets.Set(highlight.range, added->mutable_range());
    added->mutable_quote_range()->set_begin(added->range().begin() - origin);
    added->mutable_quote_range()->set_end(added->range().end() - origin);
    added->set_term(static_cast<int32_t>(highlight.term));
  }
  out->set_highlight_count(static_cast<int64_t>(hit.highlight_count));
  AddFolds(hit.folds, out->mutable_folds());
  std::vector<uint32_t> before;
  std::optional<uint32_t> at = Neighbour(document, hit.ref.index, -1);
  for (; before.size() < context && at.has_value(); at = Neighbour(document, *at, -1)) {
    before.push_back(*at);
  }
  std::reverse(before.begin(), before.end());
  for (const uint32_t index : before) {
    SetQuote({&document, index}, v1::QUOTE_VIEW_BASIC, false, out->add_context_before());
  }
  at = Neighbour(document, hit.ref.index, 1);
  for (size_t i = 0; i < context && at.has_value(); ++i, at = Neighbour(document, *at, 1)) {
    SetQuote({&document, *at}, v1::QUOTE_VIEW_BASIC, false, out->add_context_after());
  }
}

void Converter::SetFigureHit(const archive::Hit& hit, v1::QuoteView view, v1::FigureHit* out) {
  SetQuote(hit.ref, view, /*superseded=*/false, out->mutable_quote());
  const size_t shown = std::min(hit.figures.size(), limits::kMaxHitFigures);
  for (size_t i = 0; i < shown; ++i) {
    SetFigure(hit.ref, hit.ref.document->figures()[hit.figures[i]], out->add_figures());
  }
  out->set_figure_count(static_cast<int64_t>(hit.figures.size()));
}

void Converter::SetFigure(const archive::QuoteRef& ref, const archive::PackedFigure& figure,
                          v1::Figure* out) {
  const archive::PackedDocument& document = *ref.document;
  const auto text = [&document](figures::Range range) {
    return Utf8(document, {range.begin, range.end});
  };
  out->set_printed(text(figure.range));
  Offsets& offsets = OffsetsOf(document);
  offsets.Set({figure.range.begin, figure.range.end}, out->mutable_range());
  const int64_t origin = offsets.At(ref.quote().range.begin);
  out->mutable_quote_range()->set_begin(out->range().begin() - origin);
  out->mutable_quote_range()->set_end(out->range().end() - origin);
  out->set_kind(static_cast<v1::FigureKind>(figure.kind));
  if (figure.values > 0) {
    out->set_value(figures::ToString(figure.low()));
  }
  if (figure.values > 1) {
    out->set_value_to(figures::ToString(figure.high()));
  }
  const archive::PackedUnit& unit = document.units()[figure.unit];
  out->set_unit(Str(document.Text(unit.name)));
  out->set_printed_unit(text(figure.printed_unit));
  out->set_scale(text(figure.scale));
  out->set_decimal_places(figure.precision);
  out->set_base_unit(Str(document.Text(unit.base)));
  if (const auto values = archive::BaseValues(document, figure); values.has_value()) {
    out->set_base_value(figures::ToString(values->first));
  }
  for (const archive::PackedQualifier& qualifier : document.qualifiers(figure)) {
    v1::FigureQualifier* const added = out->add_qualifiers();
    added->set_text(text(qualifier.range));
    // The contract counts from 1: 0 is UNSPECIFIED.
    added->set_kind(static_cast<v1::FigureQualifier::Kind>(qualifier.kind + 1));
  }
  out->set_measure(text::ToUtf8(archive::PrintedMeasure(document, figure)));
  out->set_period(text(figure.period));
  out->set_first_year(figure.first_year);
  out->set_last_year(figure.last_year);
  out->set_mode(static_cast<v1::FigureMode>(figure.mode));
  out->set_direction(static_cast<v1::FigureDirection>(figure.direction));
}

void Converter::SetSection(const archive::PackedDocument& document, size_t index,
                           v1::Section* out) {
  const std::span<const archive::PackedSection> sections = document.sections();
  const archive::PackedSection& section = sections[index];
  const auto text = [&document](archive::TextRef ref) { return Str(document.Text(ref)); };
  out->set_name(SectionName(document.report_id(), document.Text(section.id)));
  out->set_path(text(section.path));
  if (section.parent >= 0) {
    out->set_parent(SectionName(document.report_id(),
                                document.Text(sections[static_cast<size_t>(section.parent)].id)));
  }
  out->set_level(section.level);
  out->set_ordinal(section.ordinal);
  out->set_kind(static_cast<v1::Section::Kind>(section.kind));
  out->set_marker(text(section.marker));
  out->set_heading(text(section.heading));
  out->set_run_in(section.run_in != 0);
  SetRange(document, section.heading_range, out->mutable_heading_range());
  SetRange(document, section.range, out->mutable_range());
  out->set_mode(static_cast<v1::Mode>(section.mode));
  out->set_period(text(section.period));
}

void Converter::SetDefect(const archive::PackedDocument& document, const report::Defect& defect,
                          v1::Defect* out) {
  out->set_name(DefectName(document.report_id(), defect.id));
  out->set_revision(RevisionNameOf(document.report_id(), document.revision()));
  SetRange(document, defect.range, out->mutable_range());
  out->set_printed(defect.printed);
  out->set_printed_sha256(Sha256Hex(defect.printed));
  for (const std::string& reading : defect.readings) {
    out->add_readings(reading);
  }
  out->set_kind(static_cast<v1::Defect::Kind>(defect.kind));
  out->set_certainty(static_cast<v1::Certainty>(defect.certainty));
  out->set_note(defect.note);
  out->set_origin(static_cast<v1::Defect::Origin>(defect.origin));
  out->set_etag(report::DefectEtag(defect));
}

void SetSource(const archive::PackedDocument::Source& source, v1::SourceInfo* out) {
  out->set_file_name(Str(source.file_name));
  out->set_media_type(Str(source.media_type));
  out->set_encoding(Str(text::EncodingName(source.encoding)));
  out->set_size_bytes(static_cast<int64_t>(source.size_bytes));
  out->set_sha256(Str(source.sha256));
}

void SetSource(const archive::Source& source, v1::SourceInfo* out) {
  SetSource(archive::PackedDocument::Source{source.file_name, source.media_type, source.encoding,
                                            source.size_bytes, source.sha256},
            out);
}

void SetReport(const archive::PackedDocument& document, v1::Report* out) {
  const archive::PackedDocument::Metadata metadata = document.metadata();
  out->set_name(ReportName(document.report_id()));
  v1::ReportMetadata* meta = out->mutable_metadata();
  meta->set_title(Str(metadata.title));
  meta->set_subtitle(Str(metadata.subtitle));
  meta->set_event(Str(metadata.event));
  meta->set_body(Str(metadata.body));
  meta->set_speaker(Str(metadata.speaker));
  meta->set_office(Str(metadata.office));
  meta->set_language(Str(metadata.language));
  if (metadata.date.has_value()) {
    SetDate(*metadata.date, meta->mutable_speech_date());
  }
  v1::Publication* publication = meta->mutable_publication();
  publication->set_paper(Str(metadata.publication.paper));
  publication->set_edition(Str(metadata.publication.edition));
  publication->set_pages(Str(metadata.publication.pages));
  if (metadata.publication.issue_date.has_value()) {
    SetDate(*metadata.publication.issue_date, publication->mutable_issue_date());
  }
  SetSource(document.source(), out->mutable_source());
  v1::Completeness* completeness = out->mutable_completeness();
  const archive::PackedDocument::Completeness& complete = document.completeness();
  completeness->set_state(complete.truncated ? v1::Completeness::STATE_TRUNCATED
                                             : v1::Completeness::STATE_COMPLETE);
  if (complete.truncated) {
    completeness->set_jump_target(Str(complete.jump_target));
    completeness->set_position(complete.position);
  }
  // The domain's numbers are the contract's.
  out->set_state(static_cast<v1::Report::State>(document.state()));
  // A report that is only validated has no revision yet.
  if (document.revision() > 0) {
    out->set_latest_revision(RevisionNameOf(document.report_id(), document.revision()));
    SetTime(document.create_time(), out->mutable_create_time());
    SetTime(document.update_time(), out->mutable_update_time());
    if (document.delete_time().has_value()) {
      SetTime(*document.delete_time(), out->mutable_delete_time());
    }
  }
  if (document.available_from().has_value()) {
    SetTime(*document.available_from(), out->mutable_available_from());
  }
  out->set_section_count(static_cast<int32_t>(document.sections().size()));
  out->set_quote_count(static_cast<int32_t>(document.speech_count()));
  out->set_furniture_quote_count(static_cast<int32_t>(document.size() - document.speech_count()));
  out->set_defect_count(static_cast<int32_t>(document.defects().size()));
  out->set_etag(document.etag());
  if (!document.duplicate_of().empty()) {
    out->set_duplicate_of(ReportName(document.duplicate_of()));
  }
}

void SetRevisionInfo(std::string_view report_id, const store::RevisionInfo& info,
                     v1::Revision* out) {
  out->set_name(RevisionNameOf(report_id, info.number));
  SetSource(info.source, out->mutable_source());
  out->set_parser_version(info.parser_version);
  out->set_fold_version(info.fold_version);
  SetTime(info.create_time, out->mutable_create_time());
  out->set_text_length(info.code_points);
}

namespace {

// Databases may hold findings whose proposals an earlier parser made of broken characters, and an
// answer with one of those is not sent at all.
std::string WellFormed(std::string_view utf8) { return text::ToUtf8(text::ToCodePoints(utf8)); }

}  // namespace

void SetLint(const report::LintFinding& finding, const std::optional<report::DefectEntry>& entry,
             v1::LintFinding* out) {
  out->set_kind(static_cast<v1::LintFinding::Kind>(finding.kind));
  out->set_certainty(static_cast<v1::Certainty>(finding.certainty));
  out->set_line(static_cast<int32_t>(finding.line));
  if (!finding.range.empty()) {
    out->mutable_range()->set_begin(finding.range.begin);
    out->mutable_range()->set_end(finding.range.end);
  }
  out->set_message(WellFormed(finding.message));
  out->set_proposal(WellFormed(finding.proposal));
  if (entry.has_value()) {
    v1::DefectEntry* defect = out->mutable_defect();
    defect->set_line(static_cast<int32_t>(entry->line));
    defect->set_printed(entry->printed);
    for (const std::string& reading : entry->readings) {
      defect->add_readings(WellFormed(reading));
    }
    defect->set_kind(static_cast<v1::Defect::Kind>(entry->kind));
    defect->set_certainty(static_cast<v1::Certainty>(entry->certainty));
    defect->set_note(entry->note);
  }
}

void SetRevised(const RevisedSentence& sentence, v1::LintFinding* out) {
  out->set_kind(v1::LintFinding::KIND_REVISED_SENTENCE);
  out->set_certainty(sentence.grave ? v1::CERTAINTY_CERTAIN : v1::CERTAINTY_POSSIBLE);
  out->set_line(static_cast<int32_t>(sentence.line));
  if (!sentence.range.empty()) {
    out->mutable_range()->set_begin(sentence.range.begin);
    out->mutable_range()->set_end(sentence.range.end);
  }
  out->set_message(sentence.message);
}

void SetTagsLeftBehind(size_t tags, v1::LintFinding* out) {
  out->set_kind(v1::LintFinding::KIND_TAGS_LEFT_BEHIND);
  out->set_certainty(v1::CERTAINTY_CERTAIN);
  out->set_message(absl::StrCat(tags, tags == 1 ? " tag" : " tags",
                                " of editors stood on sentences that are gone: this text has none "
                                "that took their place"));
}

void SetTheme(const themes::Theme& theme, uint64_t quote_count, v1::Theme* out) {
  out->set_name(ThemeName(theme.code));
  if (!theme.parent.empty()) {
    out->set_parent(ThemeName(theme.parent));
  }
  out->set_title_zh(theme.name_zh);
  out->set_title_en(theme.name_en);
  out->set_scope(theme.scope);
  std::vector<const themes::Cue*> cues;
  for (const themes::Cue& cue : theme.cues) {
    if (cue.weight > 0) {
      cues.push_back(&cue);
    }
  }
  std::stable_sort(cues.begin(), cues.end(), [](const themes::Cue* a, const themes::Cue* b) {
    return a->weight > b->weight;
  });
  for (const themes::Cue* cue : cues) {
    out->add_cues(cue->term);
  }
  out->set_quote_count(static_cast<int64_t>(quote_count));
}

void SetCoverage(const archive::Coverage& coverage, v1::Coverage* out) {
  out->set_report_count(static_cast<int64_t>(coverage.reports));
  out->set_quote_count(static_cast<int64_t>(coverage.quotes));
  out->set_incomplete_report_count(static_cast<int64_t>(coverage.incomplete_reports));
  for (const archive::PackedDocument* document : coverage.incomplete) {
    v1::Coverage::IncompleteReport* report = out->add_incomplete_reports();
    report->set_report(ReportName(document->report_id()));
    const std::string target = Str(document->completeness().jump_target);
    report->set_reason(target.empty()
                           ? "the text breaks off"
                           : absl::StrCat("the text breaks off; the rest is on ", target));
    report->set_jump_target(target);
  }
}

void SetFacets(const archive::Facets& facets, const archive::Archive& archive, v1::Facets* out) {
  const auto add = [](google::protobuf::RepeatedPtrField<v1::Facets::Bucket>* list,
                      std::string value, std::string title, uint64_t count) {
    v1::Facets::Bucket* bucket = list->Add();
    bucket->set_value(std::move(value));
    bucket->set_title(std::move(title));
    bucket->set_count(static_cast<int64_t>(count));
  };
  for (const archive::FacetBucket& bucket : facets.reports) {
    const archive::PackedDocument* document = archive.FindReport(bucket.value);
    add(out->mutable_reports(), ReportName(bucket.value),
        document == nullptr ? std::string() : Str(document->metadata().title), bucket.count);
  }
  for (const archive::FacetBucket& bucket : facets.themes) {
    const int theme = archive.scheme().Find(bucket.value);
    add(out->mutable_themes(), ThemeName(bucket.value),
        theme < 0 ? std::string() : archive.scheme().themes()[static_cast<size_t>(theme)].name_zh,
        bucket.count);
  }
  for (const archive::FacetBucket& bucket : facets.years) {
    add(out->mutable_years(), bucket.value, bucket.value, bucket.count);
  }
}

std::string NeighbourName(const archive::QuoteRef& ref, int step) {
  const std::optional<uint32_t> at = Neighbour(*ref.document, ref.index, step);
  return at.has_value() ? QuoteName(ref.document->report_id(), ref.document->quote_id(*at))
                        : std::string();
}

}  // namespace quotes::rpc
