#include "reports/metrics/canaries.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <utility>

#include "reports/metrics/encodings.h"

namespace gauntlet::reports {

namespace {

constexpr int kNesting = 3;
constexpr std::size_t kShortestEncodedRun = 16;

struct Identifier {
  std::string name;
  std::string value;
};

std::vector<Identifier> identifiers_of(const TrueIdentity& i) {
  return {{"user_id", i.user_id},
          {"name", i.name},
          {"email", i.email},
          {"cluster_id", i.cluster_id},
          {"session_id", i.session_id}};
}

struct Needle {
  std::string bytes;
  std::size_t identifier;
  std::string form;
};

class Needles {
 public:
  void add_identifier(std::size_t index, const std::string& value) {
    add_forms(index, "", value);
    add(index, "utf16le", to_utf16(value, false));
    add(index, "utf16be", to_utf16(value, true));
    if (percent_encode(value) != value) add(index, "percent", percent_encode(value));
    add_forms(index, "sha256.", sha256(value));
    if (const auto bytes = from_hex_digits(value); bytes && bytes->size() >= kShortestCanary) {
      add_forms(index, "uuid.", *bytes);
    }
  }

  // Needles are found by their first two bytes; few buckets are ever occupied.
  void finish() {
    std::sort(needles_.begin(), needles_.end(), [](const Needle& a, const Needle& b) {
      return std::pair(a.bytes, a.identifier) < std::pair(b.bytes, b.identifier);
    });
    for (std::size_t i = needles_.size(); i-- > 0;) {
      first_[key(needles_[i].bytes)] = static_cast<std::uint16_t>(i + 1);
    }
  }

  template <class Found>
  void search(std::string_view text, Found found) const {
    for (std::size_t at = 0; at + 1 < text.size(); ++at) {
      const std::size_t k = key(text.substr(at, 2));
      if (first_[k] == 0) continue;
      for (std::size_t i = first_[k] - 1u; i < needles_.size() && key(needles_[i].bytes) == k;
           ++i) {
        if (text.substr(at, needles_[i].bytes.size()) == needles_[i].bytes) found(needles_[i]);
      }
    }
  }

 private:
  static std::size_t key(std::string_view s) {
    return static_cast<std::size_t>(static_cast<unsigned char>(s[0])) << 8 |
           static_cast<unsigned char>(s[1]);
  }

  void add_forms(std::size_t index, const std::string& prefix, const std::string& value) {
    add(index, prefix + "raw", value);
    add(index, prefix + "hex", to_hex(value));
    add(index, prefix + "HEX", to_hex(value, true));
    for (std::size_t offset = 0; offset < 3; ++offset) {
      add(index, prefix + "base64", base64_core(value, offset, false));
      add(index, prefix + "base64url", base64_core(value, offset, true));
    }
  }

  // The same bytes can be two forms (base64 without + and /): one find, one name.
  void add(std::size_t index, std::string form, std::string bytes) {
    for (const Needle& n : needles_) {
      if (n.identifier == index && n.bytes == bytes) return;
    }
    CHECK(bytes.size() >= kShortestCanary && needles_.size() < 0xffff, form, needles_.size());
    needles_.push_back({std::move(bytes), index, std::move(form)});
  }

  std::vector<Needle> needles_;
  std::vector<std::uint16_t> first_ = std::vector<std::uint16_t>(0x10000, 0);
};

bool is_base64(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' ||
         c == '/' || c == '-' || c == '_';
}

struct Found {
  std::set<std::string> forms;
  std::uint64_t count = 0;
};
using FoundByIdentifier = std::map<std::size_t, Found>;

void search_deep(const Needles& needles, std::string_view text, const std::string& path, int depth,
                 FoundByIdentifier& out) {
  needles.search(text, [&](const Needle& n) {
    Found& f = out[n.identifier];
    f.forms.insert(path + n.form);
    ++f.count;
  });
  if (depth == kNesting) return;
  for (std::size_t begin = 0; begin < text.size();) {
    std::size_t end = begin;
    while (end < text.size() && is_base64(text[end])) ++end;
    // A run may begin with characters that are not its own ("/path/eyJ..."): every alignment.
    for (std::size_t at = begin; at < begin + 4 && end - begin >= kShortestEncodedRun; ++at) {
      search_deep(needles, from_base64(text.substr(at, end - at)), path + "base64 > ", depth + 1,
                  out);
    }
    begin = end + 1;
  }
}

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

std::uint64_t CanarySearch::violations() const {
  std::uint64_t n = joined.size();
  for (const CanaryHit& h : hits) n += !h.allowed;
  return n;
}

CanarySearch search_canaries(const RunRecord& record) {
  CanarySearch out;
  const std::vector<Identifier> identifiers = identifiers_of(record.truth.identity);
  Needles needles;
  for (std::size_t i = 0; i < identifiers.size(); ++i) {
    const std::string& value = identifiers[i].value;
    if (value.empty()) continue;
    if (value.size() < kShortestCanary) {
      out.unsearched.push_back(identifiers[i].name + " has " + std::to_string(value.size()) +
                               " bytes; a canary needs " + std::to_string(kShortestCanary));
      continue;
    }
    needles.add_identifier(i, value);
    ++out.identifiers;
  }
  needles.finish();
  for (const SearchedPlace& place : record.places) {
    FoundByIdentifier found;
    search_deep(needles, place.bytes, "", 0, found);
    out.bytes += place.bytes.size();
    bool user = false, session = false;
    for (const auto& [i, f] : found) {
      const std::string& name = identifiers[i].name;
      user |= name == "user_id";
      session |= name == "session_id";
      out.hits.push_back({place.name,
                          name,
                          {f.forms.begin(), f.forms.end()},
                          f.count,
                          contains(place.allowed, name)});
    }
    if (user && session && !place.may_join_user_and_session) out.joined.push_back(place.name);
  }
  return out;
}

void measure_privacy(const CanarySearch& search, MetricValues& out) {
  out.set_count("privacy.m0.bytes_searched", search.bytes);
  const std::string_view name = "privacy.m0.violations";
  if (!search.unsearched.empty()) {
    out.set_missing(name, search.unsearched.front());
  } else if (search.identifiers == 0) {
    out.set_missing(name, "the run has no identifiers to search for");
  } else if (search.bytes == 0) {
    out.set_missing(name, "there was nothing to search");
  } else {
    out.set(name, static_cast<double>(search.violations()), search.bytes);
  }
}

}  // namespace gauntlet::reports
