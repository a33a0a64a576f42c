#include <archive.h>
#include <archive_entry.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "service/base/absl_string.h"
#include "service/base/errors.h"
#include "service/base/limits.h"
#include "service/base/status_macros.h"
#include "service/extract/numbering.h"
#include "service/extract/read_format.h"
#include "service/extract/xml.h"
#include "service/text/utf8.h"

namespace quotes::extract {
namespace {

using report::LineHint;
using report::LineRole;

absl::Status Malformed(std::string_view description) {
  return errors::MalformedSource("docx", description);
}

using Parts = std::map<std::string, std::string, std::less<>>;

struct FreeArchive {
  void operator()(archive* a) const { archive_read_free(a); }
};

// The XML parts of the package: pictures and macros are not unpacked.
absl::StatusOr<Parts> ReadParts(std::string_view bytes) {
  const std::unique_ptr<archive, FreeArchive> reader(archive_read_new());
  if (reader == nullptr || archive_read_support_format_zip_seekable(reader.get()) != ARCHIVE_OK ||
      archive_read_open_memory(reader.get(), bytes.data(), bytes.size()) != ARCHIVE_OK) {
    return Malformed("is no ZIP archive");
  }
  Parts parts;
  size_t entries = 0;
  size_t total = 0;
  archive_entry* entry = nullptr;
  while (true) {
    const int next = archive_read_next_header(reader.get(), &entry);
    if (next == ARCHIVE_EOF) {
      return parts;
    }
    if (next != ARCHIVE_OK && next != ARCHIVE_WARN) {
      return Malformed("is a damaged ZIP archive");
    }
    if (++entries > limits::kMaxOfficeParts) {
      return errors::SourceTooLarge("source.content",
                                    absl::StrCat("at most ", limits::kMaxOfficeParts, " parts"));
    }
    const char* const path = archive_entry_pathname(entry);
    const std::string name = path == nullptr ? "" : path;
    if (!name.ends_with(".xml") && !name.ends_with(".rels")) {
      continue;
    }
    if (archive_entry_is_encrypted(entry) != 0) {
      return errors::Encrypted("the office document is protected by a password");
    }
    if (parts.contains(name)) {
      return Malformed("has two parts of one name");
    }
    std::string& content = parts[name];
    while (true) {
      const void* block = nullptr;
      size_t size = 0;
      la_int64_t offset = 0;
      const int read = archive_read_data_block(reader.get(), &block, &size, &offset);
      if (read == ARCHIVE_EOF) {
        break;
      }
      if (read != ARCHIVE_OK && read != ARCHIVE_WARN) {
        return Malformed("is a damaged ZIP archive");
      }
      total += size;
      if (total > limits::kMaxOfficeXmlBytes) {
        return errors::SourceTooLarge("source.content",
                                      absl::StrCat("at most ", limits::kMaxOfficeXmlBytes >> 20,
                                                   " MiB of XML in an office document"));
      }
      content.append(static_cast<const char*>(block), size);
    }
  }
}

std::string FolderOf(std::string_view path) {
  const size_t slash = path.rfind('/');
  return std::string(path.substr(0, slash == std::string_view::npos ? 0 : slash + 1));
}

// "word/document.xml" -> "word/_rels/document.xml.rels"
std::string RelationsOf(std::string_view path) {
  const std::string folder = FolderOf(path);
  return folder + "_rels/" + std::string(path.substr(folder.size())) + ".rels";
}

struct Relation {
  std::string id;
  std::string kind;  // the last word of its type: "styles", "header"
  std::string part;
};

absl::StatusOr<std::vector<Relation>> ReadRelations(const Parts& parts, std::string_view of) {
  std::vector<Relation> relations;
  const std::string name = of.empty() ? "_rels/.rels" : RelationsOf(of);
  const auto found = parts.find(name);
  if (found == parts.end()) {
    return relations;
  }
  QUOTES_ASSIGN_OR_RETURN(const XmlDocument document, ParseXml(found->second, name));
  const xmlNode* const root = xmlDocGetRootElement(document.get());
  for (const xmlNode* node = root->children; node != nullptr; node = node->next) {
    if (NameOf(node) != "Relationship" || Attribute(node, "TargetMode") == "External") {
      continue;
    }
    const std::string type = Attribute(node, "Type").value_or("");
    const std::string target = Attribute(node, "Target").value_or("");
    relations.push_back({Attribute(node, "Id").value_or(""), type.substr(type.rfind('/') + 1),
                         target.starts_with('/') ? target.substr(1) : FolderOf(of) + target});
  }
  return relations;
}

// True unless a switch like <w:b w:val="false"/> is off; nullopt without one.
std::optional<bool> Switch(const xmlNode* properties, std::string_view name) {
  const xmlNode* const node = properties == nullptr ? nullptr : Child(properties, name);
  if (node == nullptr) {
    return std::nullopt;
  }
  const std::string value = Attribute(node, "val").value_or("true");
  return value != "false" && value != "0" && value != "off";
}

std::optional<int> Number(const xmlNode* properties, std::string_view name) {
  const xmlNode* const node = properties == nullptr ? nullptr : Child(properties, name);
  int number = 0;
  if (node == nullptr || !absl::SimpleAtoi(Attribute(node, "val").value_or(""), &number)) {
    return std::nullopt;
  }
  return number;
}

std::optional<std::string> Value(const xmlNode* properties, std::string_view name) {
  const xmlNode* const node = properties == nullptr ? nullptr : Child(properties, name);
  return node == nullptr ? std::nullopt : Attribute(node, "val");
}

struct Style {
  std::string name;  // in lower case
  std::string based_on;
  std::optional<int> outline_level;  // from 0; 9 is body text
  std::optional<std::string> num_id;
  std::optional<int> num_level;
  std::optional<bool> bold;
  std::optional<bool> hidden;
  std::optional<bool> struck;
  std::optional<bool> struck_twice;
};

class Styles {
 public:
  explicit Styles(const xmlNode* root) {
    for (const xmlNode* node = root == nullptr ? nullptr : root->children; node != nullptr;
         node = node->next) {
      if (NameOf(node) != "style") {
        continue;
      }
      Style style;
      for (const char c : Value(node, "name").value_or("")) {
        style.name.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
      }
      style.based_on = Value(node, "basedOn").value_or("");
      const xmlNode* const paragraph = Child(node, "pPr");
      style.outline_level = Number(paragraph, "outlineLvl");
      if (const xmlNode* num = paragraph == nullptr ? nullptr : Child(paragraph, "numPr");
          num != nullptr) {
        style.num_id = Value(num, "numId");
        style.num_level = Number(num, "ilvl");
      }
      style.bold = Switch(Child(node, "rPr"), "b");
      style.hidden = Switch(Child(node, "rPr"), "vanish");
      style.struck = Switch(Child(node, "rPr"), "strike");
      style.struck_twice = Switch(Child(node, "rPr"), "dstrike");
      const std::string id = Attribute(node, "styleId").value_or("");
      if (Attribute(node, "default") == "1" && Attribute(node, "type") == "paragraph") {
        default_ = id;
      }
      styles_[id] = std::move(style);
    }
  }

  // What a style says, with what it inherits.
  Style Resolve(std::string_view id) const {
    constexpr int kMostAncestors = 32;
    Style resolved;
    std::string_view next = id.empty() ? std::string_view(default_) : id;
    for (int i = 0; i < kMostAncestors; ++i) {
      const auto found = styles_.find(next);
      if (found == styles_.end()) {
        break;
      }
      const Style& style = found->second;
      const auto inherit = [](const auto& from, auto* to) {
        if (!to->has_value()) {
          *to = from;
        }
      };
      if (i == 0) {
        resolved.name = style.name;
      }
      inherit(style.outline_level, &resolved.outline_level);
      inherit(style.num_id, &resolved.num_id);
      inherit(style.num_level, &resolved.num_level);
      inherit(style.bold, &resolved.bold);
      inherit(style.hidden, &resolved.hidden);
      inherit(style.struck, &resolved.struck);
      inherit(style.struck_twice, &resolved.struck_twice);
      next = style.based_on;
    }
    return resolved;
  }

 private:
  std::map<std::string, Style, std::less<>> styles_;
  std::string default_;
};

// Footnotes or endnotes: their texts, and the numbers that references get in the order they come.
struct Notes {
  XmlDocument document;
  std::string format;
  std::map<std::string, const xmlNode*, std::less<>> by_id;
  std::vector<std::string> order;  // ids as they were referred to
};

class DocxReader {
 public:
  DocxReader(const Styles& styles, Numbering* numbering, Notes* footnotes, Notes* endnotes,
             bool paged, ExtractedText* out)
      : styles_(styles),
        numbering_(*numbering),
        footnotes_(*footnotes),
        endnotes_(*endnotes),
        page_(paged ? 1 : 0),
        writer_(out) {}

  void ReadBody(const xmlNode* body) {
    document_bytes_ = CountText(body);
    ReadBlocks(body, LineRole::kText);
    Flush();
    writer_.Finish();
  }

  void ReadNotes() {
    for (Notes* notes : {&footnotes_, &endnotes_}) {
      // A note may refer to others.
      for (size_t i = 0; i < notes->order.size(); ++i) {
        const auto note = notes->by_id.find(notes->order[i]);
        if (note == notes->by_id.end()) {
          continue;
        }
        note_marker_ = NoteMark(*notes, i) + " ";
        page_ = 0;
        ReadBlocks(note->second, LineRole::kNote);
        note_marker_.clear();
      }
    }
  }

  void ReadRunningHead(const xmlNode* root) {
    page_ = 0;
    ReadBlocks(root, LineRole::kRunningHead);
  }

 private:
  void ReadBlocks(const xmlNode* parent, LineRole role) {
    for (const xmlNode* node = parent->children; node != nullptr; node = node->next) {
      const std::string_view name = NameOf(node);
      if (name == "p") {
        ReadParagraph(node, role);
      } else if (name == "tbl") {
        ReadTable(node, role);
      } else if (name == "AlternateContent") {
        ReadAlternative(node, [&](const xmlNode* branch) { ReadBlocks(branch, role); });
      } else if (IsContainer(name)) {
        ReadBlocks(node, role);
      }
    }
  }

  // Elements that only hold others. What is deleted or moved away is not among them.
  static bool IsContainer(std::string_view name) {
    return name == "sdt" || name == "sdtContent" || name == "customXml" || name == "smartTag" ||
           name == "ins" || name == "moveTo" || name == "hyperlink" || name == "fldSimple" ||
           name == "dir" || name == "bdo" || name == "tr" || name == "tc" || name == "oMath" ||
           name == "oMathPara" || name == "ruby" || name == "rubyBase";
  }

  // One content in several forms: the first that is understood, which is the newest.
  template <typename Read>
  static void ReadAlternative(const xmlNode* node, Read read) {
    const xmlNode* const choice = Child(node, "Choice");
    const xmlNode* const branch = choice != nullptr ? choice : Child(node, "Fallback");
    if (branch != nullptr) {
      read(branch);
    }
  }

  // Bytes of text below a node.
  static size_t CountText(const xmlNode* node) {
    size_t count = TextOf(node).size();
    for (const xmlNode* child = node->children; child != nullptr; child = child->next) {
      count +=
          child->type == XML_ELEMENT_NODE || child->type == XML_TEXT_NODE ? CountText(child) : 0;
    }
    return count;
  }

  static bool HasColumns(const xmlNode* table) {
    for (const xmlNode* row = table->children; row != nullptr; row = row->next) {
      int cells = 0;
      for (const xmlNode* cell = row->children; cell != nullptr; cell = cell->next) {
        cells += NameOf(cell) == "tc" ? 1 : 0;
      }
      if (cells > 1) {
        return true;
      }
    }
    return false;
  }

  // What a table has in each of its columns.
  struct ColumnText {
    size_t cells = 0;
    size_t bytes = 0;
  };

  static std::vector<ColumnText> CountColumns(const xmlNode* table) {
    std::vector<ColumnText> columns;
    for (const xmlNode* row = table->children; row != nullptr; row = row->next) {
      size_t column = 0;
      for (const xmlNode* cell = row->children; cell != nullptr; cell = cell->next) {
        if (NameOf(cell) == "tc") {
          columns.resize(std::max(columns.size(), column + 1));
          columns[column].bytes += CountText(cell);
          ++columns[column].cells;
          ++column;
        }
      }
    }
    return columns;
  }

  // The column that has the text of the document, one paragraph below the other: most of what the
  // document says, and nearly all of what its table does.
  std::optional<size_t> TextColumn(const std::vector<ColumnText>& columns) const {
    constexpr size_t kFewestCells = 5;
    constexpr size_t kParagraphBytes = 60;  // twenty Han characters, headings among them
    size_t all = 0;
    for (const ColumnText& column : columns) {
      all += column.bytes;
    }
    for (size_t i = 0; i < columns.size(); ++i) {
      const ColumnText& column = columns[i];
      if (column.cells >= kFewestCells && column.bytes >= column.cells * kParagraphBytes &&
          column.bytes * 5 >= all * 4 && column.bytes * 2 >= document_bytes_) {
        return i;
      }
    }
    return std::nullopt;
  }

  void ReadTable(const xmlNode* table, LineRole role) {
    if (role != LineRole::kText || !HasColumns(table)) {
      // A table of one column is a frame around text.
      ReadBlocks(table, role);
      return;
    }
    const std::optional<size_t> text = TextColumn(CountColumns(table));
    if (!text.has_value()) {
      ReadBlocks(table, LineRole::kTableCell);
      return;
    }
    for (const xmlNode* row = table->children; row != nullptr; row = row->next) {
      if (NameOf(row) != "tr") {
        if (IsContainer(NameOf(row))) {
          ReadBlocks(row, LineRole::kTableCell);
        }
        continue;
      }
      size_t column = 0;
      for (const xmlNode* cell = row->children; cell != nullptr; cell = cell->next) {
        if (IsContainer(NameOf(cell))) {
          ReadBlocks(cell, column == *text ? LineRole::kText : LineRole::kTableCell);
          column += NameOf(cell) == "tc" ? 1u : 0u;
        }
      }
    }
  }

  void ReadParagraph(const xmlNode* paragraph, LineRole role) {
    const xmlNode* const properties = Child(paragraph, "pPr");
    const xmlNode* const mark = properties == nullptr ? nullptr : Child(properties, "rPr");
    // Where the end of a paragraph was deleted, the next one goes on in it.
    const bool end_deleted = mark != nullptr && Child(mark, "del") != nullptr;
    if (goes_on_) {
      goes_on_ = end_deleted;
      ReadRuns(paragraph);
      if (!goes_on_) {
        EndParagraph(hint_.role);
      }
      return;
    }
    style_ = styles_.Resolve(Value(properties, "pStyle").value_or(""));
    hint_ = {.role = role};
    constexpr int kBodyText = 9;
    const int outline =
        Number(properties, "outlineLvl").value_or(style_.outline_level.value_or(kBodyText));
    if (role == LineRole::kText || role == LineRole::kTableCell) {
      if (outline >= 0 && outline < kBodyText) {
        hint_.heading_level = static_cast<uint8_t>(outline + 1);
      } else if (style_.name == "title" || style_.name == "标题") {
        hint_.heading_level = 1;
      } else if (style_.name == "caption" || style_.name.ends_with(" caption")) {
        hint_.role = LineRole::kCaption;
      } else if (style_.name.starts_with("toc ")) {
        hint_.role = LineRole::kNavigation;
      }
    }
    marker_ = note_marker_;
    note_marker_.clear();
    std::optional<std::string> num_id = style_.num_id;
    std::optional<int> level = style_.num_level;
    if (const xmlNode* num = properties == nullptr ? nullptr : Child(properties, "numPr");
        num != nullptr) {
      num_id = Value(num, "numId").has_value() ? Value(num, "numId") : num_id;
      level = Number(num, "ilvl").has_value() ? Number(num, "ilvl") : level;
    }
    // Paragraphs without text are numbered in Word too.
    if (num_id.has_value() && *num_id != "0") {
      marker_ += numbering_.Next(*num_id, level.value_or(0));
    }
    ReadRuns(paragraph);
    goes_on_ = end_deleted && !line_.empty();
    if (!goes_on_) {
      EndParagraph(role);
    }
  }

  void EndParagraph(LineRole role) {
    Flush();
    // Text boxes are anchored in the paragraph that they stand beside.
    std::vector<const xmlNode*> boxes;
    boxes.swap(boxes_);
    ++boxes_around_;
    for (const xmlNode* box : boxes) {
      // Beside the speech they are set apart from it as cells are; above it they may hold the
      // title.
      ReadBlocks(box, role == LineRole::kText && text_begun_ ? LineRole::kTableCell : role);
    }
    --boxes_around_;
  }

  void ReadRuns(const xmlNode* parent) {
    for (const xmlNode* node = parent->children; node != nullptr; node = node->next) {
      const std::string_view name = NameOf(node);
      if (name == "r") {
        ReadRun(node);
      } else if (name == "AlternateContent") {
        ReadAlternative(node, [&](const xmlNode* branch) { ReadRuns(branch); });
      } else if (name == "t") {
        AddText(node);
      } else if (IsContainer(name)) {
        ReadRuns(node);
      }
    }
  }

  void ReadRun(const xmlNode* run) {
    const xmlNode* const properties = Child(run, "rPr");
    const std::optional<std::string> character_style = Value(properties, "rStyle");
    Style style;
    if (character_style.has_value()) {
      style = styles_.Resolve(*character_style);
    }
    const auto switched = [&](std::string_view name, const std::optional<bool>& of_character,
                              const std::optional<bool>& of_paragraph) {
      const std::optional<bool> own = Switch(properties, name);
      return own.value_or(of_character.value_or(of_paragraph.value_or(false)));
    };
    run_bold_ = switched("b", style.bold, style_.bold);
    run_raised_ = Value(properties, "vertAlign") == "superscript";
    if (switched("vanish", style.hidden, style_.hidden) ||
        switched("strike", style.struck, style_.struck) ||
        switched("dstrike", style.struck_twice, style_.struck_twice)) {
      LeaveOut(run);
      return;
    }
    ReadRunContent(run);
  }

  // A run that is struck through or hidden. Its pictures and the boxes beside it stay.
  void LeaveOut(const xmlNode* run) {
    for (const xmlNode* node = run->children; node != nullptr; node = node->next) {
      const std::string_view name = NameOf(node);
      if (name == "t" && CountText(node) > 0 && hint_.role == LineRole::kText) {
        writer_.LeaveOut();
      } else if (name == "br" || name == "cr") {
        Flush();
      } else if (name == "lastRenderedPageBreak") {
        page_ += page_ > 0 ? 1u : 0u;
      } else if (name == "drawing" || name == "pict" || name == "object") {
        FindBoxes(node);
      }
    }
  }

  void ReadRunContent(const xmlNode* run) {
    for (const xmlNode* node = run->children; node != nullptr; node = node->next) {
      const std::string_view name = NameOf(node);
      if (name == "t") {
        AddText(node);
      } else if (name == "tab" || name == "ptab") {
        Add(" ");
      } else if (name == "br" || name == "cr") {
        Flush();
      } else if (name == "lastRenderedPageBreak") {
        page_ += page_ > 0 ? 1u : 0u;
      } else if (name == "noBreakHyphen") {
        Add("-");
      } else if (name == "sym") {
        AddSymbol(node);
      } else if (name == "footnoteReference" || name == "endnoteReference") {
        AddReference(name == "footnoteReference" ? &footnotes_ : &endnotes_, node);
      } else if (name == "ruby") {
        if (const xmlNode* base = Child(node, "rubyBase"); base != nullptr) {
          ReadRuns(base);
        }
      } else if (name == "AlternateContent") {
        ReadAlternative(node, [&](const xmlNode* branch) { ReadRunContent(branch); });
      } else if (name == "drawing" || name == "pict" || name == "object") {
        FindBoxes(node);
      }
    }
  }

  void FindBoxes(const xmlNode* node) {
    for (const xmlNode* child = node->children; child != nullptr; child = child->next) {
      if (NameOf(child) == "txbxContent") {
        boxes_.push_back(child);
      } else if (NameOf(child) == "AlternateContent") {
        ReadAlternative(child, [&](const xmlNode* branch) { FindBoxes(branch); });
      } else {
        FindBoxes(child);
      }
    }
  }

  void AddSymbol(const xmlNode* node) {
    uint32_t code = 0;
    if (absl::SimpleHexAtoi(Attribute(node, "char").value_or(""), &code) && code > 0) {
      const auto c = static_cast<char32_t>(code);
      Add(text::ToUtf8(std::u32string_view(&c, 1)));
    }
  }

  static std::string NoteMark(const Notes& notes, size_t index) {
    return absl::StrCat("[", FormatNumber(static_cast<uint32_t>(index + 1), notes.format), "]");
  }

  void AddReference(Notes* notes, const xmlNode* node) {
    const std::string id = Attribute(node, "id").value_or("");
    // A mark of the author's own stands in the text that follows.
    const auto known = std::find(notes->order.begin(), notes->order.end(), id);
    const auto index = static_cast<size_t>(known - notes->order.begin());
    if (known == notes->order.end()) {
      notes->order.push_back(id);
    }
    if (!Attribute(node, "customMarkFollows").has_value()) {
      Add(NoteMark(*notes, index));
    }
  }

  void AddText(const xmlNode* node) {
    for (const xmlNode* text = node->children; text != nullptr; text = text->next) {
      if (run_raised_) {
        Add(RaisedText(TextOf(text), line_));
      } else {
        Add(TextOf(text));
      }
    }
  }

  void Add(std::string_view text) {
    if (text.empty()) {
      return;
    }
    if (line_.empty()) {
      hint_.page = page_;
      all_bold_ = true;
    }
    line_.append(text);
    all_bold_ = all_bold_ && (run_bold_ || text == " ");
  }

  void Flush() {
    // A text that stands in boxes alone is no box's neighbour.
    text_begun_ |= hint_.role == LineRole::kText && boxes_around_ == 0 && IsSentence(line_);
    hint_.bold = all_bold_;
    writer_.Add(line_, hint_, marker_);
    if (!line_.empty()) {
      marker_.clear();
    }
    line_.clear();
  }

  // Titles and names have no end of a sentence, nor are they long.
  static bool IsSentence(std::string_view line) {
    constexpr size_t kParagraph = 90;  // bytes: thirty Han characters
    if (line.size() >= kParagraph) {
      return true;
    }
    for (const std::string_view closer : {"”", "’", "）", " "}) {
      line = line.ends_with(closer) ? line.substr(0, line.size() - closer.size()) : line;
    }
    return line.ends_with("。") || line.ends_with("！") || line.ends_with("？") ||
           line.ends_with("；");
  }

  const Styles& styles_;
  Numbering& numbering_;
  Notes& footnotes_;
  Notes& endnotes_;
  uint32_t page_ = 0;
  LineWriter writer_;
  size_t document_bytes_ = 0;  // of its text

  Style style_;  // of the paragraph
  LineHint hint_;
  std::string line_;
  std::string marker_;
  std::string note_marker_;
  bool run_bold_ = false;
  bool run_raised_ = false;
  bool all_bold_ = false;
  bool goes_on_ = false;
  bool text_begun_ = false;  // a sentence stands above
  int boxes_around_ = 0;     // that hold what is read
  std::vector<const xmlNode*> boxes_;
};

bool HasDescendant(const xmlNode* node, std::string_view name) {
  for (const xmlNode* child = node->children; child != nullptr; child = child->next) {
    if (NameOf(child) == name || HasDescendant(child, name)) {
      return true;
    }
  }
  return false;
}

// A part of the package that a relation of this kind leads to; null without one.
absl::StatusOr<XmlDocument> ParseRelated(const Parts& parts, const std::vector<Relation>& relations,
                                         std::string_view kind) {
  for (const Relation& relation : relations) {
    if (relation.kind == kind) {
      if (const auto part = parts.find(relation.part); part != parts.end()) {
        return ParseXml(part->second, relation.part);
      }
    }
  }
  return XmlDocument();
}

absl::Status ReadNoteTexts(const Parts& parts, const std::vector<Relation>& relations,
                           std::string_view kind, std::string_view element, Notes* notes) {
  QUOTES_ASSIGN_OR_RETURN(notes->document, ParseRelated(parts, relations, kind));
  if (notes->document == nullptr) {
    return absl::OkStatus();
  }
  const xmlNode* const root = xmlDocGetRootElement(notes->document.get());
  for (const xmlNode* node = root->children; node != nullptr; node = node->next) {
    // Separators have a type.
    if (NameOf(node) == element && Attribute(node, "type").value_or("normal") == "normal") {
      notes->by_id[Attribute(node, "id").value_or("")] = node;
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<ExtractedText> ReadDocx(std::string_view bytes) {
  QUOTES_ASSIGN_OR_RETURN(const Parts parts, ReadParts(bytes));
  if (!parts.contains("[Content_Types].xml")) {
    return Malformed("is no office document");
  }
  QUOTES_ASSIGN_OR_RETURN(const std::vector<Relation> package, ReadRelations(parts, ""));
  std::string main = "word/document.xml";
  for (const Relation& relation : package) {
    if (relation.kind == "officeDocument") {
      main = relation.part;
    }
  }
  const auto part = parts.find(main);
  if (part == parts.end()) {
    return Malformed("has no main document");
  }
  QUOTES_ASSIGN_OR_RETURN(const XmlDocument document, ParseXml(part->second, main));
  const xmlNode* const root = xmlDocGetRootElement(document.get());
  const xmlNode* const body = Child(root, "body");
  if (NameOf(root) != "document" || body == nullptr) {
    return Malformed("is no Word document");
  }
  // What some programs write embeds the text as a page in HTML. Without it the document would be
  // read as if it ended early.
  if (HasDescendant(body, "altChunk")) {
    return errors::UnsupportedFormat(
        "a Word document that embeds another file (altChunk); open it in Word and save it anew, or "
        "import the other file");
  }
  QUOTES_ASSIGN_OR_RETURN(const std::vector<Relation> relations, ReadRelations(parts, main));
  QUOTES_ASSIGN_OR_RETURN(const XmlDocument styles_part, ParseRelated(parts, relations, "styles"));
  QUOTES_ASSIGN_OR_RETURN(const XmlDocument numbering_part,
                          ParseRelated(parts, relations, "numbering"));
  const auto root_of = [](const XmlDocument& xml) {
    return xml == nullptr ? nullptr : xmlDocGetRootElement(xml.get());
  };
  const Styles styles(root_of(styles_part));
  Numbering numbering(root_of(numbering_part));
  Notes footnotes;
  footnotes.format = "decimal";
  QUOTES_RETURN_IF_ERROR(ReadNoteTexts(parts, relations, "footnotes", "footnote", &footnotes));
  Notes endnotes;
  endnotes.format = "lowerRoman";  // as the standard has it where nothing is said
  QUOTES_RETURN_IF_ERROR(ReadNoteTexts(parts, relations, "endnotes", "endnote", &endnotes));

  ExtractedText result;
  DocxReader reader(styles, &numbering, &footnotes, &endnotes,
                    HasDescendant(body, "lastRenderedPageBreak"), &result);
  reader.ReadBody(body);
  reader.ReadNotes();
  std::set<std::string> seen;
  for (const std::string_view kind : {"header", "footer"}) {
    for (const Relation& relation : relations) {
      const auto head = parts.find(relation.part);
      if (relation.kind == kind && head != parts.end() && seen.insert(relation.part).second) {
        QUOTES_ASSIGN_OR_RETURN(const XmlDocument xml, ParseXml(head->second, relation.part));
        reader.ReadRunningHead(xmlDocGetRootElement(xml.get()));
      }
    }
  }
  if (result.lines.empty()) {
    return errors::EmptyText();
  }
  return result;
}

}  // namespace quotes::extract
