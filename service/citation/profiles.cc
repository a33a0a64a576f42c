#include "service/citation/profiles.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "service/base/absl_string.h"
#include "service/base/file.h"
#include "service/base/limits.h"
#include "service/base/status_macros.h"
#include "service/report/report_id.h"
#include "service/text/utf8.h"
// Last: its macros are many.
#include <toml++/toml.h>

namespace quotes::citation {
namespace {

std::optional<Disposition> DispositionByName(std::string_view name) {
  if (name == "PASS") {
    return Disposition::kPass;
  }
  if (name == "REVIEW") {
    return Disposition::kReview;
  }
  if (name == "FAIL") {
    return Disposition::kFail;
  }
  return std::nullopt;
}

// Says where in the file something is wrong.
class Reader {
 public:
  explicit Reader(std::string_view origin) : origin_(origin) {}

  absl::StatusOr<Profile> Read(std::string_view name, const toml::table& table) const;

  absl::Status Error(const toml::node& node, std::string_view key,
                     std::string_view description) const {
    return absl::InvalidArgumentError(absl::StrCat(ToAbsl(origin_), ":", node.source().begin.line,
                                                   ": ", ToAbsl(key), " ", ToAbsl(description)));
  }

 private:
  // A text of one line.
  absl::StatusOr<std::string> Text(const toml::node& node, std::string_view key) const {
    if (!node.is_string()) {
      return Error(node, key, "must be text in quotes");
    }
    const std::string& value = node.as_string()->get();
    if (value.find_first_of("\n\r\t") != std::string::npos ||
        text::CountCodePoints(value) > limits::kMaxMetadataCodePoints) {
      return Error(node, key,
                   absl::StrCat("must be one line of at most ", limits::kMaxMetadataCodePoints,
                                " characters"));
    }
    return value;
  }

  absl::Status ReadFindings(std::string_view name, const toml::table& findings,
                            Profile* profile) const;

  const std::string_view origin_;
};

absl::StatusOr<Profile> Reader::Read(std::string_view name, const toml::table& table) const {
  if (!report::IsResourceId(name)) {
    return Error(table, name, "is no name of a profile: 1 to 63 of a-z, 0-9 and inner hyphens");
  }
  if (FindBuiltInProfile(name) != nullptr) {
    return Error(table, name, "is built in and cannot be changed; choose another name");
  }
  const auto key_of = [&](std::string_view key) {
    return absl::StrCat(ToAbsl(name), ".", ToAbsl(key));
  };
  const toml::node* const base_node = table.get("base");
  if (base_node == nullptr) {
    return Error(table, key_of("base"), "is missing");
  }
  QUOTES_ASSIGN_OR_RETURN(const std::string base, Text(*base_node, key_of("base")));
  const Profile* const built_in = FindBuiltInProfile(base);
  if (built_in == nullptr) {
    return Error(*base_node, key_of("base"),
                 absl::StrCat("must be strict, newspaper or search, not \"", base, "\""));
  }
  Profile profile = *built_in;
  profile.name = name;
  profile.description = absl::StrCat("Made from ", base, ".");
  for (const auto& [toml_key, node] : table) {
    const std::string_view key = toml_key.str();
    if (key == "description") {
      QUOTES_ASSIGN_OR_RETURN(profile.description, Text(node, key_of(key)));
    } else if (key == "findings") {
      if (!node.is_table()) {
        return Error(node, key_of(key), "must be a table");
      }
      QUOTES_RETURN_IF_ERROR(ReadFindings(name, *node.as_table(), &profile));
    } else if (key != "base") {
      return Error(node, key_of(key), "is not known; a profile has base, description and findings");
    }
  }
  profile.version = ProfileVersion(profile);
  return profile;
}

absl::Status Reader::ReadFindings(std::string_view name, const toml::table& findings,
                                  Profile* profile) const {
  for (const auto& [toml_key, node] : findings) {
    const std::string key = absl::StrCat(ToAbsl(name), ".findings.", ToAbsl(toml_key.str()));
    const std::optional<Finding> finding = FindingByName(toml_key.str());
    if (!finding.has_value()) {
      return Error(node, key, "is no finding");
    }
    QUOTES_ASSIGN_OR_RETURN(const std::string value, Text(node, key));
    const std::optional<Disposition> disposition = DispositionByName(value);
    if (!disposition.has_value()) {
      return Error(node, key, absl::StrCat("must be PASS, REVIEW or FAIL, not \"", value, "\""));
    }
    (*profile)[*finding] = *disposition;
    // The base is sound: what is wrong now is this row.
    if (const absl::Status status = CheckProfile(*profile); !status.ok()) {
      return Error(node, key, "may be PASS in no profile");
    }
  }
  return absl::OkStatus();
}

}  // namespace

Profiles::Profiles() : profiles_(BuiltInProfiles().begin(), BuiltInProfiles().end()) {}

absl::StatusOr<Profiles> Profiles::Parse(std::string_view toml, std::string_view origin) {
  toml::table table;
  try {
    table = toml::parse(toml);
  } catch (const toml::parse_error& error) {
    return absl::InvalidArgumentError(absl::StrCat(ToAbsl(origin), ":", error.source().begin.line,
                                                   ": ", std::string(error.description())));
  }
  Profiles profiles;
  const Reader reader(origin);
  for (const auto& [toml_key, node] : table) {
    const std::string_view name = toml_key.str();
    if (!node.is_table()) {
      return reader.Error(node, name, "must be a table: a profile");
    }
    QUOTES_ASSIGN_OR_RETURN(Profile profile, reader.Read(name, *node.as_table()));
    profiles.profiles_.push_back(std::move(profile));
    if (profiles.profiles_.size() > limits::kMaxProfiles) {
      return reader.Error(node, name,
                          absl::StrCat("is one too many: at most ", limits::kMaxProfiles,
                                       " profiles, the built-in ones counted"));
    }
  }
  return profiles;
}

absl::StatusOr<Profiles> Profiles::ReadFile(const std::string& path) {
  const std::optional<std::string> text = ReadWholeFile(path);
  if (!text.has_value()) {
    return absl::InvalidArgumentError(absl::StrCat("cannot read the profiles ", path));
  }
  return Parse(*text, path);
}

const Profile* Profiles::Find(std::string_view name) const {
  for (const Profile& profile : profiles_) {
    if (profile.name == name) {
      return &profile;
    }
  }
  return nullptr;
}

}  // namespace quotes::citation
