// SPDX-License-Identifier: Apache-2.0
// Twilio's answers are recorded from its documentation: https://www.twilio.com/docs/verify/api.
#include "factors/twilio/api.hpp"

#include "fake_http_client.hpp"
#include "test.hpp"

#include <algorithm>
#include <thread>
#include <tuple>

namespace uzmfa::test {
namespace {

using twilio::Answer;
using twilio::Api;
using twilio::FactorConfig;
using twilio::Meaning;
using twilio::Refusal;

const std::string service_sid = "VA00000000000000000000000000000001";
const std::string user = "11111111-1111-4111-8111-111111111111";
const std::string factor_sid = "YF0123456789abcdef0123456789ABCDEF";
const std::string other_sid = "YF00000000000000000000000000000002";
const std::string service_url = "https://verify.example/v2/Services/" + service_sid;
const std::string user_url = service_url + "/Entities/" + user;
const std::string typed_code = "012345";
const std::string secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
const std::string uri = "otpauth://totp/ERP:" + user + "?secret=" + secret + "&issuer=ERP&algorithm=SHA1&digits=6&period=30";

struct Scene {
    FakeHttpClient client;
    Api api{client, "https://verify.example", service_sid, seconds{5}};

    explicit Scene(std::initializer_list<FakeHttpClient::Reply> replies = {}) : client{} {
        client.replies.assign(replies.begin(), replies.end());
    }
};

// --- recorded answers ---

std::string replaced(std::string text, std::string_view from, std::string_view to) {
    const auto at = text.find(from);
    CHECK(at != text.npos);
    return text.replace(at, from.size(), to);
}

const std::string made_body = R"({"sid":")" + factor_sid + R"(","account_sid":"AC00000000000000000000000000000001",)"
    R"("service_sid":")" + service_sid + R"(","entity_sid":"YE00000000000000000000000000000001","identity":")" + user +
    R"(","binding":{"secret":")" + secret + R"(","uri":")" + uri + R"("},"options":null,"date_created":"2015-07-30T20:00:00Z",)"
    R"("date_updated":"2015-07-30T20:00:00Z","friendly_name":")" + user + R"(","status":"unverified","factor_type":"totp",)"
    R"("config":{"alg":"sha1","skew":1,"code_length":6,"time_step":30},"metadata":null,"url":")" + user_url + "/Factors/" +
    factor_sid + "\"}";

std::string factor_body(std::string_view status) {
    return R"({"sid":")" + factor_sid + R"(","identity":")" + user + R"(","friendly_name":"x","status":")" + std::string{status} +
           R"(","factor_type":"totp","config":{"alg":"sha1","skew":1,"code_length":6,"time_step":30}})";
}
std::string challenge_body(std::string_view status) {
    return R"({"sid":"YC00000000000000000000000000000001","identity":")" + user + R"(","factor_sid":")" + factor_sid +
           R"(","date_responded":null,"status":")" + std::string{status} +
           R"(","responded_reason":"","details":null,"factor_type":"totp"})";
}
const std::string service_body = R"({"sid":")" + service_sid + R"(","friendly_name":"uzERP","code_length":4,)"
    R"("totp":{"issuer":"ERP","time_step":60,"code_length":8,"skew":2}})";
const std::string list_body = R"({"factors":[{"sid":")" + factor_sid + R"(","status":"verified"},{"sid":")" + other_sid +
    R"(","status":"unverified"}],"meta":{"page":0,"page_size":100,"next_page_url":null,"key":"factors"}})";

HttpAnswer answer(int status, std::string body) { return {.status = status, .body = std::move(body)}; }

HttpAnswer error_answer(int code, int status) {
    const auto text = std::to_string(code);
    return answer(status, R"({"code":)" + text + R"(,"message":"no","more_info":"https://www.twilio.com/docs/errors/)" + text +
                              R"(","status":)" + std::to_string(status) + "}");
}

// --- the calls ---

std::string name_of(Meaning meaning) {
    switch (meaning) {
        case Meaning::wrong_code: return "wrong_code";
        case Meaning::wait: return "wait";
        case Meaning::gone: return "gone";
        case Meaning::spent: return "spent";
        case Meaning::full: return "full";
        case Meaning::same_secret: return "same_secret";
        case Meaning::busy: return "busy";
        case Meaning::unavailable: return "unavailable";
        case Meaning::misconfigured: return "misconfigured";
    }
    return {};
}

std::string name_of(ErrorKind kind) {
    switch (kind) {
        case ErrorKind::provider_unavailable: return "provider_unavailable";
        case ErrorKind::provider_not_asked: return "provider_not_asked";
        case ErrorKind::provider_refuses: return "provider_refuses";
        case ErrorKind::provider_limit: return "provider_limit";
        case ErrorKind::damaged: return "damaged";
        default: return "another error";
    }
}

std::string text_of(bool value) { return value ? "true" : "false"; }
std::string text_of(const auto&) { return "success"; }

// In one word what a call came to.
template <class T>
std::string word_of(const Answer<T>& given) {
    if (!given) return name_of(given.error().kind);
    if (const auto* refusal = std::get_if<Refusal>(&*given)) return name_of(refusal->meaning);
    return text_of(std::get<T>(*given));
}

struct Outcome {
    std::string word;
    std::string detail;
    seconds wait;
};
template <class T>
Outcome outcome_of(const Answer<T>& given) {
    Outcome outcome{word_of(given), given ? std::string{} : given.error().detail, {}};
    if (!given) {
        outcome.wait = given.error().retry_after;
    } else if (const auto* refusal = std::get_if<Refusal>(&*given)) {
        outcome.wait = refusal->wait;
    }
    return outcome;
}

struct Call {
    std::string_view name;
    HttpRequest::Method method;
    std::string url;
    std::string form;
    int status;  // of a success
    std::string body;
    std::string_view word;
    Outcome (*make)(Api&);

    bool is_post() const { return method == HttpRequest::Method::post; }
    bool deletes() const { return method == HttpRequest::Method::remove; }
};

using enum HttpRequest::Method;
const Call calls[] = {
    {"fetch service", get, service_url, "", 200, service_body, "success",
     [](Api& api) { return outcome_of(api.fetch_service()); }},
    {"create factor", post, user_url + "/Factors",
     "FriendlyName=" + user + "&FactorType=totp&Config.Alg=sha1&Config.TimeStep=30&Config.Skew=1&Config.CodeLength=6", 201,
     made_body, "success", [](Api& api) { return outcome_of(api.create_factor(user, user, {})); }},
    {"verify factor", post, user_url + "/Factors/" + factor_sid, "AuthPayload=012345", 200, factor_body("verified"), "true",
     [](Api& api) { return outcome_of(api.verify_factor(user, factor_sid, typed_code)); }},
    {"create challenge", post, user_url + "/Challenges", "FactorSid=" + factor_sid + "&AuthPayload=012345", 201,
     challenge_body("approved"), "true", [](Api& api) { return outcome_of(api.create_challenge(user, factor_sid, typed_code)); }},
    {"list factors", get, user_url + "/Factors?PageSize=100", "", 200, list_body, "success",
     [](Api& api) { return outcome_of(api.list_factors(user)); }},
    {"delete factor", remove, user_url + "/Factors/" + factor_sid, "", 204, "", "success",
     [](Api& api) { return outcome_of(api.delete_factor(user, factor_sid)); }},
    {"delete entity", remove, user_url, "", 204, "", "success", [](Api& api) { return outcome_of(api.delete_entity(user)); }},
};

TEST(each_call_is_sent_as_twilio_documents_it) {
    for (const auto& call : calls) {
        const Case at{call.name};
        Scene scene{answer(call.status, call.body)};
        CHECK_EQUAL(call.make(scene.api).word, call.word);
        CHECK_EQUAL(scene.client.sent.size(), 1);
        const auto& request = scene.client.sent[0];
        CHECK(request.method == call.method);
        CHECK_EQUAL(request.url, call.url);
        CHECK_EQUAL(request.form, call.form);
    }
}

// --- what is sent ---

TEST(a_factor_is_made_with_the_settings_asked_for) {
    struct Wanted {
        FactorConfig config;
        std::string form;
        std::string config_body;
    };
    const Wanted wanted[] = {
        {{Algorithm::sha256, 8, 0, seconds{60}}, "Config.Alg=sha256&Config.TimeStep=60&Config.Skew=0&Config.CodeLength=8",
         R"({"alg":"sha256","skew":0,"code_length":8,"time_step":60})"},
        {{Algorithm::sha512, 7, 2, seconds{20}}, "Config.Alg=sha512&Config.TimeStep=20&Config.Skew=2&Config.CodeLength=7",
         R"({"alg":"sha512","skew":2,"code_length":7,"time_step":20})"},
    };
    for (const auto& [config, form, config_body] : wanted) {
        const Case at{form};
        Scene scene{answer(201, replaced(made_body, R"({"alg":"sha1","skew":1,"code_length":6,"time_step":30})", config_body))};
        const auto made = VALUE(scene.api.create_factor(user, "x", config));
        CHECK(std::holds_alternative<twilio::NewFactor>(made));
        CHECK_EQUAL(scene.client.sent[0].form, "FriendlyName=x&FactorType=totp&" + form);
    }
}

TEST(a_factor_that_was_made_is_told_as_twilio_told_it) {
    Scene scene{answer(201, made_body)};
    const auto made = std::get<twilio::NewFactor>(VALUE(scene.api.create_factor(user, "x", {})));
    CHECK_EQUAL(made.sid, factor_sid);
    CHECK_EQUAL(made.secret, secret);
    CHECK_EQUAL(made.uri, uri);
}

TEST(a_secret_of_our_own_is_sent_with_the_factor) {
    Scene scene{answer(201, made_body)};
    VALUE(scene.api.create_factor(user, "x", {}, secret));
    CHECK_CONTAINS(scene.client.sent[0].form, "&FactorType=totp&Binding.Secret=" + secret + "&Config.Alg=sha1&");
}

TEST(values_of_a_form_are_percent_encoded) {
    const std::pair<std::string, std::string> names[] = {
        {"a&AuthPayload=1", "a%26AuthPayload%3D1"}, {"a b+c", "a%20b%2Bc"},     {"100%25", "100%2525"},
        {"\xc3\xa9;#?/", "%C3%A9%3B%23%3F%2F"},     {"a\r\nb", "a%0D%0Ab"},     {"-._~", "-._~"},
        {"o'\"<>", "o%27%22%3C%3E"},
    };
    for (const auto& [name, encoded] : names) {
        const Case at{name};
        Scene scene{answer(201, made_body)};
        VALUE(scene.api.create_factor(user, name, {}));
        CHECK(scene.client.sent[0].form.starts_with("FriendlyName=" + encoded + "&FactorType=totp&"));
    }
    Scene scene{answer(201, challenge_body("pending")), answer(200, factor_body("unverified"))};
    VALUE(scene.api.create_challenge(user, factor_sid, "1&FactorSid=x"));
    VALUE(scene.api.verify_factor(user, factor_sid, "1 2"));
    CHECK_EQUAL(scene.client.sent[0].form, "FactorSid=" + factor_sid + "&AuthPayload=1%26FactorSid%3Dx");
    CHECK_EQUAL(scene.client.sent[1].form, "AuthPayload=1%202");
}

TEST(R13_leading_zeros_of_a_code_are_kept) {
    for (const std::string typed : {"000000", "012345", "00000001"}) {
        const Case at{typed};
        Scene scene{answer(201, challenge_body("approved")), answer(200, factor_body("verified"))};
        VALUE(scene.api.create_challenge(user, factor_sid, typed));
        VALUE(scene.api.verify_factor(user, factor_sid, typed));
        CHECK(scene.client.sent[0].form.ends_with("&AuthPayload=" + typed));
        CHECK_EQUAL(scene.client.sent[1].form, "AuthPayload=" + typed);
    }
}

// Without a SID ".../Factors/" makes a factor, and ".../Entities/" names all users.
TEST(an_ill_formed_sid_makes_no_call) {
    const std::string hex(32, '0');
    const std::string sids[] = {"", "YF", "../x", "YF" + hex + "0", "YF" + hex.substr(1), "LF" + hex, "yf" + hex, "VA" + hex,
                                "YC" + hex, "YF" + hex.substr(1) + "g", "YF" + hex.substr(1) + "/", " YF" + hex.substr(1),
                                "YF" + hex.substr(2) + "\n0", "null", "YF" + hex + "/../x", "YF" + hex + std::string(1, '\0')};
    for (const auto& sid : sids) {
        const Case at{sid};
        Scene scene;
        CHECK_EQUAL(word_of(scene.api.verify_factor(user, sid, typed_code)), "damaged");
        CHECK_EQUAL(word_of(scene.api.create_challenge(user, sid, typed_code)), "damaged");
        CHECK_EQUAL(word_of(scene.api.delete_factor(user, sid)), "damaged");
        CHECK(scene.client.sent.empty());
    }
}

TEST(an_ill_formed_identity_makes_no_call) {
    const std::string identities[] = {"", ".", "../x", "../../../x", "1111111", std::string(65, '1'), "11111111-1111-4111-8111-11111111111A",
                                      "ABCDEFGH", "1111_1111", "11111111 ", "1111.1111", "11111111/Factors", "11111111?x", "11111111%2f",
                                      "alice@example", "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9", std::string("11111111\0", 9), "11111111\n"};
    for (const auto& identity : identities) {
        const Case at{identity};
        Scene scene;
        CHECK_EQUAL(word_of(scene.api.create_factor(identity, "x", {})), "damaged");
        CHECK_EQUAL(word_of(scene.api.verify_factor(identity, factor_sid, typed_code)), "damaged");
        CHECK_EQUAL(word_of(scene.api.create_challenge(identity, factor_sid, typed_code)), "damaged");
        CHECK_EQUAL(word_of(scene.api.list_factors(identity)), "damaged");
        CHECK_EQUAL(word_of(scene.api.delete_factor(identity, factor_sid)), "damaged");
        CHECK_EQUAL(word_of(scene.api.delete_entity(identity)), "damaged");
        CHECK(scene.client.sent.empty());
    }
    for (const auto& identity : {std::string(8, '1'), std::string(64, 'z'), user}) {
        const Case at{identity};
        Scene scene{answer(204, "")};
        CHECK_EQUAL(word_of(scene.api.delete_entity(identity)), "success");
        CHECK_EQUAL(scene.client.sent[0].url, service_url + "/Entities/" + identity);
    }
}

// --- error codes ---

struct ErrorCase {
    int code;
    int status;
    std::string_view word;
    seconds wait{};
};
constexpr ErrorCase error_cases[] = {
    {20003, 401, "provider_refuses"},
    {70051, 403, "provider_refuses"},
    {70051, 401, "provider_refuses"},
    {20404, 404, "gone"},
    {60390, 404, "gone"},
    {60391, 404, "gone"},
    {60392, 404, "gone"},
    {60390, 400, "gone"},
    {20429, 429, "provider_unavailable"},
    {20500, 500, "provider_unavailable"},
    {20503, 503, "provider_unavailable"},
    {60300, 400, "provider_refuses"},
    {60306, 400, "provider_refuses"},
    {60200, 400, "provider_refuses"},
    {60361, 400, "provider_refuses"},
    {60362, 400, "provider_refuses"},
    {60363, 400, "provider_refuses"},
    {60366, 400, "provider_refuses"},
    {60367, 400, "provider_refuses"},
    {60369, 400, "provider_refuses"},
    {60370, 400, "provider_refuses"},
    {60308, 429, "wrong_code"},
    {60310, 429, "spent"},
    {60311, 403, "wrong_code"},
    {60312, 429, "wait", seconds{3600}},
    {60313, 403, "provider_refuses"},
    {60314, 400, "provider_refuses"},
    {60315, 400, "full"},
    {60317, 409, "same_secret"},
    {60318, 403, "gone"},
    {60322, 403, "wrong_code"},
    {60323, 403, "wrong_code"},
    {60324, 403, "wrong_code"},
    {60326, 429, "wait", seconds{86400}},
    {60328, 429, "provider_unavailable"},
    {60328, 400, "provider_unavailable"},
    {60383, 400, "gone"},
    {60383, 403, "gone"},
    {60202, 429, "provider_unavailable"},
    {60203, 429, "provider_unavailable"},
    {70005, 429, "provider_unavailable"},
    {99999, 400, "provider_refuses"},
    {99999, 503, "provider_unavailable"},
};

bool is_busy(int code) { return code == 20429 || code == 60328; }

TEST(R31_each_error_code_of_twilio_has_its_meaning) {
    for (const auto& [code, status, word, wait] : error_cases) {
        const Case at{std::to_string(code)};
        for (const auto& call : calls) {
            const Case in{call.name};
            if (is_busy(code) && call.name != "create challenge") continue;  // each takes a pause
            Scene scene;
            scene.client.otherwise = [&call, refused = error_answer(code, status)](const HttpRequest& request) {
                const bool asks_for_service = call.deletes() && request.url == service_url;
                return asks_for_service ? answer(200, service_body) : refused;
            };
            const auto outcome = call.make(scene.api);
            CHECK_EQUAL(outcome.word, call.deletes() && word == "gone" ? "success" : word);
            if (word == "wait") CHECK_EQUAL(outcome.wait.count(), wait.count());
        }
    }
}

TEST(what_the_wrong_service_does_not_have_is_not_deleted) {
    for (const auto& call : calls) {
        if (!call.deletes()) continue;
        const Case at{call.name};
        Scene scene;
        scene.client.otherwise = [](const HttpRequest&) { return error_answer(20404, 404); };
        CHECK_EQUAL(call.make(scene.api).word, "provider_refuses");
        CHECK_EQUAL(scene.client.sent.back().url, service_url);
    }
}

TEST(an_error_without_a_code_is_read_by_its_status) {
    const std::string bodies[] = {"",
                                  "{}",
                                  "null",
                                  "[]",
                                  "not JSON",
                                  "<html><body>502 Bad Gateway</body></html>",
                                  R"({"code":null,"message":null,"more_info":null,"status":null})",
                                  R"({"code":"20404"})",
                                  R"({"code":20404.0})",
                                  R"({"code":-20404})",
                                  R"({"code":true})",
                                  R"({"code":[20404]})",
                                  R"({"code":{"code":20404}})",
                                  R"({"code":99999999999999999999999999})",
                                  R"({"code":9223372036854775807})",
                                  R"({"code":4294987700})",  // 20404 in 32 bits
                                  R"({"code":1e300})",
                                  R"({"code":20404,"code":20404})",
                                  R"({"code":20404)",
                                  R"({"Code":20404})",
                                  R"([{"code":20404}])",
                                  R"({"code":20404} x)",
                                  "{\"code\":20404,\"message\":\"\xff\"}",
                                  R"({"code":20404,"message":"\u0000"})",
                                  std::string(100'000, '['),
                                  std::string(5000, '{')};
    for (const auto& body : bodies) {
        const Case at{body.substr(0, 60)};
        for (const auto& [status, word] :
             {std::pair{400, "provider_unavailable"}, {401, "provider_refuses"}, {403, "provider_refuses"}, {404, "provider_unavailable"},
              {429, "provider_unavailable"}, {500, "provider_unavailable"}, {502, "provider_unavailable"}, {503, "provider_unavailable"},
              {301, "provider_unavailable"}, {307, "provider_unavailable"}, {0, "provider_unavailable"}, {100, "provider_unavailable"},
              {600, "provider_unavailable"}}) {
            const Case with{std::to_string(status)};
            for (const auto& call : calls) {
                const Case in{call.name};
                Scene scene;
                scene.client.otherwise = [told = answer(status, body)](const HttpRequest&) { return told; };
                CHECK_EQUAL(call.make(scene.api).word, word);
            }
        }
    }
}

TEST(the_wait_is_what_twilio_says_where_it_says_one) {
    auto limited = error_answer(60312, 429);
    limited.retry_after = seconds{77};
    Scene scene{limited};
    CHECK_EQUAL(outcome_of(scene.api.create_challenge(user, factor_sid, typed_code)).wait.count(), 77);

    auto away = error_answer(20503, 503);
    away.retry_after = seconds{99};
    Scene other{away};
    CHECK_EQUAL(outcome_of(other.api.create_challenge(user, factor_sid, typed_code)).wait.count(), 99);
}

// --- success ---

TEST(only_verified_on_a_2xx_verifies_a_factor) {
    for (const auto& [status, body, word] :
         {std::tuple{200, factor_body("verified"), "true"}, {201, factor_body("verified"), "true"},
          {200, factor_body("unverified"), "false"}, {200, factor_body("approved"), "provider_unavailable"},
          {200, factor_body("Verified"), "provider_unavailable"}, {200, factor_body("verified "), "provider_unavailable"},
          {200, factor_body(""), "provider_unavailable"}, {200, factor_body("pending"), "provider_unavailable"},
          {199, factor_body("verified"), "provider_unavailable"}, {300, factor_body("verified"), "provider_unavailable"},
          {302, factor_body("verified"), "provider_unavailable"}, {400, factor_body("verified"), "provider_unavailable"},
          {403, factor_body("verified"), "provider_refuses"}, {404, factor_body("verified"), "provider_unavailable"},
          {429, factor_body("verified"), "provider_unavailable"}, {500, factor_body("verified"), "provider_unavailable"}}) {
        const Case at{std::to_string(status) + " " + body};
        Scene scene{answer(status, body)};
        CHECK_EQUAL(word_of(scene.api.verify_factor(user, factor_sid, typed_code)), word);
    }
}

TEST(only_approved_on_a_2xx_approves_a_challenge) {
    for (const auto& [status, body, word] :
         {std::tuple{201, challenge_body("approved"), "true"}, {200, challenge_body("approved"), "true"},
          {201, challenge_body("pending"), "false"}, {201, challenge_body("denied"), "false"},
          {201, challenge_body("expired"), "false"}, {201, challenge_body("verified"), "provider_unavailable"},
          {201, challenge_body("APPROVED"), "provider_unavailable"}, {201, challenge_body(""), "provider_unavailable"},
          {199, challenge_body("approved"), "provider_unavailable"}, {300, challenge_body("approved"), "provider_unavailable"},
          {302, challenge_body("approved"), "provider_unavailable"}, {400, challenge_body("approved"), "provider_unavailable"},
          {403, challenge_body("approved"), "provider_refuses"}, {404, challenge_body("approved"), "provider_unavailable"},
          {429, challenge_body("approved"), "provider_unavailable"}, {500, challenge_body("approved"), "provider_unavailable"}}) {
        const Case at{std::to_string(status) + " " + body};
        Scene scene{answer(status, body)};
        CHECK_EQUAL(word_of(scene.api.create_challenge(user, factor_sid, typed_code)), word);
    }
}

TEST(a_success_that_says_nothing_is_none) {
    const std::string bodies[] = {"",
                                  "{}",
                                  "null",
                                  "true",
                                  "\"approved\"",
                                  "[]",
                                  "not JSON",
                                  R"({"sid":null,"factor_sid":null,"status":null,"binding":null,"config":null,"factors":null})",
                                  R"({"status":"approved"})",
                                  R"({"status":"verified"})",
                                  R"({"sid":")" + factor_sid + R"(","factor_sid":")" + factor_sid + R"("})",
                                  R"({"sid":")" + factor_sid + R"(","factor_sid":")" + factor_sid + R"(","status":true})",
                                  R"({"sid":")" + factor_sid + R"(","factor_sid":")" + factor_sid + R"(","status":["approved"]})",
                                  R"({"sid":")" + factor_sid + R"(","factor_sid":")" + factor_sid +
                                      R"(","status":"approved","status":"verified"})",
                                  R"({"code":20404,"message":"no","status":404})",
                                  std::string(100'000, '[')};
    for (const auto& body : bodies) {
        const Case at{body.substr(0, 120)};
        for (const auto& call : calls) {
            const Case in{call.name};
            Scene scene{answer(call.status, body)};
            CHECK_EQUAL(call.make(scene.api).word, call.deletes() ? "success" : "provider_unavailable");
            CHECK_EQUAL(scene.client.sent.size(), 1);
        }
    }
    for (const auto& call : calls) {
        const Case in{call.name};
        Scene scene{answer(200, "<html>")};  // of somebody in between
        CHECK_EQUAL(call.make(scene.api).word, "provider_unavailable");
    }
    for (const auto& call : calls) {
        if (call.body.empty()) continue;
        const Case in{call.name};
        for (const auto& body : {call.body.substr(0, call.body.size() - 1), call.body + "x", "[" + call.body + "]",
                                 "{\"twice\":1,\"twice\":2," + call.body.substr(1)}) {
            const Case at{body};
            Scene scene{answer(call.status, body)};
            CHECK_EQUAL(call.make(scene.api).word, "provider_unavailable");
        }
    }
}

TEST(an_answer_about_another_factor_is_refused) {
    for (const std::string& wrong : {other_sid, std::string{}, factor_sid.substr(1), factor_sid + "0", std::string{"null"}}) {
        const Case at{wrong};
        Scene scene{answer(200, replaced(factor_body("verified"), factor_sid, wrong)),
                    answer(201, replaced(challenge_body("approved"), factor_sid, wrong))};
        CHECK_EQUAL(word_of(scene.api.verify_factor(user, factor_sid, typed_code)), "provider_unavailable");
        CHECK_EQUAL(word_of(scene.api.create_challenge(user, factor_sid, typed_code)), "provider_unavailable");
    }
}

TEST(R14_a_factor_made_with_other_settings_than_asked_for_is_refused) {
    const std::string config = R"({"alg":"sha1","skew":1,"code_length":6,"time_step":30})";
    const std::string others[] = {R"({"alg":"sha256","skew":1,"code_length":6,"time_step":30})",
                                  R"({"alg":"SHA1","skew":1,"code_length":6,"time_step":30})",
                                  R"({"alg":"sha1","skew":2,"code_length":6,"time_step":30})",
                                  R"({"alg":"sha1","skew":1,"code_length":4,"time_step":30})",
                                  R"({"alg":"sha1","skew":1,"code_length":6,"time_step":60})",
                                  R"({"alg":"sha1","skew":1,"code_length":6})",
                                  R"({"alg":"sha1","skew":"1","code_length":6,"time_step":30})",
                                  R"({"alg":"sha1","skew":1,"code_length":6,"time_step":4294967326})",
                                  R"({"alg":null,"skew":null,"code_length":null,"time_step":null})",
                                  "{}",
                                  "null",
                                  "[]"};
    for (const auto& other : others) {
        const Case at{other};
        Scene scene{answer(201, replaced(made_body, config, other))};
        CHECK_EQUAL(word_of(scene.api.create_factor(user, "x", {})), "provider_refuses");
        CHECK_EQUAL(scene.client.sent.size(), 1);
    }
}

TEST(a_factor_without_a_usable_secret_is_none) {
    const std::pair<std::string, std::string> changes[] = {
        {"\"secret\":\"" + secret, "\"secret\":\""},
        {"\"secret\":\"" + secret, "\"secret\":\"GEZDGNBVGY3TQOJ"},
        {"\"secret\":\"" + secret, "\"secret\":\"gezdgnbvgy3tqojqgezdgnbvgy3tqojq"},
        {"\"secret\":\"" + secret, "\"secret\":\"GEZDGNBVGY3TQOJQ\\n1"},
        {"\"secret\":\"" + secret, "\"secret\":\"" + std::string(257, 'A')},
        {"\"secret\":\"" + secret + "\"", "\"secret\":null"},
        {"\"secret\":\"" + secret + "\"", "\"secret\":1"},
        {uri, ""},
        {uri, "https://example/"},
        {uri, "otpauth://hotp/ERP:x?secret=" + secret},
        {uri, "otpauth://totp/ERP:x"},
        {uri, "otpauth://totp/ERP:x y?secret=" + secret},
        {uri, "otpauth://totp/ERP:x\\ny?secret=" + secret},
        {uri, "otpauth://totp/ERP:\xc3\xa9?secret=" + secret},
        {uri, "otpauth://totp/ERP:x?secret=" + secret + std::string(1000, 'x')},
        {"\"sid\":\"" + factor_sid, "\"sid\":\"YF../x"},
        {"\"sid\":\"" + factor_sid, "\"sid\":\""},
    };
    for (const auto& [from, to] : changes) {
        const Case at{to};
        Scene scene{answer(201, replaced(made_body, from, to))};
        CHECK_EQUAL(word_of(scene.api.create_factor(user, "x", {})), "provider_unavailable");
    }
}

TEST(the_factors_of_a_user_are_listed_with_their_status) {
    Scene scene{answer(200, list_body), answer(200, R"({"factors":[]})"),
                answer(200, replaced(list_body, other_sid, "../x")), answer(200, R"({"factors":[1]})")};
    const auto listed = std::get<std::vector<twilio::FactorRow>>(VALUE(scene.api.list_factors(user)));
    CHECK_EQUAL(listed.size(), 2);
    CHECK_EQUAL(listed[0].sid, factor_sid);
    CHECK(listed[0].verified);
    CHECK_EQUAL(listed[1].sid, other_sid);
    CHECK(!listed[1].verified);
    CHECK(std::get<std::vector<twilio::FactorRow>>(VALUE(scene.api.list_factors(user))).empty());
    CHECK_EQUAL(word_of(scene.api.list_factors(user)), "provider_unavailable");
    CHECK_EQUAL(word_of(scene.api.list_factors(user)), "provider_unavailable");
}

TEST(R14_the_settings_of_the_service_are_told) {
    auto given = answer(200, service_body);
    given.date = from_unix_time(1'700'000'000);
    Scene scene{given, answer(200, R"({"sid":")" + service_sid + R"(","friendly_name":null,"totp":null})"),
                answer(200, R"({"sid":")" + service_sid + R"(","totp":{"issuer":null,"time_step":null,"code_length":3,"skew":null}})")};
    const auto own = std::get<twilio::ServiceSettings>(VALUE(scene.api.fetch_service()));
    CHECK_EQUAL(own.name, "uzERP");
    CHECK_EQUAL(own.totp.digits, 8);
    CHECK_EQUAL(own.totp.skew, 2);
    CHECK_EQUAL(own.totp.period.count(), 60);
    CHECK_EQUAL(*own.clock, from_unix_time(1'700'000'000));

    const auto defaults = std::get<twilio::ServiceSettings>(VALUE(scene.api.fetch_service()));
    CHECK_EQUAL(defaults.totp.digits, 6);
    CHECK_EQUAL(defaults.totp.skew, 1);
    CHECK_EQUAL(defaults.totp.period.count(), 30);
    CHECK(!defaults.clock);

    const auto mixed = std::get<twilio::ServiceSettings>(VALUE(scene.api.fetch_service()));
    CHECK_EQUAL(mixed.totp.digits, 3);
    CHECK_EQUAL(mixed.totp.period.count(), 30);
}

// --- repeats ---

TEST(a_call_that_changes_nothing_the_second_time_is_repeated_once) {
    const FakeHttpClient::Reply failures[] = {no_answer(), answer(500, ""), answer(502, "<html>"), answer(503, "{}"), answer(504, ""),
                                              error_answer(20500, 500), error_answer(20503, 503), error_answer(12345, 500)};
    for (const auto& call : calls) {
        const Case at{call.name};
        for (const auto& failure : failures) {
            const Case with{failure ? std::to_string(failure->status) + " " + failure->body : "no answer"};
            Scene scene{failure, answer(call.status, call.body)};
            CHECK_EQUAL(call.make(scene.api).word, call.is_post() ? "provider_unavailable" : call.word);
            CHECK_EQUAL(scene.client.sent.size(), call.is_post() ? 1 : 2);
            if (call.is_post()) continue;
            CHECK(scene.client.sent[0].method == scene.client.sent[1].method);
            CHECK_EQUAL(scene.client.sent[0].url, scene.client.sent[1].url);

            Scene always;
            always.client.otherwise = [&](const HttpRequest&) { return failure; };
            CHECK_EQUAL(call.make(always.api).word, "provider_unavailable");
            CHECK_EQUAL(always.client.sent.size(), 2);
        }
    }
}

TEST(a_call_that_was_not_processed_is_repeated_once) {
    for (const auto& call : calls) {
        const Case at{call.name};
        for (const int code : {20429, 60328}) {
            const Case with{std::to_string(code)};
            Scene scene{error_answer(code, 429), answer(call.status, call.body)};
            CHECK_EQUAL(call.make(scene.api).word, call.word);
            CHECK_EQUAL(scene.client.sent.size(), 2);
            CHECK_EQUAL(scene.client.sent[0].form, scene.client.sent[1].form);
        }
        for (const auto& second : {FakeHttpClient::Reply{error_answer(20429, 429)}, FakeHttpClient::Reply{answer(500, "")},
                                   FakeHttpClient::Reply{no_answer()}}) {
            Scene scene{error_answer(20429, 429), second, answer(call.status, call.body)};
            CHECK_EQUAL(call.make(scene.api).word, "provider_unavailable");
            CHECK_EQUAL(scene.client.sent.size(), 2);
        }
    }
}

// The first request; a deletion that found nothing asks for the service too.
std::ptrdiff_t times_sent(const Scene& scene) {
    const auto& sent = scene.client.sent;
    return std::count_if(sent.begin(), sent.end(), [&](const HttpRequest& each) {
        return each.method == sent[0].method && each.url == sent[0].url;
    });
}

TEST(R31_nothing_else_is_repeated) {
    for (const auto& call : calls) {
        const Case at{call.name};
        for (const auto& [code, status, word, wait] : error_cases) {
            if (is_busy(code) || status >= 500) continue;
            const Case with{std::to_string(code)};
            Scene scene{error_answer(code, status), answer(call.status, call.body)};
            static_cast<void>(call.make(scene.api));
            CHECK_EQUAL(times_sent(scene), 1);
        }
        for (const int status : {100, 301, 302, 307, 400, 401, 403, 404, 409, 429}) {
            const Case with{std::to_string(status)};
            Scene scene{answer(status, ""), answer(call.status, call.body)};
            static_cast<void>(call.make(scene.api));
            CHECK_EQUAL(times_sent(scene), 1);
        }
        Scene scene{not_asked(), answer(call.status, call.body)};
        CHECK_EQUAL(call.make(scene.api).word, "provider_not_asked");
        CHECK_EQUAL(scene.client.sent.size(), 1);
    }
}

// --- the deadline ---

TEST(R83_all_calls_of_a_request_have_one_deadline_which_begins_with_the_first) {
    using std::chrono::steady_clock;
    Scene scene;
    scene.client.otherwise = [](const HttpRequest&) { return error_answer(20429, 429); };
    std::this_thread::sleep_for(std::chrono::milliseconds{20});
    const auto before = steady_clock::now();
    for (const auto& call : calls) static_cast<void>(call.make(scene.api));
    CHECK_EQUAL(scene.client.deadlines.size(), 2 * std::size(calls));
    for (const auto deadline : scene.client.deadlines) CHECK(deadline == scene.client.deadlines[0]);
    const auto timeout = scene.client.deadlines[0] - before;
    CHECK(timeout >= seconds{5} && timeout < seconds{6});
}

// --- what is said of an error ---

TEST(R83_an_error_says_twilios_code_and_request_id_and_nothing_of_what_was_sent) {
    for (const auto& call : calls) {
        const Case at{call.name};
        for (const auto& [number, status] : {std::pair{20003, 401}, {60306, 400}, {20500, 500}, {99999, 418}}) {
            const Case with{std::to_string(number)};
            auto failure = answer(status, R"({"code":)" + std::to_string(number) + R"(,"message":"Invalid )" + typed_code + " " + secret +
                                              R"( parameter","more_info":"mi","status":1})");
            failure.request_id = "RQfedcba9876543210fedcba9876543210";
            Scene scene;
            scene.client.otherwise = [&](const HttpRequest&) { return failure; };
            const auto detail = call.make(scene.api).detail;
            CHECK_CONTAINS(detail, "Twilio error " + std::to_string(number));
            CHECK_CONTAINS(detail, "HTTP " + std::to_string(status));
            CHECK_CONTAINS(detail, "request RQfedcba9876543210fedcba9876543210");
            for (const std::string_view word :
                 {std::string_view{typed_code}, std::string_view{secret}, std::string_view{"Invalid"}}) {
                CHECK_LACKS(detail, word);
            }
        }
    }
}

TEST(R83_an_answer_that_is_not_understood_is_not_repeated_in_the_log) {
    for (const auto& call : calls) {
        if (call.body.empty()) continue;
        const Case at{call.name};
        auto odd = answer(call.status, R"({"status":")" + typed_code + R"(","binding":{"secret":")" + secret + R"("}})");
        odd.request_id = "RQ1";
        Scene scene{odd};
        const auto detail = call.make(scene.api).detail;
        CHECK_CONTAINS(detail, "request RQ1");
        CHECK_LACKS(detail, typed_code);
        CHECK_LACKS(detail, secret);
    }
    auto odd = answer(201, replaced(made_body, "\"skew\":1", "\"skew\":2"));
    odd.request_id = "RQ2";
    Scene scene{odd};
    const auto detail = outcome_of(scene.api.create_factor(user, "x", {})).detail;
    CHECK_CONTAINS(detail, "request RQ2");
    CHECK_LACKS(detail, secret);
    CHECK_LACKS(detail, "otpauth");
}

}  // namespace
}  // namespace uzmfa::test
