#include "tests/unit/store/random_draft.h"

#include <algorithm>
#include <limits>
#include <map>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "service/base/hash.h"
#include "service/text/utf8.h"

namespace quotes::testing {
namespace {

using report::Range;

class Generator {
 public:
  explicit Generator(std::mt19937* random) : random_(random) {}

  uint32_t Below(uint32_t bound) { return static_cast<uint32_t>((*random_)() % bound); }
  bool Coin() { return Below(2) == 0; }

  char32_t Character() {
    switch (Below(6)) {
      case 0:
        return U'\x20' + Below(0x5F);
      case 1:
        return 0x10000 + Below(0x100000);  // beyond the basic plane
      case 2:
        return std::u32string_view(
            U"，。！？“”\u2028\u200B\uFEFF\U0010FFFF\uD7FF\uE000")[Below(12)];
      default:
        return 0x4E00 + Below(0x5000);
    }
  }

  std::u32string Characters(uint32_t most) {
    std::u32string text(Below(most + 1), U' ');
    std::generate(text.begin(), text.end(), [this] { return Character(); });
    return text;
  }

  std::string Text() {
    switch (Below(5)) {
      case 0:
        return "";
      case 1:
        return "'); DROP TABLE quotes; -- \" ?1 %";
      default:
        return text::ToUtf8(Characters(20));
    }
  }

  Range RangeIn(uint32_t size) {
    uint32_t a = Below(size + 1);
    uint32_t b = Below(size + 1);
    return {std::min(a, b), std::max(a, b)};
  }

  uint32_t Number() { return Below(8) == 0 ? std::numeric_limits<uint32_t>::max() : Below(5000); }

  template <typename Enum>
  Enum Pick(Enum first, Enum last) {
    const int low = static_cast<int>(first);
    const int high = static_cast<int>(last);
    return static_cast<Enum>(low + static_cast<int>(Below(static_cast<uint32_t>(high - low + 1))));
  }
  report::BlockKind Block() { return Pick(report::BlockKind::kBody, report::BlockKind::kTable); }
  report::Mode Mode() { return Pick(report::Mode::kUnspecified, report::Mode::kFormality); }
  report::Certainty Certainty() {
    return Pick(report::Certainty::kCertain, report::Certainty::kPossible);
  }

  std::optional<absl::CivilDay> Date() {
    if (Coin()) {
      return std::nullopt;
    }
    return absl::CivilDay(1 + Below(9999), 1 + Below(12), 1 + Below(28));
  }

  report::Metadata Metadata() {
    report::Metadata m;
    m.title = Text();
    m.subtitle = Text();
    m.event = Text();
    m.body = Text();
    m.speaker = Text();
    m.office = Text();
    m.language = Text();
    m.date = Date();
    m.publication.paper = Text();
    m.publication.edition = Text();
    m.publication.issue_date = Date();
    m.publication.pages = Text();
    return m;
  }

  report::ParsedReport Report() {
    report::ParsedReport report;
    report.metadata = Metadata();
    report.joined = Characters(300);
    const auto size = static_cast<uint32_t>(report.joined.size());

    uint32_t position = 0;
    do {
      const uint32_t end = Below(4) == 0 ? size : position + Below(size - position + 1);
      report.runs.push_back({Block(), {position, end}});
      position = end;
    } while (position < size);

    for (uint32_t i = Below(6); i > 0; --i) {
      report.paragraphs.push_back(RangeIn(size));
    }
    for (uint32_t i = Below(6); i > 0; --i) {
      report::PrintSpan& span = report.print_spans.emplace_back();
      span.kind = Block();
      span.line = Number();
      span.page = Number();
      span.byte_begin = uint64_t{Number()} * 1000;
      span.byte_end = span.byte_begin + Number();
      span.joined = RangeIn(size);
    }
    for (uint32_t i = Below(4); i > 0; --i) {
      report.joins.push_back({Below(size + 1), Number(), Number()});
    }
    const uint32_t sections = Below(8);
    for (uint32_t i = 0; i < sections; ++i) {
      report::Section& section = report.sections.emplace_back();
      section.id = absl::StrCat("s", i, "-", Below(1000));
      section.path = Text();
      section.parent = static_cast<int>(Below(i + 1)) - 1;
      section.level = static_cast<int>(1 + Below(9));
      section.ordinal = static_cast<int>(Below(100));
      section.kind = Pick(report::SectionKind::kMarkedHeading, report::SectionKind::kRunInHeading);
      section.marker = Text();
      section.heading = Text();
      section.run_in = Coin();
      section.heading_range = RangeIn(size);
      section.range = RangeIn(size);
      section.mode = Mode();
      section.period = Text();
    }
    for (uint32_t i = Below(20); i > 0; --i) {
      report::Quote& quote = report.quotes.emplace_back();
      quote.id = absl::StrCat("q", i, "-", Below(1000));
      quote.range = RangeIn(size);
      quote.section = static_cast<int>(Below(sections + 1)) - 1;
      quote.paragraph = Number();
      quote.sentence = Number();
      quote.block = Block();
      quote.mode = Mode();
      quote.has_figures = Coin();
    }
    report.completeness = {Coin(), Text(), Below(size + 1)};
    for (uint32_t i = Below(4); i > 0; --i) {
      report::LintFinding& finding = report.lint.emplace_back();
      finding.kind = Pick(report::LintKind::kPageBreakJoin, report::LintKind::kOpenParagraph);
      finding.certainty = Certainty();
      finding.line = Number();
      finding.range = RangeIn(size);
      finding.message = Text();
      finding.proposal = Text();
    }
    return report;
  }

  std::vector<report::Defect> Defects(uint32_t size) {
    std::vector<report::Defect> defects;
    for (uint32_t i = Below(5); i > 0; --i) {
      report::Defect& defect = defects.emplace_back();
      defect.id = absl::StrCat("d", i);
      defect.kind = Pick(report::DefectKind::kOmission, report::DefectKind::kOther);
      defect.certainty = Certainty();
      defect.range = RangeIn(size);
      defect.printed = Text();
      for (uint32_t k = 1 + Below(3); k > 0; --k) {
        defect.readings.push_back(Text());
      }
      defect.note = Text();
    }
    return defects;
  }

  std::string Bytes() {
    std::string bytes(Below(200), '\0');
    std::generate(bytes.begin(), bytes.end(), [this] { return static_cast<char>(Below(256)); });
    return bytes;
  }

 private:
  std::mt19937* random_;
};

void SetSource(std::string bytes, store::RevisionDraft* draft) {
  draft->source.size_bytes = bytes.size();
  draft->source.sha256 = Sha256Hex(bytes);
  draft->source_bytes = std::move(bytes);
}

}  // namespace

store::RevisionDraft RandomDraft(std::string_view report_id, std::mt19937* random) {
  Generator generate(random);
  store::RevisionDraft draft;
  draft.report_id = report_id;
  draft.source.file_name = generate.Text();
  draft.source.media_type = "text/plain";
  draft.source.encoding = generate.Pick(text::Encoding::kUtf8, text::Encoding::kBig5);
  SetSource(generate.Bytes(), &draft);
  draft.parser_version = generate.Text();
  draft.fold_version = generate.Text();
  draft.content = generate.Report();
  draft.defects = generate.Defects(static_cast<uint32_t>(draft.content.joined.size()));
  return draft;
}

store::RevisionDraft SmallDraft(std::string_view report_id, std::string_view text) {
  store::RevisionDraft draft;
  draft.report_id = report_id;
  draft.source.file_name = "report.txt";
  draft.source.media_type = "text/plain";
  SetSource(std::string(text), &draft);
  draft.parser_version = "parser-1";
  draft.fold_version = "fold-1";
  report::ParsedReport& content = draft.content;
  content.metadata.title = "政府工作报告";
  content.metadata.speaker = "宋磊";
  content.metadata.date = absl::CivilDay(2022, 1, 17);
  content.joined = text::ToCodePoints(text);
  const auto size = static_cast<uint32_t>(content.joined.size());
  content.runs.push_back({report::BlockKind::kBody, {0, size}});
  content.paragraphs.push_back({0, size});
  content.print_spans.push_back({report::BlockKind::kBody, 1, 0, 0, text.size(), {0, size}});
  report::Section& section = content.sections.emplace_back();
  section.id = absl::StrCat("section-", Sha256Hex(text).substr(0, 8));
  section.path = "1.2";
  section.range = {0, size};
  std::map<char32_t, int> seen;
  for (uint32_t i = 0; i < size; ++i) {
    const char32_t c = content.joined[i];
    report::Quote& quote = content.quotes.emplace_back();
    quote.id = absl::StrCat("q", static_cast<uint32_t>(c), "-", ++seen[c]);
    quote.range = {i, i + 1};
    quote.section = 0;
    quote.paragraph = 1;
    quote.sentence = i + 1;
  }
  content.completeness.position = size;
  return draft;
}

archive::Document ExpectedDocument(const store::RevisionDraft& draft) {
  archive::Document document;
  document.report_id = draft.report_id;
  document.revision = 1;
  document.parser_version = draft.parser_version;
  document.fold_version = draft.fold_version;
  document.source = draft.source;
  document.content = draft.content;
  document.defects = report::DefectsOf(report::MergeRegister({}, draft.defects));
  return document;
}

}  // namespace quotes::testing
