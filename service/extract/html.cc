#include <libxml/HTMLparser.h>
#include <libxml/xmlerror.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "service/base/errors.h"
#include "service/base/limits.h"
#include "service/base/status_macros.h"
#include "service/extract/page_styles.h"
#include "service/extract/read_format.h"
#include "service/extract/xml.h"
#include "service/report/chars.h"
#include "service/text/utf8.h"

namespace quotes::extract {
namespace {

using report::LineHint;
using report::LineRole;

// Declarations of the encoding stand within the first bytes of a page (HTML says 1,024; old pages
// put scripts before).
constexpr size_t kDeclarationBytes = 8192;

template <size_t N>
bool IsOneOf(std::string_view name, const std::array<std::string_view, N>& sorted) {
  return std::binary_search(sorted.begin(), sorted.end(), name);
}

// Elements that begin and end a line. Sorted.
constexpr std::array<std::string_view, 52> kBlocks = {
    "address",    "article", "aside",   "blockquote", "body",     "button",   "caption", "center",
    "dd",         "details", "dialog",  "dir",        "div",      "dl",       "dt",      "fieldset",
    "figcaption", "figure",  "footer",  "form",       "frameset", "h1",       "h2",      "h3",
    "h4",         "h5",      "h6",      "header",     "hgroup",   "hr",       "html",    "legend",
    "li",         "main",    "menu",    "nav",        "noframes", "noscript", "ol",      "option",
    "p",          "pre",     "section", "select",     "summary",  "table",    "tbody",   "td",
    "textarea",   "th",      "tr",      "ul"};
// Elements whose text nobody sees, that is struck out or tells how a character is spoken. Sorted.
constexpr std::array<std::string_view, 16> kNoText = {
    "audio", "canvas", "del",    "embed",  "head",  "iframe", "object",   "rp",
    "rt",    "s",      "script", "strike", "style", "svg",    "template", "video"};
constexpr std::array<std::string_view, 10> kNavigation = {
    "aside", "button", "footer", "form", "header", "menu", "nav", "noscript", "select", "textarea"};
// Words in names of classes and ids. Sorted.
constexpr std::array<std::string_view, 42> kNavigationWords = {"ad",
                                                               "ads",
                                                               "advert",
                                                               "advertisement",
                                                               "advertising",
                                                               "aside",
                                                               "bdsharebuttonbox",
                                                               "breadcrumb",
                                                               "breadcrumbs",
                                                               "copyright",
                                                               "crumb",
                                                               "crumbs",
                                                               "foot",
                                                               "footer",
                                                               "guanggao",
                                                               "login",
                                                               "menu",
                                                               "nav",
                                                               "navbar",
                                                               "navigation",
                                                               "pager",
                                                               "pagination",
                                                               "print",
                                                               "qrcode",
                                                               "rank",
                                                               "ranking",
                                                               "recommend",
                                                               "related",
                                                               "search",
                                                               "share",
                                                               "sharebar",
                                                               "sharebox",
                                                               "sidebar",
                                                               "sitemap",
                                                               "sponsor",
                                                               "toolbar",
                                                               "toolbox",
                                                               "topbar",
                                                               "wechat",
                                                               "weibo",
                                                               "weixin",
                                                               "zan"};

// Those of lists of a text's headings, which headings may have themselves.
constexpr std::array<std::string_view, 1> kContentsWords = {"toc"};
// Those of parts that are never text, however much like sentences their lines read. Sorted.
constexpr std::array<std::string_view, 2> kCommentWords = {"comment", "comments"};
constexpr std::array<std::string_view, 7> kFootWords = {
    "catlinks", "copyright", "editsection", "foot", "footer", "licence", "license"};
// Those that say of a part whether it may have comments. Sorted.
constexpr std::array<std::string_view, 4> kCommentStates = {"closed", "has", "no", "open"};

bool IsHtmlSpace(char32_t c) {
  return c == U' ' || c == U'\t' || c == U'\n' || c == U'\r' || c == U'\f';
}

bool IsWide(char32_t c) { return text::DisplayWidth(std::u32string_view(&c, 1)) == 2; }

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return lower;
}

// The encoding that a page declares: <meta charset=gb2312>, <meta … content="text/html;
// charset=gb2312">, <?xml … encoding="GBK"?>.
std::optional<text::Encoding> DeclaredEncoding(std::string_view bytes) {
  const std::string head = Lower(bytes.substr(0, kDeclarationBytes));
  for (const std::string_view key : {"charset", "encoding"}) {
    for (size_t at = head.find(key); at != std::string::npos; at = head.find(key, at + 1)) {
      size_t begin = at + key.size();
      while (begin < head.size() &&
             std::string_view(" \t\r\n").find(head[begin]) != std::string_view::npos) {
        ++begin;
      }
      if (begin >= head.size() || head[begin] != '=') {
        continue;
      }
      begin = head.find_first_not_of("= \t\r\n\"'", begin);
      const size_t end = head.find_first_of(" \t\r\n\"'/>;?", begin);
      if (begin == std::string::npos || end == std::string::npos) {
        continue;
      }
      if (const auto encoding =
              text::ParseEncoding(std::string_view(head).substr(begin, end - begin));
          encoding.has_value()) {
        return encoding;
      }
    }
  }
  return std::nullopt;
}

absl::StatusOr<text::DecodedText> DecodePage(std::string_view bytes,
                                             std::optional<text::Encoding> encoding) {
  if (encoding.has_value()) {
    return text::Decode(bytes, encoding);
  }
  // Bytes that are UTF-8 with more than ASCII in it are no other encoding, whatever is declared.
  // A declaration that is wrong gives way to what is found.
  absl::StatusOr<text::DecodedText> utf8 = text::Decode(bytes, text::Encoding::kUtf8);
  if (utf8.ok()) {
    return utf8;
  }
  if (const auto declared = DeclaredEncoding(bytes);
      declared.has_value() && *declared != text::Encoding::kUtf8) {
    absl::StatusOr<text::DecodedText> decoded = text::Decode(bytes, declared);
    if (decoded.ok()) {
      return decoded;
    }
  }
  return text::Decode(bytes);
}

// Whether names of classes and ids have one of some words: they are cut into words at what is no
// letter and before capitals.
template <size_t N>
bool HasWord(std::string_view names, const std::array<std::string_view, N>& sorted) {
  std::string word;
  for (size_t i = 0; i <= names.size(); ++i) {
    const char c = i < names.size() ? names[i] : ' ';
    const bool letter = std::isalpha(static_cast<unsigned char>(c)) != 0;
    const bool capital = std::isupper(static_cast<unsigned char>(c)) != 0;
    if (!letter ||
        (capital && !word.empty() && std::islower(static_cast<unsigned char>(names[i - 1])) != 0)) {
      if (IsOneOf(Lower(word), sorted)) {
        return true;
      }
      word.clear();
    }
    if (letter) {
      word.push_back(c);
    }
  }
  return false;
}

// Whether a class or an id is that of comments: comment-list, but not comments-open, which tells of
// an article that it may have some.
bool NamesComments(std::string_view names) {
  constexpr std::string_view kSpaces = " \t\r\n\f";
  while (!names.empty()) {
    const size_t end = std::min(names.find_first_of(kSpaces), names.size());
    const std::string_view name = names.substr(0, end);
    if (HasWord(name, kCommentWords) && !HasWord(name, kCommentStates)) {
      return true;
    }
    names.remove_prefix(std::min(end + 1, names.size()));
  }
  return false;
}

bool IsStruckOut(std::string_view name) { return name == "del" || name == "s" || name == "strike"; }

class HtmlReader {
 public:
  explicit HtmlReader(ExtractedText* out) : out_(out), writer_(out) {}

  void Read(const xmlNode* root) {
    styles_.Read(root);
    total_ = CountText(root);
    main_ = FindMain(root);
    Walk(root, {});
    Flush();
    writer_.Finish();
    MarkFoot();
  }

 private:
  static constexpr size_t kParagraph = 30;  // the fewest characters of one
  // A larger part of the page is its text, however it is shown.
  static constexpr double kMostStruck = 0.5;

  // What an element's place says of its text.
  struct Place {
    LineRole role = LineRole::kText;
    uint8_t heading_level = 0;
    bool preformatted = false;
    bool bold = false;
    bool link = false;
    bool in_article = false;
    bool centred = false;
    int font_size = 0;  // in pixels; 0: not said
    // A part of a line that readers do not see, and why.
    bool hidden = false;
    bool no_size = false;
  };

  static bool IsParent(const xmlNode* node) {
    return node->type == XML_ELEMENT_NODE || node->type == XML_HTML_DOCUMENT_NODE;
  }

  // The innermost element that holds most of the page's text.
  const xmlNode* FindMain(const xmlNode* node) const {
    constexpr double kMost = 0.5;
    for (const xmlNode* child = node->children; child != nullptr; child = child->next) {
      if (HoldsMore(child, kMost)) {
        return FindMain(child);
      }
    }
    return node;
  }

  // Gives the lines behind the element of the text, buttons and the like, the role of navigation,
  // unless the text goes on there: in paragraphs.
  void MarkFoot() {
    constexpr size_t kShare = 4;  // of the text, one part in so many at most
    const auto main = sizes_.find(main_);
    if (foot_paragraphs_ > 1 || main == sizes_.end() || foot_bytes_ * kShare > main->second) {
      return;
    }
    for (const size_t i : foot_) {
      out_->lines[i].role = LineRole::kNavigation;
    }
  }

  // Bytes of text below a node, spaces left out. Each node is counted once.
  size_t CountText(const xmlNode* node) {
    size_t count = 0;
    for (const char c : TextOf(node)) {
      count += std::isspace(static_cast<unsigned char>(c)) == 0 ? 1u : 0u;
    }
    if (IsParent(node) && !IsOneOf(NameOf(node), kNoText)) {
      for (const xmlNode* child = node->children; child != nullptr; child = child->next) {
        count += CountText(child);
      }
      sizes_[node] = count;
    }
    return count;
  }

  // Whether more than a part of the page's text stands below a node.
  bool HoldsMore(const xmlNode* node, double part) const {
    const auto found = sizes_.find(node);
    return found != sizes_.end() &&
           static_cast<double>(found->second) > part * static_cast<double>(total_);
  }

  void Enter(const xmlNode* node, std::string_view name, const Look& look, Place* place) {
    if (name.size() == 2 && name[0] == 'h' && name[1] >= '1' && name[1] <= '6') {
      place->heading_level = static_cast<uint8_t>(name[1] - '0');
    }
    place->preformatted |= name == "pre" || name == "textarea";
    place->bold |= name == "b" || name == "strong" || name == "th" || place->heading_level > 0;
    if (name == "a" && Attribute(node, "href").has_value()) {
      place->link = true;
      ++links_;
    }
    if (place->role == LineRole::kText) {
      place->role = RoleOf(node, name, look, *place);
    }
    ReadStyle(node, name, place);
    place->in_article |= name == "article" || name == "section" || name == "main";
  }

  // How a line stands and how large it is, where its element says so.
  static void ReadStyle(const xmlNode* node, std::string_view name, Place* place) {
    std::string align = Lower(Attribute(node, "align").value_or(name == "center" ? "center" : ""));
    const std::string style = Lower(Attribute(node, "style").value_or(""));
    if (const std::string said = ValueOf(style, "text-align"); !said.empty()) {
      align = said;
    }
    if (!align.empty()) {
      place->centred = align == "center" || align == "middle";
    }
    const std::string size = ValueOf(style, "font-size");
    double number = 0;
    if (size.size() > 2 && absl::SimpleAtod(size.substr(0, size.size() - 2), &number) &&
        number > 0 && number < 1000) {
      constexpr double kPixelsOfPoint = 4.0 / 3;
      if (size.ends_with("px") || size.ends_with("pt")) {
        place->font_size =
            static_cast<int>(std::lround(size.ends_with("pt") ? number * kPixelsOfPoint : number));
      }
    }
  }

  // The value of a property of a style, in lower case, without spaces; empty for none.
  static std::string ValueOf(std::string_view style, std::string_view property) {
    while (!style.empty()) {
      const size_t end = std::min(style.find(';'), style.size());
      const std::string_view one = style.substr(0, end);
      style.remove_prefix(std::min(end + 1, style.size()));
      const size_t colon = one.find(':');
      if (colon == std::string_view::npos) {
        continue;
      }
      const auto bare = [](std::string_view text) {
        std::string out;
        std::copy_if(text.begin(), text.end(), std::back_inserter(out),
                     [](char c) { return std::isspace(static_cast<unsigned char>(c)) == 0; });
        return out;
      };
      if (bare(one.substr(0, colon)) == property) {
        return bare(one.substr(colon + 1));
      }
    }
    return {};
  }

  LineRole RoleOf(const xmlNode* node, std::string_view name, const Look& look,
                  const Place& place) const {
    if (name == "figcaption" || name == "caption") {
      return LineRole::kCaption;
    }
    if ((name == "td" || name == "th") && IsDataCell(node)) {
      return LineRole::kTableCell;
    }
    // A page may have more comments than text, but hardly nothing else.
    constexpr double kMost = 0.5;
    constexpr double kNearlyAll = 0.9;
    constexpr double kLargestFoot = 0.25;
    const std::string names = absl::StrCat(Attribute(node, "class").value_or(""), " ",
                                           Attribute(node, "id").value_or(""));
    if (NamesComments(names) && !HoldsMore(node, kNearlyAll)) {
      return LineRole::kNavigation;
    }
    if (HoldsMore(node, kMost)) {
      return LineRole::kText;
    }
    if (!place.hidden && (look.hidden || Attribute(node, "hidden").has_value() ||
                          (Attribute(node, "aria-hidden") == "true" && !IsInSentence(node)))) {
      return LineRole::kNavigation;
    }
    if (IsOneOf(name, kNavigation) &&
        !(place.in_article && (name == "header" || name == "footer"))) {
      // The head of a site may hold the title of its one article.
      return name == "header" ? LineRole::kMaybeNavigation : LineRole::kNavigation;
    }
    if (HasWord(names, kFootWords) && !HoldsMore(node, kLargestFoot)) {
      return LineRole::kNavigation;
    }
    if (HasWord(names, kNavigationWords) ||
        (place.heading_level == 0 && HasWord(names, kContentsWords))) {
      return LineRole::kMaybeNavigation;
    }
    const auto role = Attribute(node, "role");
    return role == "navigation" || role == "contentinfo" || role == "search" ? LineRole::kNavigation
                                                                             : LineRole::kText;
  }

  // Enters a part of a line, or a paragraph, that its page does not show.
  void Hide(const xmlNode* node, std::string_view name, const Look& look, Place* place) {
    constexpr double kMost = 0.5;
    // Style sheets elsewhere may give an element with a name its size back.
    place->no_size &=
        !look.sized && !Attribute(node, "class").has_value() && !Attribute(node, "id").has_value();
    const bool hidden = look.hidden || Attribute(node, "hidden").has_value();
    if (place->role == LineRole::kNavigation || place->hidden || (!hidden && !look.no_size) ||
        HoldsMore(node, kMost) || HasBlock(node)) {
      return;
    }
    if (hidden && !IsOneOf(name, kBlocks)) {
      place->hidden = true;
    } else if (look.no_size) {
      place->no_size = true;
    }
    if (place->hidden || place->no_size) {
      hidden_.emplace_back();
    }
  }

  static bool HasBlock(const xmlNode* node) {
    for (const xmlNode* child = node->children; child != nullptr; child = child->next) {
      if (IsOneOf(NameOf(child), kBlocks) || HasBlock(child)) {
        return true;
      }
    }
    return false;
  }

  // Whether a part of a line stands beside others in a paragraph.
  bool IsInSentence(const xmlNode* node) const {
    if (IsOneOf(NameOf(node), kBlocks) || HasBlock(node)) {
      return false;
    }
    const xmlNode* block = node->parent;
    while (block != nullptr && !IsOneOf(NameOf(block), kBlocks)) {
      block = block->parent;
    }
    if (block == nullptr || (NameOf(block) != "p" && NameOf(block) != "li")) {
      return false;
    }
    const auto all = sizes_.find(block);
    const auto part = sizes_.find(node);
    return all != sizes_.end() && part != sizes_.end() && part->second < all->second;
  }

  // Tables were long used for the layout of whole pages: cells of data stand beside others, hold no
  // tables and little text.
  bool IsDataCell(const xmlNode* cell) const {
    constexpr size_t kMostBytes = 600;
    const auto found = sizes_.find(cell);
    if (found == sizes_.end() || found->second > kMostBytes || cell->parent == nullptr ||
        HasDescendant(cell, "table")) {
      return false;
    }
    int cells = 0;
    for (const xmlNode* other = cell->parent->children; other != nullptr; other = other->next) {
      cells += NameOf(other) == "td" || NameOf(other) == "th" ? 1 : 0;
    }
    return cells >= 2;
  }

  static bool HasDescendant(const xmlNode* node, std::string_view name) {
    for (const xmlNode* child = node->children; child != nullptr; child = child->next) {
      if (NameOf(child) == name || HasDescendant(child, name)) {
        return true;
      }
    }
    return false;
  }

  void Walk(const xmlNode* node, Place place) {
    if (const std::string_view text = TextOf(node); !text.empty()) {
      AddText(text, place);
      return;
    }
    if (!IsParent(node)) {
      return;
    }
    const std::string_view name = NameOf(node);
    const size_t lines_before = out_->lines.size();
    const Look look = name.empty() ? Look() : styles_.LookOf(node);
    if (IsOneOf(name, kNoText) || (look.struck && !HoldsMore(node, kMostStruck))) {
      if ((look.struck || IsStruckOut(name)) && place.role == LineRole::kText && !place.hidden &&
          !PlainText(node).empty()) {
        writer_.LeaveOut();
      }
      return;
    }
    if (name == "br") {
      if (place.hidden || place.no_size) {
        AddText(" ", place);
      } else {
        Flush();
      }
      return;
    }
    if (!name.empty()) {
      Hide(node, name, look, &place);
    }
    if (name == "sup") {
      const std::string plain = PlainText(node);
      if (const std::string raised = RaisedText(plain, line_); raised != plain) {
        AddText(raised, place);
        return;
      }
    }
    if (name == "img") {
      picture_ = true;
    }
    const bool block = IsOneOf(name, kBlocks);
    if (block) {
      Flush();
    }
    const LineRole outer = place.role;
    Enter(node, name, look, &place);
    // A part with another role is a line of its own, whatever its element.
    const bool parted = place.role != outer && !block && !place.hidden && !place.no_size;
    if (parted) {
      Flush();
    }
    if (name == "li") {
      marker_ = ListMarker(node);
    }
    if (name == "q") {
      AddText("“", place);
    }
    for (const xmlNode* child = node->children; child != nullptr; child = child->next) {
      Walk(child, place);
    }
    if (name == "q") {
      AddText("”", place);
    }
    if (block || parted) {
      Flush();
    }
    if (name == "li") {
      marker_.clear();
    }
    if (node == main_) {
      // One paragraph may be longer than all others.
      constexpr size_t kFewestLines = 3;
      behind_main_ = out_->lines.size() - lines_before >= kFewestLines;
    }
  }

  // The text below a node, without spaces.
  static std::string PlainText(const xmlNode* node) {
    std::string text;
    for (const char c : TextOf(node)) {
      if (std::isspace(static_cast<unsigned char>(c)) == 0) {
        text.push_back(c);
      }
    }
    if (IsParent(node)) {
      for (const xmlNode* child = node->children; child != nullptr; child = child->next) {
        text += PlainText(child);
      }
    }
    return text;
  }

  // Items of <ol> have numbers that stand nowhere in the source.
  static std::string ListMarker(const xmlNode* item) {
    const xmlNode* list = item->parent;
    if (list == nullptr || NameOf(list) != "ol" ||
        Lower(Attribute(list, "style").value_or("")).find("none") != std::string::npos) {
      return {};
    }
    int32_t number = 0;
    if (!absl::SimpleAtoi(Attribute(list, "start").value_or("1"), &number)) {
      number = 1;
    }
    for (const xmlNode* other = list->children; other != item; other = other->next) {
      number += NameOf(other) == "li" ? 1 : 0;
    }
    return absl::StrCat(number, ". ");
  }

  void AddText(std::string_view text, const Place& place) {
    if (place.hidden || place.no_size) {
      if (hidden_.empty()) {
        hidden_.emplace_back();
      }
      hidden_.back().append(text);
      return;
    }
    for (const char32_t c : text::ToCodePoints(text)) {
      if (place.preformatted && (c == U'\n' || c == U'\r')) {
        Flush();
        continue;
      }
      if (IsHtmlSpace(c)) {
        space_ = true;
        newline_ |= c == U'\n' || c == U'\r';
        continue;
      }
      if (line_.empty()) {
        hint_ = {.role = place.role, .heading_level = place.heading_level};
        hint_.outside = behind_main_;
        centred_ = place.centred;
        font_size_ = place.font_size;
      } else if (space_ && !(newline_ && IsWide(last_) && IsWide(c))) {
        line_.push_back(' ');
      }
      space_ = false;
      newline_ = false;
      text::AppendUtf8(c, &line_);
      last_ = c;
      ++characters_;
      bold_ += place.bold ? 1u : 0u;
      linked_ += place.link ? 1u : 0u;
      // Marks between links are of neither.
      const bool mark = (c < 0x80 && std::isalnum(static_cast<int>(c)) == 0) || c == U'·' ||
                        c == U'｜' || c == U'丨';
      marks_ += mark && !place.link ? 1u : 0u;
      ends_sentence_ = c == U'。' || c == U'！' || c == U'？' || c == U'；';
    }
  }

  void Flush() {
    FlushHidden();
    if (!line_.empty()) {
      hint_.bold = bold_ == characters_;
      // Lists of links are navigation, sentences that are links are not.
      constexpr size_t kFewestLinks = 3;
      const bool links = linked_ == characters_ ||
                         (links_ >= kFewestLinks && linked_ * 10 >= (characters_ - marks_) * 9);
      if (hint_.role == LineRole::kText && hint_.heading_level == 0 && links && !ends_sentence_) {
        hint_.role = LineRole::kMaybeNavigation;
      }
      constexpr size_t kLongestTitle = 60;
      if (characters_ <= kLongestTitle && !ends_sentence_ && BeginsWithReading(line_)) {
        hint_.role = LineRole::kNavigation;
      }
      if (IsCaption()) {
        hint_.role = LineRole::kCaption;
      } else if (hint_.role == LineRole::kText) {
        sizes_of_print_[font_size_] += characters_;
        paragraphs_ += ends_sentence_ && characters_ >= kParagraph ? 1u : 0u;
      }
      const size_t before = out_->lines.size();
      writer_.Add(line_, hint_, hint_.role == LineRole::kText ? marker_ : std::string());
      if (behind_main_ && hint_.role == LineRole::kText && out_->lines.size() == before + 1) {
        NoteFoot(before);
      }
      marker_.clear();
      below_picture_ = false;
    } else if (picture_) {
      below_picture_ = true;
    }
    picture_ = false;
    line_.clear();
    space_ = false;
    newline_ = false;
    characters_ = 0;
    bold_ = 0;
    linked_ = 0;
    links_ = 0;
    marks_ = 0;
    ends_sentence_ = false;
  }

  // What is hidden inside a line leaves it; what stands alone is kept as what the page has besides.
  void FlushHidden() {
    for (const std::string& text : std::exchange(hidden_, {})) {
      if (CleanLine(text).empty()) {
        continue;
      }
      if (line_.empty()) {
        LineHint hint{.role = LineRole::kNavigation};
        hint.outside = behind_main_;
        writer_.Add(text, hint);
      } else if (hint_.role == LineRole::kText) {
        writer_.LeaveOut();
      }
    }
  }

  // A short line in the middle right below a paragraph that has only a picture: its caption, once
  // the text has begun. Headings that stand so are numbered, bold or in larger print.
  bool IsCaption() const {
    constexpr size_t kShortest = 4;
    constexpr size_t kLongest = 40;
    constexpr size_t kFewestParagraphs = 2;
    if (!below_picture_ || picture_ || !centred_ || hint_.role != LineRole::kText ||
        hint_.heading_level > 0 || hint_.bold || ends_sentence_ || characters_ < kShortest ||
        characters_ > kLongest || paragraphs_ < kFewestParagraphs || !marker_.empty() ||
        last_ == U'：' || last_ == U'，') {
      return false;
    }
    const auto usual =
        std::max_element(sizes_of_print_.begin(), sizes_of_print_.end(),
                         [](const auto& a, const auto& b) { return a.second < b.second; });
    const std::u32string line = text::ToCodePoints(line_);
    return (usual->first == 0 || font_size_ <= usual->first) &&
           (!BeginsWithMarker(line) || report::ClosingPartner(line.front()) != 0) &&
           !(report::ClosingPartner(line.front()) != 0 && line.size() > 1 && IsNumeral(line[1]));
  }

  // 推荐阅读：…, which sites put between paragraphs.
  static bool BeginsWithReading(std::string_view line) {
    constexpr std::string_view kWords[] = {"推荐阅读", "相关阅读", "延伸阅读", "扩展阅读",
                                           "更多阅读", "猜你喜欢", "相关推荐"};
    return std::any_of(std::begin(kWords), std::end(kWords),
                       [line](std::string_view word) { return line.starts_with(word); });
  }

  // Notes a line behind the element of the text; what ends like a paragraph may be one of it.
  void NoteFoot(size_t line) {
    if (ends_sentence_ && characters_ >= kParagraph) {
      ++foot_paragraphs_;
    } else if (last_ != U'。' && last_ != U'！') {
      foot_.push_back(line);
      foot_bytes_ += line_.size();
    }
  }

  ExtractedText* const out_;
  LineWriter writer_;
  PageStyles styles_;
  std::vector<std::string> hidden_;  // parts of the line, or the line, that are not shown
  const xmlNode* main_ = nullptr;
  bool behind_main_ = false;
  std::vector<size_t> foot_;  // lines behind it that are no paragraphs
  size_t foot_bytes_ = 0;     // of these
  size_t foot_paragraphs_ = 0;
  std::map<const xmlNode*, size_t> sizes_;
  size_t total_ = 0;

  std::string line_;
  std::string marker_;
  LineHint hint_;
  bool space_ = false;    // spaces before the next character
  bool newline_ = false;  // a line break of the source is among them
  char32_t last_ = 0;
  size_t characters_ = 0;
  size_t bold_ = 0;
  size_t linked_ = 0;
  size_t links_ = 0;
  size_t marks_ = 0;  // between links
  bool ends_sentence_ = false;
  bool centred_ = false;
  int font_size_ = 0;

  bool picture_ = false;                  // one stands in this line
  bool below_picture_ = false;            // the line above has nothing else
  size_t paragraphs_ = 0;                 // of the text before
  std::map<int, size_t> sizes_of_print_;  // characters of the text in each
};

// Whether a page was cut: it ends inside a tag, or it has a frame that nothing closes. HTML lets
// both end tags go, but what writes pages with a frame writes one of them.
bool BreaksOff(std::string_view utf8) {
  const size_t open = utf8.rfind('<');
  if (open != std::string_view::npos && utf8.find('>', open) == std::string_view::npos &&
      (open + 1 == utf8.size() || utf8[open + 1] == '/' || utf8[open + 1] == '!' ||
       std::isalpha(static_cast<unsigned char>(utf8[open + 1])) != 0)) {
    return true;
  }
  const std::string lower = Lower(utf8);
  const auto has = [&](std::string_view tag) { return lower.find(tag) != std::string::npos; };
  return (has("<html") || has("<body")) && !has("</html") && !has("</body");
}

struct FreeContext {
  void operator()(htmlParserCtxt* context) const { htmlFreeParserCtxt(context); }
};

}  // namespace

absl::StatusOr<ExtractedText> ReadHtml(std::string_view bytes,
                                       std::optional<text::Encoding> encoding) {
  ExtractedText result;
  std::string utf8;
  {
    QUOTES_ASSIGN_OR_RETURN(const text::DecodedText decoded, DecodePage(bytes, encoding));
    result.encoding = decoded.encoding;
    utf8 = text::ToUtf8(decoded.text);
  }
  const std::unique_ptr<htmlParserCtxt, FreeContext> context(htmlNewParserCtxt());
  if (context == nullptr) {
    return XmlFault(XML_ERR_NO_MEMORY, "html", {});
  }
  const XmlDocument document(htmlCtxtReadMemory(
      context.get(), utf8.data(), static_cast<int>(utf8.size()), nullptr, "UTF-8",
      HTML_PARSE_NONET | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING | HTML_PARSE_IGNORE_ENC |
          HTML_PARSE_COMPACT));
  // The parser repairs what it can; it stops, and would lose the rest, at elements that are nested
  // too deeply and at single strings of ten million bytes.
  if (document == nullptr || context->disableSAX != 0) {
    return XmlFault(context->errNo, "html",
                    "elements are nested too deeply, or a part of the page is too long");
  }
  HtmlReader(&result).Read(reinterpret_cast<const xmlNode*>(document.get()));
  if (result.lines.empty()) {
    return errors::EmptyText();
  }
  result.lines.back().breaks_off = BreaksOff(utf8);
  return result;
}

}  // namespace quotes::extract
