#ifndef QUOTES_SERVICE_EXTRACT_NUMBERING_H_
#define QUOTES_SERVICE_EXTRACT_NUMBERING_H_

#include <libxml/tree.h>

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace quotes::extract {

// A number as a numbering format of Office Open XML (ST_NumberFormat: "chineseCounting",
// "decimalEnclosedCircle", …) writes it. A format that is not known, and numbers that a format has
// no sign for, are written in Arabic digits.
std::string FormatNumber(uint32_t number, std::string_view format);

// The automatic numbers and bullets of a Word document. They depend on all paragraphs before.
class Numbering {
 public:
  static constexpr int kLevels = 9;

  // `root` is that of numbering.xml, or null for a document without.
  explicit Numbering(const xmlNode* root);

  // The marker of the next paragraph that has the numbering `num_id` at `level`, with the space
  // behind it, if there is one; empty for none. Counts on.
  std::string Next(std::string_view num_id, int level);

 private:
  struct Level {
    std::string format = "decimal";
    std::string text;
    uint32_t start = 1;
    int restart = -1;    // 0: never
    bool legal = false;  // all numbers in Arabic digits
    std::string suffix = " ";
  };
  using Levels = std::array<Level, kLevels>;
  struct Instance {
    std::string abstract_id;
    std::map<int, uint32_t> start_overrides;
    std::map<int, Level> level_overrides;
    bool used = false;
  };
  using Counters = std::array<std::optional<uint32_t>, kLevels>;

  static Level ReadLevel(const xmlNode* node);
  const Level& LevelOf(const Instance& instance, int level) const;

  std::map<std::string, Levels, std::less<>> abstracts_;
  std::map<std::string, Instance, std::less<>> instances_;
  std::map<std::string, Counters, std::less<>> counters_;  // by abstract numbering
};

}  // namespace quotes::extract

#endif  // QUOTES_SERVICE_EXTRACT_NUMBERING_H_
