// What was confirmed is there after kill -9, and nothing is there in part.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "core/services/ingest_store.h"
#include "core/wire/upload.pb.h"

namespace gauntlet {
namespace {

const std::string kSession = "0123456789abcdef0123456789abcdef";

upload::v1::Chunk chunk_of(std::int64_t sequence) {
  upload::v1::Chunk chunk;
  chunk.set_session_id(kSession);
  chunk.set_sequence(static_cast<std::uint64_t>(sequence));
  for (int i = 0; i < 4; ++i) {
    auto* series = chunk.add_series();
    series->set_period_ns(1);
    for (int k = 0; k < 150; ++k) series->add_values(k);
  }
  return chunk;
}

IngestStore::Put put(IngestStore& store, std::int64_t sequence) {
  const auto chunk = chunk_of(sequence);
  return store.put("c7", kSession, sequence, chunk.SerializeAsString(), chunk, HostTime{});
}

// Stores and confirms (a byte each) until it is killed.
[[noreturn]] void store_for_ever(const std::filesystem::path& file, int confirmations) {
  const auto store = make_sqlite_ingest_store(file, Durability::process, 0);
  for (std::int64_t sequence = 0;; ++sequence) {
    if (put(*store, sequence) != IngestStore::Put::created) _exit(1);
    if (write(confirmations, "+", 1) != 1) _exit(2);
  }
}

TEST(Kill9, EveryConfirmedChunkIsThereAndIsTheSame) {
  const auto directory = std::filesystem::path(::testing::TempDir()) / "gauntlet_kill";
  for (const std::int64_t wanted : {1, 20, 200}) {
    std::filesystem::remove_all(directory);
    std::filesystem::create_directories(directory);
    const auto file = directory / "ingest.sqlite";
    int pipe_ends[2];
    ASSERT_EQ(pipe(pipe_ends), 0);
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) store_for_ever(file, pipe_ends[1]);
    close(pipe_ends[1]);
    std::int64_t confirmed = 0;
    char byte = 0;
    while (confirmed < wanted && read(pipe_ends[0], &byte, 1) == 1) ++confirmed;
    ASSERT_EQ(kill(child, SIGKILL), 0);
    while (read(pipe_ends[0], &byte, 1) == 1) ++confirmed;
    close(pipe_ends[0]);
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status));

    const auto store = make_sqlite_ingest_store(file, Durability::process, 0);
    const auto progress = store->progress("c7", kSession);
    ASSERT_TRUE(progress);
    // One more may have been stored and not yet confirmed.
    EXPECT_GE(progress->next, confirmed);
    EXPECT_LE(progress->next, confirmed + 1);
    EXPECT_EQ(progress->chunks, progress->next);
    for (std::int64_t sequence = 0; sequence < progress->next; ++sequence) {
      ASSERT_EQ(put(*store, sequence), IngestStore::Put::repeated) << sequence;
    }
    EXPECT_EQ(put(*store, progress->next), IngestStore::Put::created);
  }
  std::filesystem::remove_all(directory);
}

}  // namespace
}  // namespace gauntlet
