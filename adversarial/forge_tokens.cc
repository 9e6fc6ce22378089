#include <algorithm>
#include <utility>

#include "adversarial/token_attack.h"
#include "core/authz/base64url.h"
#include "core/authz/crypto.h"

namespace gauntlet::adversarial {
namespace {

std::string part(std::string_view compact, int index) {
  for (; index > 0; --index) {
    const auto dot = compact.find('.');
    if (dot == std::string_view::npos) return {};
    compact.remove_prefix(dot + 1);
  }
  return std::string(compact.substr(0, compact.find('.')));
}
std::string decoded(std::string_view compact, int index) {
  const auto bytes = base64url_decode(part(compact, index));
  return bytes.value_or(std::string{});
}
std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const auto at = text.find(from);
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}
// The value of a text member, as it stands.
std::string member(std::string_view json, std::string_view name) {
  const std::string key = std::string("\"").append(name).append("\":\"");
  const auto at = json.find(key);
  if (at == std::string_view::npos) return {};
  json.remove_prefix(at + key.size());
  return std::string(json.substr(0, json.find('"')));
}
std::string compact(std::string_view header, std::string_view payload, std::string_view signature) {
  return base64url_encode(header) + "." + base64url_encode(payload) + "." +
         base64url_encode(signature);
}
std::string hmac_signed(std::string_view header, std::string_view payload, std::string_view key) {
  const std::string input = base64url_encode(header) + "." + base64url_encode(payload);
  return input + "." + base64url_encode(crypto::hmac_sha256(key, input));
}

class Forge {
 public:
  Forge(const ForgeMaterial& m, std::vector<ForgedToken>& out)
      : m_(m),
        out_(out),
        header_(decoded(m.own, 0)),
        payload_(decoded(m.own, 1)),
        signature_(decoded(m.own, 2)),
        alg_(member(header_, "alg")) {}

  void j1() {
    for (const char* none : {"none", "None", "NONE", "nOnE"}) {
      add("J1", std::string("alg ") + none, compact(with_alg(none), other_cluster(), ""));
    }
    add("J1", "alg none and nothing else", compact(R"({"alg":"none"})", other_cluster(), ""));
    add("J1", "HMAC keyed with the public key",
        hmac_signed(with_alg("HS256"), other_cluster(), m_.public_pem));
    for (const char* weak : {"secret", "password", "gauntlet", ""}) {
      add("J1", std::string("weak secret ") + weak,
          hmac_signed(with_alg("HS256"), other_cluster(), weak));
    }
    add("J1", "signature stripped", compact(header_, other_cluster(), ""));
    add("J1", "null signature", compact(header_, other_cluster(), std::string(64, '\0')));
    add("J1", "another payload under a good signature",
        compact(header_, other_cluster(), signature_));
    add("J1", "signature cut",
        compact(header_, payload_, signature_.substr(0, signature_.size() - 1)));
    add("J1", "signature lengthened", compact(header_, payload_, signature_ + "x"));
  }

  void j2() {
    const std::string kid = member(header_, "kid");
    for (const char* other : {"", "../../../dev/null", "x' OR '1'='1", "http://127.0.0.1/key"}) {
      add("J2", std::string("kid ") + other,
          hmac_signed(replaced(with_alg("HS256"), kid, other), other_cluster(), ""));
    }
    for (const char* more : {R"("jku":"http://127.0.0.1/keys")",
                             R"("x5u":"http://127.0.0.1/chain")", R"("jwk":{"kty":"oct","k":""})",
                             R"("crit":["exp"])", R"("alg":"none")", R"("b64":false)"}) {
      add("J2", more,
          compact(replaced(header_, "{", std::string("{") + more + ","), other_cluster(),
                  signature_));
    }
  }

  void j3() {
    add("J3", "profile's token at ingest", m_.own_for_profile);
    add("J3", "ingest's token at profile", m_.own, "profile");
    add("J3", "the inner token alone", member(payload_, "inner"));
    add("J3", "the inner token alone at profile", member(payload_, "inner"), "profile");
    const std::pair<const char*, const char*> changes[] = {
        {"\"aud\":\"ingest\"", "\"aud\":\"profile\""},
        {"\"iss\":\"", "\"iss\":\"x"},
        {"\"exp\":", "\"exp\":9"},
        {"\"nbf\":", "\"nbf\":0,\"was\":"},
        {"\"jti\":\"", "\"jti\":\"x"}};
    for (const auto& [from, to] : changes) {
      add("J3", std::string("changed ") + from,
          compact(header_, replaced(payload_, from, to), signature_));
    }
  }

  void j4() {
    const std::string inner = member(decoded(m_.own_for_profile, 1), "inner");
    const std::string inner_header = decoded(inner, 0);
    const std::pair<const char*, const char*> changes[] = {
        {"RSA-OAEP-256", "RSA1_5"},
        {"RSA-OAEP-256", "dir"},
        {"A256GCM", "A128CBC-HS256"},
        {"{", "{\"zip\":\"DEF\","},
        {"{", "{\"p2c\":2147483647,"},
        {"{", "{\"epk\":{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AQ\",\"y\":\"AQ\"},"}};
    for (const auto& [from, to] : changes) {
      const std::string changed =
          base64url_encode(replaced(inner_header, from, to)) + inner.substr(inner.find('.'));
      add("J4", std::string("inner ") + to, with_inner(m_.own_for_profile, changed), "profile");
    }
    add("J4", "signed instead of sealed", with_inner(m_.own_for_profile, m_.own), "profile");
    add("J4", "no inner token", with_inner(m_.own_for_profile, ""), "profile");
  }

  void j5() {
    const std::string victims = member(decoded(m_.seen, 1), "inner");
    add("J5", "a victim's inner token at profile", with_inner(m_.own_for_profile, victims),
        "profile");
    add("J5", "a victim's inner token at ingest", with_inner(m_.own, victims));
  }

  void j6() {
    // The whole token, made out to another service: ingest passes on what it was sent.
    add("J6", "a victim's token at profile", m_.seen, "profile");
    if (m_.held_by_ingest) {
      const std::string input = base64url_encode(header_) + "." + base64url_encode(other_cluster());
      add("J6", "another cluster signed with ingest's key",
          input + "." + base64url_encode(m_.held_by_ingest->sign(input)));
    } else {
      add("J6", "another cluster signed with what ingest has",
          hmac_signed(header_, other_cluster(), m_.public_pem));
    }
  }

 private:
  std::string with_alg(std::string_view alg) const { return replaced(header_, alg_, alg); }
  std::string other_cluster() const {
    return replaced(payload_, "\"cid\":\"" + member(payload_, "cid"), "\"cid\":\"cluster-victim");
  }
  static std::string with_inner(const std::string& token, std::string_view inner) {
    const std::string payload = decoded(token, 1);
    return compact(decoded(token, 0), replaced(payload, member(payload, "inner"), inner),
                   decoded(token, 2));
  }
  void add(std::string_view row, std::string name, std::string token,
           std::string_view audience = "ingest") {
    out_.push_back({row, std::move(name), std::move(token), audience});
  }

  const ForgeMaterial& m_;
  std::vector<ForgedToken>& out_;
  std::string header_, payload_, signature_, alg_;
};

}  // namespace

std::vector<ForgedToken> forge_tokens(const ForgeMaterial& material, TokenFamily family) {
  std::vector<ForgedToken> out;
  Forge forge(material, out);
  const auto wanted = [family](TokenFamily f) { return family == f || family == TokenFamily::all; };
  if (wanted(TokenFamily::j1)) forge.j1();
  if (wanted(TokenFamily::j2)) forge.j2();
  if (wanted(TokenFamily::j3)) forge.j3();
  if (wanted(TokenFamily::j4)) forge.j4();
  if (wanted(TokenFamily::j5)) forge.j5();
  if (wanted(TokenFamily::j6)) forge.j6();
  return out;
}

}  // namespace gauntlet::adversarial
