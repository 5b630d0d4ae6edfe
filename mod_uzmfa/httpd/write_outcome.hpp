// SPDX-License-Identifier: Apache-2.0
// From an outcome to what httpd wants: status, headers, session, page, log line.
#pragma once

#include "core/outcome.hpp"
#include "httpd/browser_session.hpp"

#include <initializer_list>

namespace uzmfa {

// From a handler: the whole answer is written. Returns what the handler returns.
int write_outcome(request_rec* r, const Service& service, const Outcome& outcome);

// From the gate: the status to return. What has a page is written by an internal redirect to the
// module's own page `answer`, so that the site's ErrorDocument does not take its place; `status` is what httpd answers
// without it, where that is not ours to say.
int stop_request(request_rec* r, const Service& service, Outcome outcome, int status);
inline int stop_request(request_rec* r, const Service& service, Outcome outcome) {
    const int status = outcome.status;
    return stop_request(r, service, std::move(outcome), status);
}
inline constexpr std::string_view answer_page = "answer";

// Writes the answer that stopped this request. Null where no request was stopped.
const Outcome* stopping_answer(request_rec* r, const Service& service);
int write_page(request_rec* r, const Service& service, const Outcome& outcome);

int write_asset(request_rec* r, const Service& service, const Rendered& asset);

// For the application and for access logs, as environment variables and notes whose names begin with UZMFA_.
struct Told {
    const char* name;
    const char* value;
};
void tell(request_rec* r, std::initializer_list<Told> all);

}  // namespace uzmfa
