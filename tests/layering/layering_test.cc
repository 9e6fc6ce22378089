// Reads every #include of the tree and refuses what the architecture forbids, naming the line.

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace gauntlet {
namespace {

namespace fs = std::filesystem;

using Rooms = std::set<std::string>;

// Room -> rooms it may include besides itself. docs/architecture.md says why.
const std::map<std::string, Rooms>& allowed() {
  static const auto* const table = [] {
    const Rooms below_phone = {"core/base",  "core/events", "core/runtime", "core/wire",
                               "core/authz", "core/signal", "core/learn"};
    const Rooms world_base = {"core/base", "core/truth",   "core/events",
                              "core/wire", "core/runtime", "sim/engine"};
    auto with = [](Rooms rooms, const Rooms& more) {
      rooms.insert(more.begin(), more.end());
      return rooms;
    };
    const Rooms core_untrue = with(below_phone, {"core/phone", "core/services", "core/ports"});
    const Rooms sim = {"sim/engine", "sim/body", "sim/wearable", "sim/link", "sim/network"};
    auto* t = new std::map<std::string, Rooms>{
        {"core/base", {}},
        {"core/files", {"core/base"}},
        {"core/truth", {"core/base"}},
        {"core/events", {"core/base"}},
        {"core/runtime", {"core/base"}},
        {"core/wire", {"core/base"}},
        {"core/authz", {"core/base"}},
        {"core/signal", {"core/base", "core/wire"}},
        {"core/learn", {"core/base", "core/files", "core/signal"}},
        {"core/phone", below_phone},
        {"core/services", below_phone},
        {"core/ports", core_untrue},
        {"sim/engine", {"core/base", "core/runtime"}},
        {"sim/body", world_base},
        {"sim/wearable", with(world_base, {"sim/body"})},
        {"sim/link", with(world_base, {"sim/body", "sim/wearable"})},
        {"sim/network", with(world_base, {"sim/body", "sim/wearable", "sim/link"})},
        {"replay",
         {"core/base", "core/files", "core/truth", "core/events", "core/runtime", "core/wire",
          "core/authz", "core/signal", "core/learn", "core/phone", "core/ports", "sim/engine"}},
        {"reports", {"core/base", "core/files", "core/truth", "core/events", "core/ports"}},
    };
    Rooms adversarial = with(with(core_untrue, sim), {"core/files", "core/truth", "replay"});
    t->emplace("adversarial", adversarial);
    t->emplace("privacy", Rooms{"core/base", "reports", "sim/engine"});
    Rooms calibration = with(adversarial, {"reports"});
    calibration.erase("core/services");
    t->emplace("calibration", calibration);
    const Rooms scenarios = with(adversarial, {"adversarial", "calibration", "reports", "privacy"});
    t->emplace("scenarios", scenarios);
    t->emplace("campaign", with(scenarios, {"scenarios"}));
    return t;
  }();
  return *table;
}

const std::set<std::string>& doors() {
  static const std::set<std::string> names = {"cli", "python", "bench", "tests"};
  return names;
}

// "core/wire" of "core/wire/frame.h", "replay" of "replay/player.h".
std::string room_of(const fs::path& relative) {
  auto it = relative.begin();
  if (it == relative.end()) return {};
  const std::string top = it->string();
  if ((top == "core" || top == "sim") && ++it != relative.end()) return top + "/" + it->string();
  return top;
}

std::vector<std::string> breaches_in(const std::string& path, std::istream& text) {
  std::vector<std::string> found;
  const std::string from = room_of(path);
  const auto rule = allowed().find(from);
  std::string line;
  for (int number = 1; std::getline(text, line); ++number) {
    const auto quote = line.find("#include \"");
    if (quote == std::string::npos) continue;
    const auto begin = quote + 10;
    const std::string included = line.substr(begin, line.find('"', begin) - begin);
    const std::string to = room_of(included);
    if (to == from || doors().contains(from)) continue;
    const bool known = allowed().contains(to) || doors().contains(to);
    if (!known) continue;  // generated or third-party
    if (rule == allowed().end() || !rule->second.contains(to)) {
      found.push_back(path + ":" + std::to_string(number) + ": " + from + " may not include " +
                      included);
    }
  }
  return found;
}

std::vector<fs::path> sources() {
  std::vector<fs::path> files;
  for (const char* top :
       {"core", "sim", "replay", "adversarial", "reports", "calibration", "scenarios"}) {
    if (!fs::exists(top)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(top)) {
      const auto ext = entry.path().extension();
      if (ext == ".h" || ext == ".cc") files.push_back(entry.path());
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

TEST(Layering, EveryIncludeIsAllowedByTheArchitecture) {
  const auto files = sources();
  ASSERT_GT(files.size(), 20u) << "run from the root of the tree";
  for (const auto& file : files) {
    std::ifstream text(file);
    for (const auto& breach : breaches_in(file.generic_string(), text)) ADD_FAILURE() << breach;
  }
}

TEST(Layering, EveryRoomOfTheTreeHasARule) {
  for (const auto& file : sources()) {
    EXPECT_TRUE(allowed().contains(room_of(file))) << file;
  }
}

TEST(Layering, ABreachIsFoundAndItsLineNamed) {
  std::istringstream phone(
      "#pragma once\n\n#include \"core/base/time.h\"\n#include \"core/truth/truth.h\"\n");
  const auto found = breaches_in("core/phone/app.h", phone);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0], "core/phone/app.h:4: core/phone may not include core/truth/truth.h");
  std::istringstream reports("#include \"sim/link/link.h\"\n");
  EXPECT_EQ(breaches_in("reports/metrics/lag.cc", reports).size(), 1u);
}

TEST(Layering, MeasuredCodeNeverIncludesTheTruthOrTheWorld) {
  for (const auto& [room, may] : allowed()) {
    if (room.rfind("core/", 0) != 0 || room == "core/truth") continue;
    EXPECT_FALSE(may.contains("core/truth")) << room;
    for (const auto& other : may) EXPECT_NE(other.substr(0, 4), "sim/") << room;
  }
}

TEST(Layering, NoHeaderLacksPragmaOnce) {
  for (const auto& file : sources()) {
    if (file.extension() != ".h") continue;
    std::ifstream in(file);
    const std::string text((std::istreambuf_iterator<char>(in)), {});
    EXPECT_NE(text.find("#pragma once"), std::string::npos) << file;
  }
}

TEST(Layering, NothingInMeasuredCodeAsksWhetherItIsSimulated) {
  for (const auto& file : sources()) {
    if (file.begin()->string() != "core") continue;
    std::ifstream in(file);
    std::string line;
    for (int number = 1; std::getline(in, line); ++number) {
      EXPECT_EQ(line.find("if (simulat"), std::string::npos) << file << ":" << number;
      EXPECT_EQ(line.find("is_simulat"), std::string::npos) << file << ":" << number;
    }
  }
}

}  // namespace
}  // namespace gauntlet
