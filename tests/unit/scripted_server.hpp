// SPDX-License-Identifier: Apache-2.0
// A real server on 127.0.0.1 that does what its script says, to the byte.
#pragma once

#include <openssl/ssl.h>

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace uzmfa::test {

// The server's end of a connection.
class Peer {
public:
    Peer(int socket, SSL_CTX* tls) : socket_{socket} {
        if (!tls) return;
        tls_.reset(SSL_new(tls));
        SSL_set_fd(tls_.get(), socket);
    }
    // What only a handshake that went well has.
    bool is_open() { return !tls_ || SSL_accept(tls_.get()) == 1; }

    // The next request with its body; nothing where the connection ended.
    std::optional<std::string> read_request() {
        for (;;) {
            if (const auto head = held_.find("\r\n\r\n"); head != held_.npos) {
                const std::size_t size = head + 4 + content_length(held_.substr(0, head));
                if (held_.size() >= size) {
                    std::string request = held_.substr(0, size);
                    held_.erase(0, size);
                    return request;
                }
            }
            char buffer[4096];
            const auto count = tls_ ? SSL_read(tls_.get(), buffer, sizeof buffer)
                                    : static_cast<int>(recv(socket_, buffer, sizeof buffer, 0));
            if (count <= 0) return std::nullopt;
            held_.append(buffer, static_cast<std::size_t>(count));
        }
    }

    // False where the other end is gone.
    bool write(std::string_view text) {
        while (!text.empty()) {
            const auto count = tls_ ? SSL_write(tls_.get(), text.data(), static_cast<int>(text.size()))
                                    : static_cast<int>(send(socket_, text.data(), text.size(), MSG_NOSIGNAL));
            if (count <= 0) return false;
            text.remove_prefix(static_cast<std::size_t>(count));
        }
        return true;
    }

    // The connection ends by RST instead of FIN.
    void reset() {
        const linger now{.l_onoff = 1, .l_linger = 0};
        setsockopt(socket_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    }

    // Until the other end or the server gives up.
    void hang() {
        while (read_request()) continue;
    }

private:
    static std::size_t content_length(const std::string& head) {
        constexpr std::string_view name = "\r\nContent-Length: ";
        const auto at = head.find(name);
        return at == head.npos ? 0 : std::stoul(head.substr(at + name.size()));
    }
    struct Freeing {
        void operator()(SSL* tls) const { SSL_free(tls); }
    };

    int socket_;
    std::unique_ptr<SSL, Freeing> tls_;
    std::string held_;
};

class ScriptedServer {
public:
    // `script` is run for each request, until it says false.
    using Script = std::function<bool(Peer&, const std::string& request)>;

    explicit ScriptedServer(Script script, SSL_CTX* tls = nullptr) : script_{std::move(script)}, tls_{tls} {
        std::signal(SIGPIPE, SIG_IGN);  // SSL_write knows no MSG_NOSIGNAL
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        const auto generic = reinterpret_cast<sockaddr*>(&address);
        listening_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (bind(listening_, generic, size) != 0 || listen(listening_, 128) != 0 ||
            getsockname(listening_, generic, &size) != 0) {
            throw std::runtime_error{"no socket to listen on"};
        }
        url_ = (tls ? "https://127.0.0.1:" : "http://127.0.0.1:") + std::to_string(ntohs(address.sin_port));
        accepting_ = std::thread{[this] { accept_all(); }};
    }

    ~ScriptedServer() {
        shutdown(listening_, SHUT_RDWR);
        accepting_.join();
        {
            const std::lock_guard lock{mutex_};
            for (const int socket : open_) shutdown(socket, SHUT_RDWR);
        }
        for (auto& thread : serving_) thread.join();
        close(listening_);
    }

    ScriptedServer(const ScriptedServer&) = delete;
    ScriptedServer& operator=(const ScriptedServer&) = delete;

    const std::string& url() const { return url_; }
    std::size_t connections() const { return connections_; }
    std::size_t open_connections() {
        const std::lock_guard lock{mutex_};
        return open_.size();
    }
    std::vector<std::string> requests() {
        const std::lock_guard lock{mutex_};
        return requests_;
    }

private:
    void accept_all() {
        for (int socket; (socket = accept(listening_, nullptr, nullptr)) >= 0;) {
            ++connections_;
            const std::lock_guard lock{mutex_};
            open_.push_back(socket);
            serving_.emplace_back([this, socket] { serve(socket); });
        }
    }

    void serve(int socket) {
        {
            Peer peer{socket, tls_};
            if (peer.is_open()) {
                while (const auto request = peer.read_request()) {
                    {
                        const std::lock_guard lock{mutex_};
                        requests_.push_back(*request);
                    }
                    if (!script_(peer, *request)) break;
                }
            }
        }
        const std::lock_guard lock{mutex_};
        std::erase(open_, socket);
        close(socket);
    }

    Script script_;
    SSL_CTX* tls_;
    int listening_ = -1;
    std::string url_;
    std::atomic<std::size_t> connections_ = 0;
    std::mutex mutex_;
    std::vector<int> open_;
    std::vector<std::string> requests_;
    std::vector<std::thread> serving_;
    std::thread accepting_;
};

}  // namespace uzmfa::test
