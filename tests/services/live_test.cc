// The program that serves, as an operator starts, kills and stops it, and the one that drives it.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "core/authz/flat_json.h"
#include "core/runtime/http.h"
#include "core/runtime/realtime_runtime.h"
#include "core/runtime/spawn.h"
#include "core/wire/upload.pb.h"
#include "scenarios/live_phone.h"
#include "scenarios/live_run.h"
#include "scenarios/live_target.h"
#include "tests/shell.h"

namespace gauntlet {
namespace {

namespace fs = std::filesystem;
using scenarios::LiveTarget;

std::string text_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// `gauntlet serve --dev`, on ports that it picks the first time and keeps.
class Served {
 public:
  explicit Served(fs::path state) : state_(std::move(state)) {}
  ~Served() {
    if (child_ > 0) end(SIGKILL);
  }

  // False when it ends before it is ready.
  bool start(const std::string& more = "") {
    std::string command = "serve --dev --state " + state_.string() + " " + more;
    for (const auto& [name, port] : ports_) {
      if (name != "metrics") command += " --set listen_" + name + ".port=" + port;
    }
    int ends[2];
    if (pipe(ends) != 0) return false;
    child_ = fork();
    if (child_ == 0) run(command, ends[1]);
    close(ends[1]);
    std::FILE* out = fdopen(ends[0], "r");
    char line[256];
    bool ready = false;
    while (!ready && std::fgets(line, sizeof line, out)) {
      std::istringstream words(line);
      std::string name, url;
      words >> name >> url;
      ready = name == "ready";
      if (!ready) ports_[name] = url.substr(url.rfind(':') + 1);
    }
    std::fclose(out);
    ports_["metrics"] = ports_["metrics"].substr(0, ports_["metrics"].find('/'));
    return ready;
  }
  // Its exit code, or 128 and the signal.
  int end(int signal) {
    kill(child_, signal);
    int status = 0;
    waitpid(std::exchange(child_, -1), &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

  void signal(int number) const { kill(child_, number); }

  Endpoint at(const std::string& service) const {
    return {"localhost", static_cast<std::uint16_t>(std::stoi(ports_.at(service)))};
  }
  std::string url(const std::string& service) const {
    return "https://localhost:" + ports_.at(service);
  }
  fs::path file(const char* name) const { return state_ / name; }

 private:
  [[noreturn]] static void run(const std::string& command, int out) {
    dup2(out, STDOUT_FILENO);
    const int log = ::open("/dev/null", O_WRONLY);
    dup2(log, STDERR_FILENO);
    std::vector<std::string> words{GAUNTLET_BINARY};
    std::istringstream in(command);
    for (std::string word; in >> word;) words.push_back(word);
    std::vector<char*> argv;
    for (auto& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    execv(GAUNTLET_BINARY, argv.data());
    _exit(127);
  }
  fs::path state_;
  pid_t child_ = -1;
  std::map<std::string, std::string> ports_;
};

struct Live : ::testing::Test {
  Live() : state(fs::path(::testing::TempDir()) / ("gauntlet_live_" + std::to_string(getpid()))) {
    fs::remove_all(state);
  }
  ~Live() override { fs::remove_all(state); }

  // One answer, over TLS where there is a certificate to trust.
  HttpResponse ask(const Endpoint& at, HttpRequest request, bool tls = true) {
    RealtimeRuntime runtime;
    std::optional<TlsContext> context;
    if (tls) {
      TlsOptions trust;
      trust.authorities_pem = text_of(state / "certificate.pem");
      context = TlsContext::client(trust).value();
    }
    scenarios::TlsRuntime outside(runtime, context);
    HttpClient client(outside, at);
    HttpResponse response(0);
    const auto once = [&]() -> asio::awaitable<void> {
      try {
        response = co_await client.request(std::move(request));
      } catch (const boost::system::system_error&) {
        response.status = 0;
      }
      client.close();
    };
    spawn(runtime.executor(), once());
    runtime.run();
    return response;
  }
  scenarios::LiveAccount account() const {
    return scenarios::parse_accounts(text_of(state / "accounts.txt")).value().at(0);
  }
  HttpResponse login(const Served& served, const std::string& audience = "ingest") {
    const auto a = account();
    HttpRequest request("POST", "/v1/login");
    request.body = FlatJsonWriter()
                       .add("user", a.user)
                       .add("secret", a.secret)
                       .add("audience", audience)
                       .str();
    return ask(served.at("authz"), request);
  }
  static std::string member(const HttpResponse& response, const char* name) {
    const auto json = parse_flat_json(response.body);
    const auto* text = json ? json->text(name) : nullptr;
    return text ? *text : "";
  }
  static HttpRequest bearing(std::string method, std::string target, const std::string& token,
                             std::string body = {}) {
    HttpRequest request(std::move(method), std::move(target), {}, std::move(body));
    request.headers["authorization"] = "Bearer " + token;
    return request;
  }

  fs::path state;
};

TEST_F(Live, AllFourServeOverTlsAndEndOnSigterm) {
  Served served(state);
  ASSERT_TRUE(served.start("--dev-people 1"));
  for (const char* service : {"authz", "profile", "ingest", "model"}) {
    EXPECT_EQ(ask(served.at(service), HttpRequest("GET", "/healthz")).status, 200) << service;
    EXPECT_EQ(ask(served.at(service), HttpRequest("GET", "/readyz")).status, 200) << service;
    EXPECT_EQ(ask(served.at(service), HttpRequest("GET", "/healthz"), false).status, 0)
        << service << ": not a word in the clear";
  }
  const auto metrics = ask(served.at("metrics"), HttpRequest("GET", "/metrics"), false);
  for (const char* service : {"authz", "profile", "ingest", "model"}) {
    EXPECT_NE(metrics.body.find("gauntlet_ready{service=\"" + std::string(service) + "\"} 1"),
              std::string::npos);
  }
  const std::string token = member(login(served, "profile"), "token");
  EXPECT_EQ(ask(served.at("profile"), bearing("GET", "/v1/profile", token)).status, 200);
  EXPECT_EQ(ask(served.at("ingest"), bearing("GET", "/v1/profile", token)).status, 404);
  EXPECT_EQ(served.end(SIGTERM), 0);
  EXPECT_EQ(ask(served.at("authz"), HttpRequest("GET", "/healthz")).status, 0);
  for (const char* kind : {"authz", "profile", "ingest", "model"}) {
    EXPECT_TRUE(fs::exists(state / "stores" / (std::string(kind) + ".sqlite"))) << kind;
    EXPECT_FALSE(fs::exists(state / "stores" / (std::string(kind) + ".sqlite-wal")))
        << kind << " was closed properly";
  }
}

std::string chunk_of(const std::string& session, std::uint64_t sequence) {
  upload::v1::Chunk chunk;
  chunk.set_session_id(session);
  chunk.set_sequence(sequence);
  auto* series = chunk.add_series();
  series->set_period_ns(20'000'000);
  for (int k = 0; k < 150; ++k) series->add_values(k + static_cast<int>(sequence));
  return chunk.SerializeAsString();
}

std::string path_of_chunk(const std::string& session, std::uint64_t sequence) {
  return "/v1/sessions/" + session + "/chunks/" + std::to_string(sequence);
}

// Uploads one after the other until the service is killed under it, at whatever it is doing then;
// how many were confirmed.
std::uint64_t upload_until_killed(Live& live, Served& served, const std::string& token,
                                  const std::string& session, std::uint64_t kill_at) {
  RealtimeRuntime runtime;
  TlsOptions trust;
  trust.authorities_pem = text_of(live.state / "certificate.pem");
  scenarios::TlsRuntime outside(runtime, TlsContext::client(trust).value());
  HttpClient client(outside, served.at("ingest"));
  std::atomic<std::uint64_t> confirmed = 0;
  const auto upload = [&]() -> asio::awaitable<void> {
    try {
      for (std::uint64_t i = 0; i < kill_at + 100'000; ++i) {
        HttpRequest request = Live::bearing("PUT", path_of_chunk(session, i), token);
        request.body = chunk_of(session, i);
        const HttpResponse response = co_await client.request(std::move(request));
        if (response.status != 201 && response.status != 200) co_return;
        ++confirmed;
      }
    } catch (const boost::system::system_error&) {
      co_return;
    }
  };
  std::thread killer([&] {
    while (confirmed < kill_at) std::this_thread::yield();
    served.end(SIGKILL);
  });
  spawn(runtime.executor(), upload());
  runtime.run();
  killer.join();
  return confirmed;
}

TEST_F(Live, AfterKill9NothingConfirmedIsLostAndNothingIsStoredTwice) {
  Served served(state);
  ASSERT_TRUE(served.start("--dev-people 1"));
  const HttpResponse first = login(served);
  const std::string token = member(first, "token");
  ASSERT_NE(token, "");
  const std::string session(32, 'a');
  for (const std::uint64_t kill_at : {1u, 30u, 60u}) {
    const std::uint64_t confirmed = upload_until_killed(*this, served, token, session, kill_at);
    ASSERT_GE(confirmed, kill_at);
    ASSERT_TRUE(served.start());
    const auto progress =
        ask(served.at("ingest"), bearing("GET", "/v1/sessions/" + session, token));
    const auto json = parse_flat_json(progress.body);
    ASSERT_TRUE(json.ok()) << progress.body;
    // One more may have been stored and not yet confirmed.
    const auto stored = static_cast<std::uint64_t>(*json->integer("next"));
    EXPECT_GE(stored, confirmed);
    EXPECT_EQ(*json->integer("chunks"), *json->integer("next")) << "nothing twice, nothing between";
    for (std::uint64_t i = 0; i < stored; i += 7) {
      EXPECT_EQ(ask(served.at("ingest"),
                    bearing("PUT", path_of_chunk(session, i), token, chunk_of(session, i)))
                    .status,
                200)
          << "stored before, the same bytes";
    }
  }
  // What authz and profile confirmed is there as well: the family of the log-in, and the person.
  HttpRequest refresh("POST", "/v1/refresh");
  refresh.body =
      FlatJsonWriter().add("refresh", member(first, "refresh")).add("audience", "profile").str();
  const HttpResponse second = ask(served.at("authz"), refresh);
  EXPECT_EQ(second.status, 200);
  served.end(SIGKILL);
  ASSERT_TRUE(served.start());
  EXPECT_EQ(ask(served.at("authz"), refresh).status, 401) << "used before the kill";
  EXPECT_EQ(
      ask(served.at("profile"), bearing("GET", "/v1/profile", member(second, "token"))).status,
      200);
  EXPECT_EQ(served.end(SIGTERM), 0);
}

Ran gauntlet(const std::string& arguments) { return shell(GAUNTLET_BINARY " " + arguments); }

TEST_F(Live, SimulatedPhonesDriveThemAndEverythingConfirmedIsThere) {
  Served served(state);
  ASSERT_TRUE(served.start("--dev-people 8"));
  const std::string common =
      "run scenarios/catalog/gym-hour.toml --set plan.length_s=60 "
      "--speed 20 --ramp 0.5 --accounts " +
      served.file("accounts.txt").string();
  const std::string trust = " --trust " + served.file("certificate.pem").string();
  const std::string target =
      " --target authz=" + served.url("authz") + " --target ingest=" + served.url("ingest");
  const Ran good = gauntlet(common + trust + target);
  EXPECT_EQ(good.code, 0) << good.text;
  EXPECT_NE(good.text.find("login   8 x 200"), std::string::npos) << good.text;
  EXPECT_NE(good.text.find("of which lost 0, unchecked 0; phones unfinished 0 of 8"),
            std::string::npos)
      << good.text;
  const Ran untrusted = gauntlet(common + target);
  EXPECT_EQ(untrusted.code, 6);
  EXPECT_NE(untrusted.text.find("certificate verify failed"), std::string::npos);
  const Ran many = gauntlet(common + trust + target + " --phones 9");
  EXPECT_EQ(many.code, 2);
  EXPECT_NE(many.text.find("has 8 accounts"), std::string::npos);
  const Ran away = gauntlet(common + " --target https://198.51.100.7:8443");
  EXPECT_EQ(away.code, 2);
  EXPECT_NE(away.text.find("loopback"), std::string::npos);
  EXPECT_EQ(served.end(SIGTERM), 0);
}

// What comes before a token's payload.
std::string header_of(const std::string& token) { return token.substr(0, token.find('.')); }

TEST_F(Live, KeysRotateUnderSighupAndTokensOfTheOldOnesStillCount) {
  Served served(state);
  ASSERT_TRUE(served.start("--dev-people 1"));
  const std::string upload = member(login(served), "token");
  const std::string profile = member(login(served, "profile"), "token");
  const std::string session(32, 'b');
  const auto put = [&](std::uint64_t sequence, const std::string& token) {
    return ask(served.at("ingest"),
               bearing("PUT", path_of_chunk(session, sequence), token, chunk_of(session, sequence)))
        .status;
  };
  ASSERT_EQ(put(0, upload), 201);
  const Ran rotated = gauntlet("rotate-keys " + served.file("keys").string());
  ASSERT_EQ(rotated.code, 0) << rotated.text;
  served.signal(SIGHUP);
  std::string fresh = upload;
  for (int tries = 0; tries < 100 && header_of(fresh) == header_of(upload); ++tries) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    fresh = member(login(served), "token");
  }
  ASSERT_NE(header_of(fresh), header_of(upload)) << "another kid";
  EXPECT_EQ(put(1, upload), 201);
  EXPECT_EQ(put(2, fresh), 201);
  EXPECT_EQ(ask(served.at("profile"), bearing("GET", "/v1/profile", profile)).status, 200);
  EXPECT_EQ(gauntlet("rotate-keys " + served.file("keys").string()).code, 2) << "too soon";
  served.end(SIGKILL);
  ASSERT_TRUE(served.start());
  EXPECT_EQ(put(3, upload), 201) << "after a restart as well";
  EXPECT_EQ(ask(served.at("profile"), bearing("GET", "/v1/profile", profile)).status, 200);
  EXPECT_EQ(served.end(SIGTERM), 0);
}

TEST_F(Live, SystemdIsToldWhenItIsReadyAndWhenItStops) {
  fs::create_directories(state);
  const std::string path = (state / "notify").string();
  sockaddr_un at{};
  at.sun_family = AF_UNIX;
  ASSERT_LT(path.size(), sizeof at.sun_path);
  path.copy(at.sun_path, path.size());
  const int in = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  ASSERT_EQ(bind(in, reinterpret_cast<const sockaddr*>(&at), sizeof at), 0);
  const timeval patience{20, 0};
  setsockopt(in, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  const auto told = [in] {
    char text[64];
    const auto n = recv(in, text, sizeof text, 0);
    return n > 0 ? std::string(text, static_cast<std::size_t>(n)) : std::string();
  };
  setenv("NOTIFY_SOCKET", path.c_str(), 1);
  Served served(state);
  const bool ready = served.start();
  unsetenv("NOTIFY_SOCKET");
  ASSERT_TRUE(ready);
  EXPECT_EQ(told(), "READY=1");
  EXPECT_EQ(served.end(SIGTERM), 0);
  EXPECT_EQ(told(), "STOPPING=1");
  close(in);
}

TEST_F(Live, WithoutKeysOnlyDevelopmentServes) {
  const std::string at = "serve --state " + state.string();
  EXPECT_EQ(gauntlet(at).code, 2);
  EXPECT_EQ(gauntlet(at + " --dev-people 3 --keys x --certificate y --private-key z").code, 2);
  EXPECT_EQ(gauntlet(at + " --keys /nowhere --certificate y --private-key z").code, 2);
  EXPECT_EQ(gauntlet(at + " --dev --set nonsense=1").code, 2);
}

TEST(LiveTarget, ReadsUrlsAndSaysWhatIsWrongWithOthers) {
  const auto one = scenarios::parse_target({"https://127.0.0.1:8443/"}).value();
  EXPECT_EQ(one.authz.port, 8443);
  EXPECT_EQ(one.ingest.host, "127.0.0.1");
  EXPECT_TRUE(one.tls);
  const auto two =
      scenarios::parse_target({"authz=http://[::1]:1", "ingest=http://localhost:2"}).value();
  EXPECT_EQ(two.authz.host, "::1");
  EXPECT_EQ(two.ingest.port, 2);
  EXPECT_FALSE(two.tls);
  const std::vector<std::vector<std::string>> bad = {
      {},
      {"authz=https://localhost:1"},
      {"127.0.0.1:1"},
      {"ftp://127.0.0.1:1"},
      {"https://127.0.0.1"},
      {"https://:1"},
      {"https://127.0.0.1:0"},
      {"https://127.0.0.1:65536"},
      {"https://127.0.0.1:1x"},
      {"https://127.0.0.1:1/v1"},
      {"https://me@127.0.0.1:1"},
      {"authz=https://localhost:1", "ingest=http://localhost:2"},
  };
  for (const auto& texts : bad) {
    const auto parsed = scenarios::parse_target(texts);
    ASSERT_FALSE(parsed.ok()) << (texts.empty() ? "nothing" : texts[0]);
    EXPECT_EQ(parsed.error().code, "bad_target");
  }
}

TEST(LiveTarget, BeyondLoopbackOnlyWhatAFileNamesUntilItsLastDay) {
  using std::chrono::sys_days;
  const auto noon = [](int y, unsigned m, unsigned d) {
    return HostTime{sys_days(std::chrono::year(y) / static_cast<int>(m) / static_cast<int>(d))
                        .time_since_epoch() +
                    std::chrono::hours(12)};
  };
  const auto says = [&](const std::string& url, const std::string& file, HostTime now) {
    const auto checked =
        scenarios::check_authorised(scenarios::parse_target({url}).value(), file, now);
    return checked ? "" : checked.error().code;
  };
  const std::string file = "# who may\n\nstage.example:443 until 2026-03-31 by Jane Doe\n";
  const struct {
    const char* url;
    std::string file;
    HostTime now;
    const char* code;
  } table[] = {
      {"https://127.0.0.1:1", "", noon(2026, 1, 1), ""},
      {"https://127.9.9.9:1", "", noon(2026, 1, 1), ""},
      {"https://[::1]:1", "", noon(2026, 1, 1), ""},
      {"https://localhost:1", "", noon(2026, 1, 1), ""},
      {"https://localhost.example:1", "", noon(2026, 1, 1), "unauthorised"},
      {"https://0.0.0.0:1", "", noon(2026, 1, 1), "unauthorised"},
      {"https://192.168.0.1:1", "", noon(2026, 1, 1), "unauthorised"},
      {"https://[::ffff:10.0.0.1]:1", "", noon(2026, 1, 1), "unauthorised"},
      {"https://stage.example:443", "", noon(2026, 1, 1), "unauthorised"},
      {"https://stage.example:443", file, noon(2026, 3, 31), ""},
      {"https://stage.example:443", file, noon(2026, 4, 1), "unauthorised"},
      {"https://stage.example:444", file, noon(2026, 1, 1), "unauthorised"},
      {"https://other.example:443", file, noon(2026, 1, 1), "unauthorised"},
      {"https://127.0.0.1:1", "stage.example:443", noon(2026, 1, 1), "bad_authorisation"},
      {"https://127.0.0.1:1", "a:1 until 2026-02-30 by X", noon(2026, 1, 1), "bad_authorisation"},
      {"https://127.0.0.1:1", "a:1 until 2026-02-03 by ", noon(2026, 1, 1), "bad_authorisation"},
  };
  for (const auto& row : table) {
    EXPECT_EQ(says(row.url, row.file, row.now), row.code) << row.url << " " << row.file;
  }
}

}  // namespace
}  // namespace gauntlet
