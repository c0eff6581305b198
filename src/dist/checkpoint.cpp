#include "dist/checkpoint.h"

#include <filesystem>

#include "comm/agreement.h"
#include "core/error.h"
#include "dist/matrix_file.h"
#include "h5/format_stamp.h"

namespace linktrail::dist {

namespace {

constexpr h5::FormatStamp kFormat{"linktrail-checkpoint", 1, 0};

}  // namespace

void write_checkpoint(const std::string& path, const std::string& key, const TrainCursor& next,
                      const EmbeddingModel& model, const comm::Communicator& comm) {
  h5::H5Writer file(path, comm);
  h5::write_stamp(file, kFormat);
  file.set_attribute("key", key);
  file.set_attribute("epoch", static_cast<std::int64_t>(next.epoch));
  file.set_attribute("round", static_cast<std::int64_t>(next.round));
  write_matrix(file, "vectors", model.input, comm);
  write_matrix(file, "output_vectors", model.output, comm);
  file.finish();
}

std::optional<Checkpoint> read_checkpoint(const std::string& path, const std::string& key,
                                          const comm::Communicator& comm) {
  const auto read = [&]() -> std::optional<Checkpoint> {
    if (!std::filesystem::exists(path)) return std::nullopt;
    try {
      const h5::H5Reader file(path);
      h5::expect_stamp(file, kFormat);
      if (file.text_attribute("key") != key) return std::nullopt;
      return Checkpoint{
          .next = {.epoch = static_cast<std::uint32_t>(file.int_attribute("epoch")),
                   .round = static_cast<std::uint32_t>(file.int_attribute("round"))},
          .model = {.input = read_matrix(file, "vectors"), .output = read_matrix(file, "output_vectors")}};
    } catch (const InputError&) {
      return std::nullopt;  // a damaged checkpoint costs time, never the run
    }
  };
  std::optional<Checkpoint> checkpoint = comm::agreed(comm, read);
  if (!comm::all_ranks_ok(checkpoint.has_value(), comm)) checkpoint.reset();
  return checkpoint;
}

}  // namespace linktrail::dist
