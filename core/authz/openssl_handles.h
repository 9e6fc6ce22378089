// Owners for OpenSSL objects, and views of byte strings as OpenSSL wants them. For .cc files only.
#pragma once

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include <memory>
#include <string>
#include <string_view>

namespace gauntlet::crypto {

template <auto Free>
struct Deleter {
  template <class T>
  void operator()(T* p) const {
    Free(p);
  }
};
template <class T, auto Free>
using Handle = std::unique_ptr<T, Deleter<Free>>;

using Pkey = Handle<EVP_PKEY, EVP_PKEY_free>;
using PkeyContext = Handle<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;
using CipherContext = Handle<EVP_CIPHER_CTX, EVP_CIPHER_CTX_free>;
using Mac = Handle<EVP_MAC, EVP_MAC_free>;
using MacContext = Handle<EVP_MAC_CTX, EVP_MAC_CTX_free>;
using BigNumber = Handle<BIGNUM, BN_free>;
using EcGroup = Handle<EC_GROUP, EC_GROUP_free>;
using EcPoint = Handle<EC_POINT, EC_POINT_free>;
using EcdsaSignature = Handle<ECDSA_SIG, ECDSA_SIG_free>;
using ParamBuilder = Handle<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free>;
using Params = Handle<OSSL_PARAM, OSSL_PARAM_free>;
using Bio = Handle<BIO, BIO_free_all>;

inline const unsigned char* octets(std::string_view s) {
  return reinterpret_cast<const unsigned char*>(s.data());
}
inline unsigned char* octets(std::string& s) { return reinterpret_cast<unsigned char*>(s.data()); }

// Private keys enter and leave only through these; nothing else reads or writes PEM.
Pkey read_private_pem(std::string_view pem);
Pkey read_public_pem(std::string_view pem);
std::string write_public_pem(const EVP_PKEY* key);
std::string write_private_pem(const EVP_PKEY* key);

}  // namespace gauntlet::crypto
