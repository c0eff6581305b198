// One family of errors. Each carries the exit code that the process ends with.
//
// The text says what happened, where, what was expected, what was found, and what to do.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <stdexcept>
#include <string>

namespace linktrail {

// The documented exit codes of every linktrail program.
enum class ExitCode : int {
  kDone = 0,
  kInternal = 1,
  kUsage = 2,
  kBadInput = 3,
  kStorage = 4,
  kCommunication = 5,
  kGateFailed = 6,
  kStoppedWithCheckpoint = 75,
};

class Error : public std::runtime_error {
 public:
  Error(ExitCode code, const std::string& text) : std::runtime_error(text), code_(code) {}
  ExitCode code() const noexcept { return code_; }

 private:
  ExitCode code_;
};

// A flag, key or value that cannot be used (exit 2).
struct UsageError : Error {
  explicit UsageError(const std::string& text) : Error(ExitCode::kUsage, text) {}
};

// Input that is missing, empty, truncated or malformed (exit 3).
struct InputError : Error {
  explicit InputError(const std::string& text) : Error(ExitCode::kBadInput, text) {}
};

// A file or folder that cannot be written, renamed or synced (exit 4).
struct StorageError : Error {
  explicit StorageError(const std::string& text) : Error(ExitCode::kStorage, text) {}
};

// A failed MPI call (exit 5).
struct CommError : Error {
  explicit CommError(const std::string& text) : Error(ExitCode::kCommunication, text) {}
};

// A quality gate that did not pass (exit 6).
struct GateError : Error {
  explicit GateError(const std::string& text) : Error(ExitCode::kGateFailed, text) {}
};

// Work stopped early on request, with a checkpoint on disk (exit 75: try again).
struct StoppedError : Error {
  explicit StoppedError(const std::string& text) : Error(ExitCode::kStoppedWithCheckpoint, text) {}
};

// The four parts that a message about a line of input must have.
struct InputFault {
  std::string what{};
  std::string file{};
  std::uint64_t line = 0;  // from 1; 0 = the file as a whole
  std::string expected{};
  std::string found{};
  std::string advice{};
};

// Formats the fault as "file:line: what: expected ..., found ...; advice". Long or unprintable
// content in `found` is cut at 60 bytes and escaped.
InputError input_error(const InputFault& fault);

// `text` with bytes outside printable ASCII as \xNN, cut at `limit` bytes with "..." appended.
std::string printable(std::string_view text, std::size_t limit = 60);

}  // namespace linktrail
