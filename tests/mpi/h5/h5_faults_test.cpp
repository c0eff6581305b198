// Writers fail together, with one text; readers name the file and the part that is wrong; and no half
// file ever carries the final name.
#include <gmock/gmock.h>

#include <fstream>

#include "comm/agreement.h"
#include "comm/collectives.h"
#include "h5/format_stamp.h"
#include "support/mpi_test.h"

namespace linktrail::h5 {
namespace {

using test::agreed_fault;
using test::SharedFolder;
using test::world;
using testing::AllOf;
using testing::HasSubstr;

template <class Work>
std::string input_fault(Work&& work) {
  try {
    work();
  } catch (const InputError& error) {
    return error.what();
  }
  return "no InputError";
}

bool exists_for_all(const std::string& path) {
  comm::barrier(world());
  return std::filesystem::exists(path);
}

void write_small(const std::string& path) {
  H5Writer writer(path, world());
  const std::vector<float> row(world().is_root() ? 6 : 0, 1.5F);
  writer.write_rows<float>("vectors", row, {.begin = world().is_root() ? 0U : 2U, .total = 2, .columns = 3});
  writer.set_attribute("metric", "cosine");
  writer.set_attribute("lr", 0.5);
  writer.finish();
}

TEST(H5WriterFaults, UnwritableFolderIsOneStorageFaultOnAllRanks) {
  const SharedFolder folder;
  const std::string path = folder.file("missing/out.h5");

  const auto fault = agreed_fault([&] { H5Writer writer(path, world()); });

  EXPECT_TRUE(fault.has_value());
  if (fault) {
    EXPECT_EQ(fault->code(), ExitCode::kStorage);
    EXPECT_THAT(fault->what(), AllOf(HasSubstr(path), HasSubstr("No such file or directory")));
  }
}

TEST(H5WriterFaults, FileAppearsOnlyAtFinish) {
  const SharedFolder folder;
  const std::string path = folder.file("out.h5");
  H5Writer writer(path, world());

  EXPECT_FALSE(exists_for_all(path));
  EXPECT_TRUE(exists_for_all(path + ".partial"));
  comm::barrier(world());
  writer.finish();

  EXPECT_TRUE(exists_for_all(path));
  EXPECT_FALSE(exists_for_all(path + ".partial"));
}

TEST(H5WriterFaults, WithoutFinishNothingIsLeftAndAnOlderFileStays) {
  const SharedFolder folder;
  const std::string path = folder.file("out.h5");
  write_small(path);
  {
    H5Writer abandoned(path, world());
    abandoned.set_attribute("metric", "ip");
  }

  EXPECT_FALSE(exists_for_all(path + ".partial"));
  EXPECT_EQ(H5Reader(path).text_attribute("metric"), "cosine");
}

TEST(H5WriterFaults, ExceptionRemovesThePartialFile) {
  const SharedFolder folder;
  const std::string path = folder.file("out.h5");

  const auto fault = agreed_fault([&] {
    H5Writer writer(path, world());
    comm::agreed(world(), [] {
      if (world().rank() == world().size() - 1) throw InputError("planted");
    });
  });

  EXPECT_TRUE(fault.has_value());
  EXPECT_FALSE(exists_for_all(path + ".partial"));
  EXPECT_FALSE(exists_for_all(path));
}

TEST(H5WriterFaults, SameDatasetTwiceIsRefusedOnAllRanks) {
  const SharedFolder folder;
  const auto fault = agreed_fault([&] {
    H5Writer writer(folder.file("out.h5"), world());
    writer.write_text("notes", "a");
    writer.write_text("notes", "b");
  });

  EXPECT_TRUE(fault && fault->code() == ExitCode::kStorage);
  EXPECT_THAT(fault ? fault->what() : "", AllOf(HasSubstr("/notes"), HasSubstr("exists")));
}

TEST(H5WriterFaults, RowsThatDoNotTileTheDatasetAreRefused) {
  const SharedFolder folder;
  const std::vector<float> row(3, 1.0F);
  const auto ranks = static_cast<std::uint64_t>(world().size());
  H5Writer writer(folder.file("out.h5"), world());

  const auto gap = agreed_fault([&] {
    writer.write_rows<float>("gap", row,
                             {.begin = static_cast<std::uint64_t>(world().rank()), .total = ranks + 1, .columns = 3});
  });
  const auto ragged = agreed_fault([&] { writer.write_rows<float>("ragged", row, {.total = 1, .columns = 2}); });

  EXPECT_TRUE(gap.has_value());
  EXPECT_TRUE(ragged.has_value());
}

TEST(H5WriterFaults, AttributesThatDifferBetweenRanksAreRefused) {
  const SharedFolder folder;
  H5Writer writer(folder.file("out.h5"), world());

  const auto fault = agreed_fault([&] { writer.set_attribute("seed", std::int64_t{world().rank()}); });

  EXPECT_EQ(fault.has_value(), world().size() > 1);
}

TEST(H5ReaderFaults, MissingAndForeignFilesAreNamed) {
  const SharedFolder folder;
  const std::string text_file = folder.file("text.h5");
  if (world().is_root()) std::ofstream(text_file) << "no HDF5 at all";
  comm::barrier(world());

  EXPECT_THAT(input_fault([&] { H5Reader(folder.file("none.h5")); }),
              AllOf(HasSubstr("none.h5"), HasSubstr("no such")));
  EXPECT_THAT(input_fault([&] { H5Reader reader(text_file); }), AllOf(HasSubstr(text_file), HasSubstr("not an HDF5")));
}

TEST(H5ReaderFaults, TruncatedFileIsRefused) {
  const SharedFolder folder;
  const std::string path = folder.file("cut.h5");
  write_small(path);
  comm::barrier(world());
  if (world().is_root()) std::filesystem::resize_file(path, std::filesystem::file_size(path) / 2);
  comm::barrier(world());

  EXPECT_THAT(input_fault([&] { H5Reader reader(path); }), AllOf(HasSubstr(path), HasSubstr("truncated")));
}

TEST(H5ReaderFaults, WrongNameTypeShapeAndRangeAreNamed) {
  const SharedFolder folder;
  const std::string path = folder.file("small.h5");
  write_small(path);
  const H5Reader reader(path);

  EXPECT_THAT(input_fault([&] { reader.shape("qid"); }), AllOf(HasSubstr(path), HasSubstr("/qid: no such dataset")));
  EXPECT_THAT(input_fault([&] { reader.read_all<std::int64_t>("vectors"); }),
              AllOf(HasSubstr("/vectors"), HasSubstr("expected int64, found float32")));
  EXPECT_THAT(input_fault([&] { reader.read_rows<float>("vectors", 1, 2); }), HasSubstr("1 + 2 rows, found 2"));
  EXPECT_THAT(input_fault([&] { reader.read_rows<float>("vectors", 0, ~std::uint64_t{0}); }), HasSubstr("found 2"));
  EXPECT_FALSE(reader.has_dataset("qid"));
}

TEST(H5ReaderFaults, MatrixNeedsTwoDimensionsOfFloats) {
  const SharedFolder folder;
  const std::string path = folder.file("flat.h5");
  H5Writer writer(path, world());
  writer.write_text("text", "abc");
  writer.finish();

  EXPECT_THAT(input_fault([&] { H5Reader(path).read_matrix("text", 0, 1); }), HasSubstr("expected 2 dimensions"));
}

TEST(H5ReaderFaults, MissingAndWrongAttributesAreNamed) {
  const SharedFolder folder;
  const std::string path = folder.file("small.h5");
  write_small(path);
  const H5Reader reader(path);

  EXPECT_THAT(input_fault([&] { reader.text_attribute("date"); }), HasSubstr("attribute date: missing"));
  EXPECT_THAT(input_fault([&] { reader.text_attribute("lr"); }), HasSubstr("expected text, found float64"));
  EXPECT_THAT(input_fault([&] { reader.int_attribute("metric"); }), HasSubstr("expected an integer, found text"));
  EXPECT_THAT(input_fault([&] { reader.int_attribute("lr"); }), HasSubstr("expected an integer, found float64"));
}

TEST(FormatStamp, AnotherFormatOrMajorVersionIsRefusedAndALaterMinorOneIsNot) {
  const SharedFolder folder;
  const std::string path = folder.file("stamped.h5");
  {
    H5Writer file(path, world());
    write_stamp(file, {"linktrail-model", 2, 5});
    file.finish();
  }
  const H5Reader file(path);

  EXPECT_NO_THROW(expect_stamp(file, {"linktrail-model", 2, 0}));
  EXPECT_THAT(input_fault([&] {
                expect_stamp(file, {"linktrail-model", 1, 9});
              }),
              AllOf(HasSubstr("stamped.h5"), HasSubstr("version 1"), HasSubstr("2.5")));
  EXPECT_THAT(input_fault([&] { expect_stamp(file, {"linktrail-embeddings", 2, 5}); }), HasSubstr("another format"));
}

}  // namespace
}  // namespace linktrail::h5
