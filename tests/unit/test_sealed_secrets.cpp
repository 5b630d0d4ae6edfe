// SPDX-License-Identifier: Apache-2.0
#include "crypto/encoding.hpp"
#include "crypto/keys.hpp"
#include "factors/factors.hpp"
#include "scratch_database.hpp"
#include "store/sealed_secrets.hpp"

#include <algorithm>

namespace uzmfa::test {
namespace {

const SecretBytes old_key(key_bytes, 1);
const SecretBytes new_key(key_bytes, 2);
const Sealer before{{old_key}, use::totp_secret};
const Sealer now{{new_key, old_key}, use::totp_secret};
const Sealer after{{new_key}, use::totp_secret};

struct Scene {
    ScratchDatabase scratch;
    SealedSecrets secrets{scratch.database()};

    static std::string sealed(const Sealer& sealer, const std::string& sid) {
        return base64(sealer.seal(bytes_of("secret of " + sid), seal_context(alices_uuid, sid)));
    }
    void add_factor(const std::string& sid, const std::string& secret) {
        scratch.run("INSERT INTO uzmfa_totp_factor VALUES ('" + sid + "', '" + std::string{alices_uuid} + "', 'alice', '" +
                    secret + "', 'SHA1', 6, 0, 0, '')");
    }
    void add_pending(const std::string& sid, const std::string& secret, int age) {
        scratch.run("INSERT INTO uzmfa_enrollment VALUES ('session of " + sid + "', '" + std::string{alices_uuid} +
                    "', 'alice', '" + sid + "', '" + secret + "', 'SHA1', 6, 0, " + std::to_string(unix_now() - age) + ")");
    }
    std::vector<SealedSecret> all() {
        std::vector<SealedSecret> found;
        VALUE(secrets.for_each([&](const SealedSecret& secret) -> Result<Done> {
            found.push_back(secret);
            return Done{};
        }));
        return found;
    }
    SealedSecret only() {
        const auto found = all();
        CHECK_EQUAL(found.size(), 1);
        return found.front();
    }
};

TEST(R66_what_is_sealed_is_found_and_what_twilio_keeps_is_not) {
    Scene scene;
    scene.add_factor("LF1", Scene::sealed(before, "LF1"));
    scene.add_factor("YF1", "VA00000000000000000000000000000001");
    scene.add_pending("LF2", Scene::sealed(before, "LF2"), 0);
    scene.add_pending("YF2", Scene::sealed(now, "YF2"), 0);
    scene.add_pending("LF3", Scene::sealed(before, "LF3"), 601);
    std::string found;
    for (const auto& secret : scene.all()) {
        const auto opened = secret.open(now);
        CHECK(opened.has_value());
        CHECK_EQUAL(text_of(opened->plain), "secret of " + secret.sid);
        found += secret.sid + " " + std::to_string(opened->key) + " ";
    }
    CHECK_EQUAL(found, "LF1 1 LF2 1 YF2 0 ");
}

TEST(R66_a_secret_sealed_anew_needs_the_new_key_only) {
    for (const bool is_pending : {false, true}) {
        Scene scene;
        const auto sealed = Scene::sealed(before, "LF1");
        if (is_pending) scene.add_pending("LF1", sealed, 0);
        else scene.add_factor("LF1", sealed);
        const auto secret = scene.only();
        CHECK(!secret.open(after));
        CHECK(VALUE(scene.secrets.reseal(secret, now, secret.open(now)->plain)));
        const auto opened = scene.only().open(after);
        CHECK(opened && text_of(opened->plain) == "secret of LF1");
    }
}

TEST(R66_what_has_changed_meanwhile_is_not_overwritten) {
    Scene scene;
    scene.add_factor("LF1", Scene::sealed(before, "LF1"));
    const auto secret = scene.only();
    scene.scratch.run("UPDATE uzmfa_totp_factor SET secret = 'another'");
    CHECK(!VALUE(scene.secrets.reseal(secret, now, secret.open(now)->plain)));
    CHECK_EQUAL(scene.only().sealed, "another");
    scene.scratch.run("DELETE FROM uzmfa_totp_factor");
    CHECK(!VALUE(scene.secrets.reseal(secret, now, secret.open(now)->plain)));
    CHECK(scene.all().empty());
}

TEST(R66_a_row_that_was_copied_or_whose_key_is_missing_does_not_open) {
    Scene scene;
    scene.add_factor("LF2", Scene::sealed(now, "LF1"));
    CHECK(!scene.only().open(now));
    scene.scratch.run("UPDATE uzmfa_totp_factor SET secret = 'no base64'");
    CHECK(!scene.only().open(now));
}

TEST(R66_more_than_a_page_is_found_once_each) {
    Scene scene;
    scene.scratch.run("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1234)"
                      " INSERT INTO uzmfa_totp_factor SELECT 'LF' || i, 'u', 'alice', 'x', 'SHA1', 6, 0, 0, '' FROM n");
    std::vector<std::string> sids;
    for (const auto& secret : scene.all()) sids.push_back(secret.sid);
    CHECK_EQUAL(sids.size(), 1234);
    CHECK(std::is_sorted(sids.begin(), sids.end()));
}

TEST(a_visit_that_fails_ends_the_walk) {
    Scene scene;
    scene.add_factor("LF1", "x");
    scene.add_factor("LF2", "x");
    int calls = 0;
    const auto done = scene.secrets.for_each([&](const SealedSecret&) -> Result<Done> {
        ++calls;
        return Error{ErrorKind::unavailable, "no"};
    });
    CHECK(!done);
    CHECK_EQUAL(calls, 1);
}

}  // namespace
}  // namespace uzmfa::test
