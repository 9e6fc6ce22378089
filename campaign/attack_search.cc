#include "campaign/attack_search.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <mutex>
#include <utility>

#include "reports/statistics/distributions.h"
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
  Search(const SearchTask& task, Trials& trials)
      : task_(task),
        options_(task.options),
        trials_(trials),
        stream_(static_cast<std::uint64_t>(options_.search.first_seed), task.stream_name) {}

  Result<FoundAttack> run() {
    Result<void> done;
    if (options_.parameters.empty()) {
      done = score({Point{}}).done;
    } else if (options_.search.method == SearchMethod::cma_es) {
      done = evolve();
    } else if (options_.search.method == SearchMethod::splitting) {
      done = split();
    } else {
      done = score(listed()).done;
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

  std::vector<Point> listed() {
    std::vector<Point> points;
    if (options_.search.method == SearchMethod::grid) {
      std::size_t all = 1;
      for (const auto& p : options_.parameters) all *= steps_of(p);
      for (std::size_t n = 0; n < all; ++n) points.push_back(grid_point(options_.parameters, n));
      return points;
    }
    for (std::int64_t n = 0; n < options_.search.points; ++n) {
      Point point(options_.parameters.size());
      for (double& x : point) x = stream_.uniform();
      points.push_back(std::move(point));
    }
    return points;
  }

  Result<void> evolve() {
    CmaEs search(options_.parameters.size(), {}, stream_);
    while (!search.done() && best_.points < static_cast<std::uint64_t>(options_.search.points)) {
      const Scores scores = score(search.ask());
      if (!scores.done) return scores.done;
      search.tell(scores.values);
    }
    return {};
  }

  // The chain's inputs are standard normals; their distribution function makes them places.
  static Point places(const std::vector<double>& normals) {
    Point point;
    for (const double z : normals) point.push_back(reports::normal_cdf(z));
    return point;
  }

  Result<void> split() {
    std::mutex mutex;
    Result<void> failed;
    const auto margin = [&](const std::vector<double>& normals) {
      const Scores scores = score({places(normals)});
      if (scores.done) return scores.values.front();
      const std::scoped_lock lock(mutex);
      failed = scores.done;
      return 1.0;  // a success: ends the chain soon
    };
    best_.blind = estimate_rare(options_.parameters.size(), margin, options_.search.splitting,
                                stream_, options_.confirmation.level);
    return failed;
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
      std::vector<std::string> set = task_.fixed;
      for (auto& each : set_of(point)) set.push_back(std::move(each));
      for (std::size_t s = 0; s < seeds; ++s) {
        todo.push_back(
            {task_.scenario, set, static_cast<std::uint64_t>(options_.search.first_seed) + s});
      }
    }
    const auto outcomes = trials_.run(todo, task_.question);
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

  // Whatever the order in which points come: threads of a splitting search consider at once.
  void consider(const Point& point, std::size_t successes, double mean) {
    const std::scoped_lock lock(mutex_);
    const bool first = best_.points++ == 0;
    best_.points_successful += successes > 0 ? 1 : 0;
    const auto rank = [](std::size_t s, double m) { return std::pair(s, m); };
    const auto now = rank(successes, mean), before = rank(most_, best_.robustness);
    const bool better = now > before || (now == before && point < best_point_);
    if (!first && !better) return;
    most_ = successes;
    best_point_ = point;
    best_.robustness = mean;
    best_.set = set_of(point);
  }

  const SearchTask& task_;
  const CampaignOptions& options_;
  Trials& trials_;
  sim::RandomStream stream_;
  std::mutex mutex_;  // of what follows
  FoundAttack best_;
  Point best_point_;
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

double whole(const EffortOptions& effort, double value) {
  return effort.integer ? std::floor(value + 0.5) : value;
}

double effort_at(const EffortOptions& effort, std::int64_t i) {
  return whole(effort, in_range(effort.scale, effort.min, effort.max,
                                static_cast<double>(i) / static_cast<double>(effort.levels - 1)));
}

std::string effort_text(const EffortOptions& effort, double value) {
  return effort.path + "=" + number_text(whole(effort, value));
}

Result<FoundAttack> search_attack(const SearchTask& task, Trials& trials) {
  return Search(task, trials).run();
}

}  // namespace gauntlet::campaign
