// Collects fused rows and sets into chunks and brings each of them to the ingest service once, in
// order, however often the network fails: (session id, sequence) makes a repeated PUT harmless.
//
// A failure without answer and every 5xx is tried again after a pause that doubles, with up to a
// quarter of jitter so that phones do not come back in step; 401 means log in again (at once the
// first time, then with pauses); any other refusal is final and the chunk is counted as refused.
// The outbox is bounded: the oldest chunk is given up beyond it. Once finish() was called the rest
// is tried for finish_timeout_s.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/base/counters.h"
#include "core/events/events.h"
#include "core/phone/cloud.h"
#include "core/phone/phone_options.h"
#include "core/runtime/signal.h"
#include "core/signal/grid_resampler.h"

namespace gauntlet {

struct UploadedSet {
  std::string exercise;
  HostTime begin, end;
  std::uint32_t repetitions = 0;
};

class Uploader {
 public:
  Uploader(Runtime& runtime, const UploadOptions& options, std::unique_ptr<Cloud> cloud,
           EventSink& sink, Counters& counters);
  ~Uploader();

  // 32 hexadecimal digits, new for every session.
  void begin_session();
  bool in_session() const { return !session_.empty(); }
  const std::string& session_id() const { return session_; }
  // What is added outside a session is not kept.
  void add(StreamId stream, const GridRows& rows, Duration period);
  void add(const UploadedSet& set);
  // Closes the present chunk when its time has come.
  void tick(HostTime now);
  // Closes the last chunk of the session, which says so.
  void end_session();
  // No more will be added; run() returns when the outbox is empty or the time is over.
  void finish();
  asio::awaitable<void> run();
  // The owner goes: run() ends at its next step and reports nothing any more.
  void stop();

 private:
  struct Pending;
  struct Sealed {
    std::string session;
    std::uint64_t sequence = 0;
    std::uint64_t samples = 0;
    std::string body;
  };
  enum class Verdict { delivered, refused, unauthorized, again };

  void seal(bool last);
  asio::awaitable<Verdict> attempt();
  asio::awaitable<bool> ensure_token();
  asio::awaitable<void> pause();
  Verdict judge(int status);
  void drop_front(const char* counter);
  bool out_of_time() const;

  Runtime& runtime_;
  const UploadOptions& options_;
  std::unique_ptr<Cloud> cloud_;
  EventSink& sink_;
  Counters& counters_;
  Signal wake_;
  std::string session_;
  std::uint64_t next_sequence_ = 0;
  std::unique_ptr<Pending> pending_;
  HostTime sealed_at_;
  std::deque<Sealed> outbox_;
  std::string token_;
  HostTime token_ends_;
  double pause_s_ = 0;
  bool relogged_ = false;  // the present chunk was refused once with a fresh token
  bool finishing_ = false;
  bool stopped_ = false;
  HostTime deadline_;
};

}  // namespace gauntlet
