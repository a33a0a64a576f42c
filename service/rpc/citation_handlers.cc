#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "service/base/check.h"
#include "service/base/errors.h"
#include "service/base/limits.h"
#include "service/base/status_macros.h"
#include "service/citation/engine.h"
#include "service/rpc/answer_size.h"
#include "service/rpc/citation_convert.h"
#include "service/rpc/citation_request.h"
#include "service/rpc/handlers.h"
#include "service/rpc/names.h"
#include "service/rpc/page_token.h"
#include "service/rpc/rpc_status.h"
#include "service/rpc/validate.h"
#include "service/text/utf8.h"

namespace quotes::rpc {
namespace {

// The name of an enum's value without the enum's prefix.
std::string_view BareName(const std::string& name, std::string_view prefix) {
  return std::string_view(name).substr(std::min(prefix.size(), name.size()));
}

// Judges the quotations of one call.
class Checker {
 public:
  // REQUIRES: there is a history.
  explicit Checker(CallContext& call) : call_(call), profiles_(call.profiles->Get()) {}

  // Errors are those of ToCitationRequest and citation::Verify, or CallContext::Defer().
  absl::Status Check(const v1::VerifyCitationRequest& request, v1::CitationResult* out) {
    QUOTES_ASSIGN_OR_RETURN(const citation::Request check,
                            ToCitationRequest(request, *profiles_, *call_.archive));
    if (corpus_ == nullptr) {
      corpus_ = call_.may_block ? call_.citation_corpora.Make(call_.archive, *call_.history)
                                : call_.citation_corpora.Find(call_.archive);
    }
    if (!call_.may_block && (corpus_ == nullptr || text::CountCodePoints(check.quotation) >
                                                       limits::kInlineQuotationCodePoints)) {
      return call_.Defer();
    }
    QUOTES_ASSIGN_OR_RETURN(const citation::Result result,
                            citation::Verify(*corpus_, check, call_.cancellation));
    QUOTES_RETURN_IF_ERROR(SetCitationResult(
        result, check.quotation, ToOffsetUnit(request.offset_encoding()),
        [this](std::string_view report, uint64_t revision) { return Joined(report, revision); },
        out));
    if (call_.options.on_citation) {
      CitationRecord record;
      record.quotation_sha256 = result.quotation_sha256;
      record.disposition = BareName(v1::Disposition_Name(out->disposition()), "DISPOSITION_");
      record.text_verdict = BareName(v1::TextVerdict_Name(out->text_verdict()), "TEXT_VERDICT_");
      record.profile = result.profile_version;
      record.stopped = result.stopped != citation::StopReason::kNone;
      call_.options.on_citation(record);
    }
    return absl::OkStatus();
  }

 private:
  absl::StatusOr<std::u32string_view> Joined(std::string_view report, uint64_t revision) {
    const archive::PackedDocument* const document = call_.archive->FindReport(report);
    if (document != nullptr && document->revision() == revision) {
      return document->joined();
    }
    if (!call_.may_block) {
      return call_.Defer();
    }
    QUOTES_ASSIGN_OR_RETURN(std::shared_ptr<const archive::PackedDocument> loaded,
                            call_.library.LoadRevision(report, revision, call_.archive->scheme()));
    loaded_.push_back(std::move(loaded));
    return loaded_.back()->joined();
  }

  CallContext& call_;
  const std::shared_ptr<const citation::Profiles> profiles_;
  std::shared_ptr<const citation::Corpus> corpus_;  // null until the first check
  std::vector<std::shared_ptr<const archive::PackedDocument>> loaded_;
};

bool EndsTheCall(const absl::Status& status) {
  return status.code() == absl::StatusCode::kCancelled ||
         status.code() == absl::StatusCode::kDeadlineExceeded;
}

}  // namespace

std::shared_ptr<const citation::Corpus> CitationCorpora::Find(
    const std::shared_ptr<const archive::Archive>& archive) {
  MutexLock lock(&mutex_);
  const bool same = !archive_.owner_before(archive) && !archive.owner_before(archive_);
  return same ? corpus_ : nullptr;
}

std::shared_ptr<const citation::Corpus> CitationCorpora::Make(
    const std::shared_ptr<const archive::Archive>& archive, const History& history) {
  MutexLock making(&making_mutex_);
  if (std::shared_ptr<const citation::Corpus> made = Find(archive); made != nullptr) {
    return made;
  }
  auto corpus = std::make_shared<const citation::Corpus>(
      *archive, history.archive(), [&history](const archive::PackedDocument& document) {
        const std::optional<History::Text> text = history.FindText(document.report_id());
        QUOTES_CHECK(text.has_value());
        return citation::Corpus::Origin{text->report_id,
                                        text->state == archive::ReportState::kWithdrawn
                                            ? citation::SourceState::kWithdrawn
                                            : citation::SourceState::kOldRevision};
      });
  MutexLock lock(&mutex_);
  archive_ = archive;
  corpus_ = corpus;
  return corpus;
}

absl::Status VerifyCitation(CallContext& call, const v1::VerifyCitationRequest& request,
                            v1::VerifyCitationResponse* response) {
  if (call.history == nullptr) {
    return errors::Loading();
  }
  QUOTES_RETURN_IF_ERROR(Checker(call).Check(request, response->mutable_result()));
  FitLocations(limits::kMaxAnswerBytes, response->mutable_result());
  return absl::OkStatus();
}

absl::Status BatchVerifyCitations(CallContext& call, const v1::BatchVerifyCitationsRequest& request,
                                  v1::BatchVerifyCitationsResponse* response) {
  if (call.history == nullptr) {
    return errors::Loading();
  }
  if (request.requests().empty()) {
    return errors::FieldRequired("requests");
  }
  const auto count = static_cast<size_t>(request.requests_size());
  if (count > limits::kMaxBatchCitations) {
    return errors::FieldOutOfRange("requests",
                                   absl::StrCat("at most ", limits::kMaxBatchCitations, " values"));
  }
  response->set_archive_revision(static_cast<int64_t>(call.archive->revision()));
  Checker checker(call);
  // What every error that may still come takes at most, tags included.
  constexpr size_t kErrorBytes = limits::kMaxStatusBytes + 16;
  size_t used = response->ByteSizeLong();
  for (size_t i = 0; i < count; ++i) {
    const std::string prefix = absl::StrCat(Element("requests", static_cast<int>(i)), ".");
    v1::BatchVerifyCitationsResponse::Item* const item = response->add_items();
    absl::Status status;
    if (call.element_faults != nullptr) {
      if (const auto fault = call.element_faults->find(static_cast<int>(i));
          fault != call.element_faults->end()) {
        status = fault->second;
      }
    }
    if (status.ok()) {
      status = checker.Check(request.requests(static_cast<int>(i)), item->mutable_result());
    }
    if (EndsTheCall(status)) {
      return status;
    }
    const size_t left = count - i - 1;
    const size_t room = limits::kMaxAnswerBytes - used - left * kErrorBytes;
    if (status.ok()) {
      // Places in proportion, so that those of the first do not crowd out the verdicts of the rest.
      FitLocations(room / (left + 1), item->mutable_result());
      if (item->ByteSizeLong() + kErrorBytes > room) {
        status = errors::AnswerTooLarge("quotation", item->ByteSizeLong());
      }
    }
    if (!status.ok()) {
      *item->mutable_error() = ToRpcStatus(InTermsOf(prefix, status));
    }
    constexpr size_t kTagAndLength = 6;
    used += item->ByteSizeLong() + kTagAndLength;
  }
  return absl::OkStatus();
}

absl::Status ListProfiles(CallContext& call, const v1::ListProfilesRequest& request,
                          v1::ListProfilesResponse* response) {
  QUOTES_ASSIGN_OR_RETURN(const size_t page_size,
                          PageSize(request.page_size(), limits::kMaxPageSize));
  const std::string digest = ListingDigest(request);
  const std::shared_ptr<const citation::Profiles> all = call.profiles->Get();
  const std::vector<citation::Profile>& profiles = all->all();
  size_t index = 0;
  if (!request.page_token().empty()) {
    QUOTES_ASSIGN_OR_RETURN(const PagePlace place, DecodePageToken(digest, request.page_token()));
    const citation::Profile* const last = all->Find(place.key.quote_id);
    if (last == nullptr) {
      return errors::PageTokenInvalid("is from another set of profiles");
    }
    index = static_cast<size_t>(last - profiles.data()) + 1;
  }
  AnswerSize size(*response);
  for (; index < profiles.size(); ++index) {
    v1::Profile profile;
    SetProfile(profiles[index], &profile);
    if (static_cast<size_t>(response->profiles_size()) == page_size || !size.Add(profile)) {
      PagePlace place;
      place.archive_revision = call.archive->revision();
      place.key.quote_id = profiles[index - 1].name;
      response->set_next_page_token(EncodePageToken(digest, place));
      break;
    }
    *response->add_profiles() = std::move(profile);
  }
  return absl::OkStatus();
}

}  // namespace quotes::rpc
