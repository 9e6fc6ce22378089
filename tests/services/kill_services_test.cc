// What authz, profile and model confirmed is there after kill -9 of the process they live in, once
// and whole. Ingest has a test of its own (kill_test.cc).
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <filesystem>
#include <string>

#include "core/authz/flat_json.h"
#include "core/runtime/realtime_runtime.h"
#include "core/services/service_set.h"
#include "tests/authz/forge.h"

namespace gauntlet {
namespace {

ServiceSetOptions options_of_test() {
  ServiceSetOptions options;
  options.durability = Durability::process;
  options.authz.scrypt = {1, 8, 1};
  return options;
}

const ServiceKeys& keys() {
  static const ServiceKeys made{SigningKey::generate(SignatureAlgorithm::es256, "s1"),
                                forge::rsa("p1"), std::string(32, 'k')};
  return made;
}

std::string number(int i) { return std::to_string(i); }
std::string model_bytes(int i) {
  return std::string(static_cast<std::size_t>(1000 + i), static_cast<char>('a' + i % 26));
}

struct House {
  explicit House(const std::filesystem::path& directory)
      : services({runtime, runtime, runtime, runtime}, directory, options_of_test(), keys()) {}

  bool store(int i) {
    const Person person{"u" + number(i), "Name " + number(i), "a@mail.invalid", 34, "f", 172, 65,
                        "beginner"};
    const std::string name = "m" + number(i);
    return services.register_person(person, "secret " + number(i), "c" + number(i % 10)).ok() &&
           services.model().put(name, model_bytes(i), {"accelerometer"}).ok() &&
           services.model().evaluated(name, 0.5, 10, runtime.now()).ok();
  }
  HttpResponse ask(ServiceKind kind, HttpRequest request) {
    HttpResponse response(0);
    asio::co_spawn(runtime.executor(), services.service(kind).handle(std::move(request)),
                   [&](std::exception_ptr, HttpResponse r) { response = std::move(r); });
    runtime.run_for(std::chrono::seconds{5});
    return response;
  }
  std::string log_in(int i, const char* audience) {
    HttpRequest request("POST", "/v1/login");
    request.headers["content-type"] = "application/json";
    request.body = FlatJsonWriter()
                       .add("user", "u" + number(i))
                       .add("secret", "secret " + number(i))
                       .add("audience", audience)
                       .str();
    const HttpResponse response = ask(ServiceKind::authz, std::move(request));
    const auto json = parse_flat_json(response.body);
    return json && json->text("token") ? *json->text("token") : std::string();
  }
  HttpResponse get(ServiceKind kind, const std::string& target, const std::string& token) {
    HttpRequest request("GET", target);
    request.headers["authorization"] = "Bearer " + token;
    return ask(kind, std::move(request));
  }

  RealtimeRuntime runtime;
  ServiceSet services;
};

// Stores and confirms (a byte each) until it is killed.
[[noreturn]] void store_for_ever(const std::filesystem::path& directory, int confirmations) {
  House house(directory);
  for (int i = 0;; ++i) {
    if (!house.store(i)) _exit(1);
    if (write(confirmations, "+", 1) != 1) _exit(2);
  }
}

TEST(Kill9, PeopleAccountsAndModelsThatWereConfirmedAreThereOnceAndWhole) {
  const auto directory = std::filesystem::path(::testing::TempDir()) /
                         ("gauntlet_kill_services_" + std::to_string(getpid()));
  keys();
  for (const int wanted : {1, 40}) {
    std::filesystem::remove_all(directory);
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) store_for_ever(directory, ends[1]);
    close(ends[1]);
    int confirmed = 0;
    char byte = 0;
    while (confirmed < wanted && read(ends[0], &byte, 1) == 1) ++confirmed;
    ASSERT_EQ(kill(child, SIGKILL), 0);
    while (read(ends[0], &byte, 1) == 1) ++confirmed;
    close(ends[0]);
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status)) << "it ended by itself: " << status;

    House house(directory);
    for (int i = 0; i < confirmed; ++i) {
      const auto person =
          house.get(ServiceKind::profile, "/v1/profile", house.log_in(i, "profile"));
      ASSERT_EQ(person.status, 200) << i;
      EXPECT_NE(person.body.find("\"Name " + number(i) + "\""), std::string::npos) << person.body;
      const auto model =
          house.get(ServiceKind::model, "/v1/models/m" + number(i), house.log_in(i, "model"));
      ASSERT_EQ(model.status, 200) << i;
      EXPECT_EQ(model.body, model_bytes(i));
    }
    // One more may have been stored and not yet confirmed; the registry lists none twice.
    const auto all =
        house.get(ServiceKind::model, "/v1/models/evaluated", house.log_in(0, "model")).body;
    int listed = 0;
    for (int i = 0; i <= confirmed; ++i) {
      const std::string name = "\"m" + number(i) + "\"";
      const auto at = all.find(name);
      listed += at != std::string::npos ? 1 : 0;
      EXPECT_TRUE(at == std::string::npos || all.find(name, at + 1) == std::string::npos) << name;
    }
    EXPECT_GE(listed, std::min(confirmed, 100));
    EXPECT_TRUE(house.store(confirmed)) << "again, where the cut was";
  }
  std::filesystem::remove_all(directory);
}

}  // namespace
}  // namespace gauntlet
