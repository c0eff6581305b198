#include <gmock/gmock.h>

#include "core/error.h"
#include "unit/snapshot/temporary_folder.h"
#include "unit/snapshot/tiny_model.h"

namespace linktrail {
namespace {

using std::int32_t;
using std::int64_t;
using testing::HasSubstr;

std::string entry(const std::string& word, int64_t count, char type) { return word + '\0' + bytes_of(count) + type; }

std::string matrix(int64_t rows, const std::string& floats) {
  return std::string(1, '\0') + bytes_of(rows, int64_t{2}) + floats;
}

// Magic, version, then dim, ws, epoch, minCount, neg, wordNgrams, loss, model, bucket, minn, maxn, lrUpdateRate and t.
std::string arguments(int32_t loss, int32_t model) {
  return bytes_of(int32_t{793712314}, int32_t{12}, int32_t{2}, int32_t{5}, int32_t{20}, int32_t{5}, int32_t{10},
                  int32_t{1}, loss, model, int32_t{0}, int32_t{0}, int32_t{0}, int32_t{100}, 0.1);
}

std::string dictionary_head(int32_t size, int32_t words, int32_t labels, int64_t tokens) {
  return bytes_of(size, words, labels, tokens, int64_t{-1});
}

std::string written(const TemporaryFolder& folder, const ExportView& view) {
  return get_file(export_vectors(ExportFormat::kFastTextBin, view, folder / "m.bin").at(0));
}

TEST(FastTextFile, OfAnUnsupervisedModelHasTheDocumentedBytes) {
  const TemporaryFolder folder;
  const TinyModel model;

  EXPECT_EQ(written(folder, model.view()), arguments(2, 1) + dictionary_head(2, 2, 0, 12) + entry("Q42", 9, 0) +
                                               entry("Q7", 3, 0) + matrix(2, bytes_of(0.5F, -1.0F, 0.1F, 2.0F)) +
                                               matrix(2, bytes_of(0.0F, 1.0F, 2.0F, 3.0F)));
}

TEST(FastTextFile, OfASupervisedModelHasLabelsAfterWords) {
  const TemporaryFolder folder;
  const TinyModel model;
  const std::array<std::string, 2> labels{"Culture.Arts", "two words"};
  ExportView view = model.view();
  view.labels = labels;
  view.args.model = FastTextModel::kSupervised;
  view.args.loss = FastTextLoss::kOneVsAll;

  const std::string bytes = written(folder, view);

  EXPECT_EQ(bytes.substr(0, 64 + 28), arguments(4, 3) + dictionary_head(4, 2, 2, 14));
  EXPECT_THAT(bytes, HasSubstr(entry("__label__Culture.Arts", 1, 1) + entry("__label__two_words", 1, 1) +
                               matrix(2, bytes_of(0.5F, -1.0F, 0.1F, 2.0F))));
}

TEST(FastTextFile, TheEndOfASupervisedRowIsTheLastWord) {
  const TemporaryFolder folder;
  const TinyModel model;
  const std::array<std::string, 2> labels{"a", "b"};
  const std::array<float, 2> end{7.0F, 8.0F};
  ExportView view = model.view();
  view.labels = labels;
  view.args.model = FastTextModel::kSupervised;
  view.end = {.data = end.data(), .rows = 1, .dim = 2, .stride = 2};

  const std::string bytes = written(folder, view);

  EXPECT_EQ(bytes.substr(64, 28), dictionary_head(5, 3, 2, 15));
  EXPECT_THAT(bytes, HasSubstr(entry("Q7", 3, 0) + entry("</s>", 1, 0) + entry("__label__a", 1, 1)));
  EXPECT_THAT(bytes, HasSubstr(matrix(3, bytes_of(0.5F, -1.0F, 0.1F, 2.0F, 7.0F, 8.0F))));
  view.end.dim = 1;
  EXPECT_THROW(written(folder, view), InputError);
}

TEST(FastTextFile, UnknownOutputAndCountsBecomeZerosAndOnes) {
  const TemporaryFolder folder;
  const TinyModel model;
  ExportView view = model.view();
  view.output = {};
  view.counts = {};

  const std::string bytes = written(folder, view);

  EXPECT_THAT(bytes, HasSubstr(entry("Q42", 1, 0) + entry("Q7", 1, 0)));
  EXPECT_THAT(bytes, testing::EndsWith(matrix(2, bytes_of(0.0F, 0.0F, 0.0F, 0.0F))));
}

TEST(FastTextFile, CountsOfZeroAreRaisedToOne) {
  const TemporaryFolder folder;
  TinyModel model;
  model.counts = {0, 0};

  EXPECT_THAT(written(folder, model.view()), HasSubstr(entry("Q42", 1, 0) + entry("Q7", 1, 0)));
}

TEST(FastTextFile, SupervisedWithoutLabelsOrWithOtherOutputRowsIsRefused) {
  const TemporaryFolder folder;
  const TinyModel model;
  const std::array<std::string, 1> one_label{"a"};
  ExportView view = model.view();
  view.args.model = FastTextModel::kSupervised;

  EXPECT_THROW(written(folder, view), InputError);
  view.labels = one_label;
  EXPECT_THROW(written(folder, view), InputError);
  EXPECT_FALSE(std::filesystem::exists(folder / "m.bin"));
}

}  // namespace
}  // namespace linktrail
