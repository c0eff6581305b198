#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>
#include <vector>

#include "core/matrix.h"
#include "embedding/kernels.h"
#include "unit/embedding/kernel_case.h"
#include "unit/embedding/reference_kernels.h"

namespace linktrail {
namespace {

using test::DoubleRow;
using test::expect_row_near;

class CbowBlockOf : public test::KernelCase {};

struct Centre {
  std::int32_t begin = 0, end = 0, self = 0;
  std::uint32_t outputs = 0;
};

// Runs of one, two, three and four centres, with contexts and outputs that they share and some that repeat.
struct BlockCase {
  explicit BlockCase(std::size_t dim)
      : input(test::random_matrix(9, dim, 1)),
        output(test::random_matrix(30, dim, 2)),
        means(kCbowLanes * kInputTile, dim) {
    add_run(0, {{0, 3, 1, 5}, {0, 7, 2, 1}, {2, 4, 3, 12}, {4, 6, 4, 37}});
    add_run(3, {{0, 3, 0, 3}, {1, 3, 1, 9}});
    add_run(5, {{0, 2, 1, 11}});
    add_run(7, {{0, 4, 0, 2}, {0, 4, 1, 4}, {1, 4, 3, 7}});
    add_run(6, {{0, 5, 2, 8}, {0, 2, 1, 8}, {3, 5, 3, 4}});
  }

  void add_run(std::uint32_t first_context, const std::vector<Centre>& centres) {
    CbowRun run{
        .first_context = first_context, .count = static_cast<std::uint32_t>(centres.size()), .learning_rate = 0.3F};
    for (std::size_t c = 0; c < centres.size(); ++c) {
      run.begin[c] = centres[c].begin;
      run.end[c] = centres[c].end;
      run.self[c] = centres[c].self;
      run.share[c] = 1.0F / static_cast<float>(centres[c].end - centres[c].begin - 1);
      run.first_output[c + 1] = run.first_output[c] + centres[c].outputs;
      run.contexts = std::max(run.contexts, static_cast<std::uint32_t>(centres[c].end));
    }
    for (std::size_t c = 0; c <= centres.size(); ++c) run.first_output[c] += static_cast<std::uint32_t>(outputs.size());
    for (std::uint32_t k = 0; k < run.first_output[centres.size()] - run.first_output[0]; ++k)
      outputs.push_back((7 * k + 3 * static_cast<std::uint32_t>(runs.size()) + k / 5) % 30);
    runs.push_back(run);
  }

  CbowBlock block() {
    return {.contexts = rows_of(input, contexts),
            .outputs = rows_of(output, outputs),
            .runs = runs.data(),
            .run_count = runs.size(),
            .ahead = ahead.data(),
            .ahead_count = ahead.size(),
            .ahead_at_a_time = 2,
            .means = means.data(),
            .members = members.data(),
            .members_pitch = members.stride(),
            .scratch = scratch.data(),
            .scratch_pitch = scratch.stride()};
  }

  static RowList rows_of(Matrix& matrix, const std::vector<std::uint32_t>& rows) {
    return {.table = matrix.data(),
            .stride = matrix.stride(),
            .dim = matrix.dim(),
            .rows = rows.data(),
            .count = rows.size()};
  }

  std::vector<std::uint32_t> contexts{4, 0, 8, 4, 2, 1, 7, 3, 0, 6, 5};
  std::vector<std::uint32_t> outputs;
  std::vector<CbowRun> runs;
  Matrix input, output, means;
  Matrix members = Matrix(kCbowLanes, 7 * kInputTile), scratch = Matrix(kCbowLanes, padded_outputs(37));
  std::vector<const float*> ahead{input.row_data(0), output.row_data(3), output.row_data(4)};
};

// The same by obvious loops.
class BlockReference {
 public:
  explicit BlockReference(const BlockCase& c) : case_(c) {
    for (std::size_t i = 0; i < c.input.rows(); ++i) input.push_back(test::as_doubles(c.input.row(i)));
    for (std::size_t i = 0; i < c.output.rows(); ++i) output.push_back(test::as_doubles(c.output.row(i)));
    const std::size_t half = c.runs.size() / 2;
    Lane first = lane(0, half), second = lane(half, c.runs.size());
    while (first.run < first.end || second.run < second.end) {
      std::vector<Lane*> at_work;
      for (Lane* each : {&first, &second})
        if (each->run < each->end) at_work.push_back(each);
      for (Lane* each : at_work) score(*each);
      for (Lane* each : at_work) take_steps(*each);
      for (Lane* each : at_work) go_on(*each);
    }
  }

  std::vector<DoubleRow> input, output;
  double loss = 0;

 private:
  struct Lane {
    std::size_t run, end, centre;
    std::vector<DoubleRow> contexts;  // as they are after the centres of the run so far
    DoubleRow mean, steps;
  };

  Lane lane(std::size_t begin, std::size_t end) {
    Lane result{.run = begin, .end = end, .centre = 0, .contexts = {}, .mean = {}, .steps = {}};
    load(result);
    return result;
  }

  // Each place of a window has a copy of its own.
  void load(Lane& lane) {
    lane.contexts.clear();
    if (lane.run == lane.end) return;
    const CbowRun& run = case_.runs[lane.run];
    for (std::uint32_t k = 0; k < run.contexts; ++k)
      lane.contexts.push_back(input[case_.contexts[run.first_context + k]]);
  }

  template <class Function>
  void for_window(Lane& lane, const Function& function) {
    const CbowRun& run = case_.runs[lane.run];
    for (std::int32_t k = run.begin[lane.centre]; k < run.end[lane.centre]; ++k)
      if (k != run.self[lane.centre]) function(lane.contexts[static_cast<std::size_t>(k)]);
  }

  std::uint32_t output_of(const Lane& lane, std::size_t k) const {
    return case_.outputs[case_.runs[lane.run].first_output[lane.centre] + k];
  }

  void score(Lane& lane) {
    const CbowRun& run = case_.runs[lane.run];
    const std::uint32_t outputs = run.first_output[lane.centre + 1] - run.first_output[lane.centre];
    lane.mean.assign(case_.input.dim(), 0.0);
    lane.steps.clear();
    for_window(lane, [&](const DoubleRow& row) {
      for (std::size_t j = 0; j < row.size(); ++j)
        lane.mean[j] += row[j] / (run.end[lane.centre] - run.begin[lane.centre] - 1);
    });
    for (std::uint32_t k = 0; k < outputs; ++k) {
      const double p = 1 / (1 + std::exp(-test::dot(lane.mean, output[output_of(lane, k)])));
      lane.steps.push_back(0.3 * ((k == 0 ? 1 : 0) - p));
      if (run.loss != nullptr) loss -= std::log(k == 0 ? p : 1 - p);
    }
  }

  void take_steps(Lane& lane) {
    DoubleRow gradient(lane.mean.size(), 0.0);
    for (std::size_t k = 0; k < lane.steps.size(); ++k) {
      DoubleRow& row = output[output_of(lane, k)];
      for (std::size_t j = 0; j < row.size(); ++j) {
        gradient[j] += lane.steps[k] * row[j];
        row[j] += lane.steps[k] * lane.mean[j];
      }
    }
    const CbowRun& run = case_.runs[lane.run];
    for (std::int32_t k = run.begin[lane.centre]; k < run.end[lane.centre]; ++k) {
      if (k == run.self[lane.centre]) continue;
      DoubleRow& own = lane.contexts[static_cast<std::size_t>(k)];
      for (std::size_t j = 0; j < own.size(); ++j) own[j] += gradient[j];
      pending_[lane.end].push_back({case_.contexts[run.first_context + static_cast<std::uint32_t>(k)], gradient});
    }
  }

  void go_on(Lane& lane) {
    if (++lane.centre < case_.runs[lane.run].count) return;
    for (const auto& [row, gradient] : pending_[lane.end])
      for (std::size_t j = 0; j < gradient.size(); ++j) input[row][j] += gradient[j];
    pending_[lane.end].clear();
    lane.centre = 0;
    ++lane.run;
    load(lane);
  }

  const BlockCase& case_;
  std::map<std::size_t, std::vector<std::pair<std::uint32_t, DoubleRow>>> pending_;  // by the end of the lane
};

TEST_P(CbowBlockOf, EqualsTheReference) {
  for (std::size_t runs = 1; runs <= 5; ++runs) {
    BlockCase c(GetParam().dim);
    c.runs.erase(c.runs.begin(), c.runs.end() - static_cast<std::ptrdiff_t>(runs));
    float loss = 0;
    for (std::size_t r = 0; r < runs; r += 2) c.runs[r].loss = &loss;
    const BlockReference reference(c);

    kernels().cbow_block(c.block());

    EXPECT_NEAR(loss, reference.loss, 1e-5 * reference.loss);
    for (std::size_t i = 0; i < c.input.rows(); ++i) expect_row_near(c.input.row(i), reference.input[i], 5e-5);
    for (std::size_t i = 0; i < c.output.rows(); ++i) expect_row_near(c.output.row(i), reference.output[i], 5e-5);
  }
}

TEST_P(CbowBlockOf, PaddingStaysZero) {
  BlockCase c(GetParam().dim);

  kernels().cbow_block(c.block());

  for (const Matrix* matrix : {&c.input, &c.output, &c.means})
    for (std::size_t i = 0; i < matrix->rows(); ++i)
      for (std::size_t j = GetParam().dim; j < matrix->stride(); ++j) ASSERT_EQ(matrix->row_data(i)[j], 0.0F);
}

TEST_P(CbowBlockOf, NoRunsChangeNothing) {
  BlockCase c(GetParam().dim), untouched(GetParam().dim);
  c.runs.clear();

  kernels().cbow_block(c.block());

  for (std::size_t i = 0; i < c.input.rows(); ++i)
    EXPECT_TRUE(std::ranges::equal(c.input.row(i), untouched.input.row(i)));
  for (std::size_t i = 0; i < c.output.rows(); ++i)
    EXPECT_TRUE(std::ranges::equal(c.output.row(i), untouched.output.row(i)));
}

INSTANTIATE_TEST_SUITE_P(Isa, CbowBlockOf, testing::ValuesIn(test::kernel_cases()), test::kernel_case_name);

}  // namespace
}  // namespace linktrail
