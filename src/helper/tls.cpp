// OpenSSL between two buffers: what it wants sent is written, what has come is given to it.
#include "helper/tls.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>

namespace deja::helper {

namespace {

Error tls_error(std::string action, const std::string& object) {
  const unsigned long code = ERR_get_error();
  const char* const words = code == 0 ? nullptr : ERR_reason_error_string(code);
  ERR_clear_error();
  return {std::move(action), object, words == nullptr ? "TLS failed" : words};
}

struct FreeContext {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
struct FreeSession {
  void operator()(SSL* session) const { SSL_free(session); }
};
using Context = std::unique_ptr<SSL_CTX, FreeContext>;

class TlsStream final : public net::Stream {
 public:
  TlsStream(std::unique_ptr<net::Stream> stream, Context context, std::string host)
      : stream_(std::move(stream)),
        context_(std::move(context)),
        host_(std::move(host)),
        ssl_(SSL_new(context_.get())),
        in_(BIO_new(BIO_s_mem())),
        out_(BIO_new(BIO_s_mem())) {
    SSL_set_bio(ssl_.get(), in_, out_);
    SSL_set_connect_state(ssl_.get());
    SSL_set_tlsext_host_name(ssl_.get(), host_.c_str());
    // An address is looked for among the certificate's addresses, a name among its names.
    if (X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl_.get()), host_.c_str()) != 1)
      SSL_set1_host(ssl_.get(), host_.c_str());
    ERR_clear_error();
  }

  Result<void> shake_hands(net::Deadline deadline) {
    const auto done =
        until_done("shake hands with", deadline, [&] { return SSL_do_handshake(ssl_.get()); });
    return done ? Result<void>() : done.error();
  }

  Result<std::size_t> read(char* into, std::size_t size, net::Deadline deadline) override {
    const int most = static_cast<int>(std::min<std::size_t>(size, 1 << 30));
    const auto got =
        until_done("read from", deadline, [&] { return SSL_read(ssl_.get(), into, most); });
    if (!got) return got.error();
    return static_cast<std::size_t>(*got);
  }

  Result<void> write(std::string_view bytes, net::Deadline deadline) override {
    while (!bytes.empty()) {
      const int piece = static_cast<int>(std::min<std::size_t>(bytes.size(), 256 * 1024));
      const auto sent = until_done("write to", deadline,
                                   [&] { return SSL_write(ssl_.get(), bytes.data(), piece); });
      if (!sent) return sent.error();
      bytes.remove_prefix(static_cast<std::size_t>(*sent));
    }
    return {};
  }

  void shut_down() override { stream_->shut_down(); }

 private:
  // Repeats `step` until it needs nothing more; 0 when the server has closed the connection.
  template <class Step>
  Result<int> until_done(const char* action, net::Deadline deadline, Step step) {
    for (;;) {
      const int done = step();
      const int wanted = SSL_get_error(ssl_.get(), done);
      if (auto sent = send_pending(deadline); !sent) return sent.error();
      if (done > 0) return done;
      if (wanted == SSL_ERROR_ZERO_RETURN) return 0;
      if (wanted != SSL_ERROR_WANT_READ) return failed(action);
      char buffer[16 * 1024];
      const auto got = stream_->read(buffer, sizeof buffer, deadline);
      if (!got) return got.error();
      if (*got == 0) return Error{action, host_, "the connection was closed"};
      BIO_write(in_, buffer, static_cast<int>(*got));
    }
  }

  Result<void> send_pending(net::Deadline deadline) {
    char buffer[16 * 1024];
    for (;;) {
      const int size = BIO_read(out_, buffer, sizeof buffer);
      if (size <= 0) return {};
      const std::string_view bytes(buffer, static_cast<std::size_t>(size));
      if (auto sent = stream_->write(bytes, deadline); !sent) return sent.error();
    }
  }

  Error failed(const char* action) {
    const long verdict = SSL_get_verify_result(ssl_.get());
    if (verdict == X509_V_OK) return tls_error(action, host_);
    ERR_clear_error();
    return {action, host_,
            std::string("its certificate: ") + X509_verify_cert_error_string(verdict)};
  }

  std::unique_ptr<net::Stream> stream_;
  Context context_;
  std::string host_;
  std::unique_ptr<SSL, FreeSession> ssl_;
  BIO* in_;  // the session's, as the next
  BIO* out_;
};

}  // namespace

Result<std::unique_ptr<net::Stream>> start_tls(std::unique_ptr<net::Stream> stream,
                                               const std::string& host, const TlsSettings& settings,
                                               std::chrono::nanoseconds patience) {
  Context context(SSL_CTX_new(TLS_client_method()));
  if (!context) return tls_error("start TLS with", host);
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  const auto file = [](const std::string& name) { return name.empty() ? nullptr : name.c_str(); };
  const int known =
      settings.authorities.empty()
          ? SSL_CTX_set_default_verify_paths(context.get())
          : SSL_CTX_load_verify_locations(context.get(), file(settings.authorities), nullptr);
  if (known != 1) return tls_error("read certificates from", settings.authorities);
  if (!settings.certificate.empty()) {
    const std::string& key = settings.key.empty() ? settings.certificate : settings.key;
    if (SSL_CTX_use_certificate_chain_file(context.get(), file(settings.certificate)) != 1 ||
        SSL_CTX_use_PrivateKey_file(context.get(), key.c_str(), SSL_FILETYPE_PEM) != 1)
      return tls_error("read the certificate", settings.certificate);
  }
  auto out = std::make_unique<TlsStream>(std::move(stream), std::move(context), host);
  if (auto shaken = out->shake_hands(net::in(patience)); !shaken) return shaken.error();
  return std::unique_ptr<net::Stream>(std::move(out));
}

}  // namespace deja::helper
