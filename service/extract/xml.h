#ifndef QUOTES_SERVICE_EXTRACT_XML_H_
#define QUOTES_SERVICE_EXTRACT_XML_H_

#include <libxml/tree.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace quotes::extract {

struct FreeDocument {
  void operator()(xmlDoc* document) const { xmlFreeDoc(document); }
};
using XmlDocument = std::unique_ptr<xmlDoc, FreeDocument>;

// Parses one part of an office document. Refuses document types, and with them entities; reads
// nothing from elsewhere. MALFORMED_SOURCE, EXTRACTION_FAILED without memory.
absl::StatusOr<XmlDocument> ParseXml(std::string_view bytes, std::string_view part);

// The status for what libxml2 says went wrong last. `format` as in errors::MalformedSource.
absl::Status XmlFault(int code, std::string_view format, std::string_view description);

// Names of elements and attributes without their prefix.
std::string_view NameOf(const xmlNode* node);
// The value of an attribute of this local name; nullopt without one.
std::optional<std::string> Attribute(const xmlNode* node, std::string_view name);
// The first child element of this name, or null.
const xmlNode* Child(const xmlNode* node, std::string_view name);
// Text and CDATA of a node.
std::string_view TextOf(const xmlNode* node);

}  // namespace quotes::extract

#endif  // QUOTES_SERVICE_EXTRACT_XML_H_
