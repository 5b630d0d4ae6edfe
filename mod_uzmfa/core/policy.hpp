// SPDX-License-Identifier: Apache-2.0
// What the directives say, resolved: of a place (Directory, Location, If) and of a virtual host.
#pragma once

#include "core/attempts.hpp"
#include "core/choice.hpp"
#include "core/moment.hpp"
#include "core/session.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace uzmfa {

enum class Engine : std::uint8_t { off, on, report_only };
template <>
inline constexpr std::array<Choice<Engine>, 3> choices<Engine>{
    {{"On", Engine::on}, {"Off", Engine::off}, {"ReportOnly", Engine::report_only}}};

struct Policy {
    Engine engine = Engine::off;
    seconds idle_timeout{30 * 60};
    seconds max_age{8 * 60 * 60};
    bool admin = false;         // the administrators' page is here
    bool metrics = false;       // and the metrics
    seconds verified_within{};  // zero: however long ago
    std::uint32_t keep_post = 64 * 1024;  // bytes of a POST that outlives its session; 0: Off

    Limits limits() const { return {idle_timeout, max_age}; }
};

enum class Algorithm : std::uint8_t { sha1, sha256, sha512 };  // RFC 6238 §1.2
template <>
inline constexpr std::array<Choice<Algorithm>, 3> choices<Algorithm>{
    {{"SHA1", Algorithm::sha1}, {"SHA256", Algorithm::sha256}, {"SHA512", Algorithm::sha512}}};
inline std::string_view name_of(Algorithm algorithm) { return word_for(algorithm); }

enum class Validator : std::uint8_t { local, twilio };
template <>
inline constexpr std::array<Choice<Validator>, 2> choices<Validator>{
    {{"local", Validator::local}, {"twilio", Validator::twilio}}};
inline std::string_view name_of(Validator validator) { return word_for(validator); }

enum class EnrollmentRule : std::uint8_t { open, code };  // whether a temporary code is needed to enroll
template <>
inline constexpr std::array<Choice<EnrollmentRule>, 2> choices<EnrollmentRule>{
    {{"open", EnrollmentRule::open}, {"code", EnrollmentRule::code}}};

// So many failed sign-ins of an account from an address in a time.
struct SignInRate {
    std::uint16_t most = 10;
    seconds window{10 * 60};
};

// The texts live as long as the configuration.
struct Site {
    std::string_view own_path = "/uzmfa";
    std::string_view help_url;
    std::string_view issuer;  // empty: the server's name
    std::string_view key_file;
    std::string_view cookie = "__Host-uzmfa";
    std::string_view users_table = "users";
    std::string_view template_dir;  // empty: the installed one
    std::string_view env_file;      // uzERP's .env
    std::string_view audit_log;     // a file, or '|' and a program; empty: none
    std::string_view notify;        // a program and its arguments; empty: none
    Validator validator = Validator::local;
    Algorithm totp_algorithm = Algorithm::sha1;
    std::uint8_t totp_digits = 6;
    std::uint8_t totp_skew = 1;  // steps each way
    seconds event_retention{90 * 24 * 60 * 60};
    EnrollmentRule enrollment = EnrollmentRule::open;
    std::uint16_t failure_limit{AttemptLimits{}.limit};
    Lockout lockout{};
    std::uint16_t failure_cap{AttemptLimits{}.cap};
    std::uint16_t recovery_codes = 10;  // 0: Off
    bool allow_http = false;
    bool clear_site_data = false;
    seconds recheck_interval{30};   // how old what a session knows of its user's row may be
    seconds outage_grace{5 * 60};   // how much older for a verified session while the database is away
    seconds remember_browser{};     // how long after a verification the browser is asked for none; zero: Off
    SignInRate sign_in_limit;
    seconds longest_sign_in_window{};  // of any virtual host: they may share a table
    Limits longest = Policy{}.limits();  // of any place: so long may a session live somewhere
};

}  // namespace uzmfa
