#include "service/citation/answer.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "service/archive/distinctiveness.h"
#include "service/base/limits.h"
#include "service/citation/attribution.h"
#include "service/citation/context.h"
#include "service/citation/disposition.h"
#include "service/citation/form.h"
#include "service/citation/latin.h"
#include "service/citation/lexicon.h"
#include "service/citation/script.h"
#include "service/citation/source_text.h"
#include "service/report/report.h"
#include "service/text/fold.h"
#include "service/text/utf8.h"

namespace quotes::citation {
namespace {

class Answer {
 public:
  Answer(const Request& request, const Profile& profile, std::u32string_view quotation,
         const Search& search, Result& result)
      : request_(request),
        profile_(profile),
        quotation_(quotation),
        search_(search),
        result_(result) {}

  void Conclude(const Passage* best, const std::vector<Passage>& places,
                const std::vector<Passage>& chain) {
    const Source* const source = best == nullptr ? nullptr : &search_.SourceOf(*best);
    const Range range = best == nullptr ? Range{} : best->range;
    const std::vector<Passage> once = OnePerReport(best, places);
    const std::vector<Passage>& same = once.empty() ? places : once;
    Locations(same);
    if (best != nullptr) {
      result_.severity = best->severity;
      result_.cost = best->cost;
      result_.edit_count = best->edits.size();
      result_.edits = best->edits;
      for (const Edit& edit : result_.edits) {
        result_.folds |= edit.folds;
      }
      Repair(*source, *best);
      if (result_.edits.size() > limits::kMaxCitationEdits) {
        result_.edits.resize(limits::kMaxCitationEdits);
      }
      result_.citation_line = source->CitationLine(range.begin);
      result_.mode = source->quote(source->QuoteAt(range.begin)).mode;
      Context(*best, same, chain);
    }
    Attribute(source, range);
    Dispose(request_, profile_, best, &result_);
  }

 private:
  static std::string Slice(std::u32string_view text, Range range) {
    return text::ToUtf8(text.substr(range.begin, range.size()));
  }

  // The places without those in further revisions of the same report: a sentence that stayed as it
  // was stands there once. Of each report the text of `best` counts, else the newest. Empty when
  // nothing is to be left out.
  std::vector<Passage> OnePerReport(const Passage* best, const std::vector<Passage>& places) const {
    std::vector<Passage> kept;
    if (std::all_of(places.begin(), places.end(), [&](const Passage& place) {
          return search_.SourceOf(place).state() == SourceState::kLatest;
        })) {
      return kept;
    }
    // A latest text has the highest revision of its report, the others lie behind it.
    const auto key = [&](const Passage& place) {
      return std::make_tuple(best != nullptr && best->source == place.source,
                             IsSameKind(place, places.front()), search_.SourceOf(place).revision());
    };
    absl::flat_hash_map<std::string_view, const Passage*> text_of;
    for (const Passage& place : places) {
      const auto [text, added] = text_of.emplace(search_.SourceOf(place).report_id(), &place);
      if (!added && key(*text->second) < key(place)) {
        text->second = &place;
      }
    }
    std::copy_if(places.begin(), places.end(), std::back_inserter(kept), [&](const Passage& place) {
      return text_of[search_.SourceOf(place).report_id()]->source == place.source;
    });
    return kept;
  }

  // Whether a place is as good as the first, which no word cut at a border is.
  static bool IsSameKind(const Passage& place, const Passage& first) {
    return IsWordForWord(place.verdict) == IsWordForWord(first.verdict);
  }

  void Locations(const std::vector<Passage>& same) {
    absl::flat_hash_set<std::string_view> reports;
    for (const Passage& passage : same) {
      const Source& source = search_.SourceOf(passage);
      reports.insert(source.report_id());
      if (IsSameKind(passage, same.front())) {
        may_be_meant_.insert(source.report_id());
      }
      if (result_.locations.size() < request_.max_locations) {
        result_.locations.push_back(MakeLocation(source, passage));
      }
    }
    result_.report_count = reports.size();
    result_.location_count = same.size();
    if (search_.places_cut() && !same.empty() && IsWordForWord(same.front().verdict)) {
      result_.location_count = std::max<uint64_t>(search_.whole_places(), same.size());
      result_.stopped = StopReason::kWorkLimit;
    }
  }

  static Location MakeLocation(const Source& source, const Passage& passage) {
    Location location;
    location.report_id = source.report_id();
    location.revision = source.revision();
    location.state = source.state();
    location.verdict = passage.verdict;
    location.source = passage.range;
    location.text = Slice(source.joined(), passage.range);
    location.block = source.RunAt(passage.range.begin).kind;
    location.breadcrumb = source.Breadcrumb(passage.range.begin);
    location.print = source.PrintPlaces(passage.range);
    const std::vector<size_t> sections = source.SectionsAt(passage.range.begin);
    if (!sections.empty()) {
      location.section_id = source.section_id(sections.back());
      location.section_path = source.section_path(sections.back());
    }
    if (source.quote_count() > 0) {
      const size_t first = source.QuoteAt(passage.range.begin);
      const size_t last = source.QuoteAt(std::max(passage.range.begin + 1, passage.range.end) - 1);
      for (size_t i = first; i <= last; ++i) {
        location.quote_ids.emplace_back(source.quote_id(i));
      }
      location.block = source.quote(first).block;
      location.mode = source.quote(first).mode;
      location.paragraph = source.quote(first).paragraph;
      location.sentence = source.quote(first).sentence;
    }
    return location;
  }

  // What the source has in a range, without its certain printing faults and those that the
  // quotation reads as emended.
  static std::u32string TrueWords(const Source& source, const Passage& best, Range range) {
    std::u32string words;
    uint32_t at = range.begin;
    for (const TouchedDefect& defect : TouchedDefects(source, range)) {
      const Range fault = defect.source;
      const auto read = std::find_if(
          best.emended.begin(), best.emended.end(),
          [&](const auto& emended) { return source.defect_id(emended.first) == defect.defect_id; });
      const bool applied = read != best.emended.end();
      if ((!applied && defect.certainty != report::Certainty::kCertain) ||
          defect.readings.empty() || fault.begin < at || fault.end > range.end) {
        continue;
      }
      words += source.joined().substr(at, fault.begin - at);
      words += text::ToCodePoints(defect.readings[applied ? read->second : 0]);
      at = fault.end;
    }
    words += source.joined().substr(at, range.end - at);
    return words;
  }

  // The edits with those that change a part of a certain fault widened over all of it, so that the
  // true words take their place: 651户 of a printed 560户 that is emended to 650户.
  std::vector<Edit> OverWholeFaults(const Source& source, Range range) const {
    std::vector<Edit> edits = result_.edits;
    for (const TouchedDefect& defect : TouchedDefects(source, range)) {
      const Range fault = defect.source;
      if (defect.certainty != report::Certainty::kCertain || defect.readings.empty() ||
          fault.begin < range.begin || fault.end > range.end) {
        continue;
      }
      const auto first = std::find_if(edits.begin(), edits.end(), [&](const Edit& edit) {
        return edit.severity != Severity::kNone && Intersects(edit.source, fault.begin, fault.end);
      });
      if (first == edits.end()) {
        continue;
      }
      auto last = first;
      while (last + 1 != edits.end() && (last + 1)->source.begin < fault.end) {
        ++last;
      }
      const uint32_t before = first->source.begin - std::min(first->source.begin, fault.begin);
      const uint32_t behind = std::max(last->source.end, fault.end) - last->source.end;
      Edit whole = *first;
      whole.kind = EditKind::kSubstitution;
      whole.source = {first->source.begin - before, last->source.end + behind};
      whole.quotation = {first->quotation.begin - before, last->quotation.end + behind};
      // What stands unchanged beside the edits must be the source's, character by character.
      const auto same = [&](Range own, Range printed) {
        return own.end <= quotation_.size() &&
               quotation_.substr(own.begin, own.size()) ==
                   source.joined().substr(printed.begin, printed.size());
      };
      if (first->quotation.begin < before ||
          !same({whole.quotation.begin, first->quotation.begin},
                {whole.source.begin, first->source.begin}) ||
          !same({last->quotation.end, whole.quotation.end}, {last->source.end, whole.source.end})) {
        continue;
      }
      *first = whole;
      edits.erase(first + 1, last + 1);
    }
    return edits;
  }

  // The quotation with the true words where it departs from them and in place of omission marks, in
  // its own style otherwise.
  void Repair(const Source& source, const Passage& best) {
    switch (result_.text) {
      case TextVerdict::kPunctuationChanged:
      case TextVerdict::kNumeralRestated:
      case TextVerdict::kAltered:
      case TextVerdict::kElidedRisky:
        break;
      default:
        return;
    }
    const std::vector<Edit> edits = OverWholeFaults(source, best.range);
    const bool fills = std::any_of(edits.begin(), edits.end(), [](const Edit& edit) {
      return edit.reason == EditReason::kOmissionMark;
    });
    // A bracket beside the outer omission marks has no partner.
    const auto has_bracket = [](std::u32string_view marks) {
      return std::any_of(marks.begin(), marks.end(), [](char32_t c) {
        return MarkDirection(c) != 0 && FormOfMark(c) != kQuotationForm;
      });
    };
    const bool corners = quotation_.find_first_of(U"「『") != std::u32string::npos;
    const bool converted =
        IsConverted(quotation_, source.joined().substr(best.range.begin, best.range.size()));
    const bool traditional = std::any_of(quotation_.begin(), quotation_.end(), [](char32_t c) {
      return text::IsHan(c) && (text::FoldsOf(c) & text::kFoldScript) != 0;
    });
    std::u32string repaired;
    uint32_t at = 0;
    for (const Edit& edit : edits) {
      repaired += quotation_.substr(at, edit.quotation.begin - at);
      at = edit.quotation.end;
      const std::u32string_view own =
          quotation_.substr(edit.quotation.begin, edit.quotation.size());
      // The final mark of a part stands inside a sentence once the gap behind it is filled.
      const bool form = edit.kind == EditKind::kForm &&
                        !(fills && edit.reason == EditReason::kFinalMark) &&
                        !(edit.reason == EditReason::kOuterMark && has_bracket(own));
      const bool keep =
          edit.reason != EditReason::kOmissionMark &&
          (form || edit.reason == EditReason::kEmendation ||
           (edit.reason == EditReason::kEditorialBracket && edit.severity == Severity::kNone));
      if (keep) {
        repaired += own;
        continue;
      }
      std::u32string words = TrueWords(source, best, edit.source);
      if (edit.reason == EditReason::kOmissionMark) {
        FitSpaces(quotation_.substr(at), &repaired, &words);
      } else {
        AddSpaces(source.joined(), edit.source, quotation_.substr(at), repaired, &words);
      }
      for (const char32_t c : converted ? InScript(words, traditional) : words) {
        const size_t mark = std::u32string_view(U"“”‘’").find(c);
        repaired.push_back(corners && mark != std::u32string_view::npos ? U"「」『』"[mark] : c);
      }
    }
    repaired += quotation_.substr(at);
    if (repaired != quotation_) {
      result_.repair = text::ToUtf8(repaired);
    }
  }

  // Words that fill a gap before `rest`: the spaces on either side of the omission mark and those
  // of the words are one.
  static void FitSpaces(std::u32string_view rest, std::u32string* before, std::u32string* words) {
    while (!before->empty() && !words->empty() && text::IsSpace(before->back()) &&
           (text::IsSpace(words->front()) || text::IsHardMark(words->front()))) {
      before->pop_back();
    }
    while (!rest.empty() && !words->empty() && text::IsSpace(rest.front()) &&
           text::IsSpace(words->back())) {
      words->pop_back();
    }
  }

  // Puts the spaces beside words of the source back where two words would run into one.
  static void AddSpaces(std::u32string_view joined, Range place, std::u32string_view rest,
                        std::u32string_view before, std::u32string* words) {
    const auto in_word = [](char32_t c) { return IsLatinLetter(c) || text::IsDigit(c); };
    if (words->empty()) {
      return;
    }
    if (!before.empty() && in_word(before.back()) && in_word(words->front()) && place.begin > 0 &&
        text::IsSpace(joined[place.begin - 1])) {
      words->insert(0, 1, U' ');
    }
    if (!rest.empty() && in_word(rest.front()) && in_word(words->back()) &&
        place.end < joined.size() && text::IsSpace(joined[place.end])) {
      words->push_back(U' ');
    }
  }

  void AddFlag(ContextFlag flag, std::string detail = {}, Range source = {}) {
    FlagResult result;
    result.flag = flag;
    result.detail = std::move(detail);
    result.source = source;
    result_.flags.push_back(std::move(result));
  }

  void Context(const Passage& best, const std::vector<Passage>& same,
               const std::vector<Passage>& chain) {
    const Source& source = search_.SourceOf(best);
    const report::Mode used =
        UsedAs(request_.claim, text::ToCodePoints(request_.text_before),
               text::ToCodePoints(request_.text_after), source.metadata().date);
    JudgeSpan(source, best.range, used, true, &result_.flags);
    ForgetWhatIsSaidBefore(source, best.range);
    DoubtFaultyNegators(source);
    std::optional<bool> converted;  // told when it matters
    const auto is_converted = [&] {
      if (!converted.has_value()) {
        converted =
            IsConverted(quotation_, source.joined().substr(best.range.begin, best.range.size()));
      }
      return *converted;
    };
    for (const Edit& edit : best.edits) {
      if (edit.kind == EditKind::kOmission || edit.kind == EditKind::kSubstitution) {
        if (edit.reason == EditReason::kCondition) {
          AddFlag(ContextFlag::kDroppedCondition, edit.source_text, edit.source);
        } else if (edit.reason == EditReason::kHedge) {
          AddFlag(ContextFlag::kDroppedHedge, edit.source_text, edit.source);
        }
      }
      if (edit.possible_source_fault) {
        AddFlag(ContextFlag::kPossibleSourceFault, edit.source_text, edit.source);
      }
      bool ambiguous = (edit.folds & text::kFoldAmbiguous) != 0;
      if ((edit.folds & (text::kFoldScript | text::kFoldVariant)) != 0 && is_converted()) {
        ambiguous = !IsUsualConversion(source, best.range, edit);
      }
      if (ambiguous) {
        AddFlag(ContextFlag::kAmbiguousFold,
                absl::StrCat(edit.quotation_text, "/", edit.source_text), edit.source);
      }
    }
    Defects(best, chain);
    MixedScript(best);
    if (result_.location_count > 1) {
      AddFlag(ContextFlag::kMultipleLocations, absl::StrCat(result_.location_count));
      for (const Passage& other : same) {
        if (other.source == best.source && other.range.begin != best.range.begin &&
            InDuplicatedPassage(source, best.range, other.range)) {
          AddFlag(ContextFlag::kInDuplicatedPassage, "", other.range);
          break;
        }
      }
    }
    // What stands across quotes, or in parts, is counted by the places that were found; so are few
    // places of all that there are, which saves a look at the index.
    const bool few = search_.allowed().empty() && result_.stopped == StopReason::kNone &&
                     result_.location_count < limits::kFormulaicReports;
    const uint64_t counted =
        IsWordForWord(best.verdict) && !few
            ? archive::CountReportsOf(source.latest(),
                                      source.joined().substr(best.range.begin, best.range.size()))
            : 0;
    const uint64_t reports = counted > 0 ? counted : may_be_meant_.size();
    if (reports >= limits::kFormulaicReports) {
      // Of too many places those that were looked at are in so many reports.
      const bool cut = counted == 0 && result_.stopped == StopReason::kWorkLimit;
      AddFlag(ContextFlag::kFormulaic, absl::StrCat(cut ? "≥" : "", reports));
    }
    if (source.state() == SourceState::kOldRevision) {
      AddFlag(ContextFlag::kOldRevision, absl::StrCat(source.revision()));
    } else if (source.state() == SourceState::kWithdrawn) {
      AddFlag(ContextFlag::kWithdrawnReport, std::string(source.report_id()));
    }
    std::stable_sort(result_.flags.begin(), result_.flags.end(),
                     [](const FlagResult& a, const FlagResult& b) {
                       return std::tie(a.flag, a.source.begin) < std::tie(b.flag, b.source.begin);
                     });
  }

  // A negator, hedge or condition before the span is not left out where the caller has it in the
  // words before the quotation, and all that stands between: 绝不能“因为取得一点成绩…”.
  void ForgetWhatIsSaidBefore(const Source& source, Range span) {
    const auto letters = [](std::u32string_view text) {
      std::u32string out;
      for (const Unit& unit : FormUnits(text)) {
        if (unit.letter()) {
          out.push_back(unit.form);
        }
      }
      return out;
    };
    if (request_.text_before.empty()) {
      return;
    }
    const std::u32string text_before = text::ToCodePoints(request_.text_before);
    const std::u32string before = letters(text_before);
    // What the writer says of the cue itself, in its clause: 并非绝不能, 2022年预计. Only words
    // that the source has there too leave it as it was.
    const auto changed = [&](const FlagResult& flag, size_t said) {
      size_t at = text_before.size();
      while (at > 0 && letters(text_before.substr(at)).size() < said) {
        --at;
      }
      const size_t stop = text_before.find_last_of(U"，。；：！？,;:!?", at == 0 ? 0 : at - 1);
      const size_t begin = stop == std::u32string::npos || at == 0 ? 0 : stop + 1;
      const std::u32string clause = text_before.substr(begin, at - begin);
      const Range& sentence = source.quote(source.QuoteAt(flag.source.begin)).range;
      const std::vector<Cue> cues = FindCues(text_before.substr(begin));
      const bool governed = std::any_of(cues.begin(), cues.end(), [&](const Cue& cue) {
        return cue.begin < clause.size() &&
               (cue.kind == CueKind::kNegator || cue.kind == CueKind::kCondition);
      });
      const bool figures = std::any_of(clause.begin(), clause.end(), text::IsDigit);
      return (governed || figures) &&
             !letters(source.joined().substr(sentence.begin, flag.source.begin - sentence.begin))
                  .ends_with(letters(clause));
    };
    const auto said = [&](const FlagResult& flag) {
      if ((flag.flag != ContextFlag::kTruncatedNegation &&
           flag.flag != ContextFlag::kDroppedHedge &&
           flag.flag != ContextFlag::kDroppedCondition) ||
          flag.source.empty() || flag.source.end > span.begin) {
        return false;
      }
      const std::u32string words =
          letters(source.joined().substr(flag.source.begin, span.begin - flag.source.begin));
      return before.ends_with(words) && !changed(flag, words.size());
    };
    result_.flags.erase(std::remove_if(result_.flags.begin(), result_.flags.end(), said),
                        result_.flags.end());
  }

  // A negator before the span that one of the readings of a registered fault does not have is for
  // an editor to decide: the fault is shown with it.
  void DoubtFaultyNegators(const Source& source) {
    for (FlagResult& flag : result_.flags) {
      if (flag.flag != ContextFlag::kTruncatedNegation) {
        continue;
      }
      for (size_t d = 0; d < source.defect_count(); ++d) {
        const Range fault = source.defect_range(d);
        if (!Intersects(fault, flag.source.begin, flag.source.end)) {
          continue;
        }
        for (size_t r = 0; r < source.reading_count(d); ++r) {
          if (source.reading(d, r).find(flag.detail) == std::string_view::npos) {
            flag.direct = false;
            result_.defects.push_back(source.Defect(d));
            break;
          }
        }
      }
    }
  }

  void Defects(const Passage& best, const std::vector<Passage>& chain) {
    const Source& source = search_.SourceOf(best);
    if (chain.empty()) {
      for (TouchedDefect& defect : TouchedDefects(source, best.range)) {
        result_.defects.push_back(std::move(defect));
      }
    }
    for (const Passage& part : chain) {
      for (TouchedDefect& defect : TouchedDefects(source, part.range)) {
        result_.defects.push_back(std::move(defect));
      }
    }
    for (TouchedDefect& defect : result_.defects) {
      for (const auto& [index, reading] : best.emended) {
        if (source.defect_id(index) == defect.defect_id) {
          defect.applied_reading = static_cast<int>(reading);
        }
      }
      AddFlag(ContextFlag::kTouchesDefect, defect.defect_id, defect.source);
    }
  }

  // Whether the characters of an edit of form are written as words of the other script usually are.
  bool IsUsualConversion(const Source& source, Range range, const Edit& edit) const {
    // The words around decide: a few characters of both sides.
    constexpr uint32_t kAround = 12;
    const std::u32string_view joined = source.joined();
    const uint32_t s_from =
        std::max(range.begin, edit.source.begin - std::min(edit.source.begin, kAround));
    const uint32_t s_end = std::min(range.end, edit.source.end + kAround);
    const uint32_t before = edit.source.begin - s_from;
    const uint32_t behind = s_end - edit.source.end;
    if (edit.source.size() != edit.quotation.size()) {
      return false;
    }
    std::u32string s_text(joined.substr(s_from, s_end - s_from));
    // Only the edit's own characters are compared; around them the source stands on both sides.
    std::u32string q_text = s_text;
    q_text.replace(before, edit.quotation.size(),
                   quotation_.substr(edit.quotation.begin, edit.quotation.size()));
    // Which script the source is in, a sentence or two tell.
    constexpr uint32_t kTelling = 64;
    const uint32_t from = std::max(range.begin, s_from - std::min(s_from, kTelling));
    const std::u32string_view telling =
        joined.substr(from, std::min(range.end, s_end + kTelling) - from);
    const bool to_traditional = std::none_of(telling.begin(), telling.end(), [](char32_t c) {
      return text::IsHan(c) && (text::FoldsOf(c) & text::kFoldScript) != 0;
    });
    const std::vector<bool> irregular =
        to_traditional ? IrregularCharacters(s_text, q_text) : IrregularSimplified(s_text, q_text);
    return std::none_of(irregular.begin() + before, irregular.end() - behind,
                        [](bool each) { return each; });
  }

  // A traditional character in a simplified quotation that the source does not print.
  void MixedScript(const Passage& best) {
    size_t traditional = 0;
    std::string detail;
    for (const Edit& edit : best.edits) {
      if (edit.kind != EditKind::kForm || (edit.folds & text::kFoldScript) == 0) {
        continue;
      }
      for (const char32_t c : text::ToCodePoints(edit.quotation_text)) {
        if (text::IsHan(c) && (text::FoldsOf(c) & text::kFoldScript) != 0) {
          ++traditional;
          text::AppendUtf8(c, &detail);
        }
      }
    }
    if (traditional == 0) {
      return;
    }
    const auto simplified =
        static_cast<size_t>(std::count_if(quotation_.begin(), quotation_.end(), IsSimplifiedOnly));
    if (simplified >= traditional) {
      AddFlag(ContextFlag::kMixedScript, detail);
    }
  }

  void Attribute(const Source* source, Range range) {
    const Claim& claim = request_.claim;
    result_.fields = JudgeFields(claim, source, range);
    // A report or revision that the archive does not have is not one that was mistaken.
    if (claim.report.has_value() && search_.claimed().empty()) {
      const bool held = !search_.corpus().SourcesOf(*claim.report).empty();
      for (FieldResult& field : result_.fields) {
        if (field.field == (held ? ClaimField::kRevision : ClaimField::kReport)) {
          field.verdict = FieldVerdict::kUnknown;
        }
      }
    }
    result_.attribution = Summarise(result_.fields);
    if (source == nullptr) {
      return;
    }
    const bool wrong = Mismatches(result_.fields) > 0;
    if (claim.speaker.has_value() && !wrong) {
      if (!report::IsSpeech(source->RunAt(range.begin).kind)) {
        result_.attribution = Attribution::kNotSpeechText;
      } else if (IsSecondaryQuote(*source, range)) {
        result_.attribution = Attribution::kSecondaryQuote;
      }
    }
    if (!search_.names_report() && may_be_meant_.size() > 1 &&
        (result_.attribution == Attribution::kNotClaimed ||
         result_.attribution == Attribution::kConfirmed)) {
      result_.attribution = Attribution::kAmbiguous;
    }
  }

  const Request& request_;
  const Profile& profile_;
  const std::u32string_view quotation_;
  const Search& search_;
  Result& result_;
  absl::flat_hash_set<std::string_view> may_be_meant_;  // reports with places as good as the first
};

}  // namespace

void Conclude(const Request& request, const Profile& profile, std::u32string_view quotation,
              const Search& search, const Passage* best, const std::vector<Passage>& same,
              const std::vector<Passage>& chain, Result* result) {
  Answer(request, profile, quotation, search, *result).Conclude(best, same, chain);
}

}  // namespace quotes::citation
