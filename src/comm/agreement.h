// Agreement: a fault on one rank becomes the same fault on every rank, so that all leave together.
#pragma once

#include <exception>
#include <filesystem>
#include <new>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "comm/communicator.h"
#include "core/error.h"

namespace linktrail::comm {

// The fault that all ranks agreed on. main() prints it once, on rank 0, and every rank returns its code.
class AgreedError : public Error {
 public:
  AgreedError(ExitCode code, const std::string& text, int rank) : Error(code, text), rank_(rank) {}
  int rank() const noexcept { return rank_; }  // the lowest rank that failed

 private:
  int rank_;
};

// Collective. Whether `ok` holds on every rank.
bool all_ranks_ok(bool ok, const Communicator& comm);

struct LocalFault {
  ExitCode code = ExitCode::kInternal;
  std::string text;
};

// Collective. Returns if no rank has a fault; otherwise every rank throws AgreedError with the fault of
// the lowest rank that has one.
void agree_on_fault(const std::optional<LocalFault>& fault, const Communicator& comm);

// Collective. Runs `work`, which must not communicate, on every rank; if it throws on any, every rank
// throws the same AgreedError. Returns what `work` returns.
template <class Work>
auto agreed(const Communicator& comm, Work&& work) {
  using Result = std::invoke_result_t<Work>;
  std::optional<LocalFault> fault;
  const auto guarded = [&](auto&& body) {
    try {
      body();
    } catch (const Error& error) {
      fault = LocalFault{error.code(), error.what()};
    } catch (const std::bad_alloc&) {
      fault = LocalFault{ExitCode::kInternal, "out of memory; use more nodes or fewer ranks a node"};
    } catch (const std::filesystem::filesystem_error& error) {  // its text names the path
      fault = LocalFault{ExitCode::kStorage, error.what()};
    } catch (const std::exception& error) {
      fault = LocalFault{ExitCode::kInternal, error.what()};
    }
  };
  if constexpr (std::is_void_v<Result>) {
    guarded([&] { work(); });
    agree_on_fault(fault, comm);
  } else {
    std::optional<Result> result;
    guarded([&] { result.emplace(work()); });
    agree_on_fault(fault, comm);
    return std::move(*result);
  }
}

// Collective. Runs `work` on rank 0 only, with the same agreement.
template <class Work>
void agreed_on_root(const Communicator& comm, Work&& work) {
  agreed(comm, [&] {
    if (comm.is_root()) work();
  });
}

// Collective. Throws AgreedError naming `what` unless `value` (e.g. a config hash) is equal on all ranks.
void expect_same_on_all_ranks(std::uint64_t value, const std::string& what, const Communicator& comm);

}  // namespace linktrail::comm
