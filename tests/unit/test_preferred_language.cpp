// SPDX-License-Identifier: Apache-2.0
#include "test.hpp"
#include "view/preferred_language.hpp"

#include <string>

namespace uzmfa::test {
namespace {

constexpr std::string_view offered[] = {"en", "de", "es", "fr", "pt-BR", "zh-Hant"};

std::string_view preferred(std::string_view accept_language) { return offered[preferred_language(accept_language, offered)]; }

TEST(a_reader_gets_the_language_that_is_wanted_most) {
    struct Row {
        std::string_view header;
        std::string_view language;
    };
    constexpr Row table[] = {
        // no wish, or none that can be met
        {"", "en"},
        {"*", "en"},
        {"it", "en"},
        {"it, nl;q=0.9, *;q=0.1", "en"},
        {"de;q=0", "en"},
        {"de;q=0.0, fr;q=0.000", "en"},
        // as browsers send it
        {"de", "de"},
        {"de-DE,de;q=0.9,en-US;q=0.8,en;q=0.7", "de"},
        {"fr-CH, fr;q=0.9, en;q=0.8, de;q=0.7, *;q=0.5", "fr"},
        {"es-419,es;q=0.9", "es"},
        {"en-GB,en;q=0.9,de;q=0.8", "en"},
        {"it-IT,it;q=0.9,fr;q=0.8,en;q=0.7", "fr"},
        {"de-AT;q=0.8, fr", "fr"},
        // the weight counts, and the place where they weigh the same
        {"en;q=0.5, de;q=0.6", "de"},
        {"fr, de", "fr"},
        {"de;q=0.5, fr;q=0.5", "de"},
        {"de;q=0.1, fr;q=0.11, es;q=0.111", "es"},
        {"de;q=1, fr;q=1.000", "de"},
        {"*, de;q=0.1", "de"},
        {"en;q=0, de;q=0.1", "de"},
        // from the special to the general, and not back
        {"de-Latn-AT-1996", "de"},
        {"de-x-private", "de"},
        {"pt-BR", "pt-BR"},
        {"pt-br-u-co-standard", "pt-BR"},
        {"pt", "en"},
        {"pt-PT", "en"},
        {"zh-Hant-TW", "zh-Hant"},
        {"zh-TW", "en"},
        {"deutsch", "en"},
        {"d", "en"},
        // spelling
        {"DE", "de"},
        {"De-aT", "de"},
        {"PT-br", "pt-BR"},
        {" \tde ; q=0.9\t, fr ;q=0.8", "de"},
        {"fr;Q=0.1, de;q=0.2", "de"},
        {",,de,,", "de"},
        // what is ill-formed is passed over
        {"de;q=", "en"},
        {"de;q=x, fr;q=0.1", "fr"},
        {"de;q=2, fr;q=0.1", "fr"},
        {"de;q=1.1, fr;q=0.1", "fr"},
        {"de;q=1.001, fr;q=0.1", "fr"},
        {"de;q=-1, fr;q=0.1", "fr"},
        {"de;q=0.1234, fr;q=0.1", "fr"},
        {"de;q=.9, fr;q=0.1", "fr"},
        {"de;q=09, fr;q=0.1", "fr"},
        {"de;q=0..9, fr;q=0.1", "fr"},
        {"de;q=0.9;x=1, fr;q=0.1", "fr"},
        {"de;level=1, fr;q=0.1", "fr"},
        {"de_DE, fr;q=0.1", "fr"},
        {"de fr", "en"},
        {"-de, fr", "fr"},
        {"-", "en"},
        {";q=1", "en"},
        {"\xff\xfe, \"de\", fr;q=0.1", "fr"},
    };
    for (const auto& [header, language] : table) {
        const Case at{header};
        CHECK_EQUAL(preferred(header), language);
    }
}

TEST(only_the_beginning_of_a_long_header_counts) {
    std::string many;
    while (many.size() < 1024) many += "it,";
    CHECK_EQUAL(preferred("de;q=0.1," + many + "fr"), "de");
    CHECK_EQUAL(preferred(many + "fr"), "en");
    CHECK_EQUAL(preferred(std::string(1'000'000, ',')), "en");
    CHECK_EQUAL(preferred("de" + std::string(1'000'000, '-')), "de");
}

TEST(the_first_language_is_there_whatever_is_wanted) {
    constexpr std::string_view one[] = {"it"};
    CHECK_EQUAL(preferred_language("de", one), 0);
    CHECK_EQUAL(preferred_language("", one), 0);
}

}  // namespace
}  // namespace uzmfa::test
