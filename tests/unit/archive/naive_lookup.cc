#include "tests/unit/archive/naive_lookup.h"

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <tuple>

#include "service/archive/salience.h"
#include "service/text/fold.h"
#include "service/text/utf8.h"

namespace quotes::archive {
namespace {

std::u32string FoldedTerm(std::u32string_view raw) {
  std::u32string units = text::Fold(raw).units;
  while (!units.empty() && units.back() == text::kBreak) {
    units.pop_back();
  }
  while (!units.empty() && units.front() == text::kBreak) {
    units.erase(units.begin());
  }
  return units;
}

// The ranges of the joined text where a term stands in a quote.
std::vector<report::Range> Places(const Document& document, const report::Quote& quote,
                                  const Term& term, MatchMode match) {
  const std::u32string text = document.content.joined.substr(quote.range.begin, quote.range.size());
  const text::FoldedText folded = text::Fold(text);
  const std::u32string haystack = match == MatchMode::kExact ? text : folded.units;
  const std::u32string needle = match == MatchMode::kExact ? term.raw : FoldedTerm(term.raw);
  std::vector<report::Range> places;
  for (size_t i = 0; i + needle.size() <= haystack.size(); ++i) {
    if (!std::equal(needle.begin(), needle.end(), haystack.begin() + static_cast<ptrdiff_t>(i))) {
      continue;
    }
    const size_t last = i + needle.size() - 1;
    report::Range range{static_cast<uint32_t>(i), static_cast<uint32_t>(last + 1)};
    if (match == MatchMode::kFolded) {
      range = {folded.begin[i], folded.end[last]};
    }
    range.begin += quote.range.begin;
    range.end += quote.range.begin;
    if (places.empty() || !(places.back() == range)) {
      places.push_back(range);
    }
  }
  return places;
}

bool Holds(const QueryNode& node, const std::function<bool(size_t)>& has) {
  size_t holding = 0;
  for (const QueryNode& child : node.children) {
    holding += Holds(child, has) ? size_t{1} : size_t{0};
  }
  switch (node.kind) {
    case QueryNode::Kind::kTerm:
      return has(node.term);
    case QueryNode::Kind::kAnd:
      return holding == node.children.size();
    case QueryNode::Kind::kOr:
      return holding > 0;
    case QueryNode::Kind::kNot:
      return holding == 0;
  }
  return false;
}

bool NameHas(const std::string& name, const std::vector<std::string>& parts) {
  const std::u32string folded = FoldedTerm(text::ToCodePoints(name));
  return parts.empty() || std::any_of(parts.begin(), parts.end(), [&](const std::string& part) {
           const std::u32string wanted = FoldedTerm(text::ToCodePoints(part));
           return !wanted.empty() && folded.find(wanted) != std::u32string::npos;
         });
}

// Whether one theme is another or stands below it.
bool IsWithin(int theme, int wanted, const themes::Scheme& scheme) {
  const auto count = static_cast<int>(scheme.themes().size());
  if (wanted < 0 || wanted >= count) {
    return false;
  }
  while (theme >= 0 && theme != wanted) {
    theme = scheme.Find(scheme.themes()[static_cast<size_t>(theme)].parent);
  }
  return theme == wanted;
}

bool Passes(const Document& document, size_t index, const Filter& filter,
            const themes::Scheme& scheme) {
  const report::Metadata& metadata = document.content.metadata;
  const report::Quote& quote = document.content.quotes[index];
  if (!filter.reports.empty() &&
      std::count(filter.reports.begin(), filter.reports.end(), document.report_id) == 0) {
    return false;
  }
  if (!NameHas(metadata.speaker, filter.speakers) || !NameHas(metadata.body, filter.bodies)) {
    return false;
  }
  if ((filter.date_from || filter.date_to) && !metadata.date) {
    return false;
  }
  if ((filter.date_from && *metadata.date < *filter.date_from) ||
      (filter.date_to && *metadata.date > *filter.date_to)) {
    return false;
  }
  if (!filter.sections.empty()) {
    bool inside = false;
    for (int section = quote.section; section >= 0;
         section = document.content.sections[static_cast<size_t>(section)].parent) {
      const std::string& id = document.content.sections[static_cast<size_t>(section)].id;
      inside = inside || std::count(filter.sections.begin(), filter.sections.end(),
                                    std::pair(document.report_id, id)) > 0;
    }
    if (!inside) {
      return false;
    }
  }
  for (const std::vector<int>& group : filter.theme_groups) {
    bool any = false;
    for (const themes::Assignment& assignment : document.themes[index]) {
      any = any || std::any_of(group.begin(), group.end(), [&](int wanted) {
              return IsWithin(assignment.theme, wanted, scheme);
            });
    }
    if (!any) {
      return false;
    }
  }
  if (!filter.modes.empty() &&
      std::count(filter.modes.begin(), filter.modes.end(), quote.mode) == 0) {
    return false;
  }
  if (filter.scope == TextScope::kSpeech && !report::IsSpeech(quote.block)) {
    return false;
  }
  if (filter.scope == TextScope::kFurniture && report::IsSpeech(quote.block)) {
    return false;
  }
  return !filter.with_figures || *filter.with_figures == quote.has_figures;
}

bool IsLead(const Document& document, const report::Quote& quote) {
  return quote.block == report::BlockKind::kHeading ||
         std::any_of(document.content.sections.begin(), document.content.sections.end(),
                     [&quote](const report::Section& section) {
                       return !section.heading_range.empty() &&
                              section.heading_range.begin >= quote.range.begin &&
                              section.heading_range.end <= quote.range.end;
                     });
}

// Which texts stand in many reports, by reading every report for each.
class StockTexts {
 public:
  explicit StockTexts(const std::vector<std::shared_ptr<const Document>>& documents) {
    for (const auto& document : documents) {
      std::vector<std::u32string>& texts = reports_.emplace_back();
      for (const report::Quote& quote : document->content.quotes) {
        texts.push_back(
            FoldedTerm(document->content.joined.substr(quote.range.begin, quote.range.size())));
      }
    }
  }

  bool Has(std::u32string_view text) {
    const std::u32string words = FoldedTerm(text);
    const auto [known, added] = known_.emplace(words, false);
    if (added && !words.empty()) {
      known->second =
          std::count_if(reports_.begin(), reports_.end(), [&words](const auto& texts) {
            return std::any_of(texts.begin(), texts.end(), [&words](const std::u32string& other) {
              return other.find(words) != std::u32string::npos;
            });
          }) >= 5;
    }
    return known->second;
  }

 private:
  std::vector<std::vector<std::u32string>> reports_;
  std::map<std::u32string, bool> known_;
};

}  // namespace

std::vector<std::shared_ptr<const Document>> Unpacked(const Archive& archive) {
  std::vector<std::shared_ptr<const Document>> documents;
  for (const PackedDocument* const packed : archive.documents()) {
    documents.push_back(std::make_shared<const Document>(Unpack(*packed)));
  }
  return documents;
}

NaiveAnswer NaiveFind(const std::vector<std::shared_ptr<const Document>>& documents,
                      const themes::Scheme& scheme, const Lookup& lookup) {
  NaiveAnswer answer;
  using Place = std::tuple<uint32_t, bool, int64_t, std::string, uint32_t>;
  std::vector<std::pair<Place, NaiveHit>> found;
  std::optional<StockTexts> stock;
  if (lookup.order == Order::kSalience) {
    stock.emplace(documents);
  }
  for (const auto& document : documents) {
    for (size_t index = 0; index < document->content.quotes.size(); ++index) {
      const report::Quote& quote = document->content.quotes[index];
      if (!Passes(*document, index, lookup.filter, scheme)) {
        continue;
      }
      NaiveHit hit{document->report_id, quote.id, 0, IsLead(*document, quote), {}};
      if (lookup.query != nullptr) {
        const std::vector<Term>& terms = lookup.query->terms;
        const auto has = [&](size_t term) {
          return !Places(*document, quote, terms[term], lookup.match).empty();
        };
        if (!Holds(lookup.query->root, has)) {
          continue;
        }
        const std::vector<bool> positive = PositiveTerms(*lookup.query);
        std::set<std::u32string> seen;
        for (size_t term = 0; term < terms.size(); ++term) {
          const std::u32string wanted =
              lookup.match == MatchMode::kExact ? terms[term].raw : FoldedTerm(terms[term].raw);
          if (!positive[term] || !seen.insert(wanted).second) {
            continue;
          }
          const auto places = Places(*document, quote, terms[term], lookup.match);
          hit.relevance += places.empty() ? 0u : 1u;
          for (const report::Range& range : places) {
            hit.highlights.push_back({range, static_cast<uint32_t>(term)});
          }
        }
        std::sort(hit.highlights.begin(), hit.highlights.end(),
                  [](const Highlight& a, const Highlight& b) {
                    return std::tie(a.range.begin, a.range.end, a.term) <
                           std::tie(b.range.begin, b.range.end, b.term);
                  });
      }
      const auto& date = document->content.metadata.date;
      const int64_t newest_first = date ? absl::CivilDay(1970, 1, 1) - *date
                                        : absl::CivilDay(99999, 1, 1) - absl::CivilDay();
      const bool ranked = lookup.order == Order::kRelevance;
      if (lookup.order == Order::kSalience) {
        const auto text = std::u32string_view(document->content.joined)
                              .substr(quote.range.begin, quote.range.size());
        hit.relevance = stock->Has(text)                          ? 0
                        : hit.lead && IsFormalHeading(text)       ? 0
                        : hit.lead                                ? 3
                        : quote.has_figures || NamesMeasure(text) ? 2
                                                                  : 1;
      }
      found.emplace_back(
          Place{ranked || lookup.order == Order::kSalience ? 64 - hit.relevance : 0,
                ranked && !hit.lead, lookup.order == Order::kReadingOrder ? 0 : newest_first,
                document->report_id, quote.range.begin},
          hit);

      ++answer.reports[document->report_id];
      if (date) {
        ++answer.years[std::to_string(date->year())];
      }
      std::set<std::string> codes;
      for (const themes::Assignment& assignment : document->themes[index]) {
        for (std::string code = scheme.themes()[static_cast<size_t>(assignment.theme)].code;
             !code.empty(); code = scheme.themes()[static_cast<size_t>(scheme.Find(code))].parent) {
          codes.insert(code);
        }
      }
      for (const std::string& code : codes) {
        ++answer.themes[code];
      }
    }
  }
  std::sort(found.begin(), found.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  for (auto& [place, hit] : found) {
    answer.hits.push_back(std::move(hit));
  }
  return answer;
}

std::vector<NaivePlace> NaivePlaces(const std::vector<std::shared_ptr<const Document>>& documents,
                                    std::u32string_view units, TextScope scope) {
  using Place = std::tuple<int64_t, std::string, uint32_t, uint32_t>;
  std::vector<std::pair<Place, NaivePlace>> found;
  for (const auto& document : documents) {
    for (const report::Quote& quote : document->content.quotes) {
      if (scope != TextScope::kAll &&
          report::IsSpeech(quote.block) != (scope == TextScope::kSpeech)) {
        continue;
      }
      const std::u32string folded =
          text::Fold(document->content.joined.substr(quote.range.begin, quote.range.size())).units;
      uint32_t leading = 0;
      while (leading < folded.size() && folded[leading] == text::kBreak) {
        ++leading;
      }
      const std::u32string inside =
          leading == folded.size() ? std::u32string() : FoldedTerm(folded);
      for (uint32_t i = 0; !units.empty() && i + units.size() <= inside.size(); ++i) {
        if (std::u32string_view(inside).substr(i, units.size()) == units) {
          const auto& date = document->content.metadata.date;
          found.emplace_back(Place{date ? absl::CivilDay(1970, 1, 1) - *date
                                        : absl::CivilDay(99999, 1, 1) - absl::CivilDay(),
                                   document->report_id, quote.range.begin, i},
                             NaivePlace{document->report_id, quote.id, leading + i});
        }
      }
    }
  }
  std::sort(found.begin(), found.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<NaivePlace> places;
  for (auto& [place, naive] : found) {
    places.push_back(std::move(naive));
  }
  return places;
}

namespace {

// Whether a report has quotes that a filter lets through by what the report is.
bool ReportPasses(const Document& document, const Filter& filter, const themes::Scheme& scheme) {
  Document one;
  one.report_id = document.report_id;
  one.content.metadata = document.content.metadata;
  one.content.sections = document.content.sections;
  one.content.quotes.resize(1);
  one.themes.resize(1);
  Filter of_reports = filter;
  of_reports.theme_groups.clear();
  of_reports.modes.clear();
  of_reports.with_figures.reset();
  of_reports.scope = TextScope::kAll;
  if (filter.sections.empty()) {
    return Passes(one, 0, of_reports, scheme);
  }
  for (size_t section = 0; section < one.content.sections.size(); ++section) {
    one.content.quotes[0].section = static_cast<int>(section);
    if (Passes(one, 0, of_reports, scheme)) {
      return true;
    }
  }
  return false;
}

size_t CountIn(std::u32string_view text, std::u32string_view units) {
  size_t count = 0;
  for (size_t i = 0; i + units.size() <= text.size(); ++i) {
    count += text.substr(i, units.size()) == units ? size_t{1} : size_t{0};
  }
  return count;
}

// Organisation and event without what counts them: where they say all and events are no congresses.
std::u32string SeriesOf(const Document& document) {
  std::u32string key;
  for (const std::string& part :
       {document.content.metadata.body, document.content.metadata.event}) {
    for (const char32_t c : FoldedTerm(text::ToCodePoints(part))) {
      if (std::u32string_view(U"0123456789〇零一二三四五六七八九十百千两第届次年").find(c) ==
          std::u32string_view::npos) {
        key.push_back(c);
      }
    }
    key.push_back(U'|');
  }
  return key == U"||" ? std::u32string() : key;
}

}  // namespace

NaiveTrace NaiveHistory(const std::vector<std::shared_ptr<const Document>>& documents,
                        const themes::Scheme& scheme, std::u32string_view units,
                        const Filter& filter) {
  NaiveTrace trace;
  // By day, then id descending: the first in time is that which comes last in the order of answers.
  struct Later {
    bool operator()(const Document* a, const Document* b) const {
      const auto& day_a = a->content.metadata.date;
      const auto& day_b = b->content.metadata.date;
      return day_a != day_b ? *day_a < *day_b : a->report_id > b->report_id;
    }
  };
  std::set<const Document*, Later> dated_with;
  std::map<std::u32string, std::vector<const Document*>> series;
  const auto place = [&](const Document& document, size_t q) {
    const report::Quote& quote = document.content.quotes[q];
    const text::FoldedText folded = text::Fold(
        std::u32string_view(document.content.joined).substr(quote.range.begin, quote.range.size()));
    return NaivePlace{document.report_id, quote.id,
                      quote.range.begin + folded.begin[folded.units.find(units)]};
  };
  std::map<const Document*, std::vector<size_t>> quotes_with;
  for (const auto& document : documents) {
    if (!ReportPasses(*document, filter, scheme)) {
      continue;
    }
    const auto& date = document->content.metadata.date;
    NaiveTrace::Year& year = date ? trace.years[date->year()] : trace.undated;
    ++year.searched;
    for (const report::Run& run : document->content.runs) {
      const bool speech = report::IsSpeech(run.kind);
      const bool counts =
          filter.scope == TextScope::kAll || speech == (filter.scope == TextScope::kSpeech);
      for (uint32_t at = run.range.begin; counts && at < run.range.end; ++at) {
        ++year.code_points;
        ++trace.code_points[document->report_id];
      }
    }
    if (date && !SeriesOf(*document).empty()) {
      series[SeriesOf(*document)].push_back(document.get());
    }
    for (size_t q = 0; q < document->content.quotes.size(); ++q) {
      if (!Passes(*document, q, filter, scheme)) {
        continue;
      }
      const report::Quote& quote = document->content.quotes[q];
      const std::u32string text =
          FoldedTerm(document->content.joined.substr(quote.range.begin, quote.range.size()));
      if (const size_t count = CountIn(text, units); count > 0) {
        auto& [occurrences, quotes] = trace.reports[document->report_id];
        year.reports += occurrences == 0 ? 1u : 0u;
        occurrences += count;
        ++quotes;
        year.occurrences += count;
        ++year.quotes;
        trace.occurrences += count;
        ++trace.quotes;
        quotes_with[document.get()].push_back(q);
        if (date) {
          dated_with.insert(document.get());
        }
      }
      std::set<std::u32string> variants;
      if (units.size() >= 3) {
        for (size_t at = 1; at < units.size(); ++at) {
          for (const char32_t letter : text) {
            if (letter != text::kBreak && units[at - 1] != text::kBreak &&
                units[at] != text::kBreak) {
              variants.insert(std::u32string(units.substr(0, at)) + letter +
                              std::u32string(units.substr(at)));
            }
          }
          if (at + 1 < units.size() && units.size() > 3 && units[at] != text::kBreak) {
            variants.insert(std::u32string(units.substr(0, at)) +
                            std::u32string(units.substr(at + 1)));
          }
        }
      }
      for (const std::u32string& variant : variants) {
        const size_t count = CountIn(text, variant);
        if (count > 0 && CountIn(variant, units) == 0) {
          trace.variants[variant].first += count;
          ++trace.variants[variant].second;
        }
      }
    }
  }
  if (!dated_with.empty()) {
    const Document& first = **dated_with.begin();
    const Document& last = **dated_with.rbegin();
    trace.first = place(first, quotes_with[&first].front());
    trace.last = place(last, quotes_with[&last].back());
  }
  for (const auto& [key, members] : series) {
    std::map<absl::CivilDay, std::pair<const Document*, uint64_t>> days;  // with it; reports
    for (const Document* const member : members) {
      auto& [with, count] = days[*member->content.metadata.date];
      ++count;
      if (quotes_with.contains(member) &&
          (with == nullptr || member->report_id < with->report_id)) {
        with = member;
      }
    }
    for (auto day = days.rbegin(); day != days.rend(); ++day) {
      if (day->second.first == nullptr) {
        continue;
      }
      if (day != days.rbegin()) {
        uint64_t since = 0;
        for (auto later = days.rbegin(); later != day; ++later) {
          since += later->second.second;
        }
        trace.drops[day->second.first->report_id] = {std::prev(day)->first, since};
      }
      break;
    }
  }
  return trace;
}

}  // namespace quotes::archive
