#include "tests/support/documents.h"

#include <archive.h>
#include <archive_entry.h>

#include <array>
#include <cstdio>
#include <sstream>

#include "service/extract/frame.h"
#include "service/text/utf8.h"

namespace quotes::testing {
namespace {

constexpr char kDocumentHead[] =
    "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>"
    "<w:document xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\" "
    "xmlns:mc=\"http://schemas.openxmlformats.org/markup-compatibility/2006\" "
    "xmlns:wps=\"http://schemas.microsoft.com/office/word/2010/wordprocessingShape\" "
    "xmlns:v=\"urn:schemas-microsoft-com:vml\"><w:body>";
constexpr char kRelationHead[] =
    "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">";
constexpr char kRelationType[] =
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships/";

std::string Relation(int id, const std::string& kind, const std::string& target) {
  return "<Relationship Id=\"rId" + std::to_string(id) + "\" Type=\"" + kRelationType + kind +
         "\" Target=\"" + target + "\"/>";
}

std::string Hex(const std::string& utf8) {
  std::string out = "<";
  for (const char32_t c : text::ToCodePoints(utf8)) {
    std::array<char, 8> digits;
    std::snprintf(digits.data(), digits.size(), "%04X", static_cast<unsigned>(c & 0xFFFF));
    out.append(digits.data());
  }
  return out + ">";
}

std::string Stream(const std::string& bytes) {
  return "<</Length " + std::to_string(bytes.size()) + ">>stream\n" + bytes + "\nendstream";
}

std::string ToUnicodeMap() {
  std::string map =
      "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /Identity def "
      "/CMapType 2 def 1 begincodespacerange <0000> <ffff> endcodespacerange\n";
  constexpr unsigned kMostRanges = 100;  // in one block
  for (unsigned first = 0; first < 256; first += kMostRanges) {
    const unsigned last = std::min(first + kMostRanges, 256u);
    map += std::to_string(last - first) + " beginbfrange\n";
    for (unsigned high = first; high < last; ++high) {
      std::array<char, 32> range;
      std::snprintf(range.data(), range.size(), "<%02x00> <%02xff> <%02x00>\n", high, high, high);
      map += range.data();
    }
    map += "endbfrange\n";
  }
  return map + "endcmap end end";
}

}  // namespace

namespace {

// Takes `writer`.
std::string WriteArchive(archive* writer, const std::map<std::string, std::string>& files) {
  std::string out;
  archive_write_set_bytes_in_last_block(writer, 1);
  archive_write_open2(
      writer, &out, nullptr,
      [](archive*, void* to, const void* bytes, size_t size) {
        static_cast<std::string*>(to)->append(static_cast<const char*>(bytes), size);
        return static_cast<la_ssize_t>(size);
      },
      nullptr, nullptr);
  for (const auto& [name, content] : files) {
    archive_entry* const entry = archive_entry_new();
    archive_entry_set_pathname_utf8(entry, name.c_str());
    archive_entry_set_pathname(entry, name.c_str());
    archive_entry_set_size(entry, static_cast<la_int64_t>(content.size()));
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    archive_write_header(writer, entry);
    archive_write_data(writer, content.data(), content.size());
    archive_entry_free(entry);
  }
  archive_write_close(writer);
  archive_write_free(writer);
  return out;
}

}  // namespace

std::string MakeZip(const std::map<std::string, std::string>& files) {
  archive* const writer = archive_write_new();
  archive_write_set_format_zip(writer);
  return WriteArchive(writer, files);
}

std::string MakeTarGz(const std::map<std::string, std::string>& files) {
  archive* const writer = archive_write_new();
  archive_write_set_format_pax_restricted(writer);
  archive_write_add_filter_gzip(writer);
  return WriteArchive(writer, files);
}

std::map<std::string, std::string> DocxParts(std::string_view body) {
  std::map<std::string, std::string> parts;
  parts["[Content_Types].xml"] =
      "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"/>";
  parts["_rels/.rels"] =
      kRelationHead + Relation(1, "officeDocument", "word/document.xml") + "</Relationships>";
  parts["word/_rels/document.xml.rels"] =
      kRelationHead + Relation(1, "styles", "styles.xml") +
      Relation(2, "numbering", "numbering.xml") + Relation(3, "footnotes", "footnotes.xml") +
      Relation(4, "endnotes", "endnotes.xml") + Relation(5, "header", "header1.xml") +
      Relation(6, "footer", "footer1.xml") + "</Relationships>";
  parts["word/document.xml"] = kDocumentHead + std::string(body) + "</w:body></w:document>";
  return parts;
}

std::string MakeDocx(std::string_view body, const std::map<std::string, std::string>& parts) {
  std::map<std::string, std::string> all = DocxParts(body);
  for (const auto& [name, content] : parts) {
    all[name] = content;
  }
  return MakeZip(all);
}

std::string DocxParagraph(std::string_view text, std::string_view properties) {
  std::string out = "<w:p>";
  if (!properties.empty()) {
    out.append("<w:pPr>").append(properties).append("</w:pPr>");
  }
  return out.append("<w:r><w:t xml:space=\"preserve\">").append(text).append("</w:t></w:r></w:p>");
}

std::string MakePdf(const std::vector<std::vector<PdfText>>& pages, const PdfOptions& options) {
  std::vector<std::string> objects = {"<</Type/Catalog/Pages 2 0 R>>", ""};
  objects.push_back(Stream(ToUnicodeMap()));
  objects.emplace_back(
      "<</Type/FontDescriptor/FontName/Test/Flags 4/FontBBox[0 -200 1000 900]/ItalicAngle 0"
      "/Ascent 880/Descent -120/CapHeight 700/StemV 80>>");
  objects.emplace_back(
      "<</Type/Font/Subtype/CIDFontType2/BaseFont/Test/CIDSystemInfo<</Registry(Adobe)"
      "/Ordering(Identity)/Supplement 0>>/FontDescriptor 4 0 R/DW 1000/W[0 127 500]>>");
  objects.emplace_back(
      "<</Type/Font/Subtype/Type0/BaseFont/Test/Encoding/Identity-H/DescendantFonts[5 0 R]"
      "/ToUnicode 3 0 R>>");
  std::string kids;
  for (const std::vector<PdfText>& texts : pages) {
    std::ostringstream content;
    content << "BT\n";
    for (const PdfText& text : texts) {
      content << "/F1 " << text.size << " Tf 1 0 0 1 " << text.x << ' ' << text.y << " Tm "
              << Hex(text.text) << " Tj\n";
    }
    content << "ET";
    objects.push_back(Stream(content.str()));
    objects.push_back(
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F1 6 0 R>>>>"
        "/Contents " +
        std::to_string(objects.size()) + " 0 R>>");
    kids += std::to_string(objects.size()) + " 0 R ";
  }
  objects[1] = "<</Type/Pages/Kids[" + kids + "]/Count " + std::to_string(pages.size()) + ">>";
  std::string out = "%PDF-1.7\n";
  std::string table = "0000000000 65535 f \n";
  for (size_t i = 0; i < objects.size(); ++i) {
    std::array<char, 32> line;
    std::snprintf(line.data(), line.size(), "%010zu 00000 n \n", out.size());
    table += line.data();
    out += std::to_string(i + 1) + " 0 obj\n" + objects[i] + "\nendobj\n";
  }
  const size_t start = out.size();
  const std::string count = std::to_string(objects.size() + 1);
  out += "xref\n0 " + count + "\n" + table + "trailer<</Size " + count + "/Root 1 0 R";
  if (options.encrypted) {
    out += "/Encrypt<</Filter/Standard/V 1/R 2/O<" + std::string(64, '1') + ">/U<" +
           std::string(64, '2') + ">/P -4>>/ID[<00><00>]";
  }
  return out + ">>\nstartxref\n" + std::to_string(start) + "\n%%EOF\n";
}

std::string Dump(const extract::ExtractedText& text) {
  constexpr const char* kRoles[] = {"text",         "navigation", "maybe-navigation", "page-number",
                                    "running-head", "note",       "caption",          "cell"};
  std::ostringstream out;
  std::istringstream lines(text.text);
  std::string line;
  for (const report::LineHint& hint : text.lines) {
    std::getline(lines, line);
    out << kRoles[static_cast<size_t>(hint.role)];
    if (hint.page > 0) {
      out << " p" << hint.page;
    }
    if (hint.heading_level > 0) {
      out << " h" << static_cast<int>(hint.heading_level);
    }
    if (hint.bold) {
      out << " bold";
    }
    if (hint.continues) {
      out << " continues";
    }
    if (hint.placed) {
      out << " indent" << hint.indent << (hint.reaches_edge ? " edge" : "");
    }
    if (hint.unsure_place) {
      out << " unsure";
    }
    if (hint.lacks_words) {
      out << " lacks";
    }
    if (hint.outside) {
      out << " outside";
    }
    if (hint.marker > 0) {
      out << " marker" << hint.marker;
    }
    out << '|' << line << '\n';
  }
  for (const auto& [key, value] : text.metadata) {
    out << key << '=' << value << '\n';
  }
  return out.str();
}

std::string Violation(const extract::ExtractedText& text) {
  const auto decoded = extract::DecodeFrame(extract::EncodeFrame(text));
  if (!decoded.ok()) {
    return "its frame is refused";
  }
  return *decoded == text ? "" : "its frame says something else";
}

}  // namespace quotes::testing
