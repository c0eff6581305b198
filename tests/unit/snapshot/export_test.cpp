#include "snapshot/export.h"

#include <gmock/gmock.h>

#include <limits>
#include <vector>

#include "core/error.h"
#include "unit/snapshot/temporary_folder.h"
#include "unit/snapshot/tiny_model.h"

namespace linktrail {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::SizeIs;
using testing::StartsWith;

// Exports the tiny model and returns the content of the first file.
std::string exported(ExportFormat format, const TemporaryFolder& folder, const ExportView& view) {
  const auto paths = export_vectors(format, view, folder / "out.x");
  return get_file(paths.at(0));
}

TEST(ExportFormats, NamesAndEnumsMatchBothWays) {
  EXPECT_THAT(all_export_formats(), SizeIs(8));
  for (const ExportFormat format : all_export_formats())
    EXPECT_EQ(parse_export_format(export_format_name(format)), format);
}

TEST(ExportFormats, UnknownNameListsTheKnownOnes) {
  try {
    parse_export_format("parquet");
    FAIL() << "nothing was thrown";
  } catch (const UsageError& error) {
    EXPECT_THAT(error.what(),
                AllOf(HasSubstr("'parquet'"), HasSubstr("fasttext-bin, word2vec,"), HasSubstr("projector")));
  }
}

TEST(ExportFormats, EveryFormatHasAPythonHintWithTheQuotedPath) {
  for (const ExportFormat format : all_export_formats())
    EXPECT_THAT(python_hint(format, "it's/x"), HasSubstr(R"('it\'s/x')"));
}

TEST(Export, Word2VecTextIsHeaderAndShortestFloats) {
  const TemporaryFolder folder;
  const TinyModel model;

  EXPECT_EQ(exported(ExportFormat::kWord2Vec, folder, model.view()), "2 2\nQ42 0.5 -1\nQ7 0.1 2\n");
}

TEST(Export, Word2VecBinaryIsHeaderWordFloatsNewline) {
  const TemporaryFolder folder;
  const TinyModel model;

  EXPECT_EQ(exported(ExportFormat::kWord2VecBin, folder, model.view()),
            "2 2\nQ42 " + bytes_of(0.5F, -1.0F) + "\nQ7 " + bytes_of(0.1F, 2.0F) + "\n");
}

TEST(Export, TsvIsQidTabFloats) {
  const TemporaryFolder folder;
  const TinyModel model;

  EXPECT_EQ(exported(ExportFormat::kTsv, folder, model.view()), "Q42\t0.5 -1\nQ7\t0.1 2\n");
}

TEST(Export, QdrantPointsCarryIdVectorAndName) {
  const TemporaryFolder folder;
  const TinyModel model;

  EXPECT_EQ(exported(ExportFormat::kQdrantJsonl, folder, model.view()),
            R"({"id":42,"vector":[0.5,-1],"payload":{"name":"Q42"}})"
            "\n"
            R"({"id":7,"vector":[0.1,2],"payload":{"name":"Q7"}})"
            "\n");
}

TEST(Export, FvecsPutsTheDimensionBeforeEachRowAndQidsBesideIt) {
  const TemporaryFolder folder;
  const TinyModel model;
  const std::int32_t dim = 2;

  EXPECT_EQ(exported(ExportFormat::kFvecs, folder, model.view()), bytes_of(dim, 0.5F, -1.0F, dim, 0.1F, 2.0F));
  EXPECT_EQ(get_file(folder / "out.qids.txt"), "Q42\nQ7\n");
}

TEST(Export, NpyHasAlignedHeadersAndBothArrays) {
  const TemporaryFolder folder;
  const TinyModel model;

  const std::string vectors = exported(ExportFormat::kNpy, folder, model.view());
  const std::string qids = get_file(folder / "out.x/qids.npy");

  const std::string magic("\x93NUMPY\x01\x00\x76\x00", 10);  // 10 + 0x76 = 128, two lines of 64 bytes
  EXPECT_EQ(vectors.substr(0, 10), magic);
  EXPECT_THAT(vectors.substr(10), StartsWith("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2), }"));
  EXPECT_EQ(vectors[127], '\n');
  EXPECT_EQ(vectors.substr(128), bytes_of(0.5F, -1.0F, 0.1F, 2.0F));
  EXPECT_THAT(qids.substr(10), StartsWith("{'descr': '<i8', 'fortran_order': False, 'shape': (2,), }"));
  EXPECT_EQ(qids.substr(128), bytes_of(std::int64_t{42}, std::int64_t{7}));
}

TEST(Export, ProjectorWritesHeaderOnlyWithTwoColumns) {
  const TemporaryFolder folder;
  const TinyModel model;
  ExportView view = model.view();

  EXPECT_EQ(exported(ExportFormat::kProjector, folder, view), "0.5\t-1\n0.1\t2\n");
  EXPECT_EQ(get_file(folder / "out.x/metadata.tsv"), "qid\tcount\nQ42\t9\nQ7\t3\n");

  view.counts = {};
  export_vectors(ExportFormat::kProjector, view, folder / "out.x");
  EXPECT_EQ(get_file(folder / "out.x/metadata.tsv"), "Q42\nQ7\n");
}

TEST(Export, ProjectorSamplesEvenlyAtMostTenThousandRows) {
  const TemporaryFolder folder;
  const Matrix input(25'000, 1);
  std::vector<Qid> qids(25'000);
  for (std::size_t i = 0; i < qids.size(); ++i) qids[i] = static_cast<Qid>(i);

  export_vectors(ExportFormat::kProjector, {.qids = qids, .input = input}, folder / "p");

  const std::string metadata = get_file(folder / "p/metadata.tsv");
  EXPECT_EQ(std::count(metadata.begin(), metadata.end(), '\n'), 10'000);
  EXPECT_THAT(metadata, StartsWith("Q0\nQ2\nQ5\nQ7\n"));
}

TEST(Export, EmptyMismatchedOrNonFiniteViewsAreRefusedAndLeaveNoFile) {
  const TemporaryFolder folder;
  TinyModel model;
  ExportView shorter = model.view();
  shorter.qids = shorter.qids.first(1);
  ExportView few_counts = model.view();
  few_counts.counts = few_counts.counts.first(1);

  EXPECT_THROW(export_vectors(ExportFormat::kTsv, {}, folder / "x"), InputError);
  EXPECT_THROW(export_vectors(ExportFormat::kTsv, shorter, folder / "x"), InputError);
  EXPECT_THROW(export_vectors(ExportFormat::kTsv, few_counts, folder / "x"), InputError);
  model.qids[0] = kNoQid;
  EXPECT_THROW(export_vectors(ExportFormat::kTsv, model.view(), folder / "x"), InputError);
  model.qids[0] = 42;
  model.input.row(1)[0] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_THROW(export_vectors(ExportFormat::kTsv, model.view(), folder / "x"), InputError);
  EXPECT_FALSE(std::filesystem::exists(folder / "x"));
}

TEST(Export, UnwritablePathIsAStorageErrorForEveryFormat) {
  const TemporaryFolder folder;
  const TinyModel model;
  put_file(folder / "file", "");

  for (const ExportFormat format : all_export_formats())
    EXPECT_THROW(export_vectors(format, model.view(), folder / "file/x"), StorageError) << export_format_name(format);
}

}  // namespace
}  // namespace linktrail
