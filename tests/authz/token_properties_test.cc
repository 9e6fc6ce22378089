#include <nlohmann/json.hpp>
#include <string>

#include "tests/authz/forge.h"

#include "tests/catch.h"

namespace gauntlet {
namespace {

using namespace forge;

// A fixed generator: the mutations are the same in every run (MMIX, Knuth).
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}
  std::size_t below(std::size_t n) {
    state_ = state_ * 6364136223846793005u + 1442695040888963407u;
    return static_cast<std::size_t>((state_ >> 33) % n);
  }

 private:
  std::uint64_t state_;
};

char any_char(Dice& dice) {
  constexpr std::string_view kMostly =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/\"{}";
  return dice.below(8) == 0 ? static_cast<char>(dice.below(256))
                            : kMostly[dice.below(kMostly.size())];
}

// One to four edits: replace, insert, delete, swap, cut, double a stretch.
std::string mutate(std::string text, Dice& dice) {
  const std::size_t edits = 1 + dice.below(4);
  for (std::size_t i = 0; i < edits && !text.empty(); ++i) {
    const std::size_t at = dice.below(text.size());
    switch (dice.below(6)) {
      case 0:
        text[at] = any_char(dice);
        break;
      case 1:
        text.insert(text.begin() + static_cast<std::ptrdiff_t>(at), any_char(dice));
        break;
      case 2:
        text.erase(at, 1);
        break;
      case 3:
        std::swap(text[at], text[dice.below(text.size())]);
        break;
      case 4:
        text.resize(at);
        break;
      case 5:
        text.insert(at, text.substr(at, 1 + dice.below(40)));
        break;
    }
  }
  return text;
}

TEST_CASE("No mutated token is ever accepted") {
  const House es;
  const House hs(hs256());
  Dice dice(20250101);
  int tried = 0;
  for (const House* house : {&es, &hs}) {
    const std::string good = house->token();
    REQUIRE(house->refusal(good).empty());
    for (int i = 0; i < 10000; ++i) {
      const std::string bad = mutate(good, dice);
      if (bad == good) continue;
      ++tried;
      if (house->refusal(bad).empty()) FAIL("accepted: " << bad);
    }
  }
  REQUIRE(tried > 19000);
}

TEST_CASE(
    "No mutated payload or header under a good signature crosses to another cluster or user") {
  const House house(hs256());  // cheap to sign again
  Dice dice(7);
  const std::string good = house.token("profile");
  const std::string header = header_of(good);
  const std::string payload = payload_of(good);
  int accepted = 0;
  for (int i = 0; i < 5000; ++i) {
    const bool in_header = dice.below(4) == 0;
    const std::string token = in_header ? jws(mutate(header, dice), payload, house.key)
                                        : jws(header, mutate(payload, dice), house.key);
    const auto claims = house.profile.verify(token, kNow);
    if (!claims.ok()) continue;
    const auto user = house.opener.open(*claims, kNow);
    if (!user.ok()) continue;
    ++accepted;  // white space, or a nearby time stamp: the same person all the same
    REQUIRE(*user == "alice");
    REQUIRE(claims->cluster_id == "c7");
  }
  REQUIRE(accepted < 1000);
}

TEST_CASE("Whatever the flat reader takes, a full JSON reader reads the same") {
  Dice dice(99);
  const std::string seed =
      R"( {"a":"x\u00e9\n","b":-12 ,"c":0,"long name":"ééé 😀 \ud83d\ude00","d":"\"\\\/"} )";
  int taken = 0;
  for (int i = 0; i < 50000; ++i) {
    const std::string text = mutate(seed, dice);
    const auto flat = parse_flat_json(text);
    if (!flat.ok()) continue;
    ++taken;
    const auto full = nlohmann::json::parse(text, nullptr, false);
    REQUIRE(full.is_object());
    REQUIRE(full.size() == flat->members().size());
    for (const auto& [name, value] : flat->members()) {
      if (const auto* s = std::get_if<std::string>(&value)) {
        REQUIRE(full.at(name).get<std::string>() == *s);
      } else {
        REQUIRE(full.at(name).get<std::int64_t>() == std::get<std::int64_t>(value));
      }
    }
  }
  REQUIRE(taken > 500);
}

}  // namespace
}  // namespace gauntlet
