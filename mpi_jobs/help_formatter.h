// --help as people read it: "--dim N    size of the vectors, 1-4096 [50]".
//
// What CLI11 prints by default puts defaults into the left column, quoted as JSON; here the left column names the kind
// of value, and the default follows the description in brackets.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace linktrail::jobs {

class HelpFormatter : public CLI::Formatter {
 public:
  HelpFormatter();
  std::string make_help(const CLI::App* app, std::string name, CLI::AppFormatMode mode) const override;
  // Positionals are required all; the brackets would say otherwise where a command checks that by itself.
  std::string make_option_usage(const CLI::Option* option) const override { return option->get_name(true); }
  std::string make_option_opts(const CLI::Option* option) const override;
  std::string make_option_desc(const CLI::Option* option) const override;
};

}  // namespace linktrail::jobs
