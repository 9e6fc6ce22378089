// Labels that ride along with the messages of a run: which of a person's identifiers a message
// speaks of, also where it does not contain them.
//
// A message is what one side writes before the other answers. It carries
//   itself   an identifier that is found in it (reports/metrics/canaries.h, in any encoding)
//   behind   the labels of an opaque value in it (a token, a handle: 16 characters and more of
//            base64url, two of them digits). A value that first appears in an answer has the labels
//            of the request, of what the answering host was told by others while it worked on it,
//            and of the answer: whoever sees the value again can tell that it is the same person.
// So a pseudonym under which two services could meet is seen, though no canary is in it.
//
// Both are held against the policy of the scenario, hop by hop ("phone-ingest"); what a hop's
// policy does not name may not flow there. Leaves out: values that a host makes of others without
// an answer (a hash that the phone computes), and timing.
#pragma once

#include <string>
#include <vector>

#include "scenarios/privacy_options.h"
#include "scenarios/runner.h"

namespace gauntlet::scenarios {

struct FlowHit {
  std::string hop;      // "phone-ingest"
  std::string field;    // "user_id"
  std::string carrier;  // "itself", or "behind a value of authz"
  std::uint64_t messages = 0;
  bool allowed = false;
  friend bool operator==(const FlowHit&, const FlowHit&) = default;
};

class InformationFlow {
 public:
  void add(const sim::WireBytes& wire);
  // By hop, field, carrier.
  std::vector<FlowHit> trace(const Truth& truth, const std::vector<HopPolicy>& policy) const;

 private:
  struct Message {
    std::string from, to;
    std::uint64_t connection;
    WorldTime begin, end;
    std::string bytes;
    bool answer = false;  // the other side spoke first on this connection
    WorldTime asked;      // when the question began
  };
  std::vector<Message> messages_;
};

}  // namespace gauntlet::scenarios
