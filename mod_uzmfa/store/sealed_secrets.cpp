// SPDX-License-Identifier: Apache-2.0
#include "store/sealed_secrets.hpp"

#include "crypto/encoding.hpp"
#include "factors/factors.hpp"

namespace uzmfa {
namespace {

using Kind = SealedSecret::Kind;

SealedSecret secret_of(Kind kind, const Row& row) {
    return {kind,
            std::string{row.text(0)},
            std::string{row.text(1)},
            std::string{row.text(2)},
            std::string{row.text(3)},
            std::string{row.text(4)}};
}

}  // namespace

std::optional<Sealer::Opened> SealedSecret::open(const Sealer& sealer) const {
    const auto bytes = from_base64(sealed);
    return bytes ? sealer.open_by_key(*bytes, seal_context(uuid, sid)) : std::nullopt;
}

Result<std::int64_t> SealedSecrets::count() {
    return database_.count("SELECT count(*) FROM uzmfa_totp_factor WHERE substr(sid, 1, 2) = 'LF'");
}

Result<Done> SealedSecrets::for_each(const std::function<Result<Done>(const SealedSecret&)>& visit) {
    for (const auto& [kind, list] : {std::pair{Kind::factor, Statement::list_sealed_factors},
                                     std::pair{Kind::pending, Statement::list_sealed_pending}}) {
        for (std::string after;;) {
            const auto page = database_.rows(list, {after});
            if (!page) return page.error();
            if (page->empty()) break;
            for (const auto& row : *page) {
                if (auto visited = visit(secret_of(kind, row)); !visited) return visited;
            }
            after = page->back().text(0);
        }
    }
    return Done{};
}

Result<bool> SealedSecrets::reseal(const SealedSecret& secret, const Sealer& sealer, const SecretBytes& plain) {
    const auto fresh = base64(sealer.seal(plain, seal_context(secret.uuid, secret.sid)));
    const auto update = secret.kind == Kind::factor ? Statement::reseal_factor : Statement::reseal_pending;
    auto changed = database_.change(update, {fresh, secret.row, secret.sealed});
    if (!changed) return changed.error();
    return *changed == 1;
}

}  // namespace uzmfa
