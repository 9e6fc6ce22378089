#include <fmt/core.h>

#include <cstdlib>
#include <filesystem>
#include <vector>

#include "cli/command.h"
#include "cli/paths.h"

namespace gauntlet::cli {
namespace {

struct Tool {
  const char* program;
  const char* package;
  const char* purpose;
  bool needed;  // to build and run; the others only to test or to measure
};
constexpr Tool kTools[] = {
    {"g++", "g++", "builds the program", true},
    {"cmake", "cmake", "configures the build", true},
    {"ninja", "ninja-build", "runs the build", true},
    {"protoc", "protobuf-compiler", "generates the upload messages", true},
    {"npm", "npm", "brings uPlot for the report", true},
    {"ccache", "ccache", "makes the second build fast", false},
    {"chromium", "chromium", "opens the report in its test", false},
    {"python3", "python3-h5py", "reads result.h5 without us", false},
    {"valgrind", "valgrind", "counts instructions in the benchmark guard", false},
    {"clang++-19", "clang-19", "builds the fuzz targets", false},
    {"clang-format-19", "clang-format-19", "formats the sources", false},
    {"clang-tidy-19", "clang-tidy-19", "checks the sources", false},
};

bool report_tools() {
  bool complete = true;
  for (const Tool& tool : kTools) {
    const bool found = in_path(tool.program);
    if (found) {
      fmt::print("  ok       {:16} {}\n", tool.program, tool.purpose);
    } else {
      fmt::print("  {}  {:16} {}; install: apt-get install {}\n",
                 tool.needed ? "MISSING" : "absent ", tool.program, tool.purpose, tool.package);
      complete = complete && !tool.needed;
    }
  }
  return complete;
}

void report_data() {
  if (const auto data = find_data()) {
    fmt::print("  ok       captures         {}\n", data->string());
  } else {
    fmt::print(
        "  absent   captures         real recordings for `gauntlet replay`; point GAUNTLET_DATA at "
        "them\n");
  }
}

bool report_shipped() {
  bool complete = true;
  for (const char* file : {"scenarios/catalog/gym-hour.toml", "scenarios/models/gym.model"}) {
    const auto found = find_shipped(file);
    complete = complete && found;
    fmt::print("  {}  {}\n", found ? "ok     " : "MISSING",
               found ? found->string() : std::string(file) + "; check out the tree again");
  }
  return complete;
}

}  // namespace

void add_doctor(CLI::App& app, int& exit_code) {
  CLI::App* command =
      add_command(app, "doctor", "Say what is missing and how to install it", "gauntlet doctor");
  command->callback([&exit_code] {
    fmt::print("programs\n");
    const bool tools = report_tools();
    fmt::print("files\n");
    const bool files = report_shipped();
    report_data();
    fmt::print("{}\n", tools && files
                           ? "everything needed is here"
                           : "something needed is missing; `./gauntlet build` installs it");
    exit_code = tools && files ? kOk : kInfrastructure;
  });
}

}  // namespace gauntlet::cli
