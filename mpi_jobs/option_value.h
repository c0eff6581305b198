// Option values as text and JSON: one conversion a type, used by flags, TOML and the recorded configuration alike.
#pragma once

#include <fmt/format.h>

#include <charconv>
#include <concepts>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "core/error.h"
#include "dist/index.h"
#include "dist/training.h"
#include "embedding/document_vector.h"
#include "embedding/params.h"
#include "mpi_jobs/collect_options.h"
#include "mpi_jobs/options.h"

namespace linktrail::jobs {

// What users type for the option of this name: "--dim"; "-k" as it is.
inline std::string flag_of(const std::string& name) { return name.starts_with("-") ? name : "--" + name; }

template <class E>
struct EnumName {
  E value;
  const char* name;
};

// The names of an enumeration's values, as users type them.
template <class E>
const std::vector<EnumName<E>>& enum_names();
template <>
const std::vector<EnumName<Architecture>>& enum_names();
template <>
const std::vector<EnumName<CombineRule>>& enum_names();
template <>
const std::vector<EnumName<dist::Sharding>>& enum_names();
template <>
const std::vector<EnumName<dist::ValuePrecision>>& enum_names();
template <>
const std::vector<EnumName<LinkBag>>& enum_names();
template <>
const std::vector<EnumName<LinkMethod>>& enum_names();
template <>
const std::vector<EnumName<LinkObjective>>& enum_names();
template <>
const std::vector<EnumName<Resume>>& enum_names();
template <>
const std::vector<EnumName<SubIndexEngine>>& enum_names();
template <>
const std::vector<EnumName<FlatCompression>>& enum_names();
template <>
const std::vector<EnumName<Compat>>& enum_names();
template <>
const std::vector<EnumName<Malformed>>& enum_names();
template <>
const std::vector<EnumName<DeleteInputs>>& enum_names();
template <>
const std::vector<EnumName<WikiColumn>>& enum_names();
template <>
const std::vector<EnumName<dist::Transitions>>& enum_names();
const std::vector<EnumName<Disambiguation>>& enum_names();
template <>
const std::vector<EnumName<LinkSchema>>& enum_names();
template <>
const std::vector<EnumName<PageIds>>& enum_names();

template <class E>
std::string enum_to_text(E value) {
  for (const auto& entry : enum_names<E>())
    if (entry.value == value) return entry.name;
  return "?";
}

template <class E>
E enum_from_text(const std::string& option, const std::string& text) {
  std::string known;
  for (const auto& entry : enum_names<E>()) {
    if (text == entry.name) return entry.value;
    known += fmt::format("{}{}", known.empty() ? "" : ", ", entry.name);
  }
  throw UsageError(fmt::format("{}: expected one of {}, found '{}'", flag_of(option), known, printable(text)));
}

// What stands for a value of this type in --help.
template <class T>
std::string value_hint() {
  if constexpr (std::same_as<T, std::optional<double>>) return "auto|X";
  if constexpr (std::same_as<T, std::vector<std::string>>) return "PATH...";
  if constexpr (std::same_as<T, std::string>) return "PATH";
  if constexpr (std::is_integral_v<T>) return "N";
  if constexpr (std::is_floating_point_v<T>) return "X";
  if constexpr (std::is_enum_v<T>) {
    std::string choices;
    for (const auto& entry : enum_names<T>()) choices += fmt::format("{}{}", choices.empty() ? "" : "|", entry.name);
    return choices;
  }
}

template <class T>
T number_from_text(const std::string& option, const std::string& text) {
  T value{};
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (fault != std::errc() || end != text.data() + text.size())
    throw UsageError(fmt::format("{}: expected {}, found '{}'", flag_of(option),
                                 std::is_integral_v<T> ? "a whole number from 0" : "a number", printable(text)));
  return value;
}

// Sets `value` from what stands after a flag.
template <class T>
void set_from_text(const std::string& option, const std::vector<std::string>& words, T& value) {
  if constexpr (std::same_as<T, std::vector<std::string>>)
    value = words;
  else if constexpr (std::same_as<T, std::string>)
    value = words.back();
  else if constexpr (std::is_enum_v<T>)
    value = enum_from_text<T>(option, words.back());
  else if constexpr (std::same_as<T, std::optional<double>>)
    value = words.back() == "auto" ? T() : T(number_from_text<double>(option, words.back()));
  else
    value = number_from_text<T>(option, words.back());
}

template <class T>
nlohmann::ordered_json to_json_value(const T& value) {
  if constexpr (std::is_enum_v<T>)
    return enum_to_text(value);
  else if constexpr (std::same_as<T, std::optional<double>>)
    return value ? nlohmann::ordered_json(*value) : nlohmann::ordered_json("auto");
  else
    return value;
}

}  // namespace linktrail::jobs
