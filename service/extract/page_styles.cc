#include "service/extract/page_styles.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "service/base/absl_string.h"
#include "service/extract/xml.h"

namespace quotes::extract {
namespace {

// More rules, or more comparisons of elements with them, has no page of text. What is beyond them
// counts as shown.
constexpr size_t kMostRules = 10'000;
constexpr size_t kMostTests = 4'000'000;

bool IsSpace(char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; }

char LowerOf(char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); }

// In lower case, without spaces.
std::string Bare(std::string_view text) {
  std::string bare;
  for (const char c : text) {
    if (!IsSpace(c)) {
      bare.push_back(LowerOf(c));
    }
  }
  return bare;
}

// Comments, and the signs that hide a sheet from old browsers, are no part of it.
std::string WithoutComments(std::string_view css) {
  std::string out;
  while (!css.empty()) {
    const size_t begin = std::min(css.find("/*"), css.size());
    out.append(css.substr(0, begin)).push_back(' ');
    css.remove_prefix(begin);
    const size_t end = css.find("*/", 2);
    css.remove_prefix(end == std::string_view::npos ? css.size() : end + 2);
  }
  return absl::StrReplaceAll(out, {{"<!--", " "}, {"-->", " "}});
}

// The text up to the brace that closes an open one; takes it and the brace off.
std::string_view TakeBlock(std::string_view* rest) {
  size_t open = 1;
  size_t at = 0;
  for (; at < rest->size(); ++at) {
    open += (*rest)[at] == '{' ? 1u : 0u;
    open -= (*rest)[at] == '}' ? 1u : 0u;
    if (open == 0) {
      break;
    }
  }
  const std::string_view block = rest->substr(0, at);
  rest->remove_prefix(std::min(at + 1, rest->size()));
  return block;
}

std::vector<std::string> Words(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  for (const char c : text) {
    if (!IsSpace(c)) {
      word.push_back(c);
    } else if (!word.empty()) {
      words.push_back(std::exchange(word, {}));
    }
  }
  if (!word.empty()) {
    words.push_back(std::move(word));
  }
  return words;
}

// 0, 0px, .0em
bool IsZero(std::string_view length) {
  const size_t end = std::min(length.find_first_not_of("0123456789.+-"), length.size());
  double number = 1;
  return absl::SimpleAtod(ToAbsl(length.substr(0, end)), &number) && number == 0;
}

}  // namespace

std::vector<PageStyles::Declaration> PageStyles::ReadDeclarations(std::string_view text) {
  std::vector<Declaration> declarations;
  while (!text.empty()) {
    const size_t end = std::min(text.find(';'), text.size());
    const std::string_view one = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const size_t colon = one.find(':');
    if (colon == std::string_view::npos) {
      continue;
    }
    const std::string name = Bare(one.substr(0, colon));
    std::string value = Bare(one.substr(colon + 1));
    Declaration declaration;
    if (const size_t mark = value.find('!'); mark != std::string::npos) {
      declaration.important = value.substr(mark) == "!important";
      value.resize(mark);
    }
    if (name == "display") {
      declaration.property = kDisplay;
      declaration.set = value == "none";
    } else if (name == "visibility") {
      declaration.property = kVisibility;
      declaration.set = value == "hidden" || value == "collapse";
    } else if (name == "font-size") {
      declaration.property = kFontSize;
      declaration.set = IsZero(value);
    } else if (name == "text-decoration" || name == "text-decoration-line") {
      declaration.property = kDecoration;
      declaration.set = value.find("line-through") != std::string::npos;
    } else {
      continue;
    }
    declarations.push_back(declaration);
  }
  return declarations;
}

// False for what is not read: states, attributes, elements beside others.
bool PageStyles::ReadSelector(std::string_view text, Rule* rule) {
  uint64_t ids = 0;
  uint64_t classes = 0;
  uint64_t names = 0;
  std::string spaced;
  for (const char c : text) {
    spaced.append(c == '>' ? " > " : std::string(1, c));
  }
  bool direct = false;
  for (const std::string& word : Words(spaced)) {
    if (word == ">") {
      if (rule->elements.empty() || direct) {
        return false;
      }
      direct = true;
      continue;
    }
    if (!rule->elements.empty()) {
      rule->elements.back().direct = std::exchange(direct, false);
    }
    Element element;
    size_t at = 0;
    while (at < word.size()) {
      const char kind = word[at];
      const size_t begin = at + (kind == '.' || kind == '#' ? 1 : 0);
      at = begin;
      while (at < word.size() && (std::isalnum(static_cast<unsigned char>(word[at])) != 0 ||
                                  word[at] == '-' || word[at] == '_' || (word[at] & 0x80) != 0)) {
        ++at;
      }
      std::string name = word.substr(begin, at - begin);
      if (kind == '*' && at == 0 && name.empty()) {
        ++at;
      } else if (name.empty()) {
        return false;
      } else if (kind == '.') {
        element.classes.push_back(std::move(name));
        ++classes;
      } else if (kind == '#') {
        element.id = std::move(name);
        ++ids;
      } else {
        std::transform(name.begin(), name.end(), name.begin(), LowerOf);
        element.name = std::move(name);
        ++names;
      }
    }
    rule->elements.push_back(std::move(element));
  }
  if (rule->elements.empty() || direct) {
    return false;
  }
  std::reverse(rule->elements.begin(), rule->elements.end());
  constexpr uint64_t kMost = 0xFF;
  rule->rank =
      std::min(ids, kMost) << 48U | std::min(classes, kMost) << 40U | std::min(names, kMost) << 32U;
  return true;
}

void PageStyles::AddRule(std::string_view selectors, std::string_view declarations) {
  // Of one rule the last that says something of a property holds, apart from important ones.
  std::vector<Declaration> said;
  for (const Declaration& declaration : ReadDeclarations(declarations)) {
    std::erase_if(said, [&declaration](const Declaration& earlier) {
      return earlier.property == declaration.property && earlier.important == declaration.important;
    });
    said.push_back(declaration);
  }
  if (said.empty()) {
    return;
  }
  size_t begin = 0;
  int depth = 0;
  for (size_t i = 0; i <= selectors.size(); ++i) {
    const char c = i < selectors.size() ? selectors[i] : ',';
    depth += c == '(' ? 1 : c == ')' ? -1 : 0;
    if (c != ',' || (depth > 0 && i < selectors.size())) {
      continue;
    }
    Rule rule;
    if (rules_.size() < kMostRules && ReadSelector(selectors.substr(begin, i - begin), &rule)) {
      rule.declarations = said;
      rule.rank += rules_.size() + 1;
      const Element& element = rule.elements.front();
      by_key_[!element.id.empty()        ? absl::StrCat("#", element.id)
              : !element.classes.empty() ? absl::StrCat(".", element.classes.front())
                                         : element.name]
          .push_back(rules_.size());
      rules_.push_back(std::move(rule));
    }
    begin = i + 1;
  }
}

void PageStyles::ReadSheet(std::string_view css) {
  const std::string bare = WithoutComments(css);
  std::string_view rest = bare;
  while (!rest.empty()) {
    const size_t end = std::min(rest.find_first_of("{;}"), rest.size());
    const std::string_view head = rest.substr(0, end);
    const bool opens = end < rest.size() && rest[end] == '{';
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (!opens) {
      continue;  // @import, or a brace too many
    }
    const std::string_view block = TakeBlock(&rest);
    if (head.find('@') == std::string_view::npos && block.find('{') == std::string_view::npos) {
      AddRule(head, block);
    }
  }
}

void PageStyles::Read(const xmlNode* root) {
  tests_left_ = kMostTests;
  for (const xmlNode* node = root->children; node != nullptr; node = node->next) {
    if (NameOf(node) == "style") {
      const std::string media = Bare(Attribute(node, "media").value_or(""));
      if (media.empty() || media == "all" || media == "screen") {
        std::string css;
        for (const xmlNode* part = node->children; part != nullptr; part = part->next) {
          css.append(TextOf(part));
        }
        ReadSheet(css);
      }
    } else if (node->type == XML_ELEMENT_NODE) {
      Read(node);
    }
  }
}

bool PageStyles::Is(const xmlNode* node, const Element& element) const {
  if (tests_left_ == 0) {
    return false;
  }
  --tests_left_;
  if (NameOf(node).empty() || (!element.name.empty() && NameOf(node) != element.name) ||
      (!element.id.empty() && Attribute(node, "id") != element.id)) {
    return false;
  }
  if (element.classes.empty()) {
    return true;
  }
  const std::vector<std::string> classes = Words(Attribute(node, "class").value_or(""));
  return std::all_of(element.classes.begin(), element.classes.end(), [&](const std::string& name) {
    return std::find(classes.begin(), classes.end(), name) != classes.end();
  });
}

// The nearest element that fits is taken, which is wrong only where names stand below themselves.
bool PageStyles::Matches(const xmlNode* node, const Rule& rule) const {
  if (!Is(node, rule.elements.front())) {
    return false;
  }
  const xmlNode* at = node->parent;
  for (size_t i = 1; i < rule.elements.size(); ++i) {
    const Element& element = rule.elements[i];
    while (at != nullptr && !Is(at, element)) {
      at = element.direct ? nullptr : at->parent;
    }
    if (at == nullptr) {
      return false;
    }
    at = at->parent;
  }
  return true;
}

void PageStyles::Decide(const std::vector<Declaration>& declarations, Rank rank,
                        Decision* decisions) {
  constexpr Rank kImportant = Rank{1} << 62U;
  for (const Declaration& declaration : declarations) {
    Decision& decision = decisions[declaration.property];
    const Rank of_this = rank + (declaration.important ? kImportant : 0);
    if (of_this >= decision.rank) {
      decision = {of_this, declaration.set};
    }
  }
}

Look PageStyles::LookOf(const xmlNode* node) const {
  std::array<Decision, kProperties> decisions;
  if (!rules_.empty()) {
    std::vector<std::string> keys = Words(Attribute(node, "class").value_or(""));
    for (std::string& key : keys) {
      key = absl::StrCat(".", key);
    }
    keys.push_back(absl::StrCat("#", Attribute(node, "id").value_or("")));
    keys.emplace_back(NameOf(node));
    keys.emplace_back();
    for (const std::string& key : keys) {
      const auto found = by_key_.find(key);
      if (found == by_key_.end()) {
        continue;
      }
      for (const size_t index : found->second) {
        if (tests_left_ == 0) {
          break;
        }
        if (const Rule& rule = rules_[index]; Matches(node, rule)) {
          Decide(rule.declarations, rule.rank, decisions.data());
        }
      }
    }
  }
  if (const auto style = Attribute(node, "style"); style.has_value()) {
    constexpr Rank kOwn = Rank{1} << 60U;
    Decide(ReadDeclarations(*style), kOwn, decisions.data());
  }
  Look look;
  look.hidden = decisions[kDisplay].set || decisions[kVisibility].set;
  look.struck = decisions[kDecoration].set;
  look.no_size = decisions[kFontSize].set;
  look.sized = decisions[kFontSize].rank > 0 && !look.no_size;
  return look;
}

}  // namespace quotes::extract
