#include <libxml/HTMLparser.h>
#include <md4c.h>
#include <yaml.h>

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <cstdint>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "service/base/absl_string.h"
#include "service/base/errors.h"
#include "service/base/status_macros.h"
#include "service/extract/read_format.h"
#include "service/text/utf8.h"
#include "toml++/toml.h"

namespace quotes::extract {
namespace {

using report::LineHint;
using report::LineRole;

std::string_view Trim(std::string_view text) {
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.front())) != 0) {
    text.remove_prefix(1);
  }
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back())) != 0) {
    text.remove_suffix(1);
  }
  return text;
}

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return lower;
}

std::string_view TakeLine(std::string_view* rest) {
  const size_t end = std::min(rest->find('\n'), rest->size());
  std::string_view line = rest->substr(0, end);
  rest->remove_prefix(std::min(end + 1, rest->size()));
  if (line.ends_with('\r')) {
    line.remove_suffix(1);
  }
  return line;
}

// The events of a YAML text, one after the other.
class YamlEvents {
 public:
  explicit YamlEvents(std::string_view text) {
    ok_ = yaml_parser_initialize(&parser_) == 1;
    if (ok_) {
      yaml_parser_set_encoding(&parser_, YAML_UTF8_ENCODING);
      yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(text.data()),
                                   text.size());
    }
  }
  ~YamlEvents() {
    if (held_) {
      yaml_event_delete(&event_);
    }
    yaml_parser_delete(&parser_);
  }
  YamlEvents(const YamlEvents&) = delete;
  YamlEvents& operator=(const YamlEvents&) = delete;

  // YAML_NO_EVENT where the text is no YAML.
  yaml_event_type_t Next() {
    if (std::exchange(held_, false)) {
      yaml_event_delete(&event_);
    }
    held_ = ok_ && yaml_parser_parse(&parser_, &event_) == 1;
    ok_ = held_;
    return held_ ? event_.type : YAML_NO_EVENT;
  }

  std::string_view scalar() const {
    return {reinterpret_cast<const char*>(event_.data.scalar.value), event_.data.scalar.length};
  }
  // What is wrong, and in which line, counted from 0.
  std::string problem() const {
    return parser_.problem == nullptr ? "out of memory" : parser_.problem;
  }
  size_t problem_line() const { return parser_.problem_mark.line; }

 private:
  yaml_parser_t parser_ = {};
  yaml_event_t event_ = {};
  bool ok_ = false;
  bool held_ = false;
};

// The entries of a mapping: of a list each item, of a mapping inside it `outer.inner`. No mapping,
// no entries.
absl::Status ReadYaml(std::string_view block, ExtractedText* out) {
  constexpr size_t kFirstLine = 2;  // of the file, below the fence
  // The scanner looks at every open list and mapping for each token of the innermost one.
  constexpr size_t kDeepest = 32;
  struct Level {
    bool mapping;
    bool at_key;
    std::string key;  // of the entry at hand; of a list that of the entry that it is the value of
  };
  YamlEvents events(block);
  std::vector<Level> levels;
  const auto path = [&levels] {
    std::string keys;
    for (const Level& level : levels) {
      if (level.mapping) {
        absl::StrAppend(&keys, keys.empty() ? "" : ".", level.key);
      }
    }
    return Lower(keys);
  };
  // A key or a value has been read.
  const auto advance = [&levels] {
    if (!levels.empty() && levels.back().mapping) {
      levels.back().at_key = !levels.back().at_key;
    }
  };
  for (yaml_event_type_t type = events.Next(); type != YAML_STREAM_END_EVENT;
       type = events.Next()) {
    switch (type) {
      case YAML_NO_EVENT:
        return errors::MalformedSource(
            "markdown", ToStd(absl::StrCat("line ", events.problem_line() + kFirstLine,
                                           " of its front matter is no YAML: ", events.problem())));
      case YAML_MAPPING_START_EVENT:
      case YAML_SEQUENCE_START_EVENT:
        if (levels.size() == kDeepest) {
          return errors::MalformedSource("markdown", "its front matter is nested too deeply");
        }
        levels.push_back({type == YAML_MAPPING_START_EVENT, true, {}});
        break;
      case YAML_MAPPING_END_EVENT:
      case YAML_SEQUENCE_END_EVENT:
        levels.pop_back();
        advance();
        break;
      case YAML_SCALAR_EVENT:
        if (levels.empty()) {
          break;  // no mapping
        }
        if (levels.back().mapping && levels.back().at_key) {
          levels.back().key = Trim(events.scalar());
        } else {
          AddMetadata(path(), events.scalar(), out);
        }
        advance();
        break;
      case YAML_ALIAS_EVENT:
        return errors::MalformedSource(
            "markdown", ToStd(absl::StrCat("the value of ", path(),
                                           " in its front matter is an alias, which is not read")));
      default:
        break;
    }
  }
  return absl::OkStatus();
}

// Whether the first line is an entry, of a key and a value behind `mark`: what stands between two
// rules of a text may look like YAML that is damaged.
bool BeginsWithEntry(std::string_view block, char mark) {
  std::string_view line;
  while (!block.empty() && line.empty()) {
    line = Trim(TakeLine(&block));
  }
  const size_t end = line.find(mark);
  if (end == std::string_view::npos) {
    return false;
  }
  const std::string_view key = Trim(line.substr(0, end));
  return !key.empty() && std::all_of(key.begin(), key.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-';
  });
}

// The entries of a value, named as those of YAML.
void AddToml(const std::string& path, const toml::node& node, ExtractedText* out) {
  if (const toml::table* const table = node.as_table(); table != nullptr) {
    for (const auto& [key, value] : *table) {
      AddToml(absl::StrCat(path, ".", Lower(key.str())), value, out);
    }
  } else if (const toml::array* const array = node.as_array(); array != nullptr) {
    for (const toml::node& value : *array) {
      AddToml(path, value, out);
    }
  } else if (const auto text = node.value<std::string>(); text.has_value()) {
    AddMetadata(path, *text, out);
  } else {
    std::ostringstream printed;
    node.visit([&](const auto& value) { printed << value; });
    AddMetadata(path, printed.str(), out);
  }
}

absl::Status ReadToml(std::string_view block, ExtractedText* out) {
  try {
    for (const auto& [key, node] : toml::parse(block)) {
      AddToml(Lower(key.str()), node, out);
    }
  } catch (const toml::parse_error& error) {
    return errors::MalformedSource("markdown", ToStd(absl::StrCat("its front matter is no TOML: ",
                                                                  ToAbsl(error.description()))));
  }
  return absl::OkStatus();
}

// Takes front matter off the beginning of `text`.
absl::Status TakeFrontMatter(std::string_view* text, ExtractedText* out) {
  std::string_view rest = *text;
  const std::string fence(TakeLine(&rest));
  if (fence != "---" && fence != "+++") {
    return absl::OkStatus();
  }
  const std::string_view begin = rest;
  while (!rest.empty()) {
    const std::string_view before = rest;
    if (TakeLine(&rest) == fence) {
      const std::string_view block = begin.substr(0, begin.size() - before.size());
      if (fence == "+++") {
        QUOTES_RETURN_IF_ERROR(ReadToml(block, out));
      } else {
        absl::Status read = ReadYaml(block, out);
        if (!read.ok() && BeginsWithEntry(block, ':')) {
          return read;
        }
        if (!read.ok() || out->metadata.empty()) {
          out->metadata.clear();
          return absl::OkStatus();  // two rules
        }
      }
      *text = rest;
      return absl::OkStatus();
    }
  }
  // What begins as front matter and goes on to the end would be taken for the text.
  return BeginsWithEntry(begin, fence == "+++" ? '=' : ':')
             ? errors::MalformedSource(
                   "markdown", ToStd(absl::StrCat("its front matter has no end: below its entries "
                                                  "a line ",
                                                  fence, " is missing")))
             : absl::OkStatus();
}

// Notes ([^1]: …) and lines like [注]: … look like definitions of links, which are no text: their
// brackets are escaped unless an address follows.
std::string EscapeNotes(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::string_view line = TakeLine(&text);
    const std::string_view bare = Trim(line);
    const size_t end = bare.find("]:");
    if (bare.starts_with('[') && end != std::string_view::npos) {
      const std::string_view target = Trim(bare.substr(end + 2));
      const bool address = target.find("://") != std::string_view::npos ||
                           target.starts_with('/') || target.starts_with('#') ||
                           target.starts_with('<') || target.starts_with("mailto:");
      if (!address || bare.starts_with("[^")) {
        out.append("\\[").append(bare.substr(1, end - 1)).append("\\").append(bare.substr(end));
        out.push_back('\n');
        continue;
      }
    }
    out.append(line).push_back('\n');
  }
  return out;
}

// Two tildes on each side strike out what is between them. The parser takes one for two, which
// would take the words out of 2020~2025年增长30~40%: a single one is put by, as a control that no
// source has. Around a letter's index (CO~2~, PM~2.5~) tildes are marks, not text.
constexpr char kTilde = '\x02';

std::string PutByTildes(std::string_view text) {
  constexpr size_t kLongestIndex = 3;
  std::string out;
  const auto is_alnum = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; };
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) {
      out.append(text.substr(i++, 2));
      continue;
    }
    if (text[i] != '~') {
      out.push_back(text[i]);
      continue;
    }
    const size_t end = std::min(text.find_first_not_of('~', i), text.size());
    if (end - i > 1) {
      out.append(text.substr(i, end - i));
      i = end - 1;
      continue;
    }
    size_t close = end;
    while (close < text.size() && (is_alnum(text[close]) || text[close] == '.')) {
      ++close;
    }
    if (i > 0 && std::isalpha(static_cast<unsigned char>(text[i - 1])) != 0 && close > end &&
        close - end <= kLongestIndex && text.substr(close).starts_with('~') &&
        !text.substr(close).starts_with("~~")) {
      out.append(text.substr(end, close - end));
      i = close;
    } else {
      out.push_back(kTilde);
    }
  }
  return out;
}

std::string DecodeEntity(std::string_view entity) {
  // &name; &#1234; &#x12AB;
  const std::string name(entity.substr(1, entity.size() - 2));
  if (!name.starts_with('#')) {
    const htmlEntityDesc* const found =
        htmlEntityLookup(reinterpret_cast<const xmlChar*>(name.c_str()));
    if (found == nullptr) {
      return std::string(entity);
    }
    const auto c = static_cast<char32_t>(found->value);
    return text::ToUtf8(std::u32string_view(&c, 1));
  }
  uint32_t code = 0;
  const bool hexadecimal = name.size() > 1 && (name[1] == 'x' || name[1] == 'X');
  if (!(hexadecimal ? absl::SimpleHexAtoi(name.substr(2), &code)
                    : absl::SimpleAtoi(name.substr(1), &code))) {
    return std::string(entity);
  }
  const auto c = static_cast<char32_t>(code);
  return text::ToUtf8(std::u32string_view(&c, 1));
}

// Where emphasis stands between a Han character and a mark (**“十四五”**规划), CommonMark does not
// see it and leaves the asterisks standing. In pairs they are no text.
constexpr char kStrayMark = '\x01';

class MarkdownReader {
 public:
  explicit MarkdownReader(ExtractedText* out) : out_(out), writer_(out) {}

  bool Read(std::string_view text) {
    MD_PARSER parser{};
    parser.flags = MD_FLAG_TABLES | MD_FLAG_STRIKETHROUGH | MD_FLAG_NOINDENTEDCODEBLOCKS;
    parser.enter_block = [](MD_BLOCKTYPE type, void* detail, void* self) {
      return static_cast<MarkdownReader*>(self)->EnterBlock(type, detail);
    };
    parser.leave_block = [](MD_BLOCKTYPE type, void*, void* self) {
      return static_cast<MarkdownReader*>(self)->LeaveBlock(type);
    };
    parser.enter_span = [](MD_SPANTYPE type, void*, void* self) {
      static_cast<MarkdownReader*>(self)->CountSpan(type, 1);
      return 0;
    };
    parser.leave_span = [](MD_SPANTYPE type, void*, void* self) {
      static_cast<MarkdownReader*>(self)->CountSpan(type, -1);
      return 0;
    };
    parser.text = [](MD_TEXTTYPE type, const MD_CHAR* chars, MD_SIZE size, void* self) {
      static_cast<MarkdownReader*>(self)->AddText(type, {chars, size});
      return 0;
    };
    const bool read = md_parse(text.data(), static_cast<MD_SIZE>(text.size()), &parser, this) == 0;
    writer_.Finish();
    return read;
  }

 private:
  struct List {
    bool ordered = false;
    unsigned next = 1;
    char delimiter = '.';
  };

  int EnterBlock(MD_BLOCKTYPE type, const void* detail) {
    Flush();
    hint_ = {};
    continues_ = false;
    switch (type) {
      case MD_BLOCK_H:
        hint_.heading_level =
            static_cast<uint8_t>(static_cast<const MD_BLOCK_H_DETAIL*>(detail)->level);
        break;
      case MD_BLOCK_UL:
        lists_.push_back({});
        break;
      case MD_BLOCK_OL: {
        const auto* const list = static_cast<const MD_BLOCK_OL_DETAIL*>(detail);
        lists_.push_back({true, list->start, list->mark_delimiter});
        break;
      }
      case MD_BLOCK_LI:
        if (!lists_.empty()) {
          List& list = lists_.back();
          marker_ =
              list.ordered ? absl::StrCat(list.next++, std::string(1, list.delimiter), " ") : "• ";
        }
        break;
      case MD_BLOCK_TH:
      case MD_BLOCK_TD:
        hint_.role = LineRole::kTableCell;
        break;
      case MD_BLOCK_HTML:
        html_.clear();
        break;
      default:
        break;
    }
    return 0;
  }

  int LeaveBlock(MD_BLOCKTYPE type) {
    Flush();
    struck_tags_ = 0;
    switch (type) {
      case MD_BLOCK_UL:
      case MD_BLOCK_OL:
        lists_.pop_back();
        break;
      case MD_BLOCK_LI:
        marker_.clear();
        break;
      case MD_BLOCK_HTML: {
        // An HTML block of comments alone has no text.
        absl::StatusOr<ExtractedText> block = ReadHtml(html_, text::Encoding::kUtf8);
        if (block.ok()) {
          out_->text += block->text;
          out_->lines.insert(out_->lines.end(), block->lines.begin(), block->lines.end());
        }
        html_.clear();
        break;
      }
      default:
        break;
    }
    for (const std::string& caption : captions_) {
      writer_.Add(caption, {.role = LineRole::kCaption});
    }
    captions_.clear();
    hint_ = {};
    return 0;
  }

  void CountSpan(MD_SPANTYPE type, int change) {
    if (type == MD_SPAN_DEL) {
      struck_depth_ += change;
    }
    if (type == MD_SPAN_STRONG) {
      bold_depth_ += change;
    } else if (type == MD_SPAN_IMG) {
      image_depth_ += change;
      if (change > 0 && image_depth_ == 1) {
        captions_.emplace_back();
      }
    }
  }

  void AddText(MD_TEXTTYPE type, std::string_view raw) {
    std::string chars(raw);
    std::replace(chars.begin(), chars.end(), kTilde, '~');
    if (type == MD_TEXT_HTML) {
      NoteStriking(chars);
    } else if ((struck_depth_ > 0 || struck_tags_ > 0) && type != MD_TEXT_BR) {
      if (hint_.role == LineRole::kText && !Trim(chars).empty()) {
        writer_.LeaveOut();
      }
      return;
    }
    if (image_depth_ > 0) {
      captions_.back().append(chars);
      return;
    }
    switch (type) {
      case MD_TEXT_BR:
        Flush();
        break;
      case MD_TEXT_SOFTBR:
        EndSourceLine();
        break;
      case MD_TEXT_ENTITY:
        Add(DecodeEntity(chars));
        break;
      case MD_TEXT_HTML:
        AddHtml(chars);
        break;
      case MD_TEXT_CODE:
        AddCode(chars);
        break;
      case MD_TEXT_NORMAL:
        AddNormal(chars);
        break;
      default:
        Add(chars);
        break;
    }
  }

  // A paragraph goes on in the next line of the source. Where the line before is short or complete,
  // authors often mean lines that stand alone; then others may judge.
  void EndSourceLine() {
    constexpr size_t kShortLine = 30;
    const std::u32string line = text::ToCodePoints(line_);
    const bool complete =
        line.empty() ||
        std::u32string_view(U"。！？；：.!?;:").find(line.back()) != std::u32string_view::npos;
    // Lines in English are wrapped where they fit: a long one goes on also where it ends a
    // sentence.
    constexpr size_t kLongLine = 60;
    const bool wrapped =
        line.size() >= kLongLine && std::cmp_equal(text::DisplayWidth(line), line.size());
    Flush();
    continues_ = line.size() >= kShortLine && (!complete || wrapped);
  }

  // <del> inside a line of Markdown.
  void NoteStriking(std::string_view tag) {
    const std::string lower = Lower(tag);
    const size_t end = std::min(lower.find_first_of("> \t\r\n"), lower.size());
    for (const std::string name : {"del", "s", "strike"}) {
      if (lower.compare(0, end, "<" + name) == 0) {
        ++struck_tags_;
      } else if (lower.compare(0, end, "</" + name) == 0 && struck_tags_ > 0) {
        --struck_tags_;
      }
    }
  }

  void AddHtml(std::string_view chars) {
    html_.append(chars);
    if (Lower(chars).starts_with("<br")) {
      Flush();
    }
  }

  void AddCode(std::string_view chars) {
    while (!chars.empty()) {
      const size_t end = std::min(chars.find('\n'), chars.size());
      Add(chars.substr(0, end));
      if (end < chars.size()) {
        Flush();
      }
      chars.remove_prefix(std::min(end + 1, chars.size()));
    }
  }

  void AddNormal(std::string_view chars) {
    while (!chars.empty()) {
      const size_t mark = std::min(chars.find("**"), chars.size());
      Add(chars.substr(0, mark));
      if (mark < chars.size()) {
        line_.push_back(kStrayMark);
      }
      chars.remove_prefix(std::min(mark + 2, chars.size()));
    }
  }

  void Add(std::string_view chars) {
    line_.append(chars);
    size_ += chars.size();
    bold_ += bold_depth_ > 0 ? chars.size() : 0;
  }

  void Flush() {
    if (std::count(line_.begin(), line_.end(), kStrayMark) % 2 != 0) {
      std::string restored;
      for (const char c : line_) {
        restored.append(c == kStrayMark ? "**" : std::string(1, c));
      }
      line_ = std::move(restored);
    }
    if (!Trim(line_).empty()) {
      LineHint hint = hint_;
      hint.bold = bold_ == size_;
      hint.continues = continues_;
      if (line_.starts_with("[^") && line_.find("]:") != std::string::npos) {
        hint.role = LineRole::kNote;
      }
      writer_.Add(line_, hint, marker_);
      marker_.clear();
      continues_ = false;
    }
    line_.clear();
    size_ = 0;
    bold_ = 0;
  }

  ExtractedText* const out_;
  LineWriter writer_;
  std::vector<List> lists_;
  std::vector<std::string> captions_;  // the words of pictures in the block at hand
  std::string html_;
  std::string line_;
  std::string marker_;
  LineHint hint_;
  bool continues_ = false;
  size_t size_ = 0;
  size_t bold_ = 0;
  int bold_depth_ = 0;
  int image_depth_ = 0;
  int struck_depth_ = 0;  // ~~ around what is read
  int struck_tags_ = 0;   // <del> around it
};

}  // namespace

absl::StatusOr<ExtractedText> ReadMarkdown(std::string_view bytes,
                                           std::optional<text::Encoding> encoding) {
  ExtractedText result;
  std::string utf8;
  {
    QUOTES_ASSIGN_OR_RETURN(const text::DecodedText decoded, text::Decode(bytes, encoding));
    result.encoding = decoded.encoding;
    utf8 = text::ToUtf8(decoded.text);
  }
  std::string_view rest = utf8;
  QUOTES_RETURN_IF_ERROR(TakeFrontMatter(&rest, &result));
  if (!MarkdownReader(&result).Read(PutByTildes(EscapeNotes(rest)))) {
    return errors::MalformedSource("markdown", "cannot be read as Markdown");
  }
  if (result.lines.empty()) {
    return errors::EmptyText();
  }
  return result;
}

}  // namespace quotes::extract
