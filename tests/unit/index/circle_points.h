// Points of which one sees at a glance which are near each other.
#pragma once

#include <cmath>
#include <initializer_list>

#include "core/matrix.h"

namespace linktrail {

// On the unit circle at the given degrees.
inline Matrix on_circle(std::initializer_list<double> degrees) {
  Matrix points(degrees.size(), 2);
  std::size_t i = 0;
  for (const double degree : degrees) {
    points.row(i)[0] = static_cast<float>(std::cos(degree * M_PI / 180));
    points.row(i++)[1] = static_cast<float>(std::sin(degree * M_PI / 180));
  }
  return points;
}

}  // namespace linktrail
