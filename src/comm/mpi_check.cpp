#include "comm/detail/mpi_check.h"

#include <mpi.h>

#include <array>

#include "core/error.h"

namespace linktrail::comm::detail {

std::string mpi_error_text(int code) {
  std::array<char, MPI_MAX_ERROR_STRING> text{};
  int length = 0;
  if (MPI_Error_string(code, text.data(), &length) != MPI_SUCCESS) return fmt::format("MPI error {}", code);
  return {text.data(), static_cast<std::size_t>(length)};
}

void check(int code, std::string_view operation, std::uint64_t count) {
  if (code == MPI_SUCCESS) return;
  throw CommError(fmt::format("{} of {} elements failed: {}", operation, count, mpi_error_text(code)));
}

}  // namespace linktrail::comm::detail
