#include "scenarios/schema.h"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace gauntlet::scenarios
