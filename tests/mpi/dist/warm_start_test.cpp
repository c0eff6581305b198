// A model that starts from an earlier one, and one that is turned onto it: the same on all ranks, whatever their
// number.
#include "dist/warm_start.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>

#include "comm/collectives.h"
#include "core/hash.h"
#include "dist/alignment.h"
#include "snapshot/export.h"
#include "support/mpi_test.h"

namespace linktrail::dist {
namespace {

using test::agreed_fault;
using test::world;
using testing::HasSubstr;

constexpr std::uint32_t kDim = 3;
constexpr ModelIdentity kReaderModel{ModelKind::kReader, Architecture::kCbow, kDim};
constexpr ModelIdentity kLabelModel{ModelKind::kLinksSupervised, Architecture::kCbow, kDim};

NodeModel shared(const EmbeddingModel& model) {
  return share_model(model, std::make_shared<const comm::Node>(world()));
}

// Row i of the input is filled with i + 1, of the output with -(i + 1).
void fill(EmbeddingModel& model) {
  for (std::size_t i = 0; i < model.input.rows(); ++i) std::ranges::fill(model.input.row(i), static_cast<float>(i + 1));
  for (std::size_t i = 0; i < model.output.rows(); ++i)
    std::ranges::fill(model.output.row(i), -static_cast<float>(i + 1));
}

// Q10 to Q14 and the end of a sequence, by falling count.
StoredModel reader_model() {
  StoredModel stored{.kind = ModelKind::kReader,
                     .vocabulary = Vocabulary({{10, 9}, {11, 8}, {12, 7}, {13, 6}, {14, 5}}, 1),
                     .model = {.input = Matrix(6, kDim), .output = Matrix(6, kDim)},
                     .labels = {},
                     .documents = 3,
                     .config = R"({"model": "cbow"})"};
  fill(stored.model);
  return stored;
}

StoredModel label_model() {
  StoredModel stored = reader_model();
  stored.kind = ModelKind::kLinksSupervised;
  stored.model.output = Matrix(3, kDim);
  stored.labels = {"a", "two words", "z"};
  fill(stored.model);
  return stored;
}

struct Started {
  Overlap overlap;
  EmbeddingModel model;
};

// A model of `names`, started from the file on rank 0.
Started start(const std::string& file, const ModelIdentity& wanted, const RowNames& names) {
  std::unique_ptr<EarlierModel> earlier;
  comm::agreed_on_root(world(), [&] { earlier = open_earlier_model(file, wanted); });
  NodeModel model =
      shared(initial_model(names.qids, names.labels.empty() ? names.qids.size() : names.labels.size(), kDim, 1));
  const Overlap overlap = warm_start(earlier.get(), names, model);
  return {.overlap = overlap, .model = std::move(model.matrices)};
}

bool same_on_all_ranks(const Matrix& matrix) {
  const std::uint64_t own =
      hash_bytes({reinterpret_cast<const char*>(matrix.data()), matrix.rows() * matrix.stride() * sizeof(float)});
  return std::ranges::all_of(comm::all_gather(own, world()), [&](std::uint64_t hash) { return hash == own; });
}

std::string written(const test::SharedFolder& folder, const StoredModel& stored) {
  const std::string path = folder.file("model.h5");
  write_model(path, stored, world());
  return path;
}

// The same model as fastText's file, with the labels that `stored` has.
std::string exported(const test::SharedFolder& folder, const StoredModel& stored) {
  const std::string path = folder.file("model.bin");
  comm::agreed_on_root(world(), [&] {
    const std::vector<Qid> qids = stored.vocabulary.qids();
    const bool supervised = !stored.labels.empty();
    MatrixView input = stored.model.input, output = stored.model.output;
    input.rows = qids.size();
    if (!supervised) output.rows = qids.size();
    const MatrixView end{stored.model.input.row_data(qids.size()), supervised ? 1U : 0U, kDim, input.stride};
    FastTextArgs args;
    if (supervised) args = {.model = FastTextModel::kSupervised, .loss = FastTextLoss::kOneVsAll};
    export_vectors(ExportFormat::kFastTextBin,
                   {.qids = qids, .input = input, .output = output, .end = end, .labels = stored.labels, .args = args},
                   path);
  });
  return path;
}

// After new articles have been trained, which changes known rows too.
TEST(WarmStart, OnceMoreBringsKnownRowsBackAndLeavesThoseOfNewArticles) {
  const test::SharedFolder folder;
  const RowNames names{.qids = {13, 99, 10, kNoQid}, .labels = {}};
  std::unique_ptr<EarlierModel> earlier;
  const std::string file = written(folder, reader_model());
  comm::agreed_on_root(world(), [&] { earlier = open_earlier_model(file, kReaderModel); });
  NodeModel model = shared(initial_model(names.qids, 4, kDim, 1));
  warm_start(earlier.get(), names, model);
  if (model.node->ranks().is_root())
    for (std::size_t row = 0; row < 4; ++row) std::ranges::fill(model.matrices.input.row(row), 7.0F);
  comm::barrier(world());

  warm_start(earlier.get(), names, model);

  EXPECT_THAT(model.matrices.input.row(0), testing::Each(4.0F));
  EXPECT_THAT(model.matrices.input.row(1), testing::Each(7.0F));
  EXPECT_THAT(model.matrices.input.row(3), testing::Each(6.0F));
  comm::barrier(world());
}

TEST(WarmStart, ShortensTheRowsOfEachMatrixToItsOwnLength) {
  StoredModel stored = reader_model();
  NodeModel model = shared(stored.model);

  shorten_rows({.input = 2 * std::sqrt(3.0F), .output = std::sqrt(3.0F)}, model);

  for (std::size_t i = 0; i < 6; ++i) {
    EXPECT_THAT(model.matrices.input.row(i), testing::Each(testing::FloatEq(i == 0 ? 1 : 2))) << i;
    EXPECT_THAT(model.matrices.output.row(i), testing::Each(testing::FloatEq(-1))) << i;
  }
  comm::barrier(world());
}

TEST(WarmStart, ShortensRowsByTheCountsOfTheirArticles) {
  StoredModel stored = reader_model();
  NodeModel model = shared(stored.model);

  shorten_rows({.once = {.input = std::sqrt(3.0F), .output = std::sqrt(0.75F)}}, std::vector<std::uint64_t>{1, 1, 4, 4},
               model);

  const std::vector<float> inputs{1, 1, 2, 2, 5, 6}, outputs{-0.5, -0.5, -1, -1, -5, -6};
  for (std::size_t i = 0; i < 6; ++i) {
    EXPECT_THAT(model.matrices.input.row(i), testing::Each(testing::FloatEq(inputs[i]))) << i;
    EXPECT_THAT(model.matrices.output.row(i), testing::Each(testing::FloatEq(outputs[i]))) << i;
  }
  comm::barrier(world());
}

TEST(WarmStart, CopiesBothMatricesByQidAndLeavesNewArticlesInitial) {
  const test::SharedFolder folder;
  const RowNames names{.qids = {13, 99, 10, kNoQid}, .labels = {}};
  const EmbeddingModel initial = initial_model(names.qids, 4, kDim, 1);

  const Started started = start(written(folder, reader_model()), kReaderModel, names);

  EXPECT_EQ(started.overlap.matched, 2U);
  EXPECT_EQ(started.overlap.vanished, 3U);
  EXPECT_THAT(started.overlap.new_rows, testing::ElementsAre(1U)) << "the end of a sequence is no article";
  EXPECT_THAT(started.model.input.row(0), testing::Each(4.0F));
  EXPECT_THAT(started.model.output.row(0), testing::Each(-4.0F));
  EXPECT_THAT(started.model.input.row(2), testing::Each(1.0F));
  EXPECT_THAT(started.model.input.row(3), testing::Each(6.0F)) << "the end of a sequence";
  EXPECT_THAT(started.model.output.row(3), testing::Each(-6.0F));
  EXPECT_TRUE(std::ranges::equal(started.model.input.row(1), initial.input.row(1)));
  EXPECT_THAT(started.model.output.row(1), testing::Each(0.0F));
  EXPECT_TRUE(same_on_all_ranks(started.model.input));
  EXPECT_TRUE(same_on_all_ranks(started.model.output));
}

TEST(WarmStart, FromAFileOfFastTextIsThatFromOurOwnButForTheEndWhichAReaderModelLacksThere) {
  const test::SharedFolder folder;
  const RowNames names{.qids = {14, 12, 5, kNoQid}, .labels = {}};
  const Started ours = start(written(folder, reader_model()), kReaderModel, names);

  const Started theirs = start(exported(folder, reader_model()), kReaderModel, names);

  EXPECT_EQ(theirs.overlap.matched, ours.overlap.matched);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_TRUE(std::ranges::equal(theirs.model.input.row(i), ours.model.input.row(i))) << i;
    EXPECT_TRUE(std::ranges::equal(theirs.model.output.row(i), ours.model.output.row(i))) << i;
  }
  EXPECT_THAT(theirs.model.output.row(3), testing::Each(0.0F));
}

TEST(WarmStart, LabelsAreMatchedByNameInBothFormats) {
  const test::SharedFolder folder;
  const RowNames names{.qids = {10, kNoQid}, .labels = {"new", "two words", "z"}};

  for (const std::string& file : {written(folder, label_model()), exported(folder, label_model())}) {
    const Started started = start(file, kLabelModel, names);
    EXPECT_EQ(started.overlap.labels, 2U) << file;
    EXPECT_THAT(started.model.output.row(0), testing::Each(0.0F)) << file;
    EXPECT_THAT(started.model.output.row(1), testing::Each(-2.0F)) << file;
    EXPECT_THAT(started.model.output.row(2), testing::Each(-3.0F)) << file;
    EXPECT_THAT(started.model.input.row(1), testing::Each(6.0F)) << file;
  }
}

TEST(WarmStart, OfManyBlocksOfRowsPlacesEveryRow) {
  constexpr std::size_t kArticles = 30;
  constexpr std::uint32_t kWide = 1U << 20;  // four rows are a block
  EarlierModel earlier{.path = "memory", .dim = kWide, .kind = std::nullopt, .qids = {}, .labels = {}, .rows = {}};
  RowNames names;
  for (std::size_t i = 0; i < kArticles; ++i) earlier.qids.push_back(static_cast<Qid>(i));
  names.qids = {earlier.qids.rbegin(), earlier.qids.rend()};
  earlier.rows = [](ModelMatrix, std::uint64_t begin, std::uint64_t count) {
    Matrix rows(count, kWide);
    for (std::uint64_t i = 0; i < count; ++i) rows.row(i)[kWide - 1] = static_cast<float>(begin + i);
    return rows;
  };
  NodeModel model_of_node = shared({Matrix(kArticles, kWide), Matrix(kArticles, kWide)});
  const EmbeddingModel& model = model_of_node.matrices;

  warm_start(world().is_root() ? &earlier : nullptr, names, model_of_node);

  for (std::size_t i = 0; i < kArticles; ++i) {
    EXPECT_EQ(model.input.row(i)[kWide - 1], static_cast<float>(kArticles - 1 - i));
    EXPECT_EQ(model.output.row(i)[kWide - 1], static_cast<float>(kArticles - 1 - i));
  }
}

void expect_refused(const std::string& file, const ModelIdentity& wanted, const std::string& text) {
  const auto fault = agreed_fault([&] { start(file, wanted, {.qids = {10, kNoQid}, .labels = {}}); });
  EXPECT_TRUE(fault.has_value()) << text;
  if (!fault) return;
  EXPECT_EQ(fault->code(), ExitCode::kBadInput);
  EXPECT_THAT(fault->what(), testing::AllOf(HasSubstr(file), HasSubstr(text)));
}

TEST(EarlierModel, OfAnotherKindArchitectureOrDimIsRefusedOnEveryRank) {
  const test::SharedFolder folder;
  for (const std::string& file : {written(folder, reader_model()), exported(folder, reader_model())}) {
    expect_refused(file, {ModelKind::kReader, Architecture::kCbow, 4}, "expected dim 4, found '3'");
    expect_refused(file, {ModelKind::kReader, Architecture::kSkipGram, kDim}, "skipgram, found");
    expect_refused(file, kLabelModel, "expected a links model trained on labels, found");
  }
  expect_refused(folder.file("model.h5"), {ModelKind::kLinks, Architecture::kCbow, kDim}, "found 'a reader model");
  expect_refused(folder.file("none.h5"), kReaderModel, "none.h5");
}

TEST(EarlierModel, WithoutACommonArticleOrWithNumbersThatAreNoneIsRefused) {
  const test::SharedFolder folder;
  StoredModel stored = reader_model();
  const std::string file = written(folder, stored);
  const auto fault = agreed_fault([&] { start(file, kReaderModel, {.qids = {1, 2, kNoQid}, .labels = {}}); });
  EXPECT_TRUE(fault && fault->code() == ExitCode::kBadInput);

  stored.model.output.row(0)[1] = std::numeric_limits<float>::quiet_NaN();
  expect_refused(written(folder, stored), kReaderModel, "not finite");
}

TEST(EarlierModel, IsFoundInAFolderOrASnapshotAndTheWorkingFileComesFirst) {
  const test::SharedFolder folder;
  const auto put = [&](const std::string& name) {
    comm::barrier(world());  // others may still be looking
    comm::agreed_on_root(world(), [&] {
      std::filesystem::create_directories(std::filesystem::path(folder.file(name)).parent_path());
      std::ofstream(folder.file(name)) << "x";
    });
  };
  const auto found = [&](const std::string& model) { return earlier_model_file(folder.file(""), model); };

  put("links/model.bin");
  EXPECT_THAT(found("links"), testing::EndsWith("links/model.bin"));
  EXPECT_THROW(found("reader"), InputError);
  EXPECT_THROW(earlier_model_file(folder.file("none"), "links"), InputError);
  put("model.bin");
  put("model.h5");
  EXPECT_THAT(found("links"), testing::EndsWith("/model.h5"));
  EXPECT_EQ(earlier_model_file(folder.file("model.bin"), "links"), folder.file("model.bin"));
}

TEST(Align, TurnsAModelBackOntoTheOneThatItWasTurnedFrom) {
  const test::SharedFolder folder;
  StoredModel stored = reader_model();
  stored.model = initial_model(std::vector<Qid>{10, 11, 12, 13, 14, kNoQid}, 6, kDim, 5);
  fill(stored.model);
  for (std::size_t i = 0; i < 6; ++i) stored.model.input.row(i)[i % kDim] = 9;
  std::unique_ptr<EarlierModel> earlier;
  const std::string file = written(folder, stored);
  comm::agreed_on_root(world(), [&] { earlier = open_earlier_model(file, kReaderModel); });
  const Rotation turn{.dim = kDim, .values = {0, 1, 0, 0, 0, 1, 1, 0, 0}};
  EmbeddingModel turned{stored.model.input.clone(), stored.model.output.clone()};
  rotate(turn, turned.input, 0, 6);
  rotate(turn, turned.output, 0, 6);
  NodeModel model_of_node = shared(turned);
  const EmbeddingModel& model = model_of_node.matrices;
  const std::vector<Qid> qids{10, 11, 12, 13, 14};

  const AlignmentReport report = align(earlier.get(), qids, model_of_node);

  EXPECT_EQ(report.articles, 5U);
  EXPECT_NEAR(report.cosine_after, 1, 1e-6);
  EXPECT_LT(report.cosine_before, 0.9);
  for (std::size_t i = 0; i < 6; ++i)
    for (std::size_t d = 0; d < kDim; ++d) {
      EXPECT_NEAR(model.input.row(i)[d], stored.model.input.row(i)[d], 1e-5);
      EXPECT_NEAR(model.output.row(i)[d], stored.model.output.row(i)[d], 1e-5);
    }
  EXPECT_TRUE(same_on_all_ranks(model.input));
  EXPECT_TRUE(same_on_all_ranks(model.output));
}

TEST(Align, WithoutACommonArticleIsRefused) {
  const test::SharedFolder folder;
  const std::string file = written(folder, reader_model());
  std::unique_ptr<EarlierModel> earlier;
  comm::agreed_on_root(world(), [&] { earlier = open_earlier_model(file, kReaderModel); });
  NodeModel model = shared(initial_model(std::vector<Qid>{1, 2}, 2, kDim, 1));

  const auto fault = agreed_fault([&] { align(earlier.get(), std::vector<Qid>{1, 2}, model); });

  EXPECT_TRUE(fault && fault->code() == ExitCode::kBadInput);
}

}  // namespace
}  // namespace linktrail::dist
