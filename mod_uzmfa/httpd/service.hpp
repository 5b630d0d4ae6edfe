// SPDX-License-Identifier: Apache-2.0
// What a virtual host needs to answer requests. Built before the children are, then constant.
#pragma once

#include "core/policy.hpp"
#include "crypto/keys.hpp"
#include "crypto/sealer.hpp"
#include "crypto/tokens.hpp"
#include "httpd/node_memory.hpp"
#include "httpd/provider.hpp"
#include "httpd/settings.hpp"
#include "store/statements.hpp"
#include "view/pages.hpp"

#include <unistd.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace uzmfa {

struct LoginProvider {
    const char* name;
    const authn_provider* provider;
};

class Service {
public:
    // What can be known without the database: directives, key file, pages, companion modules.
    static Result<Service*> build(apr_pool_t* pool, server_rec* server, const SiteSettings& settings);

    // Looks into the database: are the tables there, which sessions are revoked? Nothing where all is
    // well or the database does not answer; else the table or column that is missing.
    std::string examine(apr_pool_t* pool);

    const Site& site() const { return site_; }
    const Limits& defaults() const { return defaults_; }
    const Provider* provider() const { return provider_.get(); }  // null: UzmfaValidator local
    const Sealer& session_sealer() const { return session_sealer_; }
    const Sealer& secret_sealer() const { return secret_sealer_; }
    const std::vector<SecretBytes>& used_code_keys() const { return used_code_keys_; }
    const SecretBytes& sign_in_key() const { return sign_in_key_; }
    const Sealer& kept_post_sealer() const { return kept_post_sealer_; }
    const SecretBytes& kept_address_key() const { return kept_address_key_; }
    const Tokens& tokens() const { return tokens_; }
    const Pages& pages() const { return pages_; }
    const Statements& statements() const { return statements_; }
    const std::vector<LoginProvider>& login_providers() const { return login_providers_; }
    NodeMemory& memory() const { return *memory_; }
    NodeMemory::Source& source() const { return *source_; }  // of the database
    const std::vector<std::string>& notify() const { return notify_; }  // words of a command; empty: none
    apr_file_t* audit_log() const { return audit_log_; }  // null: none
    // A table or column is missing: nobody passes.
    bool is_broken() const { return broken_; }

    // A number of this service alone, which nothing outlives.
    std::uint64_t instance() const { return instance_; }

    // Names the users that this virtual host knows; sessions of one realm are worth nothing in another.
    const std::string& realm() const { return realm_; }
    bool shares_a_key_with(const Service& other) const;

    // Before the children are: sessions may be alive in another virtual host.
    void share_longest(const Limits& longest, seconds sign_in_window) {
        site_.longest = longest;
        site_.longest_sign_in_window = sign_in_window;
    }

    void keep_audit_log(apr_file_t* log) { audit_log_ = log; }

private:
    Service(const SiteSettings& settings, Site site, Limits defaults, std::vector<SecretBytes> keys, Pages pages,
            Statements statements,
            std::vector<LoginProvider> login_providers);

    Site site_;
    Limits defaults_;
    std::unique_ptr<Provider> provider_;
    std::vector<SecretBytes> keys_;
    Sealer session_sealer_;
    Sealer secret_sealer_;
    std::vector<SecretBytes> used_code_keys_;
    SecretBytes sign_in_key_;
    Sealer kept_post_sealer_;
    SecretBytes kept_address_key_;
    SessionTokens tokens_;
    Pages pages_;
    Statements statements_;
    std::vector<LoginProvider> login_providers_;
    std::string driver_;
    std::string params_;
    std::string realm_;
    std::uint64_t instance_ = 0;
    pid_t builder_ = getpid();
    NodeMemory* memory_ = nullptr;
    NodeMemory::Source* source_ = nullptr;
    std::vector<std::string> notify_;
    apr_file_t* audit_log_ = nullptr;
    bool broken_ = false;
};

}  // namespace uzmfa
