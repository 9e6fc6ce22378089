// The ingest service: takes what phones upload and keeps it by cluster and session. It verifies the
// outer token and cannot open the inner one: it knows of which cluster a session is, never whose.
//
//   PUT /v1/sessions/{session_id}/chunks/{sequence}   Authorization: Bearer <token for ingest>
//       body: protobuf gauntlet.upload.v1.Chunk as application/x-protobuf
//       201 stored; 200 stored before, the same bytes; 409 other bytes are stored under that
//       sequence, or the session had ended before it; 400 malformed; 401 any fault of the token;
//       404 the session is another cluster's; 413 too large; 415; 507 the store is full
//   GET /v1/sessions/{session_id}
//       200 {"chunks": n, "next": lowest missing, "complete": 0 or 1, "ranges": "0-4,6-9"}; 404
//
// {session_id} is 32 lower-case hex digits, {sequence} a decimal number; both must say the same as
// the body. A session belongs to the cluster whose token created it (OWASP API1:2023), and to any
// other cluster it is as if it did not exist. An answer of 201 or 200 means that the chunk is
// stored as durably as the store was opened; a phone that got none sends it again.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/authz/token.h"
#include "core/base/options.h"
#include "core/services/ingest_store.h"
#include "core/services/service.h"

namespace gauntlet {

struct IngestOptions {
  std::int64_t chunk_bytes_max = 512 * 1024;
  std::int64_t sequence_max = 1'000'000;
  std::int64_t store_bytes_max = std::int64_t{64} << 30;

  void describe(OptionVisitor& v);
};

class IngestService : public Service {
 public:
  IngestService(ServiceContext context, IngestOptions options, TokenVerifier verifier,
                std::unique_ptr<IngestStore> store);

  TokenVerifier& verifier() { return gate_.verifier(); }
  std::string store_bytes() const override { return store_->bytes(); }

 private:
  Answer answer(const HttpRequest& request, HostTime now) override;
  void probe_store() const override { store_->probe(); }
  HttpResponse put(const HttpRequest& request, std::string_view session, std::string_view sequence,
                   HostTime now);
  HttpResponse store(const OuterClaims& claims, std::string_view session, std::int64_t sequence,
                     const std::string& body, HostTime now);
  HttpResponse progress(const HttpRequest& request, std::string_view session, HostTime now);
  HttpResponse refuse(int status, std::string_view reason, std::string_view text);

  IngestOptions options_;
  BearerGate gate_;
  std::unique_ptr<IngestStore> store_;
};

}  // namespace gauntlet
