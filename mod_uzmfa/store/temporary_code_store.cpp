// SPDX-License-Identifier: Apache-2.0
#include "store/temporary_code_store.hpp"

#include "store/salted_digests.hpp"

namespace uzmfa {

Result<Done> TemporaryCodeStore::put(std::string_view uuid, std::string_view code, seconds lifetime,
                                     std::string_view made_by) {
    const auto [salt, digest] = salted_digest(code);
    return as_done(database_.change(Statement::put_temporary_code,
                                    {uuid, digest, salt, std::int64_t{lifetime.count()}, made_by}));
}

Result<bool> TemporaryCodeStore::spend(std::string_view uuid, std::string_view code) {
    return spend_salted(database_, {Statement::find_temporary_digest, Statement::spend_temporary_code}, uuid, code);
}

Result<std::optional<TemporaryCode>> TemporaryCodeStore::find(std::string_view uuid) {
    auto rows = database_.rows(Statement::find_temporary_code, {uuid});
    if (!rows) return rows.error();
    if (rows->empty()) return std::optional<TemporaryCode>{};
    const Row& row = rows->front();
    return std::optional{TemporaryCode{from_unix_time(row.number(0)), std::string{row.text(1)}}};
}

}  // namespace uzmfa
