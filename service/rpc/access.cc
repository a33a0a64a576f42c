#include "service/rpc/access.h"

#include <array>

#include "absl/container/flat_hash_map.h"
#include "service/base/absl_string.h"

namespace quotes::rpc {
namespace {

constexpr std::array<std::string_view, 4> kRoleNames = {"reader", "checker", "editor", "admin"};

constexpr auto kMethodRoles = std::to_array<MethodRole>({
    {"/quotes.v1.ReportService/GetReport", Role::kReader},
    {"/quotes.v1.ReportService/ListReports", Role::kReader},
    {"/quotes.v1.ReportService/GetRevision", Role::kReader},
    {"/quotes.v1.ReportService/ListRevisions", Role::kReader},
    {"/quotes.v1.ReportService/DiffRevisions", Role::kReader},
    {"/quotes.v1.ReportService/ListSections", Role::kReader},
    {"/quotes.v1.ReportService/GetSection", Role::kReader},
    {"/quotes.v1.ReportService/WatchChanges", Role::kReader},
    {"/quotes.v1.ReportService/ListDefects", Role::kReader},
    {"/quotes.v1.ReportService/GetDefect", Role::kReader},
    {"/quotes.v1.ReportService/ImportReport", Role::kEditor},
    {"/quotes.v1.ReportService/UploadReport", Role::kEditor},
    {"/quotes.v1.ReportService/UpdateReport", Role::kEditor},
    {"/quotes.v1.ReportService/DeleteReport", Role::kEditor},
    {"/quotes.v1.ReportService/UndeleteReport", Role::kEditor},
    {"/quotes.v1.ReportService/CreateDefect", Role::kEditor},
    {"/quotes.v1.ReportService/UpdateDefect", Role::kEditor},
    {"/quotes.v1.ReportService/DeleteDefect", Role::kEditor},
    // What is purged is gone for good.
    {"/quotes.v1.ReportService/PurgeReport", Role::kAdmin},

    {"/quotes.v1.QuoteService/GetQuote", Role::kReader},
    {"/quotes.v1.QuoteService/BatchGetQuotes", Role::kReader},
    {"/quotes.v1.QuoteService/ListQuotes", Role::kReader},
    {"/quotes.v1.QuoteService/SearchQuotes", Role::kReader},
    {"/quotes.v1.QuoteService/ListThemes", Role::kReader},
    {"/quotes.v1.QuoteService/GetTheme", Role::kReader},
    {"/quotes.v1.QuoteService/LookupTheme", Role::kReader},
    {"/quotes.v1.QuoteService/SearchFigures", Role::kReader},
    {"/quotes.v1.QuoteService/TracePhrase", Role::kReader},
    {"/quotes.v1.QuoteService/ListNewPhrases", Role::kReader},
    {"/quotes.v1.QuoteService/TagQuote", Role::kEditor},

    {"/quotes.v1.CitationService/VerifyCitation", Role::kChecker},
    {"/quotes.v1.CitationService/BatchVerifyCitations", Role::kChecker},
    {"/quotes.v1.CitationService/ListProfiles", Role::kChecker},

    // Readers get it without what is the operator's business alone.
    {"/quotes.v1.AdminService/GetStatus", Role::kReader},
    {"/quotes.v1.AdminService/Backup", Role::kAdmin},
    {"/quotes.v1.AdminService/Reload", Role::kAdmin},
    {"/quotes.v1.AdminService/ListAuditEntries", Role::kAdmin},

    {"/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", Role::kAdmin},
    {"/grpc.channelz.v1.Channelz/GetTopChannels", Role::kAdmin},
    {"/grpc.channelz.v1.Channelz/GetServers", Role::kAdmin},
    {"/grpc.channelz.v1.Channelz/GetServer", Role::kAdmin},
    {"/grpc.channelz.v1.Channelz/GetServerSockets", Role::kAdmin},
    {"/grpc.channelz.v1.Channelz/GetChannel", Role::kAdmin},
    {"/grpc.channelz.v1.Channelz/GetSubchannel", Role::kAdmin},
    {"/grpc.channelz.v1.Channelz/GetSocket", Role::kAdmin},
});

}  // namespace

std::string_view RoleName(Role role) { return kRoleNames[static_cast<size_t>(role)]; }

std::optional<Role> ParseRole(std::string_view name) {
  for (size_t i = 0; i < kRoleNames.size(); ++i) {
    if (name == kRoleNames[i]) {
      return static_cast<Role>(i);
    }
  }
  return std::nullopt;
}

std::span<const MethodRole> MethodRoles() { return kMethodRoles; }

Role LeastRole(std::string_view method) {
  static const auto* const roles = [] {
    auto* made = new absl::flat_hash_map<absl::string_view, Role>;
    for (const MethodRole& entry : kMethodRoles) {
      made->emplace(ToAbsl(entry.method), entry.least);
    }
    return made;
  }();
  const auto found = roles->find(ToAbsl(method));
  return found == roles->end() ? Role::kAdmin : found->second;
}

}  // namespace quotes::rpc
