// The program's name and version, as recorded in every output.
#pragma once

namespace linktrail {

inline constexpr const char* kVersion = "0.1.0";
inline constexpr const char* kProducer = "linktrail 0.1.0";

}  // namespace linktrail
