// The list of input files, looked up once and known to every rank.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "comm/communicator.h"
#include "corpus/input_set.h"

namespace linktrail::dist {

// Collective. As expand_inputs, but only the root asks the file system: on a shared one, a thousand ranks
// listing a folder are a burden, and a file that appears meanwhile would make them disagree. Throws
// AgreedError on every rank.
std::vector<InputFile> expand_inputs_on_root(std::span<const std::string> names, const comm::Communicator& comm);

}  // namespace linktrail::dist
