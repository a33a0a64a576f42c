#include "service/library/snapshot_folder.h"

#include <algorithm>
#include <filesystem>
#include <functional>
#include <system_error>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "service/base/absl_string.h"
#include "service/base/durable_file.h"
#include "service/base/file.h"
#include "service/base/hash.h"
#include "service/base/status_macros.h"

namespace quotes {
namespace {

namespace fs = std::filesystem;

constexpr char kPrefix[] = "quotes-";
constexpr std::string_view kDatabase = ".db";
constexpr std::string_view kManifest = ".manifest";
// Ours have some 300 bytes.
constexpr size_t kMostManifestBytes = 4096;
constexpr size_t kLines = 8;

std::string NameOf(uint64_t sequence, std::string_view ending) {
  // 16 digits until the year 2286: names sort as their numbers do.
  return absl::StrCat(kPrefix, absl::Dec(sequence, absl::kZeroPad16), ToAbsl(ending));
}

// The number in a name; nullopt for any other name.
std::optional<uint64_t> SequenceOf(const std::string& name, std::string_view ending) {
  const size_t begin = std::string_view(kPrefix).size();
  uint64_t sequence = 0;
  if (!name.starts_with(kPrefix) || !name.ends_with(ending) ||
      name.size() < begin + ending.size() ||
      !absl::SimpleAtoi(name.substr(begin, name.size() - begin - ending.size()), &sequence) ||
      NameOf(sequence, ending) != name) {
    return std::nullopt;
  }
  return sequence;
}

// The value of a line "key value".
std::optional<std::string> ValueOf(absl::string_view line, std::string_view key) {
  const std::string lead = absl::StrCat(ToAbsl(key), " ");
  if (line.substr(0, lead.size()) != lead) {
    return std::nullopt;
  }
  return std::string(line.substr(lead.size()));
}

template <typename Number>
bool TakeNumber(absl::string_view line, std::string_view key, Number* number) {
  const std::optional<std::string> value = ValueOf(line, key);
  return value.has_value() && absl::SimpleAtoi(*value, number);
}

// Numbers of what was published, newest first, whole or not.
std::vector<uint64_t> Sequences(const std::string& folder, std::string_view ending) {
  std::vector<uint64_t> sequences;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, error)) {
    if (const auto sequence = SequenceOf(entry.path().filename().string(), ending)) {
      sequences.push_back(*sequence);
    }
  }
  std::sort(sequences.begin(), sequences.end(), std::greater<>());
  return sequences;
}

void RemoveOld(const std::string& folder, size_t keep) {
  const std::vector<uint64_t> published = Sequences(folder, kManifest);
  if (published.size() < keep || keep == 0) {
    return;
  }
  const uint64_t oldest_kept = published[keep - 1];
  std::error_code error;
  // The manifest first: without its database it would be one that never becomes whole.
  for (const std::string_view ending : {kManifest, kDatabase}) {
    for (const uint64_t sequence : Sequences(folder, ending)) {
      if (sequence < oldest_kept) {
        fs::remove(fs::path(folder) / NameOf(sequence, ending), error);
      }
    }
  }
}

// Snapshots from before a purge have what was purged, and nobody needs them beside a newer one.
void RemoveFromBefore(const std::string& folder, uint64_t purge, const Manifest& newest) {
  if (newest.archive_revision < purge) {
    return;
  }
  std::vector<uint64_t> kept = {newest.sequence};
  for (const Manifest& manifest : ListManifests(folder)) {
    if (manifest.archive_revision >= purge) {
      kept.push_back(manifest.sequence);
    }
  }
  std::error_code error;
  for (const std::string_view ending : {kManifest, kDatabase}) {
    for (const uint64_t sequence : Sequences(folder, ending)) {
      if (sequence < newest.sequence &&
          std::find(kept.begin(), kept.end(), sequence) == kept.end()) {
        fs::remove(fs::path(folder) / NameOf(sequence, ending), error);
      }
    }
  }
}

}  // namespace

std::string DatabaseName(uint64_t sequence) { return NameOf(sequence, kDatabase); }
std::string ManifestName(uint64_t sequence) { return NameOf(sequence, kManifest); }

std::string WriteManifest(const Manifest& manifest) {
  std::string text =
      absl::StrCat("quotes-snapshot 1\nfile ", DatabaseName(manifest.sequence), "\nsequence ",
                   manifest.sequence, "\narchive_revision ", manifest.archive_revision,
                   "\nschema_version ", manifest.schema_version, "\nsize_bytes ",
                   manifest.size_bytes, "\nsha256 ", manifest.sha256, "\n");
  absl::StrAppend(&text, "manifest_sha256 ", Sha256Hex(text), "\n");
  return text;
}

std::optional<Manifest> ReadManifest(std::string_view text) {
  const std::vector<absl::string_view> lines = absl::StrSplit(ToAbsl(text), '\n');
  Manifest manifest;
  if (lines.size() != kLines + 1 || !TakeNumber(lines[2], "sequence", &manifest.sequence) ||
      !TakeNumber(lines[3], "archive_revision", &manifest.archive_revision) ||
      !TakeNumber(lines[4], "schema_version", &manifest.schema_version) ||
      !TakeNumber(lines[5], "size_bytes", &manifest.size_bytes)) {
    return std::nullopt;
  }
  manifest.sha256 = ValueOf(lines[6], "sha256").value_or("");
  // The rest, and that there is nothing else.
  if (WriteManifest(manifest) != text) {
    return std::nullopt;
  }
  return manifest;
}

std::vector<Manifest> ListManifests(const std::string& folder) {
  std::vector<Manifest> manifests;
  for (const uint64_t sequence : Sequences(folder, kManifest)) {
    const absl::StatusOr<std::string> text =
        ReadRegularFile((fs::path(folder) / ManifestName(sequence)).string(), kMostManifestBytes);
    std::optional<Manifest> manifest = text.ok() ? ReadManifest(*text) : std::nullopt;
    if (manifest.has_value() && manifest->sequence == sequence) {
      manifests.push_back(*std::move(manifest));
    }
  }
  return manifests;
}

absl::StatusOr<Manifest> Publish(store::Store& store, const std::string& folder, size_t keep,
                                 const Cancellation& cancellation) {
  Manifest manifest;
  manifest.sequence = static_cast<uint64_t>(std::max<int64_t>(absl::ToUnixMicros(absl::Now()), 1));
  for (const std::string_view ending : {kManifest, kDatabase}) {
    if (const std::vector<uint64_t> taken = Sequences(folder, ending); !taken.empty()) {
      manifest.sequence = std::max(manifest.sequence, taken.front() + 1);
    }
  }
  QUOTES_ASSIGN_OR_RETURN(
      store::StoreCopy copy,
      store.CopyTo((fs::path(folder) / DatabaseName(manifest.sequence)).string(), cancellation));
  manifest.archive_revision = copy.archive_revision;
  manifest.schema_version = copy.schema_version;
  manifest.size_bytes = copy.size_bytes;
  manifest.sha256 = std::move(copy.sha256);
  QUOTES_RETURN_IF_ERROR(WriteDurably((fs::path(folder) / ManifestName(manifest.sequence)).string(),
                                      WriteManifest(manifest)));
  RemoveOld(folder, keep);
  QUOTES_ASSIGN_OR_RETURN(const std::vector<store::PurgedReport> purged, store.LoadPurged());
  uint64_t last_purge = 0;
  for (const store::PurgedReport& report : purged) {
    last_purge = std::max(last_purge, report.archive_revision);
  }
  RemoveFromBefore(folder, last_purge, manifest);
  return manifest;
}

}  // namespace quotes
