// A certificate authority for tests, made anew in each run: nothing to expire, nothing to leak.
#pragma once

#include <string>

namespace gauntlet {

struct TestCertificate {
  std::string certificate_pem;  // self-signed: its own authority
  std::string private_key_pem;
};

// Valid from 2020 on for the DNS name `host`.
TestCertificate make_test_certificate(const std::string& host);

}  // namespace gauntlet
