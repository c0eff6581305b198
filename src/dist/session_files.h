// The parts of a collection of sessions, written by all ranks.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "comm/communicator.h"
#include "corpus/flat_writers.h"

namespace linktrail::dist {

struct SessionFiles {
  std::string folder;
  std::uint32_t parts = 1;
  std::string suffix;                      // ".txt" or ".txt.gz"
  FileAccess access = FileAccess::kOwner;  // those of real readers are personal data

  // "FOLDER/sessions-003-of-008.txt", number from 0.
  std::string path(std::uint32_t number) const;
};

// Collective. Throws AgreedError (StorageError) if the folder cannot be written, or holds parts of another number or
// compression: whoever reads the folder would read both collections.
void check_session_folder(const SessionFiles& files, const comm::Communicator& comm);

// Collective. Calls write(part number, writer) for the parts of this rank (its rank, + ranks, ...). Names appear when
// all ranks have written and synced all parts. `write` does not communicate.
void write_session_files(const SessionFiles& files, const std::function<void(std::uint32_t, SessionWriter&)>& write,
                         const comm::Communicator& comm);

}  // namespace linktrail::dist
