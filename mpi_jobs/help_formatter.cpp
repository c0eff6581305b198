#include "mpi_jobs/help_formatter.h"

#include <fmt/format.h>

namespace linktrail::jobs {

namespace {

// Fits "--checkpoint-minutes X" and most choices; longer ones push their description to the next line.
constexpr std::size_t kLeftColumn = 30;

}  // namespace

HelpFormatter::HelpFormatter() { column_width(kLeftColumn); }

std::string HelpFormatter::make_help(const CLI::App* app, std::string name, CLI::AppFormatMode mode) const {
  // CLI11 ends a group with one empty line and begins the next with another.
  return CLI::detail::find_and_replace(CLI::Formatter::make_help(app, std::move(name), mode), "\n\n\n", "\n\n");
}

std::string HelpFormatter::make_option_opts(const CLI::Option* option) const {
  if (option->get_positional() || option->get_type_size() == 0 || option->get_type_name().empty()) return {};
  return " " + option->get_type_name();
}

std::string HelpFormatter::make_option_desc(const CLI::Option* option) const {
  if (option->get_default_str().empty()) return option->get_description();
  return fmt::format("{} [{}]", option->get_description(), option->get_default_str());
}

}  // namespace linktrail::jobs
