#include "service/rpc/hit_writer.h"

#include <cstdint>
#include <string_view>

#include "quotes/v1/lookup.pb.h"
#include "quotes/v1/quote.pb.h"
#include "quotes/v1/text.pb.h"
#include "service/rpc/names.h"
#include "service/text/fold.h"
#include "service/text/utf8.h"

namespace quotes::rpc {
namespace {

// The field of an answer that holds its hits.
constexpr int kHits = 1;

// Wire types of the encoding of protocol buffers.
constexpr uint64_t kVarint = 0;
constexpr uint64_t kLengthDelimited = 2;

inline void PutVarint(uint64_t value, std::string* out) {
  while (value >= 0x80) {
    out->push_back(static_cast<char>(value | 0x80));
    value >>= 7;
  }
  out->push_back(static_cast<char>(value));
}

void PutTag(int field, uint64_t wire_type, std::string* out) {
  PutVarint((static_cast<uint64_t>(field) << 3) | wire_type, out);
}

// Fields at their default are not written.
void PutNumber(int field, uint64_t value, std::string* out) {
  if (value != 0) {
    PutTag(field, kVarint, out);
    PutVarint(value, out);
  }
}

void PutMessage(int field, std::string_view bytes, std::string* out) {
  PutTag(field, kLengthDelimited, out);
  PutVarint(bytes.size(), out);
  out->append(bytes);
}

void PutString(int field, std::string_view bytes, std::string* out) {
  if (!bytes.empty()) {
    PutMessage(field, bytes, out);
  }
}

std::string RangeBytes(uint32_t begin, uint32_t end) {
  std::string bytes;
  PutNumber(v1::TextRange::kBeginFieldNumber, begin, &bytes);
  PutNumber(v1::TextRange::kEndFieldNumber, end, &bytes);
  return bytes;
}

}  // namespace

size_t HitWriter::Append(const archive::Hit& hit) {
  const archive::PackedDocument& document = *hit.ref.document;
  const archive::PackedQuote& quote = hit.ref.quote();
  quote_.clear();
  PutString(v1::Quote::kNameFieldNumber, QuoteName(document.report_id(), hit.ref.id()), &quote_);
  part_.clear();
  text::AppendUtf8(hit.ref.text(), &part_);
  PutString(v1::Quote::kTextFieldNumber, part_, &quote_);
  part_.assign(document.citation_head(quote)).append(document.citation_tail(quote));
  PutString(v1::Quote::kCitationFieldNumber, part_, &quote_);

  hit_.clear();
  PutMessage(v1::QuoteHit::kQuoteFieldNumber, quote_, &hit_);
  const uint32_t origin = quote.range.begin;
  for (const archive::Highlight& highlight : hit.highlights) {
    const auto [begin, end] = highlight.range;
    part_.clear();
    PutMessage(v1::Highlight::kQuoteRangeFieldNumber, RangeBytes(begin - origin, end - origin),
               &part_);
    PutMessage(v1::Highlight::kRangeFieldNumber, RangeBytes(begin, end), &part_);
    PutNumber(v1::Highlight::kTermFieldNumber, highlight.term, &part_);
    PutMessage(v1::QuoteHit::kHighlightsFieldNumber, part_, &hit_);
  }
  PutNumber(v1::QuoteHit::kHighlightCountFieldNumber, hit.highlight_count, &hit_);
  part_.clear();
  // The contract numbers the folds in the order of their bits.
  for (int bit = 0; v1::Fold_IsValid(bit + 1); ++bit) {
    if ((hit.folds & (text::FoldSet{1} << bit)) != 0) {
      PutVarint(static_cast<uint64_t>(bit) + 1, &part_);
    }
  }
  PutString(v1::QuoteHit::kFoldsFieldNumber, part_, &hit_);

  before_ = out_.size();
  PutMessage(kHits, hit_, &out_);
  return out_.size() - before_;
}

}  // namespace quotes::rpc
