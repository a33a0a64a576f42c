#include "service/store/sqlite/content_bytes.h"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <type_traits>
#include <utility>
#include <vector>

namespace quotes::store::sqlite {
namespace {

// The first byte: rises when the form changes.
constexpr char kForm = 1;

// Writes and reads one after the other; both have the same functions, so that one description of
// the lists serves both ways.
class Writer {
 public:
  void U64(uint64_t value) {
    while (value >= 0x80) {
      bytes_.push_back(static_cast<char>(value | 0x80));
      value >>= 7;
    }
    bytes_.push_back(static_cast<char>(value));
  }
  void Text(const std::string& text) {
    U64(text.size());
    bytes_.append(text);
  }
  // Small, whatever its sign.
  void Signed(int64_t value) {
    U64((static_cast<uint64_t>(value) << 1) ^ static_cast<uint64_t>(value >> 63));
  }
  template <typename T>
  void Number(const T& value) {
    if constexpr (std::is_enum_v<T>) {
      U64(static_cast<uint64_t>(value));
    } else if constexpr (std::is_signed_v<T>) {
      Signed(value);
    } else {
      U64(value);
    }
  }
  // A number that is near the last one of its kind.
  template <typename T>
  void Near(const T& value, T* last) {
    Signed(static_cast<int64_t>(value) - static_cast<int64_t>(*last));
    *last = value;
  }
  template <typename T, typename Each>
  void List(const std::vector<T>& list, const Each& each) {
    U64(list.size());
    for (const T& item : list) {
      each(item);
    }
  }

  std::string Take() { return std::move(bytes_); }

 private:
  std::string bytes_ = std::string(1, kForm);
};

class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {
    ok_ = !rest_.empty() && rest_.front() == kForm;
    rest_.remove_prefix(ok_ ? 1 : 0);
  }

  void U64(uint64_t* value) {
    *value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      if (rest_.empty()) {
        ok_ = false;
        return;
      }
      const auto byte = static_cast<unsigned char>(rest_.front());
      rest_.remove_prefix(1);
      *value |= uint64_t{byte & 0x7Fu} << shift;
      if (byte < 0x80) {
        return;
      }
    }
    ok_ = false;
  }
  void Text(std::string& text) {
    uint64_t size = 0;
    U64(&size);
    ok_ = ok_ && size <= rest_.size();
    if (ok_) {
      text = rest_.substr(0, size);
      rest_.remove_prefix(size);
    }
  }
  int64_t Signed() {
    uint64_t value = 0;
    U64(&value);
    return static_cast<int64_t>((value >> 1) ^ (~(value & 1) + 1));
  }
  template <typename T>
  void Number(T& value) {
    if constexpr (std::is_signed_v<T> && !std::is_enum_v<T>) {
      const int64_t read = Signed();
      ok_ = ok_ && read >= std::numeric_limits<T>::min() && read <= std::numeric_limits<T>::max();
      value = ok_ ? static_cast<T>(read) : T();
    } else {
      uint64_t read = 0;
      U64(&read);
      ok_ = ok_ && read <= MostOf<T>();
      value = static_cast<T>(ok_ ? read : 0);
    }
  }
  template <typename T>
  void Near(T& value, T* last) {
    // Unsigned: what overflows is of no number that was written, and is refused.
    const uint64_t sum = static_cast<uint64_t>(*last) + static_cast<uint64_t>(Signed());
    ok_ = ok_ && sum <= std::numeric_limits<T>::max();
    value = static_cast<T>(ok_ ? sum : 0);
    *last = value;
  }
  template <typename T, typename Each>
  void List(std::vector<T>& list, const Each& each) {
    uint64_t size = 0;
    U64(&size);
    // Every item has a byte at least.
    ok_ = ok_ && size <= rest_.size();
    for (uint64_t i = 0; i < size && ok_; ++i) {
      each(list.emplace_back());
    }
  }

  bool done() const { return ok_ && rest_.empty(); }

 private:
  // Whether an enumerator is one is for CheckContent.
  template <typename T>
  static constexpr uint64_t MostOf() {
    if constexpr (std::is_enum_v<T>) {
      return std::numeric_limits<int>::max();
    } else {
      return std::numeric_limits<T>::max();
    }
  }

  std::string_view rest_;
  bool ok_ = true;
};

// Content is const when it is written.
template <typename Archive, typename Content>
void Describe(Archive& archive, Content& content) {
  uint32_t place = 0;  // in the joined text
  const auto range = [&](auto& of) {
    archive.Near(of.begin, &place);
    archive.Near(of.end, &place);
  };
  {
    uint32_t line = 0;
    uint32_t page = 0;
    uint64_t byte = 0;
    archive.List(content.print_spans, [&](auto& span) {
      archive.Number(span.kind);
      archive.Near(span.line, &line);
      archive.Near(span.page, &page);
      archive.Near(span.byte_begin, &byte);
      archive.Near(span.byte_end, &byte);
      range(span.joined);
    });
  }
  place = 0;
  archive.List(content.runs, [&](auto& run) {
    archive.Number(run.kind);
    range(run.range);
  });
  place = 0;
  archive.List(content.paragraphs, range);
  archive.List(content.joins, [&](auto& join) {
    archive.Number(join.position);
    archive.Number(join.line_before);
    archive.Number(join.line_after);
  });
  place = 0;
  archive.List(content.sections, [&](auto& section) {
    archive.Text(section.id);
    archive.Text(section.path);
    archive.Number(section.parent);
    archive.Number(section.level);
    archive.Number(section.ordinal);
    archive.Number(section.kind);
    archive.Text(section.marker);
    archive.Text(section.heading);
    archive.Number(section.run_in);
    range(section.heading_range);
    range(section.range);
    archive.Number(section.mode);
    archive.Text(section.period);
  });
  place = 0;
  {
    uint32_t paragraph = 0;
    archive.List(content.quotes, [&](auto& quote) {
      archive.Text(quote.id);
      range(quote.range);
      archive.Number(quote.section);
      archive.Near(quote.paragraph, &paragraph);
      archive.Number(quote.sentence);
      archive.Number(quote.block);
      archive.Number(quote.mode);
      archive.Number(quote.has_figures);
    });
  }
  place = 0;
  archive.List(content.lint, [&](auto& finding) {
    archive.Number(finding.kind);
    archive.Number(finding.certainty);
    archive.Number(finding.line);
    range(finding.range);
    archive.Text(finding.message);
    archive.Text(finding.proposal);
  });
}

}  // namespace

std::string ContentBytes(const report::ParsedReport& content) {
  Writer writer;
  Describe(writer, content);
  return writer.Take();
}

bool ReadContentBytes(std::string_view bytes, report::ParsedReport* content) {
  Reader reader(bytes);
  Describe(reader, *content);
  return reader.done();
}

}  // namespace quotes::store::sqlite
