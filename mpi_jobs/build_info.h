// What this program was built from, for the record.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

namespace linktrail::jobs {

// The commit, with "-dirty" if files differed from it; empty if it was not built from a checkout.
std::string commit();

// Names and versions of the compiler and of the libraries that results may depend on.
nlohmann::ordered_json build_versions();

}  // namespace linktrail::jobs
