#include "mpi_jobs/option_set.h"

#include <algorithm>

namespace linktrail::jobs {

namespace {

// "min-count" as a flag is "min_count" in a file; "-k" is "k".
std::string key_of(const std::string& name) {
  std::string key = name.starts_with("-") ? name.substr(1) : name;
  std::replace(key.begin(), key.end(), '-', '_');
  return key;
}

UsageError fault_at(const std::string& path, const toml::node& node, const std::string& text) {
  return UsageError(fmt::format("{}:{}: {}", path, node.source().begin.line, text));
}

// A scalar as the words that a flag would have had.
std::string word_of(const toml::node& node, const std::string& path, const std::string& key) {
  if (const auto text = node.value_exact<std::string>()) return *text;
  if (const auto whole = node.value_exact<std::int64_t>()) return std::to_string(*whole);
  if (const auto number = node.value_exact<double>()) return fmt::format("{}", *number);
  throw fault_at(path, node, fmt::format("{}: expected a string or a number", key));
}

std::vector<std::string> words_of(const toml::node& node, const std::string& path, const std::string& key) {
  std::vector<std::string> words;
  if (const toml::array* array = node.as_array())
    for (const toml::node& item : *array) words.push_back(word_of(item, path, key));
  else
    words.push_back(word_of(node, path, key));
  return words;
}

std::string toml_value(const nlohmann::ordered_json& value) {
  if (!value.is_array()) return value.dump();
  std::string text;
  for (const auto& item : value) text += (text.empty() ? "" : ", ") + item.dump();
  return "[" + text + "]";
}

// A default as one would type it.
std::string default_text(const nlohmann::ordered_json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number_float()) return fmt::format("{}", value.get<double>());
  if (!value.is_array()) return value.dump();
  std::string text;
  for (const auto& item : value) text += (text.empty() ? "" : " ") + default_text(item);
  return text;
}

}  // namespace

void OptionSet::add_flags(CLI::App& app) {
  for (Option& option : options_) {
    option.flag = app.add_option(flag_of(option.name), CLI::callback_t([set = option.set](const CLI::results_t& words) {
                                   set(words);
                                   return true;
                                 }),
                                 option.help);
    option.flag->type_name(option.value)->type_size(1)->default_str(default_text(option.get()));
    option.flag->expected(1, option.is_list ? CLI::detail::expected_max_vector_size : 1);
    option.flag->allow_extra_args(option.is_list);  // type_size(1) has taken it back
    if (!option.heading.empty()) option.flag->group(option.heading);
  }
}

void OptionSet::read(const toml::table& file, const std::string& path, const std::set<std::string>& foreign) {
  const toml::table* table = &file;
  if (!section_.empty()) {
    const toml::node* node = file.get(section_);
    if (node == nullptr) return;
    table = node->as_table();
    if (table == nullptr) throw fault_at(path, *node, fmt::format("expected [{}] to be a table", section_));
  }
  for (const auto& [key, node] : *table) {
    const std::string name(key.str());
    if (foreign.contains(name)) continue;
    Option* option = find_key(name);
    if (option == nullptr)
      throw fault_at(path, node,
                     fmt::format("unknown key '{}'{}; known: {}", printable(name),
                                 section_.empty() ? "" : fmt::format(" in [{}]", section_), known_keys()));
    if (option->flag != nullptr && option->flag->count() > 0) continue;
    const std::vector<std::string> words = words_of(node, path, name);
    if (words.size() != 1 && !option->is_list) throw fault_at(path, node, fmt::format("{}: expected one value", name));
    try {
      option->set(words);
    } catch (const UsageError& error) {
      throw fault_at(path, node, error.what());
    }
  }
}

nlohmann::ordered_json OptionSet::to_json() const {
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  for (const Option& option : options_) json[key_of(option.name)] = option.get();
  return json;
}

OptionSet::Option* OptionSet::find_key(std::string_view key) {
  for (Option& option : options_)
    if (key_of(option.name) == key) return &option;
  return nullptr;
}

std::string OptionSet::known_keys() const {
  std::string text;
  for (const Option& option : options_) text += (text.empty() ? "" : ", ") + key_of(option.name);
  return text;
}

std::string dump_toml(const std::vector<const OptionSet*>& sets) {
  std::string text;
  for (const OptionSet* set : sets) {
    if (!set->section().empty()) text += fmt::format("\n[{}]\n", set->section());
    const nlohmann::ordered_json section = set->to_json();
    for (const auto& [key, value] : section.items()) text += fmt::format("{} = {}\n", key, toml_value(value));
  }
  return text;
}

toml::table parse_toml(const std::string& text, const std::string& path) {
  try {
    return toml::parse(text, path);
  } catch (const toml::parse_error& error) {
    throw UsageError(fmt::format("{}:{}: not valid TOML: {}", path, error.source().begin.line, error.description()));
  }
}

}  // namespace linktrail::jobs
