// One section of options: flags of a command, keys of a TOML table, and the configuration on record.
//
// Precedence: flag > file > default. Unknown keys are errors.
#pragma once

#include <toml++/toml.h>
#include <CLI/CLI.hpp>
#include <functional>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "mpi_jobs/option_value.h"

namespace linktrail::jobs {

class OptionSet {
 public:
  // `options` must outlive the set. An empty section means the top level of the file. Fields named in `left_out` are no
  // options here: something else sets them.
  template <class Options>
  OptionSet(std::string section, Options& options, const std::set<std::string>& left_out = {})
      : section_(std::move(section)) {
    fields(options, [&](const FieldInfo& info, auto& value) {
      if (!left_out.contains(info.name)) add(info, value);
    });
  }

  // Adds one flag an option. A field whose name starts with "-" is a short flag. A list takes all words up to the next
  // flag, save those that positionals still need, and may be given again for more.
  void add_flags(CLI::App& app);

  // Takes the values of this section from `file`, except those given as flags. Keys in `foreign` are left to others.
  // Throws UsageError for an unknown key or a value of the wrong type, naming path, line and the known keys.
  void read(const toml::table& file, const std::string& path, const std::set<std::string>& foreign = {});

  nlohmann::ordered_json to_json() const;
  const std::string& section() const { return section_; }

 private:
  struct Option {
    std::string name;
    std::string help;
    std::string value;  // what stands for the value in --help
    std::string heading;
    bool is_list;
    std::function<void(const std::vector<std::string>&)> set;
    std::function<nlohmann::ordered_json()> get;
    CLI::Option* flag = nullptr;
  };

  template <class T>
  void add(const FieldInfo& info, T& value) {
    const std::string name = info.name;
    options_.push_back({.name = name,
                        .help = info.help,
                        .value = *info.value != '\0' ? info.value : value_hint<T>(),
                        .heading = info.heading,
                        .is_list = std::same_as<T, std::vector<std::string>>,
                        .set = [name, &value](const auto& words) { set_from_text(name, words, value); },
                        .get = [&value] { return to_json_value(value); }});
  }

  Option* find_key(std::string_view key);
  std::string known_keys() const;

  std::string section_;
  std::vector<Option> options_;
};

// The sections as TOML text that --config reads back.
std::string dump_toml(const std::vector<const OptionSet*>& sets);

// Parses TOML text. Throws UsageError with path and line.
toml::table parse_toml(const std::string& text, const std::string& path);

}  // namespace linktrail::jobs
