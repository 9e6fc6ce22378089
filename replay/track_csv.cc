#include "replay/track_csv.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <vector>

#include "core/base/nearest.h"
#include "core/base/printable.h"
#include "core/base/units.h"
#include "core/files/whole_file.h"

namespace gauntlet::replay {
namespace {

enum class Field : std::uint8_t { time, force, rate, label };

struct Column {
  std::string_view name;
  Field field;
  std::size_t axis;
  double si;  // SI (time: nanoseconds) per unit
};

constexpr double kRadPerDegree = 0.017453292519943295;
constexpr std::array<Column, 29> kColumns{{
    {"time_s", Field::time, 0, 1e9},
    {"time_ms", Field::time, 0, 1e6},
    {"time_us", Field::time, 0, 1e3},
    {"time_ns", Field::time, 0, 1},
    {"timestamp", Field::time, 0, 1e6},
    {"ax_mps2", Field::force, 0, 1},
    {"ay_mps2", Field::force, 1, 1},
    {"az_mps2", Field::force, 2, 1},
    {"ax_g", Field::force, 0, kStandardGravity_mps2},
    {"ay_g", Field::force, 1, kStandardGravity_mps2},
    {"az_g", Field::force, 2, kStandardGravity_mps2},
    {"ax_mg", Field::force, 0, kMps2PerMg},
    {"ay_mg", Field::force, 1, kMps2PerMg},
    {"az_mg", Field::force, 2, kMps2PerMg},
    {"x_acc", Field::force, 0, 1},
    {"y_acc", Field::force, 1, 1},
    {"z_acc", Field::force, 2, 1},
    {"gx_radps", Field::rate, 0, 1},
    {"gy_radps", Field::rate, 1, 1},
    {"gz_radps", Field::rate, 2, 1},
    {"gx_dps", Field::rate, 0, kRadPerDegree},
    {"gy_dps", Field::rate, 1, kRadPerDegree},
    {"gz_dps", Field::rate, 2, kRadPerDegree},
    {"x_gyro", Field::rate, 0, 1},
    {"y_gyro", Field::rate, 1, 1},
    {"z_gyro", Field::rate, 2, 1},
    {"label", Field::label, 0, 1},
    {"activity", Field::label, 0, 1},
    {"exercise", Field::label, 0, 1},
}};

constexpr std::size_t kMaxLine = 4096;

std::string_view trimmed(std::string_view s) {
  while (!s.empty() && (s.front() == ' ' || s.front() == '\t')) s.remove_prefix(1);
  while (!s.empty() && (s.back() == ' ' || s.back() == '\t' || s.back() == '\r'))
    s.remove_suffix(1);
  return s;
}

std::optional<double> number_of(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(value)) return {};
  return value;
}

class Reader {
 public:
  Reader(std::string_view text, const std::string& file, SampleTrack track)
      : text_(text), file_(file), track_(std::move(track)) {}

  Result<SampleTrack> read() {
    std::string_view line;
    bool header = false;
    while (next_line(line)) {
      if (line.size() > kMaxLine) {
        return at(
            1, "bad_row",
            "a line of " + std::to_string(line.size()) + " characters; at most 4096 are allowed");
      }
      if (trimmed(line).empty()) continue;
      Result<void> done;
      if (line.front() == '#') {
        done = header ? Result<void>{} : metadata(line);
      } else if (!header) {
        header = true;
        done = read_header(line);
      } else {
        done = row(line);
      }
      if (!done) return done.error();
    }
    if (!header) return at(1, "bad_header", "there is no line of column names");
    if (track_.rows() == 0) return at(1, "bad_row", "there are no samples");
    return std::move(track_);
  }

 private:
  Error at(std::size_t column, std::string code, const std::string& what) const {
    return {std::move(code), file_ + ":" + std::to_string(std::max<std::size_t>(line_, 1)) + ":" +
                                 std::to_string(column) + ": " + printable(what)};
  }

  bool next_line(std::string_view& line) {
    if (next_ >= text_.size()) return false;
    const std::size_t end = std::min(text_.find('\n', next_), text_.size());
    line = text_.substr(next_, end - next_);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    next_ = end + 1;
    ++line_;
    return true;
  }

  Result<void> metadata(std::string_view line) {
    const std::size_t colon = line.find(':');
    if (colon == line.npos) return {};  // a remark
    const std::string_view key = trimmed(line.substr(1, colon - 1));
    const std::string_view value = trimmed(line.substr(colon + 1));
    const std::size_t column = colon + 2;
    const auto number = [&](auto& target, double least, double most) -> Result<void> {
      const auto v = number_of(value);
      if (!v || *v < least || *v > most) return out_of_range(column, key, value, least, most);
      const double parsed = *v;
      target = parsed;
      return {};
    };
    const auto one_of = [&](std::string& target, std::string_view a,
                            std::string_view b) -> Result<void> {
      if (value != a && value != b) {
        return at(column, "bad_header",
                  std::string(key) + " is \"" + std::string(value) +
                      "\"; allowed: " + std::string(a) + ", " + std::string(b));
      }
      target = value;
      return {};
    };
    Subject& who = track_.subject;
    if (key == "session") track_.session = value;
    if (key == "device") track_.device = value;
    if (key == "licence") track_.licence = value;
    if (key == "subject") who.id = value;
    if (key == "worn") return one_of(track_.worn, "wrist", "pocket");
    if (key == "sex") return one_of(who.sex, "female", "male");
    if (key == "hand") return one_of(who.hand, "left", "right");
    if (key == "nominal_rate_hz") return number(track_.nominal_rate_hz, 1, 100'000);
    if (key == "age_years") return number(who.age_years, 1, 120);
    if (key == "height_m") return number(who.height_m, 0.5, 2.5);
    if (key == "weight_kg") return number(who.weight_kg, 10, 350);
    return {};
  }

  Error out_of_range(std::size_t column, std::string_view name, std::string_view value,
                     double least, double most) const {
    const auto plain = [](double v) {
      std::array<char, 32> digits{};
      const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), v).ptr;
      return std::string(digits.data(), end);
    };
    return at(column, "bad_row",
              std::string(name) + " is \"" + std::string(value.substr(0, 40)) +
                  "\"; allowed: numbers from " + plain(least) + " to " + plain(most));
  }

  Result<void> read_header(std::string_view line) {
    std::vector<std::string_view> known;
    for (const Column& c : kColumns) known.push_back(c.name);
    std::array<int, 3> force{}, rate{};
    int times = 0, labels = 0;
    std::size_t begin = 0;
    while (begin <= line.size()) {
      const std::size_t end = std::min(line.find(',', begin), line.size());
      const std::string_view name = trimmed(line.substr(begin, end - begin));
      const auto it = std::find_if(kColumns.begin(), kColumns.end(),
                                   [name](const Column& c) { return c.name == name; });
      if (it == kColumns.end()) {
        return at(begin + 1, "bad_header",
                  "no column is called \"" + std::string(name) + "\"" + did_you_mean(name, known));
      }
      columns_.push_back(&*it);
      if (it->field == Field::time) ++times;
      if (it->field == Field::label) ++labels;
      if (it->field == Field::force) ++force[it->axis];
      if (it->field == Field::rate) ++rate[it->axis];
      begin = end + 1;
    }
    rate_ = rate[0] + rate[1] + rate[2] > 0;
    label_ = labels > 0;
    const auto each_once = [](const std::array<int, 3>& n) {
      return n[0] == 1 && n[1] == 1 && n[2] == 1;
    };
    if (times != 1 || labels > 1 || !each_once(force) || (rate_ && !each_once(rate))) {
      return at(1, "bad_header",
                "needed: one column of time, one each of acceleration in x, y and z, and of "
                "rotation either all three or none; at most one label");
    }
    return {};
  }

  Result<void> row(std::string_view line) {
    if (track_.rows() >= kMaxTrackRows) {
      return at(1, "too_large", "more than 50,000,000 samples; cut the recording");
    }
    std::array<float, 3> force{}, rate{};
    std::size_t begin = 0;
    for (std::size_t c = 0; c < columns_.size(); ++c) {
      if (begin > line.size()) {
        return at(line.size() + 1, "bad_row",
                  "the line ends after " + std::to_string(c) + " of " +
                      std::to_string(columns_.size()) + " values");
      }
      const std::size_t end = std::min(line.find(',', begin), line.size());
      const std::string_view text = trimmed(line.substr(begin, end - begin));
      const Column& column = *columns_[c];
      Result<void> done;
      if (column.field == Field::label) {
        done = take_label(text, begin + 1);
      } else if (column.field == Field::time) {
        done = take_time(text, begin + 1, column);
      } else {
        const bool f = column.field == Field::force;
        done = take(text, begin + 1, column, f ? kMaxForce_mps2 : kMaxRate_radps,
                    (f ? force : rate)[column.axis]);
      }
      if (!done) return done;
      begin = end + 1;
    }
    if (begin <= line.size()) {
      return at(begin + 1, "bad_row",
                "more than the " + std::to_string(columns_.size()) + " values of the first line");
    }
    track_.force_mps2.insert(track_.force_mps2.end(), force.begin(), force.end());
    if (rate_) track_.rate_radps.insert(track_.rate_radps.end(), rate.begin(), rate.end());
    return {};
  }

  Result<void> take(std::string_view text, std::size_t column, const Column& c, double most_si,
                    float& target) const {
    const auto v = number_of(text);
    const double most = most_si / c.si;
    if (!v || *v < -most || *v > most) return out_of_range(column, c.name, text, -most, most);
    target = static_cast<float>(*v * c.si);
    return {};
  }

  Result<void> take_time(std::string_view text, std::size_t column, const Column& c) {
    constexpr double kMost_ns = 8e18;  // the year 2223
    std::int64_t ns = 0;
    std::int64_t whole = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), whole);
    const auto unit = static_cast<std::int64_t>(c.si);
    if (error == std::errc{} && end == text.data() + text.size() &&
        std::abs(static_cast<double>(whole)) <= kMost_ns / c.si) {
      ns = whole * unit;  // exact: nanoseconds since 1970 do not fit into a double
    } else {
      const auto v = number_of(text);
      if (!v || std::abs(*v) > kMost_ns / c.si) {
        return out_of_range(column, c.name, text, -kMost_ns / c.si, kMost_ns / c.si);
      }
      const double floor = std::floor(*v);
      ns = static_cast<std::int64_t>(floor) * unit + std::llround((*v - floor) * c.si);
    }
    if (!track_.time_ns.empty() && ns < track_.time_ns.back()) {
      return at(column, "bad_row",
                std::string(c.name) + " is \"" + std::string(text) +
                    "\"; allowed: no less than in the line before");
    }
    track_.time_ns.push_back(ns);
    return {};
  }

  Result<void> take_label(std::string_view text, std::size_t column) {
    if (track_.labels.size() >= 1000 &&
        std::find(track_.labels.begin(), track_.labels.end(), text) == track_.labels.end()) {
      return at(column, "bad_row", "more than 1000 different labels; is this a number?");
    }
    track_.label.push_back(track_.label_index(text));
    return {};
  }

  std::string_view text_;
  const std::string& file_;
  SampleTrack track_;
  std::vector<const Column*> columns_;
  std::size_t next_ = 0;
  std::size_t line_ = 0;
  bool rate_ = false, label_ = false;
};

}  // namespace

Result<SampleTrack> parse_track_csv(std::string_view text, const std::string& file,
                                    SampleTrack track) {
  return Reader(text, file, std::move(track)).read();
}

Result<SampleTrack> read_track_csv(const std::string& path, SampleTrack track) {
  const auto text = read_whole_file(path);
  if (!text) return Error{"unreadable", text.error().message};
  if (track.source.empty()) track.source = path;
  if (track.session.empty()) track.session = std::filesystem::path(path).stem().string();
  return parse_track_csv(*text, path, std::move(track));
}

std::string to_csv(const SampleTrack& track) {
  std::string out;
  const auto number = [&out](auto v) {
    std::array<char, 32> digits{};
    out.append(digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), v).ptr);
  };
  const auto text = [&out](std::string_view key, std::string_view value) {
    if (!value.empty()) out.append("# ").append(key).append(": ").append(value).append("\n");
  };
  const auto figure = [&](std::string_view key, const std::optional<double>& value) {
    if (!value) return;
    out.append("# ").append(key).append(": ");
    number(*value);
    out.append("\n");
  };
  text("session", track.session);
  text("device", track.device);
  text("worn", track.worn);
  text("licence", track.licence);
  text("subject", track.subject.id);
  text("sex", track.subject.sex);
  text("hand", track.subject.hand);
  figure("age_years", track.subject.age_years);
  figure("height_m", track.subject.height_m);
  figure("weight_kg", track.subject.weight_kg);
  if (track.nominal_rate_hz > 0) figure("nominal_rate_hz", track.nominal_rate_hz);
  out.append("time_ns,ax_mps2,ay_mps2,az_mps2");
  if (track.has_rate()) out.append(",gx_radps,gy_radps,gz_radps");
  if (!track.label.empty()) out.append(",label");
  out.append("\n");
  for (std::size_t i = 0; i < track.rows(); ++i) {
    number(track.time_ns[i]);
    for (std::size_t k = 0; k < 3; ++k) {
      const float read = track.force_mps2[3 * i + k];
      out.append(","), number(track.inverted ? 0 - read : read);
    }
    for (std::size_t k = 0; k < 3 && track.has_rate(); ++k) {
      out.append(","), number(track.rate_radps[3 * i + k]);
    }
    if (!track.label.empty()) out.append(",").append(track.label_at(i));
    out.append("\n");
  }
  return out;
}

}  // namespace gauntlet::replay
