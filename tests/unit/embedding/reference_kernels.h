// The kernels as obvious loops over doubles: what the fast ones are held against.
#pragma once

#include <cmath>
#include <vector>

#include "embedding/kernels.h"

namespace linktrail::test {

using DoubleRow = std::vector<double>;

struct ReferenceStep {
  std::vector<DoubleRow> inputs;
  std::vector<DoubleRow> table;        // all output rows
  std::vector<std::uint32_t> outputs;  // rows of the table, in order
  std::vector<DoubleRow> targets;      // [input][output]
  std::vector<DoubleRow> weights;      // [input][output]
  double learning_rate = 0;
  std::vector<DoubleRow> gradients;  // result
  double loss = 0;                   // result
};

inline double dot(const DoubleRow& a, const DoubleRow& b) {
  double sum = 0;
  for (std::size_t j = 0; j < a.size(); ++j) sum += a[j] * b[j];
  return sum;
}

inline void run_reference(ReferenceStep& step) {
  std::vector<std::vector<double>> change;
  for (std::size_t c = 0; c < step.inputs.size(); ++c) {
    change.emplace_back();
    for (std::size_t k = 0; k < step.outputs.size(); ++k) {
      const double p = 1 / (1 + std::exp(-dot(step.inputs[c], step.table[step.outputs[k]])));
      change.back().push_back(step.learning_rate * step.weights[c][k] * (step.targets[c][k] - p));
      step.loss -= step.weights[c][k] * std::log(step.targets[c][k] > 0 ? p : 1 - p);
    }
  }
  step.gradients.assign(step.inputs.size(), DoubleRow(step.inputs[0].size(), 0.0));
  for (std::size_t k = 0; k < step.outputs.size(); ++k) {
    DoubleRow& row = step.table[step.outputs[k]];
    const DoubleRow old = row;
    for (std::size_t c = 0; c < step.inputs.size(); ++c)
      for (std::size_t j = 0; j < row.size(); ++j) {
        step.gradients[c][j] += change[c][k] * old[j];
        row[j] += change[c][k] * step.inputs[c][j];
      }
  }
}

}  // namespace linktrail::test
