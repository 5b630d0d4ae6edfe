// SPDX-License-Identifier: Apache-2.0
#include "httpd/request_body.hpp"

#include "core/text.hpp"
#include "httpd/browser_session.hpp"
#include "httpd/pool.hpp"

#include <algorithm>
#include <limits>

namespace uzmfa {
namespace {

constexpr apr_off_t most_skipped = apr_off_t{64} << 20;
constexpr apr_off_t piece = 8192;

ap_filter_rec_t* given_filter = nullptr;  // set at registration

// Hands each piece of the body to `take`, until it says false. False where the body does not come to its end.
template <class Take>
bool read_pieces(request_rec* r, Take take) {
    apr_bucket_brigade* const brigade = apr_brigade_create(r->pool, r->connection->bucket_alloc);
    for (bool at_end = false; !at_end;) {
        if (ap_get_brigade(r->input_filters, brigade, AP_MODE_READBYTES, APR_BLOCK_READ, piece) != APR_SUCCESS) return false;
        for (apr_bucket* bucket = APR_BRIGADE_FIRST(brigade); bucket != APR_BRIGADE_SENTINEL(brigade) && !at_end;
             bucket = APR_BUCKET_NEXT(bucket)) {
            at_end = APR_BUCKET_IS_EOS(bucket);
            if (APR_BUCKET_IS_METADATA(bucket)) continue;
            const char* data = nullptr;
            apr_size_t length = 0;
            if (apr_bucket_read(bucket, &data, &length, APR_BLOCK_READ) != APR_SUCCESS) return false;
            if (!take(std::string_view{data, length})) return false;
        }
        apr_brigade_cleanup(brigade);
    }
    return true;
}

// As HTTP_IN does for the client's: what it is asked for, and then the end, however often.
apr_status_t read_given(ap_filter_t* filter, apr_bucket_brigade* brigade, ap_input_mode_t mode, apr_read_type_e block,
                        apr_off_t most) noexcept {
    if (mode != AP_MODE_READBYTES && mode != AP_MODE_GETLINE && mode != AP_MODE_EXHAUSTIVE && mode != AP_MODE_SPECULATIVE) {
        return ap_get_brigade(filter->next, brigade, mode, block, most);
    }
    auto& rest = *static_cast<std::string_view*>(filter->ctx);
    std::size_t length = rest.size();
    if (mode != AP_MODE_EXHAUSTIVE) {
        length = std::min<std::size_t>(length, most > 0 ? static_cast<std::size_t>(most) : HUGE_STRING_LEN);
    }
    if (mode == AP_MODE_GETLINE) {
        const auto line = rest.substr(0, length).find('\n');
        if (line != rest.npos) length = line + 1;
    }
    apr_bucket_alloc_t* const allocator = filter->c->bucket_alloc;
    if (length > 0) {
        APR_BRIGADE_INSERT_TAIL(brigade, apr_bucket_transient_create(rest.data(), length, allocator));
        if (mode != AP_MODE_SPECULATIVE) rest.remove_prefix(length);
    }
    if (rest.empty()) APR_BRIGADE_INSERT_TAIL(brigade, apr_bucket_eos_create(allocator));
    return APR_SUCCESS;
}

bool has_filter(const request_rec* r) {
    for (const ap_filter_t* each = r->input_filters; each; each = each->next) {
        if (each->frec == given_filter) return true;
    }
    return false;
}

}  // namespace

bool is_of_type(const request_rec* r, std::string_view media_type) {
    const auto type = view_of(apr_table_get(r->headers_in, "Content-Type"));
    return equal_in_any_case(type.substr(0, type.find_first_of("; \t")), media_type);
}

bool is_form(const request_rec* r) { return is_of_type(r, "application/x-www-form-urlencoded"); }

std::optional<apr_off_t> announced_length(const request_rec* r) {
    const char* const said = apr_table_get(r->headers_in, "Content-Length");
    if (!said) return std::nullopt;
    apr_off_t length = 0;
    return ap_parse_strict_length(&length, said) ? length : std::numeric_limits<apr_off_t>::max();
}

RequestBody read_body(request_rec* r, std::size_t most) {
    RequestBody body;
    if (announced_length(r).value_or(0) > static_cast<apr_off_t>(most)) {
        body.input = RequestBody::Input::too_large;
        return body;
    }
    const bool is_whole = read_pieces(r, [&](std::string_view data) {
        if (body.bytes.size() + data.size() > most) {
            body.input = RequestBody::Input::too_large;
            return false;
        }
        body.bytes.append(data);
        return true;
    });
    if (!is_whole && body.input == RequestBody::Input::whole) body.input = RequestBody::Input::failed;
    return body;
}

void skip_body(request_rec* r) {
    apr_off_t skipped = 0;
    read_pieces(r, [&](std::string_view data) { return (skipped += static_cast<apr_off_t>(data.size())) <= most_skipped; });
}

void give_body(request_rec* r, std::string body) {
    const auto* const bytes = make_in<std::string>(r->pool, std::move(body));
    record_of(r).given_body = make_in<std::string_view>(r->pool, *bytes);
    ap_add_input_filter_handle(given_filter, record_of(r).given_body, r, r->connection);
}

// Nearer to the network than those that decode a content coding.
void register_given_body() {
    given_filter = ap_register_input_filter("UZMFA_GIVEN_BODY", read_given, nullptr,
                                            static_cast<ap_filter_type>(AP_FTYPE_PROTOCOL - 1));
}

void keep_given_body(request_rec* r) noexcept {
    if (r->main) return;
    const auto* const config = first_of_chain(r)->request_config;
    const auto* const record = static_cast<const RequestRecord*>(ap_get_module_config(config, &uzmfa_module));
    if (!record || !record->given_body || has_filter(r)) return;
    ap_add_input_filter_handle(given_filter, record->given_body, r, r->connection);
}

}  // namespace uzmfa
