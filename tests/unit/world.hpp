// SPDX-License-Identifier: Apache-2.0
// The own pages as a browser meets them.
#pragma once

#include "core/flow.hpp"
#include "fakes.hpp"
#include "test.hpp"

namespace uzmfa::test {

inline constexpr Moment now = from_unix_time(1'700'000'000);
inline constexpr std::string_view alices_sid = "LF00000000000000000000000000000001";

// A browser before the own pages, with the world behind them. alice and dave are enrolled, and dave may
// skip once; bob is not enrolled and has no uuid; carol is disabled. Every password is "right".
struct World : Fakes {
    Policy policy;
    Site site;

    std::optional<Session> session;  // what the cookie says
    std::string browser_token;       // what the other one says
    std::string named_user;          // by another AuthType
    Moment at = now;
    bool secure = true;
    bool cross_site = false;
    bool revoked = false;     // the session that the cookie says
    bool navigation = true;
    PageVisit::Input input = PageVisit::Input::read;

    World() {
        accounts.add(enrolled_account("alice"));
        accounts.add(account_named("bob")).uuid.clear();
        accounts.add(enrolled_account("carol")).access_enabled = false;
        accounts.add(enrolled_account("dave")).mfa_enabled = false;
        for (const auto* name : {"alice", "bob", "carol", "dave", "nobody"}) passwords.right[name] = "right";
        validator.digits_of_sid.emplace(alices_sid, 6);
        site.recovery_codes = 0;
    }

    Outcome request(Verb verb, std::string_view page, std::string_view body, std::string_view query) {
        PageVisit request;
        request.visit.now = at;
        request.visit.held = session ? &*session : nullptr;
        request.visit.session = revoked ? nullptr : request.visit.held;
        request.visit.revoked = revoked;
        request.visit.secure = secure;
        request.visit.may_touch = true;
        request.visit.own_sign_in = named_user.empty();
        request.visit.user = named_user;
        request.visit.navigation = navigation;
        request.visit.cross_site = cross_site;
        request.visit.address = "192.0.2.1";
        request.visit.remembered = browser_token;
        request.page = page;
        request.verb = verb;
        request.input = input;
        request.form = Form::parse(body).value();
        request.query = Form::parse(query).value();
        auto outcome = serve(request, policy, site, services);
        if (outcome.session) session = outcome.session;
        if (outcome.drop_session) session.reset();
        if (!outcome.browser_token.empty()) browser_token = outcome.browser_token;
        return outcome;
    }
    Outcome get(std::string_view page, std::string_view query = {}) { return request(Verb::get, page, {}, query); }
    // With the token that the browser's form has.
    Outcome post(std::string_view page, std::string_view fields, std::string_view query = {}) {
        const auto token = session ? tokens.form_token(session->id) : "none";
        return request(Verb::post, page, "csrf=" + token + "&" + std::string{fields}, query);
    }

    std::string uuid_of_row(std::string_view user) const { return accounts.rows.find(user)->second.uuid; }

    void be(Session given) {
        given.id[0] = 200;
        if (given.signed_in_at == Moment{}) given.signed_in_at = at - seconds{10};
        given.last_active = at;
        // As the sign-in left it.
        if (const auto row = accounts.rows.find(given.user.view()); row != accounts.rows.end()) {
            static_cast<void>(accounts.uuid_of_row(row->second));
            given.mark = (*VALUE(sessions.row_of(given.user.view(), given.id))).mark;
        }
        session = given;
    }
    void be_anonymous() { be(Session{}); }
    void be_pending(std::string_view user, bool enrolled, seconds age = seconds{10}) {
        be({.user = *UserName::of(user), .enrolled = enrolled, .signed_in_at = at - age});
    }
    void be_verified(std::string_view user) {
        be({.user = *UserName::of(user), .enrolled = true, .method = Method::totp, .verified_at = at - seconds{5}});
    }
    void be_external(std::string_view user) {
        be({.user = *UserName::of(user), .enrolled = true, .external = true});
    }
};

inline std::string value_on(const Outcome& outcome, std::string_view key) {
    if (!outcome.page) return "(no page)";
    for (const auto& [name, value] : outcome.page->values) {
        if (name == key) return value;
    }
    return "";
}

inline std::vector<Page::Values> list_on(const Outcome& outcome, std::string_view key) {
    if (outcome.page) {
        for (const auto& [name, rows] : outcome.page->lists) {
            if (name == key) return rows;
        }
    }
    return {};
}

inline void check_form_again(const Outcome& outcome, int status, Reason reason, std::string_view page) {
    CHECK_EQUAL(outcome.status, status);
    CHECK_EQUAL(outcome.reason, reason);
    CHECK_EQUAL(outcome.page->name, page);
    CHECK_EQUAL(outcome.page->error, name_of(reason));
    CHECK(!value_on(outcome, "csrf").empty());
}

inline void check_refused(const Outcome& outcome, int status, Reason reason) {
    CHECK_EQUAL(outcome.status, status);
    CHECK_EQUAL(outcome.reason, reason);
    CHECK_EQUAL(outcome.page->name, "error");
    CHECK(!outcome.session);
    CHECK(!outcome.drop_session);
}

inline void check_redirect(const Outcome& outcome, std::string_view location, Reason reason) {
    CHECK_EQUAL(outcome.status, 303);
    CHECK_EQUAL(outcome.location, location);
    CHECK_EQUAL(outcome.reason, reason);
}

}  // namespace uzmfa::test
