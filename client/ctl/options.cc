#include "client/ctl/options.h"

#include <CLI/App.hpp>
#include <CLI/Option.hpp>
#include <algorithm>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "service/base/status_macros.h"

namespace quotes::ctl {
namespace {

constexpr char kMark = '\x01';

std::vector<std::string> Names(const CLI::Option& option) {
  std::vector<std::string> names;
  for (const std::string& name : option.get_snames()) {
    names.push_back(absl::StrCat("-", name));
  }
  for (const std::string& name : option.get_lnames()) {
    names.push_back(absl::StrCat("--", name));
  }
  return names;
}

}  // namespace

struct Options::Entry {
  CLI::Option* option = nullptr;
  OptionModel model;
  std::function<absl::Status(const std::vector<std::string>&)> read;
};

Options::Options(CLI::App* app, Lang lang) : app_(app), lang_(lang) {}
Options::~Options() = default;

Options::Entry& Options::Add(const std::string& names, Msg description, const ValueType& type) {
  auto entry = std::make_unique<Entry>();
  const std::string text(Raw(lang_, description));
  entry->option = app_->add_option(names);
  entry->option->description(
      type.choices.empty() ? text
                           : absl::StrCat(text, " [", absl::StrJoin(type.choices, ", "), "]"));
  entry->option->type_name(type.label);
  entry->option->allow_extra_args(false);
  entry->model.label = type.label;
  entry->model.description = text;
  entry->model.kind = type.kind;
  entry->model.takes_value = true;
  entry->model.choices = type.choices;
  entry->model.names = Names(*entry->option);
  entries_.push_back(std::move(entry));
  return *entries_.back();
}

std::vector<std::string> Options::Results(const Entry& entry) {
  std::vector<std::string> values;
  for (const std::string& value : entry.option->results()) {
    values.push_back(UnmarkQueryArgument(value));
  }
  return values;
}

void Options::Argument(const std::string& label, std::string* value, Msg description,
                       ValueType type) {
  type.label = label;
  Entry& entry = Add(label, description, type);
  entry.option->required();
  entry.option->type_name("");
  entry.read = [value](const std::vector<std::string>& results) {
    *value = results.front();
    return absl::OkStatus();
  };
}

void Options::OptionalArgument(const std::string& label, std::optional<std::string>* value,
                               Msg description, ValueType type) {
  type.label = label;
  Entry& entry = Add(label, description, type);
  entry.option->type_name("");
  entry.read = [value](const std::vector<std::string>& results) {
    *value = results.front();
    return absl::OkStatus();
  };
}

void Options::Arguments(const std::string& label, std::vector<std::string>* values, Msg description,
                        ValueType type) {
  type.label = label;
  Entry& entry = Add(label, description, type);
  entry.option->required();
  entry.option->type_name("");
  entry.option->expected(1, CLI::detail::expected_max_vector_size);
  entry.option->allow_extra_args(true);
  entry.model.repeatable = true;
  entry.read = [values](const std::vector<std::string>& results) {
    *values = results;
    return absl::OkStatus();
  };
}

void Options::Value(const std::string& names, std::optional<std::string>* value, Msg description,
                    const ValueType& type) {
  Entry& entry = Add(names, description, type);
  entry.option->take_last();
  entry.read = [value](const std::vector<std::string>& results) {
    *value = results.back();
    return absl::OkStatus();
  };
}

void Options::Values(const std::string& names, std::vector<std::string>* values, Msg description,
                     const ValueType& type) {
  Entry& entry = Add(names, description, type);
  entry.option->take_all();
  entry.model.repeatable = true;
  entry.read = [values](const std::vector<std::string>& results) {
    *values = results;
    return absl::OkStatus();
  };
}

void Options::Flag(const std::string& names, bool* value, Msg description) {
  auto entry = std::make_unique<Entry>();
  const std::string text(Raw(lang_, description));
  entry->option = app_->add_flag(names, text);
  entry->model.description = text;
  entry->model.names = Names(*entry->option);
  entry->read = [value](const std::vector<std::string>&) {
    *value = true;
    return absl::OkStatus();
  };
  entries_.push_back(std::move(entry));
}

void Options::Switch(const std::string& name, std::optional<bool>* value, Msg description) {
  auto entry = std::make_unique<Entry>();
  const std::string text(Raw(lang_, description));
  entry->option = app_->add_flag(absl::StrCat("--", name, "{true},--no-", name, "{false}"), text);
  entry->model.description = text;
  entry->model.names = {absl::StrCat("--", name), absl::StrCat("--no-", name)};
  entry->read = [value](const std::vector<std::string>& results) {
    *value = results.back() == "true";
    return absl::OkStatus();
  };
  entries_.push_back(std::move(entry));
}

void Options::Number(const std::string& names, int* value, int least, int most, Msg description) {
  Entry& entry = Add(names, description, {.label = "N"});
  entry.option->take_last();
  const std::string name = entry.model.names.back();
  const Lang lang = lang_;
  entry.read = [=](const std::vector<std::string>& results) -> absl::Status {
    int number = 0;
    if (!absl::SimpleAtoi(results.back(), &number) || number < least || number > most) {
      return absl::InvalidArgumentError(
          Say(lang, Msg::kBadNumber,
              {name, std::to_string(least), std::to_string(most), results.back()}));
    }
    *value = number;
    return absl::OkStatus();
  };
}

absl::Status Options::Read() const {
  for (const auto& entry : entries_) {
    const std::vector<std::string> results = Results(*entry);
    if (entry->option->count() == 0) {
      continue;
    }
    const OptionModel& model = entry->model;
    for (const std::string& value : results) {
      if (model.kind == ValueKind::kChoice &&
          std::find(model.choices.begin(), model.choices.end(), value) == model.choices.end()) {
        return absl::InvalidArgumentError(
            Say(lang_, Msg::kBadChoice,
                {model.names.empty() ? model.label : model.names.back(),
                 absl::StrJoin(model.choices, ", "), value}));
      }
    }
    QUOTES_RETURN_IF_ERROR(entry->read(results));
  }
  return absl::OkStatus();
}

CommandModel Options::Model() const {
  CommandModel model;
  model.name = app_->get_name();
  model.description = app_->get_description();
  for (const auto& entry : entries_) {
    (entry->model.names.empty() ? model.arguments : model.options).push_back(entry->model);
  }
  return model;
}

std::vector<std::string> MarkQueryArguments(const std::vector<std::string>& arguments) {
  std::vector<std::string> marked = arguments;
  bool options = true;
  for (std::string& argument : marked) {
    options = options && argument != "--";
    if (argument.size() < 2) {
      continue;
    }
    const auto second = static_cast<unsigned char>(argument[1]);
    const bool negation = argument[0] == '-' && (second >= 0x80 || second == '"' || second == '(');
    if ((options && negation) || argument[0] == '[') {
      argument.insert(argument.begin(), kMark);
    }
  }
  return marked;
}

std::string UnmarkQueryArgument(std::string_view argument) {
  if (!argument.empty() && argument[0] == kMark) {
    argument.remove_prefix(1);
  }
  return std::string(argument);
}

}  // namespace quotes::ctl
