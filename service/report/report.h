#ifndef QUOTES_SERVICE_REPORT_REPORT_H_
#define QUOTES_SERVICE_REPORT_REPORT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/civil_time.h"

// The domain: a report, its sections and its quotes. Plain values, no I/O, no wire types. Every
// range counts code points of the joined text of one revision, half-open.
namespace quotes::report {

struct Range {
  uint32_t begin = 0;
  uint32_t end = 0;

  uint32_t size() const { return end - begin; }
  bool empty() const { return begin == end; }
  friend bool operator==(const Range&, const Range&) = default;
};

// What a printed block is. Body and heading are the speech; the rest is furniture.
enum class BlockKind {
  kBody = 1,
  kHeading = 2,  // a heading on a line of its own
  kTitle = 3,
  kSubtitle = 4,
  kMasthead = 5,  // the page's own line: special issue, paper, section of the paper
  kDateline = 6,
  kByline = 7,
  kCaption = 8,    // picture captions with their credit
  kBanner = 9,     // slogans and congratulations around the text
  kJumpLine = 10,  // 下转11版, 上接1版
  kPageNumber = 11,
  kNote = 12,          // footnotes, editor's notes, sources
  kWebFurniture = 13,  // navigation, share buttons, font-size switches
  kTable = 14          // the words of one cell of a table
};

inline bool IsSpeech(BlockKind kind) {
  return kind == BlockKind::kBody || kind == BlockKind::kHeading;
}

// A maximal stretch of joined text that no match may leave. The speech is the first run and holds
// blocks of kind kBody and kHeading; each furniture block is a run of its own after it.
struct Run {
  BlockKind kind = BlockKind::kBody;
  Range range;
};

// One printed stretch: where characters of the joined text stand in the source. Spans are in source
// order and do not overlap; every source character lies in exactly one span or is a removed break
// or indent. Characters of a span are those of the source but for two of texts in English: a break
// that parts words is a space, and a hyphen that parts a word at the end of a line a soft hyphen
// (U+00AD), which folded text is without.
struct PrintSpan {
  BlockKind kind = BlockKind::kBody;
  uint32_t line = 0;  // 1-based source line
  uint32_t page = 0;  // 0: unknown
  uint64_t byte_begin = 0;
  uint64_t byte_end = 0;
  Range joined;
};

// Where two print spans of one sentence were joined over a page or line break.
struct Join {
  uint32_t position = 0;  // in the joined text
  uint32_t line_before = 0;
  uint32_t line_after = 0;
};

enum class SectionKind {
  kMarkedHeading = 1,      // 一、 （一） 1. 第一章
  kStandAloneHeading = 2,  // an unmarked heading on its own line
  kRepeatedLead = 3,       // 五年来，坚持… in three or more sibling paragraphs
  kListIntroduction = 4,   // …目标是： before a list
  kBullet = 5,             // —— ● ·
  kRunInHeading = 6        // a first sentence that names its paragraph, or an item's label
};

// What a stretch of a report talks about.
enum class Mode {
  kUnspecified = 0,
  kReview = 1,     // what was done
  kProblem = 2,    // what is wrong
  kSituation = 3,  // the setting, chances, challenges
  kAim = 4,        // general requirements, guiding thought
  kTarget = 5,     // what is to be reached, with or without figures
  kMeasure = 6,    // what will be done
  kFormality = 7   // salutation, thanks, calls
};

struct Section {
  std::string id;    // unique in the report; [a-z0-9-]
  std::string path;  // "2.1.3": ordinals among siblings of all kinds, from 1
  int parent = -1;   // index into the report's sections, -1 at the top
  int level = 1;     // depth, from 1
  int ordinal = 0;   // the number that its marker prints (三 is 3), 0 without one
  SectionKind kind = SectionKind::kMarkedHeading;
  std::string marker;   // as printed, "一、" "（二）" "三是" "——"; empty without one
  std::string heading;  // as printed, without the marker
  bool run_in = false;  // the heading is the beginning of a paragraph
  Range heading_range;  // marker and heading
  Range range;          // from its heading to the end of its last descendant
  Mode mode = Mode::kUnspecified;
  std::string period;  // as printed in the heading: 过去五年, 2035年; empty if none
};

// One citable sentence, stand-alone heading, or furniture block's sentence.
struct Quote {
  std::string id;  // see quote_id.h; stable over re-import of the same text
  Range range;
  int section = -1;        // the innermost section, index; -1 outside any
  uint32_t paragraph = 0;  // 1-based within the run kind: speech paragraphs count alone
  uint32_t sentence = 0;   // 1-based within its paragraph
  BlockKind block = BlockKind::kBody;
  Mode mode = Mode::kUnspecified;  // of its paragraph, else of its section
  bool has_figures = false;        // holds an Arabic numeral or 百分之
};

struct Publication {
  std::string paper;
  std::string edition;
  std::optional<absl::CivilDay> issue_date;
  std::string pages;
};

struct Metadata {
  std::string title;     // as printed, marks and inner spaces kept
  std::string subtitle;  // without its leading dash
  std::string event;     // the congress or session
  std::string body;      // the organisation in whose name the speaker reports
  std::string speaker;
  std::string office;
  std::string language;                // BCP 47: "zh-Hans", "zh-Hant", "en"
  std::optional<absl::CivilDay> date;  // of the speech
  Publication publication;
};

struct Completeness {
  bool truncated = false;
  std::string jump_target;  // "11版"
  uint32_t position = 0;    // end of the text that is there, in the joined text
};

enum class LintKind {
  kPageBreakJoin = 1,      // two lines were read as one sentence
  kTruncated = 2,          // the text ends before its end
  kMissingMetadata = 3,    // no title, speaker or date was found
  kUnbalancedMark = 4,     // a bracket or quotation mark without its partner
  kDuplicatedPassage = 5,  // 30 or more characters stand twice
  kNumberingGap = 6,       // 一是 … 三是
  kSentenceCut = 7,        // a sentence above the length limit was cut
  kMixedScript = 8,        // a traditional character in simplified text, or the reverse
  kDoubledWord = 9,        // 支持支持
  kMixedMarks = 10,        // “…" or （…)
  kLookAlike = 11,         // a character that a scanner takes for another: 25l, 2O06
  kMixedWidth = 12,        // 2０, ＧDP
  kEncodingDamage = 13,    // � and the like
  kOpenParagraph = 14,     // a paragraph inside the text that ends without a mark
  // 15 and 16 are findings of the API that no parser makes.
  kMisreadColumns = 17  // a line of a laid-out page that may belong elsewhere
};

enum class Certainty { kCertain = 1, kProbable = 2, kPossible = 3 };

// One thing the parser was unsure of or found suspicious.
struct LintFinding {
  LintKind kind = LintKind::kPageBreakJoin;
  Certainty certainty = Certainty::kPossible;
  uint32_t line = 0;     // source line, 0 for the whole report
  Range range;           // joined text, empty for the whole report
  std::string message;   // English, for people
  std::string proposal;  // the text as it would be emended, if any
};

// The result of parsing one source: an immutable revision's content.
struct ParsedReport {
  Metadata metadata;
  std::u32string joined;
  std::vector<Run> runs;          // cover `joined` without gaps, speech first (always present)
  std::vector<Range> paragraphs;  // of the speech, in order; headings are paragraphs too
  std::vector<PrintSpan> print_spans;
  std::vector<Join> joins;
  std::vector<Section> sections;  // outline order (parents before children)
  std::vector<Quote> quotes;      // speech in reading order, then furniture
  Completeness completeness;
  std::vector<LintFinding> lint;
};

enum class DefectKind {
  kOmission = 1,
  kAddition = 2,
  kSubstitution = 3,
  kDuplication = 4,
  kTransposition = 5,
  kScript = 6,
  kPunctuation = 7,
  kOther = 8
};

// Whose word an entry of the register is.
enum class DefectOrigin {
  kImport = 1,  // a file's that came with an import
  kEditor = 2   // an editor's, who made or changed it
};

// A registered printing fault.
struct Defect {
  std::string id;  // unique in the report; [a-z0-9-]
  DefectKind kind = DefectKind::kOther;
  Certainty certainty = Certainty::kPossible;
  Range range;                        // of the printed string
  std::string printed;                // as printed
  std::vector<std::string> readings;  // emended, at least one
  std::string note;
  DefectOrigin origin = DefectOrigin::kImport;

  friend bool operator==(const Defect&, const Defect&) = default;
};

}  // namespace quotes::report

#endif  // QUOTES_SERVICE_REPORT_REPORT_H_
