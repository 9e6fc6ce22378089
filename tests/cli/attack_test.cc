// gauntlet attack as CI meets it: exit codes, files, and what is left of a campaign that is killed.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "tests/campaign/small_campaign.h"
#include "tests/shell.h"

namespace gauntlet {
namespace {

namespace fs = std::filesystem;
using gauntlet::campaign::kSmallCampaign;
using gauntlet::campaign::with;

class Attack : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() /
              ("gauntlet_attack_" +
               std::string(testing::UnitTest::GetInstance()->current_test_info()->name()));
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }
  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  std::string read(const std::string& name) const {
    std::ostringstream text;
    text << std::ifstream(path(name), std::ios::binary).rdbuf();
    return text.str();
  }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(path(name), std::ios::binary) << text;
  }
  Ran attack(const std::string& campaign, const std::string& more = {}) const {
    write("c.toml", campaign);
    return shell(GAUNTLET_BINARY " attack " + path("c.toml") + " --quiet --out " + path("out") +
                 " " + more);
  }
  fs::path folder_;
};

// A second system, as open as the first, that is measured.
const std::string kOpen =
    with(kSmallCampaign, "set = [\"wearable[0].sensors[0].lowpass=true\"]", "");

TEST_F(Attack, ExitsWithTenOnAFindingAsSevereAsAsked) {
  EXPECT_EQ(attack(kSmallCampaign).code, 0);
  const Ran found = attack(kOpen);
  EXPECT_EQ(found.code, 10) << found.text;
  EXPECT_EQ(attack(kOpen, "--fail-on none").code, 0);
  const std::string mild = with(kOpen, "row = ", "severity = \"low\"\nrow = ");
  EXPECT_EQ(attack(mild).code, 0);
  EXPECT_EQ(attack(mild, "--fail-on low").code, 10);
  for (const char* file : {"report.html", "campaign.json", "findings.sarif", "small-shut.toml",
                           "small-shut.finding.toml"}) {
    EXPECT_TRUE(fs::exists(path("out") + "/" + file)) << file;
  }
}

TEST_F(Attack, ExitsWithElevenWhenAControlFailsWhateverWasFound) {
  const Ran ran =
      attack(with(kOpen, "role = \"no_attack\"", "role = \"no_attack\"\nstated_rate = 0.9"),
             "--fail-on none");
  EXPECT_EQ(ran.code, 11);
  EXPECT_NE(ran.text.find("CONTROL FAILED small, quiet"), std::string::npos) << ran.text;
}

TEST_F(Attack, ABadCampaignIsNamedWithItsPlaceAndExitsWithTwo) {
  const Ran ran = attack(with(kSmallCampaign, "row = ", "rwo = "));
  EXPECT_EQ(ran.code, 2);
  EXPECT_NE(ran.text.find("c.toml:4:1"), std::string::npos) << ran.text;
}

TEST_F(Attack, AFindingIsARegressionTest) {
  ASSERT_EQ(attack(kSmallCampaign).code, 0);
  const std::string replay =
      GAUNTLET_BINARY " attack --replay " + path("out") + "/small-open.finding.toml";
  const Ran still = shell(replay);
  EXPECT_EQ(still.code, 0) << still.text;
  EXPECT_NE(still.text.find("bit for bit the run that was found"), std::string::npos);
  // Once it is defended against, the file says so, and the attack must no longer succeed.
  write("out/small-open.finding.toml",
        with(read("out/small-open.finding.toml"), "holds = true", "holds = false"));
  EXPECT_EQ(shell(replay).code, 1);
  const Ran run =
      shell(GAUNTLET_BINARY " run " + path("out") + "/small-open.toml --out " + path("run"));
  EXPECT_EQ(run.code, 0) << run.text;
}

TEST_F(Attack, KilledItGoesOnToTheSameBytes) {
  ASSERT_EQ(attack(kSmallCampaign).code, 0);
  const std::string whole = read("out/campaign.json"), sarif = read("out/findings.sarif");
  fs::remove_all(path("out"));
  shell("timeout -s KILL 0.3 " GAUNTLET_BINARY " attack " + path("c.toml") + " --out " +
        path("out"));
  EXPECT_TRUE(fs::exists(path("out") + "/journal.txt"));
  ASSERT_EQ(attack(kSmallCampaign).code, 0);
  EXPECT_EQ(read("out/campaign.json"), whole);
  EXPECT_EQ(read("out/findings.sarif"), sarif);
}

TEST_F(Attack, ASuiteHasAPageForEachCampaignAndOneForAll) {
  write("one.toml", kSmallCampaign);
  write("two.toml", with(kSmallCampaign, "name = \"small\"", "name = \"other\""));
  const Ran ran = attack("name = \"both\"\ncampaigns = [\"one.toml\", \"two.toml\"]\n");
  EXPECT_EQ(ran.code, 0) << ran.text;
  for (const char* file :
       {"report.html", "suite.json", "findings.sarif", "small/report.html", "other/report.html"}) {
    EXPECT_TRUE(fs::exists(path("out") + "/" + file)) << file;
  }
}

// The same forged tokens against services that run, over TLS on loopback.
TEST_F(Attack, LiveServicesGrantNothingToForgedTokens) {
  write("live.sh", R"sh(
G=$1; S=$2
"$G" serve --dev --state "$S" --dev-people 1 > "$S.log" 2> /dev/null & pid=$!
for i in $(seq 200); do grep -q '^ready' "$S.log" && break; sleep 0.05; done
url() { awk -v name="$1" '$1 == name { print $2 }' "$S.log"; }
"$G" attack adversarial/catalog/j1-token-algorithm.toml --set effort.max=60 \
  --set 'attack[0].token.per_s=1000' --target "authz=$(url authz)" "ingest=$(url ingest)" \
  "profile=$(url profile)" --account "$S/accounts.txt" --trust "$S/certificate.pem"
code=$?
kill $pid; wait $pid
exit $code
)sh");
  const Ran ran = shell("sh " + path("live.sh") + " " GAUNTLET_BINARY " " + path("state"));
  EXPECT_EQ(ran.code, 0) << ran.text;
  std::istringstream lines(ran.text);
  std::string line, last;
  while (std::getline(lines, line)) last = line;
  // 0 of 60: 1 - 0.025^(1/60).
  EXPECT_NE(last.find("0 to 5.963 %"), std::string::npos) << ran.text;
}

TEST_F(Attack, NobodyElsesServicesAreTouchedWithoutAuthorisation) {
  write("account.txt", "mallory secret\n");
  const Ran ran = shell(GAUNTLET_BINARY
                        " attack adversarial/catalog/j1-token-algorithm.toml --target "
                        "https://192.0.2.1:8443 profile=https://192.0.2.1:8444 --account " +
                        path("account.txt"));
  EXPECT_EQ(ran.code, 2) << ran.text;
  EXPECT_NE(ran.text.find("192.0.2.1"), std::string::npos) << ran.text;
}

}  // namespace
}  // namespace gauntlet
