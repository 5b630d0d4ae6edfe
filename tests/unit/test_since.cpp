// SPDX-License-Identifier: Apache-2.0
#include "ctl/since.hpp"
#include "test.hpp"

namespace uzmfa::test {
namespace {

const Moment now = from_unix_time(1777638896);  // 2026-05-01 12:34:56 UTC

TEST(a_time_ago_is_counted_from_now) {
    CHECK_EQUAL(moment_of_since("90s", now), std::optional{now - seconds{90}});
    CHECK_EQUAL(moment_of_since("30min", now), std::optional{now - seconds{1800}});
    CHECK_EQUAL(moment_of_since("24h", now), std::optional{now - seconds{86400}});
    CHECK_EQUAL(moment_of_since("7d", now), std::optional{now - seconds{7 * 86400}});
    CHECK_EQUAL(moment_of_since("0h", now), std::optional{now});
}

TEST(a_day_begins_at_midnight_UTC) {
    CHECK_EQUAL(moment_of_since("2026-05-01", now), std::optional{from_unix_time(1777593600)});
    CHECK_EQUAL(moment_of_since("2024-02-29", now), std::optional{from_unix_time(1709164800)});
}

TEST(anything_else_is_no_time) {
    for (const auto* text : {"", "h", "24", "-1h", "+1h", "1 h", " 1h", "1h ", "1.5h", "1000000h", "1w", "2026-02-30", "2026-13-01",
                             "2026-00-01", "2026-1-1", "26-01-01", "2026-01-31T00:00", "20260131", "2026/01/31", "0x1-01-01", "-001-01-01"}) {
        const Case at{text};
        CHECK(!moment_of_since(text, now));
    }
}

}  // namespace
}  // namespace uzmfa::test
