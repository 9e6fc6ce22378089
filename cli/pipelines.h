// `gauntlet evaluate` without recordings of its own choice: the table of all pipelines.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace gauntlet::cli {

struct PipelineTableArguments {
  std::int64_t people = 8;
  std::string cache = ".cache/evaluate";  // folder; empty: nothing is kept
  unsigned threads = 1;
  std::vector<std::string> worlds;     // "simulated", "sp-sw-har", "gym"; empty: all
  std::vector<std::string> pipelines;  // presets; empty: all
};
int print_pipeline_table(const PipelineTableArguments& arguments);

}  // namespace gauntlet::cli
