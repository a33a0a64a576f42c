#include <algorithm>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "service/archive/document.h"
#include "service/base/absl_string.h"
#include "service/base/errors.h"
#include "service/base/limits.h"
#include "service/base/status_macros.h"
#include "service/library/revision_diff.h"
#include "service/rpc/answer_size.h"
#include "service/rpc/convert.h"
#include "service/rpc/handlers.h"
#include "service/rpc/names.h"
#include "service/rpc/page_token.h"
#include "service/rpc/validate.h"

namespace quotes::rpc {
namespace {

using archive::Document;

// The numbers of the two revisions of a page, and the change with which it begins.
struct Place {
  uint64_t base = 0;
  uint64_t revision = 0;
  size_t index = 0;
};

std::string EncodePlace(const CallContext& call, const std::string& digest, const Place& place) {
  PagePlace page;
  page.archive_revision = call.archive->revision();
  page.key.quote_id = absl::StrCat(place.base, "-", place.revision);
  page.key.position = static_cast<uint32_t>(place.index);
  return EncodePageToken(digest, page);
}

absl::StatusOr<Place> DecodePlace(const std::string& digest, const std::string& token) {
  QUOTES_ASSIGN_OR_RETURN(const PagePlace page, DecodePageToken(digest, token));
  Place place;
  place.index = page.key.position;
  const std::vector<std::string> numbers = absl::StrSplit(page.key.quote_id, '-');
  if (numbers.size() != 2 || !absl::SimpleAtoi(numbers[0], &place.base) ||
      !absl::SimpleAtoi(numbers[1], &place.revision)) {
    return errors::PageTokenInvalid("is damaged");
  }
  return place;
}

// The revisions that a request without a token means.
absl::StatusOr<Place> ToPlace(const RevisionName& name, const v1::DiffRevisionsRequest& request,
                              uint64_t latest) {
  Place place;
  place.revision = name.revision == 0 ? latest : name.revision;
  if (request.base_revision().empty()) {
    place.base = place.revision - 1;
    return place.base > 0 ? absl::StatusOr<Place>(place)
                          : errors::RevisionNotFound(RevisionNameOf(name.report, 0));
  }
  QUOTES_ASSIGN_OR_RETURN(const RevisionName base,
                          ParseRevisionName("base_revision", request.base_revision()));
  if (base.report != name.report) {
    return errors::FieldInvalid("base_revision", "is a revision of another report");
  }
  place.base = base.revision == 0 ? latest : base.revision;
  if (place.base == place.revision) {
    return errors::FieldInvalid("base_revision", "is the same revision");
  }
  return place;
}

// Turns what is compared into what travels.
class DiffWriter {
 public:
  DiffWriter(const Document& base, const Document& revision, v1::OffsetEncoding encoding)
      : base_(base, encoding), revision_(revision, encoding) {}

  static void Set(const MetadataDiff& diff, v1::MetadataChange* out) {
    out->set_field(diff.field);
    out->set_base_value(diff.base);
    out->set_value(diff.revision);
  }

  void Set(const SectionDiff& diff, v1::SectionChange* out) {
    // The library's numbers are the contract's.
    out->set_kind(static_cast<v1::SectionChange::Kind>(diff.kind));
    if (diff.base >= 0) {
      SetSide(base_, diff.base, out->mutable_base());
    }
    if (diff.revision >= 0) {
      SetSide(revision_, diff.revision, out->mutable_revision());
    }
  }

  void Set(const SentenceDiff& diff, v1::SentenceChange* out) {
    out->set_kind(static_cast<v1::SentenceChange::Kind>(diff.kind));
    if (diff.base >= 0) {
      SetSide(&base_, diff.base, out->mutable_base());
    }
    if (diff.revision >= 0) {
      SetSide(&revision_, diff.revision, out->mutable_revision());
    }
    if (diff.base < 0 || diff.revision < 0) {
      return;
    }
    const std::u32string_view before = base_.joined();
    const std::u32string_view now = revision_.joined();
    const report::Range in_base = base_.quote(diff.base).range;
    const report::Range in_revision = revision_.quote(diff.revision).range;
    out->set_form_only(DifferInFormOnly(before.substr(in_base.begin, in_base.size()),
                                        now.substr(in_revision.begin, in_revision.size())));
    for (const SentenceEdit& edit : DiffSentences(before, in_base, now, in_revision)) {
      v1::SentenceChange::Edit* added = out->add_edits();
      base_.offsets.Set(edit.base, added->mutable_base_range());
      revision_.offsets.Set(edit.revision, added->mutable_revision_range());
      added->set_base_text(text::ToUtf8(before.substr(edit.base.begin, edit.base.size())));
      added->set_revision_text(text::ToUtf8(now.substr(edit.revision.begin, edit.revision.size())));
    }
  }

 private:
  struct Text {
    Text(const Document& of, v1::OffsetEncoding encoding)
        : document(of), offsets(of.content.joined, ToOffsetUnit(encoding)) {}
    std::u32string_view joined() const { return document.content.joined; }
    const report::Quote& quote(int index) const {
      return document.content.quotes[static_cast<size_t>(index)];
    }

    const Document& document;
    Offsets offsets;
  };

  static void SetSide(const Text& text, int index, v1::SectionChange::Side* out) {
    const report::Section& section = text.document.content.sections[static_cast<size_t>(index)];
    out->set_section(SectionName(text.document.report_id, section.id));
    out->set_path(section.path);
    out->set_marker(section.marker);
    out->set_heading(section.heading);
  }

  static void SetSide(Text* text, int index, v1::SentenceChange::Side* out) {
    const report::Quote& quote = text->quote(index);
    out->set_quote(QuoteName(text->document.report_id, quote.id));
    out->set_text(text::ToUtf8(text->joined().substr(quote.range.begin, quote.range.size())));
    text->offsets.Set(quote.range, out->mutable_range());
    out->set_kind(report::IsSpeech(quote.block) ? v1::TEXT_KIND_SPEECH : v1::TEXT_KIND_FURNITURE);
  }

  Text base_;
  Text revision_;
};

void SetCounts(const RevisionDiff& diff, v1::RevisionChangeCounts* out) {
  const auto count = [&](SentenceChangeKind kind) {
    return std::count_if(diff.sentences.begin(), diff.sentences.end(),
                         [kind](const SentenceDiff& sentence) { return sentence.kind == kind; });
  };
  out->set_kept_sentences(count(SentenceChangeKind::kKept));
  out->set_changed_sentences(count(SentenceChangeKind::kChanged));
  out->set_inserted_sentences(count(SentenceChangeKind::kInserted));
  out->set_removed_sentences(count(SentenceChangeKind::kRemoved));
  out->set_moved_sentences(count(SentenceChangeKind::kMoved));
  out->set_sections(static_cast<int64_t>(diff.sections.size()));
  out->set_metadata_fields(static_cast<int64_t>(diff.metadata.size()));
}

}  // namespace

absl::Status DiffRevisions(CallContext& call, const v1::DiffRevisionsRequest& request,
                           v1::DiffRevisionsResponse* response) {
  QUOTES_ASSIGN_OR_RETURN(const RevisionName name, ParseRevisionName("name", request.name()));
  QUOTES_ASSIGN_OR_RETURN(const size_t page_size,
                          PageSize(request.page_size(), limits::kDefaultPageSize));
  QUOTES_ASSIGN_OR_RETURN(const archive::PackedDocument* latest,
                          FindDocument(call, name.report, request.show_embargoed()));
  const std::string digest = ListingDigest(request);
  QUOTES_ASSIGN_OR_RETURN(Place place, request.page_token().empty()
                                           ? ToPlace(name, request, latest->revision())
                                           : DecodePlace(digest, request.page_token()));
  QUOTES_ASSIGN_OR_RETURN(const std::unique_ptr<Document> base,
                          call.library.store().LoadRevision(name.report, place.base));
  QUOTES_ASSIGN_OR_RETURN(const std::unique_ptr<Document> revision,
                          call.library.store().LoadRevision(name.report, place.revision));
  QUOTES_RETURN_IF_ERROR(call.cancellation.Check());
  RevisionDiff diff = quotes::DiffRevisions(base->content, revision->content);
  response->set_base_revision(RevisionNameOf(name.report, place.base));
  response->set_revision(RevisionNameOf(name.report, place.revision));
  SetCounts(diff, response->mutable_counts());
  if (!request.show_kept()) {
    std::erase_if(diff.sentences, [](const SentenceDiff& sentence) {
      return sentence.kind == SentenceChangeKind::kKept;
    });
  }

  DiffWriter writer(*base, *revision, request.offset_encoding());
  const size_t sections = diff.metadata.size();
  const size_t sentences = sections + diff.sections.size();
  const size_t end = sentences + diff.sentences.size();
  AnswerSize size(*response);
  for (; place.index < end; ++place.index) {
    v1::RevisionChange change;
    const bool full = static_cast<size_t>(response->changes_size()) == page_size;
    if (!full && place.index < sections) {
      DiffWriter::Set(diff.metadata[place.index], change.mutable_metadata());
    } else if (!full && place.index < sentences) {
      writer.Set(diff.sections[place.index - sections], change.mutable_section());
    } else if (!full) {
      writer.Set(diff.sentences[place.index - sentences], change.mutable_sentence());
    }
    if (full || !size.Add(change)) {
      response->set_next_page_token(EncodePlace(call, digest, place));
      break;
    }
    *response->add_changes() = std::move(change);
  }
  return absl::OkStatus();
}

}  // namespace quotes::rpc
