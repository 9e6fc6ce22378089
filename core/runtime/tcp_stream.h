// Real sockets behind ByteStream and Listener.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <memory>

#include "core/runtime/runtime.h"

namespace gauntlet::detail {

std::unique_ptr<ByteStream> make_tcp_stream(asio::ip::tcp::socket socket);
// Throws system_error when the address cannot be bound.
std::unique_ptr<Listener> make_tcp_listener(asio::any_io_executor executor,
                                            const asio::ip::tcp::endpoint& endpoint);

}  // namespace gauntlet::detail
