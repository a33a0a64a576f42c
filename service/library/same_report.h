#ifndef QUOTES_SERVICE_LIBRARY_SAME_REPORT_H_
#define QUOTES_SERVICE_LIBRARY_SAME_REPORT_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "service/archive/packed_document.h"
#include "service/library/library.h"
#include "service/library/near_duplicate.h"
#include "service/report/report.h"
#include "service/store/store.h"

// Texts that say to be a report that is held already.
namespace quotes {

// The latest document of a report, active or withdrawn; null if there is none.
using FindReport =
    absl::FunctionRef<std::shared_ptr<const archive::PackedDocument>(std::string_view report_id)>;

// The revisions of a report that is held, newest first.
using FindRevisions =
    absl::FunctionRef<absl::StatusOr<std::vector<store::RevisionInfo>>(std::string_view report_id)>;

// The held report, of those of a draft's made id, of which the draft is a copy: its file is another
// one than that of the latest revision, and either an earlier revision had the same bytes, or text
// and metadata say the same, white space apart (the report in another format). A copy changes
// nothing, neither text nor register. Null if there is none, if the draft's bytes or its file are
// those of a latest revision, or, of the first report of that name, if it is to be taken beside it.
absl::StatusOr<std::shared_ptr<const archive::PackedDocument>> FindCopied(
    DuplicateHandling handling, FindReport find_report, FindRevisions find_revisions,
    const store::RevisionDraft& draft);

// Decides what a draft is whose id was made from body, date and title and that is no copy, and sets
// its id: what of the reports of that name (the first, and those taken beside it: see
// report::NumberedReportId) has the same bytes is what the draft is; else one that had a revision
// from a file of the same name takes it as its next revision. Any other text may be right or wrong
// where the held one is not, so that it replaces nothing unasked: DUPLICATE_REPORT, or with
// `handling` a report beside the first, which is returned, and withdrawn for a variant. A text that
// is to be taken beside the first is never its next revision.
absl::StatusOr<std::optional<NearDuplicate>> SettleMadeId(DuplicateHandling handling,
                                                          FindReport find_report,
                                                          FindRevisions find_revisions,
                                                          store::RevisionDraft* draft);

// Whether a text that resembles a held one, by `likeness`, is that report corrected: it comes from
// a file of the same name as the latest revision, and says nearly the same (the day of the speech
// may be what was wrong, and with it the id that is made from it).
bool IsCorrected(const store::RevisionDraft& draft, const archive::PackedDocument& held,
                 double likeness);

// Whether a text that resembles a held one is a statute (it is built of articles, 第一条) of
// another day than that: an amended one is no transcription, and counts beside it.
bool IsAmendedStatute(const report::ParsedReport& content, const archive::PackedDocument& held);

// What a revision says otherwise than the one before it, for whoever imports it: each sentence that
// differs in more than form, in text order. Of more than fifty the gravest are told and the others
// counted. Pure.
std::vector<RevisedSentence> RevisedSentences(const report::ParsedReport& base,
                                              uint64_t base_revision,
                                              const report::ParsedReport& revision);

}  // namespace quotes

#endif  // QUOTES_SERVICE_LIBRARY_SAME_REPORT_H_
