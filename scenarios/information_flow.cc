#include "scenarios/information_flow.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "reports/metrics/canaries.h"

namespace gauntlet::scenarios {
namespace {

using Labels = std::set<std::string>;

bool of_value(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
         c == '_' || c == '.' || c == '=';
}

// Opaque values in a message, in order.
std::vector<std::string> values_in(const std::string& bytes) {
  constexpr std::size_t kShortest = 16;
  constexpr int kDigits = 2;
  std::vector<std::string> out;
  for (std::size_t i = 0; i < bytes.size();) {
    std::size_t end = i;
    int digits = 0, others = 0;
    for (; end < bytes.size() && of_value(bytes[end]); ++end) {
      (bytes[end] >= '0' && bytes[end] <= '9' ? digits : others) += 1;
    }
    if (end - i >= kShortest && digits >= kDigits && others > 0) {
      out.push_back(bytes.substr(i, end - i));
    }
    i = end + 1;
  }
  return out;
}

bool permits(const std::vector<HopPolicy>& policy, const std::string& hop, const std::string& field,
             bool behind) {
  for (const HopPolicy& p : policy) {
    if (p.hop != hop) continue;
    const auto& may = behind ? p.behind : p.itself;
    if (std::find(may.begin(), may.end(), field) != may.end()) return true;
  }
  return false;
}

}  // namespace

void InformationFlow::add(const sim::WireBytes& wire) {
  const std::string text(reinterpret_cast<const char*>(wire.bytes.data()), wire.bytes.size());
  // The last message of this connection, whoever wrote it.
  const auto last = std::find_if(messages_.rbegin(), messages_.rend(),
                                 [&](const Message& m) { return m.connection == wire.connection; });
  if (last != messages_.rend() && last->from == wire.from) {
    last->bytes += text;
    last->end = wire.at;
    return;
  }
  Message m{wire.from, wire.to, wire.connection, wire.at, wire.at, text, false, wire.at};
  if (last != messages_.rend()) {
    // Who spoke first on the connection asks.
    const auto first = std::find_if(messages_.begin(), messages_.end(), [&](const Message& x) {
      return x.connection == wire.connection;
    });
    m.answer = first->from != wire.from;
    m.asked = last->begin;
  }
  messages_.push_back(std::move(m));
}

std::vector<FlowHit> InformationFlow::trace(const Truth& truth,
                                            const std::vector<HopPolicy>& policy) const {
  // What each message contains itself.
  const EventLog nothing;
  reports::RunRecord record{truth, nothing, {}, {}, {}, "", 0, {}, {}};
  for (std::size_t i = 0; i < messages_.size(); ++i) {
    record.places.push_back({std::to_string(i), messages_[i].bytes, {}, false});
  }
  std::vector<Labels> itself(messages_.size());
  for (const auto& hit : reports::search_canaries(record).hits) {
    itself[std::stoul(hit.place)].insert(hit.identifier);
  }
  const auto& id = truth.identity;
  // Identifiers, and what the signs between parts of one leave of it, are no values of a host.
  const auto of_identifier = [&id](const std::string& value) {
    for (const auto* x : {&id.user_id, &id.name, &id.email, &id.cluster_id, &id.session_id}) {
      if (x->find(value) != std::string::npos) return true;
    }
    return false;
  };

  struct Minted {
    std::string by;
    Labels labels;
  };
  std::map<std::string, Minted> minted;
  std::set<std::string> known;
  std::vector<Labels> carried = itself;  // with what is behind values
  std::map<std::tuple<std::string, std::string, std::string>, FlowHit> hits;
  for (std::size_t i = 0; i < messages_.size(); ++i) {
    const Message& m = messages_[i];
    const std::string hop = m.from + "-" + m.to;
    const auto count = [&](const std::string& field, const std::string& carrier, bool behind) {
      FlowHit& h = hits[{hop, field, carrier}];
      h = {hop, field, carrier, h.messages + 1, permits(policy, hop, field, behind)};
    };
    for (const std::string& field : itself[i]) count(field, "itself", false);

    const auto values = values_in(m.bytes);
    std::set<std::pair<std::string, std::string>> behind;  // field, by
    for (const std::string& v : values) {
      const auto found = minted.find(v);
      if (found == minted.end()) continue;
      for (const std::string& field : found->second.labels) {
        behind.insert({field, found->second.by});
        carried[i].insert(field);
      }
    }
    if (m.answer) {
      Labels labels = carried[i];
      for (std::size_t k = 0; k < i; ++k) {
        if (messages_[k].to != m.from || messages_[k].end < m.asked) continue;
        labels.insert(carried[k].begin(), carried[k].end());
      }
      for (const std::string& v : values) {
        if (known.contains(v) || of_identifier(v)) continue;
        minted[v] = {m.from, labels};
        for (const std::string& field : labels) behind.insert({field, m.from});
      }
      carried[i] = labels;
    }
    known.insert(values.begin(), values.end());
    for (const auto& [field, by] : behind) count(field, "behind a value of " + by, true);
  }
  std::vector<FlowHit> out;
  for (auto& [key, hit] : hits) out.push_back(std::move(hit));
  return out;
}

}  // namespace gauntlet::scenarios
