#include "dist/session_files.h"

#include <filesystem>
#include <set>
#include <vector>

#include "collect/rule_counts.h"
#include "comm/agreement.h"
#include "core/error.h"
#include "snapshot/atomic_file.h"

namespace linktrail::dist {

namespace fs = std::filesystem;

std::string SessionFiles::path(std::uint32_t number) const {
  return fmt::format("{}/sessions-{:03}-of-{:03}{}", folder, number + 1, parts, suffix);
}

void check_session_folder(const SessionFiles& files, const comm::Communicator& comm) {
  comm::agreed_on_root(comm, [&] {
    create_folders(files.folder);
    std::set<std::string> ours;
    for (std::uint32_t i = 0; i < files.parts; ++i) ours.insert(fs::path(files.path(i)).filename().string());
    std::vector<fs::path> unfinished;
    for (const auto& entry : fs::directory_iterator(files.folder)) {
      const std::string name = entry.path().filename().string();
      if (name.starts_with("sessions-") && name.ends_with(".partial")) unfinished.push_back(entry.path());
      if (name.starts_with("sessions") && !name.ends_with(".partial") && !ours.contains(name))
        throw StorageError(
            fmt::format("{}: sessions of another collection, which would be read with the new ones; remove them or "
                        "choose another --output",
                        entry.path().string()));
    }
    // Of a killed run, perhaps with other parts: personal data that no later run would overwrite.
    for (const fs::path& path : unfinished) fs::remove(path);
    AtomicFile probe(fs::path(files.folder) / kCollectRecord);  // tells of rights and read-only file systems
  });
}

void write_session_files(const SessionFiles& files, const std::function<void(std::uint32_t, SessionWriter&)>& write,
                         const comm::Communicator& comm) {
  std::vector<SessionWriter> writers;
  comm::agreed(comm, [&] {
    const auto step = static_cast<std::uint32_t>(comm.size());
    for (auto number = static_cast<std::uint32_t>(comm.rank()); number < files.parts; number += step) {
      writers.emplace_back(files.path(number), files.access);
      write(number, writers.back());
      writers.back().close();
    }
  });
  comm::agreed(comm, [&] {
    for (SessionWriter& writer : writers) writer.publish();
  });
  comm::agreed_on_root(comm, [&] { sync_folder(files.folder); });
}

}  // namespace linktrail::dist
