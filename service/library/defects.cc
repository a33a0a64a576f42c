#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "service/base/absl_string.h"
#include "service/base/errors.h"
#include "service/base/limits.h"
#include "service/base/status_macros.h"
#include "service/library/library.h"
#include "service/report/register.h"
#include "service/report/report_id.h"
#include "service/text/utf8.h"

namespace quotes {
namespace {

using report::Defect;
using report::RegisterEntry;

std::string DefectName(std::string_view report_id, std::string_view defect_id) {
  return absl::StrCat("reports/", ToAbsl(report_id), "/defects/", ToAbsl(defect_id));
}

// For the audit trail: of the contract's names, without a word of the report.
std::string DetailOf(const Defect& defect) {
  static constexpr std::array kKinds = {"OTHER",        "OMISSION",    "ADDITION",
                                        "SUBSTITUTION", "DUPLICATION", "TRANSPOSITION",
                                        "SCRIPT",       "PUNCTUATION", "OTHER"};
  static constexpr std::array kCertainties = {"POSSIBLE", "CERTAIN", "PROBABLE", "POSSIBLE"};
  return absl::StrCat(kKinds.at(static_cast<size_t>(defect.kind)), " ",
                      kCertainties.at(static_cast<size_t>(defect.certainty)));
}

absl::Status CheckText(std::string_view field, std::string_view value) {
  if (const std::optional<size_t> invalid = text::FindInvalidUtf8(value); invalid.has_value()) {
    return errors::InvalidUtf8(field, *invalid);
  }
  if (text::CountCodePoints(value) > limits::kMaxMetadataCodePoints) {
    return errors::FieldOutOfRange(
        field, absl::StrCat("at most ", limits::kMaxMetadataCodePoints, " code points"));
  }
  return absl::OkStatus();
}

absl::Status CheckEdit(const DefectEdit& edit) {
  if (edit.printed.has_value()) {
    if (edit.printed->empty()) {
      return errors::FieldRequired("defect.printed");
    }
    QUOTES_RETURN_IF_ERROR(CheckText("defect.printed", *edit.printed));
  }
  if (edit.range.has_value() && edit.range->begin >= edit.range->end) {
    return errors::FieldOutOfRange("defect.range", "0 <= begin < end");
  }
  if (edit.readings.has_value()) {
    if (edit.readings->empty()) {
      return errors::FieldRequired("defect.readings");
    }
    if (edit.readings->size() > limits::kMaxDefectReadings) {
      return errors::FieldOutOfRange(
          "defect.readings", absl::StrCat("at most ", limits::kMaxDefectReadings, " values"));
    }
    for (size_t i = 0; i < edit.readings->size(); ++i) {
      QUOTES_RETURN_IF_ERROR(
          CheckText(absl::StrCat("defect.readings[", i, "]"), (*edit.readings)[i]));
    }
  }
  return edit.note.has_value() ? CheckText("defect.note", *edit.note) : absl::OkStatus();
}

// Takes over what is set; the place is found anew when any of it is.
absl::Status Apply(const DefectEdit& edit, const report::ParsedReport& content, Defect* defect) {
  if (edit.printed.has_value()) {
    defect->printed = *edit.printed;
  }
  if (edit.printed.has_value() || edit.range.has_value() || edit.occurrence > 0) {
    QUOTES_ASSIGN_OR_RETURN(defect->range, report::PlacePrinted(content, edit.range,
                                                                text::ToCodePoints(defect->printed),
                                                                edit.occurrence, "defect.printed"));
  }
  if (edit.readings.has_value()) {
    defect->readings = *edit.readings;
  }
  defect->kind = edit.kind.value_or(defect->kind);
  defect->certainty = edit.certainty.value_or(defect->certainty);
  if (edit.note.has_value()) {
    defect->note = *edit.note;
  }
  return absl::OkStatus();
}

std::vector<RegisterEntry>::iterator Find(std::vector<RegisterEntry>* entries,
                                          std::string_view defect_id) {
  return std::find_if(entries->begin(), entries->end(), [defect_id](const RegisterEntry& entry) {
    return entry.defect.id == defect_id;
  });
}

// The entry of an id with the etag that the caller expects.
absl::StatusOr<std::vector<RegisterEntry>::iterator> Require(std::vector<RegisterEntry>* entries,
                                                             std::string_view report_id,
                                                             std::string_view defect_id,
                                                             std::string_view etag) {
  const auto found = Find(entries, defect_id);
  if (found == entries->end() || found->removed) {
    return errors::DefectNotFound(DefectName(report_id, defect_id));
  }
  if (!etag.empty() && etag != report::DefectEtag(found->defect)) {
    return errors::EtagMismatch(DefectName(report_id, defect_id));
  }
  return found;
}

// DEFECT_EXISTS when another entry stands at the place of `defect`.
absl::Status CheckPlace(const std::vector<RegisterEntry>& entries, std::string_view report_id,
                        const Defect& defect) {
  for (const RegisterEntry& entry : entries) {
    if (!entry.removed && entry.defect.range == defect.range && entry.defect.id != defect.id) {
      return errors::DefectExists(DefectName(report_id, entry.defect.id));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<DefectResult> Library::EditRegister(
    std::string_view report_id, store::AuditAction action, const store::Actor& actor,
    absl::FunctionRef<absl::StatusOr<Defect>(const report::ParsedReport&,
                                             std::vector<RegisterEntry>*)>
        edit) {
  if (read_only_) {
    return errors::ReadOnly();
  }
  QUOTES_RETURN_IF_ERROR(CheckReady());
  const MutexLock lock(&write_mutex_);
  QUOTES_ASSIGN_OR_RETURN(const store::Register held, store_->LoadRegister(report_id));
  DefectResult result;
  result.document = FindLatest(report_id);
  if (result.document->state() == archive::ReportState::kWithdrawn) {
    return errors::ReportWithdrawn(absl::StrCat("reports/", ToAbsl(report_id)));
  }
  std::vector<RegisterEntry> entries = held.entries;
  archive::Document document = archive::Unpack(*result.document);
  QUOTES_ASSIGN_OR_RETURN(result.defect, edit(document.content, &entries));
  result.archive_revision = archive()->revision();
  if (entries == held.entries) {
    return result;
  }
  // Without a file nothing is merged: the entries are put in text order.
  entries = report::MergeRegister(std::move(entries), {});
  QUOTES_ASSIGN_OR_RETURN(const store::ReportChange change,
                          store_->WriteRegister(report_id, held.etag, entries,
                                                {action, absl::StrCat("defects/", result.defect.id),
                                                 actor, DetailOf(result.defect)}));
  document.defects = report::DefectsOf(entries);
  document.etag = change.etag;
  document.update_time = change.update_time;
  result.document =
      Publish(change.archive_revision, archive::Pack(document, scheme()->themes().size()));
  result.archive_revision = change.archive_revision;
  result.changed = true;
  return result;
}

absl::StatusOr<DefectResult> Library::CreateDefect(std::string_view report_id,
                                                   std::string_view defect_id,
                                                   const DefectEdit& edit,
                                                   const store::Actor& actor) {
  if (!defect_id.empty() && !report::IsResourceId(defect_id)) {
    return errors::InvalidName("defect_id", defect_id, "{defect}");
  }
  DefectEdit whole = edit;
  whole.printed = edit.printed.value_or("");
  whole.readings = edit.readings.value_or(std::vector<std::string>());
  QUOTES_RETURN_IF_ERROR(CheckEdit(whole));
  return EditRegister(
      report_id, store::AuditAction::kCreateDefect, actor,
      [&](const report::ParsedReport& content,
          std::vector<RegisterEntry>* entries) -> absl::StatusOr<Defect> {
        Defect defect;
        defect.id = defect_id;
        defect.origin = report::DefectOrigin::kEditor;
        QUOTES_RETURN_IF_ERROR(Apply(whole, content, &defect));
        QUOTES_RETURN_IF_ERROR(CheckPlace(*entries, report_id, defect));
        if (!defect_id.empty() && Find(entries, defect_id) != entries->end()) {
          return errors::DefectExists(DefectName(report_id, defect_id));
        }
        if (report::DefectsOf(*entries).size() >= limits::kMaxDefects) {
          return errors::FieldOutOfRange(
              "defect", absl::StrCat("at most ", limits::kMaxDefects, " defects in a report"));
        }
        if (defect_id.empty()) {
          defect.id = report::NewDefectId(*entries, defect);
        }
        entries->push_back({defect, false});
        return defect;
      });
}

absl::StatusOr<DefectResult> Library::UpdateDefect(std::string_view report_id,
                                                   std::string_view defect_id,
                                                   std::string_view etag, const DefectEdit& edit,
                                                   const store::Actor& actor) {
  QUOTES_RETURN_IF_ERROR(CheckEdit(edit));
  return EditRegister(report_id, store::AuditAction::kUpdateDefect, actor,
                      [&](const report::ParsedReport& content,
                          std::vector<RegisterEntry>* entries) -> absl::StatusOr<Defect> {
                        QUOTES_ASSIGN_OR_RETURN(const auto entry,
                                                Require(entries, report_id, defect_id, etag));
                        Defect defect = entry->defect;
                        QUOTES_RETURN_IF_ERROR(Apply(edit, content, &defect));
                        QUOTES_RETURN_IF_ERROR(CheckPlace(*entries, report_id, defect));
                        if (defect != entry->defect) {
                          defect.origin = report::DefectOrigin::kEditor;
                          entry->defect = defect;
                        }
                        return defect;
                      });
}

absl::StatusOr<DefectResult> Library::DeleteDefect(std::string_view report_id,
                                                   std::string_view defect_id,
                                                   std::string_view etag,
                                                   const store::Actor& actor) {
  return EditRegister(report_id, store::AuditAction::kDeleteDefect, actor,
                      [&](const report::ParsedReport&,
                          std::vector<RegisterEntry>* entries) -> absl::StatusOr<Defect> {
                        QUOTES_ASSIGN_OR_RETURN(const auto entry,
                                                Require(entries, report_id, defect_id, etag));
                        entry->removed = true;
                        entry->defect.origin = report::DefectOrigin::kEditor;
                        return entry->defect;
                      });
}

}  // namespace quotes
