#include "service/base/status_macros.h"
#include "service/report/parser.h"
#include "service/rpc/convert.h"
#include "service/rpc/handlers.h"
#include "service/text/fold.h"

namespace quotes::rpc {

absl::Status GetStatus(CallContext& call, const v1::GetStatusRequest& /*request*/,
                       v1::GetStatusResponse* response) {
  QUOTES_ASSIGN_OR_RETURN(const store::StoreStatus store, call.library.store().Status());
  response->set_version(call.options.program_version);
  SetTime(call.options.start_time, response->mutable_start_time());
  const absl::Duration uptime = call.options.since_start.Elapsed();
  const int64_t seconds = absl::ToInt64Seconds(uptime);
  response->mutable_uptime()->set_seconds(seconds);
  response->mutable_uptime()->set_nanos(
      static_cast<int32_t>(absl::ToInt64Nanoseconds(uptime - absl::Seconds(seconds))));
  response->set_read_only(store.read_only);
  response->set_storage_engine(store.engine + " " + store.engine_version);
  response->set_storage_location(store.location);
  response->set_schema_version(store.schema_version);
  response->set_storage_size_bytes(static_cast<int64_t>(store.size_bytes));
  response->set_archive_revision(static_cast<int64_t>(call.archive->revision()));
  response->set_report_count(static_cast<int64_t>(call.archive->documents().size()));
  response->set_revision_count(static_cast<int64_t>(store.revisions));
  size_t quotes = 0;
  size_t code_points = 0;
  for (const auto& document : call.archive->documents()) {
    quotes += document->size();
    code_points += document->joined().size();
  }
  response->set_quote_count(static_cast<int64_t>(quotes));
  response->set_code_point_count(static_cast<int64_t>(code_points));
  response->set_scheme_version(call.archive->scheme().version());
  response->set_fold_version(std::string(text::FoldVersion()));
  response->set_parser_version(std::string(report::ParserVersion()));
  return absl::OkStatus();
}

}  // namespace quotes::rpc
