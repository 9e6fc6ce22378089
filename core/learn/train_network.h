// Trains a network by Adam (Kingma, Ba, ICLR 2015) on the cross-entropy, with a learning rate that
// falls linearly to zero. A batch is cut into pieces of a fixed size whose gradients are summed one
// after another, so the weights are the same, bit for bit, whatever the number of threads.
#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "core/learn/dataset.h"
#include "core/learn/network.h"

namespace gauntlet::learn {

struct NetworkTraining {
  std::uint32_t epochs = 30;
  std::uint32_t batch = 32;
  double learning_rate = 1e-3;
  double weight_decay = 1e-4;  // decoupled (Loshchilov, Hutter, ICLR 2019)
  double balance = 0.5;  // a window's weight is (windows / windows of its class) to this power
  double clip = 5;       // norm of a batch's gradient
  std::uint64_t seed = 1;
  unsigned threads = 1;
};

// Sets the network's scale from the rows, then its weights. Returns the mean loss of each epoch.
std::vector<double> train_network(Network& network, const Dataset& data,
                                  std::span<const std::uint32_t> rows,
                                  const NetworkTraining& options,
                                  const std::function<void(double)>& progress = {});

}  // namespace gauntlet::learn
