// SPDX-License-Identifier: Apache-2.0
#include "core/session.hpp"
#include "test.hpp"

namespace uzmfa::test {
namespace {

constexpr Moment now = from_unix_time(1'700'000'000);
constexpr Limits limits{seconds{1800}, seconds{8 * 3600}};

Session verified_session() {
    Session session;
    for (std::size_t i = 0; i < session.id.size(); ++i) session.id[i] = static_cast<std::uint8_t>(0xf0 + i);
    session.user = *UserName::of("alice");
    session.enrolled = true;
    session.method = Method::totp;
    session.signed_in_at = now - seconds{100};
    session.verified_at = now - seconds{50};
    session.last_active = now;
    session.checked_at = now - seconds{20};
    session.mark = {.uuid = {1, 2, 3}, .password = {4, 5, 6}, .epoch = 0xfffffffe, .site_epoch = 7};
    return session;
}

Session pending_session(seconds age) {
    Session session;
    session.user = *UserName::of("alice");
    session.signed_in_at = now - age;
    session.last_active = now;
    return session;
}

void check_same(const Session& a, const Session& b) {
    CHECK(a.id == b.id);
    CHECK_EQUAL(a.user, b.user);
    CHECK_EQUAL(a.enrolled, b.enrolled);
    CHECK_EQUAL(a.external, b.external);
    CHECK(a.method == b.method);
    CHECK_EQUAL(a.signed_in_at, b.signed_in_at);
    CHECK_EQUAL(a.verified_at, b.verified_at);
    CHECK_EQUAL(a.last_active, b.last_active);
    CHECK_EQUAL(a.checked_at, b.checked_at);
    CHECK(a.mark == b.mark);
    CHECK_EQUAL(a.may_bind, b.may_bind);
    CHECK_EQUAL(a.verify_again, b.verify_again);
}

TEST(a_session_comes_back_as_it_was_encoded) {
    for (const bool enrolled : {false, true}) {
        for (const bool external : {false, true}) {
            for (const auto method : {Method::none, Method::totp, Method::skip, Method::recovery, Method::temporary,
                                      Method::remembered}) {
                auto session = verified_session();
                session.enrolled = enrolled;
                session.may_bind = enrolled != external;
                session.external = external;
                session.verify_again = enrolled && external;
                session.method = method;
                const auto bytes = encode(session, "others");
                const auto decoded = decode_session(bytes);
                CHECK(decoded.has_value());
                check_same(decoded->session, session);
                CHECK_EQUAL(decoded->others, "others");
            }
        }
    }
}

TEST(an_anonymous_session_comes_back_as_it_was_encoded) {
    Session session;
    session.signed_in_at = session.last_active = now;
    const auto bytes = encode(session, {});
    const auto decoded = decode_session(bytes);
    CHECK(decoded.has_value());
    check_same(decoded->session, session);
    CHECK(decoded->others.empty());
}

TEST(the_longest_and_the_strangest_user_names_come_back) {
    for (const std::string& name :
         {std::string(255, 'x'), std::string("J\xc3\xb6rg O'Neil; --"), std::string("\0\xff", 2), std::string("a")}) {
        auto session = verified_session();
        session.user = *UserName::of(name);
        const auto bytes = encode(session, {});
        const auto decoded = decode_session(bytes);
        CHECK(decoded.has_value());
        CHECK_EQUAL(decoded->session.user, name);
    }
}

TEST(what_other_modules_keep_comes_back_byte_by_byte) {
    std::string others;
    for (int i = 0; i < 256; ++i) others += static_cast<char>(i);
    const auto bytes = encode(verified_session(), others);
    CHECK_EQUAL(decode_session(bytes)->others, others);
}

TEST(moments_from_1970_to_far_beyond_2038_come_back) {
    for (const std::int64_t time : {std::int64_t{0}, std::int64_t{2'147'483'648}, std::int64_t{4'294'967'296},
                                    std::int64_t{20'000'000'000}, (std::int64_t{1} << 40) - 1}) {
        auto session = verified_session();
        session.signed_in_at = session.verified_at = session.last_active = from_unix_time(time);
        const auto bytes = encode(session, {});
        check_same(decode_session(bytes)->session, session);
    }
}

TEST(every_truncation_of_a_session_is_refused) {
    const auto bytes = encode(verified_session(), {});
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        const Case at{std::to_string(size)};
        CHECK(!decode_session(std::string_view{bytes}.substr(0, size)));
    }
    CHECK(decode_session(bytes).has_value());
}

TEST(a_flag_or_a_method_that_is_not_known_is_refused) {
    const auto good = encode(verified_session(), {});
    for (int value = 0; value < 256; ++value) {
        const Case at{std::to_string(value)};
        auto flags = good;
        flags[0] = static_cast<char>(value);
        CHECK_EQUAL(decode_session(flags).has_value(), value <= 31);
        auto method = good;
        method[1] = static_cast<char>(value);
        CHECK_EQUAL(decode_session(method).has_value(), value <= 5);
    }
}

TEST(a_user_name_longer_than_the_record_is_refused) {
    auto bytes = encode(verified_session(), {});
    const auto length = bytes.size() - 6;
    CHECK_EQUAL(int{bytes[length]}, 5);
    bytes[length] = 6;
    CHECK(!decode_session(bytes));
    bytes[length] = static_cast<char>(255);
    CHECK(!decode_session(bytes));
}

TEST(what_decodes_encodes_to_the_same_bytes) {
    auto bytes = encode(verified_session(), "others");
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        for (const int change : {1, 2, 0x80}) {
            auto changed = bytes;
            changed[i] = static_cast<char>(changed[i] ^ change);
            if (const auto decoded = decode_session(changed)) {
                CHECK_EQUAL(encode(decoded->session, decoded->others), changed);
            }
        }
    }
}

TEST(R58_the_record_of_a_user_with_40_bytes_leaves_room_for_the_seal_in_a_cookie_of_200_bytes) {
    auto session = verified_session();
    session.user = *UserName::of(std::string(40, 'x'));
    constexpr std::size_t seal = 1 + 12 + 16;
    CHECK((encode(session, {}).size() + seal + 2) / 3 * 4 < 200);
}

TEST(a_session_ends_exactly_after_its_lifetime) {
    auto session = verified_session();
    session.signed_in_at = now;
    for (const auto& [age, alive] : {std::pair{0, true}, {8 * 3600 - 1, true}, {8 * 3600, false}, {8 * 3600 + 1, false}}) {
        const Case at{std::to_string(age)};
        session.last_active = now + seconds{age};
        CHECK_EQUAL(is_alive(session, limits, now + seconds{age}), alive);
    }
}

TEST(a_session_ends_exactly_after_its_idle_time) {
    const auto session = verified_session();
    for (const auto& [idle, alive] : {std::pair{0, true}, {1799, true}, {1800, false}, {1801, false}}) {
        const Case at{std::to_string(idle)};
        CHECK_EQUAL(is_alive(session, limits, now + seconds{idle}), alive);
    }
}

TEST(times_from_the_future_by_60_s_count_as_now_and_by_61_s_are_no_session) {
    for (const auto member :
         {&Session::signed_in_at, &Session::verified_at, &Session::last_active, &Session::checked_at}) {
        auto session = verified_session();
        session.*member = now + seconds{60};
        CHECK(is_alive(session, limits, now));
        session.*member = now + seconds{61};
        CHECK(!is_alive(session, limits, now));
    }
}

TEST(an_anonymous_session_is_not_idle_but_ends_after_its_lifetime) {
    Session session;
    session.signed_in_at = session.last_active = now;
    CHECK(is_alive(session, limits, now + seconds{1801}));
    CHECK(is_alive(session, limits, now + seconds{8 * 3600 - 1}));
    CHECK(!is_alive(session, limits, now + seconds{8 * 3600}));
}

TEST(a_session_that_was_never_filled_is_dead) { CHECK(!is_alive(Session{}, limits, now)); }

TEST(limits_of_zero_let_no_session_live) {
    auto session = verified_session();
    session.signed_in_at = now;
    CHECK(!is_alive(session, {seconds{0}, seconds{3600}}, now));
    CHECK(!is_alive(session, {seconds{1800}, seconds{0}}, now));
}

TEST(a_pending_sign_in_lives_exactly_10_minutes) {
    CHECK(is_pending(pending_session(seconds{0}), now));
    CHECK(is_pending(pending_session(seconds{599}), now));
    CHECK(!is_pending(pending_session(seconds{600}), now));
    CHECK(!is_pending(pending_session(seconds{601}), now));
}

TEST(neither_an_anonymous_nor_a_verified_session_is_pending) {
    auto session = pending_session(seconds{0});
    session.method = Method::totp;
    CHECK(!is_pending(session, now));
    session.method = Method::skip;
    CHECK(!is_pending(session, now));
    Session anonymous;
    anonymous.signed_in_at = now;
    CHECK(!is_pending(anonymous, now));
}

TEST(R35_the_permission_to_replace_a_factor_lives_exactly_20_minutes_from_the_verification) {
    auto session = verified_session();
    session.verified_at = now;
    CHECK(!may_replace_factor(session, now));
    session.may_bind = true;
    CHECK(may_replace_factor(session, now));
    CHECK(may_replace_factor(session, now + seconds{1199}));
    CHECK(!may_replace_factor(session, now + seconds{1200}));
}

TEST(R35_who_is_not_verified_replaces_no_factor) {
    auto session = verified_session();
    session.may_bind = true;
    session.verified_at = now;
    session.method = Method::none;
    CHECK(!may_replace_factor(session, now));
    session = verified_session();
    session.may_bind = true;
    session.user = {};
    CHECK(!may_replace_factor(session, now));
}

TEST(R49_a_skip_which_verified_nothing_replaces_no_factor) {
    auto session = verified_session();
    session.may_bind = true;
    session.method = Method::skip;
    session.verified_at = {};
    CHECK(!may_replace_factor(session, now));
}

TEST(what_is_due_follows_from_the_session) {
    Session session;
    CHECK(session.due() == Step::sign_in);
    session.enrolled = true;
    session.method = Method::totp;
    CHECK(session.due() == Step::sign_in);
    CHECK(!session.is_verified());
    session.user = *UserName::of("alice");
    session.method = Method::none;
    CHECK(session.due() == Step::verify);
    session.enrolled = false;
    CHECK(session.due() == Step::enroll);
    session.method = Method::skip;
    CHECK(session.due() == Step::finished);
    session.method = Method::totp;
    CHECK(session.is_verified());
}

TEST(R51_a_session_stands_while_the_row_is_as_it_was) {
    const auto session = verified_session();
    const RowState row{.mark = session.mark, .allowed = true, .enrolled = true};
    CHECK(still_stands(session, row));
    using Change = void (*)(RowState&);
    for (const Change change : {Change{[](RowState& r) { r.allowed = false; }}, Change{[](RowState& r) { r.enrolled = false; }},
                                Change{[](RowState& r) { r.revoked = true; }}, Change{[](RowState& r) { r.mark.uuid[15] = 1; }},
                                Change{[](RowState& r) { r.mark.password[7] = 1; }}, Change{[](RowState& r) { ++r.mark.epoch; }},
                                Change{[](RowState& r) { ++r.mark.site_epoch; }}}) {
        auto changed = row;
        change(changed);
        CHECK(!still_stands(session, changed));
    }
}

TEST(a_session_that_waits_for_enrollment_stands_without_one) {
    auto session = verified_session();
    session.enrolled = false;
    CHECK(still_stands(session, {.mark = session.mark, .allowed = true, .enrolled = false}));
}

TEST(the_last_activity_has_a_grain_of_a_tenth_of_the_idle_time) {
    const auto session = verified_session();
    CHECK_EQUAL(touch_grain(limits).count(), 180);
    CHECK(!is_touch_due(session, limits, seconds{}, now));
    CHECK(!is_touch_due(session, limits, seconds{}, now + seconds{179}));
    CHECK(is_touch_due(session, limits, seconds{}, now + seconds{180}));
    CHECK(is_touch_due(session, limits, seconds{}, now + seconds{1799}));
}

TEST(who_may_touch_a_session_only_now_and_then_does_it_the_earlier) {
    const auto session = verified_session();
    CHECK(!is_touch_due(session, limits, seconds{30}, now + seconds{149}));
    CHECK(is_touch_due(session, limits, seconds{30}, now + seconds{150}));
    CHECK(!is_touch_due(session, limits, seconds{180}, now));
    CHECK(is_touch_due(session, limits, seconds{180}, now + seconds{1}));
}

TEST(the_grain_of_a_short_idle_time_is_one_second) {
    for (const int idle : {1, 5, 9, 10, 19}) {
        const Limits tight{seconds{idle}, seconds{3600}};
        CHECK(!is_touch_due(verified_session(), tight, seconds{}, now));
        CHECK(is_touch_due(verified_session(), tight, seconds{}, now + seconds{1}));
    }
    CHECK(!is_touch_due(verified_session(), {seconds{20}, seconds{3600}}, seconds{}, now + seconds{1}));
}

TEST(a_clock_that_went_back_does_not_touch_a_session) {
    CHECK(!is_touch_due(verified_session(), limits, seconds{}, now - seconds{60}));
    CHECK(!is_touch_due(verified_session(), limits, seconds{}, now - seconds{3600}));
}

TEST(methods_are_named_as_the_environment_has_them) {
    CHECK_EQUAL(name_of(Method::totp), "totp");
    CHECK_EQUAL(name_of(Method::skip), "skip");
    CHECK_EQUAL(name_of(Method::recovery), "recovery");
    CHECK_EQUAL(name_of(Method::temporary), "temporary");
    CHECK_EQUAL(name_of(Method::remembered), "remembered");
    CHECK_EQUAL(name_of(Method::none), "");
}

TEST(a_bounded_text_that_cannot_take_a_text_stays_as_it_was) {
    auto name = *UserName::of("alice");
    CHECK(!name.assign(std::string(256, 'x')));
    CHECK_EQUAL(name, "alice");
    CHECK(name.assign("bob"));
    CHECK_EQUAL(name, "bob");
    CHECK(name.assign(""));
    CHECK(name.empty());
}

TEST(a_bounded_text_is_whole_or_not_there) {
    CHECK_EQUAL(UserName::of(std::string(255, 'x'))->view(), std::string(255, 'x'));
    CHECK(!UserName::of(std::string(256, 'x')));
    CHECK(UserName::of("")->empty());
    CHECK(*UserName::of("ab") == *UserName::of("ab"));
    CHECK(!(*UserName::of("ab") == *UserName::of("abc")));
    CHECK(!(*UserName::of("ab") == *UserName::of("aB")));
}

}  // namespace
}  // namespace uzmfa::test
