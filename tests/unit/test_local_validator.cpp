// SPDX-License-Identifier: Apache-2.0
#include "crypto/encoding.hpp"
#include "crypto/keys.hpp"
#include "factors/totp/local_validator.hpp"
#include "fake_factors.hpp"
#include "test.hpp"

#include <set>

namespace uzmfa::test {
namespace {

constexpr Moment now = from_unix_time(1'700'000'010);

std::string decoded_base32(std::string_view text) {
    std::string out;
    std::uint32_t bits = 0;
    int count = 0;
    for (const char c : text) {
        bits = bits << 5 | static_cast<std::uint32_t>(std::string_view{"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"}.find(c));
        count += 5;
        if (count >= 8) {
            count -= 8;
            out += static_cast<char>(bits >> count & 0xff);
        }
    }
    return out;
}

struct World {
    FakeFactors factors;
    Sealer sealer{{SecretBytes(key_bytes, 1)}, use::totp_secret};
    Site site;
    totp::LocalValidator validator{factors, sealer, site};
    Account account;
    SessionId session{1};

    World() {
        site.issuer = "ERP";
        account.name = *UserName::of("alice");
        account.uuid = "00000000-0000-4000-8000-000000000001";
    }

    // What the person's app shows.
    std::string code(std::string_view base32_secret, TimeStep later = 0) const {
        const auto secret = decoded_base32(base32_secret);
        return totp::code_at(totp::step_at(now) + later, bytes_of(secret), {site.totp_algorithm, site.totp_digits});
    }
    std::string wrong_code(std::string_view base32_secret) const {
        std::set<std::string> right;
        for (TimeStep later = -2; later <= 2; ++later) right.insert(code(base32_secret, later));
        std::string wrong(site.totp_digits, '0');
        while (right.contains(wrong)) ++wrong.back();
        return wrong;
    }
    // Both steps of an enrollment, and of a verification, as the flow takes them.
    Result<Verdict> try_confirm(std::string_view typed, Moment at = now) {
        auto check = validator.check_enrollment(account, session, typed, at);
        if (!check) return check.error();
        if (check->verdict != Verdict::accepted) return check->verdict;
        auto bound = validator.bind(account, session, *check, "192.0.2.1");
        if (!bound) return bound.error();
        return *bound ? Verdict::accepted : Verdict::expired;
    }
    Result<Verdict> try_verify(std::string_view typed, Moment at = now) {
        auto check = validator.check(account, typed, at);
        if (!check) return check.error();
        if (check->verdict != Verdict::accepted) return check->verdict;
        auto spent = validator.spend(account, *check);
        if (!spent) return spent.error();
        return *spent ? Verdict::accepted : Verdict::replayed;
    }
    Verdict confirm(std::string_view typed, Moment at = now) { return VALUE(try_confirm(typed, at)); }
    Verdict verify(std::string_view typed, Moment at = now) { return VALUE(try_verify(typed, at)); }

    // Enrolls the account and says its secret. The step of now is spent.
    std::string enroll() {
        const auto secret = VALUE(validator.enrollment(account, session)).secret;
        CHECK(confirm(code(secret)) == Verdict::accepted);
        account.mfa_sid = factors.bound.begin()->second.secret.sid;
        account.mfa_enrolled = true;
        factors.calls.clear();
        return secret;
    }
    BoundFactor& factor() { return factors.bound.at(FakeFactors::key_of(account)); }
};

// --- the secret ---

TEST(R36_a_secret_has_160_bits_and_is_another_each_time) {
    std::set<std::string> seen;
    for (int i = 0; i < 500; ++i) {
        World world;
        const auto enrollment = VALUE(world.validator.enrollment(world.account, world.session));
        CHECK_EQUAL(enrollment.secret.size(), 32);
        CHECK_EQUAL(decoded_base32(enrollment.secret).size(), 20);
        CHECK(seen.insert(enrollment.secret).second);
    }
}

TEST(the_enrollment_shows_the_same_secret_until_it_is_confirmed) {
    World world;
    const auto first = VALUE(world.validator.enrollment(world.account, world.session));
    const auto second = VALUE(world.validator.enrollment(world.account, world.session));
    const auto pending = VALUE(world.validator.pending_enrollment(world.account, world.session));
    CHECK_EQUAL(first.secret, second.secret);
    CHECK_EQUAL(pending->secret, first.secret);
    CHECK_EQUAL(pending->uri, first.uri);
    CHECK_EQUAL(first.uri, "otpauth://totp/ERP:alice?secret=" + first.secret + "&issuer=ERP&algorithm=SHA1&digits=6&period=30");
}

TEST(where_nothing_is_pending_nothing_is_made_by_looking) {
    World world;
    CHECK(!VALUE(world.validator.pending_enrollment(world.account, world.session)));
    CHECK(world.factors.pending.empty());
}

TEST(R34_another_session_and_another_user_get_other_secrets) {
    World world;
    const auto first = VALUE(world.validator.enrollment(world.account, world.session)).secret;
    CHECK(VALUE(world.validator.enrollment(world.account, SessionId{2})).secret != first);
    auto bob = world.account;
    bob.uuid = "00000000-0000-4000-8000-000000000002";
    CHECK(!VALUE(world.validator.pending_enrollment(bob, world.session)));
    CHECK(VALUE(world.validator.enrollment(bob, world.session)).secret != first);
}

TEST(a_factor_is_named_LF_and_32_hex_digits) {
    World world;
    static_cast<void>(world.enroll());
    CHECK_EQUAL(world.account.mfa_sid.size(), 34);
    CHECK(world.account.mfa_sid.starts_with("LF"));
    CHECK_EQUAL(world.account.mfa_sid.find_first_not_of("0123456789abcdef", 2), std::string::npos);
}

TEST(R37_the_secret_is_stored_sealed) {
    World world;
    const auto secret = VALUE(world.validator.enrollment(world.account, world.session)).secret;
    const auto& stored = world.factors.pending.at(world.session).factor.secret;
    const auto sealed = from_base64(stored.sealed);
    CHECK(sealed.has_value());
    CHECK_EQUAL(sealed->size(), 20 + Sealer::overhead);
    CHECK_LACKS(text_of(*sealed), decoded_base32(secret));
    CHECK(stored.sealed.size() <= 255);
}

TEST(the_sites_parameters_are_the_factors) {
    World world;
    world.site.totp_algorithm = Algorithm::sha512;
    world.site.totp_digits = 8;
    const auto secret = world.enroll();
    CHECK(world.factor().secret.parameters.algorithm == Algorithm::sha512);
    CHECK_EQUAL(world.factor().secret.parameters.digits, 8);
    CHECK_EQUAL(VALUE(world.validator.code_digits(world.account)), std::optional<std::size_t>{8});

    const auto next = world.code(secret, 1);
    world.site.totp_algorithm = Algorithm::sha1;
    world.site.totp_digits = 6;
    CHECK_EQUAL(VALUE(world.validator.code_digits(world.account)), std::optional<std::size_t>{8});
    CHECK(world.verify(next) == Verdict::accepted);
}

// --- confirm ---

TEST(a_right_first_code_binds_the_factor_and_spends_its_step) {
    World world;
    const auto secret = world.enroll();
    CHECK_EQUAL(world.factor().last_step, totp::step_at(now));
    CHECK(world.verify(world.code(secret)) == Verdict::replayed);
    CHECK(world.factors.pending.empty());
}

TEST(R13_the_first_code_may_be_a_step_off) {
    for (const auto& [later, verdict] : {std::pair{-2, Verdict::wrong}, {-1, Verdict::accepted}, {0, Verdict::accepted},
                                         {1, Verdict::accepted}, {2, Verdict::wrong}}) {
        const Case at{std::to_string(later)};
        World world;
        const auto secret = VALUE(world.validator.enrollment(world.account, world.session)).secret;
        CHECK(world.confirm(world.code(secret, later)) == verdict);
        if (verdict == Verdict::accepted) {
            CHECK_EQUAL(world.factors.bound.begin()->second.last_step, totp::step_at(now) + later);
        }
    }
}

TEST(R23_a_try_is_charged_before_the_code_is_checked) {
    World world;
    const auto secret = VALUE(world.validator.enrollment(world.account, world.session)).secret;
    world.factors.calls.clear();
    CHECK(world.confirm(world.code(secret)) == Verdict::accepted);
    CHECK_EQUAL(world.factors.calls, (std::vector<std::string>{"find_pending", "charge", "find_pending", "bind from 192.0.2.1"}));
}

TEST(the_fifth_wrong_code_brings_a_new_secret) {
    World world;
    const auto first = VALUE(world.validator.enrollment(world.account, world.session)).secret;
    for (int i = 0; i < 4; ++i) CHECK(world.confirm(world.wrong_code(first)) == Verdict::wrong);
    CHECK_EQUAL(VALUE(world.validator.enrollment(world.account, world.session)).secret, first);
    CHECK(world.confirm(world.wrong_code(first)) == Verdict::secret_spent);

    const auto second = VALUE(world.validator.enrollment(world.account, world.session)).secret;
    CHECK(second != first);
    CHECK_EQUAL(world.factors.pending.at(world.session).factor.tries, 0);
    CHECK(world.confirm(world.code(first)) == Verdict::wrong);
    CHECK(world.confirm(world.code(second)) == Verdict::accepted);
}

TEST(the_fifth_code_is_accepted_where_it_is_right) {
    World world;
    const auto secret = VALUE(world.validator.enrollment(world.account, world.session)).secret;
    for (int i = 0; i < 4; ++i) CHECK(world.confirm(world.wrong_code(secret)) == Verdict::wrong);
    CHECK(world.confirm(world.code(secret)) == Verdict::accepted);
}

TEST(R23_once_all_tries_are_used_up_a_right_code_is_not_looked_at) {
    World world;
    const auto secret = VALUE(world.validator.enrollment(world.account, world.session)).secret;
    world.factors.pending.at(world.session).factor.tries = most_tries;
    CHECK(world.confirm(world.code(secret)) == Verdict::wait);
    CHECK(world.factors.bound.empty());
    CHECK(world.factors.pending.at(world.session).retired);
}

TEST(R80_a_secret_whose_tries_are_taken_stays_for_those_that_took_them) {
    World world;
    const auto secret = VALUE(world.validator.enrollment(world.account, world.session)).secret;
    const auto code = world.code(secret);
    const auto first = VALUE(world.validator.check_enrollment(world.account, world.session, code, now));
    for (int i = 1; i < most_tries; ++i) {
        CHECK(VALUE(world.validator.check_enrollment(world.account, world.session, code, now)).verdict == Verdict::accepted);
    }
    const auto late = VALUE(world.validator.check_enrollment(world.account, world.session, code, now));
    CHECK(late.verdict == Verdict::wait);
    CHECK_EQUAL(late.wait, time_to_bind);
    CHECK_EQUAL(VALUE(world.validator.enrollment(world.account, world.session)).secret, secret);
    CHECK(VALUE(world.validator.bind(world.account, world.session, first, "192.0.2.1")));
}

TEST(R23_the_last_of_wrong_codes_at_once_brings_a_new_secret) {
    World world;
    const auto secret = VALUE(world.validator.enrollment(world.account, world.session)).secret;
    world.factors.pending.at(world.session).tried_by_others = most_tries - 1;
    CHECK(world.confirm(world.wrong_code(secret)) == Verdict::secret_spent);
}

TEST(a_pending_secret_that_is_gone_or_too_old_is_expired) {
    World world;
    CHECK(world.confirm("123456") == Verdict::expired);
    const auto secret = VALUE(world.validator.enrollment(world.account, world.session)).secret;
    world.factors.pending.at(world.session).aged = true;
    CHECK(world.confirm(world.code(secret)) == Verdict::expired);
    CHECK(VALUE(world.validator.enrollment(world.account, world.session)).secret != secret);
    CHECK(world.factors.bound.empty());
}

TEST(what_changed_between_check_and_binding_is_expired) {
    World world;
    const auto secret = VALUE(world.validator.enrollment(world.account, world.session)).secret;
    world.factors.binds = false;
    CHECK(world.confirm(world.code(secret)) == Verdict::expired);
}

// --- verify ---

TEST(R13_a_code_may_be_a_step_off) {
    for (const std::uint8_t skew : {std::uint8_t{0}, std::uint8_t{1}}) {
        for (int later = -2; later <= 2; ++later) {
            const Case at{std::to_string(skew) + ", " + std::to_string(later)};
            World world;
            world.site.totp_skew = skew;
            const auto secret = world.enroll();
            world.factor().last_step = 0;
            const bool fits = later >= -skew && later <= skew;
            CHECK((world.verify(world.code(secret, later)) == Verdict::accepted) == fits);
        }
    }
}

TEST(R10_a_code_is_accepted_once) {
    World world;
    const auto secret = world.enroll();
    const auto code = world.code(secret, 1);
    CHECK(world.verify(code) == Verdict::accepted);
    CHECK(world.verify(code) == Verdict::replayed);
    CHECK(world.verify(code, now + seconds{30}) == Verdict::replayed);
    CHECK(world.verify(code, now + seconds{60}) == Verdict::replayed);
    CHECK(world.verify(code, now + seconds{90}) == Verdict::wrong);
}

TEST(R11_an_older_code_is_refused_after_a_newer_one) {
    World world;
    const auto secret = world.enroll();
    world.factor().last_step = 0;
    CHECK(world.verify(world.code(secret, 0)) == Verdict::accepted);
    CHECK(world.verify(world.code(secret, -1)) == Verdict::replayed);
    CHECK(world.verify(world.code(secret, 1)) == Verdict::accepted);
    CHECK(world.verify(world.code(secret, 0)) == Verdict::replayed);
}

TEST(R12_whoever_comes_second_with_a_right_code_is_told_that_it_was_used) {
    World world;
    const auto secret = world.enroll();
    world.factors.spends = false;
    CHECK(world.verify(world.code(secret, 1)) == Verdict::replayed);
}

TEST(a_wrong_code_spends_nothing) {
    World world;
    const auto secret = world.enroll();
    CHECK(world.verify(world.wrong_code(secret)) == Verdict::wrong);
    CHECK_EQUAL(world.factors.calls, std::vector<std::string>{"find"});
}

// --- what is no factor, and what is damaged ---

TEST(an_account_whose_factor_is_not_ours_is_not_enrolled_here) {
    World world;
    world.account.mfa_sid = "YF02345678901234567890123456789012";
    CHECK(!VALUE(world.validator.code_digits(world.account)));
}

TEST(a_factor_that_is_gone_when_its_code_comes_is_an_error) {
    World world;
    const auto secret = world.enroll();
    world.factors.bound.clear();
    CHECK(!VALUE(world.validator.code_digits(world.account)));
    CHECK(ERROR_OF(world.try_verify(world.code(secret, 1))).kind == ErrorKind::damaged);
}

void check_damaged(World& world, std::string_view secret) {
    CHECK(ERROR_OF(world.validator.code_digits(world.account)).kind == ErrorKind::damaged);
    const auto error = ERROR_OF(world.try_verify(world.code(secret, 1)));
    CHECK(error.kind == ErrorKind::damaged);
    CHECK_CONTAINS(error.detail, world.account.mfa_sid);
    CHECK_LACKS(error.detail, secret);
    CHECK_EQUAL(world.factor().last_step, totp::step_at(now));
}

TEST(R37_a_damaged_secret_is_an_error_and_never_not_enrolled) {
    World world;
    const auto secret = world.enroll();
    const auto good = world.factor().secret.sealed;
    std::string flipped = good;
    flipped[30] = flipped[30] == 'A' ? 'B' : 'A';
    const auto empty = base64(world.sealer.seal(SecretBytes{}, seal_context(world.account, world.account.mfa_sid)));
    const std::string values[] = {"",     "null",      flipped, good.substr(4), good.substr(0, good.size() - 4),
                                  "%%%%", good + "\n", empty};
    for (const auto& value : values) {
        const Case at{value};
        world.factor().secret.sealed = value;
        check_damaged(world, secret);
    }
}

TEST(R37_a_secret_moved_to_another_user_is_an_error) {
    World world;
    const auto secret = world.enroll();
    const auto stored = world.factor();
    world.account.uuid = "00000000-0000-4000-8000-000000000002";
    world.factors.bound[FakeFactors::key_of(world.account)] = stored;
    check_damaged(world, secret);
}

TEST(R37_a_secret_moved_to_another_factor_is_an_error) {
    World world;
    const auto secret = world.enroll();
    auto stored = world.factor();
    world.account.mfa_sid = "LF00000000000000000000000000000000";
    stored.secret.sid = world.account.mfa_sid;
    world.factors.bound[FakeFactors::key_of(world.account)] = stored;
    check_damaged(world, secret);
}

TEST(a_secret_under_a_key_that_is_gone_is_an_error) {
    World world;
    const auto secret = world.enroll();
    const Sealer other{{SecretBytes(key_bytes, 2)}, use::totp_secret};
    totp::LocalValidator validator{world.factors, other, world.site};
    CHECK(ERROR_OF(validator.code_digits(world.account)).kind == ErrorKind::damaged);
    CHECK(ERROR_OF(validator.check(world.account, world.code(secret, 1), now)).kind == ErrorKind::damaged);
}

TEST(a_damaged_pending_secret_is_an_error) {
    World world;
    const auto secret = VALUE(world.validator.enrollment(world.account, world.session)).secret;
    world.factors.pending.at(world.session).factor.secret.sealed = "AAAA";
    CHECK(ERROR_OF(world.validator.enrollment(world.account, world.session)).kind == ErrorKind::damaged);
    CHECK(ERROR_OF(world.validator.pending_enrollment(world.account, world.session)).kind == ErrorKind::damaged);
    CHECK(ERROR_OF(world.try_confirm(world.code(secret))).kind ==
          ErrorKind::damaged);
    CHECK(world.factors.bound.empty());
}

TEST(R84_a_store_that_fails_is_an_error_and_accepts_nothing) {
    for (const std::string_view call : {"find_pending", "charge", "bind"}) {
        const Case at{call};
        World world;
        const auto secret = VALUE(world.validator.enrollment(world.account, world.session)).secret;
        world.factors.broken = {call};
        CHECK(ERROR_OF(world.try_confirm(world.code(secret))).kind ==
              ErrorKind::unavailable);
        CHECK(world.factors.bound.empty());
    }
    for (const std::string_view call : {"find", "spend"}) {
        const Case at{call};
        World world;
        const auto secret = world.enroll();
        world.factors.broken = {call};
        CHECK(ERROR_OF(world.try_verify(world.code(secret, 1))).kind == ErrorKind::unavailable);
        if (call == "find") CHECK(ERROR_OF(world.validator.code_digits(world.account)).kind == ErrorKind::unavailable);
    }
    for (const std::string_view call : {"find_pending", "put_pending"}) {
        const Case at{call};
        World world;
        world.factors.broken = {call};
        CHECK(ERROR_OF(world.validator.enrollment(world.account, world.session)).kind == ErrorKind::unavailable);
    }
}

TEST(R84_a_store_that_fails_half_way_is_an_error_and_accepts_nothing) {
    World checking;
    const auto secret = VALUE(checking.validator.enrollment(checking.account, checking.session)).secret;
    checking.factors.on_charge = [&] { checking.factors.broken = {"find_pending"}; };
    CHECK(ERROR_OF(checking.try_confirm(checking.wrong_code(secret))).kind == ErrorKind::unavailable);
    checking.factors.broken.clear();
    CHECK(ERROR_OF(checking.try_confirm(checking.code(secret))).kind == ErrorKind::unavailable);  // at the binding
    CHECK(checking.factors.bound.empty());

    World showing;
    showing.factors.on_put = [&] { showing.factors.broken = {"find_pending"}; };
    CHECK(ERROR_OF(showing.validator.enrollment(showing.account, showing.session)).kind == ErrorKind::unavailable);
}

TEST(a_pending_secret_that_goes_away_meanwhile_binds_nothing_and_is_not_shown) {
    World world;
    const auto secret = VALUE(world.validator.enrollment(world.account, world.session)).secret;
    const auto pending = world.factors.pending;
    world.factors.on_charge = [&] { world.factors.pending.clear(); };
    CHECK(world.confirm(world.wrong_code(secret)) == Verdict::wrong);
    world.factors.pending = pending;
    CHECK(world.confirm(world.code(secret)) == Verdict::expired);
    CHECK(world.factors.bound.empty());

    World showing;
    showing.factors.on_put = [&] { showing.factors.pending.clear(); };
    CHECK_CONTAINS(ERROR_OF(showing.validator.enrollment(showing.account, showing.session)).detail, "was not kept");
}

TEST(a_new_secret_that_cannot_be_put_is_an_error) {
    World world;
    const auto secret = VALUE(world.validator.enrollment(world.account, world.session)).secret;
    world.factors.pending.at(world.session).factor.tries = most_tries - 1;
    world.factors.broken = {"put_pending"};
    CHECK(ERROR_OF(world.try_confirm(world.wrong_code(secret))).kind ==
          ErrorKind::unavailable);
}

TEST(a_spent_secret_that_cannot_be_retired_is_an_error) {
    World world;
    const auto secret = VALUE(world.validator.enrollment(world.account, world.session)).secret;
    world.factors.pending.at(world.session).factor.tries = most_tries;
    world.factors.broken = {"retire"};
    CHECK(ERROR_OF(world.try_confirm(world.code(secret))).kind == ErrorKind::unavailable);
}

}  // namespace
}  // namespace uzmfa::test
