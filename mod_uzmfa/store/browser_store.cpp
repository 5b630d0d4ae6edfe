// SPDX-License-Identifier: Apache-2.0
#include "store/browser_store.hpp"

#include "core/printable.hpp"
#include "crypto/encoding.hpp"
#include "crypto/mac.hpp"
#include "crypto/random.hpp"

namespace uzmfa {
namespace {

constexpr std::size_t token_bytes = 32;
constexpr std::size_t address_bytes = 64;
constexpr std::size_t browser_bytes = 255;

// The token is random, so that a fast digest will do.
std::string digest_of(std::string_view token) { return hex(sha256(bytes_of(token))); }

}  // namespace

Result<std::string> BrowserStore::remember(std::string_view uuid, seconds lifetime, const Origin& origin,
                                           std::string_view former) {
    if (auto purged = database_.change(Statement::purge_browsers); !purged) return purged.error();
    if (!former.empty()) {
        auto forgotten = database_.change(Statement::forget_token, {digest_of(former)});
        if (!forgotten) return forgotten.error();
    }
    const auto token = base64url(random_bytes(token_bytes));
    const std::string address{beginning_of(origin.address, address_bytes)};
    const std::string browser{beginning_of(printable(origin.browser), browser_bytes)};
    auto added = database_.change(Statement::add_browser,
                                  {digest_of(token), uuid, std::int64_t{lifetime.count()}, address, browser});
    if (!added) return added.error();
    return token;
}

Result<std::optional<Moment>> BrowserStore::remembered(std::string_view uuid, std::string_view token, seconds lifetime) {
    auto rows = database_.rows(Statement::find_browser, {digest_of(token), uuid, std::int64_t{lifetime.count()}});
    if (!rows) return rows.error();
    if (rows->empty()) return std::optional<Moment>{};
    return std::optional{from_unix_time(rows->front().number(0))};
}

Result<bool> BrowserStore::forget(std::string_view uuid, std::string_view id) {
    auto forgotten = database_.change(Statement::forget_browser, {uuid, id});
    if (!forgotten) return forgotten.error();
    return *forgotten == 1;
}

Result<Done> BrowserStore::forget_all(std::string_view uuid) {
    return as_done(database_.change(Statement::drop_browsers_of, {uuid}));
}

Result<Done> BrowserStore::forget_everybodys() { return as_done(database_.change(Statement::drop_all_browsers)); }

Result<std::vector<RememberedBrowser>> BrowserStore::of(std::string_view uuid) {
    auto rows = database_.rows(Statement::find_browsers_of, {uuid});
    if (!rows) return rows.error();
    std::vector<RememberedBrowser> browsers;
    for (const Row& row : *rows) {
        browsers.push_back({std::string{row.text(0)}, from_unix_time(row.number(1)), from_unix_time(row.number(2)),
                            std::string{row.text(3)}, std::string{row.text(4)}});
    }
    return browsers;
}

}  // namespace uzmfa
