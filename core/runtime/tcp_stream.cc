#include "core/runtime/tcp_stream.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace gauntlet::detail {
namespace {

using asio::ip::tcp;

std::string text(const tcp::endpoint& endpoint) {
  const std::string address = endpoint.address().to_string();
  const std::string port = std::to_string(endpoint.port());
  return endpoint.address().is_v6() ? "[" + address + "]:" + port : address + ":" + port;
}

class TcpStream final : public ByteStream {
 public:
  explicit TcpStream(tcp::socket socket) : socket_(std::move(socket)) {
    error_code ignored;
    socket_.set_option(tcp::no_delay(true), ignored);  // requests are small and waited for
    const auto remote = socket_.remote_endpoint(ignored);
    if (!ignored) peer_ = text(remote);
  }
  executor_type get_executor() override { return socket_.get_executor(); }
  void shutdown_write() override {
    error_code ignored;
    socket_.shutdown(tcp::socket::shutdown_send, ignored);
  }
  void close() override {
    error_code ignored;
    socket_.close(ignored);
  }
  std::string peer() const override { return peer_; }

 protected:
  void start_read(asio::mutable_buffer buffer, IoHandler handler) override {
    socket_.async_read_some(asio::mutable_buffers_1(buffer), std::move(handler));
  }
  void start_write(asio::const_buffer buffer, IoHandler handler) override {
    socket_.async_write_some(asio::const_buffers_1(buffer), std::move(handler));
  }

 private:
  tcp::socket socket_;
  std::string peer_ = "unknown";
};

class TcpListener final : public Listener {
 public:
  TcpListener(const asio::any_io_executor& executor, const tcp::endpoint& endpoint)
      : acceptor_(executor, endpoint, /*reuse_addr=*/true),
        port_(acceptor_.local_endpoint().port()) {}
  asio::awaitable<std::unique_ptr<ByteStream>> accept() override {
    error_code error = asio::error::operation_aborted;
    tcp::socket socket(acceptor_.get_executor());
    if (acceptor_.is_open()) {
      co_await acceptor_.async_accept(socket, asio::redirect_error(asio::use_awaitable, error));
    }
    if (error) throw boost::system::system_error(error);
    co_return make_tcp_stream(std::move(socket));
  }
  std::uint16_t port() const override { return port_; }
  void close() override {
    error_code ignored;
    acceptor_.close(ignored);
  }

 private:
  tcp::acceptor acceptor_;
  std::uint16_t port_;
};

}  // namespace

std::unique_ptr<ByteStream> make_tcp_stream(tcp::socket socket) {
  return std::make_unique<TcpStream>(std::move(socket));
}

std::unique_ptr<Listener> make_tcp_listener(asio::any_io_executor executor,
                                            const tcp::endpoint& endpoint) {
  return std::make_unique<TcpListener>(executor, endpoint);
}

}  // namespace gauntlet::detail
