#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "service/base/absl_string.h"
#include "service/base/errors.h"
#include "service/base/limits.h"
#include "service/base/status_macros.h"
#include "service/rpc/convert.h"
#include "service/rpc/handlers.h"
#include "service/rpc/names.h"
#include "service/rpc/page_token.h"
#include "service/rpc/validate.h"

namespace quotes::rpc {
namespace {

// Splits the name of a report, or of a quote or defect of one.
absl::Status SetResource(const std::string& name, store::AuditFilter* filter) {
  if (name.find("/quotes/") != std::string::npos) {
    QUOTES_ASSIGN_OR_RETURN(const ChildName child, ParseQuoteName("resource", name));
    filter->report_id = child.report;
    filter->child = absl::StrCat("quotes/", child.child);
  } else if (name.find("/defects/") != std::string::npos) {
    QUOTES_ASSIGN_OR_RETURN(const ChildName child, ParseDefectName("resource", name));
    filter->report_id = child.report;
    filter->child = absl::StrCat("defects/", child.child);
  } else {
    QUOTES_ASSIGN_OR_RETURN(filter->report_id, ParseReportName("resource", name));
  }
  return absl::OkStatus();
}

absl::StatusOr<store::AuditFilter> ToAuditFilter(const v1::ListAuditEntriesRequest& request) {
  store::AuditFilter filter;
  if (request.has_start_time()) {
    QUOTES_ASSIGN_OR_RETURN(filter.from, ToTime("start_time", request.start_time()));
  }
  if (request.has_end_time()) {
    QUOTES_ASSIGN_OR_RETURN(filter.to, ToTime("end_time", request.end_time()));
    if (filter.from.has_value() && *filter.to <= *filter.from) {
      return errors::FieldInvalid("end_time", "is not after start_time");
    }
  }
  if (request.caller().size() > limits::kMaxCallerBytes) {
    return errors::FieldOutOfRange("caller",
                                   absl::StrCat("at most ", limits::kMaxCallerBytes, " bytes"));
  }
  filter.caller = request.caller();
  if (!request.resource().empty()) {
    QUOTES_RETURN_IF_ERROR(SetResource(request.resource(), &filter));
  }
  return filter;
}

}  // namespace

store::Actor ActorOf(const CallContext& call) {
  return {std::string(call.caller), std::string(call.peer), std::string(call.request_id)};
}

void SetAuditEntry(const store::AuditEntry& entry, v1::AuditEntry* out) {
  out->set_archive_revision(static_cast<int64_t>(entry.archive_revision));
  SetTime(entry.time, out->mutable_time());
  out->set_caller(entry.actor.caller);
  out->set_peer(entry.actor.peer);
  out->set_request_id(entry.actor.request_id);
  out->set_action(static_cast<v1::AuditEntry::Action>(entry.action));
  const std::string report = ReportName(entry.report_id);
  out->set_resource(entry.child.empty() ? report : absl::StrCat(report, "/", entry.child));
  out->set_revision_before(static_cast<int64_t>(entry.revision_before));
  out->set_revision_after(static_cast<int64_t>(entry.revision_after));
  out->set_etag_before(entry.etag_before);
  out->set_etag_after(entry.etag_after);
  out->set_embargoed(entry.embargoed);
  out->set_detail(entry.detail);
}

absl::Status ListAuditEntries(CallContext& call, const v1::ListAuditEntriesRequest& request,
                              v1::ListAuditEntriesResponse* response) {
  QUOTES_ASSIGN_OR_RETURN(const size_t page_size,
                          PageSize(request.page_size(), limits::kDefaultPageSize));
  QUOTES_ASSIGN_OR_RETURN(const store::AuditFilter filter, ToAuditFilter(request));
  const std::string digest = ListingDigest(request);
  uint64_t before = 0;
  if (!request.page_token().empty()) {
    QUOTES_ASSIGN_OR_RETURN(const PagePlace place, DecodePageToken(digest, request.page_token()));
    before = place.archive_revision;
  }
  // One more than is shown tells whether there is another page.
  QUOTES_ASSIGN_OR_RETURN(const std::vector<store::AuditEntry> entries,
                          call.library.store().ListAudit(filter, before, page_size + 1));
  for (size_t i = 0; i < entries.size() && i < page_size; ++i) {
    SetAuditEntry(entries[i], response->add_entries());
  }
  if (entries.size() > page_size) {
    PagePlace place;
    place.archive_revision = entries[page_size - 1].archive_revision;
    response->set_next_page_token(EncodePageToken(digest, place));
  }
  return absl::OkStatus();
}

}  // namespace quotes::rpc
