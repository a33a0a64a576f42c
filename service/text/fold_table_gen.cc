// Writes the table behind Fold() as C++ source: one entry for every code point, from OpenCC's
// dictionaries (script and variants) and ICU's character database (width, case, classes).
//
//   fold_table_gen OPENCC_DATA_DIR OPENCC_VERSION OUTPUT
//
// The rules, in the order in which they are applied to a character until nothing changes:
//   1. Width: the decomposition of characters tagged <wide>, <narrow>, <small> or <vertical>.
//   2. Radicals: the decomposition of Kangxi radicals; the list kRadicals for the supplement.
//   3. ○ and ◯ become 〇.
//   4. Case: ICU's simple case folding.
//   5. Compatibility ideographs: their canonical decomposition (one character).
//   6. Script: the first simplified form that OpenCC's TSCharacters gives for a character. A
//      character that the dictionary gives first for itself stays.
//   7. Variants: a character that is neither in TSCharacters nor one of its simplified forms goes
//      by OpenCC's reversed Taiwan and Hong Kong variants and, unless GB 2312 has it (芸 and 弁
//      are Chinese characters too), by its reversed Japanese forms; then rule 6 again. Where GB
//      2312 has the variant and not what OpenCC calls standard (抬 and 擡), the fold goes to the
//      former.
//   8. The list kOlderForms: characters of older traditional print that simplified text writes
//      otherwise and OpenCC leaves alone. Before rule 6.
// Expansions (kUnits, kLigatures): the decomposition of two short named lists, with rule 4 on each
// character.
//
// A script or variant fold from c to s is ambiguous if simplified text may hold both, or
// traditional text may:
//   - GB 2312 has c: 乾/干, 著/着, 於/于;
//   - TSCharacters gives several simplified forms that GB 2312 has: 畫 to 画 and 划;
//   - STCharacters gives s as a traditional form of itself beside others, and s is an everyday
//     character of traditional text (level 1 of Big5): 後/后, 裏/里, but not 黨/党.
// The flag kSharesSimplified marks c if STCharacters gives several traditional forms for s and c is
// one of them: 發 and 髮, 歷 and 曆. Each is plain against s, two of them against each other are
// ambiguous.

#include <unicode/uchar.h>
#include <unicode/ucnv.h>
#include <unicode/unistr.h>
#include <unicode/unorm2.h>
#include <unicode/uscript.h>
#include <unicode/uversion.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <map>
#include <opencc/Common.hpp>
#include <opencc/DictEntry.hpp>
#include <opencc/Lexicon.hpp>
#include <opencc/MarisaDict.hpp>
#include <optional>
#include <set>
#include <span>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "service/text/char_class.h"
#include "service/text/fold.h"

namespace quotes::text::internal {
namespace {

// Raised by hand with every change of the rules above or of the classes below.
constexpr int kRulesVersion = 3;

[[noreturn]] void Fail(const std::string& message) { throw std::runtime_error(message); }

void Check(UErrorCode error, const char* what) {
  if (U_FAILURE(error) != 0) {
    Fail(std::string(what) + ": " + u_errorName(error));
  }
}

using Text = std::u32string;

Text ToText(const icu::UnicodeString& from) {
  Text text;
  for (int32_t i = 0; i < from.length(); i = from.moveIndex32(i, 1)) {
    text.push_back(static_cast<char32_t>(from.char32At(i)));
  }
  return text;
}

Text FromUtf8(const std::string& utf8) { return ToText(icu::UnicodeString::fromUTF8(utf8)); }

// The entries of a dictionary whose key and values are single characters.
using CharDict = std::map<char32_t, std::vector<char32_t>>;

CharDict Load(const std::string& dir, const std::string& name) {
  CharDict dict;
  const auto marisa = opencc::SerializableDict::NewFromFile<opencc::MarisaDict>(dir + "/" + name);
  for (const auto& entry : *marisa->GetLexicon()) {
    const Text key = FromUtf8(entry->Key());
    if (key.size() != 1) {
      continue;
    }
    std::vector<char32_t> values;
    for (const std::string& value : entry->Values()) {
      const Text v = FromUtf8(value);
      if (v.size() == 1) {
        values.push_back(v[0]);
      }
    }
    if (!values.empty()) {
      dict[key[0]] = values;
    }
  }
  if (dict.empty()) {
    Fail(name + " has no entries");
  }
  return dict;
}

// The ideographs among the sequences of two bytes of an encoding from `first` to `last`.
std::set<char32_t> LoadIdeographs(const char* encoding, unsigned first, unsigned last,
                                  size_t expected) {
  UErrorCode error = U_ZERO_ERROR;
  UConverter* converter = ucnv_open(encoding, &error);
  Check(error, encoding);
  std::set<char32_t> set;
  for (unsigned code = first; code <= last; ++code) {
    const std::array<char, 2> bytes = {static_cast<char>(code >> 8),
                                       static_cast<char>(code & 0xFF)};
    const char* source = bytes.data();
    error = U_ZERO_ERROR;
    ucnv_reset(converter);
    const UChar32 c = ucnv_getNextUChar(converter, &source, source + bytes.size(), &error);
    if (U_SUCCESS(error) != 0 && source == bytes.data() + bytes.size() &&
        u_hasBinaryProperty(c, UCHAR_IDEOGRAPHIC) != 0) {
      set.insert(static_cast<char32_t>(c));
    }
  }
  ucnv_close(converter);
  if (set.size() != expected) {
    Fail(std::string(encoding) + " has " + std::to_string(set.size()) + " characters, not " +
         std::to_string(expected));
  }
  return set;
}

// GB 2312, the character set of simplified Chinese.
std::set<char32_t> LoadGb2312() { return LoadIdeographs("EUC-CN", 0xB0A1, 0xF7FE, 6763); }

// Level 1 of Big5, the everyday characters of traditional Chinese.
std::set<char32_t> LoadBig5Level1() { return LoadIdeographs("Big5", 0xA440, 0xC67E, 5401); }

// Decomposition mapping of the character database, not applied again to its result.
Text RawDecomposition(char32_t c) {
  UErrorCode error = U_ZERO_ERROR;
  const UNormalizer2* nfkd = unorm2_getNFKDInstance(&error);
  std::array<UChar, 64> buffer;
  const int32_t size =
      unorm2_getRawDecomposition(nfkd, static_cast<UChar32>(c), buffer.data(), 64, &error);
  Check(error, "decomposition");
  return ToText(icu::UnicodeString(buffer.data(), size));
}

int Property(char32_t c, UProperty property) {
  return u_getIntPropertyValue(static_cast<UChar32>(c), property);
}

// Units of measure that Chinese text sets as one character.
constexpr char32_t kUnits[] = {U'℃',  U'℉',  U'㎎', U'㎏', U'㎜', U'㎝',
                               U'㎞', U'㎡', U'㎥', U'㏄', U'㏎'};
// Latin ligatures, which text made from PDF keeps as one character: ﬀ, ﬁ, ﬂ, ﬃ, ﬄ, ﬅ, ﬆ.
constexpr char32_t kLigatures[] = {U'\uFB00', U'\uFB01', U'\uFB02', U'\uFB03',
                                   U'\uFB04', U'\uFB05', U'\uFB06'};

// The CJK radicals supplement and the ideographs that text made from PDF means by them: facts of
// Unicode's EquivalentUnifiedIdeograph, which ICU does not ship.
struct Pair {
  char32_t from;
  char32_t to;
};
constexpr Pair kRadicals[] = {
#include "service/text/radicals.inc"
};

// 藉口, 倣照, 砲火, 店舖: 借, 仿, 炮, 铺 by the General List of Simplified Characters and the First
// List of Variant Forms.
constexpr Pair kOlderForms[] = {
    {U'藉', U'借'},
    {U'倣', U'仿'},
    {U'砲', U'炮'},
    {U'舖', U'铺'},
};

bool Contains(std::u32string_view list, char32_t c) {
  return list.find(c) != std::u32string_view::npos;
}

class Generator {
 public:
  explicit Generator(const std::string& dir)
      : to_simplified_(Load(dir, "TSCharacters.ocd2")),
        to_traditional_(Load(dir, "STCharacters.ocd2")),
        taiwan_(Load(dir, "TWVariantsRev.ocd2")),
        hong_kong_(Load(dir, "HKVariantsRev.ocd2")),
        japan_(Load(dir, "JPVariantsRev.ocd2")),
        japan_shinjitai_(Load(dir, "JPShinjitaiCharacters.ocd2")),
        gb2312_(LoadGb2312()),
        big5_level1_(LoadBig5Level1()) {
    for (const auto& [from, to] : to_simplified_) {
      simplified_.insert(to.front());
    }
    for (const auto& [from, to] : to_traditional_) {
      simplified_.insert(from);
    }
    for (const CharDict* dict : {&taiwan_, &hong_kong_}) {
      for (const auto& [variant, standard] : *dict) {
        const char32_t to = standard.front();
        if (gb2312_.contains(variant) && !gb2312_.contains(to) && !to_simplified_.contains(to) &&
            !simplified_.contains(to)) {
          reversed_[to] = variant;
        }
      }
    }
    for (const Pair& pair : kRadicals) {
      radicals_[pair.from] = pair.to;
    }
    for (const std::span<const char32_t> list :
         {std::span<const char32_t>(kUnits), std::span<const char32_t>(kLigatures)}) {
      for (const char32_t c : list) {
        AddExpansion(c);
      }
    }
  }

  const std::vector<Expansion>& expansions() const { return expansions_; }

  Entry Make(char32_t c) const {
    for (size_t i = 0; i < expansions_.size(); ++i) {
      if (expansions_[i].source == c) {
        return {.delta = static_cast<int32_t>(i),
                .folds = kFoldWidth,
                .char_class = CharClass::kExpansion,
                .flags = 0};
      }
    }
    Entry entry;
    entry.char_class = MarkClass(c);
    if (entry.char_class == CharClass::kOrdinary) {
      const Folded folded = Letter(c);
      entry.delta = static_cast<int32_t>(folded.c) - static_cast<int32_t>(c);
      entry.folds = folded.folds;
      entry.char_class = UnitClass(folded.c);
      if (!IsUnitClass(entry.char_class)) {
        Fail("a letter folds to a mark");
      }
      const auto shared = to_traditional_.find(folded.c);
      if (c != folded.c && shared != to_traditional_.end() && shared->second.size() > 1 &&
          std::count(shared->second.begin(), shared->second.end(), c) > 0) {
        entry.flags |= kSharesSimplified;
      }
      return entry;
    }
    const char32_t shape = Width(c);
    char32_t target = shape;
    switch (entry.char_class) {
      case CharClass::kHyphen:
      case CharClass::kDash:
        target = U'-';
        break;
      case CharClass::kTilde:
        target = U'~';
        break;
      case CharClass::kColon:
        target = U':';
        break;
      case CharClass::kSlash:
        target = U'/';
        break;
      default:
        break;
    }
    entry.delta = static_cast<int32_t>(target) - static_cast<int32_t>(c);
    if (shape != c) {
      entry.folds |= kFoldWidth;
    }
    if (target != shape) {
      entry.folds |= kFoldMark;
    }
    return entry;
  }

 private:
  void AddExpansion(char32_t c) {
    Expansion expansion;
    expansion.source = c;
    for (const char32_t d : RawDecomposition(c)) {
      if (expansion.size == kMaxExpansion) {
        Fail("an expansion is too long");
      }
      expansion.units[expansion.size++] = Letter(d).c;
    }
    if (expansion.size < 2) {
      Fail("an expansion is no expansion");
    }
    expansions_.push_back(expansion);
  }

  struct Folded {
    char32_t c = 0;
    uint16_t folds = 0;
  };

  static char32_t Width(char32_t c) {
    switch (Property(c, UCHAR_DECOMPOSITION_TYPE)) {
      case U_DT_WIDE:
      case U_DT_NARROW:
      case U_DT_SMALL:
      case U_DT_VERTICAL: {
        const Text to = RawDecomposition(c);
        // Small and vertical forms may stand for a form that is wide itself.
        return to.size() == 1 ? Width(to[0]) : c;
      }
      default:
        return c;
    }
  }

  // The classes of everything that is no unit; kOrdinary for the rest. Decided on the plain form,
  // so that every width of a mark is in the same class.
  static CharClass MarkClass(char32_t source) {
    if (Contains(U"\t\u00A0\u3000 ", source)) {
      return CharClass::kSpace;
    }
    if (Contains(U"\n\v\f\r\u0085\u2028\u2029", source)) {
      return CharClass::kLineBreak;
    }
    if (u_hasBinaryProperty(static_cast<UChar32>(source), UCHAR_DEFAULT_IGNORABLE_CODE_POINT) !=
        0) {
      return CharClass::kNoise;
    }
    const char32_t c = Width(source);
    switch (c) {
      case U'.':
        return CharClass::kPoint;
      case U',':
        return CharClass::kComma;
      case U'%':
      case U'‰':
        return CharClass::kPercent;
      case U'-':
      case U'\u2010':  // hyphen
      case U'\u2011':  // non-breaking hyphen
      case U'\u2212':  // minus sign
        return CharClass::kHyphen;
      case U'\u2012':  // figure dash
      case U'\u2013':  // en dash
      case U'\u2014':  // em dash
      case U'\u2015':  // horizontal bar
      case U'\u2500':  // box drawings, which mainland typesetting puts for a dash
      case U'\u2501':
        return CharClass::kDash;
      case U'~':
      case U'\u223C':  // tilde operator
      case U'\u301C':  // wave dash
        return CharClass::kTilde;
      case U':':
      case U'\u2236':  // ratio
        return CharClass::kColon;
      case U'/':
      case U'\u2215':  // division slash
        return CharClass::kSlash;
      case U'\u22EF':  // midline ellipsis, a symbol by category
      case kBreak:     // so that folded text folds to itself
        return CharClass::kHard;
      default:
        break;
    }
    if (u_hasBinaryProperty(static_cast<UChar32>(c), UCHAR_QUOTATION_MARK) != 0 ||
        Contains(U"《》〈〉\u2329\u232A", c) ||                   // title marks
        Contains(U"·\u0387\u2022\u2027\u2219\u22C5\u30FB", c)) {  // middle dots
      return CharClass::kSoft;
    }
    const uint32_t mask = U_GET_GC_MASK(static_cast<UChar32>(c));
    if ((mask & U_GC_P_MASK) != 0) {
      return CharClass::kHard;
    }
    if ((mask & U_GC_ZS_MASK) != 0) {
      return CharClass::kSpace;
    }
    return CharClass::kOrdinary;
  }

  static CharClass UnitClass(char32_t c) {
    if (c >= U'0' && c <= U'9') {
      return CharClass::kDigit;
    }
    UErrorCode error = U_ZERO_ERROR;
    const UScriptCode script = uscript_getScript(static_cast<UChar32>(c), &error);
    Check(error, "script");
    if (script == USCRIPT_HAN) {
      return CharClass::kHan;
    }
    if ((script == USCRIPT_LATIN || script == USCRIPT_GREEK || script == USCRIPT_CYRILLIC) &&
        u_isalpha(static_cast<UChar32>(c)) != 0) {
      return CharClass::kLatin;
    }
    return CharClass::kOrdinary;
  }

  std::optional<char32_t> Variant(char32_t c) const {
    if (simplified_.contains(c)) {
      return std::nullopt;
    }
    const auto reversed = reversed_.find(c);
    if (reversed != reversed_.end()) {
      return reversed->second;
    }
    for (const CharDict* dict : {&taiwan_, &hong_kong_}) {
      const auto found = dict->find(c);
      if (found != dict->end() && reversed_.find(found->second.front()) == reversed_.end()) {
        return found->second.front();
      }
    }
    if (gb2312_.contains(c)) {
      return std::nullopt;
    }
    for (const CharDict* dict : {&japan_, &japan_shinjitai_}) {
      const auto found = dict->find(c);
      if (found != dict->end()) {
        return found->second.front();
      }
    }
    return std::nullopt;
  }

  // One step of one rule; the kind of the fold is OR-ed into `folds`.
  char32_t Step(char32_t c, uint16_t* folds) const {
    const char32_t wide = Width(c);
    if (wide != c) {
      *folds |= kFoldWidth;
      return wide;
    }
    if (c >= 0x2F00 && c <= 0x2FD5) {
      *folds |= kFoldWidth;
      return RawDecomposition(c).at(0);
    }
    const auto radical = radicals_.find(c);
    if (radical != radicals_.end()) {
      *folds |= kFoldWidth;
      return radical->second;
    }
    if (c == U'○' || c == U'◯') {
      *folds |= kFoldZero;
      return U'〇';
    }
    const auto lower =
        static_cast<char32_t>(u_foldCase(static_cast<UChar32>(c), U_FOLD_CASE_DEFAULT));
    if (lower != c) {
      *folds |= kFoldCase;
      return lower;
    }
    if (u_hasBinaryProperty(static_cast<UChar32>(c), UCHAR_IDEOGRAPHIC) != 0 &&
        Property(c, UCHAR_DECOMPOSITION_TYPE) == U_DT_CANONICAL) {
      *folds |= kFoldVariant;
      return RawDecomposition(c).at(0);
    }
    for (const Pair& older : kOlderForms) {
      if (older.from == c) {
        *folds |= kFoldVariant;
        if (gb2312_.contains(c)) {
          *folds |= kFoldAmbiguous;
        }
        return older.to;
      }
    }
    const auto simple = to_simplified_.find(c);
    if (simple != to_simplified_.end()) {
      const char32_t to = simple->second.front();
      if (to != c) {
        *folds |= kFoldScript;
        if (IsAmbiguous(c, to, simple->second)) {
          *folds |= kFoldAmbiguous;
        }
      }
      return to;
    }
    if (const auto variant = Variant(c); variant.has_value() && *variant != c) {
      *folds |= kFoldVariant;
      if (gb2312_.contains(c)) {
        *folds |= kFoldAmbiguous;
      }
      return *variant;
    }
    return c;
  }

  bool IsAmbiguous(char32_t from, char32_t to, const std::vector<char32_t>& candidates) const {
    if (gb2312_.contains(from)) {
      return true;
    }
    for (const char32_t other : candidates) {
      if (other != to && gb2312_.contains(other)) {
        return true;
      }
    }
    const auto back = to_traditional_.find(to);
    return big5_level1_.contains(to) && back != to_traditional_.end() && back->second.size() > 1 &&
           std::count(back->second.begin(), back->second.end(), to) > 0;
  }

  Folded Letter(char32_t c) const {
    constexpr int kMaxSteps = 16;
    Folded folded{c, 0};
    for (int i = 0; i < kMaxSteps; ++i) {
      const char32_t next = Step(folded.c, &folded.folds);
      if (next == folded.c) {
        // A way round (a variant and its simplified form) is no fold.
        return next == c ? Folded{c, 0} : folded;
      }
      folded.c = next;
    }
    Fail("the folds of a character go round in a circle: " + std::to_string(c));
  }

  const CharDict to_simplified_;
  const CharDict to_traditional_;
  const CharDict taiwan_;
  const CharDict hong_kong_;
  const CharDict japan_;
  const CharDict japan_shinjitai_;
  const std::set<char32_t> gb2312_;
  const std::set<char32_t> big5_level1_;
  std::set<char32_t> simplified_;
  std::map<char32_t, char32_t> reversed_;
  std::map<char32_t, char32_t> radicals_;
  std::vector<Expansion> expansions_;
};

std::string Write(const std::string& dir, const std::string& opencc_version) {
  const Generator generator(dir);
  std::vector<Entry> entries;
  entries.reserve(kLastCodePoint + 1);
  for (char32_t c = 0; c <= kLastCodePoint; ++c) {
    const bool surrogate = c >= 0xD800 && c <= 0xDFFF;
    entries.push_back(surrogate ? Entry{} : generator.Make(c));
  }

  std::ostringstream out;
  std::map<std::string, size_t> pages;  // the page as written, and its number
  std::vector<size_t> index;
  std::ostringstream body;
  for (size_t start = 0; start < entries.size(); start += kPageSize) {
    std::ostringstream page;
    for (size_t i = start; i < start + kPageSize; ++i) {
      const Entry& e = entries[i];
      page << '{' << e.delta << ',' << e.folds << ",C(" << static_cast<int>(e.char_class) << "),"
           << static_cast<int>(e.flags) << "},";
      if (i % 8 == 7) {
        page << '\n';
      }
    }
    const auto [place, added] = pages.emplace(page.str(), pages.size());
    if (added) {
      body << page.str();
    }
    index.push_back(place->second);
  }
  out << "#define C(x) static_cast<CharClass>(x)\n"
      << "constexpr Entry kEntries[] = {\n"
      << body.str() << "};\n"
      << "#undef C\nconstexpr uint16_t kPages[] = {";
  for (size_t i = 0; i < index.size(); ++i) {
    out << index[i] << (i % 16 == 15 ? ",\n" : ",");
  }
  out << "};\nconstexpr Expansion kExpansions[] = {\n";
  for (const Expansion& e : generator.expansions()) {
    out << '{' << static_cast<uint32_t>(e.source) << ',' << e.size << ",{";
    for (const char32_t unit : e.units) {
      out << static_cast<uint32_t>(unit) << ',';
    }
    out << "}},\n";
  }
  out << "};\n";

  uint64_t hash = 14695981039346656037u;  // FNV-1a over the table, so that changed data shows
  for (const char c : out.str()) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211u;
  }
  std::array<char, 17> hex{};
  std::snprintf(hex.data(), hex.size(), "%016llx", static_cast<unsigned long long>(hash));
  out << "constexpr std::string_view kVersion = \"rules-" << kRulesVersion << "/opencc-"
      << opencc_version << "/icu-" << U_ICU_VERSION << "/unicode-" << U_UNICODE_VERSION << "/"
      << hex.data() << "\";\n";
  return out.str();
}

}  // namespace
}  // namespace quotes::text::internal

int main(int argc, char** argv) {
  if (argc != 4) {
    std::cerr << "usage: fold_table_gen OPENCC_DATA_DIR OPENCC_VERSION OUTPUT\n";
    return 2;
  }
  try {
    const std::string table = quotes::text::internal::Write(argv[1], argv[2]);
    std::ofstream out(argv[3], std::ios::binary | std::ios::trunc);
    out << table;
    out.close();
    if (!out) {
      std::cerr << "cannot write " << argv[3] << "\n";
      return 1;
    }
  } catch (const std::exception& e) {
    std::cerr << "fold_table_gen: " << e.what() << "\n";
    return 1;
  }
  return 0;
}
