// SPDX-License-Identifier: Apache-2.0
#include "store/kept_post_store.hpp"

#include "crypto/encoding.hpp"
#include "crypto/mac.hpp"
#include "crypto/random.hpp"

namespace uzmfa {
namespace {

std::string seal_context(const Uuid& user, KeptId id) { return text_of(user) + ' ' + std::to_string(id); }

KeptId new_id() {
    std::array<std::uint8_t, sizeof(KeptId)> bytes;
    KeptId id = no_kept_post;
    while (id == no_kept_post) {
        fill_random(bytes);
        id = 0;
        for (const auto byte : bytes) id = id << 8 | byte;
    }
    return id;
}

}  // namespace

Result<KeptId> KeptPostStore::keep(const Uuid& user, KeptId former, const Post& post) {
    if (auto purged = database_.change(Statement::purge_kept_posts); !purged) return purged.error();
    const KeptId id = former != no_kept_post ? former : new_id();
    const auto uuid = text_of(user);
    const auto sealed = base64(sealer_.seal(bytes_of(encode(post)), seal_context(user, id)));
    const auto size = static_cast<std::int64_t>(sealed.size());
    const auto address = hex(hmac(Digest::sha256, address_key_, bytes_of(post.target)));
    auto kept = database_.change(Statement::keep_post,
                                 {uuid, std::int64_t{id}, address, size, std::int64_t{kept_post_lifetime.count()}, sealed,
                                  size, most_bytes, uuid, std::int64_t{id}, size, most_bytes_of_user, uuid, std::int64_t{id},
                                  std::int64_t{most_of_user}});
    if (!kept) return kept.error();
    return *kept == 1 ? id : no_kept_post;
}

Result<std::optional<KeptPost>> KeptPostStore::find(const Uuid& user, KeptId id) {
    auto rows = database_.rows(Statement::find_kept_post, {text_of(user), std::int64_t{id}});
    if (!rows) return rows.error();
    if (rows->empty()) return std::optional<KeptPost>{};
    const Row& row = rows->front();
    const auto sealed = from_base64(row.text(0));
    const auto plain = sealed ? sealer_.open(*sealed, seal_context(user, id)) : std::nullopt;
    auto post = plain ? decode_post({reinterpret_cast<const char*>(plain->data()), plain->size()}) : std::nullopt;
    if (!post) return Error{ErrorKind::damaged, "a kept form does not open: its key is missing or the row was changed"};
    return std::optional{KeptPost{std::move(*post), from_unix_time(row.number(1)), from_unix_time(row.number(2))}};
}

Result<std::optional<KeptPost>> KeptPostStore::take(const Uuid& user, KeptId id) {
    auto taken = find(user, id);
    if (!taken || !*taken) return taken;
    auto dropped = database_.change(Statement::drop_kept_post, {text_of(user), std::int64_t{id}});
    if (!dropped) return dropped.error();
    if (*dropped != 1) taken = std::optional<KeptPost>{};  // somebody was faster
    return taken;
}

Result<Done> KeptPostStore::drop(const Uuid& user, KeptId id) {
    return as_done(database_.change(Statement::drop_kept_post, {text_of(user), std::int64_t{id}}));
}

}  // namespace uzmfa
