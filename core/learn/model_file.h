// A model as one small file, little-endian throughout:
//
//   8 B   magic "GNTLMDL\n"
//   u32   version (1)
//   f64   rate_hz
//   u32   window length, u32 channels
//   u32   dilations D; then D x u16 dilation, D x u16 features per kernel
//   D x 84 x u8   channel subset of each (dilation, kernel), bit c = channel c
//   u32   biases B; B x f32
//   u8    1 if plain statistics follow MiniRocket's features
//   u32   classes K; K x (u16 length, UTF-8 name); the first is empty
//   u32   heads (1 or 2); each: u32 outputs, f32 inverse temperature, outputs x f32 bias,
//         features x outputs x f32 weights
//   u32   provenance entries; each: u16 length, key, u32 length, value; keys ascending
//   u64   FNV-1a of everything before
//
// The same model gives the same bytes. Reading never reads past the end, never trusts a count
// before the bytes are there, and says what is wrong: bad_magic, bad_version, truncated,
// bad_checksum, trailing, too_large, or what Model::check finds.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "core/learn/model.h"

namespace gauntlet::learn {

std::vector<std::byte> serialize(const Model& model);
Result<Model> parse_model(std::span<const std::byte> bytes);

Result<Model> load_model(const std::string& path);
// Written under a temporary name and renamed: a whole file or none.
Result<void> save_model(const Model& model, const std::string& path);

}  // namespace gauntlet::learn
