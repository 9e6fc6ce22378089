#include <gtest/gtest.h>

#include <string>

#include "core/authz/base64url.h"
#include "core/authz/flat_json.h"

namespace gauntlet {
namespace {

using namespace std::string_literals;

TEST(Base64url, EncodesTheVectorsOfRfc4648AndBack) {
  const std::pair<std::string, std::string> table[] = {
      {"", ""},
      {"f", "Zg"},
      {"fo", "Zm8"},
      {"foo", "Zm9v"},
      {"foob", "Zm9vYg"},
      {"fooba", "Zm9vYmE"},
      {"foobar", "Zm9vYmFy"},
      {"\x03\xec\xff\xe0\xc1", "A-z_4ME"},  // RFC 7515 C
  };
  for (const auto& [bytes, text] : table) {
    EXPECT_EQ(base64url_encode(bytes), text);
    EXPECT_EQ(base64url_decode(text), bytes) << text;
  }
}

TEST(Base64url, HasOneSpellingPerByteString) {
  const std::string table[] = {
      "Zg==", "Zm8=",  "Z",    "Zm9vY",  "Zh",   "Zm9",         "A+z/4ME",
      "Zm 8", "Zm8\n", " Zm8", "Zm8\0"s, "Zm8.", "Zm\x80\x80"s, "Zm9v=",
  };
  for (const auto& text : table) EXPECT_FALSE(base64url_decode(text)) << text;
}

TEST(FlatJson, ReadsStringsAndIntegers) {
  const auto json = parse_flat_json(
      " {\"a\" : \"x\\u00e9\\ud83d\\ude00\\n\\\"\\/\" ,\r\n\t\"b\":-12, "
      "\"c\":0,\"\":\"\xc3\xa9\"} ");
  ASSERT_TRUE(json.ok());
  EXPECT_EQ(*json->text("a"), "x\xc3\xa9\xf0\x9f\x98\x80\n\"/");
  EXPECT_EQ(*json->integer("b"), -12);
  EXPECT_EQ(*json->integer("c"), 0);
  EXPECT_EQ(*json->text(""), "\xc3\xa9");
  EXPECT_EQ(json->text("b"), nullptr) << "an integer is no text";
  EXPECT_EQ(json->integer("d"), nullptr);
  EXPECT_TRUE(json->has_exactly({"a", "b", "c", ""}));
  EXPECT_FALSE(json->has_exactly({"a", "b", "c"}));
  EXPECT_FALSE(json->has_exactly({"a", "b", "c", "d"}));
  EXPECT_TRUE(parse_flat_json("{}").ok());
  EXPECT_TRUE(parse_flat_json(R"({"n":9007199254740992})").ok());
}

TEST(FlatJson, RefusesWhatItDoesNotNeed) {
  const std::string table[] = {
      "",
      "{",
      "}",
      "[]",
      "null",
      "\"a\"",
      "1",
      "{}{}",
      "{} x",
      "{}\0"s,
      "\xef\xbb\xbf{}",
      "{\"a\":\"1\"}\0garbage"s,
      R"({"a":1,"a":2})",
      R"({"a":"1","\u0061":"2"})",  // twice the same name
      R"({"a":{}})",
      R"({"a":[1]})",
      R"({"a":true})",
      R"({"a":null})",
      R"({"a":1.0})",
      R"({"a":1e3})",
      R"({"a":01})",
      R"({"a":-})",
      R"({"a":+1})",
      R"({"a":0x1})",
      R"({"a":9007199254740993})",
      R"({"a":99999999999999999999})",
      R"({"a":1,})",
      R"({,"a":1})",
      R"({"a" 1})",
      R"({a:1})",
      R"({'a':1})",
      R"({"a":})",
      R"({"a":1 "b":2})",
      R"({"a":"x)",
      R"({"a":"\x"})",
      R"({"a":"\u12"})",
      R"({"a":"\u12g4"})",
      R"({"a":"\ud800"})",
      R"({"a":"\udc00"})",
      R"({"a":"\ud800\u0041"})",
      R"({"a":"\)",
      "{\"a\":\"\n\"}",
      "{\"a\":\"\0\"}"s,
      "{\"a\":\"\xff\"}",
      "{\"a\":\"\xc0\xaf\"}",
      "{\"a\":\"\xed\xa0\x80\"}",
      "{\"a\":\"\xf4\x90\x80\x80\"}",
      "{\"a\":\"\xe2\x82\"}",
      "{/**/}",
      "{\"a\":1//\n}",
  };
  for (const auto& text : table) EXPECT_FALSE(parse_flat_json(text).ok()) << text;
}

TEST(FlatJson, IsBounded) {
  const std::string three = R"({"a":1,"b":2,"c":3})";
  EXPECT_TRUE(parse_flat_json(three, {three.size(), 3}).ok());
  EXPECT_FALSE(parse_flat_json(three, {three.size() - 1, 3}).ok());
  EXPECT_FALSE(parse_flat_json(three, {three.size(), 2}).ok());
  EXPECT_FALSE(parse_flat_json(std::string(100000, '{')).ok());
}

TEST(FlatJson, WritesWhatItReads) {
  const std::string nasty = "quote \" back \\ bell \x07 nul \0 \xc3\xa9"s;
  const std::string text = FlatJsonWriter().add(nasty, nasty).add("n", -5).str();
  const auto json = parse_flat_json(text);
  ASSERT_TRUE(json.ok()) << text;
  EXPECT_EQ(*json->text(nasty), nasty);
  EXPECT_EQ(*json->integer("n"), -5);
  EXPECT_EQ(FlatJsonWriter().str(), "{}");
}

}  // namespace
}  // namespace gauntlet
