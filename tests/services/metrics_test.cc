// What monitoring reads, against Prometheus' text format 0.0.4 and its rules for histograms.
#include "core/services/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "tests/services/fixture.h"

namespace gauntlet {
namespace {

using std::chrono::microseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(LatencyHistogram, BoundsBelongToTheirBucketsAndBucketsAccumulate) {
  LatencyHistogram h;
  h.observe(microseconds{50});
  h.observe(microseconds{50} + nanoseconds{1});
  h.observe(seconds{1});
  h.observe(seconds{1} + nanoseconds{1});
  EXPECT_EQ(h.at_most(0), 1u);
  EXPECT_EQ(h.at_most(1), 2u);
  EXPECT_EQ(h.at_most(LatencyHistogram::kBounds_us.size() - 1), 3u);
  EXPECT_EQ(h.count(), 4u);
  EXPECT_EQ(h.sum(), seconds{2} + microseconds{100} + nanoseconds{2});
}

TEST(LatencyHistogram, AClockThatWasSetBackCountsAsNoTime) {
  LatencyHistogram h;
  h.observe(seconds{-3});
  EXPECT_EQ(h.at_most(0), 1u);
  EXPECT_EQ(h.sum(), Duration{});
}

TEST(PrometheusText, IsExactlyTheExpositionFormat) {
  Counters counters;
  counters.add("http.status.200", 2);
  counters.add("odd\"name\\\n");
  LatencyHistogram latency;
  latency.observe(microseconds{70});
  latency.observe(seconds{2});
  const ServiceMetrics one{"ingest", true, &counters, &latency};
  const std::string text = prometheus_text({&one, 1});
  EXPECT_EQ(text.substr(0, text.find("gauntlet_answer_seconds_bucket")),
            "# HELP gauntlet_ready 1 while the service's store answers.\n"
            "# TYPE gauntlet_ready gauge\n"
            "gauntlet_ready{service=\"ingest\"} 1\n"
            "# HELP gauntlet_events_total Counted events by service and name.\n"
            "# TYPE gauntlet_events_total counter\n"
            "gauntlet_events_total{service=\"ingest\",event=\"http.status.200\"} 2\n"
            "gauntlet_events_total{service=\"ingest\",event=\"odd\\\"name\\\\\\n\"} 1\n"
            "# HELP gauntlet_answer_seconds From a whole request to its answer.\n"
            "# TYPE gauntlet_answer_seconds histogram\n");
  for (const char* line :
       {"gauntlet_answer_seconds_bucket{service=\"ingest\",le=\"0.000050000\"} 0\n",
        "gauntlet_answer_seconds_bucket{service=\"ingest\",le=\"0.000100000\"} 1\n",
        "gauntlet_answer_seconds_bucket{service=\"ingest\",le=\"1.000000000\"} 1\n",
        "gauntlet_answer_seconds_bucket{service=\"ingest\",le=\"+Inf\"} 2\n",
        "gauntlet_answer_seconds_sum{service=\"ingest\"} 2.000070000\n",
        "gauntlet_answer_seconds_count{service=\"ingest\"} 2\n"}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
}

TEST(Health, EveryServiceIsAliveAndReady) {
  services_test::Site site;
  for (Service* service :
       std::initializer_list<Service*>{&site.authz, &site.profile, &site.ingest, &site.model}) {
    for (const char* target : {"/healthz", "/readyz"}) {
      EXPECT_EQ(site.runtime.call(*service, {"GET", target}).status, 200) << target;
      EXPECT_EQ(site.runtime.call(*service, {"PUT", target}).status, 405) << target;
    }
    EXPECT_EQ(service->latency().count(), 0u) << "health is no traffic";
  }
}

// The reason for which a token is refused is an oracle to whoever sent it.
TEST(Health, AServiceItselfGivesOutNoMetrics) {
  services_test::Site site;
  const HttpResponse answer = site.runtime.call(site.ingest, {"GET", "/metrics"});
  EXPECT_EQ(answer.status, 404);
  EXPECT_THAT(answer.body, Not(HasSubstr("gauntlet_")));
}

class BrokenStore : public Service {
 public:
  explicit BrokenStore(ServiceContext context) : Service("broken", std::move(context)) {}
  std::string store_bytes() const override { return {}; }

 private:
  Answer answer(const HttpRequest&, HostTime) override { return {HttpResponse(204), "any"}; }
  void probe_store() const override { throw std::runtime_error("secret path"); }
};

TEST(Health, AServiceWhoseStoreFailsIsAliveButNotReady) {
  services_test::ClockRuntime runtime;
  Counters counters;
  BrokenStore service({runtime, counters, {}});
  EXPECT_FALSE(service.ready());
  EXPECT_EQ(runtime.call(service, {"GET", "/healthz"}).status, 200);
  const HttpResponse answer = runtime.call(service, {"GET", "/readyz"});
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.body, "{\"error\":\"store\"}");
  EXPECT_EQ(runtime.call(service, {"GET", "/"}).status, 204);
  EXPECT_EQ(service.latency().count(), 1u);
}

}  // namespace
}  // namespace gauntlet
