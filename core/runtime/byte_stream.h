// A bidirectional byte stream: TCP, TLS over TCP, or two ends of a simulated connection. Satisfies
// Asio's AsyncReadStream and AsyncWriteStream, so Beast and asio::ssl::stream run over it.
//
// One read and one write may be in flight at a time. Operations support per-operation cancellation
// (terminal): they complete with operation_aborted. Buffers must outlive the operation.
// End of stream is asio::error::eof; a cut is asio::error::connection_reset.
// Not thread-safe: use from the executor's thread.
#pragma once

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/system/error_code.hpp>
#include <memory>
#include <string>

namespace gauntlet {

namespace asio = boost::asio;
using boost::system::error_code;

class ByteStream {
 public:
  using executor_type = asio::any_io_executor;
  using IoHandler = asio::any_completion_handler<void(error_code, std::size_t)>;

  virtual ~ByteStream() = default;
  virtual executor_type get_executor() = 0;
  // Half-close: the peer reads what was written, then eof.
  virtual void shutdown_write() = 0;
  // Closes both ways at once; operations in flight complete with operation_aborted.
  virtual void close() = 0;
  // For logs: "127.0.0.1:8443" or the name of a simulated host.
  virtual std::string peer() const = 0;

  template <class MutableBufferSequence, class Token>
  auto async_read_some(const MutableBufferSequence& buffers, Token&& token) {
    return asio::async_initiate<Token, void(error_code, std::size_t)>(
        [this](auto handler, asio::mutable_buffer b) {
          start_read(b, IoHandler(std::move(handler)));
        },
        token, first_nonempty<asio::mutable_buffer>(buffers));
  }
  template <class ConstBufferSequence, class Token>
  auto async_write_some(const ConstBufferSequence& buffers, Token&& token) {
    return asio::async_initiate<Token, void(error_code, std::size_t)>(
        [this](auto handler, asio::const_buffer b) {
          start_write(b, IoHandler(std::move(handler)));
        },
        token, first_nonempty<asio::const_buffer>(buffers));
  }

 protected:
  // Never completes inside the call. An empty buffer completes at once with 0 bytes.
  virtual void start_read(asio::mutable_buffer buffer, IoHandler handler) = 0;
  virtual void start_write(asio::const_buffer buffer, IoHandler handler) = 0;

 private:
  template <class Buffer, class Sequence>
  static Buffer first_nonempty(const Sequence& buffers) {
    for (auto it = asio::buffer_sequence_begin(buffers); it != asio::buffer_sequence_end(buffers);
         ++it) {
      const Buffer b(*it);
      if (b.size() > 0) return b;
    }
    return {};
  }
};

}  // namespace gauntlet
