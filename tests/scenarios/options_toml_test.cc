#include "scenarios/options_toml.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "core/base/nearest.h"

namespace gauntlet::scenarios {
namespace {

enum class Loss { none, bursts };

struct InnerOptions {
  std::string label = "none";
  double level_db = 100;
  void describe(OptionVisitor& v) {
    v.text("label", label, "a name");
    v.number("level_db", level_db, {0, 140}, "dB", "sound pressure level");
  }
};

struct LinkOptions {
  double interval_ms = 30;
  std::int64_t retries = 5;
  bool reorder = false;
  Loss loss = Loss::none;
  InnerOptions inner;
  std::vector<InnerOptions> attacks;
  void describe(OptionVisitor& v) {
    v.preset({"slow", "fast"}, "known links", [this](std::string_view name) {
      interval_ms = name == "slow" ? 1000 : 7.5;
      retries = 1;
    });
    v.number("interval_ms", interval_ms, {7.5, 4000}, "ms", "connection interval");
    v.integer("retries", retries, {0, 100}, "", "tries");
    v.flag("reorder", reorder, "reordering");
    v.choice("loss", loss, {{"none", Loss::none}, {"bursts", Loss::bursts}}, "loss model");
    v.table("inner", inner, "a table");
    v.list("attack", attacks, "attacks");
  }
};

struct Outcome {
  LinkOptions options;
  std::vector<Diagnostic> problems;
  LoadedText loaded;
  std::string text() const { return to_string(problems); }
};

Outcome load(const std::string& toml, const std::vector<Override>& overrides = {}) {
  Outcome o;
  load_options_text(
      "link.toml", toml, overrides, [&](OptionVisitor& v) { o.options.describe(v); }, o.loaded,
      o.problems);
  return o;
}

TEST(OptionsToml, ReadsEveryKindOfField) {
  const auto o = load(
      "interval_ms = 15\nretries = 7\nreorder = true\nloss = \"bursts\"\n"
      "[inner]\nlabel = \"a\"\n[[attack]]\nlevel_db = 90\n[[attack]]\nlabel = \"b\"\n");
  EXPECT_EQ(o.text(), "");
  EXPECT_EQ(o.options.interval_ms, 15);
  EXPECT_EQ(o.options.retries, 7);
  EXPECT_TRUE(o.options.reorder);
  EXPECT_EQ(o.options.loss, Loss::bursts);
  EXPECT_EQ(o.options.inner.label, "a");
  ASSERT_EQ(o.options.attacks.size(), 2u);
  EXPECT_EQ(o.options.attacks[0].level_db, 90);
  EXPECT_EQ(o.options.attacks[1].level_db, 100);
}

TEST(OptionsToml, WhatStandsBesideAPresetWins) {
  const auto o = load("retries = 9\npreset = \"slow\"\n");
  EXPECT_EQ(o.options.interval_ms, 1000);
  EXPECT_EQ(o.options.retries, 9);
}

TEST(OptionsToml, EveryMistakeSaysWhereWhatAndWhatIsAllowed) {
  struct Case {
    const char* toml;
    const char* message;
  };
  const Case cases[] = {
      {"interval_ms = 5\n",
       "link.toml:1:15: interval_ms = 5 is out of range; allowed: 7.5 to 4000 ms\n"},
      {"interval_ms = \"x\"\n",
       "link.toml:1:15: interval_ms = 'x': must be a number; allowed: 7.5 to 4000 ms\n"},
      {"interval_ms = nan\n",
       "link.toml:1:15: interval_ms = nan is out of range; allowed: 7.5 to 4000 ms\n"},
      {"\n  intervall_ms = 5\n",
       "link.toml:2:3: unknown key \"intervall_ms\" (did you mean \"interval_ms\"?)\n"},
      {"[inner]\nlevel_bd = 1\n",
       "link.toml:2:1: unknown key \"inner.level_bd\" (did you mean \"level_db\"?)\n"},
      {"retries = 1.5\n",
       "link.toml:1:11: retries = 1.5: must be a whole number; allowed: 0 to 100\n"},
      {"reorder = 1\n", "link.toml:1:11: reorder = 1: must be true or false\n"},
      {"loss = \"burst\"\n",
       "link.toml:1:8: loss = \"burst\" is not known (did you mean \"bursts\"?); allowed: none, "
       "bursts\n"},
      {"preset = \"quick\"\n",
       "link.toml:1:10: preset = \"quick\" is not known; allowed: slow, fast\n"},
      {"inner = 3\n", "link.toml:1:9: inner = 3: must be a table\n"},
      {"[[attack]]\nlevel_db = 200\n",
       "link.toml:2:12: attack[0].level_db = 200 is out of range; allowed: 0 to 140 dB\n"},
  };
  for (const auto& c : cases) EXPECT_EQ(load(c.toml).text(), c.message) << c.toml;
}

TEST(OptionsToml, AllMistakesAreReportedAtOnce) {
  EXPECT_EQ(load("interval_ms = 5\nretries = -1\nbogus_key = 1\n").problems.size(), 3u);
}

TEST(OptionsToml, DuplicateKeysAndBrokenSyntaxAreRefusedWithTheirPlace) {
  const auto twice = load("retries = 1\nretries = 2\n");
  ASSERT_EQ(twice.problems.size(), 1u);
  EXPECT_EQ(twice.problems[0].line, 2u);
  const auto broken = load("retries = \n");
  ASSERT_EQ(broken.problems.size(), 1u);
  EXPECT_EQ(broken.problems[0].line, 1u);
}

TEST(OptionsToml, OverridesReachIntoTablesAndArrays) {
  const auto o =
      load("[[attack]]\nlabel = \"a\"\n",
           {{"attack[0].level_db", "91.5"}, {"inner.label", "bare_word"}, {"loss", "bursts"}});
  EXPECT_EQ(o.text(), "");
  EXPECT_EQ(o.options.attacks.at(0).level_db, 91.5);
  EXPECT_EQ(o.options.inner.label, "bare_word");
  EXPECT_EQ(o.options.loss, Loss::bursts);
}

TEST(OptionsToml, ABadOverrideNamesItself) {
  EXPECT_NE(load("", {{"inner.levle_db", "9"}}).text().find("did you mean \"level_db\"?"),
            std::string::npos);
  EXPECT_NE(load("", {{"attack[3].label", "x"}}).text().find("there is no attack[3]"),
            std::string::npos);
  EXPECT_NE(load("", {{"attack[", "x"}}).text().find("must look like"), std::string::npos);
  Override o;
  std::vector<Diagnostic> problems;
  EXPECT_FALSE(parse_override("no_equals", o, problems));
  EXPECT_EQ(problems.size(), 1u);
}

TEST(OptionsToml, AFileExtendsAnotherAndWins) {
  const auto dir = std::filesystem::temp_directory_path() / "gauntlet_extends_test";
  std::filesystem::create_directories(dir);
  std::ofstream(dir / "base.toml") << "retries = 3\n[inner]\nlabel = \"base\"\nlevel_db = 50\n";
  std::ofstream(dir / "top.toml") << "extends = \"base.toml\"\n[inner]\nlabel = \"top\"\n";
  std::ofstream(dir / "circle.toml") << "extends = \"circle.toml\"\n";
  LinkOptions options;
  LoadedText loaded;
  std::vector<Diagnostic> problems;
  EXPECT_TRUE(load_options((dir / "top.toml").string(), {},
                           [&](OptionVisitor& v) { options.describe(v); }, loaded, problems))
      << to_string(problems);
  EXPECT_EQ(options.retries, 3);
  EXPECT_EQ(options.inner.label, "top");
  EXPECT_EQ(options.inner.level_db, 50);
  EXPECT_FALSE(load_options((dir / "circle.toml").string(), {},
                            [&](OptionVisitor& v) { options.describe(v); }, loaded, problems));
  EXPECT_NE(to_string(problems).find("circle"), std::string::npos);
  std::filesystem::remove_all(dir);
}

TEST(Nearest, CountsEditsAndSwaps) {
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3u);
  EXPECT_EQ(edit_distance("ca", "ac"), 1u);
  EXPECT_EQ(edit_distance("", "abc"), 3u);
  EXPECT_EQ(nearest("alinger", {"aligner", "filter"}), "aligner");
  EXPECT_EQ(nearest("zzzzzz", {"aligner", "filter"}), "");
}

}  // namespace
}  // namespace gauntlet::scenarios
