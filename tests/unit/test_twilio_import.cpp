// SPDX-License-Identifier: Apache-2.0
#include "factors/twilio/import.hpp"

#include "fake_http_client.hpp"
#include "test.hpp"

namespace uzmfa::test {
namespace {

using twilio::Import;

const std::string uuid = "11111111-1111-4111-8111-111111111111";
const std::string secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
const std::string made_sid = "YF" + std::string(32, '1');
const std::string left_sid = "YF" + std::string(32, '2');

HttpAnswer answer(int status, std::string body) { return {.status = status, .body = std::move(body)}; }
HttpAnswer error_answer(int code, int status) { return answer(status, R"({"code":)" + std::to_string(code) + "}"); }
HttpAnswer made() {
    return answer(201, R"({"sid":")" + made_sid + R"(","binding":{"secret":")" + secret + R"(","uri":"otpauth://totp/x?secret=)" +
                           secret + R"("},"config":{"alg":"sha256","skew":0,"code_length":8,"time_step":30}})");
}
HttpAnswer with_status(const std::string& status) {
    return answer(200, R"({"sid":")" + made_sid + R"(","status":")" + status + "\"}");
}
HttpAnswer left() { return answer(200, R"({"factors":[{"sid":")" + left_sid + R"(","status":"verified"}]})"); }

struct Scene {
    FakeHttpClient client;
    twilio::Api api{client, "https://verify.example", "VA" + std::string(32, '0'), seconds{5}};
    std::deque<std::string> codes{"12345678"};
    Import import{uuid, "name", {Algorithm::sha256, 8, 0, seconds{30}}, secret, [this] {
                      const auto code = codes.front();
                      if (codes.size() > 1) codes.pop_front();
                      return code;
                  }};

    explicit Scene(std::initializer_list<FakeHttpClient::Reply> replies) {
        client.replies.assign(replies.begin(), replies.end());
    }
    Result<std::string> make() { return make_factor(import, api); }
    Result<Done> verify() { return verify_factor(import, made_sid, api); }
};

TEST(the_factor_is_made_of_the_secret_with_its_parameters) {
    Scene scene{made()};
    CHECK_EQUAL(VALUE(scene.make()), made_sid);
    CHECK_EQUAL(scene.client.sent.size(), 1);
    const auto& form = scene.client.sent[0].form;
    for (const std::string& part : {"Binding.Secret=" + secret, std::string{"Config.Alg=sha256"}, std::string{"Config.CodeLength=8"},
                                   std::string{"Config.Skew=0"}, std::string{"FriendlyName=name"}}) {
        CHECK_CONTAINS(form, part);
    }
}

TEST(a_factor_that_a_former_import_left_is_deleted_and_made_anew) {
    Scene scene{error_answer(60317, 409), left(), answer(204, ""), made()};
    CHECK_EQUAL(VALUE(scene.make()), made_sid);
    CHECK_EQUAL(scene.client.sent.size(), 4);
    CHECK(scene.client.sent[2].method == HttpRequest::Method::remove);
    CHECK_CONTAINS(scene.client.sent[2].url, "/Factors/" + left_sid);
}

TEST(a_former_import_that_stays_is_an_error) {
    Scene again{error_answer(60317, 409), left(), answer(204, ""), error_answer(60317, 409)};
    CHECK(ERROR_OF(again.make()).kind == ErrorKind::provider_refuses);
    Scene stays{error_answer(60317, 409), left(), error_answer(60312, 429)};
    CHECK(ERROR_OF(stays.make()).kind == ErrorKind::provider_refuses);
    Scene unlisted{error_answer(60317, 409), error_answer(20404, 404)};
    CHECK(ERROR_OF(unlisted.make()).kind == ErrorKind::provider_refuses);
    Scene down{error_answer(60317, 409), no_answer(), no_answer()};
    CHECK(ERROR_OF(down.make()).kind == ErrorKind::provider_unavailable);
    Scene half_way{error_answer(60317, 409), left(), no_answer(), no_answer()};
    CHECK(ERROR_OF(half_way.make()).kind == ErrorKind::provider_unavailable);
    for (const auto* scene : {&unlisted, &down, &half_way}) {
        CHECK(scene->client.sent.back().method != HttpRequest::Method::post);  // none was made of it
    }
}

TEST(what_twilio_refuses_is_an_error_of_its_kind) {
    const std::pair<HttpAnswer, ErrorKind> cases[] = {{error_answer(20003, 401), ErrorKind::provider_refuses},
                                                     {error_answer(20404, 404), ErrorKind::provider_refuses},
                                                     {error_answer(60315, 400), ErrorKind::provider_refuses},
                                                     {error_answer(60326, 429), ErrorKind::provider_limit},
                                                     {error_answer(20500, 500), ErrorKind::provider_unavailable}};
    for (const auto& [reply, kind] : cases) {
        Scene scene{reply};
        CHECK(ERROR_OF(scene.make()).kind == kind);
    }
}

TEST(only_a_verified_factor_is_verified) {
    Scene right{with_status("verified")};
    VALUE(right.verify());
    CHECK_CONTAINS(right.client.sent[0].form, "AuthPayload=12345678");
    for (const auto& reply : {with_status("unverified"), error_answer(60311, 403), error_answer(60310, 429), error_answer(60318, 403),
                              answer(200, "{}"), error_answer(20503, 503)}) {
        Scene scene{reply};
        ERROR_OF(scene.verify());
    }
    Scene wrong{with_status("unverified")};
    CHECK_CONTAINS(ERROR_OF(wrong.verify()).detail, "clock");
}

TEST(a_code_whose_step_ended_on_the_way_is_followed_by_the_next) {
    Scene scene{with_status("unverified"), with_status("verified")};
    scene.codes = {"11111111", "22222222"};
    VALUE(scene.verify());
    CHECK_CONTAINS(scene.client.sent[1].form, "AuthPayload=22222222");
    Scene twice{with_status("unverified"), with_status("unverified")};
    twice.codes = {"11111111", "22222222"};
    ERROR_OF(twice.verify());
    CHECK_EQUAL(twice.client.sent.size(), 2);
}

TEST(R38_no_error_holds_the_secret_or_a_code) {
    for (const auto& reply :
         {error_answer(60317, 409), error_answer(20003, 401), answer(201, "{}"), answer(201, R"({"sid":"x"})")}) {
        Scene scene{reply};
        const auto detail = ERROR_OF(scene.make()).detail;
        CHECK_LACKS(detail, secret);
    }
    Scene scene{with_status("unverified")};
    CHECK_LACKS(ERROR_OF(scene.verify()).detail, "12345678");
}

}  // namespace
}  // namespace uzmfa::test
