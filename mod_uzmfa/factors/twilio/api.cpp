// SPDX-License-Identifier: Apache-2.0
#include "factors/twilio/api.hpp"

#include "core/percent.hpp"
#include "core/text.hpp"
#include "factors/twilio/sids.hpp"

#include <jansson.h>

#include <memory>
#include <thread>

namespace uzmfa::twilio {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using Json = std::unique_ptr<json_t, decltype(&json_decref)>;

constexpr milliseconds pause_when_busy{200};
constexpr std::size_t longest_uri = 1000;

Json parsed(std::string_view body) {
    return {json_loadb(body.data(), body.size(), JSON_REJECT_DUPLICATES, nullptr), json_decref};
}

// Empty where it is missing or no text.
std::string_view text_in(const json_t* object, const char* name) {
    const json_t* const value = json_object_get(object, name);
    return json_is_string(value) ? std::string_view{json_string_value(value), json_string_length(value)} : std::string_view{};
}

std::optional<int> number_in(const json_t* object, const char* name) {
    const json_t* const value = json_object_get(object, name);
    const auto number = json_integer_value(value);
    return json_is_integer(value) && number >= 0 && number < 1'000'000 ? std::optional{static_cast<int>(number)} : std::nullopt;
}

// As Twilio spells it.
std::string spelled(Algorithm algorithm) { return lower(name_of(algorithm)); }

// With what an administrator can ask Twilio for; never its message, which may repeat what was sent.
std::string detail_of(std::string_view what, const HttpAnswer& answer, int code) {
    std::string detail{what};
    detail += " (HTTP " + std::to_string(answer.status);
    if (code != 0) detail += ", Twilio error " + std::to_string(code);
    if (!answer.request_id.empty()) detail += ", request " + answer.request_id;
    return detail + ")";
}

Error error_of(ErrorKind kind, std::string_view what, const HttpAnswer& answer, int code = 0) {
    Error error{kind, detail_of(what, answer, code)};
    if (answer.retry_after) error.retry_after = *answer.retry_after;
    return error;
}

Error ill_formed(const HttpAnswer& answer) {
    return error_of(ErrorKind::provider_unavailable, "Twilio's answer is not what its documentation says", answer);
}

Error ill_formed_sid() { return {ErrorKind::damaged, "a factor's SID is ill-formed"}; }

bool is_success(const HttpAnswer& answer) { return answer.status >= 200 && answer.status < 300; }

int code_of(const HttpAnswer& answer) { return number_in(parsed(answer.body).get(), "code").value_or(0); }

struct Field {
    std::string_view name;
    std::string_view value;
};
std::string form_of(std::initializer_list<Field> fields) {
    std::string form;
    for (const auto& [name, value] : fields) {
        if (value.empty()) continue;
        form.append(form.empty() ? "" : "&").append(name).append("=").append(percent_encode(value));
    }
    return form;
}

bool is_base32(std::string_view text) {
    return text.size() >= 16 && text.size() <= 256 && text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567=") == text.npos;
}

bool is_otpauth_uri(std::string_view text) {
    return text.starts_with("otpauth://totp/") && text.size() <= longest_uri && text.find("secret=") != text.npos &&
           std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

// Whether Twilio took the settings that were asked for: a misspelt name is ignored there.
bool has_config(const json_t* factor, const FactorConfig& wanted) {
    const json_t* const config = json_object_get(factor, "config");
    return text_in(config, "alg") == spelled(wanted.algorithm) && number_in(config, "code_length") == wanted.digits &&
           number_in(config, "skew") == wanted.skew && number_in(config, "time_step") == static_cast<int>(wanted.period.count());
}

// What `read` makes of the document of a success.
template <class T, class Read>
Answer<T> read_answer(const Answer<HttpAnswer>& answer, Read read) {
    if (!answer) return answer.error();
    if (const auto* refusal = std::get_if<Refusal>(&*answer)) return std::variant<T, Refusal>{*refusal};
    const auto& http = std::get<HttpAnswer>(*answer);
    const auto json = parsed(http.body);
    Result<T> value = read(json.get(), http);
    return value ? Answer<T>{std::variant<T, Refusal>{std::move(*value)}} : Answer<T>{value.error()};
}

}  // namespace

Result<HttpAnswer> Api::send(const HttpRequest& request) {
    if (!deadline_) deadline_ = steady_clock::now() + timeout_;
    return client_.send(request, *deadline_);
}

// What is safe to repeat is repeated once: a call that was not processed, or one that changes nothing the second time.
Answer<HttpAnswer> Api::call(const HttpRequest& request) {
    const auto meaning = [](const HttpAnswer& answer) { return meaning_of(code_of(answer), answer.status).meaning; };
    auto answer = send(request);
    const bool busy = answer && !is_success(*answer) && meaning(*answer) == Meaning::busy;
    const bool failed = (!answer && answer.error().kind != ErrorKind::provider_not_asked) ||
                        (answer && answer->status >= 500 && meaning(*answer) == Meaning::unavailable);
    if (busy) std::this_thread::sleep_for(pause_when_busy);
    if (busy || (failed && request.method != HttpRequest::Method::post)) {
        auto again = send(request);
        // That no time was left for it says less than what came of the first.
        if (again) answer = std::move(again);
    }
    if (!answer) return answer.error();
    if (is_success(*answer)) return std::variant<HttpAnswer, Refusal>{std::move(*answer)};

    const int code = code_of(*answer);
    const auto row = meaning_of(code, answer->status);
    switch (row.meaning) {
        case Meaning::busy:
        case Meaning::unavailable: return error_of(ErrorKind::provider_unavailable, "Twilio does not serve", *answer, code);
        case Meaning::misconfigured: return error_of(ErrorKind::provider_refuses, "Twilio refuses", *answer, code);
        default: break;
    }
    return std::variant<HttpAnswer, Refusal>{
        Refusal{row.meaning, answer->retry_after.value_or(row.wait), detail_of("Twilio refuses", *answer, code)}};
}

Result<std::string> Api::entity_url(std::string_view identity) const {
    if (!is_identity(identity)) return Error{ErrorKind::damaged, "a uuid cannot name a user to Twilio"};
    return service_url_ + "/Entities/" + std::string{identity};
}

Result<std::string> Api::factor_url(std::string_view identity, std::string_view sid) const {
    auto url = entity_url(identity);
    if (!url) return url;
    if (!is_sid(Kind::factor, sid)) return ill_formed_sid();
    return *url + "/Factors/" + std::string{sid};
}

Answer<ServiceSettings> Api::fetch_service() {
    const auto read = [asked = service_sid()](const json_t* json, const HttpAnswer& http) -> Result<ServiceSettings> {
        if (text_in(json, "sid") != asked) return ill_formed(http);
        ServiceSettings settings;
        settings.name = text_in(json, "friendly_name");
        settings.clock = http.date;
        const json_t* const totp = json_object_get(json, "totp");
        auto& [algorithm, digits, skew, period] = settings.totp;
        digits = number_in(totp, "code_length").value_or(digits);
        skew = number_in(totp, "skew").value_or(skew);
        period = seconds{number_in(totp, "time_step").value_or(static_cast<int>(period.count()))};
        return settings;
    };
    return read_answer<ServiceSettings>(call({.method = HttpRequest::Method::get, .url = service_url_}), read);
}

Answer<NewFactor> Api::create_factor(std::string_view identity, std::string_view friendly_name,
                                     const FactorConfig& config, std::string_view secret) {
    auto url = entity_url(identity);
    if (!url) return url.error();
    const HttpRequest request{.method = HttpRequest::Method::post,
                              .url = *url + "/Factors",
                              .form = form_of({{"FriendlyName", friendly_name},
                                               {"FactorType", "totp"},
                                               {"Binding.Secret", secret},
                                               {"Config.Alg", spelled(config.algorithm)},
                                               {"Config.TimeStep", std::to_string(config.period.count())},
                                               {"Config.Skew", std::to_string(config.skew)},
                                               {"Config.CodeLength", std::to_string(config.digits)}})};
    const auto read = [&](const json_t* json, const HttpAnswer& http) -> Result<NewFactor> {
        const json_t* const binding = json_object_get(json, "binding");
        NewFactor made{std::string{text_in(json, "sid")}, std::string{text_in(binding, "secret")},
                       std::string{text_in(binding, "uri")}};
        if (!is_sid(Kind::factor, made.sid) || !is_base32(made.secret) || !is_otpauth_uri(made.uri)) return ill_formed(http);
        if (has_config(json, config)) return made;
        return error_of(ErrorKind::provider_refuses, "Twilio made a factor with other settings than those asked for", http);
    };
    return read_answer<NewFactor>(call(request), read);
}

Answer<bool> Api::verify_factor(std::string_view identity, std::string_view sid, std::string_view code) {
    auto url = factor_url(identity, sid);
    if (!url) return url.error();
    const HttpRequest request{
        .method = HttpRequest::Method::post, .url = *url, .form = form_of({{"AuthPayload", code}})};
    const auto read = [&](const json_t* json, const HttpAnswer& http) -> Result<bool> {
        const auto status = text_in(json, "status");
        if (text_in(json, "sid") != sid || (status != "verified" && status != "unverified")) return ill_formed(http);
        return status == "verified";
    };
    return read_answer<bool>(call(request), read);
}

Answer<bool> Api::create_challenge(std::string_view identity, std::string_view sid, std::string_view code) {
    auto url = entity_url(identity);
    if (!url) return url.error();
    if (!is_sid(Kind::factor, sid)) return ill_formed_sid();
    const HttpRequest request{.method = HttpRequest::Method::post,
                              .url = *url + "/Challenges",
                              .form = form_of({{"FactorSid", sid}, {"AuthPayload", code}})};
    const auto read = [&](const json_t* json, const HttpAnswer& http) -> Result<bool> {
        const auto status = text_in(json, "status");
        const bool approved = status == "approved";
        const bool known = approved || status == "pending" || status == "denied" || status == "expired";
        if (text_in(json, "factor_sid") != sid || !known) return ill_formed(http);
        return approved;
    };
    return read_answer<bool>(call(request), read);
}

Answer<std::vector<FactorRow>> Api::list_factors(std::string_view identity) {
    auto url = entity_url(identity);
    if (!url) return url.error();
    const auto read = [](const json_t* json, const HttpAnswer& http) -> Result<std::vector<FactorRow>> {
        const json_t* const list = json_object_get(json, "factors");
        if (!json_is_array(list)) return ill_formed(http);
        std::vector<FactorRow> factors;
        for (std::size_t i = 0; i < json_array_size(list); ++i) {
            const json_t* const item = json_array_get(list, i);
            const auto sid = text_in(item, "sid");
            if (!is_sid(Kind::factor, sid)) return ill_formed(http);
            factors.push_back({std::string{sid}, text_in(item, "status") == "verified"});
        }
        return factors;
    };
    // A user has 100 at most.
    return read_answer<std::vector<FactorRow>>(
        call({.method = HttpRequest::Method::get, .url = *url + "/Factors?PageSize=100"}), read);
}

Answer<Done> Api::remove(const std::string& url) {
    auto answer = call({.method = HttpRequest::Method::remove, .url = url});
    if (!answer) return answer.error();
    if (const auto* http = std::get_if<HttpAnswer>(&*answer); http && http->status != 204) return ill_formed(*http);
    const auto* refusal = std::get_if<Refusal>(&*answer);
    if (!refusal) return std::variant<Done, Refusal>{Done{}};
    if (refusal->meaning != Meaning::gone) return std::variant<Done, Refusal>{*refusal};
    // With the wrong service nothing is there, and nothing is deleted where it is.
    auto service = fetch_service();
    if (!service) return service.error();
    if (!std::holds_alternative<Refusal>(*service)) return std::variant<Done, Refusal>{Done{}};
    return Error{ErrorKind::provider_refuses, "Twilio knows no service of UzmfaTwilioServiceSid"};
}

Answer<Done> Api::delete_factor(std::string_view identity, std::string_view sid) {
    auto url = factor_url(identity, sid);
    return url ? remove(*url) : Answer<Done>{url.error()};
}

Answer<Done> Api::delete_entity(std::string_view identity) {
    auto url = entity_url(identity);
    return url ? remove(*url) : Answer<Done>{url.error()};
}

}  // namespace uzmfa::twilio
