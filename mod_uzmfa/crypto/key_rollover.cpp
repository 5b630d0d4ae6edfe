// SPDX-License-Identifier: Apache-2.0
#include "crypto/key_rollover.hpp"

#include "crypto/encoding.hpp"
#include "crypto/keys.hpp"
#include "crypto/replace_file.hpp"

namespace uzmfa {
namespace {

void append(SecretBytes& text, std::string_view more) { text.insert(text.end(), more.begin(), more.end()); }

void end_line(SecretBytes& text) {
    if (!text.empty() && text.back() != '\n') text.push_back('\n');
}

}  // namespace

Result<SecretBytes> with_key_added(std::string_view text, const SecretBytes& key) {
    if (key_lines_of(text).size() >= most_keys) {
        return misconfigured("holds 16 keys already: take out old ones that uzmfactl check calls removable");
    }
    auto changed = secret_bytes(text);
    end_line(changed);
    append(changed, base64(key));
    end_line(changed);
    if (changed.size() > largest_key_file) return misconfigured("would be too large: shorten its comments");
    return changed;
}

Result<SecretBytes> with_last_key_in_front(std::string_view text) {
    const auto lines = key_lines_of(text);
    if (lines.size() < 2) return misconfigured("holds one key only: add another before, by keygen --add");
    const auto first = static_cast<std::size_t>(lines.front().whole.data() - text.data());
    const auto last = static_cast<std::size_t>(lines.back().whole.data() - text.data());
    auto changed = secret_bytes(text.substr(0, first));
    append(changed, lines.back().whole);
    end_line(changed);
    append(changed, text.substr(first, last - first));
    append(changed, text.substr(last + lines.back().whole.size()));
    return changed;
}

Result<std::size_t> change_key_file(const std::string& path, KeyFileChange change) {
    std::size_t count = 0;
    auto replaced = replace_file(path, [&](const std::string& real_path) -> Result<SecretBytes> {
        const auto text = read_key_file_text(real_path);
        if (!text) return text.error();
        auto changed = change(text_of(*text));
        if (!changed) return misconfigured(path + " " + changed.error().detail);
        const auto keys = parse_keys(text_of(*changed));
        if (!keys) return misconfigured(path + ": " + keys.error().detail);
        count = keys->size();
        return changed;
    });
    if (!replaced) return replaced.error();
    return count;
}

}  // namespace uzmfa
