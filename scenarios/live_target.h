// Which services a live run may drive. Load is an attack on whoever did not ask for it, so a target
// is on this machine's loopback interface, or named in an authorisation file by whoever answers for
// it:
//
//   # host and port, last day (UTC), who says so
//   staging.example.org:8443 until 2026-12-31 by Jane Doe, operations
//
// A name is not resolved to find out: only "localhost" and numeric loopback addresses count, since
// what a name means can change between the check and the connection.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/base/time.h"
#include "core/runtime/runtime.h"

namespace gauntlet::scenarios {

struct LiveTarget {
  Endpoint authz, ingest;
  bool tls = true;
};

// One URL for all services, or "authz=https://…" and "ingest=https://…". Error "bad_target".
Result<LiveTarget> parse_target(const std::vector<std::string>& texts);

bool is_loopback(const std::string& host);

// Nothing wrong, or error "unauthorised" that says what would authorise it. `authorisation` is the
// file's text, empty for none; error "bad_authorisation" names the line.
Result<void> check_authorised(const LiveTarget& target, std::string_view authorisation,
                              HostTime now);

}  // namespace gauntlet::scenarios
