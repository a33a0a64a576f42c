#include "service/citation/disposition.h"

#include <algorithm>
#include <vector>

#include "service/report/report.h"

namespace quotes::citation {
namespace {

class Disposer {
 public:
  Disposer(const Request& request, const Profile& profile, const Passage* best, Result& result)
      : request_(request), profile_(profile), best_(best), result_(result) {}

  void Dispose() {
    std::vector<Finding> findings;
    findings.push_back(TextFinding());
    findings.push_back(AttributionFinding());
    const bool as_printed = IsWordForWord(result_.text) || result_.text == TextVerdict::kElided ||
                            result_.text == TextVerdict::kElidedRisky;
    for (const TouchedDefect& defect : result_.defects) {
      if (as_printed && defect.kind != report::DefectKind::kScript) {
        findings.push_back(Finding::kTouchesDefect);
      }
      // Whatever else was changed.
      if (defect.applied_reading >= 0 && defect.certainty != report::Certainty::kCertain) {
        findings.push_back(Finding::kEmendedUncertain);
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
        case ContextFlag::kPartialSentence:
          if (flag.unjudged) {
            findings.push_back(Finding::kUnjudgedBorder);
          }
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

 private:
  Finding TextFinding() const {
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
        if (best_ != nullptr && best_->severity == Severity::kMinor) {
          return best_->bracket_only ? Finding::kBracketInsertion : Finding::kAlteredMinor;
        }
        return best_ != nullptr && best_->severity == Severity::kMajor ? Finding::kAlteredMajor
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

  const Request& request_;
  const Profile& profile_;
  const Passage* const best_;
  Result& result_;
};

}  // namespace

void Dispose(const Request& request, const Profile& profile, const Passage* best, Result* result) {
  Disposer(request, profile, best, *result).Dispose();
}

}  // namespace quotes::citation
