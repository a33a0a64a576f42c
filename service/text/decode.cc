#include "service/text/decode.h"

#include <unicode/uchar.h>
#include <unicode/ucnv.h>
#include <unicode/ucsdet.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <memory>
#include <utility>

#include "service/base/check.h"
#include "service/base/errors.h"
#include "service/base/limits.h"
#include "service/text/utf8.h"
#include "service/text/utf8_sequence.h"

namespace quotes::text {
namespace {

// One character of a source, or one malformed sequence.
struct Step {
  char32_t c = 0;
  char32_t second = 0;  // Big5-HKSCS has four sequences that stand for two code points
  uint32_t size = 1;    // bytes
  bool valid = false;
};

struct CloseConverter {
  void operator()(UConverter* converter) const { ucnv_close(converter); }
};
using ConverterPtr = std::unique_ptr<UConverter, CloseConverter>;

ConverterPtr OpenConverter(const char* name) {
  UErrorCode error = U_ZERO_ERROR;
  ConverterPtr converter(ucnv_open(name, &error));
  QUOTES_CHECK(U_SUCCESS(error));  // ICU's data has them all; without them nothing can work
  ucnv_setToUCallBack(converter.get(), UCNV_TO_U_CALLBACK_STOP, nullptr, nullptr, nullptr, &error);
  QUOTES_CHECK(U_SUCCESS(error));
  return converter;
}

// What ICU makes of one complete sequence, strictly.
Step Convert(UConverter* converter, std::string_view sequence) {
  std::array<UChar, 8> units;
  UErrorCode error = U_ZERO_ERROR;
  ucnv_reset(converter);
  const int32_t size =
      ucnv_toUChars(converter, units.data(), static_cast<int32_t>(units.size()), sequence.data(),
                    static_cast<int32_t>(sequence.size()), &error);
  Step step;
  step.size = static_cast<uint32_t>(sequence.size());
  if (U_FAILURE(error) != 0 || size == 0) {
    return step;
  }
  const icu::UnicodeString text(false, units.data(), size);
  const int32_t next = text.moveIndex32(0, 1);
  step.c = static_cast<char32_t>(text.char32At(0));
  if (next < size) {
    step.second = static_cast<char32_t>(text.char32At(next));
  }
  step.valid = text.countChar32() <= 2;
  return step;
}

constexpr uint8_t kFirstLead = 0x81;
constexpr uint8_t kLastLead = 0xFE;
constexpr uint8_t kFirstTrail = 0x40;
constexpr size_t kTrails = 0xFF - kFirstTrail;

// All sequences of two bytes of an encoding as ICU converts them, asked once: looking them up gives
// exact offsets without a converter's state, and is several times faster.
class TwoByteTable {
 public:
  explicit TwoByteTable(const char* name) : steps_((kLastLead - kFirstLead + 1) * kTrails) {
    const ConverterPtr converter = OpenConverter(name);
    for (size_t i = 0; i < steps_.size(); ++i) {
      const std::array<char, 2> bytes = {static_cast<char>(kFirstLead + i / kTrails),
                                         static_cast<char>(kFirstTrail + i % kTrails)};
      const Step step = Convert(converter.get(), {bytes.data(), bytes.size()});
      steps_[i] = step.valid ? Cell{step.c, step.second} : Cell{};
    }
  }

  Step Get(uint8_t lead, uint8_t trail) const {
    if (lead < kFirstLead || lead > kLastLead || trail < kFirstTrail || trail == 0xFF) {
      return {};
    }
    const Cell& cell = steps_[(lead - kFirstLead) * kTrails + (trail - kFirstTrail)];
    if (cell.c == 0) {
      return {};
    }
    return {cell.c, cell.second, 2, true};
  }

 private:
  struct Cell {
    char32_t c = 0;
    char32_t second = 0;
  };
  std::vector<Cell> steps_;
};

// ICU's windows-950 lacks Hong Kong's characters and gives private-use code points for some;
// Big5-HKSCS has both.
constexpr char kGb18030Name[] = "GB18030";
constexpr char kBig5Name[] = "Big5-HKSCS";

const TwoByteTable& Gb18030Table() {
  static const auto* const kTable = new TwoByteTable(kGb18030Name);
  return *kTable;
}
const TwoByteTable& Big5Table() {
  static const auto* const kTable = new TwoByteTable(kBig5Name);
  return *kTable;
}

// The readers give the character at `offset`; a malformed sequence has valid == false and the size
// to skip in order to try again behind it. All are cheap to construct and belong to one thread.

class Utf8Reader {
 public:
  explicit Utf8Reader(std::string_view bytes) : bytes_(bytes) {}
  Step Read(size_t offset) {
    const internal::Utf8Sequence sequence = internal::ReadUtf8(bytes_, offset);
    return {sequence.c, 0, sequence.size, sequence.valid};
  }

 private:
  const std::string_view bytes_;
};

template <bool kLittle>
class Utf16Reader {
 public:
  explicit Utf16Reader(std::string_view bytes) : bytes_(bytes) {}
  Step Read(size_t offset) {
    if (offset + 2 > bytes_.size()) {
      return {};
    }
    const char32_t unit = Unit(offset);
    if (unit < 0xD800 || unit > 0xDFFF) {
      return {unit, 0, 2, true};
    }
    if (unit < 0xDC00 && offset + 4 <= bytes_.size()) {
      const char32_t low = Unit(offset + 2);
      if (low >= 0xDC00 && low <= 0xDFFF) {
        return {0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00), 0, 4, true};
      }
    }
    return {0, 0, 2, false};
  }

 private:
  char32_t Unit(size_t offset) const {
    const auto first = static_cast<uint8_t>(bytes_[offset]);
    const auto second = static_cast<uint8_t>(bytes_[offset + 1]);
    return kLittle ? static_cast<char32_t>(second << 8 | first)
                   : static_cast<char32_t>(first << 8 | second);
  }
  const std::string_view bytes_;
};

class Gb18030Reader {
 public:
  explicit Gb18030Reader(std::string_view bytes) : bytes_(bytes), table_(Gb18030Table()) {}
  Step Read(size_t offset) {
    const uint8_t lead = Byte(offset);
    if (lead < 0x80) {
      return {lead, 0, 1, true};
    }
    const uint8_t second = Byte(offset + 1);
    if (second < '0' || second > '9') {
      return table_.Get(lead, second);
    }
    const uint8_t third = Byte(offset + 2);
    const uint8_t fourth = Byte(offset + 3);
    if (lead < kFirstLead || lead > kLastLead || third < kFirstLead || third > kLastLead ||
        fourth < '0' || fourth > '9') {
      return {};
    }
    if (converter_ == nullptr) {
      converter_ = OpenConverter(kGb18030Name);
    }
    Step step = Convert(converter_.get(), bytes_.substr(offset, 4));
    step.size = step.valid ? 4 : 1;
    return step;
  }

 private:
  uint8_t Byte(size_t offset) const {
    return offset < bytes_.size() ? static_cast<uint8_t>(bytes_[offset]) : uint8_t{0};
  }
  const std::string_view bytes_;
  const TwoByteTable& table_;
  ConverterPtr converter_;
};

class Big5Reader {
 public:
  explicit Big5Reader(std::string_view bytes) : bytes_(bytes), table_(Big5Table()) {}
  Step Read(size_t offset) {
    const auto lead = static_cast<uint8_t>(bytes_[offset]);
    if (lead < 0x80) {
      return {lead, 0, 1, true};
    }
    if (offset + 1 == bytes_.size()) {
      return {};
    }
    return table_.Get(lead, static_cast<uint8_t>(bytes_[offset + 1]));
  }

 private:
  const std::string_view bytes_;
  const TwoByteTable& table_;
};

// Calls `use` with the reader of an encoding.
template <typename Use>
auto WithReader(Encoding encoding, std::string_view bytes, Use use) {
  switch (encoding) {
    case Encoding::kUtf16Le: {
      Utf16Reader<true> reader(bytes);
      return use(&reader);
    }
    case Encoding::kUtf16Be: {
      Utf16Reader<false> reader(bytes);
      return use(&reader);
    }
    case Encoding::kGb18030: {
      Gb18030Reader reader(bytes);
      return use(&reader);
    }
    case Encoding::kBig5: {
      Big5Reader reader(bytes);
      return use(&reader);
    }
    case Encoding::kUtf8:
      break;
  }
  Utf8Reader reader(bytes);
  return use(&reader);
}

bool IsAsciiCompatible(Encoding encoding) {
  return encoding != Encoding::kUtf16Le && encoding != Encoding::kUtf16Be;
}

// Control characters that no text has.
bool IsControl(char32_t c) {
  if (c < 0x20) {
    return c < U'\t' || c > U'\r';
  }
  return c >= 0x7F && c < 0xA0 && c != 0x85;
}

std::string_view MarkOf(Encoding encoding) {
  switch (encoding) {
    case Encoding::kUtf8:
      return "\xEF\xBB\xBF";
    case Encoding::kUtf16Le:
      return "\xFF\xFE";
    case Encoding::kUtf16Be:
      return "\xFE\xFF";
    case Encoding::kGb18030:
      return "\x84\x31\x95\x33";
    case Encoding::kBig5:
      break;
  }
  return {};
}

// What a file of another kind begins with.
std::string_view KindOfFile(std::string_view bytes) {
  struct Magic {
    std::string_view bytes;
    std::string_view kind;
  };
  static constexpr Magic kMagics[] = {
      {"\xFF\xD8\xFF", "a JPEG image"},
      {"\x89PNG\r\n\x1A\n", "a PNG image"},
      {"GIF8", "a GIF image"},
      {"PK\x03\x04", "a ZIP archive or an office document"},
      {"\x7F"
       "ELF",
       "a program"},
      {"%PDF-", "a PDF document"},
      {"\x1F\x8B", "a gzip archive"},
      {"\xD0\xCF\x11\xE0", "an old office document"},
      {"SQLite format 3", "a database"},
      {"{\\rtf", "an RTF document"},
  };
  for (const Magic& magic : kMagics) {
    if (bytes.starts_with(magic.bytes)) {
      return magic.kind;
    }
  }
  return {};
}

absl::Status Undecodable(std::string_view bytes, Encoding encoding, size_t offset,
                         std::string_view description) {
  const std::string_view kind = KindOfFile(bytes);
  std::string hint;
  if (!kind.empty()) {
    hint = "the source looks like ";
    hint += kind;
  }
  return errors::UndecodableText(EncodingName(encoding), offset, description, hint);
}

absl::StatusOr<DecodedText> DecodeAs(std::string_view bytes, Encoding encoding) {
  const std::string_view mark = MarkOf(encoding);
  const size_t start = !mark.empty() && bytes.starts_with(mark) ? mark.size() : 0;
  if (bytes.size() == start) {
    return errors::EmptyText();
  }
  const size_t guess = encoding == Encoding::kUtf8 ? bytes.size() / 3 : bytes.size() / 2;
  const bool ascii = IsAsciiCompatible(encoding);
  return WithReader(encoding, bytes, [&](auto* reader) -> absl::StatusOr<DecodedText> {
    DecodedText decoded;
    decoded.encoding = encoding;
    decoded.text.reserve(guess + 1);
    decoded.byte_offsets.reserve(guess + 2);
    size_t offset = start;
    while (offset < bytes.size()) {
      const auto lead = static_cast<uint8_t>(bytes[offset]);
      Step step;
      if (ascii && lead < 0x80) {
        step = {lead, 0, 1, true};
      } else {
        step = reader->Read(offset);
      }
      if (!step.valid) {
        return Undecodable(bytes, encoding, offset, "malformed sequence");
      }
      if (IsControl(step.c)) {
        return Undecodable(bytes, encoding, offset,
                           step.c == 0 ? "NUL, which no text has" : "a control character");
      }
      if (step.c == 0xFFFE) {
        return Undecodable(bytes, encoding, offset, "a byte-order mark of the other byte order");
      }
      decoded.text.push_back(step.c);
      decoded.byte_offsets.push_back(static_cast<uint32_t>(offset));
      offset += step.size;
      if (step.second != 0) {
        decoded.text.push_back(step.second);
        decoded.byte_offsets.push_back(static_cast<uint32_t>(offset));
      }
    }
    decoded.byte_offsets.push_back(static_cast<uint32_t>(offset));
    return decoded;
  });
}

// The characters of everyday Chinese: level 1 of GB 2312 (3755 characters) and of Big5 (5401).
class CommonHan {
 public:
  static const CommonHan& Get() {
    static const auto* const kSet = new CommonHan;
    return *kSet;
  }
  bool IsSimplified(char32_t c) const { return (Flags(c) & kSimplified) != 0; }
  bool IsTraditional(char32_t c) const { return (Flags(c) & kTraditional) != 0; }

 private:
  static constexpr uint8_t kSimplified = 1;
  static constexpr uint8_t kTraditional = 2;
  static constexpr char32_t kFirst = 0x4E00;
  static constexpr char32_t kLast = 0x9FFF;

  CommonHan() : flags_(kLast - kFirst + 1) {
    for (unsigned lead = 0xB0; lead <= 0xD7; ++lead) {
      for (unsigned trail = 0xA1; trail <= 0xFE; ++trail) {
        Add(Gb18030Table().Get(static_cast<uint8_t>(lead), static_cast<uint8_t>(trail)),
            kSimplified);
      }
    }
    for (unsigned code = 0xA440; code <= 0xC67E; ++code) {
      Add(Big5Table().Get(static_cast<uint8_t>(code >> 8), static_cast<uint8_t>(code & 0xFF)),
          kTraditional);
    }
  }

  void Add(const Step& step, uint8_t flag) {
    if (step.valid && step.c >= kFirst && step.c <= kLast) {
      flags_[step.c - kFirst] |= flag;
    }
  }
  uint8_t Flags(char32_t c) const { return c < kFirst || c > kLast ? 0 : flags_[c - kFirst]; }

  std::vector<uint8_t> flags_;
};

bool IsChineseMark(char32_t c) {
  return (c >= 0x3000 && c <= 0x3015) || (c >= 0xFF01 && c <= 0xFF5E) ||
         (c >= 0x2013 && c <= 0x2026) || c == 0xB7;
}

// How much of a stretch of bytes reads as everyday text in an encoding: about 1 where it is right,
// below 0.7 where another is, below 0 for what is no text.
double Plausibility(std::string_view bytes, Encoding encoding) {
  const CommonHan& common = CommonHan::Get();
  const bool wide = !IsAsciiCompatible(encoding);
  // ASCII says little of byte encodings, where all agree on it.
  const double ascii_weight = wide ? 1.0 : 0.25;
  double sum = 0;
  double count = 0;
  WithReader(encoding, bytes, [&](auto* reader) {
    for (size_t offset = 0; offset < bytes.size();) {
      const Step step = reader->Read(offset);
      offset += step.size;
      if (!step.valid) {
        sum -= 2;
        count += 1;
      } else if (IsControl(step.c)) {
        sum -= 1;
        count += 1;
      } else if (step.c < 0x80) {
        sum += ascii_weight;
        count += ascii_weight;
      } else {
        const bool simplified = common.IsSimplified(step.c);
        const bool traditional = common.IsTraditional(step.c);
        count += 1;
        if (IsChineseMark(step.c)) {
          sum += 1;
        } else if (encoding == Encoding::kBig5) {
          sum += traditional ? 1 : 0;
        } else if (encoding == Encoding::kGb18030) {
          // Traditional text in GBK exists.
          sum += simplified ? 1 : traditional ? 0.6 : 0;
        } else {
          sum += simplified || traditional ? 1 : 0;
        }
      }
    }
    return 0;
  });
  return count > 0 ? sum / count : 0;
}

// Enough to tell encodings apart; from the first byte on that is not ASCII.
constexpr size_t kDetectionBytes = 64u << 10;
// Below it a source is no text in any encoding known here: random bytes stay below 0.2.
constexpr double kLeastPlausible = 0.35;
// UTF-16 without a mark makes characters of any two bytes; it has to read as text as a whole.
constexpr double kLeastPlausibleUtf16 = 0.75;
// Readings closer than this are a tie.
constexpr double kTie = 0.05;

// What ICU's detector thinks of a stretch of bytes in one encoding, 0 to 100.
int IcuConfidence(std::string_view bytes, std::string_view name) {
  UErrorCode error = U_ZERO_ERROR;
  const std::unique_ptr<UCharsetDetector, decltype(&ucsdet_close)> detector(ucsdet_open(&error),
                                                                            &ucsdet_close);
  ucsdet_setText(detector.get(), bytes.data(), static_cast<int32_t>(bytes.size()), &error);
  int32_t found = 0;
  const UCharsetMatch** matches = ucsdet_detectAll(detector.get(), &found, &error);
  if (U_FAILURE(error) != 0) {
    return 0;
  }
  for (int32_t i = 0; i < found; ++i) {
    if (name == ucsdet_getName(matches[i], &error)) {
      return ucsdet_getConfidence(matches[i], &error);
    }
  }
  return 0;
}

// The most plausible encoding of bytes without a byte-order mark that are not UTF-8 as a whole;
// nullopt for what is no text.
std::optional<Encoding> Detect(std::string_view bytes) {
  size_t start = 0;
  while (start < bytes.size() && static_cast<uint8_t>(bytes[start]) < 0x80 && bytes[start] != 0) {
    ++start;
  }
  start -= start % 2;  // UTF-16 keeps its step
  const std::string_view sample = bytes.substr(start, kDetectionBytes);

  // In case of equal scores the first stays.
  std::optional<Encoding> best;
  double best_score = kLeastPlausible;
  const double utf8 = Plausibility(sample, Encoding::kUtf8);
  if (utf8 > best_score) {
    best = Encoding::kUtf8;
    best_score = utf8;
  }
  for (const Encoding encoding : {Encoding::kUtf16Le, Encoding::kUtf16Be}) {
    const double score = Plausibility(sample, encoding);
    if (score >= kLeastPlausibleUtf16 && score > best_score) {
      best = encoding;
      best_score = score;
    }
  }
  const double gb18030 = Plausibility(sample, Encoding::kGb18030);
  const double big5 = Plausibility(sample, Encoding::kBig5);
  bool prefer_big5 = big5 > gb18030;
  if (std::max(big5, gb18030) - std::min(big5, gb18030) < kTie) {
    const int icu_big5 = IcuConfidence(sample, "Big5");
    const int icu_gb18030 = IcuConfidence(sample, "GB18030");
    prefer_big5 = icu_big5 != icu_gb18030 ? icu_big5 > icu_gb18030 : prefer_big5;
  }
  if ((prefer_big5 ? big5 : gb18030) > best_score) {
    best = prefer_big5 ? Encoding::kBig5 : Encoding::kGb18030;
  }
  return best;
}

// Whether bytes are UTF-8 as a whole and have too many characters of several bytes for that to be
// an accident. UTF-16 has NULs where it looks like this.
bool IsSurelyUtf8(std::string_view bytes) {
  constexpr std::ptrdiff_t kFewest = 16;
  const auto leads = std::count_if(bytes.begin(), bytes.end(),
                                   [](char c) { return static_cast<uint8_t>(c) >= 0xC0; });
  return leads >= kFewest && bytes.find('\0') == std::string_view::npos &&
         !FindInvalidUtf8(bytes).has_value();
}

}  // namespace

std::string_view EncodingName(Encoding encoding) {
  switch (encoding) {
    case Encoding::kUtf8:
      return "UTF-8";
    case Encoding::kUtf16Le:
      return "UTF-16LE";
    case Encoding::kUtf16Be:
      return "UTF-16BE";
    case Encoding::kGb18030:
      return "GB18030";
    case Encoding::kBig5:
      return "Big5";
  }
  return "unknown";
}

std::optional<Encoding> ParseEncoding(std::string_view name) {
  std::string key;
  for (const char c : name) {
    if (c != '-' && c != '_' && c != ' ') {
      key.push_back(static_cast<char>(std::tolower(static_cast<unsigned char>(c))));
    }
  }
  static constexpr std::pair<std::string_view, Encoding> kNames[] = {
      {"utf8", Encoding::kUtf8},          {"utf8bom", Encoding::kUtf8},
      {"utf8sig", Encoding::kUtf8},       {"ascii", Encoding::kUtf8},
      {"usascii", Encoding::kUtf8},       {"utf16le", Encoding::kUtf16Le},
      {"utf16be", Encoding::kUtf16Be},    {"ucs2le", Encoding::kUtf16Le},
      {"ucs2be", Encoding::kUtf16Be},     {"gb18030", Encoding::kGb18030},
      {"gbk", Encoding::kGb18030},        {"gb2312", Encoding::kGb18030},
      {"euccn", Encoding::kGb18030},      {"cp936", Encoding::kGb18030},
      {"windows936", Encoding::kGb18030}, {"big5", Encoding::kBig5},
      {"big5hkscs", Encoding::kBig5},     {"cp950", Encoding::kBig5},
      {"windows950", Encoding::kBig5},
  };
  for (const auto& [known, encoding] : kNames) {
    if (key == known) {
      return encoding;
    }
  }
  return std::nullopt;
}

absl::StatusOr<DecodedText> Decode(std::string_view bytes, std::optional<Encoding> encoding) {
  if (bytes.size() > limits::kMaxSourceBytes) {
    return errors::SourceTooLarge("source.content",
                                  "at most " + std::to_string(limits::kMaxSourceBytes) + " bytes");
  }
  if (bytes.empty()) {
    return errors::EmptyText();
  }
  if (encoding.has_value()) {
    return DecodeAs(bytes, *encoding);
  }
  if (bytes.starts_with("%PDF-") || bytes.starts_with("{\\rtf")) {
    // Markup in ASCII: it would decode, to no one's use.
    return Undecodable(bytes, Encoding::kUtf8, 0, "no plain text");
  }
  for (const Encoding marked :
       {Encoding::kUtf8, Encoding::kUtf16Le, Encoding::kUtf16Be, Encoding::kGb18030}) {
    if (bytes.starts_with(MarkOf(marked))) {
      return DecodeAs(bytes, marked);
    }
  }
  absl::StatusOr<DecodedText> utf8 = DecodeAs(bytes, Encoding::kUtf8);
  if (utf8.ok()) {
    return utf8;
  }
  if (IsSurelyUtf8(bytes)) {
    return utf8;  // says which character no text has
  }
  const std::optional<Encoding> detected = Detect(bytes);
  if (detected.has_value() && *detected != Encoding::kUtf8) {
    return DecodeAs(bytes, *detected);
  }
  return utf8;
}

}  // namespace quotes::text
