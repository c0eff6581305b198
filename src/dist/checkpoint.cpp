#include "dist/checkpoint.h"

#include <filesystem>

#include "comm/agreement.h"
#include "core/error.h"
#include "dist/matrix_file.h"
#include "h5/format_stamp.h"

namespace linktrail::dist {

namespace {

constexpr h5::FormatStamp kFormat{"linktrail-checkpoint", 2, 0};

}  // namespace

void write_checkpoint(const std::string& path, const std::string& key, const TrainCursor& next,
                      const EmbeddingModel& model, const comm::Communicator& comm) {
  h5::H5Writer file(path, comm);
  h5::write_stamp(file, kFormat);
  file.set_attribute("key", key);
  file.set_attribute("epoch", static_cast<std::int64_t>(next.epoch));
  file.set_attribute("round", static_cast<std::int64_t>(next.round));
  file.set_attribute("halvings", static_cast<std::int64_t>(next.halvings));
  write_matrix(file, "vectors", model.input, comm);
  write_matrix(file, "output_vectors", model.output, comm);
  file.finish();
}

namespace {

// Whether the file is a whole checkpoint of this run, for a model of this shape.
std::optional<TrainCursor> read_cursor(const h5::H5Reader& file, const std::string& key, const EmbeddingModel& model) {
  h5::expect_stamp(file, kFormat);
  const h5::Shape input{.rows = model.input.rows(), .columns = model.input.dim()};
  const h5::Shape output{.rows = model.output.rows(), .columns = model.output.dim()};
  if (file.text_attribute("key") != key || file.shape("vectors") != input || file.shape("output_vectors") != output)
    return std::nullopt;
  return TrainCursor{.epoch = static_cast<std::uint32_t>(file.int_attribute("epoch")),
                     .round = static_cast<std::uint32_t>(file.int_attribute("round")),
                     .halvings = static_cast<std::uint32_t>(file.int_attribute("halvings"))};
}

}  // namespace

std::optional<TrainCursor> read_checkpoint(const std::string& path, const std::string& key, NodeModel& model) {
  const comm::Node& node = *model.node;
  const auto read = [&]() -> std::optional<TrainCursor> {
    if (!std::filesystem::exists(path)) return std::nullopt;
    try {
      const h5::H5Reader file(path);
      const std::optional<TrainCursor> cursor = read_cursor(file, key, model.matrices);
      if (!cursor) return std::nullopt;
      read_share(file, "vectors", model.matrices.input, node);
      read_share(file, "output_vectors", model.matrices.output, node);
      return cursor;
    } catch (const InputError&) {
      return std::nullopt;  // a damaged checkpoint costs time, never the run
    }
  };
  std::optional<TrainCursor> cursor = comm::agreed(node.all(), read);
  if (!comm::all_ranks_ok(cursor.has_value(), node.all())) cursor.reset();
  return cursor;
}

}  // namespace linktrail::dist
