#include "core/phone/phone_options.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

namespace gauntlet {
namespace {

// Collects numbers by their path and changes one.
class Probe final : public OptionVisitor {
 public:
  void number(std::string_view name, double& value, Range allowed, std::string_view unit,
              std::string_view text, std::string_view) override {
    EXPECT_GE(value, allowed.min) << name;
    EXPECT_LE(value, allowed.max) << name;
    EXPECT_FALSE(unit.empty() || text.empty()) << name;
    numbers[path_ + std::string(name)] = value;
  }
  void integer(std::string_view name, std::int64_t& value, Range allowed, std::string_view unit,
               std::string_view text, std::string_view) override {
    EXPECT_GE(static_cast<double>(value), allowed.min) << name;
    EXPECT_LE(static_cast<double>(value), allowed.max) << name;
    EXPECT_FALSE(unit.empty() || text.empty()) << name;
    if (path_ + std::string(name) == "upload.ingest_port") value = 4242;
  }
  void flag(std::string_view, bool&, std::string_view) override {}
  void text(std::string_view, std::string&, std::string_view) override {}
  void strings(std::string_view, std::vector<std::string>&, std::string_view) override {}
  void preset(const std::vector<std::string_view>&, std::string_view,
              const std::function<void(std::string_view)>&) override {}

  std::map<std::string, double> numbers;
  std::map<std::string, std::string> chosen;

 protected:
  std::size_t choose(std::string_view name, const std::vector<std::string_view>& allowed,
                     std::size_t current, std::string_view) override {
    chosen[path_ + std::string(name)] = allowed.at(current);
    return current;
  }
  void enter(std::string_view name, std::string_view,
             const std::function<void(OptionVisitor&)>& describe) override {
    const std::string before = path_;
    path_ += std::string(name) + ".";
    describe(*this);
    path_ = before;
  }
  void repeat(std::string_view, std::string_view, std::size_t,
              const std::function<void(std::size_t)>&,
              const std::function<void(std::size_t, OptionVisitor&)>&,
              const std::function<void(OptionVisitor&)>&) override {}

 private:
  std::string path_;
};

TEST(PhoneOptions, EveryDefaultLiesInItsRangeAndTheDefaultsAreTheEssays) {
  PhoneOptions o;
  Probe p;
  o.describe(p);
  EXPECT_EQ(p.numbers.at("fusion_period_ms"), 500);
  EXPECT_EQ(p.numbers.at("signal.grid_period_ms"), 20);
  EXPECT_EQ(p.numbers.at("signal.fill_max_ms"), 300);
  EXPECT_EQ(p.chosen.at("aligner"), "kalman");
  EXPECT_EQ(p.chosen.at("format"), "auto");
  EXPECT_EQ(o.upload.ingest.port, 4242);
  EXPECT_EQ(o.upload.authz.port, 8001);
}

}  // namespace
}  // namespace gauntlet
