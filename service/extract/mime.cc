#include "service/extract/mime.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "service/base/absl_string.h"

namespace quotes::extract {
namespace {

constexpr size_t kMostHeadBytes = 64u << 10;
// Multiparts in multiparts: a page with pictures in an alternative to a text in a mail are three.
constexpr int kDeepest = 8;

std::string Lower(std::string_view text) { return absl::AsciiStrToLower(ToAbsl(text)); }

std::string_view Trim(std::string_view text) {
  return ToStd(absl::StripAsciiWhitespace(ToAbsl(text)));
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

bool IsFieldName(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_';
  });
}

// A parameter of a field's value: type/subtype; name=value; name="value".
std::string Parameter(std::string_view value, std::string_view name) {
  size_t at = 0;
  while (at < value.size()) {
    // To the next semicolon that is in no quoted string.
    bool quoted = false;
    while (at < value.size() && (quoted || value[at] != ';')) {
      quoted ^= value[at] == '"';
      ++at;
    }
    ++at;
    const size_t equals = value.find('=', std::min(at, value.size()));
    if (equals == std::string_view::npos) {
      break;
    }
    if (Lower(Trim(value.substr(at, equals - at))) != name) {
      continue;
    }
    std::string_view rest = Trim(value.substr(equals + 1));
    if (rest.starts_with('"')) {
      return std::string(rest.substr(1, rest.find('"', 1) - 1));
    }
    return std::string(Trim(rest.substr(0, rest.find(';'))));
  }
  return {};
}

void ReadField(std::string_view name, std::string_view value, MimeEntity* entity) {
  const std::string field = Lower(name);
  if (field == "mime-version") {
    entity->has_version = true;
  } else if (field == "content-type") {
    entity->type = Lower(Trim(value.substr(0, value.find(';'))));
    entity->charset = Parameter(value, "charset");
    entity->boundary = Parameter(value, "boundary");
    entity->start = Parameter(value, "start");
  } else if (field == "content-id") {
    entity->id = std::string(Trim(value));
  } else if (field == "content-transfer-encoding") {
    entity->transfer_encoding = Lower(Trim(value));
  }
}

std::string WithoutBrackets(std::string_view id) {
  if (id.starts_with('<') && id.ends_with('>')) {
    id = id.substr(1, id.size() - 2);
  }
  return std::string(id);
}

std::string DecodeBase64(std::string_view text) {
  std::string bytes;
  bytes.reserve(text.size() * 3 / 4);
  uint32_t buffer = 0;
  int bits = 0;
  for (const char c : text) {
    uint32_t value = 0;
    if (c >= 'A' && c <= 'Z') {
      value = static_cast<uint32_t>(c - 'A');
    } else if (c >= 'a' && c <= 'z') {
      value = static_cast<uint32_t>(c - 'a') + 26;
    } else if (c >= '0' && c <= '9') {
      value = static_cast<uint32_t>(c - '0') + 52;
    } else if (c == '+') {
      value = 62;
    } else if (c == '/') {
      value = 63;
    } else if (c == '=') {
      break;
    } else {
      continue;
    }
    buffer = (buffer << 6) | value;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes.push_back(static_cast<char>((buffer >> bits) & 0xFF));
    }
  }
  return bytes;
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') {
    return c - '0';
  }
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

std::string DecodeQuotedPrintable(std::string_view text) {
  std::string bytes;
  bytes.reserve(text.size());
  while (!text.empty()) {
    const bool ended = text.find('\n') != std::string_view::npos;
    std::string_view line = TakeLine(&text);
    // Spaces at the end of a line were added on the way.
    while (line.ends_with(' ') || line.ends_with('\t')) {
      line.remove_suffix(1);
    }
    const bool soft = line.ends_with('=');
    if (soft) {
      line.remove_suffix(1);
    }
    for (size_t i = 0; i < line.size(); ++i) {
      const int high = line[i] == '=' && i + 2 < line.size() ? HexDigit(line[i + 1]) : -1;
      const int low = high >= 0 ? HexDigit(line[i + 2]) : -1;
      if (low >= 0) {
        bytes.push_back(static_cast<char>(high * 16 + low));
        i += 2;
      } else {
        bytes.push_back(line[i]);
      }
    }
    if (!soft && ended) {
      bytes.push_back('\n');
    }
  }
  return bytes;
}

// Calls `visit` with each part of a multipart and whether a boundary ends it, until it says true.
template <typename Visit>
void ForEachPart(const MimeEntity& multipart, const Visit& visit) {
  if (multipart.boundary.empty()) {
    return;
  }
  const std::string line = absl::StrCat("--", multipart.boundary);
  const std::string_view body = multipart.body;
  // The next boundary: at the beginning of a line.
  const auto find = [&](size_t from) {
    size_t at = body.find(line, from);
    while (at != std::string_view::npos && at > 0 && body[at - 1] != '\n') {
      at = body.find(line, at + 1);
    }
    return at;
  };
  size_t at = find(0);
  while (at != std::string_view::npos) {
    size_t begin = at + line.size();
    if (body.substr(begin).starts_with("--")) {
      return;  // the last one
    }
    const size_t end_of_line = body.find('\n', begin);
    if (end_of_line == std::string_view::npos) {
      return;
    }
    begin = end_of_line + 1;
    at = find(begin);
    if (visit(body.substr(begin, at == std::string_view::npos ? at : at - begin),
              at != std::string_view::npos)) {
      return;
    }
  }
}

bool IsPage(const MimeEntity& entity) {
  return entity.type == "text/html" || entity.type == "application/xhtml+xml";
}

bool IsMultipart(const MimeEntity& entity) { return entity.type.starts_with("multipart/"); }

std::optional<WebPage> FindWebPageIn(const MimeEntity& entity, bool whole, int depth) {
  if (IsPage(entity)) {
    return WebPage{entity, whole};
  }
  if (!IsMultipart(entity) || depth == kDeepest) {
    return std::nullopt;
  }
  std::optional<WebPage> found;
  bool is_root = false;
  ForEachPart(entity, [&](std::string_view bytes, bool ended) {
    const std::optional<MimeEntity> part = ReadMimeEntity(bytes);
    if (!part.has_value()) {
      return false;
    }
    is_root = !entity.start.empty() && part->id == WithoutBrackets(entity.start);
    if (!found.has_value() || is_root) {
      if (std::optional<WebPage> page = FindWebPageIn(*part, ended, depth + 1); page.has_value()) {
        found = std::move(page);
      }
    }
    return found.has_value() && (is_root || entity.start.empty());
  });
  return found;
}

}  // namespace

std::optional<MimeEntity> ReadMimeEntity(std::string_view bytes) {
  if (bytes.starts_with("\xEF\xBB\xBF")) {
    bytes.remove_prefix(3);
  }
  std::string_view rest = bytes;
  MimeEntity entity;
  std::string name;
  std::string value;
  while (!rest.empty() && bytes.size() - rest.size() < kMostHeadBytes) {
    const std::string_view line = TakeLine(&rest);
    if (!line.empty() && (line.front() == ' ' || line.front() == '\t') && !name.empty()) {
      absl::StrAppend(&value, " ", ToAbsl(Trim(line)));
      continue;
    }
    if (!name.empty()) {
      ReadField(name, value, &entity);
    }
    if (line.empty()) {
      if (name.empty()) {
        return std::nullopt;
      }
      entity.id = WithoutBrackets(entity.id);
      entity.body = rest;
      return entity;
    }
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos || !IsFieldName(line.substr(0, colon))) {
      return std::nullopt;
    }
    name = line.substr(0, colon);
    value = Trim(line.substr(colon + 1));
  }
  return std::nullopt;
}

bool IsWebArchive(const MimeEntity& entity) {
  return entity.has_version && (IsPage(entity) || entity.type == "multipart/related" ||
                                entity.type == "multipart/alternative");
}

std::string DecodeTransfer(const MimeEntity& entity) {
  if (entity.transfer_encoding == "base64") {
    return DecodeBase64(entity.body);
  }
  if (entity.transfer_encoding == "quoted-printable") {
    return DecodeQuotedPrintable(entity.body);
  }
  return std::string(entity.body);
}

std::optional<WebPage> FindWebPage(const MimeEntity& entity) {
  return FindWebPageIn(entity, /*whole=*/!IsMultipart(entity), 0);
}

}  // namespace quotes::extract
