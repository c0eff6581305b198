// A checkpoint comes back whole to the run that wrote it, and to no other.
#include "dist/checkpoint.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "comm/agreement.h"
#include "comm/collectives.h"
#include "support/mpi_test.h"

namespace linktrail::dist {
namespace {

using test::world;

NodeModel model_of(float value, std::size_t rows = 70) {
  EmbeddingModel model{Matrix(rows, 5), Matrix(3, 5)};
  for (std::size_t i = 0; i < rows; ++i) model.input.row(i)[4] = value + static_cast<float>(i);
  model.output.row(2)[0] = -value;
  return share_model(model, std::make_shared<const comm::Node>(world()));
}

TEST(Checkpoint, ComesBackWholeWithTheHalvingsOfTheRate) {
  const test::SharedFolder folder;
  const TrainCursor next{.epoch = 3, .round = 7, .halvings = 2};
  write_checkpoint(folder.file("c.h5"), "key", next, model_of(10).matrices, world());
  NodeModel read = model_of(0);

  const auto cursor = read_checkpoint(folder.file("c.h5"), "key", read);

  EXPECT_EQ(cursor, next);
  for (std::size_t i = 0; i < 70; ++i) EXPECT_EQ(read.matrices.input.row(i)[4], 10 + static_cast<float>(i));
  EXPECT_EQ(read.matrices.output.row(2)[0], -10.0F);
  comm::barrier(world());
}

TEST(Checkpoint, OfAnotherRunShapeOrOfNoneIsNotTaken) {
  const test::SharedFolder folder;
  const std::string path = folder.file("c.h5");
  NodeModel same = model_of(0), other = model_of(0, 71);

  EXPECT_EQ(read_checkpoint(path, "key", same), std::nullopt);
  write_checkpoint(path, "key", {}, model_of(10).matrices, world());
  EXPECT_EQ(read_checkpoint(path, "another key", same), std::nullopt);
  EXPECT_EQ(read_checkpoint(path, "key", other), std::nullopt);
  comm::barrier(world());
  comm::agreed_on_root(world(), [&] { std::filesystem::resize_file(path, 1000); });
  EXPECT_EQ(read_checkpoint(path, "key", same), std::nullopt);
  comm::barrier(world());
}

}  // namespace
}  // namespace linktrail::dist
