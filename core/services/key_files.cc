#include "core/services/key_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <chrono>
#include <fstream>
#include <iterator>
#include <sstream>
#include <utility>

#include "core/authz/base64url.h"

namespace gauntlet {
namespace {

namespace fs = std::filesystem;
constexpr std::size_t kFileBytesMax = 64 * 1024;

Result<std::string> read_secret(const fs::path& file) {
  struct stat about{};
  if (::stat(file.c_str(), &about) != 0) return Error{"no_key", file.string() + " is not there"};
  if ((about.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return Error{"open_key", file.string() + " can be read by others; chmod 600 it"};
  }
  std::ifstream in(file, std::ios::binary);
  std::string text(kFileBytesMax, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

Error bad(const fs::path& file, std::string_view why) {
  return {"bad_key", file.string().append(": ").append(why)};
}

Result<SigningKey> read_signing(const fs::path& file) {
  const auto text = read_secret(file);
  if (!text) return text.error();
  std::istringstream words(*text);
  std::string algorithm, kid, secret, more;
  words >> algorithm >> kid >> secret;
  const auto bytes = base64url_decode(secret);
  if (!bytes || words >> more) return bad(file, "not \"ALGORITHM KID KEY\"");
  auto key = algorithm == "ES256"   ? SigningKey::es256(kid, *bytes)
             : algorithm == "HS256" ? SigningKey::hs256(kid, *bytes)
                                    : bad(file, "the algorithm is neither ES256 nor HS256");
  return key ? std::move(key) : bad(file, key.error().message);
}

// Whoever has the key knows its name: nobody has to be told it.
Result<RsaPrivateKey> read_identity(const fs::path& file) {
  const auto pem = read_secret(file);
  if (!pem) return pem.error();
  const auto unnamed = RsaPrivateKey::from_pem("p", *pem);
  if (!unnamed) return bad(file, unnamed.error().message);
  const std::string digest = base64url_encode(crypto::sha256(unnamed->public_key().pem()));
  return RsaPrivateKey::from_pem(digest.substr(0, 16), *pem);
}

constexpr const char* kOldSigning = "signing.retiring";
constexpr const char* kOldIdentity = "identity.retiring";
constexpr const char* kUntil = "retiring.until";

Result<HostTime> read_until(const fs::path& file) {
  const auto text = read_secret(file);
  if (!text) return text.error();
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), seconds);
  constexpr std::int64_t kFar = 9'000'000'000;  // within what nanoseconds can count
  if (error != std::errc{} || end != text->data() + text->size() || seconds < 0 || seconds > kFar) {
    return bad(file, "not seconds since 1970");
  }
  return HostTime{std::chrono::seconds(seconds)};
}

std::string new_signing(SignatureAlgorithm algorithm) {
  const std::string name = base64url_encode(crypto::random_bytes(6));
  std::string secret;
  bool usable = false;
  while (!usable) {  // a scalar beyond the curve's order is drawn again: once in 2^32
    secret = crypto::random_bytes(crypto::kKeyBytes);
    usable = algorithm == SignatureAlgorithm::hs256 || SigningKey::es256(name, secret).ok();
  }
  return std::string(to_string(algorithm)) + " " + name + " " + base64url_encode(secret) + "\n";
}

}  // namespace

Result<void> write_secret(const fs::path& file, std::string_view text) {
  const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (descriptor < 0) {
    return Error{errno == EEXIST ? "exists" : "write", file.string() + " cannot be made"};
  }
  const bool whole =
      ::write(descriptor, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
      ::fsync(descriptor) == 0;
  ::close(descriptor);
  if (whole) return {};
  ::unlink(file.c_str());
  return Error{"write", file.string() + " cannot be written"};
}

namespace {

// Whole or not at all.
Result<void> replace_secret(const fs::path& file, std::string_view text) {
  const fs::path fresh = file.string() + ".new";
  std::error_code error;
  fs::remove(fresh, error);
  if (auto r = write_secret(fresh, text); !r) return r;
  fs::rename(fresh, file, error);
  if (error) return Error{"write", file.string() + " cannot be replaced"};
  return {};
}

}  // namespace

Result<ServiceKeys> load_service_keys(const fs::path& directory) {
  auto signing = read_signing(directory / "signing.key");
  if (!signing) return signing.error();
  auto identity = read_identity(directory / "identity.pem");
  if (!identity) return identity.error();
  const fs::path file = directory / "at_rest.key";
  const auto text = read_secret(file);
  if (!text) return text.error();
  const auto at_rest = base64url_decode(*text);
  if (!at_rest || at_rest->size() != crypto::kKeyBytes) return bad(file, "not 32 bytes, base64url");
  ServiceKeys keys{std::move(signing).value(), std::move(identity).value(), *at_rest};
  if (!fs::exists(directory / kUntil)) return keys;
  auto until = read_until(directory / kUntil);
  if (!until) return until.error();
  auto old_signing = read_signing(directory / kOldSigning);
  if (!old_signing) return old_signing.error();
  auto old_identity = read_identity(directory / kOldIdentity);
  if (!old_identity) return old_identity.error();
  keys.retiring =
      ServiceKeys::Retiring{old_signing->verify_key(), *std::move(old_identity), *std::move(until)};
  return keys;
}

Result<void> make_service_keys(const fs::path& directory, SignatureAlgorithm algorithm) {
  fs::create_directories(directory);
  fs::permissions(directory, fs::perms::owner_all);
  if (auto r = write_secret(directory / "signing.key", new_signing(algorithm)); !r) return r;
  if (auto r = write_secret(directory / "identity.pem", generate_rsa_pem()); !r) return r;
  return write_secret(directory / "at_rest.key",
                      base64url_encode(crypto::random_bytes(crypto::kKeyBytes)) + "\n");
}

// What retires is written first, so that whoever reads in between, or after a cut, finds the
// present keys twice and never one too few.
Result<void> rotate_service_keys(const fs::path& directory, HostTime now, Duration overlap) {
  const auto keys = load_service_keys(directory);
  if (!keys) return keys.error();
  if (keys->retiring && now < keys->retiring->until) {
    return Error{"too_soon",
                 "the keys before these are still accepted; see " + (directory / kUntil).string()};
  }
  const auto until = std::chrono::ceil<std::chrono::seconds>(now + overlap).time_since_epoch();
  const auto signing = read_secret(directory / "signing.key");
  const auto identity = read_secret(directory / "identity.pem");
  if (!signing || !identity) return Error{"no_key", "a key went while it was read"};
  const std::pair<const char*, std::string> files[] = {
      {kOldSigning, *signing + "\n"},
      {kOldIdentity, *identity + "\n"},
      {kUntil, std::to_string(until.count()) + "\n"},
      {"signing.key", new_signing(keys->signing.algorithm())},
      {"identity.pem", generate_rsa_pem()}};
  for (const auto& [name, text] : files) {
    if (auto r = replace_secret(directory / name, text); !r) return r;
  }
  return {};
}

}  // namespace gauntlet
