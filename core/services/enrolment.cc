#include "core/services/enrolment.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>

namespace gauntlet {
namespace {

constexpr std::string_view kColumns =
    "user,secret,name,email,age_years,sex,height_cm,weight_kg,proficiency";
constexpr std::ptrdiff_t kFields = 9;
constexpr std::size_t kPeopleMax = 10'000'000;

std::string_view take_until(std::string_view& text, char end) {
  const auto at = text.find(end);
  const std::string_view piece = text.substr(0, at);
  text = at == std::string_view::npos ? std::string_view{} : text.substr(at + 1);
  return piece;
}

Error bad(std::size_t line, std::string_view why) {
  return {"bad_people", "line " + std::to_string(line) + ": " + std::string(why)};
}

Result<std::int64_t> number(std::size_t line, std::string_view column, std::string_view text,
                            std::int64_t most) {
  std::int64_t value = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc{} && end == text.data() + text.size() && value >= 0 && value <= most) {
    return value;
  }
  return bad(line, std::string(column) + " is \"" + std::string(text) + "\"; allowed: 0 to " +
                       std::to_string(most));
}

Result<Enrolment> parse_line(std::size_t line, std::string_view text) {
  if (std::count(text.begin(), text.end(), ',') != kFields - 1) {
    return bad(line, "there are not 9 fields");
  }
  std::array<std::string_view, kFields> fields;
  for (auto& field : fields) field = take_until(text, ',');
  const auto age = number(line, "age_years", fields[4], 150);
  if (!age) return age.error();
  const auto height = number(line, "height_cm", fields[6], 300);
  if (!height) return height.error();
  const auto weight = number(line, "weight_kg", fields[7], 700);
  if (!weight) return weight.error();
  Person person{std::string(fields[0]),
                std::string(fields[2]),
                std::string(fields[3]),
                *age,
                std::string(fields[5]),
                *height,
                *weight,
                std::string(fields[8])};
  return Enrolment{std::move(person), std::string(fields[1])};
}

}  // namespace

Result<std::vector<Enrolment>> parse_people(std::string_view table) {
  std::vector<Enrolment> people;
  if (take_until(table, '\n') != kColumns) return bad(1, "not " + std::string(kColumns));
  for (std::size_t line = 2; !table.empty(); ++line) {
    const std::string_view text = take_until(table, '\n');
    if (text.empty()) continue;
    if (people.size() == kPeopleMax) return bad(line, "more than 10000000 people");
    auto one = parse_line(line, text);
    if (!one) return one.error();
    people.push_back(*std::move(one));
  }
  return people;
}

Result<void> enrol(ServiceSet& services, const std::vector<Enrolment>& people,
                   ClusterOptions options) {
  const auto attributes = [](const Person& p) {
    return cluster_attributes(p.age_years, p.sex, p.proficiency);
  };
  std::vector<ClusterAttributes> all;
  all.reserve(people.size());
  for (const auto& one : people) all.push_back(attributes(one.person));
  const auto clusters = Clusters::of(all, options);
  for (const auto& [person, secret] : people) {
    const std::string cluster = clusters ? clusters->name_of(attributes(person)) : "c0";
    if (const auto known = services.register_person(person, secret, cluster); !known) {
      return Error{known.error().code, person.user_id + ": " + known.error().message};
    }
  }
  return {};
}

}  // namespace gauntlet
