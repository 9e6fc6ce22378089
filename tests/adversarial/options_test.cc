// Every options struct of the world describes itself soundly, in every preset.
#include <gtest/gtest.h>

#include <set>

#include "adversarial/attack_options.h"
#include "sim/body/marks.h"
#include "sim/body/person.h"
#include "sim/body/script.h"
#include "sim/link/link_options.h"
#include "sim/wearable/host_clock.h"
#include "sim/wearable/local_sensors.h"
#include "sim/wearable/wearable.h"

namespace gauntlet {
namespace {

// Reads every field and complains about what a loader or a reference page would stumble over.
class Auditor final : public OptionVisitor {
 public:
  int fields = 0;

  void number(std::string_view name, double& value, Range allowed, std::string_view unit,
              std::string_view text, std::string_view) override {
    field(name, text);
    EXPECT_FALSE(unit.empty()) << path(name);
    EXPECT_LE(allowed.min, allowed.max) << path(name);
    EXPECT_GE(value, allowed.min) << path(name);
    EXPECT_LE(value, allowed.max) << path(name);
  }
  void integer(std::string_view name, std::int64_t& value, Range allowed, std::string_view unit,
               std::string_view text, std::string_view source) override {
    double v = static_cast<double>(value);
    number(name, v, allowed, unit, text, source);
  }
  void flag(std::string_view name, bool&, std::string_view text) override { field(name, text); }
  void text(std::string_view name, std::string&, std::string_view text) override {
    field(name, text);
  }
  void strings(std::string_view name, std::vector<std::string>&, std::string_view text) override {
    field(name, text);
  }
  void preset(const std::vector<std::string_view>& names, std::string_view text,
              const std::function<void(std::string_view)>&) override {
    EXPECT_TRUE(names_.back().empty()) << path("preset") << " must be visited first";
    EXPECT_FALSE(names.empty());
    field("preset", text);
  }

 protected:
  std::size_t choose(std::string_view name, const std::vector<std::string_view>& allowed,
                     std::size_t current, std::string_view text) override {
    field(name, text);
    EXPECT_LT(current, allowed.size());
    return current;
  }
  void enter(std::string_view name, std::string_view text,
             const std::function<void(OptionVisitor&)>& describe) override {
    field(name, text);
    within(name, [&] { describe(*this); });
  }
  void repeat(std::string_view name, std::string_view text, std::size_t size,
              const std::function<void(std::size_t)>&,
              const std::function<void(std::size_t, OptionVisitor&)>& describe,
              const std::function<void(OptionVisitor&)>& prototype) override {
    field(name, text);
    for (std::size_t i = 0; i < size; ++i) within(name, [&] { describe(i, *this); });
    within(name, [&] { prototype(*this); });
  }

 private:
  template <class F>
  void within(std::string_view name, F f) {
    path_ += std::string(name) + ".";
    names_.emplace_back();
    f();
    names_.pop_back();
    path_.resize(path_.size() - name.size() - 1);
  }
  void field(std::string_view name, std::string_view text) {
    ++fields;
    EXPECT_TRUE(names_.back().insert(std::string(name)).second) << path(name) << " twice";
    EXPECT_FALSE(text.empty()) << path(name);
    EXPECT_EQ(name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_"), name.npos) << name;
  }
  std::string path(std::string_view name) const { return path_ + std::string(name); }
  std::string path_;
  std::vector<std::set<std::string>> names_{1};
};

template <class T>
void audit(T options, int at_least) {
  Auditor auditor;
  options.describe(auditor);
  EXPECT_GE(auditor.fields, at_least);
}

TEST(Options, EveryStructOfTheWorldDescribesItselfSoundly) {
  audit(sim::PersonOptions{}, 20);
  audit(sim::PopulationOptions{}, 14);
  audit(sim::gym_hour_plan(), 40);
  audit(sim::LabelErrorOptions{}, 7);
  audit(sim::HostClockOptions{}, 15);
  audit(adversarial::AttackOptions{}, 25);
  for (const auto name : sim::sensor_preset_names()) audit(sim::sensor_preset(name), 40);
  for (const auto name : sim::wearable_preset_names()) {
    audit(sim::wearable_preset(name), 80);
    EXPECT_TRUE(sim::wearable_preset(name).validate().ok());
  }
  for (const auto name : sim::local_sensors_preset_names()) {
    audit(sim::local_sensors_preset(name), 80);
    EXPECT_TRUE(sim::local_sensors_preset(name).validate().ok());
  }
  for (const auto name : sim::link_preset_names()) {
    audit(sim::link_preset(name), 30);
    EXPECT_TRUE(sim::link_preset(name).validate().ok());
  }
  EXPECT_TRUE(adversarial::AttackOptions{}.validate().ok());
}

TEST(Options, WhatRangesCannotSayIsRefusedInWords) {
  const auto refused = [](const Result<void>& r, std::string_view word) {
    ASSERT_FALSE(r.ok()) << word;
    EXPECT_NE(r.error().message.find(word), std::string::npos) << r.error().message;
  };
  auto w = sim::wearable_preset("pebble");
  w.firmware.fifo_samples = 50;
  refused(w.validate(), "fifo_samples must be at least firmware.batch (100), not 50");
  w = sim::wearable_preset("pebble");
  w.sensors.push_back(w.sensors[0]);
  refused(w.validate(), "one accelerometer, not two");
  w.sensors.clear();
  refused(w.validate(), "at least one sensor");
  w = sim::wearable_preset("pebble");
  w.sensors[0].oscillator.error_limit_ppm = 100;
  refused(w.validate(), "error_limit_ppm");
  auto phone = sim::local_sensors_preset("phone");
  phone.busy_mean_ms = 1;
  refused(phone.validate(), "busy_mean_ms");
  auto link = sim::link_preset("essay-280");
  link.cap_burst_bytes = 40;
  refused(link.validate(), "cap_burst_bytes");
  link = sim::link_preset("essay-280");
  link.delay.p75_ms = 1;
  refused(link.validate(), "quantiles");
  adversarial::AttackOptions a;
  a.acoustic.axis_z = 0;
  refused(a.validate(), "direction");
  a = {};
  a.start_s = a.stop_s = 5;
  refused(a.validate(), "stop_s");
}

}  // namespace
}  // namespace gauntlet
