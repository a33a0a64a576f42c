#ifndef QUOTES_CLIENT_CTL_LOOKUP_H_
#define QUOTES_CLIENT_CTL_LOOKUP_H_

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/ctl/context.h"
#include "client/ctl/options.h"
#include "quotes/v1/lookup.pb.h"

// What `find` and `theme` share, and in part `figures`: filter options, paging, and the way hits
// are shown.
namespace quotes::ctl {

struct LookupOptions {
  std::vector<std::string> reports;
  std::vector<std::string> speakers;
  std::vector<std::string> bodies;
  std::vector<std::string> sections;
  std::vector<std::string> themes;
  std::vector<std::string> modes;
  std::optional<std::string> kind;
  std::optional<std::string> from;
  std::optional<std::string> to;
  std::optional<bool> figures;
  std::optional<std::string> order;
  int limit = 20;
  std::optional<std::string> page_token;
  bool all = false;
  int context = 0;
  bool facets = false;
  bool why = false;  // show with each hit the themes it has, and what gave them

  // The options that say what is searched.
  void DefineFilter(Options* options);
  // Whether one of them but --report was given.
  bool HasFilterBesideReports() const;
  // All of them. `about_order` tells the order that is taken without one.
  void Define(Options* options, Msg about_order);
};

// The filter that the options ask for. INVALID_ARGUMENT with a sentence for people: a report that
// does not exist or is not unique, a date that is none.
absl::StatusOr<v1::LookupFilter> MakeFilter(Context* context, client::Client* client,
                                            const LookupOptions& options);

// One page of an answer, of whichever call.
struct LookupPage {
  std::vector<v1::QuoteHit> hits;
  std::string next_page_token;
  int64_t total_size = 0;
  v1::Facets facets;
  v1::Coverage coverage;
};

// What a call is asked for one page.
struct PageRequest {
  v1::LookupFilter filter;
  v1::LookupOrder order = v1::LOOKUP_ORDER_UNSPECIFIED;
  int page_size = 0;
  std::string page_token;
  int context = 0;
  bool facets = false;
};

// Makes one call; with --json it has printed the answer when it returns.
using FetchPage = std::function<absl::StatusOr<LookupPage>(const PageRequest&)>;

// Runs a look-up page by page and shows what it finds. `subject` is the name that is looked up,
// empty if none: that it does not exist is kExitNothing, any other missing name is a mistake in the
// options.
ExitCode RunLookup(Context* context, const LookupOptions& options, std::string_view subject,
                   const FetchPage& fetch);

// Says on stderr which of the reports searched are incomplete.
void WarnOfCoverage(Context* context, const v1::Coverage& coverage);

// The resource name of a report that a person named by id, name, or unique beginning of an id.
// Of one that is held back only where that is to be shown, which is refused to all but editors.
// NOT_FOUND if there is none, or only a further one of the same name ("…-2", which needs its whole
// id), INVALID_ARGUMENT naming the candidates if there are several.
absl::StatusOr<std::string> ResolveReport(Context* context, client::Client* client,
                                          std::string_view text, bool show_embargoed = false);

// "themes/rural" for "rural" and "themes/rural".
std::string ThemeName(std::string_view text);

// One hit as people read it: breadcrumb, words, folds, citation, name; with `why` its themes.
std::string FormatHit(const Context& context, const v1::QuoteHit& hit, int64_t number, bool why);

// A theme of a quote with its score and what gave it, and what an editor said of one.
std::string ThemeText(const Context& context, const v1::QuoteTheme& theme);
std::string TagText(const Context& context, const v1::QuoteTag& tag);

}  // namespace quotes::ctl

#endif  // QUOTES_CLIENT_CTL_LOOKUP_H_
