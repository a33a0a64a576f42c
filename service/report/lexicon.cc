#include "service/report/lexicon.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "service/base/check.h"
#include "service/text/fold.h"
#include "service/text/utf8.h"

namespace quotes::data {
extern const std::string_view report_words;
extern const std::string_view report_modes;
extern const std::string_view report_look_alikes;
}  // namespace quotes::data

namespace quotes::report {
namespace {

std::vector<std::string_view> Split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  size_t begin = 0;
  while (begin <= text.size()) {
    const size_t end = std::min(text.find(separator, begin), text.size());
    parts.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

WordList* ListOf(std::string_view category, Lexicon* lexicon) {
  const std::pair<std::string_view, WordList*> lists[] = {
      {"salutation", &lexicon->salutation},
      {"web_line", &lexicon->web_line},
      {"foot_line", &lexicon->foot_line},
      {"no_report", &lexicon->no_report},
      {"post_word", &lexicon->post_word},
      {"web_prefix", &lexicon->web_prefix},
      {"web_of_place", &lexicon->web_of_place},
      {"counted", &lexicon->counted},
      {"shown", &lexicon->shown},
      {"more", &lexicon->more},
      {"site_foot", &lexicon->site_foot},
      {"site_label", &lexicon->site_label},
      {"comment_head", &lexicon->comment_head},
      {"reader_label", &lexicon->reader_label},
      {"reader_word", &lexicon->reader_word},
      {"counter", &lexicon->counter},
      {"page_tail", &lexicon->page_tail},
      {"pager", &lexicon->pager},
      {"source_label", &lexicon->source_label},
      {"date_label", &lexicon->date_label},
      {"speaker_label", &lexicon->speaker_label},
      {"meeting_label", &lexicon->meeting_label},
      {"meeting_time", &lexicon->meeting_time},
      {"several_speakers", &lexicon->several_speakers},
      {"attachment_label", &lexicon->attachment_label},
      {"editor_label", &lexicon->editor_label},
      {"editor_note", &lexicon->editor_note},
      {"editor_word", &lexicon->editor_word},
      {"lead_word", &lexicon->lead_word},
      {"meeting_word", &lexicon->meeting_word},
      {"wire", &lexicon->wire},
      {"note_head", &lexicon->note_head},
      {"body_end", &lexicon->body_end},
      {"glossary_word", &lexicon->glossary_word},
      {"glossary_end", &lexicon->glossary_end},
      {"table_label", &lexicon->table_label},
      {"table_note", &lexicon->table_note},
      {"file_end", &lexicon->file_end},
      {"masthead_end", &lexicon->masthead_end},
      {"banner_start", &lexicon->banner_start},
      {"photo_end", &lexicon->photo_end},
      {"photo_start", &lexicon->photo_start},
      {"office", &lexicon->office},
      {"assembly", &lexicon->assembly},
      {"surname", &lexicon->surname},
      {"statement", &lexicon->statement},
      {"statement_start", &lexicon->statement_start},
      {"stage_note", &lexicon->stage_note},
      {"stage_act", &lexicon->stage_act},
      {"stage_beside", &lexicon->stage_beside},
      {"talk_label", &lexicon->talk_label},
      {"task", &lexicon->task},
      {"english_salutation", &lexicon->english_salutation},
      {"english_place", &lexicon->english_place},
      {"english_turn", &lexicon->english_turn},
      {"english_office", &lexicon->english_office},
      {"english_assembly", &lexicon->english_assembly},
      {"english_title", &lexicon->english_title},
      {"english_web", &lexicon->english_web},
      {"english_web_prefix", &lexicon->english_web_prefix},
      {"english_abbreviation", &lexicon->english_abbreviation},
      {"english_final_abbreviation", &lexicon->english_final_abbreviation},
      {"english_opening", &lexicon->english_opening},
  };
  for (const auto& [name, list] : lists) {
    if (name == category) {
      return list;
    }
  }
  return nullptr;
}

Mode ModeOf(std::string_view name) {
  const std::pair<std::string_view, Mode> modes[] = {
      {"REVIEW", Mode::kReview},       {"PROBLEM", Mode::kProblem},
      {"SITUATION", Mode::kSituation}, {"AIM", Mode::kAim},
      {"TARGET", Mode::kTarget},       {"MEASURE", Mode::kMeasure},
      {"FORMALITY", Mode::kFormality},
  };
  for (const auto& [key, mode] : modes) {
    if (key == name) {
      return mode;
    }
  }
  return Mode::kUnspecified;
}

CueScope ScopeOf(std::string_view name) {
  if (name == "heading") {
    return CueScope::kHeading;
  }
  if (name == "start") {
    return CueScope::kStart;
  }
  if (name == "opening") {
    return CueScope::kOpening;
  }
  QUOTES_CHECK(name == "sentence");
  return CueScope::kSentence;
}

const Lexicon* LoadLexicon() {
  auto* lexicon = new Lexicon;
  for (const std::string_view line : Split(data::report_words, '\n')) {
    if (line.empty() || line.front() == '#') {
      continue;
    }
    const auto fields = Split(line, '\t');
    QUOTES_CHECK(fields.size() == 2);
    WordList* list = ListOf(fields[0], lexicon);
    QUOTES_CHECK(list != nullptr);
    list->Add(text::ToCodePoints(fields[1]));
  }
  for (const std::string_view line : Split(data::report_modes, '\n')) {
    if (line.empty() || line.front() == '#') {
      continue;
    }
    const auto fields = Split(line, '\t');
    QUOTES_CHECK(fields.size() == 4 && fields[2].size() == 1);
    const Mode mode = ModeOf(fields[0]);
    QUOTES_CHECK(mode != Mode::kUnspecified);
    lexicon->modes.push_back(
        {mode, ScopeOf(fields[1]), fields[2][0] - '0', text::ToCodePoints(fields[3])});
  }
  for (const std::string_view line : Split(data::report_look_alikes, '\n')) {
    if (line.empty() || line.front() == '#') {
      continue;
    }
    const auto fields = Split(line, '\t');
    QUOTES_CHECK(fields.size() == 4);
    LookAlike look_alike{text::ToCodePoints(fields[0]), text::ToCodePoints(fields[1]),
                         text::ToCodePoints(fields[2]), text::ToCodePoints(fields[3])};
    // Texts are looked at with their letters folded (氷平 is 冰平 there).
    std::transform(look_alike.printed.begin(), look_alike.printed.end(), look_alike.printed.begin(),
                   text::FoldLetter);
    const char32_t first = look_alike.printed.front();
    lexicon->look_alikes[first].push_back(std::move(look_alike));
    lexicon->look_alike_first.set(first & 0xFFFF);
  }
  for (const ModeCue& cue : lexicon->modes) {
    lexicon->modes_by_first[cue.cue.front()].push_back(&cue);
    lexicon->mode_first.set(cue.cue.front() & 0xFFFF);
  }
  return lexicon;
}

}  // namespace

void WordList::Add(std::u32string word) {
  const auto longest_first = [](const std::u32string& a, const std::u32string& b) {
    return a.size() > b.size();
  };
  auto& first = by_first_[word.front()];
  auto& last = by_last_[word.back()];
  first.insert(std::upper_bound(first.begin(), first.end(), word, longest_first), word);
  last.insert(std::upper_bound(last.begin(), last.end(), word, longest_first), word);
}

size_t WordList::PrefixOf(std::u32string_view text) const {
  if (text.empty()) {
    return 0;
  }
  const auto bucket = by_first_.find(text.front());
  if (bucket == by_first_.end()) {
    return 0;
  }
  for (const std::u32string& word : bucket->second) {
    if (text.starts_with(word)) {
      return word.size();
    }
  }
  return 0;
}

size_t WordList::SuffixOf(std::u32string_view text) const {
  if (text.empty()) {
    return 0;
  }
  const auto bucket = by_last_.find(text.back());
  if (bucket == by_last_.end()) {
    return 0;
  }
  for (const std::u32string& word : bucket->second) {
    if (text.ends_with(word)) {
      return word.size();
    }
  }
  return 0;
}

size_t WordList::FindIn(std::u32string_view text, size_t* length) const {
  for (size_t i = 0; i < text.size(); ++i) {
    *length = PrefixOf(text.substr(i));
    if (*length > 0) {
      return i;
    }
  }
  *length = 0;
  return std::u32string_view::npos;
}

const Lexicon& GetLexicon() {
  static const Lexicon* const kLexicon = LoadLexicon();
  return *kLexicon;
}

}  // namespace quotes::report
