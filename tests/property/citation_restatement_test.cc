// Quotations that say the same otherwise, or leave out what they may or may not: in the other
// script, with omission marks, with numerals in another notation, with one wrong field in the
// claim. The verdict is known by construction. No quotation passes that must not; the harmless ones
// pass but for the share that each test names. Tables are printed.

#include <gtest/gtest.h>
#include <unicode/translit.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "service/text/fold.h"
#include "service/text/utf8.h"
#include "tests/property/citation_mutation.h"
#include "tests/support/numeral_writer.h"

namespace quotes::citation {
namespace {

class CitationRestatementTest : public CitationMutationTest {
 protected:
  // What must not pass.
  void ExpectNoPass(const std::string& kind, const Text& text, const Sample& sample,
                    const std::function<void(Claim*)>& claim = nullptr) {
    const Result result = Check(kind, text, sample, claim);
    if (result.disposition == Disposition::kPass) {
      ++false_passes_;
      Surprise(kind, text, sample, result);
    }
  }
  // What should have a verdict, and a disposition no worse than `worst`.
  void ExpectVerdict(const std::string& kind, const Text& text, const Sample& sample,
                     TextVerdict verdict, Disposition worst,
                     const std::function<void(Claim*)>& claim = nullptr) {
    const Result result = Check(kind, text, sample, claim);
    if (result.text != verdict || result.disposition > worst) {
      Surprise(kind, text, sample, result);
    }
  }
  // At most this share of the cases of a kind may have surprised.
  void ExpectFewSurprises(const std::string& kind, double share) {
    EXPECT_GT(cases(kind), 0u) << kind;
    EXPECT_LE(static_cast<double>(surprises(kind)), share * static_cast<double>(cases(kind)))
        << kind;
  }
  void ExpectNoFalsePass() {
    PrintTable();
    EXPECT_EQ(false_passes_, 0u);
    EXPECT_EQ(violations(), 0u);
  }

 private:
  size_t false_passes_ = 0;
};

// The letter at `at` replaced by another.
Text WithWrongLetter(Text text, Random& random) {
  static constexpr std::u32string_view kCommon = U"国在人有中年大业为发会工上地市民主政";
  const auto at = Any(random, Places(text, [&](size_t i) { return text::IsHan(text[i]); }));
  if (at.has_value()) {
    const char32_t old = text[*at];
    while (text[*at] == old) {
      text[*at] = kCommon[Below(random, kCommon.size())];
    }
  }
  return text;
}

// -- script ------------------------------------------------------------------------------------

// Traditional characters by ICU's rules, one for one; nullopt where they change the length.
std::optional<Text> Traditional(const Text& text) {
  static const auto* const kTransliterator = [] {
    UErrorCode error = U_ZERO_ERROR;
    auto* const transliterator =
        icu::Transliterator::createInstance("Hans-Hant", UTRANS_FORWARD, error);
    EXPECT_TRUE(U_SUCCESS(error));
    return transliterator;
  }();
  icu::UnicodeString units = icu::UnicodeString::fromUTF32(
      reinterpret_cast<const UChar32*>(text.data()), static_cast<int32_t>(text.size()));
  kTransliterator->transliterate(units);
  std::string utf8;
  units.toUTF8String(utf8);
  Text out = text::ToCodePoints(utf8);
  return out.size() == text.size() ? std::optional(std::move(out)) : std::nullopt;
}

// Whether two texts differ in letters whose fold says nothing about the word: 后 and 後.
bool Ambiguous(const Text& a, const Text& b) {
  for (size_t i = 0; i < a.size(); ++i) {
    if (a[i] != b[i] && (text::FoldsOf(b[i]) & text::kFoldAmbiguous) != 0) {
      return true;
    }
  }
  return false;
}

TEST_F(CitationRestatementTest, Script) {
  Random random(11);
  for (const Sample& sample : Sentences(corpus())) {
    const std::optional<Text> traditional = Traditional(sample.text);
    if (!traditional.has_value() || *traditional == sample.text ||
        LetterKey(*traditional) != LetterKey(sample.text)) {
      continue;
    }
    const size_t changed = static_cast<size_t>(
        std::count_if(sample.text.begin(), sample.text.end(),
                      [&, i = size_t{0}](char32_t c) mutable { return c != (*traditional)[i++]; }));
    ExpectVerdict("traditional", *traditional, sample, TextVerdict::kFormOnly,
                  Ambiguous(sample.text, *traditional) ? Disposition::kReview : Disposition::kPass);
    const Text wrong = WithWrongLetter(*traditional, random);
    if (!corpus().Holds(wrong)) {
      ExpectNoPass("traditional, wrong letter", wrong, sample);
    }
    // One of them in a simplified text is either mixed script or ambiguous.
    if (changed >= 4) {
      Text stray = sample.text;
      const auto at = Any(random, Places(stray, [&](size_t i) {
                            return text::IsHan(stray[i]) && stray[i] != (*traditional)[i];
                          }));
      stray[*at] = (*traditional)[*at];
      ExpectNoPass("stray traditional", stray, sample);
      ExpectVerdict("stray traditional words", stray, sample, TextVerdict::kFormOnly,
                    Disposition::kReview);
    }
  }
  ExpectNoFalsePass();
  ExpectFewSurprises("traditional", 0.005);
  ExpectFewSurprises("stray traditional words", 0.005);
}

// -- omission marks ----------------------------------------------------------------------------

bool HasAny(std::u32string_view text, std::initializer_list<std::u32string_view> words) {
  return std::any_of(words.begin(), words.end(), [&](std::u32string_view word) {
    return text.find(word) != std::u32string_view::npos;
  });
}

// Whether what is left out, or what follows it, may govern or measure anything.
bool IsDelicate(std::u32string_view text) {
  return HasAny(text, {U"不",   U"没",   U"未",   U"无",   U"非",   U"勿",   U"莫", U"如果",
                       U"只有", U"只要", U"除",   U"若",   U"假如", U"即使", U"尽", U"防",
                       U"避免", U"禁",   U"杜绝", U"遏",   U"反对", U"克服", U"拒", U"预计",
                       U"力争", U"争取", U"可能", U"基本", U"将",   U"约",   U"近", U"有望",
                       U"因为", U"由于", U"虽",   U"在…",  U"凡",   U"剔除", U"前", U"以来"}) ||
         !figures::FindNumerals(text).empty();
}

// Whether a clause may be what the one behind it is said of: it names a topic (对于…的干部), or the
// next begins with its predicate or with what stands for it (是, 就, 它们).
bool IsHeadOf(std::u32string_view clause, std::u32string_view next) {
  const auto begins = [](std::u32string_view text, std::initializer_list<const char32_t*> words) {
    return std::any_of(words.begin(), words.end(),
                       [&](const char32_t* word) { return text.starts_with(word); });
  };
  return begins(clause, {U"在", U"对", U"关于", U"就", U"随着", U"当"}) ||
         begins(next,
                {U"是", U"会", U"即", U"必须", U"都", U"有", U"均", U"则",   U"也",     U"就",
                 U"才", U"应", U"能", U"可",   U"仍", U"由", U"被", U"尤其", U"特别是", U"甚至",
                 U"这", U"其", U"它", U"他",   U"她", U"此", U"该", U"上述"});
}

// Whether two stretches stand in one document in this order.
bool StandInOrder(const MutationCorpus& corpus, const Text& first, const Text& second) {
  const Text a = LetterKey(first);
  const Text b = LetterKey(second);
  return std::any_of(corpus.keys.begin(), corpus.keys.end(), [&](const Text& key) {
    const size_t at = key.find(a);
    return at != Text::npos && key.rfind(b) != Text::npos && key.rfind(b) >= at + a.size();
  });
}

// Whether the words stand more than once, so that what governs them in one place may not in
// another.
bool StandsTwice(const MutationCorpus& corpus, const Text& text) {
  const Text key = LetterKey(text);
  size_t places = 0;
  for (const Text& own : corpus.keys) {
    for (size_t at = own.find(key); at != Text::npos; at = own.find(key, at + 1)) {
      ++places;
    }
  }
  return places > 1;
}

TEST_F(CitationRestatementTest, Elisions) {
  static constexpr std::u32string_view kMarks[] = {U"……", U"…", U"...", U"［…］", U"（略）"};
  static constexpr std::u32string_view kNegators[] = {U"不能", U"不得", U"没有", U"绝不", U"不要",
                                                      U"防止", U"避免", U"杜绝", U"遏制", U"不再"};
  Random random(12);
  const std::vector<Sample> sentences = Sentences(corpus());
  for (const Sample& sample : sentences) {
    const Text& text = sample.text;
    const std::vector<report::Range> clauses = Clauses(text);
    if (clauses.size() < 3) {
      continue;
    }
    const Text mark(kMarks[Below(random, std::size(kMarks))]);
    const auto part = [&](uint32_t begin, uint32_t end) { return text.substr(begin, end - begin); };
    // A clause inside is left out whole.
    const size_t middle = 1 + Below(random, clauses.size() - 2);
    const uint32_t gap = clauses[middle].begin;
    const uint32_t rest = clauses[middle].end;
    const Text head = part(0, gap);
    const Text tail = part(rest, static_cast<uint32_t>(text.size()));
    const bool parts = LetterKey(head).size() >= 4 && LetterKey(tail).size() >= 4;
    if (parts && !IsDelicate(part(gap, rest)) && !IsDelicate(part(rest, clauses[middle + 1].end))) {
      // 产品质量差，……是我国经济的致命弱点: of less than was said.
      if (IsHeadOf(part(gap, rest), tail)) {
        ExpectVerdict("head elided", head + mark + tail, sample, TextVerdict::kElidedRisky,
                      Disposition::kReview);
      } else {
        ExpectVerdict("clause elided", head + mark + tail, sample, TextVerdict::kElided,
                      Disposition::kPass);
      }
      const Text wrong = head + mark + WithWrongLetter(tail, random);
      if (!corpus().Holds(wrong.substr(head.size() + mark.size()))) {
        ExpectNoPass("clause elided, wrong letter", wrong, sample);
      }
    }
    if (parts && !StandInOrder(corpus(), tail, head)) {
      ExpectNoPass("parts in wrong order", tail + mark + head, sample);
    }
    // Clauses of another report, or of the other end of this one.
    const Sample& other = sentences[Below(random, sentences.size())];
    if (parts && (other.document != sample.document || other.quote > sample.quote + 40) &&
        !StandInOrder(corpus(), head, other.text)) {
      ExpectNoPass("parts of two reports", head + mark + other.text, sample);
    } else if (parts && other.document == sample.document && other.quote > sample.quote + 40) {
      ExpectNoPass("parts far apart", head + mark + other.text, sample);
    }
    // The gap ends behind a word that turns the kept words into their opposite.
    for (const std::u32string_view negator : kNegators) {
      const size_t at = text.find(negator, clauses[0].end);
      if (at == Text::npos) {
        continue;
      }
      const auto behind = static_cast<uint32_t>(at + negator.size());
      const auto clause = std::find_if(clauses.begin(), clauses.end(),
                                       [&](report::Range range) { return behind < range.end; });
      if (clause == clauses.end() || LetterKey(part(behind, clause->end)).size() < 4 ||
          LetterKey(part(0, clauses[0].end)).size() < 4 ||
          StandsTwice(corpus(), part(behind, clause->end))) {
        continue;
      }
      ExpectNoPass("negator elided", part(0, clauses[0].end) + mark + part(behind, clause->end),
                   sample);
    }
    // The gap swallows what a figure measures, or the qualifier before it.
    for (const figures::Numeral& numeral : figures::FindNumerals(text)) {
      const auto clause = std::find_if(clauses.begin(), clauses.end(), [&](report::Range range) {
        return numeral.number.begin >= range.begin && numeral.number.begin < range.end;
      });
      if (clause == clauses.begin() || clause == clauses.end() || !numeral.value.has_value() ||
          numeral.token.end > clause->end ||
          LetterKey(part(clause->begin, numeral.number.begin)).size() < 2 ||
          LetterKey(part(numeral.number.begin, clause->end)).size() < 4 ||
          LetterKey(part(0, clauses[0].end)).size() < 4) {
        continue;
      }
      ExpectNoPass("figure parted",
                   part(0, clauses[0].end) + mark + part(numeral.number.begin, clause->end),
                   sample);
      break;
    }
  }
  ExpectNoFalsePass();
  // A clause drawn at random may be what the kept one is said of:
  // 产品质量差，……是我国经济的致命弱点.
  ExpectFewSurprises("clause elided", 0.06);
}

// -- numerals ----------------------------------------------------------------------------------

TEST_F(CitationRestatementTest, Numerals) {
  Random random(13);
  for (const Sample& sample : Sentences(corpus())) {
    const auto with = [](const Text& text, const testing::Restatement& restatement) {
      Text out = text;
      out.replace(restatement.number.begin, restatement.number.size(), restatement.text);
      return out;
    };
    for (const testing::Restatement& restatement : testing::Restatements(sample.text)) {
      const std::string kind = absl::StrCat("restated, ", std::string(restatement.notation));
      const Text text = with(sample.text, restatement);
      if (LetterKey(text) == LetterKey(sample.text) || corpus().Holds(text)) {
        continue;
      }
      ExpectVerdict(kind, text, sample, TextVerdict::kNumeralRestated, Disposition::kReview);
      ExpectNoPass("restated", text, sample);
    }
    // Another value first, then in another notation.
    const auto digit =
        Any(random, Places(sample.text, [&](size_t i) { return text::IsDigit(sample.text[i]); }));
    if (digit.has_value()) {
      Text changed = sample.text;
      changed[*digit] =
          U'1' + (changed[*digit] - U'0' + static_cast<char32_t>(Below(random, 8))) % 9;
      for (const testing::Restatement& restatement : testing::Restatements(changed)) {
        if (*digit < restatement.number.begin || *digit >= restatement.number.end) {
          continue;
        }
        const Text text = with(changed, restatement);
        if (!corpus().Holds(text)) {
          const Result result = Check("restated, other value", text, sample);
          EXPECT_EQ(result.disposition, Disposition::kFail) << text::ToUtf8(text);
          EXPECT_NE(result.text, TextVerdict::kNumeralRestated) << text::ToUtf8(text);
        }
      }
    }
  }
  ExpectNoFalsePass();
  for (const char* const notation : {"Arabic", "Chinese", "scaled", "grouped", "per cent"}) {
    ExpectFewSurprises(absl::StrCat("restated, ", notation), 0.02);
  }
}

// -- claims ------------------------------------------------------------------------------------

// A heading of the report that is not above the quote, and whose words no heading above it has.
std::optional<std::string> OtherSection(const Sample& sample, Random& random) {
  const report::ParsedReport& content = sample.document->content;
  std::vector<Text> above;
  for (int i = content.quotes[sample.quote].section; i >= 0;
       i = content.sections[static_cast<size_t>(i)].parent) {
    const report::Section& section = content.sections[static_cast<size_t>(i)];
    above.push_back(LetterKey(text::ToCodePoints(absl::StrCat(section.marker, section.heading))));
  }
  std::vector<std::string> others;
  for (const report::Section& section : content.sections) {
    const Text key = LetterKey(text::ToCodePoints(section.heading));
    if (key.size() >= 4 && std::none_of(above.begin(), above.end(), [&](const Text& own) {
          return own.find(key) != Text::npos;
        })) {
      others.push_back(section.heading);
    }
  }
  return others.empty() ? std::nullopt : std::optional(others[Below(random, others.size())]);
}

TEST_F(CitationRestatementTest, ClaimFields) {
  Random random(14);
  const auto& documents = corpus().documents;
  for (const Sample& sample : Sentences(corpus())) {
    const Text key = LetterKey(sample.text);
    const size_t number = static_cast<size_t>(
        std::find_if(documents.begin(), documents.end(),
                     [&](const auto& document) { return document.get() == sample.document; }) -
        documents.begin());
    const size_t first = corpus().keys[number].find(key);
    // What stands twice may stand in the claimed section or page as well.
    if (corpus().keys[number].find(key, first + 1) != Text::npos) {
      continue;
    }
    const report::ParsedReport& content = sample.document->content;
    const report::Metadata& metadata = content.metadata;
    uint32_t page = 0;
    for (const report::PrintSpan& span : content.print_spans) {
      if (span.joined.begin <= sample.range.begin && sample.range.begin < span.joined.end) {
        page = span.page;
      }
    }
    const int section = content.quotes[sample.quote].section;
    const auto all_right = [&](Claim* claim) {
      claim->speaker = metadata.speaker;
      claim->role = metadata.office;
      claim->date = ClaimedDate{static_cast<int>(metadata.date->year()), metadata.date->month(),
                                metadata.date->day()};
      claim->page = page;
      claim->publication =
          ClaimedPublication{metadata.publication.paper, metadata.publication.edition,
                             metadata.publication.issue_date};
      if (section >= 0 && content.sections[static_cast<size_t>(section)].heading_range.begin <=
                              sample.range.begin) {
        claim->section = content.sections[static_cast<size_t>(section)].path;
      }
    };
    // What the words alone make of it.
    const Result plain = Check("report claimed", sample.text, sample);
    const Result right = Check("all fields right", sample.text, sample, all_right);
    const bool own_words = right.attribution != Attribution::kSecondaryQuote;
    if (own_words &&
        (right.attribution != Attribution::kConfirmed || right.disposition != plain.disposition)) {
      Surprise("all fields right", sample.text, sample, right);
    }
    const auto expect = [&](const std::string& field, Attribution attribution,
                            const std::function<void(Claim*)>& change) {
      const Result result =
          Check(absl::StrCat("wrong ", field), sample.text, sample, [&](Claim* claim) {
            all_right(claim);
            change(claim);
          });
      EXPECT_NE(result.disposition, Disposition::kPass)
          << field << ": " << text::ToUtf8(sample.text);
      if (result.attribution != attribution) {
        Surprise(absl::StrCat("wrong ", field), sample.text, sample, result);
      }
    };
    const auto& other = documents[(number + 1) % documents.size()];
    if (documents.size() > 1 &&
        corpus().keys[(number + 1) % documents.size()].find(key) == Text::npos) {
      expect("report", Attribution::kWrongReport,
             [&](Claim* claim) { claim->report = other->report_id; });
    }
    expect("speaker", Attribution::kWrongSpeaker,
           [&](Claim* claim) { claim->speaker = absl::StrCat(metadata.speaker, "某"); });
    expect("role", Attribution::kWrongRole,
           [&](Claim* claim) { claim->role = absl::StrCat("副", metadata.office); });
    expect("year", Attribution::kWrongDate, [&](Claim* claim) { ++*claim->date->year; });
    expect("month", Attribution::kWrongDate,
           [&](Claim* claim) { claim->date->month = claim->date->month % 12 + 1; });
    expect("day", Attribution::kWrongDate,
           [&](Claim* claim) { claim->date->day = claim->date->day % 28 + 1; });
    if (const auto heading = OtherSection(sample, random); heading.has_value()) {
      // What stands before the first heading is in no section.
      expect("section", section >= 0 ? Attribution::kWrongSection : Attribution::kUnknown,
             [&](Claim* claim) { claim->section = *heading; });
    }
    expect("page", Attribution::kWrongPage, [&](Claim* claim) { *claim->page += 2; });
    expect("paper", Attribution::kWrongPublication,
           [](Claim* claim) { claim->publication->paper = "大众日报"; });
    expect("edition", Attribution::kWrongPublication,
           [](Claim* claim) { claim->publication->edition = "副刊"; });
    expect("issue date", Attribution::kWrongPublication,
           [](Claim* claim) { *claim->publication->issue_date += 1; });
  }
  ExpectNoFalsePass();
  ExpectFewSurprises("all fields right", 0.005);
  for (const char* const field : {"speaker", "role", "year", "month", "day", "section", "page",
                                  "paper", "edition", "issue date"}) {
    ExpectFewSurprises(absl::StrCat("wrong ", field), 0.005);
  }
}

}  // namespace
}  // namespace quotes::citation
