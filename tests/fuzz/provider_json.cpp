// SPDX-License-Identifier: Apache-2.0
// Each call to Twilio gets the bytes after the first as its answer's body; the first chooses the status.
#include "factors/twilio/api.hpp"
#include "factors/twilio/sids.hpp"
#include "factors/twilio/twilio_validator.hpp"
#include "fuzz.hpp"

#include <algorithm>

using namespace uzmfa;
using namespace uzmfa::twilio;
using fuzz::require;

namespace {

constexpr std::string_view user = "11111111-1111-4111-8111-111111111111";
constexpr std::string_view factor = "YF00000000000000000000000000000001";
constexpr std::string_view code = "135790";

struct OneAnswer final : HttpClient {
    HttpAnswer answer;
    std::vector<std::string> sent;  // addresses

    Result<HttpAnswer> send(const HttpRequest& request, Deadline) override {
        sent.push_back(request.url);
        return answer;
    }
};

// What holds of every call, whatever the answer. Nothing where it did not succeed.
template <class T, class Call>
std::optional<T> value_of(OneAnswer& client, Call call) {
    Api api{client, "https://verify.example", "VA00000000000000000000000000000001", seconds{1}};
    client.sent.clear();
    Answer<T> given = call(api);
    // These statuses are neither busy nor a failure of the server. A deletion that found nothing asks for the service too.
    require(std::count(client.sent.begin(), client.sent.end(), client.sent[0]) == 1);
    if (!given) {
        require(given.error().kind == ErrorKind::provider_refuses || given.error().kind == ErrorKind::provider_unavailable);
        require(given.error().detail.size() < 200 && given.error().detail.find(code) == std::string::npos);
        return std::nullopt;
    }
    if (const auto* refusal = std::get_if<Refusal>(&*given)) {
        require(client.answer.status >= 300);
        require(refusal->meaning != Meaning::busy && refusal->meaning != Meaning::unavailable &&
                refusal->meaning != Meaning::misconfigured);
        return std::nullopt;
    }
    return std::get<T>(std::move(*given));
}

bool is_shown_safely(const NewFactor& made) {
    const auto shown = relabelled(made.uri, "alice");
    return shown.starts_with("otpauth://totp/") && shown.find("alice") != shown.npos && shown.find('\n') == shown.npos;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    constexpr int statuses[] = {200, 201, 400};
    OneAnswer client;
    client.answer.status = statuses[data[0] % 3];
    client.answer.body = fuzz::text_of(data + 1, size - 1);
    // A call that was not processed is repeated after a pause: too slow for here.
    if (client.answer.body.find("20429") != std::string::npos || client.answer.body.find("60328") != std::string::npos) return 0;
    const bool is_success = client.answer.status < 300;
    const auto says = [&](std::string_view text) { return client.answer.body.find(text) != std::string::npos; };

    value_of<ServiceSettings>(client, [](Api& api) { return api.fetch_service(); });
    if (const auto made = value_of<NewFactor>(client, [](Api& api) { return api.create_factor(user, user, {}); })) {
        require(is_success && is_sid(Kind::factor, made->sid) && !made->secret.empty() && is_shown_safely(*made));
    }
    if (const auto right = value_of<bool>(client, [](Api& api) { return api.verify_factor(user, factor, code); })) {
        require(is_success && (!*right || says("verified") || says("\\u")));
    }
    if (const auto right = value_of<bool>(client, [](Api& api) { return api.create_challenge(user, factor, code); })) {
        require(is_success && (!*right || says("approved") || says("\\u")));
    }
    if (const auto rows = value_of<std::vector<FactorRow>>(client, [](Api& api) { return api.list_factors(user); })) {
        require(is_success);
        for (const auto& row : *rows) require(is_sid(Kind::factor, row.sid));
    }
    value_of<Done>(client, [](Api& api) { return api.delete_factor(user, factor); });
    value_of<Done>(client, [](Api& api) { return api.delete_entity(user); });
    return 0;
}
