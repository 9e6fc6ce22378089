#include <fmt/core.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <thread>

#include "cli/command.h"
#include "cli/descriptors.h"
#include "core/authz/base64url.h"
#include "core/authz/crypto.h"
#include "core/files/whole_file.h"
#include "core/runtime/realtime_runtime.h"
#include "core/runtime/self_signed.h"
#include "core/services/enrolment.h"
#include "core/services/key_files.h"
#include "scenarios/options_toml.h"

namespace gauntlet::cli {
namespace {

namespace fs = std::filesystem;

struct ServeArguments {
  std::string config;
  std::vector<std::string> set;
  std::string state = "out/serve";
  std::string keys, certificate, private_key, people;
  std::size_t dev_people = 0;
  int metrics_port = 0;
  bool dev = false;
};

int fail(int code, const Error& error) {
  fmt::print(stderr, "gauntlet serve: {}\n", error.message);
  return code;
}

bool load(const ServeArguments& a, ServiceSetOptions& options) {
  std::vector<scenarios::Diagnostic> problems;
  std::vector<scenarios::Override> overrides(a.set.size());
  for (std::size_t i = 0; i < overrides.size(); ++i) {
    scenarios::parse_override(a.set[i], overrides[i], problems);
  }
  if (a.dev) {
    // Nobody's secret is at stake, and thousands of phones may log in at once.
    options.authz.scrypt = {10, 8, 1};
    options.durability = Durability::process;
  }
  scenarios::LoadedText loaded;
  const auto describe = [&options](OptionVisitor& v) { options.describe(v); };
  if (problems.empty() && a.config.empty()) {
    scenarios::load_options_text("<defaults>", "", overrides, describe, loaded, problems);
  } else if (problems.empty()) {
    scenarios::load_options(a.config, overrides, describe, loaded, problems);
  }
  fmt::print(stderr, "{}", scenarios::to_string(problems));
  return problems.empty();
}

fs::path keys_folder(const ServeArguments& a) {
  return a.keys.empty() ? fs::path(a.state) / "keys" : fs::path(a.keys);
}

// In development, what is missing is made.
Result<ServiceKeys> keys_of(const ServeArguments& a, const ServiceSetOptions& options) {
  const fs::path folder = keys_folder(a);
  if (a.dev && !fs::exists(folder / "signing.key")) {
    if (auto made = make_service_keys(folder, options.algorithm); !made) return made.error();
  }
  auto keys = load_service_keys(folder);
  if (keys && keys->signing.algorithm() != options.algorithm) {
    return Error{"bad_key", (folder / "signing.key").string() + " is of another algorithm than " +
                                std::string(to_string(options.algorithm))};
  }
  return keys;
}

Result<TlsOptions> tls_of(const ServeArguments& a) {
  TlsOptions tls;
  if (a.certificate.empty()) {
    const SelfSigned own = make_self_signed({"localhost", "127.0.0.1", "::1"});
    tls.certificate_chain_pem = own.certificate_pem;
    tls.private_key_pem = own.private_key_pem;
    if (auto r = write_whole_file(fs::path(a.state) / "certificate.pem", own.certificate_pem); !r) {
      return r.error();
    }
    return tls;
  }
  auto chain = read_whole_file(a.certificate);
  if (!chain) return chain.error();
  auto key = read_whole_file(a.private_key);
  if (!key) return key.error();
  tls.certificate_chain_pem = *std::move(chain);
  tls.private_key_pem = *std::move(key);
  return tls;
}

// Made-up people, with accounts for `gauntlet run --target`: new secrets at every start.
Result<std::vector<Enrolment>> made_up(const ServeArguments& a) {
  constexpr std::array<std::string_view, 3> kProficiencies{"beginner", "intermediate", "expert"};
  const fs::path file = fs::path(a.state) / "accounts.txt";
  std::vector<Enrolment> people;
  std::string accounts;
  for (std::size_t i = 0; i < a.dev_people; ++i) {
    const auto n = static_cast<std::int64_t>(i);
    const std::string user = fmt::format("dev-{:05}", i);
    const std::string secret = base64url_encode(crypto::random_bytes(16));
    people.push_back({{user, fmt::format("Person {}", i), user + "@mail.invalid", 18 + n * 7 % 60,
                       i % 2 == 0 ? "female" : "male", 150 + n * 11 % 50, 50 + n * 13 % 50,
                       std::string(kProficiencies[i / 2 % kProficiencies.size()])},
                      secret});
    accounts += fmt::format("{} {}\n", user, secret);
  }
  std::error_code ignored;
  fs::remove(file, ignored);
  if (auto written = write_secret(file, accounts); !written) return written.error();
  return people;
}

Result<void> enrol_people(const ServeArguments& a, ServiceSet& services) {
  if (!a.people.empty()) {
    const auto table = read_whole_file(a.people);
    if (!table) return table.error();
    const auto people = parse_people(*table);
    return people ? enrol(services, *people)
                  : Result<void>(Error{"bad_people", a.people + ": " + people.error().message});
  }
  if (a.dev_people == 0) return {};
  const auto people = made_up(a);
  return people ? enrol(services, *people) : Result<void>(people.error());
}

void announce(const ServiceSet& services) {
  for (const auto kind : kServiceKinds) {
    const Endpoint at = services.endpoint(kind);
    fmt::print("{:8} https://{}:{}\n", to_string(kind), at.host, at.port);
  }
  fmt::print("{:8} http://localhost:{}/metrics\nready\n", "metrics", services.metrics_port());
  std::fflush(stdout);
}

// A line at a time, whole, from whichever thread.
void log_line(std::string_view line) {
  std::string text(line);
  text += '\n';
  [[maybe_unused]] const auto n = ::write(STDERR_FILENO, text.data(), text.size());
}

// What systemd is told (sd_notify(3)); nothing where it is not there.
void notify(std::string_view state) {
  const char* path = std::getenv("NOTIFY_SOCKET");
  sockaddr_un to{};
  to.sun_family = AF_UNIX;
  if (!path || std::strlen(path) < 2 || std::strlen(path) >= sizeof to.sun_path) return;
  const std::size_t length = std::strlen(path);
  std::memcpy(to.sun_path, path, length);
  if (path[0] == '@') to.sun_path[0] = '\0';  // an abstract one
  const int out = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (out < 0) return;
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + length);
  [[maybe_unused]] const auto sent = ::sendto(out, state.data(), state.size(), MSG_NOSIGNAL,
                                              reinterpret_cast<const sockaddr*>(&to), size);
  ::close(out);
}

// The keys as they are in their folder now.
void read_keys_again(const fs::path& folder, const std::string& at_rest, ServiceSet& services) {
  auto keys = load_service_keys(folder);
  if (!keys || keys->at_rest != at_rest) {
    fmt::print(stderr, "gauntlet serve: keys stay as they are: {}\n",
               keys ? "at_rest.key seals what is stored and cannot change" : keys.error().message);
    return;
  }
  services.request_rotation(*std::move(keys), [](const Result<void>& rotated) {
    fmt::print(stderr, "gauntlet serve: keys {}\n",
               rotated.ok() ? "read again" : "stay as they are: " + rotated.error().message);
  });
}

// Each service on a thread of its own, until SIGTERM or SIGINT; SIGHUP calls `reload`.
int run_threads(ServiceSet& services, std::array<RealtimeRuntime, 4>& runtimes,
                const sigset_t& signals, const std::function<void()>& reload) {
  std::atomic<int> code = kOk;
  std::vector<std::thread> threads;
  for (auto& runtime : runtimes) {
    threads.emplace_back([&runtime, &code] {
      try {
        runtime.run();
      } catch (const std::exception& error) {
        fmt::print(stderr, "gauntlet serve: {}\n", error.what());
        code = kInfrastructure;
        ::kill(::getpid(), SIGTERM);
      }
    });
  }
  announce(services);
  notify("READY=1");
  int signal = SIGHUP;
  while (sigwait(&signals, &signal) == 0 && signal == SIGHUP) reload();
  notify("STOPPING=1");
  fmt::print(stderr, "gauntlet serve: signal {}, closing\n", signal);
  services.request_stop();
  for (auto& thread : threads) thread.join();
  return code;
}

int serve(const ServeArguments& a) {
  // Before any thread is there, so that all inherit it and the signal waits for sigwait.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGHUP);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  ::signal(SIGPIPE, SIG_IGN);

  ServiceSetOptions options;
  if (!load(a, options)) return kBadInput;
  if (!a.dev && (a.keys.empty() || a.certificate.empty() || a.private_key.empty())) {
    return fail(kBadInput, {"usage", "give --keys, --certificate and --private-key, or --dev"});
  }
  if (!a.dev && a.dev_people > 0) return fail(kBadInput, {"usage", "--dev-people needs --dev"});
  if (options.durability == Durability::memory && !a.dev) {
    return fail(kBadInput, {"usage", "durability \"memory\" loses everything; only with --dev"});
  }
  fs::create_directories(a.state);
  auto keys = keys_of(a, options);
  if (!keys) return fail(kBadInput, keys.error());
  const auto tls = tls_of(a);
  if (!tls) return fail(kBadInput, tls.error());
  const std::size_t wanted = 4 * static_cast<std::size_t>(options.connections_max) + 64;
  if (const std::size_t limit = raise_descriptors(); wanted > limit) {
    fmt::print(stderr,
               "gauntlet serve: connections_max {} for four services may need {} descriptors; the "
               "limit is {} (LimitNOFILE=, ulimit -Hn), and who comes then waits\n",
               options.connections_max, wanted, limit);
  }
  options.log = log_line;
  const std::string at_rest = keys->at_rest;

  std::array<RealtimeRuntime, 4> runtimes;
  ServiceSet services({runtimes[0], runtimes[1], runtimes[2], runtimes[3]},
                      fs::path(a.state) / "stores", options, *std::move(keys));
  if (auto r = enrol_people(a, services); !r) return fail(kBadInput, r.error());
  if (auto r = services.serve(*tls); !r) return fail(kBadInput, r.error());
  services.serve_metrics(static_cast<std::uint16_t>(a.metrics_port));
  return run_threads(services, runtimes, signals,
                     [&] { read_keys_again(keys_folder(a), at_rest, services); });
}

int rotate_keys(const std::string& folder, double overlap_s) {
  const auto now = std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
  const auto rotated =
      rotate_service_keys(folder, HostTime{now.time_since_epoch()}, from_seconds(overlap_s));
  if (!rotated) {
    fmt::print(stderr, "gauntlet rotate-keys: {}\n", rotated.error().message);
    return kBadInput;
  }
  fmt::print("{}: new keys; those before are accepted for {:.0f} s more\n", folder, overlap_s);
  return kOk;
}

}  // namespace

void add_serve(CLI::App& app, int& exit_code) {
  CLI::App* command =
      add_command(app, "serve", "Run the four services over TLS 1.3 until SIGTERM",
                  "gauntlet serve --dev --dev-people 100 --set listen_ingest.port=8443");
  auto a = std::make_shared<ServeArguments>();
  command->add_option("--config", a->config, "Options in TOML: durability, listen_*.port, …");
  command->add_option("--set", a->set, "Override an option: path=value; may be repeated")
      ->take_all();
  command->add_option("--state", a->state, "Folder of the stores")->capture_default_str();
  command->add_option("--keys", a->keys, "Folder of signing.key, identity.pem, at_rest.key");
  command->add_option("--certificate", a->certificate, "PEM chain, own certificate first");
  command->add_option("--private-key", a->private_key, "PEM key of the certificate");
  command->add_option("--people", a->people, "Table of people to enrol: user,secret,name,…");
  command->add_option("--metrics-port", a->metrics_port, "Port of /metrics on loopback; 0: any")
      ->check(CLI::Range(0, 65535));
  command->add_flag("--dev", a->dev, "Make keys and a certificate where none are given");
  command->add_option("--dev-people", a->dev_people, "Enrol so many made-up people")
      ->check(CLI::Range(0, 1000000));
  command->callback([a, &exit_code] { exit_code = serve(*a); });

  CLI::App* rotation =
      add_command(app, "rotate-keys", "New keys for signing and for inner tokens; then SIGHUP",
                  "gauntlet rotate-keys /etc/gauntlet/keys && systemctl reload gauntlet");
  struct Rotation {
    std::string folder;
    double overlap_s = to_seconds(ServiceSetOptions{}.rotation_overlap());
  };
  auto r = std::make_shared<Rotation>();
  rotation->add_option("keys", r->folder, "Folder of signing.key and identity.pem")->required();
  rotation
      ->add_option("--overlap", r->overlap_s,
                   "Seconds for which what the old keys signed is accepted: a token's life")
      ->check(CLI::Range(0, 30 * 86400))
      ->capture_default_str();
  rotation->callback([r, &exit_code] { exit_code = rotate_keys(r->folder, r->overlap_s); });
}

}  // namespace gauntlet::cli
