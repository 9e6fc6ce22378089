// What is kept of a person who has left: their metrics, as columns (8 bytes a metric and person).
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "reports/result.h"

namespace gauntlet::scenarios {

class FleetMetrics {
 public:
  explicit FleetMetrics(std::size_t people) : people_(people) {}
  // In any order of people: the summary is the same.
  void add(std::size_t person, const reports::SeedResult& result);
  void fail(std::size_t person, const std::string& why) { failures_[person].push_back(why); }

  // Mean over the people who came, with Student's interval over them. Left out: what a person's
  // world cannot know because the services are shared (doors, stores).
  void write(reports::ResultFile& result) const;

 private:
  struct Column {
    std::vector<double> values;  // by person; NaN: none
    std::uint64_t n = 0;
    // Of the first person, by number, who had no value.
    std::size_t why_person = 0;
    std::string why;
  };
  static bool kept(std::string_view name);
  reports::Metric summary(const std::string& name, const Column& column) const;

  std::size_t people_;
  std::size_t measured_ = 0;
  std::map<std::string, Column, std::less<>> columns_;
  reports::ConfusionMatrix confusion_;
  std::map<std::size_t, std::vector<std::string>> failures_;
};

}  // namespace gauntlet::scenarios
