// A network as an ONNX file (IR version 8, operator set 13), so that it runs where this code does
// not. Input "window": 1 x length x channels, float32, as the classifier sees it; output
// "probabilities": 1 x classes. Operators: Sub, Mul, Transpose, Conv, Relu, MaxPool, Flatten,
// MatMul, Add, LSTM, Squeeze, Gather, Softmax. Dropout is not part of serving and is left out.
// The same network gives the same bytes.
#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "core/learn/network.h"

namespace gauntlet::learn {

// CHECKs that the network's plan fits. Classes and provenance become metadata properties.
std::vector<std::byte> to_onnx(const Network& network, float inverse_temperature,
                               std::span<const std::string> classes,
                               const std::map<std::string, std::string>& provenance = {});

}  // namespace gauntlet::learn
