#include "core/phone/phone_options.h"

namespace gauntlet {
namespace {

void describe_endpoint(OptionVisitor& v, std::string_view host_name, std::string_view port_name,
                       Endpoint& e, std::string_view text) {
  std::int64_t port = e.port;
  v.text(host_name, e.host, text);
  v.integer(port_name, port, {1, 65535}, "1", text);
  e.port = static_cast<std::uint16_t>(port);
}

}  // namespace

void SetOptions::describe(OptionVisitor& v) {
  v.integer("votes", votes, {1, 64}, "windows", "how many of the last windows vote");
  v.integer("start_votes", start_votes, {1, 64}, "windows",
            "votes for one exercise that begin a set");
  v.integer("end_votes", end_votes, {1, 64}, "windows", "votes for no exercise that end a set");
  v.number("min_confidence", min_confidence, {0, 1}, "1",
           "a window below this counts as no exercise");
  v.number("silence_s", silence_s, {1, 600}, "s", "a set ends when no window came for this long");
  v.flag(
      "by_hand", by_hand,
      "a paper notebook: sets are where the user marks them, repetitions what was typed; nothing "
      "is classified");
}

void UploadOptions::describe(OptionVisitor& v) {
  v.flag("enabled", enabled, "upload at all");
  v.number("period_s", period_s, {1, 3600}, "s", "a chunk is closed this often");
  v.integer("outbox_chunks", outbox_chunks, {1, 100000}, "chunks",
            "kept while they cannot be sent; the oldest is given up beyond");
  v.number("retry_first_s", retry_first_s, {0.1, 3600}, "s", "first pause after a failure");
  v.number("retry_max_s", retry_max_s, {0.1, 86400}, "s", "longest pause, doubling up to it");
  v.number("finish_timeout_s", finish_timeout_s, {0, 86400}, "s",
           "how long the rest is tried once there is no more input");
  describe_endpoint(v, "authz_host", "authz_port", authz, "where log-ins go");
  describe_endpoint(v, "ingest_host", "ingest_port", ingest, "where chunks go");
  v.text("user", user, "who logs in");
  v.text("secret", secret, "with what");
}

void PhoneOptions::describe(OptionVisitor& v) {
  v.choice("format", format,
           {{"auto", WireFormat::automatic},
            {"pebble5", WireFormat::pebble5},
            {"pebble16", WireFormat::pebble16},
            {"muvr20", WireFormat::muvr20},
            {"delta18", WireFormat::delta18}},
           "frame format of the wearables; auto: by what the first whole frame is");
  aligner.describe_method(v, "aligner");
  v.table("alignment", aligner, "what the aligners assume");
  v.table("signal", signal, "grid, gap fill, filters");
  v.number("fusion_period_ms", fusion_period_ms, {10, 60000}, "ms",
           "timer of fusion, classification and display", "the essay");
  v.number("hop_ms", hop_ms, {20, 60000}, "ms", "distance of classified windows");
  v.integer("classify_device", classify_device, {-1, 65535}, "1",
            "whose signal is classified; -1: the first wearable that sends");
  v.number("classify_cost_ms", classify_cost_ms, {0, 10000}, "ms",
           "modelled time the phone needs for a window");
  v.integer("pending_windows", pending_windows, {1, 100000}, "windows",
            "windows that may wait; the oldest are skipped beyond");
  v.number("max_filled", max_filled, {0, 1}, "1",
           "a window with a greater share of invented rows is not classified");
  v.number("worn_silence_s", worn_silence_s, {0.1, 600}, "s",
           "with a model for every subset of worn sensors: one that is silent for longer is not "
           "waited for");
  v.number("display_ms", display_ms, {0, 1000}, "ms", "from decision to screen",
           "one frame at 60 Hz");
  v.flag("automatic_session", automatic_session,
         "the first data begins a session if the user has not");
  v.number("session_linger_s", session_linger_s, {0, 600}, "s",
           "how long data still count for a session that the user has ended");
  v.table("guard", guard, "looks for signals that nobody's body made");
  v.table("sets", sets, "from windows to sets");
  v.table("repetitions", repetitions, "counter within a set");
  v.table("tracker", tracker, "counter of exercises whose repetitions are known");
  v.table("upload", upload, "to the services");
}

}  // namespace gauntlet
