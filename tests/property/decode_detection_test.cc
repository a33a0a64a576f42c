// How often Decode() finds the right encoding, over real reports in every encoding and over their
// single sentences; the rates are printed.

#include <gtest/gtest.h>
#include <unicode/ucnv.h>
#include <unicode/unistr.h>

#include <iostream>
#include <map>
#include <opencc/SimpleConverter.hpp>
#include <random>
#include <string>
#include <vector>

#include "service/text/decode.h"
#include "service/text/utf8.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_data.h"

namespace quotes::text {
namespace {

class Encoder {
 public:
  explicit Encoder(const char* name) {
    UErrorCode error = U_ZERO_ERROR;
    converter_ = ucnv_open(name, &error);
    ucnv_setFromUCallBack(converter_, UCNV_FROM_U_CALLBACK_STOP, nullptr, nullptr, nullptr, &error);
    EXPECT_FALSE(U_FAILURE(error));
  }
  ~Encoder() { ucnv_close(converter_); }
  Encoder(const Encoder&) = delete;
  Encoder& operator=(const Encoder&) = delete;

  // What the encoding has of a text.
  std::string Keep(const std::string& utf8) const {
    if (!Encode(utf8).empty()) {
      return utf8;
    }
    std::string kept;
    for (const char32_t c : ToCodePoints(utf8)) {
      const std::string one = ToUtf8(std::u32string(1, c));
      kept += Encode(one).empty() ? "" : one;
    }
    return kept;
  }

  // Empty if the encoding lacks a character.
  std::string Encode(std::string_view utf8) const {
    const icu::UnicodeString text =
        icu::UnicodeString::fromUTF8({utf8.data(), static_cast<int32_t>(utf8.size())});
    UErrorCode error = U_ZERO_ERROR;
    std::string out(static_cast<size_t>(text.length()) * 4 + 16, '\0');
    const int32_t size = ucnv_fromUChars(converter_, out.data(), static_cast<int32_t>(out.size()),
                                         text.getBuffer(), text.length(), &error);
    if (U_FAILURE(error) != 0) {
      return {};
    }
    out.resize(static_cast<size_t>(size));
    return out;
  }

 private:
  UConverter* converter_ = nullptr;
};

// Sentences of at least `least` code points.
std::vector<std::string> Sentences(const std::string& text, size_t least) {
  std::vector<std::string> sentences;
  std::u32string sentence;
  for (const char32_t c : ToCodePoints(text)) {
    if (c != U'\n') {
      sentence.push_back(c);
    }
    if (c == U'\n' || c == U'。' || c == U'；') {
      if (sentence.size() >= least) {
        sentences.push_back(ToUtf8(sentence));
      }
      sentence.clear();
    }
  }
  return sentences;
}

struct Target {
  const char* name;
  Encoding encoding;
  bool traditional;
};
constexpr Target kTargets[] = {
    {"UTF-8", Encoding::kUtf8, false},       {"UTF-16LE", Encoding::kUtf16Le, false},
    {"UTF-16BE", Encoding::kUtf16Be, false}, {"GB18030", Encoding::kGb18030, false},
    {"GBK", Encoding::kGb18030, true},       {"Big5", Encoding::kBig5, true},
    {"UTF-16LE", Encoding::kUtf16Le, true},
};

struct Rate {
  size_t right = 0;
  size_t wrong = 0;    // read in another encoding: the dangerous outcome
  size_t refused = 0;  // an error that asks to name the encoding
};

void Count(const std::string& bytes, const std::string& text, Encoding encoding, Rate* rate) {
  const auto decoded = Decode(bytes);
  if (!decoded.ok()) {
    ++rate->refused;
  } else if (decoded->encoding == encoding && ToUtf8(decoded->text) == text) {
    ++rate->right;
  } else {
    ++rate->wrong;
  }
}

void Measure(const std::vector<std::string>& texts, const char* what, double least_right) {
  const opencc::SimpleConverter to_traditional("s2tw.json");
  for (const Target& target : kTargets) {
    const Encoder encoder(target.name);
    Rate rate;
    for (const std::string& text : texts) {
      const std::string source =
          encoder.Keep(target.traditional ? to_traditional.Convert(text) : text);
      Count(encoder.Encode(source), source, target.encoding, &rate);
    }
    const size_t all = rate.right + rate.wrong + rate.refused;
    std::cout << what << ", " << (target.traditional ? "traditional " : "simplified ")
              << target.name << ": " << all << " texts, " << rate.right << " right, " << rate.wrong
              << " wrong, " << rate.refused << " refused\n";
    ASSERT_GT(all, 0u);
    EXPECT_EQ(rate.wrong, 0u) << what << " " << target.name;
    EXPECT_GE(static_cast<double>(rate.right), least_right * static_cast<double>(all))
        << what << " " << target.name;
  }
}

// One fault must not make another encoding win: mojibake is worse than an error.
TEST(Detection, AFaultIsFoundInTheRightEncoding) {
  const opencc::SimpleConverter to_traditional("s2tw.json");
  const std::vector<std::string> sentences = Sentences(testing::SampleReport(), 12);
  size_t size = 0;
  for (const Target& target : kTargets) {
    const Encoder encoder(target.name);
    for (const std::string& text : sentences) {
      const std::string source =
          encoder.Keep(target.traditional ? to_traditional.Convert(text) : text);
      const std::u32string characters = ToCodePoints(source);
      // Walks over all places of a sentence as it walks over the sentences.
      const size_t place = ++size % (characters.size() + 1);
      std::string bytes = encoder.Encode(ToUtf8(characters.substr(0, place)));
      const size_t offset = bytes.size();
      bytes += target.encoding == Encoding::kUtf16Le   ? std::string("\x01\xDC")
               : target.encoding == Encoding::kUtf16Be ? std::string("\xDC\x01")
                                                       : std::string("\xFF");
      bytes += encoder.Encode(ToUtf8(characters.substr(place)));
      const auto decoded = Decode(bytes);
      ASSERT_THAT(decoded, testing::HasReason(ErrorReason::kUndecodableText)) << source;
      const auto detail = GetErrorDetail(decoded.status());
      ASSERT_TRUE(detail.has_value());
      const std::vector<std::pair<std::string, std::string>> expected = {
          {"byte_offset", std::to_string(offset)},
          {"encoding", std::string(EncodingName(target.encoding))}};
      EXPECT_EQ(detail->metadata, expected) << source;
    }
  }
}

TEST(Detection, WholeSampleAndItsSentences) {
  const std::string sample = testing::SampleReport();
  Measure({sample}, "sample", 1.0);
  Measure(Sentences(sample, 12), "sentences of the sample", 0.999);
}

TEST(Detection, ReportsOfTheCorpus) {
  const auto corpus = testing::CorpusDir();
  if (!corpus.has_value()) {
    GTEST_SKIP() << "needs the corpus of real reports";
  }
  std::vector<std::string> reports;
  std::vector<std::string> sentences;
  std::vector<std::string> phrases;
  for (const auto& file : testing::TextFiles(*corpus / "reports")) {
    reports.push_back(testing::ReadFile(file));
    for (std::string& sentence : Sentences(reports.back(), 4)) {
      (CountCodePoints(sentence) < 12 ? phrases : sentences).push_back(std::move(sentence));
    }
  }
  Measure(reports, "reports", 1.0);
  // Every few of them: the rates do not change, the test stays quick.
  const auto thin = [](const std::vector<std::string>& all, size_t step) {
    std::vector<std::string> some;
    for (size_t i = 0; i < all.size(); i += step) {
      some.push_back(all[i]);
    }
    return some;
  };
  Measure(thin(sentences, 7), "sentences of 12 and more", 0.999);
  Measure(thin(phrases, 2), "lines of 4 to 11", 0.99);
}

}  // namespace
}  // namespace quotes::text
