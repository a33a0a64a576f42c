#include "service/citation/engine.h"

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "service/base/errors.h"
#include "service/base/hash.h"
#include "service/base/limits.h"
#include "service/base/status_macros.h"
#include "service/citation/attribution.h"
#include "service/citation/compare.h"
#include "service/citation/context.h"
#include "service/citation/elision.h"
#include "service/citation/profile.h"
#include "service/text/fold.h"
#include "service/text/utf8.h"

namespace quotes::citation {
namespace {

// Fewer letters than this say nothing about a source; a part this short beside an omission mark
// cannot support one.
constexpr size_t kMinLetters = 4;
constexpr size_t kMinWords = 3;
// A part of a stitched quotation: shorter ones stand everywhere.
constexpr size_t kMinStitchedLetters = 6;
// Numerals are written out in digits up to this power of ten.
constexpr int kMaxExponent = 18;
// Windows that are judged although another is cheaper: the estimate counts letters alone.
constexpr size_t kJudged = 3;
constexpr double kJudgedMargin = 0.1;
// Share of edited letters below which a passage is taken for the source.
constexpr double kClose = 0.15;

absl::Status CheckText(std::string_view field, std::string_view bytes, size_t limit) {
  if (const auto at = text::FindInvalidUtf8(bytes); at.has_value()) {
    return errors::InvalidUtf8(field, *at);
  }
  if (text::CountCodePoints(bytes) > limit) {
    return errors::FieldOutOfRange(field, absl::StrCat("at most ", limit, " characters"));
  }
  size_t offset = 0;
  for (const char32_t c : text::ToCodePoints(bytes)) {
    const bool control = c < 0x20 || (c >= 0x7F && c < 0xA0);
    // Embeddings, overrides and isolates make a text look other than it is; tags and joiners hide
    // one in it.
    const bool deceives = (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) ||
                          c == 0x034F || (c >= 0xE0000 && c <= 0xE007F);
    if (deceives || (control && !text::IsSpace(c) && !text::IsLineBreak(c) && !text::IsNoise(c))) {
      return errors::FieldInvalid(field, absl::StrCat("control character at offset ", offset));
    }
    ++offset;
  }
  return absl::OkStatus();
}

// Gravity of a verdict on the whole of a quotation, for taking the worst of its parts.
int Gravity(TextVerdict verdict) {
  switch (verdict) {
    case TextVerdict::kVerbatim:
      return 0;
    case TextVerdict::kFormOnly:
      return 1;
    case TextVerdict::kElided:
      return 2;
    case TextVerdict::kVerbatimEmended:
      return 3;
    case TextVerdict::kPunctuationChanged:
      return 4;
    case TextVerdict::kNumeralRestated:
      return 5;
    case TextVerdict::kTooShort:
      return 6;
    case TextVerdict::kElidedRisky:
      return 7;
    case TextVerdict::kAltered:
      return 8;
    case TextVerdict::kStitched:
      return 9;
    case TextVerdict::kSimilar:
      return 10;
    case TextVerdict::kUnverifiable:
      return 11;
    case TextVerdict::kNotFound:
      return 12;
  }
  return 12;
}

TextVerdict Worst(TextVerdict a, TextVerdict b) { return Gravity(a) >= Gravity(b) ? a : b; }

bool IsWordForWord(TextVerdict verdict) {
  return verdict == TextVerdict::kVerbatim || verdict == TextVerdict::kFormOnly;
}

class Check {
 public:
  Check(const Corpus& corpus, const Request& request, const Cancellation& cancellation)
      : corpus_(corpus),
        request_(request),
        cancellation_(cancellation),
        quotation_(text::ToCodePoints(request.quotation)),
        profile_(request.profile == nullptr ? DefaultProfile() : *request.profile) {
    budget_.cells = limits::kMaxAlignmentCells;
  }

  absl::StatusOr<Result> Run() {
    Versions();
    ApplyFilter();
    ResolveClaim();
    CoverReports();
    Quoted whole(quotation_, 0);
    const bool too_short = TooShort(whole);
    std::vector<Passage> passages = Find(whole);
    QUOTES_RETURN_IF_ERROR(cancellation_.Check());
    if (too_short) {
      FinishTooShort(passages);
      return std::move(result_);
    }
    const Passage* best = Pick(passages);
    // The source may have the editor's marks itself; only then are they words.
    std::unique_ptr<Quoted> unmarked;
    if (best == nullptr || best->verdict > TextVerdict::kVerbatimEmended) {
      const std::vector<Range> marks = EditorsMarks(quotation_);
      if (!marks.empty()) {
        unmarked = std::make_unique<Quoted>(quotation_, 0);
        for (const Range& mark : marks) {
          unmarked->Ignore(mark);
        }
        std::vector<Passage> found = Find(*unmarked);
        const Passage* const other = Pick(found);
        if (other != nullptr && (best == nullptr || Better(*other, *best))) {
          passages = std::move(found);
          best = Pick(passages);
        }
      }
    }
    if (best == nullptr || best->verdict > TextVerdict::kVerbatimEmended) {
      if (TryElided()) {
        return std::move(result_);
      }
    }
    if (best == nullptr || best->verdict > TextVerdict::kAltered) {
      if (TryStitched(whole)) {
        return std::move(result_);
      }
    }
    Finish(passages, best);
    return std::move(result_);
  }

 private:
  const Source& SourceOf(const Passage& passage) const { return corpus_.sources()[passage.source]; }

  void Versions() {
    result_.archive_revision = corpus_.revision();
    result_.engine_version = EngineVersion();
    result_.fold_version = text::FoldVersion();
    result_.lexicon_version = LexiconVersion();
    result_.lexicon_version += "+";
    result_.lexicon_version += figures::DataVersion();
    result_.profile_name = profile_.name;
    result_.profile_version = profile_.version;
    result_.quotation_sha256 = Sha256Hex(request_.quotation);
  }

  void ApplyFilter() {
    const ReportFilter& filter = request_.filter;
    if (filter.reports.empty() && filter.speakers.empty() && filter.bodies.empty() &&
        !filter.date_from.has_value() && !filter.date_to.has_value()) {
      return;
    }
    const auto folded = [](const std::vector<std::string>& names) {
      std::vector<std::u32string> out;
      out.reserve(names.size());
      for (const std::string& name : names) {
        out.push_back(FoldedName(name));
      }
      return out;
    };
    const std::vector<std::u32string> speakers = folded(filter.speakers);
    const std::vector<std::u32string> bodies = folded(filter.bodies);
    const auto holds = [](const std::vector<std::u32string>& wanted, std::string_view name) {
      const std::u32string own = FoldedName(name);
      return wanted.empty() ||
             std::any_of(wanted.begin(), wanted.end(), [&](const std::u32string& part) {
               return !part.empty() && own.find(part) != std::u32string::npos;
             });
    };
    for (const Source& source : corpus_.sources()) {
      const std::optional<absl::CivilDay> date = source.metadata().date;
      bool allowed = filter.reports.empty() ||
                     std::find(filter.reports.begin(), filter.reports.end(), source.report_id()) !=
                         filter.reports.end();
      allowed = allowed &&
                !(filter.date_from.has_value() && (!date.has_value() || *date < *filter.date_from));
      allowed = allowed &&
                !(filter.date_to.has_value() && (!date.has_value() || *date > *filter.date_to));
      allowed = allowed && holds(speakers, source.metadata().speaker) &&
                holds(bodies, source.metadata().body);
      allowed_.push_back(allowed);
    }
  }

  bool Allowed(size_t source) const { return allowed_.empty() || allowed_[source]; }

  void ResolveClaim() {
    names_report_ = NamesReport(request_.claim);
    if (!names_report_) {
      return;
    }
    for (size_t i = 0; i < corpus_.sources().size(); ++i) {
      const bool inside = Allowed(i) && InsideClaim(request_.claim, corpus_.sources()[i]);
      inside_.push_back(inside);
      if (inside) {
        claimed_.push_back(i);
      }
    }
  }
  bool Inside(size_t source) const { return !names_report_ || inside_[source]; }

  void CoverReports() {
    for (size_t i = 0; i < corpus_.sources().size(); ++i) {
      if (!Allowed(i)) {
        continue;
      }
      if (i >= corpus_.latest_count()) {
        ++result_.coverage.history_revisions;
        continue;
      }
      ++result_.coverage.reports;
      const Source& source = corpus_.sources()[i];
      if (source.completeness().truncated) {
        ++result_.coverage.incomplete_reports;
        if (result_.coverage.incomplete.size() < limits::kMaxCoverageReports) {
          result_.coverage.incomplete.push_back({std::string(source.report_id()),
                                                 std::string(source.completeness().jump_target),
                                                 source.completeness().position});
        }
      }
    }
  }

  bool TooShort(const Quoted& quoted) const {
    if (quoted.letters() < kMinLetters) {
      return true;
    }
    size_t words = 0;
    bool in_word = false;
    for (const Unit& unit : quoted.units) {
      if (text::IsHan(unit.form)) {
        return false;
      }
      words += unit.letter() && !in_word ? 1u : 0u;
      in_word = unit.letter();
    }
    return words < kMinWords;
  }

  // -- locating ----------------------------------------------------------------------------------

  // Passages for a quotation or one of its parts, best first.
  std::vector<Passage> Find(const Quoted& quoted) {
    std::vector<Passage> passages;
    const WindowSet set = corpus_.Locate(quoted.annotated.text(), limits::kMaxCitationWindows,
                                         limits::kMaxCitationPlaces, allowed_);
    whole_places_ = set.whole_places;
    places_cut_ = set.cut && set.whole_places > limits::kMaxCitationPlaces;
    std::vector<Window> inside;
    std::vector<Window> outside;
    for (const Window& window : set.windows) {
      (Inside(window.source) ? inside : outside).push_back(window);
    }
    Consider(quoted, inside, &passages);
    Consider(quoted, outside, &passages);
    // What the index finds elsewhere hides what is only similar in the claimed report.
    const bool found_inside =
        std::any_of(passages.begin(), passages.end(), [&](const Passage& passage) {
          return Inside(passage.source) &&
                 (IsWordForWord(passage.verdict) || (passage.verdict <= TextVerdict::kAltered &&
                                                     passage.cost <= kClose && !places_cut_));
        });
    if (names_report_ && !found_inside) {
      size_t scans = 0;
      for (const size_t source : claimed_) {
        if (scans++ == limits::kMaxClaimScans) {
          result_.stopped = StopReason::kWorkLimit;
          break;
        }
        Consider(quoted, corpus_.Scan(quoted.units, source, limits::kMaxCitationWindows).windows,
                 &passages);
      }
    }
    // Words that are mostly figures share nothing with a source that writes them otherwise.
    if (std::none_of(passages.begin(), passages.end(), [](const Passage& passage) {
          return passage.verdict <= TextVerdict::kAltered;
        })) {
      const std::u32string restated = InDigits(quoted);
      if (!restated.empty()) {
        Consider(quoted,
                 corpus_
                     .Locate(restated, limits::kMaxCitationWindows, limits::kMaxCitationWindows,
                             allowed_)
                     .windows,
                 &passages);
      }
    }
    std::sort(passages.begin(), passages.end(),
              [this](const Passage& a, const Passage& b) { return Order(a, b); });
    passages.erase(std::unique(passages.begin(), passages.end(),
                               [](const Passage& a, const Passage& b) {
                                 return a.source == b.source && a.range == b.range;
                               }),
                   passages.end());
    return passages;
  }

  // The text with its numerals in Arabic digits, to find where it stands; empty when that changes
  // nothing.
  static std::u32string InDigits(const Quoted& quoted) {
    const std::u32string_view text = quoted.annotated.text();
    std::u32string out;
    uint32_t at = 0;
    for (const figures::Numeral& numeral : quoted.annotated.numerals()) {
      std::string digits;
      if (numeral.kind == figures::NumeralKind::kDate) {
        digits = absl::StrCat(numeral.year > 0 ? absl::StrCat(numeral.year, "年") : "",
                              int{numeral.month}, "月",
                              numeral.day > 0 ? absl::StrCat(int{numeral.day}, "日") : "");
      } else if (numeral.value.has_value() && !numeral.second.has_value() &&
                 std::abs(numeral.value->exponent) <= kMaxExponent) {
        digits = Digits(*numeral.value);
        digits += numeral.kind == figures::NumeralKind::kPercent ? "%" : "";
      } else {
        continue;
      }
      out += text.substr(at, numeral.number.begin - at);
      out += text::ToCodePoints(digits);
      at = numeral.number.end;
    }
    out += text.substr(at);
    return out == text ? std::u32string() : out;
  }

  static std::string Digits(const figures::Decimal& value) {
    std::string digits = absl::StrCat(value.mantissa < 0 ? -value.mantissa : value.mantissa);
    if (value.exponent >= 0) {
      digits.append(static_cast<size_t>(value.exponent), '0');
    } else {
      const auto fraction = static_cast<size_t>(-value.exponent);
      const std::string padded = absl::StrCat(std::string(fraction + 1, '0'), digits);
      const size_t point = padded.size() - fraction;
      const size_t first = std::min(padded.find_first_not_of('0'), point - 1);
      digits = absl::StrCat(padded.substr(first, point - first), ".", padded.substr(point));
    }
    return value.mantissa < 0 ? absl::StrCat("-", digits) : digits;
  }

  void Consider(const Quoted& quoted, const std::vector<Window>& windows,
                std::vector<Passage>* passages) {
    std::vector<Comparison> comparisons;
    comparisons.reserve(windows.size());
    double best = 1;
    for (const Window& window : windows) {
      // Where something close was found, windows that share little with the quotation are not it.
      if (best <= kClose && window.weight * 3 <= windows.front().weight * 2) {
        break;
      }
      comparisons.emplace_back(quoted, corpus_.sources()[window.source], window, &budget_);
      best = std::min(best, comparisons.back().rough_cost());
    }
    std::vector<size_t> order(comparisons.size());
    for (size_t i = 0; i < order.size(); ++i) {
      order[i] = i;
    }
    std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
      return comparisons[a].rough_cost() < comparisons[b].rough_cost();
    });
    for (size_t k = 0; k < order.size(); ++k) {
      const double cost = comparisons[order[k]].rough_cost();
      const double least = comparisons[order[0]].rough_cost();
      // The estimate knows nothing of restated numerals and registered faults.
      const bool may_win = !quoted.annotated.numerals().empty() ||
                           corpus_.sources()[windows[order[k]].source].defect_count() > 0;
      if (cost > 0 && (k >= kJudged || cost > least + (may_win ? kJudgedMargin : 0))) {
        break;
      }
      for (Passage& passage : comparisons[order[k]].Judge()) {
        if (!passage.complete) {
          result_.stopped = StopReason::kWorkLimit;
        }
        if (passage.verdict < TextVerdict::kNotFound) {
          passages->push_back(std::move(passage));
        }
      }
    }
  }

  // Better words first; then what the claim says of the place, latest revisions, speech, and the
  // order of answers.
  bool Order(const Passage& a, const Passage& b) const {
    if (Rank(a.verdict) != Rank(b.verdict)) {
      return Rank(a.verdict) < Rank(b.verdict);
    }
    if (a.cost != b.cost) {
      return a.cost < b.cost;
    }
    const auto key = [this](const Passage& passage) {
      const Source& source = SourceOf(passage);
      return std::make_tuple(Inside(passage.source) ? 0 : 1, source.state(),
                             PlaceMismatches(request_.claim, source, passage.range),
                             report::IsSpeech(source.RunAt(passage.range.begin).kind) ? 0 : 1,
                             passage.edits.size(), passage.source, passage.range.begin,
                             passage.range.end);
    };
    return key(a) < key(b);
  }

  // The passage that the verdict is about: inside the claim if it is found there, else the best.
  const Passage* Pick(const std::vector<Passage>& passages) const {
    const auto inside = std::find_if(passages.begin(), passages.end(), [&](const Passage& passage) {
      return Inside(passage.source) && passage.verdict <= TextVerdict::kAltered;
    });
    if (inside != passages.end()) {
      return &*inside;
    }
    if (passages.empty()) {
      return nullptr;
    }
    // What is merely similar helps only where it stands in what was claimed.
    if (passages.front().verdict <= TextVerdict::kAltered) {
      return &passages.front();
    }
    const auto similar =
        std::find_if(passages.begin(), passages.end(),
                     [&](const Passage& passage) { return Inside(passage.source); });
    return similar != passages.end() ? &*similar : nullptr;
  }

  // -- omission marks ----------------------------------------------------------------------------

  struct ElidedPart {
    std::unique_ptr<Quoted> quoted;
    std::vector<Passage> passages;
    bool short_part = false;
  };

  // Judges a quotation with omission marks; false when it has none between words.
  bool TryElided() {
    const std::vector<Range> marks = OmissionMarks(quotation_);
    std::vector<ElidedPart> parts;
    uint32_t at = 0;
    for (size_t i = 0; i <= marks.size(); ++i) {
      const uint32_t end =
          i < marks.size() ? marks[i].begin : static_cast<uint32_t>(quotation_.size());
      ElidedPart part;
      part.quoted =
          std::make_unique<Quoted>(std::u32string_view(quotation_).substr(at, end - at), at);
      if (part.quoted->letters() > 0) {
        part.short_part = part.quoted->letters() < kMinLetters;
        parts.push_back(std::move(part));
      }
      at = i < marks.size() ? marks[i].end : end;
    }
    if (parts.size() < 2) {
      return false;
    }
    if (parts.size() > limits::kMaxElisionParts) {
      result_.stopped = StopReason::kWorkLimit;
      result_.text = TextVerdict::kNotFound;
      Conclude(nullptr, {}, {});
      return true;
    }
    bool any_long = false;
    for (ElidedPart& part : parts) {
      any_long = any_long || !part.short_part;
      if (!part.short_part) {
        part.passages = Find(*part.quoted);
      }
    }
    std::vector<Passage> chain = any_long ? Chain(parts) : std::vector<Passage>();
    TextVerdict verdict = TextVerdict::kElided;
    if (chain.empty()) {
      verdict = any_long ? TextVerdict::kStitched : TextVerdict::kTooShort;
      for (const ElidedPart& part : parts) {
        const Passage* const best = Pick(part.passages);
        Passage passage;
        if (best != nullptr) {
          passage = *best;
        }
        if (!part.short_part) {
          verdict = Worst(verdict, passage.verdict);
        }
        AddPart(*part.quoted, passage, best != nullptr);
      }
      result_.text = verdict;
      if (verdict == TextVerdict::kNotFound) {
        result_.parts.clear();
      }
      Conclude(nullptr, {}, {});
      return true;
    }
    const Source& source = SourceOf(chain.front());
    for (size_t i = 0; i < chain.size(); ++i) {
      verdict =
          Worst(verdict, IsWordForWord(chain[i].verdict) ? TextVerdict::kElided : chain[i].verdict);
      AddPart(*parts[i].quoted, chain[i], chain[i].verdict != TextVerdict::kNotFound);
      if (i == 0 || chain[i].range.empty() || chain[i - 1].range.empty()) {
        continue;
      }
      const ElisionRisk risk = JudgeGap(source, chain[i - 1].range, chain[i].range);
      result_.elision_risk = std::max(result_.elision_risk, risk);
      if (risk != ElisionRisk::kNone) {
        verdict = Worst(verdict, TextVerdict::kElidedRisky);
      }
    }
    if (std::any_of(chain.begin(), chain.end(),
                    [](const Passage& part) { return part.verdict == TextVerdict::kNotFound; })) {
      result_.elision_risk = ElisionRisk::kNone;
      result_.text = TextVerdict::kNotFound;
      Conclude(nullptr, {}, {});
      return true;
    }
    // One passage for everything else: from the first part to the last.
    Passage joined;
    joined.source = chain.front().source;
    joined.verdict = verdict;
    joined.range = {chain.front().range.begin, chain.back().range.end};
    double cost = 0;
    for (size_t i = 0; i < chain.size(); ++i) {
      const Passage& part = chain[i];
      if (i > 0) {
        Edit mark;
        mark.kind = EditKind::kOmission;
        mark.reason = EditReason::kOmissionMark;
        mark.quotation = {parts[i - 1].quoted->base +
                              static_cast<uint32_t>(parts[i - 1].quoted->annotated.text().size()),
                          parts[i].quoted->base};
        mark.source = {chain[i - 1].range.end, part.range.begin};
        mark.quotation_token = mark.quotation;
        mark.source_token = mark.source;
        mark.quotation_text = Slice(quotation_, mark.quotation);
        mark.source_text = Slice(source.joined(), mark.source);
        mark.quotation_token_text = mark.quotation_text;
        mark.source_token_text = mark.source_text;
        joined.edits.push_back(std::move(mark));
      }
      joined.edits.insert(joined.edits.end(), part.edits.begin(), part.edits.end());
      joined.severity = std::max(joined.severity, part.severity);
      joined.emended.insert(joined.emended.end(), part.emended.begin(), part.emended.end());
      cost = std::max(cost, part.cost);
    }
    joined.cost = cost;
    result_.text = verdict;
    Conclude(&joined, {joined}, chain);
    return true;
  }

  static std::string Slice(std::u32string_view text, Range range) {
    return text::ToUtf8(text.substr(range.begin, range.size()));
  }

  void AddPart(const Quoted& quoted, const Passage& passage, bool found) {
    Part part;
    part.quotation = {quoted.base,
                      quoted.base + static_cast<uint32_t>(quoted.annotated.text().size())};
    part.verdict = passage.verdict;
    if (found) {
      part.report_id = SourceOf(passage).report_id();
      part.revision = SourceOf(passage).revision();
      part.source = passage.range;
    }
    result_.parts.push_back(std::move(part));
  }

  // One passage a part, in the order of the quotation and in one source, as near to each other as
  // they stand; empty when there is no such chain.
  std::vector<Passage> Chain(const std::vector<ElidedPart>& parts) {
    std::vector<uint32_t> sources;
    std::vector<size_t> long_parts;
    for (size_t i = 0; i < parts.size(); ++i) {
      if (parts[i].short_part) {
        continue;
      }
      if (long_parts.empty()) {
        for (const Passage& passage : parts[i].passages) {
          sources.push_back(passage.source);
        }
      }
      long_parts.push_back(i);
    }
    std::sort(sources.begin(), sources.end());
    sources.erase(std::unique(sources.begin(), sources.end()), sources.end());
    std::stable_sort(sources.begin(), sources.end(),
                     [&](uint32_t a, uint32_t b) { return Inside(a) && !Inside(b); });
    std::vector<Passage> best;
    uint64_t best_cost = 0;
    bool best_inside = false;
    for (const uint32_t source : sources) {
      if (!best.empty() && best_inside && !Inside(source)) {
        break;
      }
      uint64_t cost = 0;
      std::vector<Passage> chain = ChainIn(parts, long_parts, source, &cost);
      if (!chain.empty() && (best.empty() || cost < best_cost)) {
        best = std::move(chain);
        best_cost = cost;
        best_inside = Inside(source);
      }
    }
    for (size_t i = 1; i < best.size(); ++i) {
      if (!InOneSection(corpus_.sources()[best[i].source], best[i - 1].range, best[i].range)) {
        return {};
      }
    }
    return best.empty() ? best : WithShortParts(parts, std::move(best));
  }

  std::vector<Passage> ChainIn(const std::vector<ElidedPart>& parts,
                               const std::vector<size_t>& long_parts, uint32_t source,
                               uint64_t* cost) const {
    struct Step {
      const Passage* passage;
      uint64_t cost;
      size_t before;
    };
    // Words count before distance.
    constexpr uint64_t kWords = uint64_t{1} << 32;
    std::vector<std::vector<Step>> steps;
    for (const size_t part : long_parts) {
      std::vector<Step> row;
      for (const Passage& passage : parts[part].passages) {
        if (passage.source != source || passage.verdict > TextVerdict::kAltered) {
          continue;
        }
        uint64_t own = kWords * static_cast<uint64_t>(Gravity(passage.verdict)) +
                       static_cast<uint64_t>(passage.cost * static_cast<double>(kWords) / 2);
        Step step{&passage, own, 0};
        if (!steps.empty()) {
          bool reached = false;
          for (size_t k = 0; k < steps.back().size(); ++k) {
            const Step& before = steps.back()[k];
            if (before.passage->range.end > passage.range.begin) {
              continue;
            }
            const uint64_t total =
                own + before.cost + (passage.range.begin - before.passage->range.end);
            if (!reached || total < step.cost) {
              step.cost = total;
              step.before = k;
              reached = true;
            }
          }
          if (!reached) {
            continue;
          }
        }
        row.push_back(step);
      }
      if (row.empty()) {
        return {};
      }
      steps.push_back(std::move(row));
    }
    size_t at = 0;
    for (size_t k = 1; k < steps.back().size(); ++k) {
      at = steps.back()[k].cost < steps.back()[at].cost ? k : at;
    }
    *cost = steps.back()[at].cost;
    std::vector<Passage> chain(steps.size());
    for (size_t i = steps.size(); i-- > 0;) {
      chain[i] = *steps[i][at].passage;
      at = steps[i][at].before;
    }
    return chain;
  }

  // Puts the short parts between their neighbours, where they must stand word for word; of several
  // places the one that makes the gaps least suspicious, then the nearest.
  std::vector<Passage> WithShortParts(const std::vector<ElidedPart>& parts,
                                      std::vector<Passage> chain) {
    const uint32_t index = chain.front().source;
    const Source& source = corpus_.sources()[index];
    const Range run = source.RunAt(chain.front().range.begin).range;
    std::vector<Passage> all;
    size_t next_long = 0;
    for (size_t i = 0; i < parts.size(); ++i) {
      if (!parts[i].short_part) {
        all.push_back(chain[next_long++]);
        continue;
      }
      const auto reach = static_cast<uint32_t>(limits::kMaxElisionGap);
      const uint32_t first = chain.front().range.begin;
      const Range* const before = all.empty() ? nullptr : &all.back().range;
      const Range* const after = next_long < chain.size() ? &chain[next_long].range : nullptr;
      const uint32_t from = before != nullptr           ? before->end
                            : first > run.begin + reach ? first - reach
                                                        : run.begin;
      const uint32_t to = after != nullptr ? after->begin : std::min(run.end, from + reach);
      Passage found;
      found.source = index;
      found.range = {from, from};
      std::tuple<ElisionRisk, int, uint32_t> best_key;
      if (from < to) {
        const Comparison comparison(*parts[i].quoted, source, {index, {from, to}, 0}, &budget_);
        for (const Passage& passage : comparison.Judge()) {
          if (passage.range.begin < from || passage.range.end > to ||
              !IsWordForWord(passage.verdict)) {
            continue;
          }
          ElisionRisk risk = ElisionRisk::kNone;
          uint32_t distance = 0;
          if (before != nullptr && !before->empty()) {
            risk = std::max(risk, JudgeGap(source, *before, passage.range));
            distance += passage.range.begin - before->end;
          }
          if (after != nullptr) {
            risk = std::max(risk, JudgeGap(source, passage.range, *after));
            distance += before == nullptr ? after->begin - passage.range.end : 0;
          }
          const std::tuple<ElisionRisk, int, uint32_t> key(risk, Rank(passage.verdict), distance);
          if (found.verdict == TextVerdict::kNotFound || key < best_key) {
            found = passage;
            best_key = key;
          }
        }
      }
      all.push_back(std::move(found));
    }
    return all;
  }

  // -- stitching ---------------------------------------------------------------------------------

  // Covers the quotation with stretches that stand word for word in the archive.
  bool TryStitched(const Quoted& quoted) {
    std::u32string letters;
    std::vector<uint32_t> begin;
    std::vector<uint32_t> end;
    std::vector<bool> clause_begins;
    bool after_mark = true;
    for (const Unit& unit : quoted.units) {
      if (!unit.letter()) {
        after_mark = true;
        continue;
      }
      letters.push_back(unit.form);
      begin.push_back(unit.begin);
      end.push_back(unit.end);
      clause_begins.push_back(after_mark);
      after_mark = false;
    }
    const WindowSet set = corpus_.Locate(quotation_, 2 * limits::kMaxCitationWindows, 0, allowed_);
    struct Side {
      uint32_t source;
      std::u32string letters;
      std::vector<uint32_t> at;
    };
    std::vector<Side> sides;
    for (const Window& window : set.windows) {
      Side side{window.source, {}, {}};
      const Source& source = corpus_.sources()[window.source];
      for (const Unit& unit :
           FormUnits(source.joined().substr(window.range.begin, window.range.size()))) {
        if (unit.letter()) {
          side.letters.push_back(unit.form);
          side.at.push_back(window.range.begin + unit.begin);
        }
      }
      sides.push_back(std::move(side));
    }
    std::vector<Part> parts;
    size_t at = 0;
    while (at < letters.size()) {
      size_t best = 0;
      Part part;
      for (const Side& side : sides) {
        for (size_t i = 0; i + best < side.letters.size(); ++i) {
          size_t length = 0;
          while (at + length < letters.size() && i + length < side.letters.size() &&
                 letters[at + length] == side.letters[i + length]) {
            ++length;
          }
          if (length > best) {
            best = length;
            const Source& source = corpus_.sources()[side.source];
            part.report_id = source.report_id();
            part.revision = source.revision();
            part.source = {side.at[i], side.at[i + length - 1] + 1};
          }
        }
      }
      const bool clause = best >= kMinLetters && clause_begins[at] &&
                          (at + best == letters.size() || clause_begins[at + best]);
      if (best < kMinStitchedLetters && !clause) {
        return false;
      }
      part.quotation = {begin[at], end[at + best - 1]};
      part.verdict = TextVerdict::kVerbatim;
      parts.push_back(std::move(part));
      at += best;
    }
    if (parts.size() < 2) {
      return false;
    }
    result_.parts = std::move(parts);
    result_.text = TextVerdict::kStitched;
    Conclude(nullptr, {}, {});
    return true;
  }

  // -- the answer --------------------------------------------------------------------------------

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
      if (equal &&
          (Inside(passage.source) || !Inside(best->source) || IsWordForWord(best->verdict))) {
        same.push_back(passage);
      }
    }
    std::stable_sort(same.begin(), same.end(), [&](const Passage& a, const Passage& b) {
      return Inside(a.source) && !Inside(b.source);
    });
    const auto first = std::find_if(same.begin(), same.end(), [&](const Passage& passage) {
      return passage.source == best->source && passage.range == best->range;
    });
    if (first != same.end()) {
      std::rotate(same.begin(), first, first + 1);
    }
    Conclude(best, same, {});
    ReportElsewhere(passages, best);
  }

  void ReportElsewhere(const std::vector<Passage>& passages, const Passage* best) {
    if (!names_report_ || (best != nullptr && !Inside(best->source))) {
      return;
    }
    for (const Passage& passage : passages) {
      if (!Inside(passage.source)) {
        result_.elsewhere = {passage.verdict, std::string(SourceOf(passage).report_id()),
                             SourceOf(passage).revision(), passage.range};
        return;
      }
    }
  }

  // Whether a negative verdict cannot be had from what is held of the claimed report.
  void Unverifiable(const Passage* nearest) {
    const Claim& claim = request_.claim;
    if (!names_report_ || result_.text <= TextVerdict::kStitched) {
      if (!(names_report_ && result_.text == TextVerdict::kAltered && nearest != nullptr &&
            nearest->severity < Severity::kCritical && BeyondBrokenEnd())) {
        return;
      }
    }
    const auto conclude = [&](UnverifiableReason reason) {
      result_.text = TextVerdict::kUnverifiable;
      result_.unverifiable = reason;
    };
    if (claim.report.has_value() && claimed_.empty()) {
      conclude(UnverifiableReason::kSourceNotHeld);
      return;
    }
    const bool han = std::any_of(quotation_.begin(), quotation_.end(), text::IsHan);
    const bool all_other =
        !claimed_.empty() && std::all_of(claimed_.begin(), claimed_.end(), [&](size_t i) {
          const std::string_view language = corpus_.sources()[i].metadata().language;
          return !language.empty() && language.starts_with("zh") != han;
        });
    if (all_other) {
      conclude(UnverifiableReason::kLanguage);
      return;
    }
    if (result_.text == TextVerdict::kSimilar && !BeyondBrokenEnd()) {
      if (nearest != nullptr && Unreadable(*nearest)) {
        conclude(UnverifiableReason::kUnreadableRange);
      }
      return;
    }
    for (const size_t i : claimed_) {
      if (corpus_.sources()[i].completeness().truncated) {
        conclude(UnverifiableReason::kSourceIncomplete);
        return;
      }
    }
    if (nearest != nullptr && Inside(nearest->source) && Unreadable(*nearest)) {
      conclude(UnverifiableReason::kUnreadableRange);
      return;
    }
  }

  // The claimed page or section is not in what is held of an incomplete report.
  bool BeyondBrokenEnd() const {
    const Claim& claim = request_.claim;
    if (!claim.page.has_value() && !claim.section.has_value()) {
      return false;
    }
    for (const size_t i : claimed_) {
      const Source& source = corpus_.sources()[i];
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
    const std::u32string_view joined = SourceOf(passage).joined();
    return joined.substr(passage.range.begin, passage.range.size()).find_first_of(kUnread) !=
           std::u32string_view::npos;
  }

  // Fills in everything that follows from the passage. `same` are all places with its words, the
  // passage first; `chain` the parts of a quotation with omission marks.
  void Conclude(const Passage* best, const std::vector<Passage>& same,
                const std::vector<Passage>& chain) {
    const Source* const source = best == nullptr ? nullptr : &SourceOf(*best);
    const Range range = best == nullptr ? Range{} : best->range;
    Locations(same);
    if (best != nullptr) {
      result_.severity = best->severity;
      result_.cost = best->cost;
      result_.edit_count = best->edits.size();
      result_.edits = best->edits;
      for (const Edit& edit : result_.edits) {
        result_.folds |= edit.folds;
      }
      Repair();
      if (result_.edits.size() > limits::kMaxCitationEdits) {
        result_.edits.resize(limits::kMaxCitationEdits);
      }
      result_.citation_line = source->CitationLine(range.begin);
      result_.mode = source->quote(source->QuoteAt(range.begin)).mode;
      Context(*best, same, chain);
    }
    Attribute(source, range);
    Dispose(best);
  }

  void Locations(const std::vector<Passage>& same) {
    std::vector<std::string_view> reports;
    for (const Passage& passage : same) {
      const Source& source = SourceOf(passage);
      reports.push_back(source.report_id());
      if (result_.locations.size() < request_.max_locations) {
        result_.locations.push_back(MakeLocation(source, passage));
      }
    }
    std::sort(reports.begin(), reports.end());
    result_.report_count =
        static_cast<uint64_t>(std::unique(reports.begin(), reports.end()) - reports.begin());
    result_.location_count = same.size();
    if (places_cut_ && !same.empty() && IsWordForWord(same.front().verdict)) {
      result_.location_count = std::max<uint64_t>(whole_places_, same.size());
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

  // The quotation with the true words where it departs from them, in its own style otherwise.
  void Repair() {
    switch (result_.text) {
      case TextVerdict::kPunctuationChanged:
      case TextVerdict::kNumeralRestated:
      case TextVerdict::kAltered:
        break;
      default:
        return;
    }
    const bool corners = quotation_.find_first_of(U"「『") != std::u32string::npos;
    std::u32string repaired;
    uint32_t at = 0;
    for (const Edit& edit : result_.edits) {
      repaired += std::u32string_view(quotation_).substr(at, edit.quotation.begin - at);
      at = edit.quotation.end;
      const bool keep =
          edit.kind == EditKind::kForm || edit.reason == EditReason::kEmendation ||
          edit.reason == EditReason::kOmissionMark ||
          (edit.reason == EditReason::kEditorialBracket && edit.severity == Severity::kNone);
      if (keep) {
        repaired +=
            std::u32string_view(quotation_).substr(edit.quotation.begin, edit.quotation.size());
        continue;
      }
      for (const char32_t c : text::ToCodePoints(edit.source_text)) {
        const size_t mark = std::u32string_view(U"“”‘’").find(c);
        repaired.push_back(corners && mark != std::u32string_view::npos ? U"「」『』"[mark] : c);
      }
    }
    repaired += std::u32string_view(quotation_).substr(at);
    result_.repair = text::ToUtf8(repaired);
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
    const Source& source = SourceOf(best);
    const report::Mode used = UsedAs(request_.claim, text::ToCodePoints(request_.text_before),
                                     text::ToCodePoints(request_.text_after));
    JudgeSpan(source, best.range, used, true, &result_.flags);
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
      if ((edit.folds & text::kFoldAmbiguous) != 0) {
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
    if (result_.report_count >= limits::kFormulaicReports) {
      AddFlag(ContextFlag::kFormulaic, absl::StrCat(result_.report_count));
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

  void Defects(const Passage& best, const std::vector<Passage>& chain) {
    const Source& source = SourceOf(best);
    if (chain.empty()) {
      result_.defects = TouchedDefects(source, best.range);
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
    if (claim.report.has_value() && claimed_.empty()) {
      for (FieldResult& field : result_.fields) {
        if (field.field == ClaimField::kReport) {
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
    if (!names_report_ && result_.report_count > 1 &&
        (result_.attribution == Attribution::kNotClaimed ||
         result_.attribution == Attribution::kConfirmed)) {
      result_.attribution = Attribution::kAmbiguous;
    }
  }

  // -- disposition -------------------------------------------------------------------------------

  void Dispose(const Passage* best) {
    std::vector<Finding> findings;
    findings.push_back(TextFinding(best));
    findings.push_back(AttributionFinding());
    const bool as_printed = IsWordForWord(result_.text) || result_.text == TextVerdict::kElided ||
                            result_.text == TextVerdict::kElidedRisky;
    for (const TouchedDefect& defect : result_.defects) {
      if (as_printed && defect.kind != report::DefectKind::kScript) {
        findings.push_back(Finding::kTouchesDefect);
      }
    }
    for (const FlagResult& flag : result_.flags) {
      switch (flag.flag) {
        case ContextFlag::kTruncatedNegation:
          findings.push_back(flag.direct ? Finding::kNegationDirect : Finding::kNegationOther);
          break;
        case ContextFlag::kDroppedCondition:
          findings.push_back(Finding::kDroppedCondition);
          break;
        case ContextFlag::kDroppedHedge:
          findings.push_back(Finding::kDroppedHedge);
          break;
        case ContextFlag::kTargetAsResult:
          findings.push_back(Finding::kTargetAsResult);
          break;
        case ContextFlag::kProblemAsAim:
          findings.push_back(Finding::kProblemAsAim);
          break;
        case ContextFlag::kSpansSections:
          findings.push_back(Finding::kSpansSections);
          break;
        case ContextFlag::kFormulaic:
          if (!request_.claim.report.has_value()) {
            findings.push_back(Finding::kFormulaicUnclaimed);
          }
          break;
        case ContextFlag::kMixedScript:
          findings.push_back(Finding::kMixedScript);
          break;
        case ContextFlag::kAmbiguousFold:
          findings.push_back(Finding::kAmbiguousFold);
          break;
        case ContextFlag::kOldRevision:
          findings.push_back(Finding::kOldRevision);
          break;
        case ContextFlag::kWithdrawnReport:
          findings.push_back(Finding::kWithdrawnOnly);
          break;
        default:
          break;
      }
    }
    std::sort(findings.begin(), findings.end());
    findings.erase(std::unique(findings.begin(), findings.end()), findings.end());
    result_.disposition = Disposition::kPass;
    for (const Finding finding : findings) {
      Disposition disposition = profile_[finding];
      // Whatever a house's file says.
      if (finding == Finding::kAlteredCritical) {
        disposition = std::max(disposition, Disposition::kReview);
      }
      result_.disposition = std::max(result_.disposition, disposition);
      if (disposition != Disposition::kPass) {
        result_.reasons.push_back({finding, disposition});
      }
    }
    std::stable_sort(result_.reasons.begin(), result_.reasons.end(),
                     [](const DispositionReason& a, const DispositionReason& b) {
                       return a.disposition > b.disposition;
                     });
  }

  Finding TextFinding(const Passage* best) const {
    switch (result_.text) {
      case TextVerdict::kVerbatim:
        return Finding::kVerbatim;
      case TextVerdict::kFormOnly:
        return Finding::kFormOnly;
      case TextVerdict::kVerbatimEmended: {
        const bool certain = std::all_of(result_.defects.begin(), result_.defects.end(),
                                         [](const TouchedDefect& defect) {
                                           return defect.certainty == report::Certainty::kCertain;
                                         });
        return certain && !result_.defects.empty() ? Finding::kEmendedCertain
                                                   : Finding::kEmendedUncertain;
      }
      case TextVerdict::kPunctuationChanged:
        return Finding::kPunctuationChanged;
      case TextVerdict::kNumeralRestated:
        return Finding::kNumeralRestated;
      case TextVerdict::kElided:
        return Finding::kElided;
      case TextVerdict::kElidedRisky:
        return result_.elision_risk >= ElisionRisk::kPartedFigure ? Finding::kElidedRiskyGrave
                                                                  : Finding::kElidedRiskyOther;
      case TextVerdict::kAltered:
        if (best != nullptr && best->severity == Severity::kMinor) {
          return best->bracket_only ? Finding::kBracketInsertion : Finding::kAlteredMinor;
        }
        return best != nullptr && best->severity == Severity::kMajor ? Finding::kAlteredMajor
                                                                     : Finding::kAlteredCritical;
      case TextVerdict::kStitched:
        return Finding::kStitched;
      case TextVerdict::kSimilar:
        return Finding::kSimilar;
      case TextVerdict::kUnverifiable:
        return Finding::kUnverifiable;
      case TextVerdict::kNotFound:
        return Finding::kNotFound;
      case TextVerdict::kTooShort:
        return Finding::kTooShort;
    }
    return Finding::kNotFound;
  }

  Finding AttributionFinding() const {
    switch (result_.attribution) {
      case Attribution::kNotClaimed:
        return Finding::kNotClaimed;
      case Attribution::kConfirmed:
        return Finding::kConfirmed;
      case Attribution::kAmbiguous:
        return Finding::kAmbiguous;
      case Attribution::kWrongReport:
        return Finding::kWrongReport;
      case Attribution::kWrongSpeaker:
        return Finding::kWrongSpeaker;
      case Attribution::kWrongRole:
        return Finding::kWrongRole;
      case Attribution::kWrongDate:
        return Finding::kWrongDate;
      case Attribution::kWrongPublication:
        return Finding::kWrongPublication;
      case Attribution::kWrongSection:
        return Finding::kWrongSection;
      case Attribution::kWrongPage:
        return Finding::kWrongPage;
      case Attribution::kNotSpeechText:
        return Finding::kNotSpeechText;
      case Attribution::kSecondaryQuote:
        return Finding::kSecondaryQuote;
      case Attribution::kUnknown:
        return Finding::kAttributionUnknown;
    }
    return Finding::kAttributionUnknown;
  }

  const Corpus& corpus_;
  const Request& request_;
  const Cancellation& cancellation_;
  const std::u32string quotation_;
  const Profile& profile_;
  WorkBudget budget_;
  std::vector<bool> allowed_;    // by source; empty: all
  bool names_report_ = false;    // the claim tells reports apart
  std::vector<bool> inside_;     // by source, when it does
  std::vector<size_t> claimed_;  // the sources inside
  uint64_t whole_places_ = 0;
  bool places_cut_ = false;
  Result result_;
};

}  // namespace

std::string_view EngineVersion() { return "1"; }

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
  return Check(corpus, request, cancellation).Run();
}

}  // namespace quotes::citation
