#include "service/extract/xml.h"

#include <libxml/parser.h>
#include <libxml/xmlerror.h>

#include "absl/strings/str_cat.h"
#include "service/base/absl_string.h"
#include "service/base/errors.h"

namespace quotes::extract {
namespace {

std::string_view View(const xmlChar* text) {
  return text == nullptr ? std::string_view() : reinterpret_cast<const char*>(text);
}

struct FreeContext {
  void operator()(xmlParserCtxt* context) const { xmlFreeParserCtxt(context); }
};

}  // namespace

absl::Status XmlFault(int code, std::string_view format, std::string_view description) {
  if (code == XML_ERR_NO_MEMORY) {
    return errors::ExtractionFailed("memory", "took too much memory to read");
  }
  return errors::MalformedSource(format, description);
}

absl::StatusOr<XmlDocument> ParseXml(std::string_view bytes, std::string_view part) {
  const auto malformed = [&](std::string_view what, int code) {
    return XmlFault(code, "docx",
                    ToStd(absl::StrCat("the part ", ToAbsl(part), " ", ToAbsl(what))));
  };
  if (bytes.find("<!DOCTYPE") != std::string_view::npos) {
    return malformed("has a document type, which office documents must not have", 0);
  }
  const std::unique_ptr<xmlParserCtxt, FreeContext> context(xmlNewParserCtxt());
  if (context == nullptr) {
    return malformed({}, XML_ERR_NO_MEMORY);
  }
  XmlDocument document(xmlCtxtReadMemory(
      context.get(), bytes.data(), static_cast<int>(bytes.size()), nullptr, nullptr,
      XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_COMPACT));
  if (document == nullptr) {
    return malformed("is no well-formed XML, or is nested too deeply", context->errNo);
  }
  // Of an encoding in which the search above does not see it.
  if (document->intSubset != nullptr || document->extSubset != nullptr) {
    return malformed("has a document type, which office documents must not have", 0);
  }
  return document;
}

std::string_view NameOf(const xmlNode* node) {
  return node->type == XML_ELEMENT_NODE ? View(node->name) : std::string_view();
}

std::optional<std::string> Attribute(const xmlNode* node, std::string_view name) {
  // Other nodes have no such member: a compact text node keeps its characters in its place.
  if (node->type != XML_ELEMENT_NODE) {
    return std::nullopt;
  }
  for (const xmlAttr* attribute = node->properties; attribute != nullptr;
       attribute = attribute->next) {
    if (View(attribute->name) == name) {
      std::string value;
      for (const xmlNode* part = attribute->children; part != nullptr; part = part->next) {
        value.append(View(part->content));
      }
      return value;
    }
  }
  return std::nullopt;
}

const xmlNode* Child(const xmlNode* node, std::string_view name) {
  for (const xmlNode* child = node->children; child != nullptr; child = child->next) {
    if (NameOf(child) == name) {
      return child;
    }
  }
  return nullptr;
}

std::string_view TextOf(const xmlNode* node) {
  return node->type == XML_TEXT_NODE || node->type == XML_CDATA_SECTION_NODE ? View(node->content)
                                                                             : std::string_view();
}

}  // namespace quotes::extract
