// A model as one small file, little-endian throughout. There are three versions of it, for the
// three things that can be served; every reader here takes the file of any.
//
//   8 B   magic "GNTLMDL\n"
//   u32   version
//   ...
//   u32   provenance entries; each: u16 length, key, u32 length, value; keys ascending
//   u64   FNV-1a of everything before
//
// Version 1 (a Model: MiniRocket, plain statistics and ridge):
//
//   f64   rate_hz
//   u32   window length, u32 channels
//   features: u32 dilations D; D x u16 dilation, D x u16 features per kernel,
//         D x 84 x u8 channel subset of each (dilation, kernel), bit c = channel c,
//         u32 biases B, B x f32
//   u8    1 if plain statistics follow MiniRocket's features
//   u32   classes K; K x (u16 length, UTF-8 name); the first is empty
//   u32   heads (1 or 2); each: u32 outputs, f32 inverse temperature, outputs x f32 bias,
//         features x outputs x f32 weights
//
// Version 2 (a TrainedServing: any classifier of classifier.h, networks among them):
//
//   f64   rate_hz
//   u32   window length, u32 channels: a window is length rows of float32 channels
//   u32   classes K; K x (u16 length, UTF-8 name); then the one that is no exercise, likewise
//   f32   power of the calibration (calibration.h)
//   node  the classifier
//
// Version 3 (a SubsetServing: one of version 2 for every subset of worn sensors):
//
//   u32   sensors S, 1 to 8; 2^S - 1 times, in the order of the subsets' masks from 1:
//         u64 length, a whole file of version 2
//
// A node is a u8 and what follows from it (`ridge`: f32 inverse temperature, K x f32 bias,
// features x K x f32 weights; `scale`: f32 mean and f32 inverse standard deviation of each;
// `principal components`: u32 how many (0: the features themselves), f32 direction of each):
//
//   0  minirocket   features as above, u8 1 if every other pair is padded; ridge over them and the
//                   plain features (plain_features.h)
//   1  network      scale of the channels; u32 layers, each u8 kind (network.h), u32 outputs, u32
//                   taps, u8 bias, u8 rectified; u32 weights, f32 each, in the order of the layers
//   4  knn          scale; principal components; u32 k; u32 rows, u32 label each; f32 features of
//                   each
//   5  svm, 9 rbf   scale; principal components; f32 inverse temperature; u8 1 if random features
//                   follow: u32 how many, f32 offset each, f32 weights; f64 weights and constant of
//                   each class
//   6  forest       scale; principal components; u32 trees, each: u32 nodes (i32 feature or -1, f32
//                   threshold, u32 left child or first share), u32 shares, f32 each
//   7  ensemble     u32 members, each: f32 weight, node
//   8  ridge        scale; principal components; ridge
//   10 boosted      scale; principal components; u32 depth; u32 trees, each: splits (u32 feature,
//                   f32 threshold), leaves
//   255 two stages  u32 class that is no exercise, K x f32 prior; u8 1 if a node over {none,
//                   exercise} follows; node
//
// The same model gives the same bytes. Reading never reads past the end, never trusts a count
// before the bytes are there, and says what is wrong: bad_magic, bad_version, bad_checksum,
// trailing, too_large, bad_model, or what Model::check, TrainedServing::check or
// SubsetServing::check find.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/learn/model.h"
#include "core/learn/serving.h"
#include "core/learn/subset_serving.h"

namespace gauntlet::learn {

std::vector<std::byte> serialize(const Model& model);
// Error (not_kept): a classifier that has no place in a file.
Result<std::vector<std::byte>> serialize(const TrainedServing& served);
Result<std::vector<std::byte>> serialize(const SubsetServing& served);

using SharedServing = std::shared_ptr<const Serving>;
Result<SharedServing> parse_model(std::span<const std::byte> bytes);
// The bytes of a file, or unreadable, too_large.
Result<std::vector<std::byte>> read_model_bytes(const std::string& path);
Result<SharedServing> load_model(const std::string& path);
// Written under a temporary name and renamed: a whole file or none.
Result<void> save_model(std::span<const std::byte> bytes, const std::string& path);

}  // namespace gauntlet::learn
