#include "service/citation/engine.h"

#include <unicode/uchar.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "service/base/errors.h"
#include "service/base/hash.h"
#include "service/base/limits.h"
#include "service/base/status_macros.h"
#include "service/citation/answer.h"
#include "service/citation/attribution.h"
#include "service/citation/context.h"
#include "service/citation/elided.h"
#include "service/citation/elision.h"
#include "service/citation/look_alike.h"
#include "service/citation/profile.h"
#include "service/citation/quoted.h"
#include "service/citation/search.h"
#include "service/citation/stitched.h"
#include "service/citation/word_classes.h"
#include "service/text/fold.h"
#include "service/text/utf8.h"

namespace quotes::citation {
namespace {

// Raised with every change of the code of this folder that may change a verdict.
constexpr int kRulesVersion = 8;

constexpr size_t kMinWords = 3;

absl::Status CheckText(std::string_view field, std::string_view bytes, size_t limit) {
  if (const auto at = text::FindInvalidUtf8(bytes); at.has_value()) {
    return errors::InvalidUtf8(field, *at);
  }
  if (bytes.size() > limit && text::CountCodePoints(bytes) > limit) {
    return errors::FieldOutOfRange(field, absl::StrCat("at most ", limit, " characters"));
  }
  // What is refused begins with one of these bytes in UTF-8, and ordinary text has few of them.
  constexpr auto kSuspicious = [] {
    std::array<bool, 256> suspicious{};
    for (size_t byte = 0; byte < 0x20; ++byte) {
      suspicious[byte] = true;
    }
    for (const size_t byte : {0x7Fu, 0xC2u, 0xCDu, 0xE2u, 0xF3u}) {
      suspicious[byte] = true;
    }
    return suspicious;
  }();
  if (std::none_of(bytes.begin(), bytes.end(),
                   [&](char byte) { return kSuspicious[static_cast<unsigned char>(byte)]; })) {
    return absl::OkStatus();
  }
  size_t offset = 0;
  for (const char32_t c : text::ToCodePoints(bytes)) {
    const bool control = c < 0x20 || (c >= 0x7F && c < 0xA0);
    // Embeddings, overrides and isolates make a text look other than it is; tags and joiners hide
    // one in it.
    const bool deceives = (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) ||
                          c == 0x034F || (c >= 0xE0000 && c <= 0xE007F);
    if (deceives || (control && !text::IsSpace(c) && !text::IsLineBreak(c) && !text::IsNoise(c))) {
      return errors::ControlCharacter(field, offset);
    }
    ++offset;
  }
  return absl::OkStatus();
}

// Nothing but spaces and noise, as the cells of a table that nobody filled in: claims nothing.
bool IsBlank(const std::optional<std::string>& claim) {
  const std::u32string text = claim.has_value() ? text::ToCodePoints(*claim) : std::u32string();
  return claim.has_value() && std::all_of(text.begin(), text.end(), [](char32_t c) {
           return text::IsSpace(c) || text::IsLineBreak(c) || text::IsNoise(c);
         });
}

class Check {
 public:
  Check(const Corpus& corpus, const Request& request, const Cancellation& cancellation)
      : request_(request),
        cancellation_(cancellation),
        quotation_(text::ToCodePoints(request.quotation)),
        profile_(request.profile == nullptr ? DefaultProfile() : *request.profile),
        search_(corpus, request) {}

  absl::StatusOr<Result> Run() {
    Versions();
    result_.coverage = search_.Cover();
    Quoted whole(quotation_, 0);
    const bool too_short = TooShort(whole);
    std::vector<Passage> passages = search_.Find(whole);
    // Parts that stand word for word are matches, or lie in two of them.
    const bool may_be_stitched = search_.telling() * 3 >= whole.letters();
    QUOTES_RETURN_IF_ERROR(cancellation_.Check());
    if (too_short) {
      FinishTooShort(passages);
      return Done();
    }
    const Passage* best = search_.Pick(passages);
    // The source may have the editor's marks itself; only then are they words.
    std::unique_ptr<Quoted> unmarked;
    if (best == nullptr || best->verdict > TextVerdict::kVerbatimEmended) {
      const std::vector<Range> marks = EditorsMarks(quotation_);
      if (!marks.empty()) {
        unmarked = std::make_unique<Quoted>(quotation_, 0);
        for (const Range& mark : marks) {
          unmarked->Ignore(mark);
        }
        std::vector<Passage> found = search_.Find(*unmarked);
        const Passage* const other = search_.Pick(found);
        if (other != nullptr && (best == nullptr || Better(*other, *best))) {
          passages = std::move(found);
          best = search_.Pick(passages);
        }
      }
    }
    std::unique_ptr<Quoted> once;
    if (best == nullptr || best->verdict >= TextVerdict::kAltered) {
      if (const std::optional<Range> doubled = DoubledBlock(whole); doubled.has_value()) {
        once = std::make_unique<Quoted>(quotation_, 0);
        once->IgnoreDoubled(*doubled);
        std::vector<Passage> found = search_.Find(*once);
        const Passage* const other = search_.Pick(found);
        if (other != nullptr && other->verdict == TextVerdict::kAltered &&
            (best == nullptr || best->verdict > TextVerdict::kAltered ||
             other->edits.size() < best->edits.size())) {
          passages = std::move(found);
          best = search_.Pick(passages);
        }
      }
    }
    if (best == nullptr || best->verdict > TextVerdict::kVerbatimEmended) {
      if (std::optional<Elided> elided = JudgeElided(quotation_, &search_); elided.has_value()) {
        FinishElided(std::move(*elided));
        return Done();
      }
    }
    // Words added to a passage may be another passage.
    if (may_be_stitched &&
        (best == nullptr || best->verdict > TextVerdict::kAltered || best->added_at_ends)) {
      result_.parts = StitchedParts(quotation_, whole, &search_);
      if (!result_.parts.empty()) {
        result_.text = TextVerdict::kStitched;
        Conclude(nullptr, {}, {});
        return Done();
      }
    }
    Finish(passages, best);
    return Done();
  }

 private:
  void Versions() {
    result_.archive_revision = search_.corpus().revision();
    result_.engine_version = std::string(EngineVersion());
    result_.fold_version = text::FoldVersion();
    result_.lexicon_version = std::string(LexiconVersion());
    result_.lexicon_version += "+";
    result_.lexicon_version += figures::DataVersion();
    result_.profile_name = profile_.name;
    result_.profile_version = profile_.version;
    result_.quotation_sha256 = Sha256Hex(request_.quotation);
  }

  bool TooShort(const Quoted& quoted) const {
    if (quoted.letters() < kMinLetters) {
      return true;
    }
    // Words count in a language with spaces; figures alone have none.
    size_t words = 0;
    bool in_word = false;
    bool figures = true;
    for (const Unit& unit : quoted.units) {
      if (text::IsHan(unit.form)) {
        return false;
      }
      // Spaces beside digits are in no unit.
      const bool apart = unit.begin > 0 && text::IsSpace(quoted.annotated.text()[unit.begin - 1]);
      words += unit.letter() && (!in_word || apart) ? 1u : 0u;
      in_word = unit.letter();
      figures = figures && (!unit.letter() || u_isalpha(static_cast<UChar32>(unit.form)) == 0);
    }
    return !figures && words < kMinWords;
  }

  absl::StatusOr<Result> Done() {
    if (search_.stopped()) {
      result_.stopped = StopReason::kWorkLimit;
    }
    return std::move(result_);
  }

  void FinishElided(Elided elided) {
    result_.text = elided.verdict;
    result_.elision_risk = elided.risk;
    result_.parts = std::move(elided.parts);
    if (elided.too_many_parts) {
      result_.stopped = StopReason::kWorkLimit;
    }
    if (elided.passage.has_value()) {
      if (elided.places.empty()) {
        elided.places.push_back(*elided.passage);
      }
      Conclude(&*elided.passage, elided.places, elided.chain);
      ReportElsewhere(elided.places, &*elided.passage);
    } else {
      Unverifiable(nullptr);
      Conclude(nullptr, {}, {});
    }
  }

  void FinishTooShort(const std::vector<Passage>& passages) {
    result_.text = TextVerdict::kTooShort;
    std::vector<Passage> same;
    for (const Passage& passage : passages) {
      // A position is none the worse for cutting a word.
      const bool stands =
          std::all_of(passage.edits.begin(), passage.edits.end(), [](const Edit& edit) {
            return edit.severity == Severity::kNone || edit.quotation.empty();
          });
      if (stands && passage.verdict <= TextVerdict::kAltered) {
        same.push_back(passage);
      }
    }
    Conclude(nullptr, same, {});
  }

  void Finish(const std::vector<Passage>& passages, const Passage* best) {
    if (best == nullptr) {
      result_.text = TextVerdict::kNotFound;
      Unverifiable(passages.empty() ? nullptr : &passages.front());
      Conclude(nullptr, {}, {});
      ReportElsewhere(passages, nullptr);
      return;
    }
    result_.text = best->verdict;
    Unverifiable(best);
    std::vector<Passage> same;
    for (const Passage& passage : passages) {
      const bool equal = IsWordForWord(best->verdict)
                             ? IsWordForWord(passage.verdict)
                             : passage.verdict == best->verdict && passage.cost == best->cost;
      if ((equal && (search_.Inside(passage.source) || !search_.Inside(best->source) ||
                     IsWordForWord(best->verdict))) ||
          (best->stands && passage.stands)) {
        same.push_back(passage);
      }
    }
    // Places where a word at a border is cut stand behind those where none is.
    const auto key = [&](const Passage& passage) {
      return std::make_pair(IsWordForWord(best->verdict) && !IsWordForWord(passage.verdict),
                            !search_.Inside(passage.source));
    };
    std::stable_sort(same.begin(), same.end(),
                     [&](const Passage& a, const Passage& b) { return key(a) < key(b); });
    const auto first = std::find_if(same.begin(), same.end(), [&](const Passage& passage) {
      return passage.source == best->source && passage.range == best->range;
    });
    if (first != same.end()) {
      std::rotate(same.begin(), first, first + 1);
    }
    if (IsWordForWord(best->verdict)) {
      best = UngovernedFirst(&same);
    }
    Conclude(best, same, {});
    ReportElsewhere(passages, best);
  }

  // Words that stand in one report both behind a negator, hedge or condition and without one are
  // the report's own by the latter place: it decides, wherever it stands. Returns the place that
  // does.
  const Passage* UngovernedFirst(std::vector<Passage>* same) const {
    constexpr size_t kPlacesJudged = 16;
    const auto governed = [&](const Passage& place) {
      const Source& source = search_.SourceOf(place);
      std::vector<FlagResult> flags;
      JudgeSpan(source, place.range, report::Mode::kUnspecified, true, &flags);
      return std::any_of(flags.begin(), flags.end(),
                         [](const FlagResult& result) {
                           return result.flag == ContextFlag::kTruncatedNegation ||
                                  result.flag == ContextFlag::kDroppedCondition ||
                                  result.flag == ContextFlag::kDroppedHedge;
                         }) ||
             (request_.claim.speaker.has_value() && IsSecondaryQuote(source, place.range));
    };
    if (same->size() == 1) {
      return &same->front();
    }
    const Passage first = same->front();
    const auto end = same->begin() + static_cast<ptrdiff_t>(std::min(same->size(), kPlacesJudged));
    if (governed(first)) {
      const Source& source = search_.SourceOf(first);
      const int mismatches = PlaceMismatches(request_.claim, source, first.range);
      const auto free = std::find_if(same->begin() + 1, end, [&](const Passage& place) {
        return place.source == first.source && place.verdict == first.verdict &&
               PlaceMismatches(request_.claim, source, place.range) <= mismatches &&
               !governed(place);
      });
      if (free != end) {
        std::rotate(same->begin(), free, free + 1);
      }
    }
    return &same->front();
  }

  void ReportElsewhere(const std::vector<Passage>& passages, const Passage* best) {
    if (!search_.names_report() || (best != nullptr && !search_.Inside(best->source))) {
      return;
    }
    for (const Passage& passage : passages) {
      if (!search_.Inside(passage.source)) {
        result_.elsewhere = {passage.verdict, std::string(search_.SourceOf(passage).report_id()),
                             search_.SourceOf(passage).revision(), passage.range};
        return;
      }
    }
  }

  // Whether a negative verdict cannot be had from what is held of the claimed report.
  void Unverifiable(const Passage* nearest) {
    const Claim& claim = request_.claim;
    if (!search_.names_report() || result_.text <= TextVerdict::kStitched) {
      const bool undecided = search_.names_report() && result_.text == TextVerdict::kAltered &&
                             nearest != nullptr &&
                             (OverBrokenEnd(*nearest) ||
                              (nearest->severity < Severity::kCritical && BeyondBrokenEnd()));
      if (!undecided) {
        return;
      }
    }
    const auto conclude = [&](UnverifiableReason reason) {
      result_.text = TextVerdict::kUnverifiable;
      result_.unverifiable = reason;
    };
    if (claim.report.has_value() && search_.claimed().empty()) {
      conclude(UnverifiableReason::kSourceNotHeld);
      return;
    }
    const bool han = std::any_of(quotation_.begin(), quotation_.end(), text::IsHan);
    const bool all_other =
        !search_.claimed().empty() &&
        std::all_of(search_.claimed().begin(), search_.claimed().end(), [&](size_t i) {
          const std::string_view language = search_.corpus().sources()[i].metadata().language;
          return !language.empty() && language.starts_with("zh") != han;
        });
    if (all_other) {
      conclude(UnverifiableReason::kLanguage);
      return;
    }
    if (nearest != nullptr && search_.Inside(nearest->source) && OverBrokenEnd(*nearest)) {
      conclude(UnverifiableReason::kSourceIncomplete);
      return;
    }
    if (result_.text == TextVerdict::kSimilar && !BeyondBrokenEnd()) {
      if (nearest != nullptr && Unreadable(*nearest)) {
        conclude(UnverifiableReason::kUnreadableRange);
      }
      return;
    }
    for (const size_t i : search_.claimed()) {
      if (search_.corpus().sources()[i].completeness().truncated) {
        conclude(UnverifiableReason::kSourceIncomplete);
        return;
      }
    }
    if (nearest != nullptr && search_.Inside(nearest->source) && Unreadable(*nearest)) {
      conclude(UnverifiableReason::kUnreadableRange);
      return;
    }
  }

  // The quotation goes on where an incomplete report breaks off, and differs there alone.
  bool OverBrokenEnd(const Passage& nearest) const {
    const Source::Completeness completeness = search_.SourceOf(nearest).completeness();
    return completeness.truncated && !nearest.edits.empty() &&
           nearest.range.end == completeness.position &&
           std::all_of(nearest.edits.begin(), nearest.edits.end(), [&](const Edit& edit) {
             return edit.severity == Severity::kNone ||
                    (edit.kind == EditKind::kAddition && edit.reason != EditReason::kFurniture &&
                     edit.source.begin == completeness.position);
           });
  }

  // The claimed page or section is not in what is held of an incomplete report.
  bool BeyondBrokenEnd() const {
    const Claim& claim = request_.claim;
    if (!claim.page.has_value() && !claim.section.has_value()) {
      return false;
    }
    for (const size_t i : search_.claimed()) {
      const Source& source = search_.corpus().sources()[i];
      if (!source.completeness().truncated) {
        continue;
      }
      if (claim.section.has_value()) {
        bool held = false;
        for (size_t k = 0; !held && k < source.section_count(); ++k) {
          held = IsSection(source, k, *claim.section);
        }
        if (!held) {
          return true;
        }
      }
      if (claim.page.has_value()) {
        const std::vector<PrintPlace> places =
            source.PrintPlaces({0, static_cast<uint32_t>(source.joined().size())});
        const bool held = std::any_of(places.begin(), places.end(), [&](const PrintPlace& place) {
          return place.page == *claim.page;
        });
        if (!held) {
          return true;
        }
      }
    }
    return false;
  }

  // Characters that stand for what could not be read.
  bool Unreadable(const Passage& passage) const {
    constexpr std::u32string_view kUnread = U"\uFFFD□■〓";
    const std::u32string_view joined = search_.SourceOf(passage).joined();
    return joined.substr(passage.range.begin, passage.range.size()).find_first_of(kUnread) !=
           std::u32string_view::npos;
  }

  void Conclude(const Passage* best, const std::vector<Passage>& same,
                const std::vector<Passage>& chain) {
    citation::Conclude(request_, profile_, quotation_, search_, best, same, chain, &result_);
  }

  const Request& request_;
  const Cancellation& cancellation_;
  const std::u32string quotation_;
  const Profile& profile_;
  Search search_;
  Result result_;
};

}  // namespace

std::string_view EngineVersion() {
  static const auto* const kVersion = [] {
    std::string data(WordClassesVersion());
    data += LookAlikesVersion();
    return new std::string(absl::StrCat(kRulesVersion, "-", Sha256Hex(data).substr(0, 12)));
  }();
  return *kVersion;
}

absl::StatusOr<Result> Verify(const Corpus& corpus, const Request& request,
                              const Cancellation& cancellation) {
  if (request.quotation.empty()) {
    return errors::FieldRequired("quotation");
  }
  QUOTES_RETURN_IF_ERROR(
      CheckText("quotation", request.quotation, limits::kMaxQuotationCodePoints));
  QUOTES_RETURN_IF_ERROR(
      CheckText("text_before", request.text_before, limits::kMaxCitationContextCodePoints));
  QUOTES_RETURN_IF_ERROR(
      CheckText("text_after", request.text_after, limits::kMaxCitationContextCodePoints));
  if (request.max_locations > limits::kMaxLocations) {
    return errors::FieldOutOfRange("max_locations",
                                   absl::StrCat("at most ", limits::kMaxLocations));
  }
  const Claim& claim = request.claim;
  const std::pair<std::string_view, const std::optional<std::string>*> fields[] = {
      {"claim.report", &claim.report},
      {"claim.speaker", &claim.speaker},
      {"claim.role", &claim.role},
      {"claim.section", &claim.section},
  };
  for (const auto& [name, value] : fields) {
    if (value->has_value()) {
      QUOTES_RETURN_IF_ERROR(CheckText(name, **value, limits::kMaxClaimCodePoints));
    }
  }
  if (claim.publication.has_value()) {
    QUOTES_RETURN_IF_ERROR(CheckText("claim.publication.paper", claim.publication->paper,
                                     limits::kMaxClaimCodePoints));
    QUOTES_RETURN_IF_ERROR(CheckText("claim.publication.edition", claim.publication->edition,
                                     limits::kMaxClaimCodePoints));
  }
  if (IsBlank(claim.report) || IsBlank(claim.speaker) || IsBlank(claim.role) ||
      IsBlank(claim.section)) {
    Request filled = request;
    for (std::optional<std::string>* const field :
         {&filled.claim.report, &filled.claim.speaker, &filled.claim.role, &filled.claim.section}) {
      if (IsBlank(*field)) {
        field->reset();
      }
    }
    return Check(corpus, filled, cancellation).Run();
  }
  return Check(corpus, request, cancellation).Run();
}

}  // namespace quotes::citation
