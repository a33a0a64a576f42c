#include <array>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "service/base/hash.h"
#include "service/report/parser.h"
#include "service/text/fold.h"
#include "service/text/utf8.h"

namespace quotes::report {
namespace {

constexpr size_t kQuoteIdLength = 16;
constexpr size_t kSectionIdLength = 12;

// Text as it counts for identity: what a search would find equal is the same sentence.
std::string IdentityOf(const std::u32string& joined, Range range) {
  return text::ToUtf8(
      text::FoldUnits(std::u32string_view(joined).substr(range.begin, range.size())));
}

// NUL stands in no text, so that it parts the fields without ambiguity.
void AppendField(std::string_view field, std::string* key) {
  key->append(field);
  key->push_back('\0');
}

// Hashes a key and the number of equal keys before it.
class IdMaker {
 public:
  explicit IdMaker(std::string_view report_id) : report_id_(report_id) {}

  std::string Make(std::string_view fields, size_t length) {
    key_.clear();
    AppendField(report_id_, &key_);
    AppendField(fields, &key_);
    std::string digest = Sha256(key_);
    std::array<uint64_t, 2> seen;
    std::memcpy(seen.data(), digest.data(), sizeof(seen));
    const uint64_t occurrence = seen_[seen]++;
    if (occurrence > 0) {
      AppendField(std::to_string(occurrence), &key_);
      digest = Sha256(key_);
    }
    // Five bits of it a digit.
    return Base32(std::string_view(digest).substr(0, (length * 5 + 7) / 8)).substr(0, length);
  }

 private:
  const std::string_view report_id_;
  std::string key_;
  absl::flat_hash_map<std::array<uint64_t, 2>, uint64_t> seen_;  // by the first half of the digest
};

}  // namespace

void AssignIds(std::string_view report_id, ParsedReport* report) {
  IdMaker quotes(report_id);
  for (Quote& quote : report->quotes) {
    quote.id = quotes.Make(IdentityOf(report->joined, quote.range), kQuoteIdLength);
  }
  IdMaker sections(report_id);
  for (Section& section : report->sections) {
    std::string fields;
    if (section.parent >= 0) {
      AppendField(report->sections[static_cast<size_t>(section.parent)].id, &fields);
    }
    AppendField(std::to_string(static_cast<int>(section.kind)), &fields);
    // The number is no part of a name: a section put in before must not rename those behind it.
    AppendField(section.heading.empty()
                    ? section.marker
                    : text::ToUtf8(text::FoldUnits(text::ToCodePoints(section.heading))),
                &fields);
    std::string id(1, 's');
    id += sections.Make(fields, kSectionIdLength);
    section.id = std::move(id);
  }
}

}  // namespace quotes::report
