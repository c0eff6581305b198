#include "h5/format_stamp.h"

#include <fmt/format.h>

#include "core/error.h"

namespace linktrail::h5 {

void write_stamp(H5Writer& file, const FormatStamp& stamp) {
  file.set_attribute("format_name", stamp.name);
  file.set_attribute("format_version", fmt::format("{}.{}", stamp.major_version, stamp.minor_version));
}

void expect_stamp(const H5Reader& file, const FormatStamp& stamp) {
  const std::string name = file.text_attribute("format_name");
  if (name != stamp.name)
    throw input_error({.what = "a file of another format",
                       .file = file.path(),
                       .line = 0,
                       .expected = stamp.name,
                       .found = name,
                       .advice = "check the path"});
  const std::string version = file.text_attribute("format_version");
  if (!version.starts_with(fmt::format("{}.", stamp.major_version)))
    throw input_error({.what = fmt::format("a {} of another version", stamp.name),
                       .file = file.path(),
                       .line = 0,
                       .expected = fmt::format("version {}", stamp.major_version),
                       .found = version,
                       .advice = "read it with the linktrail that wrote it, or make it again"});
}

}  // namespace linktrail::h5
