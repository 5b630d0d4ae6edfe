// SPDX-License-Identifier: Apache-2.0
#include "test.hpp"
#include "view/audit_line.hpp"

#include <algorithm>

namespace uzmfa::test {
namespace {

std::string line_of(const Event& event) { return audit_line({from_unix_time(1777636496), 1024, "wrong code", "erp1", event}); }

TEST(R87_a_line_of_the_audit_log_is_one_object_with_its_members_in_order) {
    const Event event{.name = "wrong_code",
                      .user = "alice",
                      .address = "192.0.2.7",
                      .browser = "Browser/1",
                      .session = "374708fff7719dd5",
                      .method = "totp",
                      .detail = "2 in a row"};
    CHECK_EQUAL(line_of(event), R"({"time":"2026-05-01T11:54:56Z","id":"UZMFA1024","event":"wrong_code","address":"192.0.2.7",)"
                                R"("user":"alice","session":"374708fff7719dd5","method":"totp","node":"erp1","made_by":null,)"
                                R"("text":"wrong code","detail":"2 in a row","browser":"Browser/1"})"
                                "\n");
}

TEST(R88_no_text_ends_a_line_or_a_member) {
    const auto line = line_of({.name = "wrong_password",
                               .user = "a\",\"id\":\"UZMFA1028\r\n{\x1b[2J\x7f\xc2\x9b",
                               .browser = "\xff\xfe",
                               .detail = "\\\"}\n"});
    CHECK_CONTAINS(line, R"("user":"a\",\"id\":\"UZMFA1028??{?[2J??")");
    CHECK_CONTAINS(line, R"("detail":"\\\"}?","browser":"??"})");
    CHECK_EQUAL(line.find('\n'), line.size() - 1);
    CHECK(std::none_of(line.begin(), line.end() - 1, [](unsigned char c) { return c < ' ' || c == 0x7f; }));
}

TEST(a_line_is_written_at_once_however_long_its_texts_are) {
    const std::string quotes(100'000, '"');
    const auto line = audit_line({Moment{}, 1020, quotes.substr(0, 200), quotes.substr(0, 64),
                                  {quotes, quotes, quotes, quotes, quotes, quotes, quotes, quotes, quotes}});
    CHECK(line.size() <= longest_audit_line);
}

}  // namespace
}  // namespace uzmfa::test
