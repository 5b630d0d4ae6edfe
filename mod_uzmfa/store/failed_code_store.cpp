// SPDX-License-Identifier: Apache-2.0
#include "store/failed_code_store.hpp"

#include "crypto/tokens.hpp"

namespace uzmfa {
namespace {

Result<std::vector<FailedCode>> failures_in(const Result<std::vector<Row>>& rows) {
    if (!rows) return rows.error();
    std::vector<FailedCode> failures;
    for (const Row& row : *rows) {
        failures.push_back({from_unix_time(row.number(0)), std::string{row.text(1)}, std::string{row.text(2)}});
    }
    return failures;
}

}  // namespace

Result<std::vector<FailedCode>> FailedCodeStore::latest(std::string_view uuid) {
    return failures_in(database_.rows(Statement::find_failed_codes, {uuid}));
}

Result<std::vector<FailedCode>> FailedCodeStore::unseen(std::string_view uuid, const SessionId& session) {
    return failures_in(database_.rows(Statement::find_unseen_failures, {uuid, digest_of(session), uuid}));
}

}  // namespace uzmfa
