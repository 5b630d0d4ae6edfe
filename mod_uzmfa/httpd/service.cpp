// SPDX-License-Identifier: Apache-2.0
#include "httpd/service.hpp"

#include "core/companions.hpp"
#include "crypto/random.hpp"
#include "crypto/uzerp_settings.hpp"
#include "httpd/notifications.hpp"
#include "httpd/pool.hpp"
#include "httpd/watch.hpp"
#include "store/own_connection.hpp"
#include "store/schema.hpp"

#include <unistd.h>

#include <algorithm>

namespace uzmfa {
namespace {

constexpr const char* default_login_provider = "uzerp";

// The directive or module that is missing, empty where none is.
std::string missing_directive(const SiteSettings& settings) {
    for (const auto& [file, name] : companions) {
        if (!ap_find_linked_module(file)) return "UzmfaEngine: " + std::string{name} + " is needed and not loaded";
    }
    if (!settings.key_file) return "UzmfaSessionKeyFile: is needed and not set";
    if (!settings.database_driver) return "DBDriver: is needed and not set";
    if (!driver_named(*settings.database_driver)) return "DBDriver: must be pgsql or sqlite3";
    if (!settings.database_params) return "DBDParams: is needed and not set";
    return {};
}

Result<std::vector<LoginProvider>> providers_of(const SiteSettings& settings) {
    std::vector<const char*> names;
    for (const char* name : items_of<const char*>(settings.login_providers)) names.push_back(name);
    if (names.empty()) names.push_back(default_login_provider);

    std::vector<LoginProvider> providers;
    for (const char* name : names) {
        const auto* provider = static_cast<const authn_provider*>(
            ap_lookup_provider(AUTHN_PROVIDER_GROUP, name, AUTHN_PROVIDER_VERSION));
        if (!provider || !provider->check_password) {
            return misconfigured("UzmfaLoginProvider: '" + std::string{name} + "' checks no passwords");
        }
        providers.push_back({name, provider});
    }
    return providers;
}

bool asks_uzerp(const std::vector<LoginProvider>& providers) {
    return std::any_of(providers.begin(), providers.end(),
                       [](const auto& row) { return view_of(row.name) == default_login_provider; });
}

Result<UzerpSettings> env_of(const Site& site) {
    if (site.env_file.empty()) return UzerpSettings{};
    auto file = read_env_file(std::string{site.env_file});
    if (!file) return file.error();
    return uzerp_settings_of(*file);
}

}  // namespace

Service::Service(const SiteSettings& settings, Site site, Limits defaults, std::vector<SecretBytes> keys, Pages pages,
                 Statements statements, std::vector<LoginProvider> login_providers)
    : site_{site},
      defaults_{defaults},
      keys_{std::move(keys)},
      session_sealer_{keys_, std::string{use::session} + " " + std::string{site_.cookie}},
      secret_sealer_{keys_, use::totp_secret},
      used_code_keys_{derive_keys(keys_, use::used_code)},
      sign_in_key_{derive_key(keys_.front(), use::sign_in)},
      kept_post_sealer_{keys_, use::kept_post},
      kept_address_key_{derive_key(keys_.front(), use::kept_address)},
      tokens_{keys_},
      pages_{std::move(pages)},
      statements_{std::move(statements)},
      login_providers_{std::move(login_providers)},
      driver_{*settings.database_driver},
      params_{*settings.database_params},
      realm_{driver_ + '\n' + params_ + '\n' + std::string{site_.users_table}} {
    fill_random({reinterpret_cast<std::uint8_t*>(&instance_), sizeof instance_});
}

Result<Service*> Service::build(apr_pool_t* pool, server_rec* server, const SiteSettings& settings) {
    if (auto missing = missing_directive(settings); !missing.empty()) return misconfigured(missing);

    Site site = site_of(settings);
    if (site.issuer.empty()) site.issuer = server->server_hostname ? server->server_hostname : "mod_uzmfa";

    auto env = env_of(site);
    if (!env) return misconfigured("UzmfaEnvFile: " + env.error().detail);
    const Limits defaults = env->sessions.value_or(Policy{}.limits());
    site.longest = longer_of(site.longest, defaults);

    auto keys = read_key_file(std::string{site.key_file});
    if (!keys) return misconfigured("UzmfaSessionKeyFile: " + keys.error().detail);

    const std::string template_dir{site.template_dir};
    if (!template_dir.empty() && !ap_is_directory(pool, template_dir.c_str())) {
        return misconfigured("UzmfaTemplateDir: " + template_dir + " is not a folder");
    }
    auto pages = Pages::load({template_dir, UZMFA_TEMPLATE_DIR});
    if (!pages) return misconfigured("UzmfaTemplateDir: " + pages.error().detail);

    auto providers = providers_of(settings);
    if (!providers) return providers.error();

    auto notify = notify_command(site.notify);
    if (!notify) return notify.error();

    Statements statements{*driver_named(*settings.database_driver), site.users_table, asks_uzerp(*providers)};
    for (const auto& [name, sql] : items_of<Replacement>(settings.statements)) statements.replace(name, sql);

    // Not in a child that exits: its threads may still be in it, and OpenSSL has cleaned up already.
    const auto destroy = [](void* data) -> apr_status_t {
        auto* const built = static_cast<Service*>(data);
        if (built->builder_ == getpid()) delete built;
        return APR_SUCCESS;
    };
    auto* service = new Service{settings,          site, defaults, std::move(*keys), std::move(*pages), std::move(statements),
                                std::move(*providers)};
    apr_pool_cleanup_register(pool, service, destroy, apr_pool_cleanup_null);

    service->notify_ = std::move(*notify);
    auto memory = node_memory(server->process);
    if (!memory) return memory.error();
    service->memory_ = *memory;
    service->source_ = service->memory_->source_named(service->realm_);
    if (!service->source_) return misconfigured("DBDParams: more than 64 databases in one server");

    if (site.validator == Validator::twilio) {
        auto provider = Provider::build(twilio_of(settings), *env, *service->memory_);
        if (!provider) return provider.error();
        service->provider_ = std::move(*provider);
    }
    return service;
}

std::string Service::examine(apr_pool_t* pool) {
    OwnConnection connection{pool, driver_, params_};
    Database database{connection, statements_};
    // Somebody may be writing just now.
    if (driver_ == "sqlite3") static_cast<void>(database.count("PRAGMA busy_timeout=1000"));
    auto missing = missing_from(database, {site_.users_table, asks_uzerp(login_providers_)});
    if (!missing) return {};
    broken_ = !missing->empty();
    if (broken_) return *missing;

    // Where it fails, the watch goes on trying.
    static_cast<void>(read_changes(database, *this));
    return {};
}

bool Service::shares_a_key_with(const Service& other) const {
    return std::any_of(keys_.begin(), keys_.end(), [&](const auto& key) {
        return std::find(other.keys_.begin(), other.keys_.end(), key) != other.keys_.end();
    });
}

}  // namespace uzmfa
