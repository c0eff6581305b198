// Turns MPI's return codes and Boost.MPI's exceptions into CommError. Only .cpp files of src/comm include this.
#pragma once

#include <boost/mpi/exception.hpp>
#include <cstdint>
#include <string>
#include <string_view>

namespace linktrail::comm::detail {

// MPI's own text for a return code.
std::string mpi_error_text(int code);

// Throws CommError with operation, count and MPI's text unless `code` is MPI_SUCCESS.
void check(int code, std::string_view operation, std::uint64_t count);

// Runs a Boost.MPI call; its exceptions become CommError.
template <class Call>
auto checked_boost(std::string_view operation, Call&& call) {
  try {
    return call();
  } catch (const boost::mpi::exception& error) {
    check(error.result_code(), operation, 1);
    throw;  // Boost reported a failure without an error code
  }
}

}  // namespace linktrail::comm::detail
