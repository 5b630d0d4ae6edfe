// SPDX-License-Identifier: Apache-2.0
// A new key for a key file that is in use: added as the last one, later brought to the front.
#pragma once

#include "core/result.hpp"
#include "crypto/secret_bytes.hpp"

#include <string>
#include <string_view>

namespace uzmfa {

// The text of a key file with one key more, in the last line: it opens, and does not seal yet.
Result<SecretBytes> with_key_added(std::string_view text, const SecretBytes& key);

// The same keys, the last one in front: it seals. An error where there is one only. Comments stay where they are.
Result<SecretBytes> with_last_key_in_front(std::string_view text);

using KeyFileChange = Result<SecretBytes> (*)(std::string_view text);

// Puts the changed text in the file's place as a whole, with the file's owner and mode; a link stays a link. One caller
// at a time. The number of keys that the file then has.
Result<std::size_t> change_key_file(const std::string& path, KeyFileChange change);

}  // namespace uzmfa
