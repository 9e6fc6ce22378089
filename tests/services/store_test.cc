// One contract, two implementations: SQLite and PostgreSQL.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "core/services/postgres_stores.h"
#include "core/wire/upload.pb.h"
#include "tests/services/postgres_cluster.h"

namespace gauntlet {
namespace {

using Put = IngestStore::Put;
using services_test::PostgresCluster;

const std::string kSession = "0123456789abcdef0123456789abcdef";
const std::string kOther = "fedcba9876543210fedcba9876543210";

upload::v1::Chunk chunk_of(std::int64_t sequence, bool last = false, int first_value = 0) {
  upload::v1::Chunk chunk;
  chunk.set_session_id(kSession);
  chunk.set_sequence(static_cast<std::uint64_t>(sequence));
  chunk.set_last(last);
  for (int i = 0; i < 3; ++i) {
    auto* series = chunk.add_series();
    series->set_period_ns(20'000'000);
    series->set_sensor(static_cast<std::uint32_t>(i));
    for (int k = 0; k < 150; ++k) series->add_values(first_value + k);
  }
  auto* set = chunk.add_sets();
  set->set_exercise(R"(odd "quotes", \ and {braces})");
  set->set_end_ns(1);
  return chunk;
}

Put put(IngestStore& store, std::int64_t sequence, bool last = false, int first_value = 0,
        const std::string& cluster = "c7", const std::string& session = kSession) {
  const auto chunk = chunk_of(sequence, last, first_value);
  return store.put(cluster, session, sequence, chunk.SerializeAsString(), chunk, HostTime{});
}

// One server for all tests of this program.
PostgresCluster* cluster() {
  static const auto made = PostgresCluster::make("store");
  return made.get();
}

using Open = std::function<std::unique_ptr<IngestStore>()>;

// Opens the same store again and again, each test its own.
Open ingest_store(const std::string& kind, std::int64_t bytes_max = 0) {
  static int n = 0;
  const std::string name = "ingest" + std::to_string(n++);
  if (kind == "postgres") {
    const std::string at = cluster()->database(name);
    return [=] { return make_postgres_ingest_store(at, Durability::power, bytes_max); };
  }
  const auto file = std::filesystem::path(::testing::TempDir()) / ("gauntlet_" + name + ".sqlite");
  for (const char* more : {"", "-wal", "-shm"}) std::filesystem::remove(file.string() + more);
  return [=] { return make_sqlite_ingest_store(file, Durability::process, bytes_max); };
}

class EachStore : public ::testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    if (GetParam() == "postgres" && (!postgres_available() || !cluster())) {
      GTEST_SKIP() << "skipped: no PostgreSQL";
    }
  }
};
INSTANTIATE_TEST_SUITE_P(Stores, EachStore, ::testing::Values("sqlite", "postgres"),
                         [](const auto& kind) { return kind.param; });

TEST_P(EachStore, StoresAChunkOnce) {
  const auto store = ingest_store(GetParam())();
  EXPECT_EQ(put(*store, 0), Put::created);
  EXPECT_EQ(put(*store, 0), Put::repeated);
  EXPECT_EQ(put(*store, 0, false, 99), Put::conflict);
  EXPECT_EQ(put(*store, 0, false, 0, "c8"), Put::foreign) << "not even the same bytes";
  EXPECT_EQ(put(*store, 1, false, 0, "c8"), Put::foreign);
  EXPECT_EQ(store->progress("c7", kSession)->chunks, 1);
  EXPECT_FALSE(store->progress("c8", kSession));
  EXPECT_FALSE(store->progress("c7", kOther));
}

TEST_P(EachStore, SaysWhereToResumeAndWhenItIsOver) {
  const auto store = ingest_store(GetParam())();
  for (const std::int64_t sequence : {0, 1, 2, 5, 6})
    ASSERT_EQ(put(*store, sequence), Put::created);
  ASSERT_EQ(put(*store, 9, true), Put::created);
  auto progress = store->progress("c7", kSession).value();
  EXPECT_EQ(progress.next, 3);
  EXPECT_EQ(progress.ranges,
            (std::vector<std::pair<std::int64_t, std::int64_t>>{{0, 2}, {5, 6}, {9, 9}}));
  EXPECT_FALSE(progress.complete);
  EXPECT_EQ(put(*store, 10), Put::conflict) << "after the end";
  EXPECT_EQ(put(*store, 3, true), Put::conflict) << "a second end";
  for (const std::int64_t sequence : {3, 4, 7, 8}) ASSERT_EQ(put(*store, sequence), Put::created);
  progress = store->progress("c7", kSession).value();
  EXPECT_TRUE(progress.complete);
  EXPECT_EQ(progress.chunks, 10);
  ASSERT_EQ(put(*store, 5, false, 0, "c7", kOther), Put::created);
  EXPECT_EQ(put(*store, 4, true, 0, "c7", kOther), Put::conflict) << "an end before what is stored";
}

TEST_P(EachStore, KeepsTheBytesAndNoMoreThanItMay) {
  const auto open = ingest_store(GetParam());
  const std::string body = chunk_of(0).SerializeAsString();
  ASSERT_EQ(put(*open(), 0), Put::created);
  const auto store = open();
  EXPECT_NE(store->bytes().find(body), std::string::npos) << "after a restart, too";
  store->probe();
  const auto small = ingest_store(GetParam(), 64 * 1024)();
  bool full = false;
  for (std::int64_t i = 0; i < 1000 && !full; ++i) {
    try {
      put(*small, i);
    } catch (const StoreError& error) {
      full = error.full();
    }
  }
  EXPECT_TRUE(full);
}

TEST_P(EachStore, KeepsPeopleUntilTheyAreRemoved) {
  const auto file = std::filesystem::path(::testing::TempDir()) / "gauntlet_people.sqlite";
  std::filesystem::remove(file);
  const auto store =
      GetParam() == "postgres"
          ? make_postgres_profile_store(cluster()->database("people"), Durability::power)
          : make_sqlite_profile_store(file, Durability::process);
  const std::string pseudonym("\0\x01\xff", 3), record("\xfe\0r", 3);
  EXPECT_FALSE(store->find(pseudonym));
  store->put(pseudonym, "before");
  store->put(pseudonym, record);
  EXPECT_EQ(store->find(pseudonym), record);
  EXPECT_NE(store->bytes().find(record), std::string::npos);
  store->probe();
  EXPECT_TRUE(store->remove(pseudonym));
  EXPECT_FALSE(store->remove(pseudonym));
}

// Stores and confirms (a byte each) until it is killed.
[[noreturn]] void store_for_ever(const Open& open, int confirmations) {
  const auto store = open();
  for (std::int64_t sequence = 0;; ++sequence) {
    if (put(*store, sequence) != Put::created) _exit(1);
    if (write(confirmations, "+", 1) != 1) _exit(2);
  }
}

TEST_P(EachStore, WhatWasConfirmedOutlivesKill9OfTheService) {
  const Open open = ingest_store(GetParam());
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) store_for_ever(open, ends[1]);
  close(ends[1]);
  std::int64_t confirmed = 0;
  char byte = 0;
  while (confirmed < 50 && read(ends[0], &byte, 1) == 1) ++confirmed;
  ASSERT_EQ(kill(child, SIGKILL), 0);
  while (read(ends[0], &byte, 1) == 1) ++confirmed;
  close(ends[0]);
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status)) << "it ended by itself: " << WEXITSTATUS(status);
  const auto store = open();
  const auto progress = store->progress("c7", kSession);
  ASSERT_TRUE(progress);
  EXPECT_GE(progress->next, confirmed);
  EXPECT_EQ(progress->chunks, progress->next);
  for (std::int64_t i = 0; i < progress->next; ++i) ASSERT_EQ(put(*store, i), Put::repeated) << i;
}

TEST(Postgres, ACrashOfTheDatabaseLosesNothingAndTheServiceComesBack) {
  if (!postgres_available() || !cluster()) GTEST_SKIP() << "skipped: no PostgreSQL";
  const auto store = ingest_store("postgres")();
  for (std::int64_t i = 0; i < 20; ++i) ASSERT_EQ(put(*store, i), Put::created);
  cluster()->stop(SIGKILL);
  for (int i = 0; i < 2; ++i) {
    try {
      put(*store, 20);
      FAIL() << "nobody is there";
    } catch (const StoreError& error) {
      EXPECT_TRUE(error.unavailable()) << error.what();
    }
  }
  EXPECT_THROW(store->probe(), StoreError);
  cluster()->start();
  EXPECT_EQ(put(*store, 19), Put::repeated) << "the same store object, a new connection";
  EXPECT_EQ(put(*store, 20), Put::created);
  EXPECT_EQ(store->progress("c7", kSession)->next, 21);
}

TEST(Postgres, AWrongConnectionStringIsSaidAtOnce) {
  if (!postgres_available()) GTEST_SKIP() << "skipped: no PostgreSQL";
  EXPECT_THROW(make_postgres_profile_store("host=/nowhere dbname=x", Durability::power),
               StoreError);
}

}  // namespace
}  // namespace gauntlet
