#include "service/archive/segment.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "absl/status/status.h"
#include "service/archive/folded_name.h"
#include "service/base/check.h"
#include "service/base/status_macros.h"
#include "service/report/report.h"
#include "service/text/fold.h"

namespace quotes::archive {
namespace {

// Little-endian "QUOTESEG".
constexpr uint64_t kMagic = 0x474553'45544F5551;
// Rises with every change of the format or of anything that Pack derives from a document (citation
// lines, leads, attributes) other than figures, which have a version: older files are made anew.
constexpr uint64_t kFormatVersion = 9;

// The text of a quote as it is indexed: U+0000 ends a text there; no source that is text has it.
std::u32string IndexedText(const PackedDocument& document, size_t quote) {
  std::u32string units(StripBreaks(text::FoldUnits(document.text(quote))));
  for (char32_t& c : units) {
    c = c == U'\0' ? text::kBreak : c;
  }
  return units;
}

}  // namespace

struct Segment::PartLayout {
  TextIndex::Layout index;
  ArrayRef first;
  ArrayRef quote;
  ArrayRef entry;
  ArrayRef attributes;
  ThemePostings::Layout themes;
  FigureIndex::Layout figures;
  uint64_t stock_complete = 0;
};

// The end of a block, with what leads to the rest of it.
struct Segment::Trailer {
  ArrayRef fold_version;
  ArrayRef scheme_version;
  ArrayRef figure_version;
  ArrayRef documents;  // offsets of their blocks
  uint64_t code_points = 0;
  PartLayout speech;
  PartLayout furniture;
  uint64_t size = 0;  // of the whole block
  uint64_t magic = kMagic;
  uint64_t format_version = kFormatVersion;
  uint64_t checksum = 0;  // of all bytes before it
};

class Segment::Writer {
 public:
  Writer(std::span<const PackedDocument* const> documents, const themes::Scheme& scheme,
         ByteSink* sink, const Cancellation& cancellation)
      : documents_(documents), scheme_(scheme), sink_(sink), cancellation_(cancellation) {}

  absl::Status Run() {
    static_assert(FlatValue<Trailer>);
    const uint64_t begin = sink_->size();
    QUOTES_CHECK(begin == 0);
    Trailer trailer;
    std::vector<uint64_t> offsets;
    for (const PackedDocument* const document : documents_) {
      sink_->Align();
      offsets.push_back(sink_->size());
      sink_->Append(document->bytes().data(), document->bytes().size());
      trailer.code_points += document->joined().size();
    }
    trailer.documents = sink_->AppendArray(offsets);
    QUOTES_RETURN_IF_ERROR(WritePart(/*speech=*/true, &trailer.speech));
    QUOTES_RETURN_IF_ERROR(WritePart(/*speech=*/false, &trailer.furniture));
    trailer.fold_version = sink_->AppendText(text::FoldVersion());
    trailer.scheme_version = sink_->AppendText(scheme_.version());
    trailer.figure_version = sink_->AppendText(figures::FigureVersion());
    sink_->Align();
    trailer.size = sink_->size() + sizeof(Trailer);
    sink_->Append(&trailer, sizeof(Trailer) - sizeof(trailer.checksum));
    trailer.checksum = sink_->checksum();
    sink_->Append(&trailer.checksum, sizeof(trailer.checksum));
    return absl::OkStatus();
  }

 private:
  absl::Status WritePart(bool speech, PartLayout* layout) {
    std::vector<uint32_t> first = {0};
    std::vector<uint32_t> quotes;
    std::vector<uint32_t> entries;
    TextIndexBuilder index;
    FigureIndexBuilder figures;
    for (uint32_t e = 0; e < documents_.size(); ++e) {
      QUOTES_RETURN_IF_ERROR(cancellation_.Check());
      const PackedDocument& document = *documents_[e];
      for (uint32_t q = 0; q < document.size(); ++q) {
        if (report::IsSpeech(document.quotes()[q].block) != speech) {
          continue;
        }
        index.Add(IndexedText(document, q));
        const auto number = static_cast<uint32_t>(quotes.size());
        quotes.push_back(q);
        entries.push_back(e);
        figures.Add(document, q, number);
      }
      first.push_back(static_cast<uint32_t>(quotes.size()));
    }
    layout->first = sink_->AppendArray(first);
    layout->quote = sink_->AppendArray(quotes);
    layout->entry = sink_->AppendArray(entries);
    layout->figures = figures.Write(sink_);
    CommonQuotes stock;
    QUOTES_ASSIGN_OR_RETURN(layout->index, index.Write(sink_, cancellation_, entries, &stock));
    layout->stock_complete = stock.complete ? 1 : 0;
    std::vector<QuoteAttributes> attributes;
    attributes.reserve(quotes.size());
    ThemePostings::Builder themes(scheme_);
    for (uint32_t number = 0; number < quotes.size(); ++number) {
      const PackedDocument& document = *documents_[entries[number]];
      attributes.push_back(AttributesOf(document, quotes[number], stock.bits[number]));
      themes.Add(number, attributes.back(), document.themes(quotes[number]));
    }
    layout->attributes = sink_->AppendArray(attributes);
    layout->themes = themes.Write(static_cast<uint32_t>(quotes.size()), sink_);
    return absl::OkStatus();
  }

  const std::span<const PackedDocument* const> documents_;
  const themes::Scheme& scheme_;
  ByteSink* const sink_;
  const Cancellation& cancellation_;
};

absl::Status Segment::Write(std::span<const PackedDocument* const> documents,
                            const themes::Scheme& scheme, ByteSink* sink,
                            const Cancellation& cancellation) {
  return Writer(documents, scheme, sink, cancellation).Run();
}

std::shared_ptr<const Segment> Segment::Make(std::span<const PackedDocument* const> documents,
                                             const themes::Scheme& scheme,
                                             const Cancellation& cancellation) {
  MemorySink sink;
  if (!Write(documents, scheme, &sink, cancellation).ok()) {
    return nullptr;
  }
  return std::shared_ptr<const Segment>(new Segment(
      sink.Take(),
      [documents](size_t entry, const PackedDocument&) { return documents[entry]->head(); }));
}

absl::StatusOr<std::shared_ptr<const Segment>> Segment::Open(Block block,
                                                             const themes::Scheme& scheme,
                                                             const HeadFunction& head_of) {
  Trailer trailer;
  if (block.size < sizeof(trailer) || block.size % 8 != 0) {
    return absl::DataLossError("is no segment");
  }
  std::memcpy(&trailer, block.data + block.size - sizeof(trailer), sizeof(trailer));
  if (trailer.magic != kMagic || trailer.size != block.size) {
    return absl::DataLossError("is no whole segment");
  }
  if (trailer.format_version != kFormatVersion) {
    return absl::FailedPreconditionError("has another version of the format");
  }
  if (trailer.checksum != Checksum(block.data, block.size - sizeof(trailer.checksum))) {
    return absl::DataLossError("is damaged");
  }
  if (TextAt(block.data, trailer.fold_version) != text::FoldVersion() ||
      TextAt(block.data, trailer.figure_version) != figures::FigureVersion()) {
    return absl::FailedPreconditionError("was made by another version of folds or figures");
  }
  if (TextAt(block.data, trailer.scheme_version) != scheme.version()) {
    return absl::AbortedError("was made with another scheme of themes");
  }
  return std::shared_ptr<const Segment>(new Segment(std::move(block), head_of));
}

std::shared_ptr<const Segment> Segment::WithHeads(const HeadFunction& head_of) const {
  return std::shared_ptr<const Segment>(new Segment(block_, head_of));
}

const Segment::Trailer& Segment::trailer() const {
  return *reinterpret_cast<const Trailer*>(block_.data + block_.size - sizeof(Trailer));
}

uint64_t Segment::checksum() const { return trailer().checksum; }

Segment::Segment(Block block, const HeadFunction& head_of) : block_(std::move(block)) {
  const Trailer& from = trailer();
  const std::span<const uint64_t> offsets = ArrayAt<uint64_t>(block_.data, from.documents);
  documents_.reserve(offsets.size());
  entries_.reserve(offsets.size());
  for (size_t entry = 0; entry < offsets.size(); ++entry) {
    const std::byte* const bytes = block_.data + offsets[entry];
    documents_.emplace_back(bytes, head_of(entry, PackedDocument(bytes, DocumentHead())));
    entries_.push_back(&documents_.back());
  }
  code_points_ = from.code_points;
  OpenPart(from.speech, &speech_);
  OpenPart(from.furniture, &furniture_);
}

void Segment::OpenPart(const PartLayout& layout, Part* part) const {
  part->index = std::make_unique<const TextIndex>(block_.data, layout.index);
  part->first = ArrayAt<uint32_t>(block_.data, layout.first);
  part->quote = ArrayAt<uint32_t>(block_.data, layout.quote);
  part->entry = ArrayAt<uint32_t>(block_.data, layout.entry);
  part->attributes = ArrayAt<QuoteAttributes>(block_.data, layout.attributes);
  part->themes = ThemePostings(block_.data, layout.themes);
  part->figures = FigureIndex(block_.data, layout.figures);
  part->stock_complete = layout.stock_complete != 0;
}

std::vector<std::pair<std::string_view, size_t>> Segment::MemoryUse() const {
  std::vector<std::pair<std::string_view, size_t>> use = speech_.index->MemoryUse();
  const std::vector<std::pair<std::string_view, size_t>> furniture = furniture_.index->MemoryUse();
  for (size_t i = 0; i < use.size(); ++i) {
    use[i].second += furniture[i].second;
  }
  size_t indexed = 0;
  for (const auto& [name, bytes] : use) {
    indexed += bytes;
  }
  size_t packed = 0;
  size_t joined = 0;
  for (const PackedDocument& document : documents_) {
    packed += document.bytes().size();
    joined += document.joined().size() * sizeof(char32_t);
  }
  use.emplace_back("joined text", joined);
  use.emplace_back("other content", packed - joined);
  const size_t figures = speech_.figures.size_bytes() + furniture_.figures.size_bytes();
  use.emplace_back("figures", figures);
  use.emplace_back("postings", block_.size - indexed - packed - figures);
  use.emplace_back("entries", documents_.size() * (sizeof(PackedDocument) + sizeof(void*)));
  return use;
}

std::shared_ptr<const DeadTexts> DeadTexts::Make(const Segment& segment,
                                                 const themes::Scheme& scheme,
                                                 std::vector<uint32_t> entries,
                                                 const Cancellation& cancellation) {
  std::sort(entries.begin(), entries.end());
  std::shared_ptr<DeadTexts> texts(new DeadTexts(std::move(entries)));
  MemorySink sink;
  struct Layout {
    TextIndex::Layout index;
    ThemePostings::Layout themes;
  };
  const auto write = [&](const Segment::Part& part) -> absl::StatusOr<Layout> {
    TextIndexBuilder index;
    ThemePostings::Builder themes(scheme);
    for (const uint32_t entry : texts->entries_) {
      QUOTES_RETURN_IF_ERROR(cancellation.Check());
      const PackedDocument& document = *segment.entries()[entry];
      for (uint32_t number = part.first[entry]; number < part.first[entry + 1]; ++number) {
        const uint32_t quote = part.quote[number];
        index.Add(IndexedText(document, quote));
        themes.Add(number, part.attributes[number], document.themes(quote));
      }
    }
    Layout layout;
    layout.themes = themes.Write(/*universe=*/0, &sink);
    QUOTES_ASSIGN_OR_RETURN(layout.index, index.Write(&sink, cancellation));
    return layout;
  };
  const absl::StatusOr<Layout> speech = write(segment.speech());
  if (!speech.ok()) {
    return nullptr;
  }
  const absl::StatusOr<Layout> furniture = write(segment.furniture());
  if (!furniture.ok()) {
    return nullptr;
  }
  texts->block_ = sink.Take();
  const auto open = [&](const Layout& layout, Part* part) {
    part->index = std::make_unique<const TextIndex>(texts->block_.data, layout.index);
    part->themes = ThemePostings(texts->block_.data, layout.themes);
  };
  open(*speech, &texts->speech_);
  open(*furniture, &texts->furniture_);
  for (const uint32_t entry : texts->entries_) {
    texts->code_points_ += segment.entries()[entry]->joined().size();
  }
  return texts;
}

}  // namespace quotes::archive
