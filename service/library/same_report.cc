#include "service/library/same_report.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "service/base/errors.h"
#include "service/base/status_macros.h"
#include "service/citation/lexicon.h"
#include "service/figures/numeral.h"
#include "service/library/revision_diff.h"
#include "service/report/lint.h"
#include "service/report/parser.h"
#include "service/report/report_id.h"
#include "service/store/content.h"
#include "service/text/fold.h"
#include "service/text/utf8.h"

namespace quotes {
namespace {

using report::ParsedReport;
using report::Range;

std::u32string_view SpeechOf(const ParsedReport& report) {
  return std::u32string_view(report.joined).substr(0, report.runs.front().range.end);
}

std::u32string WithoutSpaces(std::u32string_view text) {
  std::u32string bare;
  bare.reserve(text.size());
  std::copy_if(text.begin(), text.end(), std::back_inserter(bare),
               [](char32_t c) { return !text::IsSpace(c) && !text::IsLineBreak(c); });
  return bare;
}

bool SaysTheSame(const ParsedReport& a, const archive::PackedDocument& b) {
  return WithoutSpaces(SpeechOf(a)) == WithoutSpaces(b.joined(b.runs().front().range)) &&
         store::SameMetadata(a.metadata, archive::Unpack(b).content.metadata);
}

// Whether a report that is held has a revision of which `is_meant` holds.
template <typename IsMeant>
absl::StatusOr<bool> HasRevision(FindRevisions find_revisions, std::string_view report_id,
                                 IsMeant is_meant) {
  QUOTES_ASSIGN_OR_RETURN(const std::vector<store::RevisionInfo> revisions,
                          find_revisions(report_id));
  return std::any_of(revisions.begin(), revisions.end(), is_meant);
}

// Letters around an edit that are shown with it.
constexpr uint32_t kContext = 6;
// Edits of a sentence that are told, and letters of a sentence that only one text has.
constexpr size_t kShownEdits = 3;
constexpr uint32_t kShownLetters = 30;
// Sentences that are told one by one: where more differ a comparison of both texts serves better.
constexpr size_t kMostRevised = 50;

// Whether an edit of a sentence touches what decides what is said: figures with their units and
// qualifiers, negations, hedges and the like. An insertion touches what it stands inside of.
class Sentence {
 public:
  Sentence(std::u32string_view joined, Range range)
      : begin_(range.begin), text_(joined.substr(range.begin, range.size())) {
    for (const figures::Numeral& numeral : figures::FindNumerals(text_)) {
      grave_.push_back({numeral.token.begin, numeral.token.end});
    }
    for (const citation::Cue& cue : citation::FindCues(text_)) {
      if (citation::IsCritical(cue.kind)) {
        grave_.push_back({cue.begin, cue.end});
      }
    }
  }

  bool IsGrave(Range edit) const {
    const uint32_t begin = edit.begin - begin_;
    const uint32_t end = edit.end - begin_;
    return std::any_of(grave_.begin(), grave_.end(),
                       [&](const Range& range) { return range.begin < end && begin < range.end; });
  }

  // The edit with what is around it.
  std::string Show(Range edit) const {
    const uint32_t begin = edit.begin - begin_;
    const uint32_t from = begin > kContext ? begin - kContext : 0;
    const auto size = static_cast<uint32_t>(text_.size());
    const uint32_t to = std::min(edit.end - begin_ + kContext, size);
    return absl::StrCat(from > 0 ? "…" : "", text::ToUtf8(text_.substr(from, to - from)),
                        to < size ? "…" : "");
  }

  std::string Beginning() const {
    return absl::StrCat(text::ToUtf8(text_.substr(0, kShownLetters)),
                        text_.size() > kShownLetters ? "…" : "");
  }

 private:
  uint32_t begin_;
  std::u32string_view text_;
  std::vector<Range> grave_;
};

}  // namespace

absl::StatusOr<std::shared_ptr<const archive::PackedDocument>> FindCopied(
    DuplicateHandling handling, FindReport find_report, FindRevisions find_revisions,
    const store::RevisionDraft& draft) {
  std::shared_ptr<const archive::PackedDocument> copied;
  for (uint32_t number = 1;; ++number) {
    const std::string id = report::NumberedReportId(draft.report_id, number);
    std::shared_ptr<const archive::PackedDocument> held = find_report(id);
    if (held == nullptr) {
      return copied;
    }
    if (held->source().sha256 == draft.source.sha256 ||
        held->source().file_name == draft.source.file_name) {
      return nullptr;
    }
    if (copied != nullptr || (number == 1 && handling != DuplicateHandling::kRefuse)) {
      continue;
    }
    QUOTES_ASSIGN_OR_RETURN(const bool had,
                            HasRevision(find_revisions, id, [&](const auto& revision) {
                              return revision.source.sha256 == draft.source.sha256;
                            }));
    if (had || SaysTheSame(draft.content, *held)) {
      copied = std::move(held);
    }
  }
}

absl::StatusOr<std::optional<NearDuplicate>> SettleMadeId(DuplicateHandling handling,
                                                          FindReport find_report,
                                                          FindRevisions find_revisions,
                                                          store::RevisionDraft* draft) {
  const std::string made = draft->report_id;
  std::string beside;   // the first id that is free
  std::string next_of;  // the report of which the draft is the next revision
  double likeness = 0;
  for (uint32_t number = 1; beside.empty(); ++number) {
    const std::string id = report::NumberedReportId(made, number);
    const std::shared_ptr<const archive::PackedDocument> held = find_report(id);
    if (held == nullptr) {
      beside = id;
      break;
    }
    if (held->source().sha256 == draft->source.sha256) {
      next_of = id;
      break;
    }
    if (number == 1) {
      likeness =
          Speech(draft->content).LikenessTo(Speech(held->joined(held->runs().front().range)));
    }
    if (!next_of.empty() || (number == 1 && handling != DuplicateHandling::kRefuse)) {
      continue;
    }
    bool revises = held->source().file_name == draft->source.file_name;
    if (!revises && !draft->source.file_name.empty()) {
      QUOTES_ASSIGN_OR_RETURN(revises, HasRevision(find_revisions, id, [&](const auto& revision) {
                                return revision.source.file_name == draft->source.file_name;
                              }));
    }
    if (revises) {
      next_of = id;
    }
  }
  if (beside == made) {
    return std::nullopt;
  }
  if (next_of.empty() && handling == DuplicateHandling::kRefuse) {
    return errors::DuplicateReport(absl::StrCat("reports/", made), likeness);
  }
  draft->report_id = next_of.empty() ? beside : next_of;
  if (draft->report_id != made) {
    report::AssignIds(draft->report_id, &draft->content);
  }
  if (!next_of.empty()) {
    return std::nullopt;
  }
  draft->duplicate_of = made;
  draft->withdrawn = handling == DuplicateHandling::kVariant;
  return NearDuplicate{made, likeness};
}

bool IsCorrected(const store::RevisionDraft& draft, const archive::PackedDocument& held,
                 double likeness) {
  // Nearly all of it was there before, and nearly all of that is left: no report of the next year
  // is so like.
  constexpr double kLeast = 0.9;
  const auto ours = static_cast<double>(SpeechOf(draft.content).size());
  const auto theirs = static_cast<double>(held.runs().front().range.size());
  return !draft.source.file_name.empty() && held.source().file_name == draft.source.file_name &&
         likeness >= kLeast && std::min(ours, theirs) >= kLeast * std::max(ours, theirs);
}

bool IsAmendedStatute(const ParsedReport& content, const archive::PackedDocument& held) {
  constexpr int kFewestArticles = 5;
  const auto articles =
      std::count_if(content.sections.begin(), content.sections.end(), [](const auto& section) {
        return section.marker.starts_with("第") && section.marker.ends_with("条");
      });
  return articles >= kFewestArticles && content.metadata.date.has_value() &&
         held.date().has_value() && *content.metadata.date != *held.date();
}

std::vector<RevisedSentence> RevisedSentences(const ParsedReport& base, uint64_t base_revision,
                                              const ParsedReport& revision) {
  std::vector<RevisedSentence> revised;
  const std::string before = absl::StrCat("revision ", base_revision);
  uint32_t place = 0;  // where the last sentence that both have ends
  const auto add = [&](bool grave, Range range, std::string message) {
    const uint32_t at = range.empty() && place > 0 ? place - 1 : range.begin;
    revised.push_back({grave, report::LineAt(revision, at), range, std::move(message)});
  };
  const auto range_of = [](const ParsedReport& report, int index) {
    return report.quotes[static_cast<size_t>(index)].range;
  };
  for (const SentenceDiff& diff : DiffRevisions(base, revision).sentences) {
    const ParsedReport& holder = diff.revision >= 0 ? revision : base;
    const int index = diff.revision >= 0 ? diff.revision : diff.base;
    if (!report::IsSpeech(holder.quotes[static_cast<size_t>(index)].block)) {
      continue;
    }
    const Range range = range_of(holder, index);
    const Sentence sentence(holder.joined, range);
    if (diff.kind == SentenceChangeKind::kRemoved) {
      add(true, {place, place},
          absl::StrCat(before,
                       " has a sentence here that is not in this text: ", sentence.Beginning()));
      continue;
    }
    place = range.end;
    if (diff.kind == SentenceChangeKind::kInserted) {
      add(true, range, absl::StrCat("the sentence is not in ", before, ": ", sentence.Beginning()));
      continue;
    }
    const Range old_range = range_of(base, diff.base);
    const std::u32string_view old_text =
        std::u32string_view(base.joined).substr(old_range.begin, old_range.size());
    const std::u32string_view new_text =
        std::u32string_view(revision.joined).substr(range.begin, range.size());
    if (old_text == new_text || DifferInFormOnly(old_text, new_text)) {
      continue;
    }
    const Sentence old_sentence(base.joined, old_range);
    bool grave = false;
    std::string message;
    size_t edits = 0;
    for (const SentenceEdit& edit : DiffSentences(base.joined, old_range, revision.joined, range)) {
      grave = grave || old_sentence.IsGrave(edit.base) || sentence.IsGrave(edit.revision);
      if (edits++ < kShownEdits) {
        absl::StrAppend(&message, message.empty() ? "" : "; ", before, " has ",
                        old_sentence.Show(edit.base), ", this text ", sentence.Show(edit.revision));
      }
    }
    if (edits > kShownEdits) {
      absl::StrAppend(&message, "; and ", edits - kShownEdits, " more differences");
    }
    add(grave, range, std::move(message));
  }
  if (revised.size() > kMostRevised) {
    const size_t left_out = revised.size() - kMostRevised;
    std::stable_sort(revised.begin(), revised.end(),
                     [](const auto& a, const auto& b) { return a.grave && !b.grave; });
    revised.resize(kMostRevised);
    std::stable_sort(revised.begin(), revised.end(),
                     [](const auto& a, const auto& b) { return a.range.begin < b.range.begin; });
    revised.push_back(
        {true, 0, {}, absl::StrCat(left_out, " more sentences differ from ", before)});
  }
  return revised;
}

}  // namespace quotes
