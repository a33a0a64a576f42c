#ifndef QUOTES_CLIENT_CTL_OPTIONS_H_
#define QUOTES_CLIENT_CTL_OPTIONS_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "client/ctl/messages.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace quotes::ctl {

// What a value is, for completion.
enum class ValueKind { kText, kFile, kReport, kWithdrawnReport, kTheme, kChoice };

// One option or argument as completion sees it.
struct OptionModel {
  std::vector<std::string> names;  // with dashes; empty for an argument
  std::string label;               // "QUERY" of an argument, "FILE" of an option's value
  std::string description;
  ValueKind kind = ValueKind::kText;
  std::vector<std::string> choices;
  bool takes_value = false;
  bool repeatable = false;
};

struct CommandModel {
  std::string name;
  std::string description;
  std::vector<OptionModel> options;
  std::vector<OptionModel> arguments;
};

struct ProgramModel {
  std::vector<OptionModel> options;  // of all commands
  std::vector<CommandModel> commands;
};

// How a value is shown in help and completed.
struct ValueType {
  std::string label = "TEXT";
  ValueKind kind = ValueKind::kText;
  std::vector<std::string> choices = {};
};

// Declares the options of one command, and reads them after parsing. Pointers must outlive Read().
// Values arrive as typed: nothing of CLI11's conversions (which take "[a,b]" apart) is in between.
class Options {
 public:
  Options(CLI::App* app, Lang lang);
  ~Options();
  Options(const Options&) = delete;
  Options& operator=(const Options&) = delete;

  void Argument(const std::string& label, std::string* value, Msg description, ValueType type);
  void OptionalArgument(const std::string& label, std::optional<std::string>* value,
                        Msg description, ValueType type);
  // One or more.
  void Arguments(const std::string& label, std::vector<std::string>* values, Msg description,
                 ValueType type);
  // `names` as CLI11 writes them: "-o,--output".
  void Value(const std::string& names, std::optional<std::string>* value, Msg description,
             const ValueType& type);
  void Values(const std::string& names, std::vector<std::string>* values, Msg description,
              const ValueType& type);
  void Flag(const std::string& names, bool* value, Msg description);
  // "--figures" and "--no-figures".
  void Switch(const std::string& name, std::optional<bool>* value, Msg description);
  void Number(const std::string& names, int* value, int least, int most, Msg description);

  // Fills the values from what was parsed. INVALID_ARGUMENT with a sentence for people.
  absl::Status Read() const;

  // What the options are; the names of `names` without a value are flags.
  CommandModel Model() const;

 private:
  struct Entry;
  Entry& Add(const std::string& names, Msg description, const ValueType& type);
  static std::vector<std::string> Results(const Entry& entry);

  CLI::App* const app_;
  const Lang lang_;
  std::vector<std::unique_ptr<Entry>> entries_;
};

// Arguments that CLI11 would not leave as they are: those that begin with "-" and belong to a query
// ("-纺织": no option has a character outside ASCII), and "[a,b]", which it takes for a list. They
// are marked before parsing; values are read without the mark.
std::vector<std::string> MarkQueryArguments(const std::vector<std::string>& arguments);
std::string UnmarkQueryArgument(std::string_view argument);

}  // namespace quotes::ctl

#endif  // QUOTES_CLIENT_CTL_OPTIONS_H_
