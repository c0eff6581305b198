#include "dist/input_files.h"

#include <cstdint>

#include "comm/agreement.h"
#include "comm/collectives.h"

namespace linktrail::dist {

std::vector<InputFile> expand_inputs_on_root(std::span<const std::string> names, const comm::Communicator& comm) {
  std::vector<InputFile> files =
      comm::agreed(comm, [&] { return comm.is_root() ? expand_inputs(names) : std::vector<InputFile>{}; });

  std::string paths;  // each followed by a NUL, the one byte that no path holds
  std::vector<std::uint64_t> facts;
  for (const InputFile& file : files) {
    paths += file.path + '\0';
    facts.push_back(file.bytes);
    facts.push_back(static_cast<std::uint64_t>(file.compression));
  }
  paths = comm::broadcast(std::move(paths), 0, comm);
  facts = comm::broadcast(std::move(facts), 0, comm);

  files.clear();
  std::size_t begin = 0;
  for (std::size_t i = 0; i + 1 < facts.size(); i += 2) {
    const std::size_t end = paths.find('\0', begin);
    files.push_back({paths.substr(begin, end - begin), facts[i], static_cast<Compression>(facts[i + 1])});
    begin = end + 1;
  }
  return files;
}

}  // namespace linktrail::dist
