#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "core/wire/upload.pb.h"
#include "tests/authz/bad_tokens.h"
#include "tests/services/fixture.h"

namespace gauntlet {
namespace {

using namespace services_test;

const std::string kSession = "0123456789abcdef0123456789abcdef";
const std::string kOther = "fedcba9876543210fedcba9876543210";

upload::v1::Chunk chunk_of(const std::string& session, std::uint64_t sequence, bool last = false) {
  upload::v1::Chunk chunk;
  chunk.set_session_id(session);
  chunk.set_sequence(sequence);
  chunk.set_last(last);
  auto* series = chunk.add_series();
  series->set_period_ns(20'000'000);
  series->set_start_ns(1'700'000'000'000'000'000);
  for (int i = 0; i < 150; ++i) series->add_values(i + static_cast<int>(sequence));
  series->set_filled(std::string(50, '\0'));
  auto* set = chunk.add_sets();
  set->set_exercise("squat");
  set->set_begin_ns(1);
  set->set_end_ns(2);
  set->set_repetitions(10);
  return chunk;
}

std::string path_to(const std::string& session, std::uint64_t sequence) {
  return "/v1/sessions/" + session + "/chunks/" + std::to_string(sequence);
}

struct IngestServiceTest : ::testing::Test {
  IngestServiceTest() {
    EXPECT_TRUE(site.authz.register_person("alice", "a", "c7").ok());
    EXPECT_TRUE(site.authz.register_person("bob", "b", "c8").ok());
    alice = site.login("alice", "a");
    bob = site.login("bob", "b");
  }
  HttpResponse put(const std::string& token, const std::string& target, const std::string& body) {
    return site.runtime.call(site.ingest, Site::with_token("PUT", target, token, body));
  }
  int put(const std::string& token, const upload::v1::Chunk& chunk) {
    return put(token, path_to(chunk.session_id(), chunk.sequence()), chunk.SerializeAsString())
        .status;
  }
  HttpResponse progress(const std::string& token, const std::string& session) {
    return site.runtime.call(site.ingest,
                             Site::with_token("GET", "/v1/sessions/" + session, token));
  }
  Site site;
  std::string alice, bob;
};

TEST_F(IngestServiceTest, StoresOnceAndSaysSo) {
  EXPECT_EQ(put(alice, chunk_of(kSession, 0)), 201);
  EXPECT_EQ(put(alice, chunk_of(kSession, 0)), 200) << "the answer was lost, the phone came again";
  auto other = chunk_of(kSession, 0);
  other.mutable_series(0)->set_values(0, 99);
  EXPECT_EQ(put(alice, other), 409);
  EXPECT_EQ(site.ingest_counters.get("ingest.chunks"), 1u);
  EXPECT_EQ(site.ingest_counters.get("ingest.duplicates"), 1u);
  EXPECT_EQ(site.ingest_counters.get("ingest.refused.conflict"), 1u);
  EXPECT_EQ(site.ingest_counters.get("authz.accepted"), 3u);
}

TEST_F(IngestServiceTest, SaysWhereToResume) {
  for (const auto sequence : {0, 1, 2, 5, 6, 9}) {
    ASSERT_EQ(put(alice, chunk_of(kSession, static_cast<std::uint64_t>(sequence))), 201);
  }
  const auto cut = progress(alice, kSession);
  EXPECT_EQ(cut.status, 200);
  EXPECT_EQ(Site::member(cut, "chunks"), "6");
  EXPECT_EQ(Site::member(cut, "next"), "3");
  EXPECT_EQ(Site::member(cut, "complete"), "0");
  EXPECT_EQ(Site::member(cut, "ranges"), "0-2,5-6,9-9");
}

TEST_F(IngestServiceTest, ASessionEndsWithItsLastChunk) {
  ASSERT_EQ(put(alice, chunk_of(kSession, 0)), 201);
  ASSERT_EQ(put(alice, chunk_of(kSession, 2, true)), 201);
  EXPECT_EQ(Site::member(progress(alice, kSession), "complete"), "0");
  EXPECT_EQ(put(alice, chunk_of(kSession, 3)), 409) << "after the end";
  EXPECT_EQ(put(alice, chunk_of(kSession, 1, true)), 409) << "a second end";
  EXPECT_EQ(put(alice, chunk_of(kSession, 1)), 201);
  EXPECT_EQ(Site::member(progress(alice, kSession), "complete"), "1");
  ASSERT_EQ(put(alice, chunk_of(kOther, 5)), 201);
  EXPECT_EQ(put(alice, chunk_of(kOther, 4, true)), 409) << "an end before what is stored";
}

TEST_F(IngestServiceTest, ASessionOfAnotherClusterDoesNotExist) {
  ASSERT_EQ(put(alice, chunk_of(kSession, 0)), 201);
  EXPECT_EQ(put(bob, chunk_of(kSession, 0)), 404) << "not even the same bytes";
  EXPECT_EQ(put(bob, chunk_of(kSession, 1)), 404);
  EXPECT_EQ(progress(bob, kSession).status, 404);
  EXPECT_EQ(progress(bob, kSession).body, progress(bob, kOther).body);
  EXPECT_EQ(Site::member(progress(alice, kSession), "chunks"), "1");
  EXPECT_EQ(site.ingest_counters.get("ingest.refused.foreign"), 2u);
}

TEST_F(IngestServiceTest, MalformedUploadsAreTurnedAwayAndLeaveNothing) {
  const std::string good = chunk_of(kSession, 0).SerializeAsString();
  const auto changed = [](auto change) {
    auto chunk = chunk_of(kSession, 0);
    change(chunk);
    return chunk.SerializeAsString();
  };
  const struct {
    std::string name;
    std::string target;
    std::string body;
    int status;
  } table[] = {
      {"no protobuf", path_to(kSession, 0), "hello", 400},
      {"nothing", path_to(kSession, 0), "", 400},
      {"cut short", path_to(kSession, 0), good.substr(0, good.size() - 1), 400},
      {"another session in the path", path_to(kOther, 0), good, 400},
      {"another sequence in the path", path_to(kSession, 1), good, 400},
      {"no session id", "/v1/sessions/xyz/chunks/0", good, 400},
      {"upper case", "/v1/sessions/0123456789ABCDEF0123456789ABCDEF/chunks/0", good, 400},
      {"negative", "/v1/sessions/" + kSession + "/chunks/-1", good, 400},
      {"leading zero", "/v1/sessions/" + kSession + "/chunks/00", good, 400},
      {"beyond int64", "/v1/sessions/" + kSession + "/chunks/99999999999999999999", good, 400},
      {"beyond the limit", path_to(kSession, 1'000'001), good, 400},
      {"escaped path", "/v1/sessions/" + kSession + "/chunks/%30", good, 404},
      {"dots", "/v1/sessions/../chunks/0", good, 404},
      {"query", path_to(kSession, 0) + "?x", good, 404},
      {"no rate", path_to(kSession, 0),
       changed([](auto& c) { c.mutable_series(0)->set_period_ns(0); }), 400},
      {"unknown sensor", path_to(kSession, 0),
       changed([](auto& c) { c.mutable_series(0)->set_sensor(3); }), 400},
      {"values not in threes", path_to(kSession, 0),
       changed([](auto& c) { c.mutable_series(0)->add_values(1); }), 400},
      {"filled of another length", path_to(kSession, 0),
       changed([](auto& c) { c.mutable_series(0)->set_filled("x"); }), 400},
      {"a set that ends before it begins", path_to(kSession, 0),
       changed([](auto& c) { c.mutable_sets(0)->set_end_ns(0); }), 400},
      {"too large", path_to(kSession, 0), std::string(512 * 1024 + 1, 'x'), 413},
  };
  for (const auto& row : table) {
    EXPECT_EQ(put(alice, row.target, row.body).status, row.status) << row.name;
  }
  auto text = Site::with_token("PUT", path_to(kSession, 0), alice, good);
  text.headers["content-type"] = "application/json";
  EXPECT_EQ(site.runtime.call(site.ingest, text).status, 415);
  EXPECT_EQ(
      site.runtime.call(site.ingest, Site::with_token("POST", path_to(kSession, 0), alice, good))
          .status,
      405);
  EXPECT_EQ(progress(alice, kSession).status, 404);
  EXPECT_EQ(put(alice, path_to(kSession, 0), good).status, 201);
}

TEST_F(IngestServiceTest, EveryBadTokenIs401AndCountedByReason) {
  const forge::House house;
  const std::string body = chunk_of(kSession, 0).SerializeAsString();
  std::map<std::string, std::uint64_t> expected;
  const auto first = put("", path_to(kSession, 0), body);
  ++expected["missing"];
  for (const auto& bad : forge::bad_outer_tokens(house)) {
    const auto response = put(bad.token, path_to(kSession, 0), body);
    EXPECT_EQ(response.status, 401) << bad.name;
    EXPECT_EQ(response.body, first.body) << bad.name;
    EXPECT_EQ(response.headers, first.headers) << bad.name;
    // An empty bearer token is as good as none.
    ++expected[bad.token.empty() ? "missing" : std::string(bad.reason)];
    EXPECT_EQ(progress(bad.token, kSession).status, 401) << bad.name;
    ++expected[bad.token.empty() ? "missing" : std::string(bad.reason)];
  }
  for (const auto& [reason, n] : expected) {
    EXPECT_EQ(site.ingest_counters.get("authz.refused." + reason), n) << reason;
  }
  EXPECT_EQ(site.ingest_counters.get("authz.accepted"), 0u);
  EXPECT_EQ(first.headers.at("www-authenticate"), "Bearer");
}

TEST_F(IngestServiceTest, ATokenStopsWorkingWhenItExpires) {
  EXPECT_EQ(put(alice, chunk_of(kSession, 0)), 201);
  site.runtime.set(forge::kNow + std::chrono::seconds(3610));
  EXPECT_EQ(put(alice, chunk_of(kSession, 1)), 401);
  EXPECT_EQ(site.ingest_counters.get("authz.refused.expired"), 1u);
  EXPECT_EQ(put(site.login("alice", "a"), chunk_of(kSession, 1)), 201)
      << "a new token of the same cluster goes on with the session";
}

TEST_F(IngestServiceTest, ATokenForAnotherServiceIsRefused) {
  EXPECT_EQ(put(site.login("alice", "a", "profile"), chunk_of(kSession, 0)), 401);
  EXPECT_EQ(site.ingest_counters.get("authz.refused.wrong_audience"), 1u);
}

// Stores whose puts share a commit, and how they fail.
class GroupedStore final : public IngestStore {
 public:
  Put put(std::string_view, std::string_view, std::int64_t sequence, std::string_view,
          const upload::v1::Chunk&, HostTime) override {
    if (sequence == fails_at) {
      open = 0;
      throw StoreError("broken");
    }
    ++open;
    return Put::created;
  }
  bool pending() const override { return open > 0; }
  void commit() override {
    ++commits;
    stored += std::exchange(open, 0);
    if (commit_fails) throw StoreError("broken");
  }
  std::optional<Progress> progress(std::string_view, std::string_view) override { return {}; }
  std::string bytes() const override { return {}; }
  void probe() const override {}
  int open = 0, stored = 0, commits = 0;
  std::int64_t fails_at = -1;
  bool commit_fails = false;
};

struct GroupCommit : IngestServiceTest {
  GroupCommit()
      : service(site.context(site.ingest_counters, site.ingest_log), {}, site.verifier("ingest"),
                std::unique_ptr<IngestStore>(store)) {}
  // All asked at once; their statuses, -1 for an exception.
  std::vector<int> put_together(int n) {
    std::vector<int> statuses(static_cast<std::size_t>(n), 0);
    for (int i = 0; i < n; ++i) {
      const auto chunk = chunk_of(kSession, static_cast<std::uint64_t>(i));
      auto request = Site::with_token("PUT", path_to(kSession, chunk.sequence()), alice,
                                      chunk.SerializeAsString());
      asio::co_spawn(site.runtime.executor(), service.handle(std::move(request)),
                     [&statuses, i](std::exception_ptr error, HttpResponse response) {
                       statuses[static_cast<std::size_t>(i)] = error ? -1 : response.status;
                     });
    }
    site.runtime.run();
    return statuses;
  }
  GroupedStore* store = new GroupedStore;
  IngestService service;
};

TEST_F(GroupCommit, ThoseWhoComeTogetherShareOneCommitAndWaitForIt) {
  EXPECT_EQ(put_together(5), (std::vector<int>{201, 201, 201, 201, 201}));
  EXPECT_EQ(store->commits, 1);
  EXPECT_EQ(store->stored, 5);
  EXPECT_EQ(put_together(1), std::vector<int>{201});
  EXPECT_EQ(store->commits, 2);
}

TEST_F(GroupCommit, NobodyIsConfirmedWhatACommitLost) {
  store->commit_fails = true;
  EXPECT_EQ(put_together(3), (std::vector<int>{503, 503, 503}));
  EXPECT_EQ(site.ingest_counters.get("ingest.rolled_back"), 3u);
}

TEST_F(GroupCommit, NobodyIsConfirmedWhatAnothersFailureTookAway) {
  store->fails_at = 2;
  EXPECT_EQ(put_together(4), (std::vector<int>{503, 503, -1, 201})) << "the fourth came after it";
  EXPECT_EQ(store->stored, 1);
}

// A store that fails as it is told to.
class FailingStore final : public IngestStore {
 public:
  struct Away final : StoreError {
    using StoreError::StoreError;
    bool unavailable() const override { return true; }
  };
  Put put(std::string_view, std::string_view, std::int64_t, std::string_view,
          const upload::v1::Chunk&, HostTime) override {
    throw Away("away");
  }
  std::optional<Progress> progress(std::string_view, std::string_view) override {
    throw StoreError("broken");
  }
  std::string bytes() const override { return {}; }
  void probe() const override { throw Away("away"); }
};

TEST_F(IngestServiceTest, AStoreThatIsAwayIs503AndOneThatIsBrokenIsAnError) {
  IngestService service(site.context(site.ingest_counters, site.ingest_log), {},
                        site.verifier("ingest"), std::make_unique<FailingStore>());
  const auto chunk = chunk_of(kSession, 0);
  const auto response = site.runtime.call(
      service, Site::with_token("PUT", path_to(kSession, 0), alice, chunk.SerializeAsString()));
  EXPECT_EQ(response.status, 503) << "the phone asks again";
  EXPECT_EQ(response.headers.at("retry-after"), "1");
  EXPECT_EQ(site.ingest_counters.get("ingest.store_unavailable"), 1u);
  EXPECT_THROW(
      site.runtime.call(service, Site::with_token("GET", "/v1/sessions/" + kSession, alice)),
      StoreError);
  EXPECT_EQ(site.ingest_counters.get("ingest.failures"), 1u);
  EXPECT_FALSE(service.ready());
}

TEST(IngestStoreFile, WhatWasConfirmedIsThereAfterARestart) {
  const auto dir = std::filesystem::path(::testing::TempDir()) / "gauntlet_ingest_restart";
  std::filesystem::remove_all(dir);
  std::filesystem::create_directories(dir);
  const auto body = chunk_of(kSession, 0).SerializeAsString();
  std::string token;
  {
    Site site(Durability::process, dir);
    ASSERT_TRUE(site.authz.register_person("alice", "a", "c7").ok());
    token = site.login("alice", "a");
    ASSERT_EQ(
        site.runtime.call(site.ingest, Site::with_token("PUT", path_to(kSession, 0), token, body))
            .status,
        201);
  }
  Site again(Durability::power, dir);
  EXPECT_EQ(
      again.runtime.call(again.ingest, Site::with_token("PUT", path_to(kSession, 0), token, body))
          .status,
      200);
  EXPECT_NE(again.login("alice", "a"), "") << "people are kept, too";
  std::filesystem::remove_all(dir);
}

TEST(IngestStoreFile, AFullStoreSays507AndKeepsWhatItHas) {
  IngestOptions options;
  options.store_bytes_max = 128 * 1024;
  Site site(Durability::memory, {}, options);
  ASSERT_TRUE(site.authz.register_person("alice", "a", "c7").ok());
  const std::string token = site.login("alice", "a");
  int status = 201;
  std::uint64_t sequence = 0;
  for (; status == 201 && sequence < 1000; ++sequence) {
    status =
        site.runtime
            .call(site.ingest, Site::with_token("PUT", path_to(kSession, sequence), token,
                                                chunk_of(kSession, sequence).SerializeAsString()))
            .status;
  }
  EXPECT_EQ(status, 507);
  const auto progress =
      site.runtime.call(site.ingest, Site::with_token("GET", "/v1/sessions/" + kSession, token));
  EXPECT_EQ(Site::member(progress, "next"), std::to_string(sequence - 1));
}

}  // namespace
}  // namespace gauntlet
