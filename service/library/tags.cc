#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "service/base/absl_string.h"
#include "service/base/errors.h"
#include "service/base/limits.h"
#include "service/base/status_macros.h"
#include "service/library/library.h"
#include "service/themes/tag.h"

namespace quotes {

using themes::Tag;

namespace {

// For the audit trail.
absl::string_view DetailOf(std::optional<themes::TagAction> action) {
  return !action.has_value()                  ? "cleared"
         : *action == themes::TagAction::kPin ? "pinned"
                                              : "removed";
}

}  // namespace

absl::StatusOr<TagResult> Library::TagQuote(std::string_view report_id, std::string_view quote_id,
                                            std::string_view theme,
                                            std::optional<themes::TagAction> action,
                                            std::string_view etag, const store::Actor& actor) {
  if (read_only_) {
    return errors::ReadOnly();
  }
  QUOTES_RETURN_IF_ERROR(CheckReady());
  const MutexLock lock(&write_mutex_);
  TagResult result;
  result.document = FindLatest(report_id);
  result.scheme = scheme();
  const std::string report_name = absl::StrCat("reports/", ToAbsl(report_id));
  if (result.document == nullptr) {
    return MissingReport(report_id, /*show_embargoed=*/true);
  }
  if (!etag.empty() && etag != result.document->etag()) {
    return errors::EtagMismatch(report_name);
  }
  if (result.document->state() == archive::ReportState::kWithdrawn) {
    return errors::ReportWithdrawn(report_name);
  }
  if (!result.document->Find(quote_id).has_value()) {
    return errors::QuoteNotFound(absl::StrCat(report_name, "/quotes/", ToAbsl(quote_id)));
  }
  archive::Document document = archive::Unpack(*result.document);
  std::vector<Tag> tags;
  std::copy_if(document.tags.begin(), document.tags.end(), std::back_inserter(tags),
               [quote_id](const Tag& tag) { return tag.quote_id == quote_id; });
  const auto held = std::find_if(tags.begin(), tags.end(),
                                 [theme](const Tag& tag) { return tag.theme == theme; });
  if (held == tags.end() && result.scheme->Find(theme) < 0) {
    return errors::ThemeNotFound(absl::StrCat("themes/", ToAbsl(theme)));
  }
  result.archive_revision = archive()->revision();
  if (held == tags.end() ? !action.has_value() : held->action == action) {
    return result;
  }
  const absl::Time now = absl::FromUnixMicros(absl::ToUnixMicros(absl::Now()));
  if (!action.has_value()) {
    tags.erase(held);
  } else if (held != tags.end()) {
    held->action = *action;
    held->time = now;
  } else if (tags.size() < limits::kMaxQuoteTags) {
    tags.push_back({std::string(quote_id), std::string(theme), *action, now});
  } else {
    return errors::FieldOutOfRange(
        "theme", absl::StrCat("at most ", limits::kMaxQuoteTags, " themes by editors on a quote"));
  }
  QUOTES_ASSIGN_OR_RETURN(
      const store::ReportChange change,
      store_->WriteTags(report_id, quote_id, result.document->etag(), tags,
                        absl::StrCat(DetailOf(action), " themes/", ToAbsl(theme)), actor));
  std::erase_if(document.tags, [quote_id](const Tag& tag) { return tag.quote_id == quote_id; });
  std::move(tags.begin(), tags.end(), std::back_inserter(document.tags));
  document.themes = themes::AssignTagged(*result.scheme, document.content, document.tags);
  document.etag = change.etag;
  document.update_time = change.update_time;
  result.document =
      Publish(change.archive_revision, archive::Pack(document, result.scheme->themes().size()));
  result.archive_revision = change.archive_revision;
  result.changed = true;
  return result;
}

}  // namespace quotes
