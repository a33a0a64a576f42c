#ifndef QUOTES_SERVICE_RPC_CONVERT_H_
#define QUOTES_SERVICE_RPC_CONVERT_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "quotes/v1/lookup.pb.h"
#include "quotes/v1/quote.pb.h"
#include "quotes/v1/quote_service.pb.h"
#include "quotes/v1/report.pb.h"
#include "quotes/v1/theme.pb.h"
#include "service/archive/archive.h"
#include "service/archive/packed_document.h"
#include "service/library/library.h"
#include "service/report/defects.h"
#include "service/report/report.h"
#include "service/rpc/print_map.h"
#include "service/store/store.h"
#include "service/text/fold.h"
#include "service/text/utf8.h"
#include "service/themes/scheme.h"

// Domain values become messages of the contract here.
namespace quotes::rpc {

void SetDate(const absl::CivilDay& day, google::type::Date* out);
void SetTime(absl::Time time, google::protobuf::Timestamp* out);

void AddFolds(text::FoldSet folds, google::protobuf::RepeatedField<int>* out);

// Positions of one text in the unit of an answer. Measures the text only as far as it is asked,
// once. Thread-compatible.
class Offsets {
 public:
  // `text` must outlive the object.
  Offsets(std::u32string_view text, text::OffsetUnit unit) : text_(text), unit_(unit) {}

  // REQUIRES: index <= size of the text.
  int64_t At(size_t index);
  void Set(report::Range range, v1::TextRange* out);

 private:
  const std::u32string_view text_;
  const text::OffsetUnit unit_;
  std::vector<int64_t> marks_ = {0};  // offset of every kStride-th code point
};

// Converts what one answer carries. Remembers the documents it has met, so that a page of quotes
// measures each text once; they must outlive it. Thread-compatible.
class Converter {
 public:
  // `scheme` must outlive the object.
  Converter(const themes::Scheme& scheme, text::OffsetUnit unit) : scheme_(scheme), unit_(unit) {}

  // Has SetQuote count the reports that have a quote's words, in the FULL view. `archive` must
  // outlive the object.
  void CountReportsIn(const archive::Archive* archive) { archive_ = archive; }

  // `view` is BASIC or FULL. `superseded`: the latest revision no longer has the quote.
  void SetQuote(const archive::QuoteRef& ref, v1::QuoteView view, bool superseded, v1::Quote* out);
  // With `context` quotes of the same kind (speech or furniture) on either side.
  void SetHit(const archive::Hit& hit, v1::QuoteView view, size_t context, v1::QuoteHit* out);
  // With at most limits::kMaxHitFigures of its figures.
  void SetFigureHit(const archive::Hit& hit, v1::QuoteView view, v1::FigureHit* out);
  // `figure` is one of the quote's.
  void SetFigure(const archive::QuoteRef& ref, const archive::PackedFigure& figure,
                 v1::Figure* out);
  void SetSection(const archive::PackedDocument& document, size_t index, v1::Section* out);
  // `defect` is one of the document, or was.
  void SetDefect(const archive::PackedDocument& document, const report::Defect& defect,
                 v1::Defect* out);
  void SetRange(const archive::PackedDocument& document, report::Range range, v1::TextRange* out);
  int64_t OffsetAt(const archive::PackedDocument& document, size_t index);

 private:
  Offsets& OffsetsOf(const archive::PackedDocument& document);
  PrintMap& PrintMapOf(const archive::PackedDocument& document);

  const themes::Scheme& scheme_;
  const text::OffsetUnit unit_;
  const archive::Archive* archive_ = nullptr;
  std::map<const archive::PackedDocument*, std::unique_ptr<Offsets>> offsets_;
  std::map<const archive::PackedDocument*, std::unique_ptr<PrintMap>> print_maps_;
};

void SetReport(const archive::PackedDocument& document, v1::Report* out);
void SetSource(const archive::PackedDocument::Source& source, v1::SourceInfo* out);
void SetSource(const archive::Source& source, v1::SourceInfo* out);
void SetRevisionInfo(std::string_view report_id, const store::RevisionInfo& info,
                     v1::Revision* out);
// `entry` is the one that would accept the finding's proposal.
void SetLint(const report::LintFinding& finding, const std::optional<report::DefectEntry>& entry,
             v1::LintFinding* out);
void SetRevised(const RevisedSentence& sentence, v1::LintFinding* out);
void SetTagsLeftBehind(size_t tags, v1::LintFinding* out);
void SetTheme(const themes::Theme& theme, uint64_t quote_count, v1::Theme* out);
void SetCoverage(const archive::Coverage& coverage, v1::Coverage* out);
void SetFacets(const archive::Facets& facets, const archive::Archive& archive, v1::Facets* out);

// The name of the quote `step` places away (-1 or 1) among those of the same kind; empty at either
// end.
std::string NeighbourName(const archive::QuoteRef& ref, int step);

}  // namespace quotes::rpc

#endif  // QUOTES_SERVICE_RPC_CONVERT_H_
