#include "scenarios/schema.h"

#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

#include "scenarios/scenario.h"

namespace gauntlet::scenarios {
namespace {

void describe(OptionVisitor& v) {
  ScenarioOptions options;
  options.describe(v);
}

TEST(Schema, IsDraft4AndKnowsRangesAndChoices) {
  const std::string schema = json_schema(describe, "Gauntlet scenario");
  EXPECT_NE(schema.find("http://json-schema.org/draft-04/schema#"), std::string::npos);
  EXPECT_NE(schema.find("\"additionalProperties\": false"), std::string::npos);
  EXPECT_NE(schema.find("\"floor20\""), std::string::npos);
  EXPECT_NE(schema.find("\"minimum\": 7.5"), std::string::npos) << "connection interval";
}

TEST(Reference, EveryNumberHasAUnitColumnAndARange) {
  const std::string page = reference_page(describe, "Scenario reference");
  EXPECT_NE(page.find("## `[[wearable]]`"), std::string::npos);
  EXPECT_NE(page.find("| `interval_ms` | 30 | ms | 7.5 … 4000 |"), std::string::npos);
}

// Of the world: people, what they do, devices, clocks, links. "neutral" (changes nothing), "off"
// and "proposal" are answers too, silence is not.
TEST(Reference, EveryNumberOfTheWorldHasAUnitAndSaysWhereItsDefaultComesFrom) {
  std::istringstream page(reference_page(describe, "Scenario reference"));
  std::string section;
  int numbers = 0;
  for (std::string line; std::getline(page, line);) {
    if (line.starts_with("## `")) section = line.substr(line.find_first_not_of("#` ["));
    const bool world = section.starts_with("person") || section.starts_with("plan") ||
                       section.starts_with("labels") || section.starts_with("wearable") ||
                       section.starts_with("phone_device");
    if (!world || !line.starts_with("| `") || line.find("…") == std::string::npos) continue;
    std::vector<std::string> cells;
    for (std::size_t at = 2, end; (end = line.find(" | ", at)) != std::string::npos; at = end + 3) {
      cells.push_back(line.substr(at, end - at));
    }
    ASSERT_EQ(cells.size(), 5U) << line;
    ++numbers;
    EXPECT_NE(cells[2], "") << section << ": " << line;
    EXPECT_FALSE(line.ends_with("|  |")) << section << ": " << line;
  }
  EXPECT_GT(numbers, 300);
}

}  // namespace
}  // namespace gauntlet::scenarios
