#ifndef QUOTES_SERVICE_EXTRACT_MIME_H_
#define QUOTES_SERVICE_EXTRACT_MIME_H_

#include <optional>
#include <string>
#include <string_view>

namespace quotes::extract {

// The head of a MIME entity (RFC 2045), and what follows it. Types and encodings in lower case.
struct MimeEntity {
  bool has_version = false;       // it says MIME-Version: a message, not a part of one
  std::string type;               // "text/html"; empty if it says none
  std::string charset;            // parameters of the type, as written; empty if there are none
  std::string boundary;           // of a multipart
  std::string start;              // of a multipart/related: the id of its root
  std::string id;                 // without its angle brackets
  std::string transfer_encoding;  // "base64"
  std::string_view body;          // of the bytes that were read
};

// Reads fields (Name: value) up to an empty line. nullopt when the bytes do not begin with one, or
// when no line ends them within 64 KiB.
std::optional<MimeEntity> ReadMimeEntity(std::string_view bytes);

// Whether a message is a saved page: a page, or a page with what belongs to it.
bool IsWebArchive(const MimeEntity& entity);

// The bytes of a body as they were before they were made fit for mail. What is none of the
// encoding's is passed over.
std::string DecodeTransfer(const MimeEntity& entity);

// The page of a saved page: itself, or of its parts the root, else the first page.
struct WebPage {
  MimeEntity entity;
  bool whole = true;  // a line of its container ends it
};
std::optional<WebPage> FindWebPage(const MimeEntity& entity);

}  // namespace quotes::extract

#endif  // QUOTES_SERVICE_EXTRACT_MIME_H_
