// What goes wrong between training and serving while every test of either passes: a classifier that
// is trained on windows as they are and asked about windows that are laid out, or sampled,
// otherwise.
#pragma once

#include <memory>

#include "core/base/options.h"
#include "core/learn/classifier.h"

namespace gauntlet::learn {

struct ServingDefects {
  // x, y, z of each row are read as if all x came first, then all y, then all z.
  bool scrambled_axes = false;
  // Windows have as many rows, but of this rate: they show a shorter time. 0: as trained; below the
  // rate of training nothing is changed, a window does not know what came before it.
  double serve_rate_hz = 0;
  bool any() const { return scrambled_axes || serve_rate_hz > 0; }
  void describe(OptionVisitor& v);
};

std::unique_ptr<WindowClassifier> serve_defective(std::unique_ptr<WindowClassifier> classifier,
                                                  const ServingDefects& defects);

}  // namespace gauntlet::learn
