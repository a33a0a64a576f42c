#ifndef QUOTES_TESTS_SUPPORT_DOCUMENTS_H_
#define QUOTES_TESTS_SUPPORT_DOCUMENTS_H_

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "service/extract/extracted_text.h"

// Makes documents in foreign formats. Without GoogleTest, so that fuzzers use it too.
namespace quotes::testing {

// A ZIP archive of these files.
std::string MakeZip(const std::map<std::string, std::string>& files);

// The same as a tar archive compressed by gzip.
std::string MakeTarGz(const std::map<std::string, std::string>& files);

// The parts of a Word document whose main part has `body` (w: elements) between <w:body> tags.
std::map<std::string, std::string> DocxParts(std::string_view body);
// DocxParts as a file; `parts` are added or replace parts of the same name.
std::string MakeDocx(std::string_view body, const std::map<std::string, std::string>& parts = {});
// A paragraph of one run.
std::string DocxParagraph(std::string_view text, std::string_view properties = {});

struct PdfText {
  double x = 0;  // points from the left
  double y = 0;  // points from the foot of the page (of 842)
  double size = 12;
  std::string text;  // UTF-8, characters of the basic plane
};
struct PdfOptions {
  bool encrypted = false;
};
// A PDF with one page for each list of texts, set in a font without outlines whose characters are
// told by its ToUnicode map. Han characters are as wide as `size`, ASCII half as wide.
std::string MakePdf(const std::vector<std::vector<PdfText>>& pages, const PdfOptions& options = {});

// "page role heading flags indent marker|text" for each line, without what is not set.
std::string Dump(const extract::ExtractedText& text);

// What must hold of every extracted text; empty, or what does not.
std::string Violation(const extract::ExtractedText& text);

}  // namespace quotes::testing

#endif  // QUOTES_TESTS_SUPPORT_DOCUMENTS_H_
