#include "simulate/link_graph.h"

#include <gtest/gtest.h>

#include "unit/corpus/test_files.h"

namespace linktrail {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(LinkGraph, IsSortedDistinctAndWithoutSelfLinks) {
  const LinkGraph graph = make_link_graph({50}, {{30, 10}, {10, 20}, {30, 10}, {10, 10}, {30, 50}});

  EXPECT_THAT(graph.qids, ElementsAre(10, 20, 30, 50));
  EXPECT_THAT(graph.outlinks[0], ElementsAre(1));
  EXPECT_THAT(graph.outlinks[1], IsEmpty());
  EXPECT_THAT(graph.outlinks[2], ElementsAre(0, 3));
}

TEST(LinkGraph, IsTheUnionOverWikis) {
  const test::TempDir dir;
  const std::string header = "wiki_db\tpid_from\tqid_from\toutlinks\n";
  const std::vector<InputFile> files{
      test::input_file(dir.write("a", header + "x\t1\tQ1\tQ2\nx\t2\tNULL\tQ9\n")),
      test::input_file(dir.write("b", "qid_from\toutlinks\tpid_from\twiki_db\nQ1\tQ3 Q2\t1\ty\n"))};

  const LinkGraph graph = load_link_graph(files);

  EXPECT_THAT(graph.qids, ElementsAre(1, 2, 3));
  EXPECT_THAT(graph.outlinks[0], ElementsAre(1, 2));
}

}  // namespace
}  // namespace linktrail
