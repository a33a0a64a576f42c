#ifndef QUOTES_SERVICE_REPORT_LEXICON_H_
#define QUOTES_SERVICE_REPORT_LEXICON_H_

#include <bitset>
#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "service/report/report.h"

namespace quotes::report {

// Word lists of data/words.tsv. All texts given to it have their letters folded
// (text::FoldLetter), so that one list serves every script and width.
class WordList {
 public:
  void Add(std::u32string word);

  // Length of the longest word that `text` begins with, 0 for none.
  size_t PrefixOf(std::u32string_view text) const;
  // Length of the longest word that `text` ends with, 0 for none.
  size_t SuffixOf(std::u32string_view text) const;
  // False for an empty text.
  bool Contains(std::u32string_view text) const {
    return !text.empty() && PrefixOf(text) == text.size();
  }
  // Where the first word begins in `text`, npos for none; `*length` is its size.
  size_t FindIn(std::u32string_view text, size_t* length) const;

 private:
  std::unordered_map<char32_t, std::vector<std::u32string>> by_first_;
  std::unordered_map<char32_t, std::vector<std::u32string>> by_last_;
};

enum class CueScope { kHeading, kStart, kOpening, kSentence };

struct ModeCue {
  Mode mode = Mode::kUnspecified;
  CueScope scope = CueScope::kHeading;
  int weight = 0;
  std::u32string cue;
};

// A string that scanners make of a word, and where it may be one of other words.
struct LookAlike {
  std::u32string printed;
  std::u32string emended;
  std::u32string not_after;   // characters before it that make it innocent
  std::u32string not_before;  // characters behind it that do
};

struct Lexicon {
  WordList salutation;
  WordList web_line;
  WordList foot_line;  // below the text alone
  WordList no_report;  // what sites say instead of a text
  WordList post_word;  // before the day on which a page appeared
  WordList web_prefix;
  WordList web_of_place;  // what words of a page to its readers speak of
  WordList counted;       // web_prefix of figures: nothing but a figure follows
  WordList shown;         // web_prefix that may begin a sentence of a speech as well
  WordList more;          // links to what a page does not show
  WordList site_foot;     // what only the foot of a site says, anywhere in a line
  WordList site_label;    // who runs a site
  WordList comment_head;  // whole lines above what readers say
  WordList reader_label;  // how a line of a reader begins
  WordList reader_word;   // what stands beside the words of readers
  WordList counter;       // what readers did, where it is counted
  WordList page_tail;     // what stands below the text of a page
  WordList pager;         // links to the other pages of a text
  WordList source_label;
  WordList date_label;
  WordList speaker_label;
  WordList meeting_label;     // where a speech was held, and who took part
  WordList meeting_time;      // date labels that may tell when it was held
  WordList several_speakers;  // meeting labels of meetings with several speakers
  WordList talk_label;        // who speaks next, where two do
  WordList attachment_label;  // lists below a document
  WordList editor_label;
  WordList editor_note;   // how a note above a text calls itself
  WordList editor_word;   // what only an editor says, of the text or of his paper
  WordList lead_word;     // how the sentence ends that leads up to a text
  WordList meeting_word;  // what is said of a meeting and of speakers by those who report on them
  WordList wire;
  WordList note_head;
  WordList body_end;       // how names of authorities end
  WordList glossary_word;  // what a list of explanations explains
  WordList glossary_end;   // how its heading ends
  WordList table_label;    // beside a table or a chart: its unit
  WordList table_note;     // the same: its source, a note
  WordList file_end;       // of names of files
  WordList masthead_end;
  WordList banner_start;
  WordList photo_end;
  WordList photo_start;
  WordList office;
  WordList assembly;  // what a speaker speaks to: 大会, 会议 …
  WordList surname;
  WordList statement;        // words by which a sentence says something and names nothing
  WordList statement_start;  // such words at its beginning
  WordList stage_note;       // what an audience does, as notes in brackets say it
  WordList stage_act;        // more of that in English, which a speech may say in brackets as well
  WordList stage_beside;     // words that such notes in English hold beside it
  WordList task;             // verbs and adverbs by which a heading says what is to be done
  WordList english_salutation;
  WordList english_place;  // words of places where speeches are given
  WordList english_turn;   // who speaks, in a transcript
  WordList english_office;
  WordList english_assembly;
  WordList english_title;  // words by which a title says that it is one
  WordList english_web;    // whole lines of a page
  WordList english_web_prefix;
  WordList english_abbreviation;        // without the last dot; never the end of a sentence
  WordList english_final_abbreviation;  // may be the end of one
  WordList english_opening;             // words that often begin a sentence
  std::unordered_map<char32_t, std::vector<LookAlike>> look_alikes;  // by their first character
  std::bitset<0x10000> look_alike_first;
  std::vector<ModeCue> modes;
  // The same cues by their first character, so that a text is scanned once for all of them.
  std::unordered_map<char32_t, std::vector<const ModeCue*>> modes_by_first;
  std::bitset<0x10000> mode_first;  // the characters that begin one
};

// The lists that ship with the program; made once, never freed. Thread-safe.
const Lexicon& GetLexicon();

}  // namespace quotes::report

#endif  // QUOTES_SERVICE_REPORT_LEXICON_H_
