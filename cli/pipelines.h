// `gauntlet evaluate` without a data set or a pipeline: the table of all of them.
#pragma once

#include <cstdint>
#include <string>

namespace gauntlet::cli {

struct PipelineTableArguments {
  std::int64_t people = 6;
  std::string cache;  // folder; empty: nothing is kept
  unsigned threads = 1;
};
int print_pipeline_table(const PipelineTableArguments& arguments);

}  // namespace gauntlet::cli
