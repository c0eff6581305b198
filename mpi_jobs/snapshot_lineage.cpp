#include "mpi_jobs/snapshot_lineage.h"

#include <algorithm>
#include <filesystem>

#include "comm/agreement.h"
#include "comm/collectives.h"
#include "dist/earlier_model.h"
#include "snapshot/sha256.h"

namespace linktrail::jobs {

namespace fs = std::filesystem;

namespace {

// Empty: none.
std::string file_of(const std::string& option, const LineageRequest& request, const Context& context) {
  if (option.empty()) return {};
  if (option != kPrevious) return fs::canonical(dist::earlier_model_file(option, request.model)).string();
  const fs::path previous = fs::path(request.root) / "current" / request.model;
  if (fs::exists(previous)) return dist::earlier_model_file(previous.string(), request.model);
  context.log.info("{}: no previous snapshot has this model; it starts from initial rows", request.model);
  return {};
}

// On one rank.
std::vector<ManifestInput> find_files(const LineageRequest& request, const Context& context) {
  std::vector<ManifestInput> inputs;
  for (const auto& [role, option] :
       {std::pair(init_role(request.model), request.init_from), std::pair(align_role(request.model), request.align_to)})
    if (const std::string file = file_of(option, request, context); !file.empty())
      inputs.push_back({.role = role, .path = file, .bytes = fs::file_size(file), .sha256 = sha256_of_file(file)});
  return inputs;
}

std::vector<ManifestInput> recorded(const fs::path& published, const std::string& model) {
  std::vector<ManifestInput> inputs = load_manifest(published).inputs;
  std::erase_if(inputs, [&](const ManifestInput& input) {
    return input.role != init_role(model) && input.role != align_role(model);
  });
  return inputs;
}

ManifestInput broadcast_from_root(const ManifestInput& input, const comm::Communicator& comm) {
  return {.role = comm::broadcast(input.role, 0, comm),
          .path = comm::broadcast(input.path, 0, comm),
          .bytes = comm::broadcast(std::vector<std::uint64_t>{input.bytes}, 0, comm).front(),
          .sha256 = comm::broadcast(input.sha256, 0, comm)};
}

}  // namespace

std::vector<ManifestInput> find_lineage(const LineageRequest& request, const Context& context) {
  std::vector<ManifestInput> inputs;
  comm::agreed_on_root(context.comm, [&] {
    const fs::path published = fs::path(request.root) / request.name;
    inputs = fs::exists(published) ? recorded(published, request.model) : find_files(request, context);
  });
  const auto count = comm::broadcast(std::vector<std::uint64_t>{inputs.size()}, 0, context.comm).front();
  inputs.resize(count);
  for (ManifestInput& input : inputs) input = broadcast_from_root(input, context.comm);
  return inputs;
}

std::string path_of_role(const std::vector<ManifestInput>& inputs, const std::string& role) {
  const auto input = std::ranges::find(inputs, role, &ManifestInput::role);
  return input == inputs.end() ? std::string() : input->path;
}

}  // namespace linktrail::jobs
