// SPDX-License-Identifier: Apache-2.0
// The session cookie: its text, its seal, and the record inside.
#include "core/session.hpp"
#include "crypto/encoding.hpp"
#include "crypto/keys.hpp"
#include "crypto/sealer.hpp"
#include "fuzz.hpp"

using namespace uzmfa;
using fuzz::require;

namespace {

void check_record(std::string_view bytes) {
    const auto decoded = decode_session(bytes);
    if (!decoded) return;
    require(encode(decoded->session, decoded->others) == bytes);
    const Limits limits{seconds{1800}, seconds{28800}};
    const auto now = decoded->session.last_active;
    if (is_alive(decoded->session, limits, now)) require(!is_touch_due(decoded->session, limits, seconds{}, now));
    require(!(is_pending(decoded->session, now) && decoded->session.is_verified()));
}

void check_cookie(std::string_view text, const Sealer& sealer) {
    SecretBytes bytes(text.size());
    const auto length = decode_base64url(text, bytes);
    if (!length) return;
    bytes.resize(*length);
    require(base64url(bytes) == text);
    SecretBytes plain(bytes.size());
    require(!sealer.open(bytes, "fuzz", plain));  // nobody guesses a seal
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const Sealer sealer{{SecretBytes(key_bytes, 7), SecretBytes(key_bytes, 8)}, use::session};
    const auto text = fuzz::text_of(data, size);
    check_record(text);
    check_cookie(text, sealer);

    const auto sealed = sealer.seal({data, size}, "fuzz");
    SecretBytes read(sealed.size());
    require(decode_base64url(base64url(sealed), read) == sealed.size());
    const auto opened = sealer.open(read, "fuzz");
    require(opened && text_of(*opened) == text);
    require(!sealer.open(sealed, "fuzz2"));
    return 0;
}
