// SPDX-License-Identifier: Apache-2.0
#include "core/browser_name.hpp"
#include "test.hpp"

namespace uzmfa::test {
namespace {

TEST(a_browser_is_called_as_its_user_calls_it) {
    struct Row {
        std::string_view name;
        std::string user_agent;
    };
    const std::string windows = "Mozilla/5.0 (Windows NT 10.0; Win64; x64", mac = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10",
                      linux_ = "Mozilla/5.0 (X11; Linux x86_64", android = "Mozilla/5.0 (Linux; Android 10; K",
                      iphone = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X", ipad = "Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X",
                      chromeos = "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0";
    const std::string webkit = ") AppleWebKit/537.36 (KHTML, like Gecko) ", apple = ") AppleWebKit/605.1.15 (KHTML, like Gecko) ";
    const std::string chrome = webkit + "Chrome/126.0.0.0 Safari/537.36", firefox = "; rv:127.0) Gecko/20100101 Firefox/127.0",
                      safari = apple + "Version/17.5 Safari/605.1.15";
    const Row table[] = {
        {"Firefox on Windows", windows + firefox},
        {"Firefox on Mac", mac + ".15" + firefox},
        {"Firefox on Linux", linux_ + firefox},
        {"Firefox on Android", "Mozilla/5.0 (Android 14; Mobile; rv:127.0) Gecko/127.0 Firefox/127.0"},
        {"Firefox on iPhone", iphone + apple + "FxiOS/127.0 Mobile/15E148 Safari/605.1.15"},
        {"Firefox on iPad", ipad + apple + "FxiOS/127.0 Mobile/15E148 Safari/605.1.15"},
        {"Chrome on Windows", windows + chrome},
        {"Chrome on Mac", mac + "_15_7" + chrome},
        {"Chrome on Linux", linux_ + chrome},
        {"Chrome on ChromeOS", chromeos + chrome},
        {"Chrome on Android", android + webkit + "Chrome/126.0.0.0 Mobile Safari/537.36"},
        {"Chrome on iPhone", iphone + apple + "CriOS/126.0.6478.54 Mobile/15E148 Safari/604.1"},
        {"Chrome on iPad", ipad + apple + "CriOS/126.0.6478.54 Mobile/15E148 Safari/604.1"},
        {"Edge on Windows", windows + chrome + " Edg/126.0.2592.68"},
        {"Edge on Mac", mac + "_15_7" + chrome + " Edg/126.0.2592.68"},
        {"Edge on Android", android + webkit + "Chrome/126.0.0.0 Mobile Safari/537.36 EdgA/126.0.2592.56"},
        {"Edge on iPhone", iphone + apple + "Version/17.0 EdgiOS/126.0.2592.56 Mobile/15E148 Safari/605.1.15"},
        {"Opera on Windows", windows + chrome + " OPR/111.0.0.0"},
        {"Opera on Linux", linux_ + chrome + " OPR/111.0.0.0"},
        {"Opera on Android", android + webkit + "Chrome/124.0.0.0 Mobile Safari/537.36 OPR/82.0.0.0"},
        {"Samsung Internet on Android", android + webkit + "SamsungBrowser/25.0 Chrome/121.0.0.0 Mobile Safari/537.36"},
        {"Safari on Mac", mac + "_15_7" + safari},
        {"Safari on iPhone", iphone + apple + "Version/17.5 Mobile/15E148 Safari/604.1"},
        {"Safari on iPad", ipad + apple + "Version/17.5 Mobile/15E148 Safari/604.1"},
    };
    for (const auto& [name, user_agent] : table) {
        const Case at{user_agent};
        const auto [browser, system] = browser_name(user_agent);
        CHECK_EQUAL(std::string{browser} + " on " + std::string{system}, name);
    }
}

TEST(what_no_browser_is_known_by_has_no_name) {
    for (const auto* user_agent :
         {"", "curl/8.5.0", "Browser", "Mozilla/5.0", "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
          "Firefox/127.0", "Mozilla/5.0 (Windows NT 10.0; Trident/7.0; rv:11.0) like Gecko", "firefox/1 windows",
          "\xff Firefox/1"}) {
        const Case at{user_agent};
        CHECK(browser_name(user_agent).browser.empty() && browser_name(user_agent).system.empty());
    }
}

}  // namespace
}  // namespace uzmfa::test
