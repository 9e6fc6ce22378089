#include "campaign/attack_search.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "sim/engine/portable_math.h"
#include "sim/engine/random.h"

namespace gauntlet::campaign {
namespace {

double in_range(Scale scale, double min, double max, double place) {
  if (place <= 0) return min;
  if (place >= 1) return max;
  if (scale == Scale::logarithmic)
    return min * sim::portable::exp(place * sim::portable::log(max / min));
  return min + place * (max - min);
}

std::size_t steps_of(const ParameterOptions& p) {
  return p.scale == Scale::choice ? p.values.size() : static_cast<std::size_t>(p.grid_points);
}

// The n-th of all combinations, the last parameter fastest.
Point grid_point(const std::vector<ParameterOptions>& parameters, std::size_t n) {
  Point point(parameters.size());
  for (std::size_t i = parameters.size(); i-- > 0;) {
    const std::size_t steps = steps_of(parameters[i]);
    const auto k = static_cast<double>(n % steps);
    const auto all = static_cast<double>(steps);
    // A choice's place is the middle of its share.
    point[i] = parameters[i].scale == Scale::choice ? (k + 0.5) / all : k / (all - 1);
    n /= steps;
  }
  return point;
}

class Search {
 public:
  Search(const CampaignOptions& options, const std::vector<std::string>& fixed,
         const std::string& stream_name, Trials& trials)
      : options_(options),
        fixed_(fixed),
        trials_(trials),
        stream_(static_cast<std::uint64_t>(options.search.first_seed), stream_name) {}

  Result<FoundAttack> run() {
    const auto& parameters = options_.parameters;
    const auto limit = static_cast<std::size_t>(options_.search.points);
    Result<void> done;
    if (parameters.empty()) {
      done = score({Point{}}).done;
    } else if (options_.search.method == SearchMethod::cma_es) {
      done = evolve(limit);
    } else {
      done = score(listed(limit)).done;
    }
    if (!done) return done.error();
    return best_;
  }

 private:
  // Scores, or the first failure.
  struct Scores {
    std::vector<double> values;
    Result<void> done;
  };

  std::vector<Point> listed(std::size_t limit) {
    std::vector<Point> points;
    if (options_.search.method == SearchMethod::grid) {
      std::size_t all = 1;
      for (const auto& p : options_.parameters) all *= steps_of(p);
      for (std::size_t n = 0; n < all; ++n) points.push_back(grid_point(options_.parameters, n));
      return points;
    }
    for (std::size_t n = 0; n < limit; ++n) {
      Point point(options_.parameters.size());
      for (double& x : point) x = stream_.uniform();
      points.push_back(std::move(point));
    }
    return points;
  }

  Result<void> evolve(std::size_t limit) {
    CmaEs search(options_.parameters.size(), {}, stream_);
    while (!search.done() && best_.points < limit) {
      const Scores scores = score(search.ask());
      if (!scores.done) return scores.done;
      search.tell(scores.values);
    }
    return {};
  }

  std::vector<std::string> set_of(const Point& point) const {
    std::vector<std::string> set;
    for (std::size_t i = 0; i < point.size(); ++i) {
      set.push_back(options_.parameters[i].path + "=" + value_at(options_.parameters[i], point[i]));
    }
    return set;
  }

  Scores score(const std::vector<Point>& points) {
    const auto seeds = static_cast<std::size_t>(options_.search.seeds);
    std::vector<Trial> todo;
    for (const Point& point : points) {
      std::vector<std::string> set = fixed_;
      for (auto& each : set_of(point)) set.push_back(std::move(each));
      for (std::size_t s = 0; s < seeds; ++s) {
        todo.push_back({set, static_cast<std::uint64_t>(options_.search.first_seed) + s});
      }
    }
    const auto outcomes = trials_.run(todo);
    if (!outcomes) return {{}, outcomes.error()};
    Scores scores;
    for (std::size_t i = 0; i < points.size(); ++i) {
      double sum = 0;
      std::size_t successes = 0;
      for (std::size_t s = 0; s < seeds; ++s) {
        const Outcome& outcome = (*outcomes)[i * seeds + s];
        sum += outcome.robustness;
        successes += outcome.holds ? 1 : 0;
      }
      const double mean = sum / static_cast<double>(seeds);
      scores.values.push_back(mean);
      consider(points[i], successes, mean);
    }
    return scores;
  }

  void consider(const Point& point, std::size_t successes, double mean) {
    const bool first = best_.points++ == 0;
    best_.points_successful += successes > 0 ? 1 : 0;
    const bool better = successes > most_ || (successes == most_ && mean > best_.robustness);
    if (!first && !better) return;
    most_ = successes;
    best_.robustness = mean;
    best_.set = set_of(point);
  }

  const CampaignOptions& options_;
  const std::vector<std::string>& fixed_;
  Trials& trials_;
  sim::RandomStream stream_;
  FoundAttack best_;
  std::size_t most_ = 0;
};

}  // namespace

std::string number_text(double value) {
  char buffer[32];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
  return {buffer, end};
}

std::string value_at(const ParameterOptions& p, double place) {
  if (p.scale != Scale::choice) return number_text(in_range(p.scale, p.min, p.max, place));
  const auto n = static_cast<double>(p.values.size());
  const auto i = static_cast<std::size_t>(std::clamp(place * n, 0.0, n - 1));
  return p.values[i];
}

double effort_at(const EffortOptions& effort, std::int64_t i) {
  return in_range(effort.scale, effort.min, effort.max,
                  static_cast<double>(i) / static_cast<double>(effort.levels - 1));
}

Result<FoundAttack> search_attack(const CampaignOptions& options,
                                  const std::vector<std::string>& fixed,
                                  const std::string& stream_name, Trials& trials) {
  return Search(options, fixed, stream_name, trials).run();
}

}  // namespace gauntlet::campaign
