// Faithful quotations with omission marks: what is left out is harmless by construction, so that
// everything that is not passed is a false alarm. Prints how many there are by the kind of what was
// left out, and the first of each.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "service/base/limits.h"
#include "service/citation/engine.h"
#include "service/citation/lexicon.h"
#include "service/report/report.h"
#include "service/text/fold.h"
#include "service/text/utf8.h"
#include "tests/property/citation_mutation.h"
#include "tests/support/citation_checks.h"
#include "tests/support/test_data.h"

namespace quotes::citation {
namespace {

constexpr size_t kAlarmsShown = 12;

Text Joined(Text head, std::u32string_view mark, std::u32string_view tail) {
  head += mark;
  head += tail;
  return head;
}

// Whether a text begins with one of some words.
template <size_t kWords>
bool Begins(std::u32string_view text, const std::array<std::u32string_view, kWords>& words) {
  return std::any_of(words.begin(), words.end(),
                     [text](std::u32string_view word) { return text.starts_with(word); });
}

// Demands that say by themselves who is to do something, and what.
constexpr std::array<std::u32string_view, 14> kDemands = {
    U"加强", U"加快", U"推进", U"推动", U"完善", U"深化", U"实施",
    U"支持", U"强化", U"扩大", U"优化", U"健全", U"提升", U"促进"};
// What refers to the sentence before or goes on with it.
constexpr std::array<std::u32string_view, 26> kRefers = {
    U"这",   U"其", U"该",   U"此",   U"同时", U"但",   U"而",   U"因此", U"所以",
    U"他",   U"她", U"它",   U"上述", U"为此", U"对此", U"于是", U"然而", U"不过",
    U"另外", U"那", U"由此", U"总之", U"可见", U"也",   U"就",   U"尤其"};
constexpr std::array<std::u32string_view, 2> kSpeakers = {U"我们", U"各级政府"};

bool IsDemand(std::u32string_view text) { return Begins(text, kDemands); }

bool IsFaulty(const archive::Document& document, report::Range range) {
  return std::any_of(document.defects.begin(), document.defects.end(),
                     [range](const report::Defect& defect) {
                       return defect.range.begin < range.end && range.begin < defect.range.end;
                     });
}

bool HasFigure(std::u32string_view text) {
  return std::any_of(text.begin(), text.end(), text::IsDigit) ||
         text.find_first_of(U"一二三四五六七八九十百千万亿两几数") != std::u32string_view::npos;
}

// Whether a text has a word that may govern what stands behind it.
bool Governs(std::u32string_view text) {
  const std::vector<Cue> cues = FindCues(text);
  return std::any_of(cues.begin(), cues.end(), [](const Cue& cue) {
    return cue.kind == CueKind::kNegator || cue.kind == CueKind::kHedge ||
           cue.kind == CueKind::kCondition;
  });
}

class CitationElisionTest : public ::testing::Test {
 protected:
  struct Tally {
    size_t cases = 0;
    size_t passed = 0;
    std::map<std::string, size_t> alarms;
  };

  void Check(const std::string& kind, const archive::Document& document, const Text& text) {
    const std::string utf8 = text::ToUtf8(text);
    Request request;
    request.quotation = utf8;
    request.claim.report = document.report_id;
    const Result result = SharedMutationCorpus().checked->Verify(request);
    Tally& tally = tallies_[kind];
    ++tally.cases;
    if (result.disposition == Disposition::kPass) {
      ++tally.passed;
      return;
    }
    std::string why(testing::Name(result.text));
    if (result.text == TextVerdict::kElidedRisky) {
      why += " ";
      why += testing::Name(result.elision_risk);
    }
    for (const FlagResult& flag : result.flags) {
      if (flag.flag <= ContextFlag::kProblemAsAim || flag.flag == ContextFlag::kSpansSections) {
        why += " ";
        why += testing::Name(flag.flag);
      }
    }
    if (++tally.alarms[why] <= kAlarmsShown) {
      std::printf("ALARM %s: %s\n  %s\n", kind.c_str(), why.c_str(), utf8.c_str());
    }
  }

  // Whole items between semicolons, each with a mark inside or demands.
  void CheckItems(const archive::Document& document, const Text& sentence) {
    std::vector<Text> items;
    for (size_t at = 0; at < sentence.size();) {
      const size_t end = std::min(sentence.find(U'；', at), sentence.size() - 1);
      items.push_back(sentence.substr(at, end + 1 - at));
      at = end + 1;
    }
    if (items.size() < 3 || items.front().size() < 8 || items.back().size() < 8) {
      return;
    }
    const Text& last = items.back();
    const Text key = items.front().substr(0, 2);
    if (last.substr(0, 2) == key) {
      Check("items, same head", document, Joined(items.front(), U"……", last));
    }
  }

  // One clause in the middle of a sentence without figures, where a demand follows (the subject of
  // the sentence stays before it), and neither it nor the one before denies, doubts or conditions.
  void CheckClauses(const archive::Document& document, const Text& sentence,
                    const std::vector<report::Range>& clauses) {
    if (clauses.size() < 3 || HasFigure(sentence)) {
      return;
    }
    for (size_t i = 1; i + 1 < clauses.size(); ++i) {
      const auto text_of = [&](size_t k) {
        return sentence.substr(clauses[k].begin, clauses[k].size());
      };
      const Text before = text_of(i - 1);
      const Text gap = text_of(i);
      const Text after = text_of(i + 1);
      if (!before.ends_with(U"，") || !gap.ends_with(U"，") || before.size() < 8 ||
          gap.size() < 6 || after.size() < 8 || !IsDemand(after) ||
          Governs(sentence.substr(0, clauses[i].end))) {
        continue;
      }
      Check("clause before a demand", document,
            Joined(sentence.substr(0, clauses[i].begin), U"……",
                   sentence.substr(clauses[i + 1].begin)));
    }
  }

  void PrintTable() const {
    std::printf("%-24s %7s %7s %7s\n", "left out", "cases", "passed", "share");
    for (const auto& [kind, tally] : tallies_) {
      std::printf("%-24s %7zu %7zu %6.1f%%", kind.c_str(), tally.cases, tally.passed,
                  100.0 * static_cast<double>(tally.passed) /
                      static_cast<double>(std::max<size_t>(tally.cases, 1)));
      for (const auto& [why, count] : tally.alarms) {
        std::printf("  %s %zu", why.c_str(), count);
      }
      std::printf("\n");
    }
  }

  double Passed(const std::string& kind) const {
    const auto found = tallies_.find(kind);
    return found == tallies_.end() ? 1
                                   : static_cast<double>(found->second.passed) /
                                         static_cast<double>(found->second.cases);
  }

 private:
  std::map<std::string, Tally> tallies_;
};

TEST_F(CitationElisionTest, HarmlessGaps) {
  if (!testing::CorpusDir().has_value()) {
    std::printf("no corpus: the bundled report only\n");
  }
  const MutationCorpus& corpus = SharedMutationCorpus();
  for (const auto& document : corpus.documents) {
    const auto& quotes = document->content.quotes;
    const Text& joined = document->content.joined;
    const auto text_of = [&](size_t i) {
      return joined.substr(quotes[i].range.begin, quotes[i].range.size());
    };
    // A whole sentence between two that begin with the same subject, or are demands, or the last of
    // which has its own.
    for (size_t i = 0; i + 2 < quotes.size(); ++i) {
      if (!report::IsSpeech(quotes[i].block) || quotes[i].paragraph != quotes[i + 2].paragraph ||
          quotes[i + 1].range.size() >= limits::kMaxElisionGap ||
          IsFaulty(*document, {quotes[i].range.begin, quotes[i + 2].range.end})) {
        continue;
      }
      const Text first = text_of(i);
      const Text last = text_of(i + 2);
      if (first.size() < 12 || last.size() < 12 || first.size() + last.size() > 400 ||
          !first.ends_with(U"。") || !last.ends_with(U"。") || !text_of(i + 1).ends_with(U"。")) {
        continue;
      }
      const Text elided = Joined(first, U"……", last);
      if (Begins(last, kSpeakers)) {
        Check("sentence, own subject", *document, elided);
      } else if (IsDemand(first) && IsDemand(last)) {
        Check("sentence, demands", *document, elided);
      } else if (!Begins(last, kRefers) && !HasFigure(last) &&
                 quotes[i].section == quotes[i + 2].section) {
        Check("sentence, another", *document, elided);
      }
    }
    // Of a row of demands in one sentence the clauses in the middle.
    for (const auto& quote : quotes) {
      if (!report::IsSpeech(quote.block) || quote.range.size() > 400 ||
          IsFaulty(*document, quote.range)) {
        continue;
      }
      const Text sentence = joined.substr(quote.range.begin, quote.range.size());
      const std::vector<report::Range> clauses = Clauses(sentence);
      // Its first clause may have the speaker.
      const bool spoken = Begins(sentence, kSpeakers);
      const bool row =
          clauses.size() >= 3 &&
          std::all_of(clauses.begin() + (spoken ? 1 : 0), clauses.end(),
                      [&](const report::Range& c) {
                        const Text clause = sentence.substr(c.begin, c.size());
                        return IsDemand(clause) && clause.size() >= 7 && !HasFigure(clause);
                      });
      CheckItems(*document, sentence);
      CheckClauses(*document, sentence, clauses);
      if (!row) {
        continue;
      }
      const Text head = sentence.substr(0, clauses[0].end - 1);
      const report::Range& end = clauses.back();
      const Text tail = sentence.substr(end.begin, end.size());
      Check("clauses of a row", *document, Joined(head, U"……", tail));
      Check("clauses of a row, mark", *document, Joined(head, U"，……", tail));
    }
  }
  PrintTable();
  for (const char* kind :
       {"sentence, own subject", "sentence, demands", "sentence, another", "clauses of a row",
        "clauses of a row, mark", "clause before a demand"}) {
    EXPECT_GE(Passed(kind), 0.98) << kind;
  }
}

}  // namespace
}  // namespace quotes::citation
