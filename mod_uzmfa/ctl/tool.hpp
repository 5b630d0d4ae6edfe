// SPDX-License-Identifier: Apache-2.0
// What the commands work with: the settings, the database, Twilio.
#pragma once

#include "core/result.hpp"
#include "crypto/secret_bytes.hpp"
#include "crypto/uzerp_settings.hpp"
#include "ctl/tool_settings.hpp"
#include "factors/twilio/api.hpp"
#include "net/curl_http_client.hpp"
#include "store/administration.hpp"
#include "store/own_connection.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace uzmfa {

class Pool {
public:
    Pool() { apr_pool_create(&pool_, nullptr); }
    ~Pool() { apr_pool_destroy(pool_); }
    Pool(const Pool&) = delete;
    Pool& operator=(const Pool&) = delete;
    operator apr_pool_t*() const { return pool_; }

private:
    apr_pool_t* pool_ = nullptr;
};

// The provider as the settings and uzERP's .env say; an error where they do not.
class ToolProvider {
public:
    static Result<std::unique_ptr<ToolProvider>> open(const ToolSettings& settings);

    // With a deadline of its own.
    twilio::Api api() { return {client_, settings_.url, service_sid_, settings_.timeout}; }
    const std::string& service_sid() const { return service_sid_; }

private:
    ToolProvider(const twilio::Settings& settings, std::string user, SecretBytes password, std::string service_sid);

    const twilio::Settings& settings_;
    std::string service_sid_;
    CurlHttpClient client_;
};

class Tool {
public:
    explicit Tool(ToolSettings settings);

    // Why the database cannot be used, as far as that shows before a statement is sent.
    Result<Done> open_database();

    const ToolSettings& settings() const { return settings_; }
    Database& database() { return *database_; }
    AccountAdministration administration() { return {database(), settings_.site.validator, settings_.attempts}; }
    // Whether Twilio is in use, or was and is still named.
    bool names_provider() const;
    Result<ToolProvider*> provider();
    bool answers();  // the database does

    // The exit status, after a message to people.
    int failed(const Error& error);

private:
    ToolSettings settings_;
    Pool pool_;
    std::optional<Statements> statements_;
    std::optional<OwnConnection> connection_;
    std::optional<Database> database_;
    std::unique_ptr<ToolProvider> provider_;
};

Moment present_moment();

Result<UzerpSettings> env_of(const ToolSettings& settings);
Result<std::vector<SecretBytes>> keys_of(const ToolSettings& settings);

// A message of the library, which speaks of directives, in the words of uzmfactl.conf; one line.
std::string in_words_of_tool(std::string_view detail);

int complain(std::string_view what, int status);
int failed(const Error& error);

}  // namespace uzmfa
