// SPDX-License-Identifier: Apache-2.0
#include "test.hpp"
#include "view/metrics_text.hpp"

namespace uzmfa::test {
namespace {

TEST(a_family_has_its_help_its_type_and_its_samples) {
    const auto text = MetricsText{}
                          .family("uzmfa_x_total", "counter", "What is counted.")
                          .sample(7, {{"reason", "wrong_code"}, {"way", "a\"b\\c\nd"}})
                          .family("uzmfa_y", "gauge", "What there is.")
                          .sample(18446744073709551615u)
                          .take();
    CHECK_EQUAL(text, "# HELP uzmfa_x_total What is counted.\n"
                      "# TYPE uzmfa_x_total counter\n"
                      "uzmfa_x_total{reason=\"wrong_code\",way=\"a\\\"b\\\\c\\nd\"} 7\n"
                      "# HELP uzmfa_y What there is.\n"
                      "# TYPE uzmfa_y gauge\n"
                      "uzmfa_y 18446744073709551615\n");
}

TEST(a_histogram_has_its_bounds_its_sum_and_its_count) {
    Histogram histogram{};
    histogram.observe(std::chrono::microseconds{1'250'000});
    histogram.observe(std::chrono::microseconds{20'000'000});
    const auto text = MetricsText{}.histogram("uzmfa_z_seconds", "How long.", histogram).take();
    CHECK_CONTAINS(text, "# TYPE uzmfa_z_seconds histogram\nuzmfa_z_seconds_bucket{le=\"0.005\"} 0\n");
    CHECK_CONTAINS(text, "{le=\"1\"} 0\nuzmfa_z_seconds_bucket{le=\"2.5\"} 1\n");
    CHECK_CONTAINS(text,
                   "{le=\"10\"} 1\nuzmfa_z_seconds_bucket{le=\"+Inf\"} 2\nuzmfa_z_seconds_sum 21.25\nuzmfa_z_seconds_count 2\n");
}

}  // namespace
}  // namespace uzmfa::test
