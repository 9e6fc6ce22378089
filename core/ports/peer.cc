#include "core/ports/peer.h"

#include <algorithm>
#include <array>
#include <boost/asio/connect.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/write.hpp>
#include <optional>
#include <utility>

namespace gauntlet {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using Socket = asio::generic::stream_protocol::socket;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kBacklogBytes = std::size_t{16} << 20;
constexpr std::size_t kLastWordsBytes = 4096;
constexpr std::size_t kLastWordsLines = 5;
constexpr std::size_t kLengthBytes = 5;  // of a varint that fits 32 bits
constexpr auto kGrace = std::chrono::seconds{1};

std::string varint(std::size_t n) {
  std::string out;
  for (; n >= 0x80; n >>= 7) out += static_cast<char>(0x80 | (n & 0x7f));
  return out += static_cast<char>(n);
}

// The last lines of a text, on one line.
std::string last_lines(std::string_view text) {
  while (!text.empty() && text.back() == '\n') text.remove_suffix(1);
  std::size_t begin = text.size();
  for (std::size_t n = 0; n < kLastWordsLines && begin > 0; ++n) {
    const auto newline = text.rfind('\n', begin - 1);
    begin = newline == std::string_view::npos ? 0 : newline;
  }
  std::string out;
  for (const char c : text.substr(begin)) {
    if (c != '\n') {
      out += c;
    } else if (!out.empty()) {
      out += " | ";
    }
  }
  return out;
}

}  // namespace

struct Peer::Io {
  explicit Io(std::size_t longest) : longest_bytes(longest) {}

  void read() {
    if (reading || ended || inbox.size() - taken > kBacklogBytes) return;
    reading = true;
    socket.async_read_some(asio::buffer(buffer), [this](error_code error, std::size_t n) {
      reading = false;
      inbox.append(buffer.data(), n);
      if (error) ended = true;
      read();
    });
  }
  void write() {
    if (!writing.empty() || waiting.empty()) return;
    std::swap(writing, waiting);
    asio::async_write(socket, asio::buffer(writing), [this](error_code error, std::size_t) {
      writing.clear();
      // Whoever has gone is noticed by reading; what it said before it went is still read.
      if (error) waiting.clear();
      if (half_close && waiting.empty()) shut();
      write();
    });
  }
  void shut() {
    error_code ignored;
    socket.shutdown(Socket::shutdown_send, ignored);
  }
  void read_errors() {
    errors.async_read_some(asio::buffer(error_buffer), [this](error_code error, std::size_t n) {
      last_words.append(error_buffer.data(), n);
      if (last_words.size() > 2 * kLastWordsBytes) {
        last_words.erase(0, last_words.size() - kLastWordsBytes);
      }
      if (error) {
        errors.close();
      } else {
        read_errors();
      }
    });
  }
  // Lets one thing happen; false at the deadline, or when nothing is left that could.
  bool step(Clock::time_point deadline) {
    read();
    context.restart();
    return context.run_one_until(deadline) > 0;
  }

  const std::size_t longest_bytes;
  asio::io_context context{1};
  Socket socket{context};
  asio::posix::stream_descriptor errors{context};
  std::optional<ChildProcess> child;
  std::string name;
  std::array<char, 65536> buffer{};
  std::array<char, 1024> error_buffer{};
  std::string inbox, writing, waiting, last_words;
  std::size_t taken = 0;  // of the inbox
  bool reading = false, ended = false, half_close = false;
};

namespace {

Result<void> connect_tcp(Socket& socket, asio::io_context& context, const std::string& place,
                         std::chrono::duration<double> wait) {
  const auto colon = place.rfind(':');
  if (colon == std::string::npos) return Error{"start", "tcp:" + place + " names no port"};
  error_code error;
  asio::ip::tcp::resolver resolver(context);
  const auto found = resolver.resolve(place.substr(0, colon), place.substr(colon + 1), error);
  asio::ip::tcp::socket tcp(context);
  if (!error) {
    error = asio::error::timed_out;
    asio::async_connect(tcp, found, [&error](error_code e, const auto&) { error = e; });
    context.run_for(std::chrono::duration_cast<std::chrono::milliseconds>(wait));
    if (error == asio::error::timed_out) tcp.close();
    context.run();  // what was given up still completes
  }
  if (!error) tcp.set_option(asio::ip::tcp::no_delay(true), error);
  if (error) return Error{"start", "tcp:" + place + ": " + error.message()};
  socket = Socket(std::move(tcp));
  return {};
}

Result<void> connect_unix(Socket& socket, asio::io_context& context, const std::string& place) {
  if (place.empty() || place.size() > 107) {
    return Error{"start", "unix:" + place + ": a path has 1 to 107 bytes"};
  }
  asio::local::stream_protocol::socket local(context);
  error_code error;
  local.connect(asio::local::stream_protocol::endpoint(place), error);
  if (error) return Error{"start", "unix:" + place + ": " + error.message()};
  socket = Socket(std::move(local));
  return {};
}

}  // namespace

Result<std::unique_ptr<Peer>> Peer::start(const PipelineOptions& options) {
  auto io = std::make_unique<Io>(static_cast<std::size_t>(options.message_bytes_max));
  if (options.command.empty()) {
    io->name = options.address;
    const auto colon = options.address.find(':') + 1;
    const std::string place = options.address.substr(colon);
    const auto connected = options.address.starts_with("tcp:")
                               ? connect_tcp(io->socket, io->context, place,
                                             std::chrono::duration<double>(options.start_timeout_s))
                               : connect_unix(io->socket, io->context, place);
    if (!connected) return connected.error();
  } else {
    io->name = options.command.front();
    auto child = ChildProcess::start(options.command);
    if (!child) return child.error();
    io->child.emplace(std::move(*child));
    io->socket.assign(asio::local::stream_protocol(), io->child->take_socket());
    io->errors.assign(io->child->take_errors());
    io->read_errors();
  }
  return std::unique_ptr<Peer>(new Peer(std::move(io)));
}

Peer::Peer(std::unique_ptr<Io> io) : io_(std::move(io)) {}

Peer::~Peer() = default;

Result<void> Peer::send(std::string_view message) {
  if (message.size() > io_->longest_bytes) {
    return Error{"too_long", "an input of " + std::to_string(message.size()) +
                                 " bytes is longer than message_bytes_max"};
  }
  if (io_->waiting.size() + message.size() > kBacklogBytes) {
    return Error{"overrun", "it does not read its input: 16 MiB wait"};
  }
  io_->waiting += varint(message.size());
  io_->waiting += message;
  io_->write();
  return {};
}

Result<bool> Peer::take(std::string& message) {
  const std::string_view rest = std::string_view(io_->inbox).substr(io_->taken);
  std::size_t length = 0, used = 0;
  for (;; ++used) {
    if (used == kLengthBytes) return Error{"framing", "no length where a message must begin"};
    if (used == rest.size()) return false;
    const auto byte = static_cast<unsigned char>(rest[used]);
    length |= static_cast<std::size_t>(byte & 0x7f) << (7 * used);
    if (byte < 0x80) break;
  }
  ++used;
  if (length > io_->longest_bytes) {
    return Error{"too_long", "it announces a message of " + std::to_string(length) +
                                 " bytes; at most " + std::to_string(io_->longest_bytes) +
                                 " are allowed (does it print to stdout?)"};
  }
  if (rest.size() - used < length) return false;
  message.assign(rest.substr(used, length));
  io_->taken += used + length;
  if (io_->taken == io_->inbox.size()) {
    io_->inbox.clear();
    io_->taken = 0;
  } else if (io_->taken > kBacklogBytes / 4) {
    io_->inbox.erase(0, io_->taken);
    io_->taken = 0;
  }
  return true;
}

Result<std::string> Peer::receive(Deadline deadline) {
  std::string message;
  for (;;) {
    const Result<bool> whole = take(message);
    if (!whole) return whole.error();
    if (*whole) return message;
    if (io_->ended) return Error{"closed", "it closed the connection: " + obituary()};
    if (!io_->step(deadline) && Clock::now() >= deadline) {
      return Error{"timeout", "no answer in time"};
    }
  }
}

Result<void> Peer::finish(Deadline deadline) {
  io_->half_close = true;
  if (io_->writing.empty() && io_->waiting.empty()) io_->shut();
  while (!io_->ended && Clock::now() < deadline) {
    io_->step(deadline);
    io_->inbox.clear();  // nothing is expected any more
    io_->taken = 0;
  }
  const bool closed = io_->ended;
  if (io_->child && !ending_) {
    ending_ = io_->child->end(std::max(deadline - Clock::now(), Clock::duration{}));
  }
  if (!closed || (ending_ && ending_->killed)) {
    return Error{"end", "after the last answer it did not end: " + obituary()};
  }
  if (ending_ && !ending_->clean()) return Error{"exit", "after the last answer: " + obituary()};
  return {};
}

std::string Peer::obituary() {
  std::string text = io_->name;
  if (io_->child && !ending_ && io_->ended) ending_ = io_->child->end(kGrace);
  if (ending_) {
    const auto deadline = Clock::now() + kGrace;
    while (io_->errors.is_open() && io_->step(deadline)) {
    }
    text += " " + ending_->words();
  }
  const std::string words = last_lines(io_->last_words);
  return words.empty() ? text : text + "; its last words: " + words;
}

}  // namespace gauntlet
