// SPDX-License-Identifier: Apache-2.0
#include "factors/twilio/twilio_validator.hpp"

#include "core/percent.hpp"
#include "crypto/encoding.hpp"
#include "crypto/keys.hpp"
#include "fake_factors.hpp"
#include "fake_http_client.hpp"
#include "test.hpp"

#include <algorithm>

namespace uzmfa::test {
namespace {

using twilio::Api;
using twilio::Limit;
using twilio::OwedDeletion;
using twilio::TwilioValidator;

constexpr Moment now = from_unix_time(1'700'000'010);
const std::string alices_uuid = "00000000-0000-4000-8000-000000000001";
const std::string bobs_uuid = "00000000-0000-4000-8000-000000000002";
const std::string service_url = "https://verify.example/v2/Services/VA00000000000000000000000000000001";
constexpr std::string_view right_code = "012345";
constexpr std::string_view wrong_code = "999999";

// The SID of Twilio's nth factor.
std::string factor(int number) {
    auto digits = std::to_string(number);
    return "YF" + std::string(32 - digits.size(), '0') + digits;
}
std::string secret_of(const std::string& sid) {
    std::string secret = "GEZDGNBVGY3TQOJQGEZDGNBVGYAAAAAA";
    secret.back() = static_cast<char>('A' + (sid.back() - '0'));
    return secret;
}

class FakeQuotas final : public twilio::Quotas {
public:
    std::map<std::string, int, std::less<>> taken;
    std::map<std::string, std::vector<std::pair<int, std::int64_t>>, std::less<>> limits_of;
    std::map<std::string, std::string, std::less<>> uuid_of;
    std::optional<seconds> wait;
    std::set<std::string_view> broken;

    Result<std::optional<seconds>> take(std::string_view name, std::string_view uuid, std::span<const Limit> limits) override {
        if (broken.contains("take")) return FakeFactors::outage();
        auto& seen = limits_of[std::string{name}];
        seen.clear();
        for (const auto& [most, window] : limits) seen.emplace_back(most, window.count());
        uuid_of[std::string{name}] = uuid;
        if (!wait) ++taken[std::string{name}];
        return wait;
    }
    Result<Done> give_back(std::string_view name) override {
        if (broken.contains("give_back")) return FakeFactors::outage();
        --taken[std::string{name}];
        return Done{};
    }
};

class FakeOwedDeletions final : public twilio::OwedDeletions {
public:
    std::vector<OwedDeletion> rows;
    bool others_are_at_it = false;
    std::vector<std::string> calls;
    std::set<std::string_view> broken;

    Result<Done> owe(std::string_view uuid, std::string_view sid) override {
        if (broken.contains("owe")) return FakeFactors::outage();
        rows.push_back({std::string{uuid}, std::string{sid}});
        return Done{};
    }
    Result<std::vector<OwedDeletion>> due() override { return rows; }
    Result<std::vector<OwedDeletion>> of(std::string_view uuid) override {
        if (broken.contains("of")) return FakeFactors::outage();
        std::vector<OwedDeletion> found;
        for (const auto& row : rows) {
            if (row.uuid == uuid) found.push_back(row);
        }
        return found;
    }
    Result<bool> claim(const OwedDeletion&) override {
        calls.emplace_back("claim");
        if (broken.contains("claim")) return FakeFactors::outage();
        return !others_are_at_it;
    }
    Result<Done> release(const OwedDeletion&) override {
        calls.emplace_back("release");
        if (broken.contains("release")) return FakeFactors::outage();
        return Done{};
    }
    Result<Done> settle(const OwedDeletion& deletion) override {
        calls.emplace_back("settle");
        if (broken.contains("settle")) return FakeFactors::outage();
        std::erase_if(rows, [&](const OwedDeletion& row) { return row.uuid == deletion.uuid && row.sid == deletion.sid; });
        return Done{};
    }
    std::vector<std::string> sids() const {
        std::vector<std::string> all;
        for (const auto& row : rows) all.push_back(row.sid.empty() ? "entity" : row.sid);
        return all;
    }
};

HttpAnswer answer(int status, std::string body) { return {.status = status, .body = std::move(body)}; }
HttpAnswer error_answer(int code, int status) { return answer(status, R"({"code":)" + std::to_string(code) + "}"); }

// Twilio in small: numbers its factors and knows the right code. `scripted` beats it, by the name of the call.
class FakeTwilio {
public:
    explicit FakeTwilio(FakeHttpClient& client) {
        client.otherwise = [this](const HttpRequest& request) { return serve(request); };
    }
    std::map<std::string, std::deque<FakeHttpClient::Reply>, std::less<>> scripted;
    std::vector<std::string> calls;
    std::vector<std::pair<std::string, bool>> listed;  // SID, verified
    int made = 0;

    int count(std::string_view call) const { return static_cast<int>(std::count(calls.begin(), calls.end(), call)); }

private:
    FakeHttpClient::Reply serve(const HttpRequest& request) {
        const auto call = name_of(request);
        calls.push_back(call);
        const auto verb = call.substr(0, call.find(' '));
        for (const auto& key : {call, verb}) {
            auto& script = scripted[key];
            if (script.empty()) continue;
            auto reply = script.front();
            script.pop_front();
            return reply;
        }
        const bool is_right = request.form.ends_with("AuthPayload=" + std::string{right_code});
        const auto sid = request.url.substr(request.url.rfind('/') + 1);
        if (verb == "create") return created(request, factor(++made));
        if (verb == "verify") {
            return answer(200, R"({"sid":")" + sid + R"(","status":")" + (is_right ? "verified" : "unverified") + "\"}");
        }
        if (verb == "challenge") {
            const auto of = request.form.substr(request.form.find('=') + 1, 34);
            return answer(201, R"({"factor_sid":")" + of + R"(","status":")" + (is_right ? "approved" : "pending") + "\"}");
        }
        if (verb == "list") return answer(200, list());
        if (verb == "service") {
            return answer(200, R"({"sid":"VA00000000000000000000000000000001","friendly_name":"x","totp":null})");
        }
        return answer(204, "");
    }
    static std::string name_of(const HttpRequest& request) {
        using enum HttpRequest::Method;
        CHECK(request.url.starts_with(service_url));
        if (request.url == service_url) return "service";
        const auto path = request.url.substr(request.url.find('/', service_url.size() + 10) == request.url.npos
                                                 ? request.url.size()
                                                 : request.url.find('/', service_url.size() + 10));
        const auto sid = path.substr(path.rfind('/') == path.npos ? path.size() : path.rfind('/') + 1);
        if (path.empty()) return "delete entity";
        if (path == "/Challenges") return "challenge";
        if (path.starts_with("/Factors?")) return "list";
        if (path == "/Factors") return "create";
        return (request.method == post ? "verify " : "delete ") + sid;
    }
    static std::string value_of(std::string_view form, std::string_view name) {
        const auto at = form.find(std::string{name} + "=");
        const auto begin = at + name.size() + 1;
        return std::string{form.substr(begin, form.find('&', begin) - begin)};
    }
    static HttpAnswer created(const HttpRequest& request, const std::string& sid) {
        const auto of = [&](std::string_view name) { return value_of(request.form, name); };
        return answer(201, R"({"sid":")" + sid + R"(","status":"unverified","binding":{"secret":")" + secret_of(sid) +
                               R"(","uri":"otpauth://totp/ERP:)" + of("FriendlyName") + "?secret=" + secret_of(sid) +
                               R"(&issuer=ERP&algorithm=SHA1&digits=6&period=30"},"config":{"alg":")" + of("Config.Alg") +
                               R"(","skew":)" + of("Config.Skew") + R"(,"code_length":)" + of("Config.CodeLength") +
                               R"(,"time_step":)" + of("Config.TimeStep") + "}}");
    }
    std::string list() const {
        std::string items;
        for (const auto& [sid, verified] : listed) {
            items +=
                (items.empty() ? "" : ",") + (R"({"sid":")" + sid + R"(","status":")" + (verified ? "" : "un") + "verified\"}");
        }
        return R"({"factors":[)" + items + "]}";
    }
};

struct World {
    FakeFactors factors;
    FakeQuotas quotas;
    FakeOwedDeletions owed;
    FakeHttpClient client;
    FakeTwilio twilio{client};
    Api api{client, "https://verify.example", "VA00000000000000000000000000000001", seconds{5}};
    Sealer sealer{{SecretBytes(key_bytes, 1)}, use::totp_secret};
    std::vector<SecretBytes> digest_keys{SecretBytes(key_bytes, 3)};
    Site site;
    twilio::Settings settings;
    TwilioValidator validator{factors, quotas, owed, api, sealer, digest_keys, site, settings};
    Account account;
    SessionId session{1};

    World() {
        site.issuer = "ERP";
        account.name = *UserName::of("alice");
        account.uuid = alices_uuid;
    }
    // An account that is enrolled with Twilio's factor 900.
    Account& enrolled() {
        account.mfa_sid = factor(900);
        account.mfa_enrolled = true;
        factors.bound[FakeFactors::key_of(account)] = {
            {account.mfa_sid, "VA00000000000000000000000000000001", {Algorithm::sha1, 6}}, 0};
        return account;
    }
    Enrollment enroll() { return VALUE(validator.enrollment(account, session)); }
    std::string pending_sid() const { return factors.pending.at(session).factor.secret.sid; }

    // Both steps of an enrollment, and of a verification, as the flow takes them.
    Result<Verdict> try_confirm(std::string_view typed) {
        auto check = validator.check_enrollment(account, session, typed, now);
        if (!check) return check.error();
        if (check->verdict != Verdict::accepted) return check->verdict;
        auto bound = validator.bind(account, session, *check, "192.0.2.1");
        if (!bound) return bound.error();
        return *bound ? Verdict::accepted : Verdict::expired;
    }
    Result<Verdict> try_verify(std::string_view typed) {
        auto check = validator.check(account, typed, now);
        if (!check) return check.error();
        if (check->verdict != Verdict::accepted) return check->verdict;
        auto spent = validator.spend(account, *check);
        if (!spent) return spent.error();
        return *spent ? Verdict::accepted : Verdict::replayed;
    }
    Verdict confirm(std::string_view typed) { return VALUE(try_confirm(typed)); }
    Verdict verify(std::string_view typed) { return VALUE(try_verify(typed)); }
    bool is_untouched() const {
        return factors.unbound.empty() && owed.rows.empty() && factors.bound.contains(FakeFactors::key_of(account));
    }
    std::string all_that_was_sent() const {
        std::string text;
        for (const auto& request : client.sent) text += request.url + "\n" + request.form + "\n";
        return text;
    }
};

// --- the pending factor ---

TEST(a_reload_and_a_second_tab_show_the_same_factor_without_a_call) {
    World world;
    const auto first = world.enroll();
    const auto second = world.enroll();
    const auto pending = VALUE(world.validator.pending_enrollment(world.account, world.session));
    CHECK_EQUAL(first.secret, secret_of(factor(1)));
    CHECK_EQUAL(second.secret, first.secret);
    CHECK_EQUAL(second.uri, first.uri);
    CHECK_EQUAL(pending->uri, first.uri);
    CHECK_EQUAL(world.twilio.calls, std::vector<std::string>{"create"});
    CHECK_EQUAL(world.quotas.taken.at("factors " + alices_uuid), 1);
}

TEST(where_no_factor_is_pending_none_is_made_by_looking) {
    World world;
    CHECK(!VALUE(world.validator.pending_enrollment(world.account, world.session)));
    CHECK(world.twilio.calls.empty());
}

TEST(R34_another_session_and_another_user_get_other_factors) {
    World world;
    const auto first = world.enroll().secret;
    CHECK(VALUE(world.validator.enrollment(world.account, SessionId{2})).secret != first);
    auto bob = world.account;
    bob.name = *UserName::of("bob");
    bob.uuid = bobs_uuid;
    CHECK(!VALUE(world.validator.pending_enrollment(bob, world.session)));
    CHECK(VALUE(world.validator.enrollment(bob, SessionId{3})).secret != first);
    CHECK_EQUAL(world.twilio.count("create"), 3);
}

TEST(R37_the_pending_secret_is_stored_sealed) {
    World world;
    const auto secret = world.enroll().secret;
    const auto& stored = world.factors.pending.at(world.session).factor.secret;
    CHECK_EQUAL(stored.sid, factor(1));
    const auto sealed = from_base64(stored.sealed);
    CHECK(sealed.has_value());
    CHECK_LACKS(text_of(*sealed), secret);
    CHECK_LACKS(text_of(*sealed), "otpauth");
    CHECK_LACKS(stored.sealed, secret);
}

TEST(R37_a_pending_secret_opens_for_its_user_and_its_factor_only) {
    World world;
    static_cast<void>(world.enroll());
    auto moved = world.factors.pending.at(world.session);
    moved.uuid = bobs_uuid;
    world.factors.pending[SessionId{2}] = moved;
    auto bob = world.account;
    bob.uuid = bobs_uuid;
    CHECK(ERROR_OF(world.validator.pending_enrollment(bob, SessionId{2})).kind == ErrorKind::damaged);

    world.factors.pending.at(world.session).factor.secret.sid = factor(2);
    CHECK(ERROR_OF(world.validator.pending_enrollment(world.account, world.session)).kind == ErrorKind::damaged);
    CHECK(ERROR_OF(world.validator.enrollment(world.account, world.session)).kind == ErrorKind::damaged);
}

TEST(R37_a_pending_secret_that_was_changed_is_an_error) {
    World world;
    static_cast<void>(world.enroll());
    const auto good = world.factors.pending.at(world.session).factor.secret.sealed;
    auto flipped = good;
    flipped[30] = flipped[30] == 'A' ? 'B' : 'A';
    const auto empty = base64(world.sealer.seal({}, seal_context(world.account, factor(1))));
    for (const auto& value : {std::string{}, std::string{"AAAA"}, std::string{"%%%%"}, flipped, good + "\n", empty}) {
        const Case at{value};
        world.factors.pending.at(world.session).factor.secret.sealed = value;
        const auto error = ERROR_OF(world.validator.enrollment(world.account, world.session));
        CHECK(error.kind == ErrorKind::damaged);
        CHECK_LACKS(error.detail, secret_of(factor(1)));
    }
}

TEST(R40_the_user_name_reaches_twilio_only_where_it_is_configured) {
    for (const bool configured : {false, true}) {
        const Case at{configured ? "username" : "uuid"};
        World world;
        if (configured) world.settings.friendly_name = twilio::FriendlyName::username;
        world.account.name = *UserName::of("alice & co");
        CHECK_CONTAINS(world.enroll().uri, "otpauth://totp/ERP:alice%20%26%20co?secret=");
        CHECK(world.client.sent[0].form.starts_with(configured ? "FriendlyName=alice%20%26%20co&"
                                                               : "FriendlyName=" + alices_uuid + "&"));

        CHECK(world.confirm(wrong_code) == Verdict::wrong);
        CHECK(world.confirm(right_code) == Verdict::accepted);
        world.account.mfa_sid = factor(1);
        CHECK(world.verify("333333") == Verdict::wrong);
        world.twilio.scripted["challenge"] = {error_answer(20404, 404)};
        CHECK(world.verify("444444") == Verdict::factor_gone);
        world.client.sent[0].form.clear();
        CHECK_LACKS(world.all_that_was_sent(), "alice");
    }
}

TEST(R40_a_long_user_name_is_cut_between_characters) {
    for (const auto& [name, sent] : {std::pair{std::string(70, 'a'), std::string(64, 'a')},
                                     {std::string(63, 'a') + "\xc3\xa9", std::string(63, 'a')},
                                     {std::string(62, 'a') + "\xc3\xa9", std::string(62, 'a') + "\xc3\xa9"},
                                     {std::string(62, 'a') + "\xe2\x82\xac", std::string(62, 'a')},
                                     {std::string(61, 'a') + "\xf0\x9f\x98\x80x", std::string(61, 'a')},
                                     {std::string(64, 'a'), std::string(64, 'a')}}) {
        const Case at{name};
        World world;
        world.settings.friendly_name = twilio::FriendlyName::username;
        world.account.name = *UserName::of(name);
        CHECK_CONTAINS(world.enroll().uri, percent_encode(name) + "?");
        CHECK(world.client.sent[0].form.starts_with("FriendlyName=" + percent_encode(sent) + "&"));
    }
}

TEST(the_sites_parameters_are_the_factors) {
    World world;
    world.site.totp_algorithm = Algorithm::sha256;
    world.site.totp_digits = 8;
    world.site.totp_skew = 0;
    static_cast<void>(world.enroll());
    CHECK_CONTAINS(world.client.sent[0].form, "&Config.Alg=sha256&Config.TimeStep=30&Config.Skew=0&Config.CodeLength=8");
    CHECK_EQUAL(world.factors.pending.at(world.session).factor.secret.parameters.digits, 8);
    CHECK(world.factors.pending.at(world.session).factor.secret.parameters.algorithm == Algorithm::sha256);
}

// --- the label ---

TEST(the_uri_is_shown_with_the_users_name) {
    constexpr std::string_view query = "?secret=GEZDGNBVGY3TQOJQ&issuer=a%3Ab:c/d&algorithm=SHA1&digits=6&period=30";
    struct Label {
        std::string_view before, name, after;
    };
    const Label labels[] = {
        {"ERP:11111111-1111", "alice", "ERP:alice"},
        {"ERP%3A11111111-1111", "alice", "ERP%3Aalice"},
        {"ERP%3a11111111-1111", "alice", "ERP%3aalice"},
        {"ERP:%2011111111", "alice", "ERP:alice"},
        {"My%20ERP:1", "alice", "My%20ERP:alice"},
        {"My%3ACo:1", "alice", "My%3ACo:alice"},
        {"My%3ACo%3A1", "alice", "My%3ACo%3Aalice"},
        {"11111111-1111", "alice", "alice"},
        {"", "alice", "alice"},
        {"ERP:", "alice", "ERP:alice"},
        {"ERP:a%3Ab", "a:b", "ERP:a%3Ab"},
        {"ERP:1", "a:b", "ERP:a%3Ab"},
        {"ERP:1", "a?secret=X&b=#c", "ERP:a%3Fsecret%3DX%26b%3D%23c"},
        {"ERP:1", "%s/ %41", "ERP:%25s%2F%20%2541"},
        {"ERP:1", "J\xc3\xbcrgen", "ERP:J%C3%BCrgen"},
        {"ERP:1", "a\"<b>'\n", "ERP:a%22%3Cb%3E%27%0A"},
        {"ERP:1", "", "ERP:"},
    };
    for (const auto& [before, name, after] : labels) {
        const Case at{before};
        const Case with{name};
        const auto uri = "otpauth://totp/" + std::string{before} + std::string{query};
        CHECK_EQUAL(twilio::relabelled(uri, name), "otpauth://totp/" + std::string{after} + std::string{query});
    }
}

TEST(a_uri_of_any_form_is_relabelled_without_harm) {
    for (const std::string_view uri :
         {"", "?", ":", "/", "//", "otpauth:", "otpauth://", "otpauth://totp", "x:y", "%3A", "otpauth://%3A", "a//b"}) {
        const Case at{uri};
        CHECK_CONTAINS(twilio::relabelled(uri, "alice"), "alice");
    }
}

// --- the first code ---

TEST(a_right_first_code_binds_the_factor) {
    World world;
    static_cast<void>(world.enroll());
    CHECK(world.confirm(right_code) == Verdict::accepted);
    CHECK_EQUAL(world.twilio.calls, (std::vector<std::string>{"create", "verify " + factor(1)}));
    const auto& bound = world.factors.bound.at(alices_uuid + "/" + factor(1));
    CHECK_EQUAL(bound.secret.sid, factor(1));
    CHECK_EQUAL(bound.secret.sealed, "VA00000000000000000000000000000001");
    CHECK_EQUAL(bound.last_step, 0);
    CHECK(world.factors.pending.empty());
    CHECK(world.owed.rows.empty());
    CHECK(std::find(world.factors.calls.begin(), world.factors.calls.end(), "bind from 192.0.2.1") != world.factors.calls.end());
}

TEST(a_new_binding_owes_the_deletion_of_twilios_former_factor) {
    for (const auto& [former, owed] : {std::pair{factor(7), std::vector{factor(7)}},
                                       {std::string{"LF00000000000000000000000000000007"}, {}},
                                       {std::string{"null"}, {}},
                                       {std::string{}, {}}}) {
        const Case at{former};
        World world;
        world.account.mfa_sid = former;
        static_cast<void>(world.enroll());
        CHECK(world.confirm(right_code) == Verdict::accepted);
        CHECK_EQUAL(world.owed.sids(), owed);
    }
}

TEST(what_changed_between_check_and_binding_is_expired) {
    World world;
    world.account.mfa_sid = factor(7);
    static_cast<void>(world.enroll());
    world.factors.binds = false;
    CHECK(world.confirm(right_code) == Verdict::expired);
    CHECK(world.owed.rows.empty());

    world.factors.binds = true;
    const auto check = VALUE(world.validator.check_enrollment(world.account, world.session, right_code, now));
    CHECK(check.verdict == Verdict::accepted);
    VALUE(world.factors.put_pending(world.account, world.session, {factor(2), "x", {}}, factor(1)));
    CHECK(!VALUE(world.validator.bind(world.account, world.session, check, "")));
    world.factors.pending.clear();
    CHECK(!VALUE(world.validator.bind(world.account, world.session, check, "")));
    CHECK(world.factors.bound.empty());
}

TEST(what_twilio_does_not_list_as_verified_is_verified_by_the_next_code) {
    for (const auto& listed : {std::vector{std::pair{factor(1), false}}, {{factor(7), true}}, {}}) {
        World world;
        static_cast<void>(world.enroll());
        CHECK(world.confirm(wrong_code) == Verdict::wrong);
        world.twilio.listed = listed;
        CHECK(world.confirm(right_code) == Verdict::accepted);
        CHECK_EQUAL(world.twilio.count("verify " + factor(1)), 2);
        CHECK_EQUAL(world.twilio.count("challenge"), 0);
    }
    World refused;
    static_cast<void>(refused.enroll());
    CHECK(refused.confirm(wrong_code) == Verdict::wrong);
    refused.twilio.scripted["list"] = {error_answer(20404, 404)};
    CHECK(refused.confirm(right_code) == Verdict::accepted);
    World down;
    static_cast<void>(down.enroll());
    CHECK(down.confirm(wrong_code) == Verdict::wrong);
    down.twilio.scripted["list"] = {no_answer(), no_answer()};
    CHECK(ERROR_OF(down.try_confirm(right_code)).kind == ErrorKind::provider_unavailable);
    CHECK(down.factors.bound.empty());
}

TEST(R10_a_first_code_that_was_used_already_binds_nothing) {
    World world;
    static_cast<void>(world.enroll());
    const auto check = VALUE(world.validator.check_enrollment(world.account, world.session, right_code, now));
    CHECK(VALUE(world.validator.spend(world.account, check)));
    CHECK(!VALUE(world.validator.bind(world.account, world.session, check, "192.0.2.1")));
}

TEST(R10_the_first_code_is_spent_by_the_binding) {
    World world;
    static_cast<void>(world.enroll());
    CHECK(world.confirm(right_code) == Verdict::accepted);
    world.account.mfa_sid = factor(1);
    CHECK(world.verify(right_code) == Verdict::replayed);
}

TEST(R23_the_fifth_wrong_code_brings_a_new_factor_and_the_old_one_is_owed_a_deletion) {
    World world;
    static_cast<void>(world.enroll());
    for (int i = 0; i < 4; ++i) CHECK(world.confirm(wrong_code) == Verdict::wrong);
    CHECK(world.owed.rows.empty());
    CHECK(world.confirm(wrong_code) == Verdict::secret_spent);
    CHECK_EQUAL(world.pending_sid(), factor(2));
    CHECK_EQUAL(world.factors.pending.at(world.session).factor.tries, 0);
    CHECK_EQUAL(world.owed.sids(), std::vector{factor(1)});
    CHECK_EQUAL(world.twilio.count("verify " + factor(1)), 5);
    CHECK_EQUAL(world.enroll().secret, secret_of(factor(2)));
    CHECK(world.confirm(right_code) == Verdict::accepted);
    CHECK(world.factors.bound.contains(alices_uuid + "/" + factor(2)));
}

TEST(R83_a_spent_factor_stays_until_there_is_another) {
    World world;
    static_cast<void>(world.enroll());
    for (int i = 0; i < 4; ++i) CHECK(world.confirm(wrong_code) == Verdict::wrong);
    world.twilio.scripted["create"] = {no_answer()};
    CHECK(ERROR_OF(world.try_confirm(wrong_code)).kind == ErrorKind::provider_unavailable);
    CHECK(world.owed.rows.empty());
    CHECK(world.confirm(right_code) == Verdict::wait);
    CHECK_EQUAL(world.pending_sid(), factor(1));
    world.factors.pending.at(world.session).aged = true;
    CHECK(world.confirm(right_code) == Verdict::expired);
    CHECK_EQUAL(world.enroll().secret, secret_of(factor(2)));
}

TEST(the_fifth_code_is_accepted_where_it_is_right) {
    World world;
    static_cast<void>(world.enroll());
    for (int i = 0; i < 4; ++i) CHECK(world.confirm(wrong_code) == Verdict::wrong);
    CHECK(world.confirm(right_code) == Verdict::accepted);
}

TEST(R31_once_all_tries_are_used_up_twilio_is_asked_no_more) {
    World world;
    static_cast<void>(world.enroll());
    world.factors.pending.at(world.session).factor.tries = most_tries;
    CHECK(world.confirm(right_code) == Verdict::wait);
    CHECK_EQUAL(world.twilio.calls, std::vector<std::string>{"create"});
    CHECK(world.factors.bound.empty());
    CHECK(world.factors.pending.at(world.session).retired);
    CHECK(world.owed.rows.empty());
}

TEST(R23_the_last_of_wrong_codes_at_once_brings_a_new_factor) {
    World world;
    static_cast<void>(world.enroll());
    world.factors.pending.at(world.session).tried_by_others = most_tries - 1;
    CHECK(world.confirm(wrong_code) == Verdict::secret_spent);
    CHECK_EQUAL(world.pending_sid(), factor(2));
}

TEST(R31_a_factor_that_cannot_be_verified_any_more_is_replaced) {
    struct Refused {
        int code, status;
        Verdict verdict;
    };
    for (const auto& [code, status, verdict] : {Refused{60310, 429, Verdict::secret_spent}, {20404, 404, Verdict::expired},
                                                {60318, 403, Verdict::expired}, {60383, 400, Verdict::expired},
                                                {60390, 404, Verdict::expired}}) {
        const Case at{std::to_string(code)};
        World world;
        static_cast<void>(world.enroll());
        world.twilio.scripted["verify"] = {error_answer(code, status)};
        CHECK(world.confirm(right_code) == verdict);
        CHECK_EQUAL(world.pending_sid(), factor(2));
        CHECK_EQUAL(world.owed.sids(), std::vector{factor(1)});
        CHECK(world.factors.bound.empty());
    }
}

TEST(the_older_answer_to_a_wrong_code_is_a_wrong_code) {
    World world;
    static_cast<void>(world.enroll());
    for (int i = 0; i < 4; ++i) {
        world.twilio.scripted["verify"] = {error_answer(60311, 403)};
        CHECK(world.confirm(wrong_code) == Verdict::wrong);
    }
    world.twilio.scripted["verify"] = {error_answer(60311, 403)};
    CHECK(world.confirm(wrong_code) == Verdict::secret_spent);
}

TEST(a_pending_factor_that_is_gone_or_too_old_is_expired) {
    World world;
    CHECK(world.confirm(right_code) == Verdict::expired);
    static_cast<void>(world.enroll());
    world.factors.pending.at(world.session).aged = true;
    CHECK(world.confirm(right_code) == Verdict::expired);
    CHECK_EQUAL(world.twilio.calls, std::vector<std::string>{"create"});
    CHECK(world.factors.bound.empty());
}

TEST(R83_an_outage_binds_nothing_and_costs_a_try_only_where_twilio_may_have_looked) {
    for (const auto& [reply, kind, tries] :
         {std::tuple{FakeHttpClient::Reply{no_answer()}, ErrorKind::provider_unavailable, 1},
          {FakeHttpClient::Reply{not_asked()}, ErrorKind::provider_not_asked, 0},
          {FakeHttpClient::Reply{answer(500, "")}, ErrorKind::provider_unavailable, 1},
          {FakeHttpClient::Reply{answer(302, "")}, ErrorKind::provider_unavailable, 1},
          {FakeHttpClient::Reply{answer(200, "{}")}, ErrorKind::provider_unavailable, 1},
          {FakeHttpClient::Reply{error_answer(20003, 401)}, ErrorKind::provider_refuses, 1}}) {
        const Case at{std::to_string(tries) + " tries"};
        World world;
        static_cast<void>(world.enroll());
        world.twilio.scripted["verify"] = {reply};
        CHECK(ERROR_OF(world.try_confirm(right_code)).kind == kind);
        CHECK_EQUAL(world.factors.pending.at(world.session).factor.tries, tries);
        CHECK_EQUAL(world.pending_sid(), factor(1));
        CHECK(world.factors.bound.empty());
        CHECK(world.owed.rows.empty());
    }
}

TEST(R41_where_the_answer_to_the_right_code_was_lost_another_code_is_looked_at_all_the_same) {
    World world;
    static_cast<void>(world.enroll());
    world.twilio.scripted["verify"] = {no_answer()};
    CHECK(ERROR_OF(world.try_confirm(right_code)).kind == ErrorKind::provider_unavailable);
    world.twilio.listed = {{factor(1), true}};
    CHECK(world.confirm("999999") == Verdict::wrong);
    CHECK(world.factors.bound.empty());
    CHECK(world.confirm(right_code) == Verdict::accepted);
    CHECK_EQUAL(world.twilio.count("challenge"), 2);
}

TEST(R50_a_factor_is_not_bound_while_a_reset_of_its_user_is_owed) {
    World world;
    static_cast<void>(world.enroll());
    const auto check = VALUE(world.validator.check_enrollment(world.account, world.session, right_code, now));
    VALUE(world.owed.owe(world.account.uuid, ""));
    CHECK(!VALUE(world.validator.bind(world.account, world.session, check, "192.0.2.1")));
}

// --- a new factor ---

TEST(R31_new_factors_of_a_user_are_counted_and_bounded) {
    World world;
    static_cast<void>(world.enroll());
    const auto& limits = world.quotas.limits_of.at("factors " + alices_uuid);
    CHECK_EQUAL(limits.size(), 1);
    CHECK(limits[0].first < 100);
    CHECK_EQUAL(limits[0].second, 86400);
    CHECK_EQUAL(world.quotas.uuid_of.at("factors " + alices_uuid), alices_uuid);

    World other;
    other.quotas.wait = seconds{1234};
    const auto error = ERROR_OF(other.validator.enrollment(other.account, other.session));
    CHECK(error.kind == ErrorKind::provider_limit);
    CHECK_EQUAL(error.retry_after.count(), 1234);
    CHECK(other.twilio.calls.empty());
    CHECK(other.factors.pending.empty());
}

TEST(R83_where_twilio_makes_no_factor_none_is_pending) {
    for (const auto& [reply, kind, taken] :
         {std::tuple{FakeHttpClient::Reply{no_answer()}, ErrorKind::provider_unavailable, 1},
          {FakeHttpClient::Reply{not_asked()}, ErrorKind::provider_not_asked, 0},
          {FakeHttpClient::Reply{answer(500, "")}, ErrorKind::provider_unavailable, 1},
          {FakeHttpClient::Reply{answer(201, "{}")}, ErrorKind::provider_unavailable, 1},
          {FakeHttpClient::Reply{error_answer(20003, 401)}, ErrorKind::provider_refuses, 1},
          {FakeHttpClient::Reply{error_answer(20404, 404)}, ErrorKind::provider_refuses, 1},
          {FakeHttpClient::Reply{error_answer(60313, 403)}, ErrorKind::provider_refuses, 1}}) {
        const Case at{std::to_string(static_cast<int>(kind))};
        World world;
        world.twilio.scripted["create"] = {reply};
        CHECK(ERROR_OF(world.validator.enrollment(world.account, world.session)).kind == kind);
        CHECK(world.factors.pending.empty());
        CHECK_EQUAL(world.quotas.taken.at("factors " + alices_uuid), taken);
    }
}

TEST(R31_twilios_own_limit_of_new_factors_is_told_with_its_time) {
    for (const auto given : {std::optional<seconds>{}, std::optional{seconds{600}}}) {
        World world;
        auto limited = error_answer(60326, 429);
        limited.retry_after = given;
        world.twilio.scripted["create"] = {limited};
        const auto error = ERROR_OF(world.validator.enrollment(world.account, world.session));
        CHECK(error.kind == ErrorKind::provider_limit);
        CHECK_EQUAL(error.retry_after.count(), given ? 600 : 86400);
    }
}

TEST(where_twilio_keeps_no_more_factors_of_a_user_room_is_made_of_those_never_verified) {
    World world;
    static_cast<void>(world.enrolled());
    world.twilio.scripted["create"] = {error_answer(60315, 400)};
    world.twilio.listed = {
        {factor(101), true}, {factor(900), false}, {factor(102), false}, {factor(103), true}, {factor(104), false}};
    static_cast<void>(world.enroll());
    CHECK_EQUAL(world.twilio.calls,
                (std::vector<std::string>{"create", "list", "delete " + factor(102), "delete " + factor(104), "create"}));
    CHECK_EQUAL(world.pending_sid(), factor(1));
    CHECK_EQUAL(world.quotas.taken.at("factors " + alices_uuid), 1);
}

TEST(room_is_made_by_no_more_deletions_than_a_request_has_time_for) {
    World world;
    world.twilio.scripted["create"] = {error_answer(60315, 400)};
    for (int i = 101; i <= 200; ++i) world.twilio.listed.emplace_back(factor(i), false);
    static_cast<void>(world.enroll());
    CHECK_EQUAL(world.twilio.calls.size(), 1 + 1 + 10 + 1);
}

TEST(where_no_room_can_be_made_there_is_no_new_factor) {
    World full;
    full.twilio.scripted["create"] = {error_answer(60315, 400), error_answer(60315, 400)};
    for (int i = 101; i <= 200; ++i) full.twilio.listed.emplace_back(factor(i), true);
    CHECK(ERROR_OF(full.validator.enrollment(full.account, full.session)).kind == ErrorKind::provider_refuses);
    CHECK_EQUAL(full.twilio.calls, (std::vector<std::string>{"create", "list", "create"}));

    for (const std::string call : {"list", "delete"}) {
        const Case at{call};
        World world;
        world.twilio.listed = {{factor(101), false}};
        world.twilio.scripted["create"] = {error_answer(60315, 400)};
        world.twilio.scripted[call] = {no_answer(), no_answer()};
        CHECK(ERROR_OF(world.validator.enrollment(world.account, world.session)).kind == ErrorKind::provider_unavailable);
        CHECK(world.factors.pending.empty());
        CHECK_EQUAL(world.twilio.count("create"), 1);
    }
}

TEST(a_reset_that_is_owed_is_paid_before_a_new_factor_is_made) {
    World world;
    VALUE(world.owed.owe(alices_uuid, factor(5)));
    VALUE(world.owed.owe(alices_uuid, ""));
    VALUE(world.owed.owe(bobs_uuid, ""));
    static_cast<void>(world.enroll());
    CHECK_EQUAL(world.twilio.calls, (std::vector<std::string>{"delete entity", "create"}));
    CHECK_EQUAL(world.client.sent[0].url, service_url + "/Entities/" + alices_uuid);
    CHECK_EQUAL(world.owed.calls, (std::vector<std::string>{"claim", "settle"}));
    CHECK_EQUAL(world.owed.sids(), (std::vector<std::string>{factor(5), "entity"}));
}

TEST(while_another_is_at_the_reset_there_is_no_new_factor) {
    World world;
    VALUE(world.owed.owe(alices_uuid, ""));
    world.owed.others_are_at_it = true;
    const auto error = ERROR_OF(world.validator.enrollment(world.account, world.session));
    CHECK(error.kind == ErrorKind::provider_unavailable);
    CHECK(world.twilio.calls.empty());
    CHECK(world.quotas.taken.empty());
    CHECK_EQUAL(world.owed.sids(), std::vector<std::string>{"entity"});
}

TEST(a_reset_that_twilio_does_not_take_stays_owed_and_there_is_no_new_factor) {
    for (const auto& [reply, kind] : {std::pair{FakeHttpClient::Reply{no_answer()}, ErrorKind::provider_unavailable},
                                      {FakeHttpClient::Reply{answer(500, "")}, ErrorKind::provider_unavailable},
                                      {FakeHttpClient::Reply{error_answer(20003, 401)}, ErrorKind::provider_refuses},
                                      {FakeHttpClient::Reply{error_answer(60312, 429)}, ErrorKind::provider_unavailable}}) {
        World world;
        VALUE(world.owed.owe(alices_uuid, ""));
        world.twilio.scripted["delete"] = {reply, reply};
        CHECK(ERROR_OF(world.validator.enrollment(world.account, world.session)).kind == kind);
        CHECK_EQUAL(world.twilio.count("create"), 0);
        CHECK_EQUAL(world.owed.calls, (std::vector<std::string>{"claim", "release"}));
        CHECK_EQUAL(world.owed.sids(), std::vector<std::string>{"entity"});
    }
    World gone;
    VALUE(gone.owed.owe(alices_uuid, ""));
    gone.twilio.scripted["delete"] = {error_answer(20404, 404)};
    static_cast<void>(gone.enroll());
    CHECK(gone.owed.rows.empty());
}

// --- verification ---

TEST(a_code_is_what_twilio_says_of_it) {
    World world;
    static_cast<void>(world.enrolled());
    CHECK(world.verify(wrong_code) == Verdict::wrong);
    CHECK(world.verify(right_code) == Verdict::accepted);
    CHECK_EQUAL(world.client.sent[1].form, "FactorSid=" + factor(900) + "&AuthPayload=012345");
    CHECK(world.is_untouched());
}

TEST(R10_a_code_that_twilio_approves_twice_is_accepted_once) {
    World world;
    static_cast<void>(world.enrolled());
    CHECK(world.verify(right_code) == Verdict::accepted);
    CHECK(world.verify(right_code) == Verdict::replayed);
    CHECK_EQUAL(world.twilio.count("challenge"), 2);
    CHECK_EQUAL(world.factors.used_codes.size(), 1);
    CHECK_LACKS(*world.factors.used_codes.begin(), right_code);
}

TEST(R10_what_is_kept_of_a_code_is_keyed_and_bound_to_user_and_factor) {
    std::set<std::string> digests;
    for (const int variant : {0, 1, 2, 3}) {
        World world;
        if (variant == 1) world.account.uuid = bobs_uuid;
        static_cast<void>(world.enrolled());
        if (variant == 2) world.account.mfa_sid = factor(901);
        if (variant == 3) world.digest_keys = {SecretBytes(key_bytes, 4)};
        const auto check = VALUE(world.validator.check(world.account, right_code, now));
        CHECK(check.verdict == Verdict::accepted);
        CHECK_EQUAL(check.digests.size(), 1);
        CHECK_EQUAL(check.digests.front().size(), 64);
        CHECK(digests.insert(check.digests.front()).second);
    }
    World world;
    static_cast<void>(world.enrolled());
    CHECK(!digests.insert(VALUE(world.validator.check(world.account, right_code, now)).digests.front()).second);
}

// Nodes in the states of a rollover: the ring before it, with the key added, with it promoted.
TEST(R66_a_code_works_once_whichever_rings_two_nodes_have) {
    const SecretBytes k1(key_bytes, 3);
    const SecretBytes k2(key_bytes, 4);
    const std::vector<SecretBytes> rings[] = {{k1}, {k1, k2}, {k2, k1}, {k2}};
    for (std::size_t i = 0; i < std::size(rings); ++i) {
        for (std::size_t j = 0; j < std::size(rings); ++j) {
            const Case at{std::to_string(i) + " " + std::to_string(j)};
            World world;
            static_cast<void>(world.enrolled());
            world.digest_keys = rings[i];
            CHECK(world.verify(right_code) == Verdict::accepted);
            world.digest_keys = rings[j];
            const bool share_a_key = !(rings[i].size() == 1 && rings[j].size() == 1 && i != j);
            CHECK(world.verify(right_code) == (share_a_key ? Verdict::replayed : Verdict::accepted));
        }
    }
}

TEST(R66_two_rings_of_the_same_keys_make_the_same_digests_in_the_same_order) {
    const SecretBytes k1(key_bytes, 3);
    const SecretBytes k2(key_bytes, 4);
    World world;
    const auto& account = world.enrolled();
    const auto one = twilio::digests_of({k1, k2}, account, factor(900), right_code);
    CHECK_EQUAL(one.size(), 2);
    CHECK(one[0] != one[1]);
    CHECK(one == twilio::digests_of({k2, k1}, account, factor(900), right_code));
}

TEST(R31_challenges_of_a_factor_are_fewer_than_twilio_locks_at) {
    World world;
    static_cast<void>(world.enrolled());
    CHECK(world.verify(wrong_code) == Verdict::wrong);
    CHECK_EQUAL(world.quotas.taken.at(factor(900)), 1);
    CHECK(world.quotas.limits_of.at(factor(900)) == (std::vector<std::pair<int, std::int64_t>>{{49, 3606}, {99, 86406}}));
    CHECK_EQUAL(world.quotas.uuid_of.at(factor(900)), alices_uuid);
}

TEST(R31_with_the_quota_used_up_twilio_is_not_asked) {
    World world;
    static_cast<void>(world.enrolled());
    world.quotas.wait = seconds{321};
    const auto check = VALUE(world.validator.check(world.account, right_code, now));
    CHECK(check.verdict == Verdict::wait);
    CHECK_EQUAL(check.wait.count(), 321);
    CHECK_CONTAINS(check.detail, "own limit");
    CHECK(world.twilio.calls.empty());
}

TEST(R31_a_call_that_was_not_made_is_given_back_and_no_other) {
    for (const auto& [reply, kind, taken] :
         {std::tuple{FakeHttpClient::Reply{not_asked()}, ErrorKind::provider_not_asked, 0},
          {FakeHttpClient::Reply{no_answer()}, ErrorKind::provider_unavailable, 1},
          {FakeHttpClient::Reply{answer(500, "")}, ErrorKind::provider_unavailable, 1},
          {FakeHttpClient::Reply{answer(503, "<html>")}, ErrorKind::provider_unavailable, 1},
          {FakeHttpClient::Reply{answer(302, "")}, ErrorKind::provider_unavailable, 1},
          {FakeHttpClient::Reply{answer(201, "{}")}, ErrorKind::provider_unavailable, 1},
          {FakeHttpClient::Reply{answer(404, "")}, ErrorKind::provider_unavailable, 1},
          {FakeHttpClient::Reply{error_answer(70051, 403)}, ErrorKind::provider_refuses, 1},
          {FakeHttpClient::Reply{error_answer(60306, 400)}, ErrorKind::provider_refuses, 1}}) {
        const Case at{reply ? std::to_string(reply->status) : reply.error().detail};
        World world;
        static_cast<void>(world.enrolled());
        world.twilio.scripted["challenge"] = {reply};
        CHECK(ERROR_OF(world.try_verify(right_code)).kind == kind);
        CHECK_EQUAL(world.quotas.taken.at(factor(900)), taken);
        CHECK(world.is_untouched());
        CHECK_EQUAL(world.twilio.calls.size(), 1);
    }
}

TEST(a_challenge_that_twilio_refuses_is_a_wrong_code) {
    for (const auto& [code, status] : {std::pair{60324, 403}, {60311, 403}, {60308, 429}, {60322, 403}, {60323, 403}}) {
        const Case at{std::to_string(code)};
        World world;
        static_cast<void>(world.enrolled());
        world.twilio.scripted["challenge"] = {error_answer(code, status)};
        CHECK(world.verify(right_code) == Verdict::wrong);
        CHECK(world.is_untouched());
    }
}

TEST(R31_a_lock_out_of_twilio_is_told_with_its_time) {
    World world;
    static_cast<void>(world.enrolled());
    world.twilio.scripted["challenge"] = {error_answer(60312, 429)};
    const auto check = VALUE(world.validator.check(world.account, right_code, now));
    CHECK(check.verdict == Verdict::wait);
    CHECK_EQUAL(check.wait.count(), 3600);
    CHECK_CONTAINS(check.detail, "60312");
    CHECK(world.is_untouched());
}

TEST(a_factor_that_twilio_has_lost_is_unbound_where_the_service_is_there) {
    for (const auto& [code, status] :
         {std::pair{20404, 404}, {60318, 403}, {60383, 400}, {60390, 404}, {60391, 404}, {60392, 404}}) {
        const Case at{std::to_string(code)};
        World world;
        static_cast<void>(world.enrolled());
        world.twilio.scripted["challenge"] = {error_answer(code, status)};
        CHECK(world.verify(right_code) == Verdict::factor_gone);
        CHECK_EQUAL(world.twilio.calls, (std::vector<std::string>{"challenge", "service"}));
        CHECK_EQUAL(world.factors.unbound, std::vector{alices_uuid + "/" + factor(900)});
        CHECK_EQUAL(world.owed.sids(), std::vector{factor(900)});
    }
    World of_the_application;
    static_cast<void>(of_the_application.enrolled());
    of_the_application.factors.bound.clear();
    of_the_application.twilio.scripted["challenge"] = {error_answer(20404, 404)};
    CHECK(of_the_application.verify(right_code) == Verdict::factor_gone);
}

// Else a wrong UzmfaTwilioServiceSid would let a password alone enroll anew, for every user.
TEST(where_the_service_is_not_there_either_nobody_is_unbound) {
    for (const auto& [reply, kind] : {std::pair{FakeHttpClient::Reply{error_answer(20404, 404)}, ErrorKind::provider_refuses},
                                      {FakeHttpClient::Reply{error_answer(20003, 401)}, ErrorKind::provider_refuses},
                                      {FakeHttpClient::Reply{answer(401, "")}, ErrorKind::provider_refuses},
                                      {FakeHttpClient::Reply{error_answer(70051, 403)}, ErrorKind::provider_refuses},
                                      {FakeHttpClient::Reply{error_answer(60312, 429)}, ErrorKind::provider_refuses},
                                      {FakeHttpClient::Reply{answer(404, "")}, ErrorKind::provider_unavailable},
                                      {FakeHttpClient::Reply{answer(200, "{}")}, ErrorKind::provider_unavailable},
                                      {FakeHttpClient::Reply{answer(200, R"({"sid":"VA00000000000000000000000000000002"})")},
                                       ErrorKind::provider_unavailable},
                                      {FakeHttpClient::Reply{answer(302, "")}, ErrorKind::provider_unavailable},
                                      {FakeHttpClient::Reply{answer(500, "")}, ErrorKind::provider_unavailable},
                                      {FakeHttpClient::Reply{not_asked()}, ErrorKind::provider_not_asked},
                                      {FakeHttpClient::Reply{no_answer()}, ErrorKind::provider_unavailable}}) {
        const Case at{reply ? std::to_string(reply->status) + reply->body : reply.error().detail};
        World world;
        static_cast<void>(world.enrolled());
        world.twilio.scripted["challenge"] = {error_answer(20404, 404)};
        world.twilio.scripted["service"] = {reply, reply};
        CHECK(ERROR_OF(world.try_verify(right_code)).kind == kind);
        CHECK(world.is_untouched());
    }
}

TEST(a_factor_that_another_service_has_is_not_lost) {
    World world;
    static_cast<void>(world.enrolled());
    world.factors.bound.begin()->second.secret.sealed = "VA00000000000000000000000000000002";
    world.twilio.scripted["challenge"] = {error_answer(20404, 404)};
    CHECK(ERROR_OF(world.try_verify(right_code)).kind == ErrorKind::provider_refuses);
    CHECK(world.is_untouched());
}

TEST(a_factor_that_came_too_late_is_owed_a_deletion) {
    World world;
    static_cast<void>(world.enroll());
    auto& first = world.factors.pending.at(world.session);
    first.hidden_once = true;  // the other tab puts it after this one has looked
    CHECK_EQUAL(world.enroll().secret, secret_of(factor(1)));
    CHECK_EQUAL(world.owed.sids(), std::vector{factor(2)});
}

TEST(the_digits_of_a_code_are_the_factors_else_the_sites) {
    World world;
    world.site.totp_digits = 7;
    static_cast<void>(world.enrolled());
    CHECK_EQUAL(VALUE(world.validator.code_digits(world.account)), std::optional<std::size_t>{6});
    world.factors.bound.clear();  // enrolled by the application
    CHECK_EQUAL(VALUE(world.validator.code_digits(world.account)), std::optional<std::size_t>{7});
    CHECK(world.twilio.calls.empty());
}

TEST(an_account_whose_factor_is_not_twilios_is_not_enrolled_here) {
    World world;
    for (const std::string sid :
         {"", "null", "LF00000000000000000000000000000001", "YF1", "YF../x", "yf000000000000000000000000000000001"}) {
        const Case at{sid};
        world.account.mfa_sid = sid;
        CHECK(!VALUE(world.validator.code_digits(world.account)));
    }
    static_cast<void>(world.enrolled());
    world.account.uuid.clear();
    CHECK(!VALUE(world.validator.code_digits(world.account)));
}

// --- a store that fails ---

TEST(R84_a_store_that_fails_is_an_error_and_accepts_nothing) {
    for (const std::string_view call : {"find_pending", "charge", "bind", "spend_code"}) {
        const Case at{call};
        World world;
        static_cast<void>(world.enroll());
        world.factors.broken = {call};
        CHECK(ERROR_OF(world.try_confirm(right_code)).kind == ErrorKind::unavailable);
    }
    for (const std::string_view call : {"find_pending", "put_pending"}) {
        const Case at{call};
        World world;
        world.factors.broken = {call};
        CHECK(ERROR_OF(world.validator.enrollment(world.account, world.session)).kind == ErrorKind::unavailable);
    }
    World quotas;
    static_cast<void>(quotas.enrolled());
    quotas.quotas.broken = {"take"};
    CHECK(ERROR_OF(quotas.try_verify(right_code)).kind == ErrorKind::unavailable);
    CHECK(ERROR_OF(quotas.validator.enrollment(quotas.account, quotas.session)).kind == ErrorKind::unavailable);
    CHECK(quotas.twilio.calls.empty());

    World spends;
    static_cast<void>(spends.enrolled());
    spends.factors.broken = {"spend_code"};
    CHECK(ERROR_OF(spends.try_verify(right_code)).kind == ErrorKind::unavailable);

    World gone;
    static_cast<void>(gone.enrolled());
    gone.factors.broken = {"unbind"};
    gone.twilio.scripted["challenge"] = {error_answer(20404, 404)};
    CHECK(ERROR_OF(gone.try_verify(right_code)).kind == ErrorKind::unavailable);
    CHECK(gone.owed.rows.empty());

    for (const std::string_view call : {"of", "claim", "settle", "release"}) {
        const Case at{call};
        World owed;
        if (call == "release") owed.twilio.scripted["delete"] = {no_answer(), no_answer()};
        VALUE(owed.owed.owe(alices_uuid, ""));
        owed.owed.broken = {call};
        CHECK(ERROR_OF(owed.validator.enrollment(owed.account, owed.session)).kind == ErrorKind::unavailable);
        CHECK_EQUAL(owed.twilio.count("create"), 0);
        CHECK_EQUAL(owed.owed.sids(), std::vector<std::string>{"entity"});
    }
}

TEST(R84_a_store_that_fails_while_a_factor_is_bound_is_an_error) {
    using Break = void (*)(World&);
    const std::pair<std::string_view, Break> table[] = {
        {"find_pending", [](World& w) { w.factors.broken = {"find_pending"}; }},
        {"deletions", [](World& w) { w.owed.broken = {"of"}; }},
        {"owe the former", [](World& w) { w.owed.broken = {"owe"}; }},
    };
    for (const auto& [what, spoil] : table) {
        const Case at{what};
        World world;
        static_cast<void>(world.enrolled());
        static_cast<void>(world.enroll());
        const auto check = VALUE(world.validator.check_enrollment(world.account, world.session, right_code, now));
        spoil(world);
        CHECK(ERROR_OF(world.validator.bind(world.account, world.session, check, "192.0.2.1")).kind == ErrorKind::unavailable);
    }
}

TEST(R84_a_try_that_cannot_be_counted_or_given_back_is_an_error) {
    World back;
    static_cast<void>(back.enroll());
    back.twilio.scripted["verify"] = {not_asked()};
    back.factors.broken = {"uncharge"};
    CHECK(ERROR_OF(back.try_confirm(right_code)).kind == ErrorKind::unavailable);

    World spent;
    static_cast<void>(spent.enroll());
    spent.factors.on_charge = [&] { spent.factors.broken = {"find_pending"}; };
    CHECK(ERROR_OF(spent.try_confirm(wrong_code)).kind == ErrorKind::unavailable);

    World replaced;
    static_cast<void>(replaced.enroll());
    replaced.factors.pending.at(replaced.session).factor.tries = most_tries - 1;
    replaced.owed.broken = {"owe"};
    CHECK(ERROR_OF(replaced.try_confirm(wrong_code)).kind == ErrorKind::unavailable);

    for (const bool enrolled : {true, false}) {
        World quota;
        if (enrolled) static_cast<void>(quota.enrolled());
        quota.quotas.broken = {"give_back"};
        quota.twilio.scripted[enrolled ? "challenge" : "create"] = {not_asked()};
        if (enrolled) CHECK(ERROR_OF(quota.try_verify(right_code)).kind == ErrorKind::unavailable);
        else CHECK(ERROR_OF(quota.validator.enrollment(quota.account, quota.session)).kind == ErrorKind::unavailable);
    }
}

TEST(R84_nobody_is_not_enrolled_or_without_a_factor_because_a_store_fails) {
    World world;
    static_cast<void>(world.enrolled());
    world.factors.broken = {"find"};
    CHECK(ERROR_OF(world.validator.code_digits(world.account)).kind == ErrorKind::unavailable);
    world.twilio.scripted["challenge"] = {error_answer(20404, 404), error_answer(20404, 404)};
    CHECK(ERROR_OF(world.try_verify(right_code)).kind == ErrorKind::unavailable);
    CHECK(world.is_untouched());
    world.factors.broken.clear();
    world.owed.broken = {"owe"};
    CHECK(ERROR_OF(world.try_verify(right_code)).kind == ErrorKind::unavailable);
}

}  // namespace
}  // namespace uzmfa::test
