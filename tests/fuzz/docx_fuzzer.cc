// Any bytes as a Word document, and as the main part, the styles, the numbering and the footnotes
// of a sound one: ReadDocx refuses them or gives a sound text.

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "service/extract/read_format.h"
#include "tests/support/documents.h"

namespace {

void Check(std::string_view bytes) {
  const auto text = quotes::extract::ReadDocx(bytes);
  if (text.ok()) {
    if (const std::string violation = quotes::testing::Violation(*text); !violation.empty()) {
      std::fprintf(stderr, "%s\n", violation.c_str());
      std::abort();
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  Check(bytes);
  constexpr char kBody[] =
      "<w:p><w:pPr><w:pStyle w:val=\"1\"/><w:numPr><w:ilvl w:val=\"1\"/><w:numId w:val=\"1\"/>"
      "</w:numPr></w:pPr><w:r><w:t>a</w:t><w:footnoteReference w:id=\"2\"/></w:r></w:p>";
  Check(quotes::testing::MakeDocx(bytes));
  Check(quotes::testing::MakeDocx(kBody, {{"word/styles.xml", bytes}}));
  Check(quotes::testing::MakeDocx(kBody, {{"word/numbering.xml", bytes}}));
  Check(quotes::testing::MakeDocx(kBody, {{"word/footnotes.xml", bytes}}));
  return 0;
}
