#ifndef QUOTES_SERVICE_EXTRACT_PAGE_STYLES_H_
#define QUOTES_SERVICE_EXTRACT_PAGE_STYLES_H_

#include <libxml/tree.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace quotes::extract {

// What the styles that a page has itself say of an element, not of what stands around it.
struct Look {
  bool hidden = false;   // display: none, visibility: hidden
  bool struck = false;   // text-decoration: line-through
  bool no_size = false;  // font-size: 0
  bool sized = false;    // another font-size
};

// The style elements of a page, as far as they hide or strike out text. Of the selectors those of
// names, classes and ids count, below each other or not; rules for some media or states do not.
// Style sheets elsewhere are not read. Thread-compatible.
class PageStyles {
 public:
  // Reads the style elements below a node.
  void Read(const xmlNode* root);

  // With the element's own style attribute.
  Look LookOf(const xmlNode* node) const;

 private:
  // Who decides what: the highest rank.
  using Rank = uint64_t;
  enum Property : size_t { kDisplay, kVisibility, kFontSize, kDecoration, kProperties };
  struct Declaration {
    Property property = kDisplay;
    bool set = false;  // it hides, strikes out or has no size
    bool important = false;
  };
  // What one element must be: name, classes and id; empty for any.
  struct Element {
    std::string name;
    std::string id;
    std::vector<std::string> classes;
    bool direct = false;  // the parent of what stands right of it
  };
  struct Rule {
    std::vector<Element> elements;  // the innermost first
    std::vector<Declaration> declarations;
    Rank rank = 0;
  };
  struct Decision {
    Rank rank = 0;
    bool set = false;
  };

  static std::vector<Declaration> ReadDeclarations(std::string_view text);
  static bool ReadSelector(std::string_view text, Rule* rule);
  static void Decide(const std::vector<Declaration>& declarations, Rank rank, Decision* decisions);
  void ReadSheet(std::string_view css);
  void AddRule(std::string_view selectors, std::string_view declarations);
  bool Is(const xmlNode* node, const Element& element) const;
  bool Matches(const xmlNode* node, const Rule& rule) const;

  std::vector<Rule> rules_;
  // Rules by the name, class or id that their innermost element must have.
  std::map<std::string, std::vector<size_t>, std::less<>> by_key_;
  mutable size_t tests_left_ = 0;
};

}  // namespace quotes::extract

#endif  // QUOTES_SERVICE_EXTRACT_PAGE_STYLES_H_
