// Look-ups of figures, compared with their definition: a walk over every figure of every quote.

#include <gmock/gmock.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "service/archive/archive.h"
#include "service/archive/document_figures.h"
#include "service/text/fold.h"
#include "service/text/utf8.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_data.h"
#include "tests/unit/archive/archive_conformance.h"
#include "tests/unit/archive/naive_lookup.h"
#include "tests/unit/archive/test_documents.h"

namespace quotes::archive {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// A decimal as digits that sort as numbers do, without the arithmetic of the service.
std::string Sortable(const figures::Decimal& decimal) {
  constexpr size_t kPlaces = 60;
  std::string text = figures::ToString(decimal);
  const bool negative = text.front() == '-';
  text.erase(0, negative ? 1 : 0);
  const size_t point = std::min(text.find('.'), text.size());
  std::string digits(kPlaces - point, '0');
  digits += text.substr(0, point);
  digits += point < text.size() ? text.substr(point + 1) : "";
  digits.resize(2 * kPlaces, '0');
  if (negative) {
    for (char& c : digits) {
      c = static_cast<char>('0' + '9' - c);
    }
  }
  return (negative ? "-" : "0") + digits;
}

struct Known {
  std::shared_ptr<const Document> document;
  std::vector<std::vector<figures::Figure>> figures;
};

std::vector<Known> Know(const std::vector<std::shared_ptr<const Document>>& documents) {
  std::vector<Known> known;
  for (const auto& document : documents) {
    known.push_back({document, FindFigures(document->content)});
  }
  return known;
}

struct Expected {
  std::string report_id;
  std::string quote_id;
  size_t figures = 0;
  std::string unit;  // of the first figure in the order, then its value
  std::optional<std::string> value;
  std::optional<absl::CivilDay> date;
  size_t place = 0;
};

bool Meets(const FigureFilter& filter, const figures::Figure& figure, std::u32string_view joined) {
  const figures::Unit unit = figures::UnitOf(figure, joined);
  if (!filter.kinds.empty() &&
      std::find(filter.kinds.begin(), filter.kinds.end(), figure.kind) == filter.kinds.end()) {
    return false;
  }
  if (!filter.modes.empty() &&
      std::find(filter.modes.begin(), filter.modes.end(), figure.mode) == filter.modes.end()) {
    return false;
  }
  if (!filter.directions.empty() && std::find(filter.directions.begin(), filter.directions.end(),
                                              figure.direction) == filter.directions.end()) {
    return false;
  }
  if (filter.year != 0 &&
      (figure.period.first_year > filter.year || figure.period.last_year < filter.year)) {
    return false;
  }
  if (filter.unit.has_value() && unit.base != filter.unit->base) {
    return false;
  }
  if (!filter.measure.empty()) {
    const auto measure = text::Fold(figures::MeasureOf(figure, joined)).units;
    if (measure.find(filter.measure) == std::u32string::npos) {
      return false;
    }
  }
  if (!filter.has_value()) {
    return true;
  }
  if (!figure.low.has_value()) {
    return false;
  }
  const auto in_unit = [&](const figures::Decimal& value) {
    return filter.unit.has_value() ? *figures::Multiply(value, unit.factor) : value;
  };
  const std::string low = Sortable(in_unit(*figure.low));
  const std::string high = Sortable(in_unit(figure.high.value_or(*figure.low)));
  return (!filter.from.has_value() || low >= Sortable(*filter.from)) &&
         (!filter.to.has_value() || high <= Sortable(*filter.to));
}

std::vector<Expected> Scan(const std::vector<Known>& known, const FigureFilter& filter,
                           const Filter& quotes, Order order) {
  std::vector<Expected> all;
  for (const Known& report : known) {
    const Document& document = *report.document;
    if (!quotes.reports.empty() && std::find(quotes.reports.begin(), quotes.reports.end(),
                                             document.report_id) == quotes.reports.end()) {
      continue;
    }
    for (size_t q = 0; q < report.figures.size(); ++q) {
      const report::Quote& quote = document.content.quotes[q];
      const bool speech = report::IsSpeech(quote.block);
      if ((quotes.scope == TextScope::kSpeech && !speech) ||
          (quotes.scope == TextScope::kFurniture && speech) ||
          (!quotes.modes.empty() &&
           std::find(quotes.modes.begin(), quotes.modes.end(), quote.mode) == quotes.modes.end())) {
        continue;
      }
      Expected expected{
          document.report_id, quote.id, 0, "", std::nullopt, document.content.metadata.date, q};
      for (const figures::Figure& figure : report.figures[q]) {
        if (!Meets(filter, figure, document.content.joined)) {
          continue;
        }
        ++expected.figures;
        if (!figure.low.has_value()) {
          continue;
        }
        const figures::Unit unit = figures::UnitOf(figure, document.content.joined);
        const std::string value = Sortable(*figures::Multiply(*figure.low, unit.factor));
        const bool first =
            !expected.value.has_value() || unit.base < expected.unit ||
            (unit.base == expected.unit &&
             (order == Order::kValueAscending ? value < *expected.value : value > *expected.value));
        if (first) {
          expected.unit = unit.base;
          expected.value = value;
        }
      }
      if (expected.figures > 0) {
        all.push_back(std::move(expected));
      }
    }
  }
  std::sort(all.begin(), all.end(), [order](const Expected& a, const Expected& b) {
    if (IsByValue(order)) {
      if (a.value.has_value() != b.value.has_value()) {
        return a.value.has_value();
      }
      if (a.value.has_value() && (a.unit != b.unit || *a.value != *b.value)) {
        return a.unit != b.unit                  ? a.unit < b.unit
               : order == Order::kValueAscending ? *a.value < *b.value
                                                 : *a.value > *b.value;
      }
    }
    if (order != Order::kReadingOrder && a.date != b.date) {
      return a.date.has_value() && (!b.date.has_value() || *a.date > *b.date);
    }
    return std::tie(a.report_id, a.place) < std::tie(b.report_id, b.place);
  });
  return all;
}

void ExpectSame(const Archive& archive, const std::vector<Known>& known, const Lookup& lookup,
                size_t page_size) {
  const std::vector<Expected> expected = Scan(known, *lookup.figures, lookup.filter, lookup.order);
  const std::vector<Hit> hits = FetchAll(archive, lookup, page_size);
  ASSERT_EQ(hits.size(), expected.size());
  for (size_t i = 0; i < hits.size(); ++i) {
    ASSERT_EQ(hits[i].ref.document->report_id(), expected[i].report_id);
    ASSERT_EQ(hits[i].ref.id(), expected[i].quote_id);
    EXPECT_EQ(hits[i].figures.size(), expected[i].figures);
    EXPECT_EQ(hits[i].value.has_value(), expected[i].value.has_value());
  }
}

std::vector<std::shared_ptr<const Document>> Reports() {
  std::vector<std::shared_ptr<const Document>> reports = {
      MakeReport("sample", testing::SampleReport())};
  if (const auto corpus = testing::CorpusDir(); corpus.has_value()) {
    for (const auto& path : testing::TextFiles(*corpus / "reports" / "provincial")) {
      if (reports.size() < 8) {
        reports.push_back(MakeReport(absl::StrCat("r", reports.size()), testing::ReadFile(path)));
      }
    }
  }
  return reports;
}

TEST_P(ArchiveConformance, FiguresAreThoseOfAScan) {
  std::vector<std::shared_ptr<const Document>> reports = Reports();
  const auto whole = GetParam().make(1, themes::Scheme::BuiltIn(), reports, nullptr);
  // Without one of them: a segment with dead entries, where there are segments.
  std::vector<std::shared_ptr<const Document>> fewer = reports;
  if (fewer.size() > 2) {
    fewer.erase(fewer.begin() + 1);
  }
  const auto changed = GetParam().make(2, themes::Scheme::BuiltIn(), fewer, whole.get());
  const std::vector<Known> all = Know(reports);
  const std::vector<Known> left = Know(fewer);

  std::mt19937 random(3);
  const auto below = [&random](size_t bound) { return random() % bound; };
  std::vector<std::pair<const Known*, const figures::Figure*>> pool;
  for (const Known& report : all) {
    for (const auto& quote : report.figures) {
      for (const figures::Figure& figure : quote) {
        pool.emplace_back(&report, &figure);
      }
    }
  }
  for (int round = 0; round < 300; ++round) {
    const auto& [report, figure] = pool[below(pool.size())];
    const std::u32string_view joined = report->document->content.joined;
    const figures::Unit unit = figures::UnitOf(*figure, joined);
    FigureFilter filter;
    if (below(3) > 0 && figure->low.has_value()) {
      if (below(4) > 0) {
        filter.unit = unit;
        filter.from = figures::Multiply(*figure->low, unit.factor);
      } else {
        filter.from = figure->low;
      }
      if (below(2) == 0) {
        filter.to = figure->high.has_value() && below(2) == 0 && !filter.unit.has_value()
                        ? figure->high
                        : filter.from;
      }
      if (below(4) == 0) {
        std::swap(filter.from, filter.to);
      }
    } else if (below(2) == 0) {
      filter.unit = unit;
    }
    if (below(3) == 0 && !figure->measure.empty()) {
      const auto measure = text::Fold(figures::MeasureOf(*figure, joined)).units;
      const size_t begin = below(measure.size() + 1);
      filter.measure = measure.substr(begin, 1 + below(4));
    }
    if (below(4) == 0) {
      filter.year = figure->period.first_year;
    }
    if (below(4) == 0) {
      filter.modes = {figure->mode};
    }
    if (below(4) == 0) {
      filter.directions = {figure->direction};
    }
    if (below(4) == 0) {
      filter.kinds = {figure->kind, figures::FigureKind::kPercentagePoint};
    }
    Lookup lookup;
    lookup.figures = &filter;
    constexpr Order kOrders[] = {Order::kNewest, Order::kReadingOrder, Order::kValueAscending,
                                 Order::kValueDescending};
    lookup.order = kOrders[below(4)];
    lookup.filter.scope = static_cast<TextScope>(1 + below(3));
    if (below(4) == 0) {
      lookup.filter.reports = {report->document->report_id, "nowhere"};
    }
    if (below(4) == 0) {
      lookup.filter.modes = {report::Mode::kReview, report::Mode::kTarget};
    }
    SCOPED_TRACE(round);
    const size_t page_size = 1 + below(200);
    ExpectSame(*whole, all, lookup, page_size);
    ExpectSame(*changed, left, lookup, page_size);
    if (HasFatalFailure()) {
      return;
    }
  }
}

class SampleFigures {
 public:
  explicit SampleFigures(const ArchiveEngine& engine)
      : archive_(engine.make(1, themes::Scheme::BuiltIn(),
                             {MakeReport("sample", testing::SampleReport())}, nullptr)) {}

  // As printed, of all hits.
  std::vector<std::string> Find(const FigureFilter& filter, Order order = Order::kNewest) const {
    Lookup lookup;
    lookup.figures = &filter;
    lookup.order = order;
    std::vector<std::string> printed;
    for (const Hit& hit : FetchAll(*archive_, lookup, 2)) {
      for (const uint32_t place : hit.figures) {
        const figures::Range range = hit.ref.document->figures()[place].number;
        printed.push_back(text::ToUtf8(hit.ref.document->joined({range.begin, range.end})));
      }
    }
    return printed;
  }

  static FigureFilter Equal(std::u32string_view text) {
    FigureFilter filter;
    const auto amount = figures::ParseAmount(text);
    EXPECT_TRUE(amount.has_value());
    filter.unit = amount->unit;
    filter.from = amount->unit.has_value() ? figures::Multiply(amount->low, amount->unit->factor)
                                           : amount->low;
    filter.to = filter.from;
    return filter;
  }

 private:
  const std::shared_ptr<const Archive> archive_;
};

TEST_P(ArchiveConformance, FiguresByValue) {
  const SampleFigures sample(GetParam());
  EXPECT_THAT(sample.Find(SampleFigures::Equal(U"280亿元")), ElementsAre("280亿"));
  EXPECT_THAT(sample.Find(SampleFigures::Equal(U"2,800,000万元")), ElementsAre("280亿"));
  EXPECT_THAT(sample.Find(SampleFigures::Equal(U"二百八十亿元")), ElementsAre("280亿"));
  EXPECT_THAT(sample.Find(SampleFigures::Equal(U"60,500,000平方米")), ElementsAre("60.5"));
  EXPECT_THAT(sample.Find(SampleFigures::Equal(U"281亿元")), IsEmpty());
  EXPECT_THAT(sample.Find(SampleFigures::Equal(U"280亿人")), IsEmpty());
  // Without a unit: in whatever unit is printed.
  EXPECT_THAT(sample.Find(SampleFigures::Equal(U"169.5亿")), ElementsAre("169.5亿"));
  EXPECT_THAT(sample.Find(SampleFigures::Equal(U"60.5")), ElementsAre("60.5"));
}

TEST_P(ArchiveConformance, FiguresByMeasureModeAndOrder) {
  const SampleFigures sample(GetParam());
  FigureFilter product;
  product.measure = text::Fold(U"生產總值").units;
  EXPECT_THAT(sample.Find(product), ElementsAre("280亿", "5.5%", "380亿"));
  product.modes = {figures::FigureMode::kTarget};
  EXPECT_THAT(sample.Find(product), ElementsAre("380亿"));
  FigureFilter money;
  money.unit = figures::ToUnit(U"元");
  money.from = figures::Decimal{1, 10};
  EXPECT_THAT(sample.Find(money, Order::kValueAscending),
              ElementsAre("300亿", "100亿", "169.5亿", "280亿", "380亿", "500亿"));
  EXPECT_THAT(sample.Find(money, Order::kValueDescending),
              ElementsAre("500亿", "380亿", "300亿", "100亿", "280亿", "169.5亿"));
  FigureFilter year;
  year.year = 2035;
  EXPECT_THAT(sample.Find(year), ElementsAre("翻一番"));
  year.directions = {figures::FigureDirection::kIncrease};
  EXPECT_THAT(sample.Find(year), ElementsAre("翻一番"));
  year.directions = {figures::FigureDirection::kDecrease};
  EXPECT_THAT(sample.Find(year), IsEmpty());
}

}  // namespace
}  // namespace quotes::archive
