// SPDX-License-Identifier: Apache-2.0
// The words that a setting may have, each with what it means: the same in httpd's configuration and in the tool's.
#pragma once

#include "core/text.hpp"

#include <array>
#include <optional>
#include <string_view>

namespace uzmfa {

template <class T>
struct Choice {
    std::string_view word;
    T value;
};

// Written beside each type.
template <class T>
inline constexpr std::array<Choice<T>, 0> choices{};

// Nothing where it is none of the words, in any case.
template <class T>
std::optional<T> chosen_by(std::string_view word) {
    for (const auto& choice : choices<T>) {
        if (equal_in_any_case(word, choice.word)) return choice.value;
    }
    return std::nullopt;
}

template <class T>
std::string all_words() {
    std::string words;
    for (const auto& choice : choices<T>) words.append(words.empty() ? "" : ", ").append(choice.word);
    return words;
}

template <class T>
constexpr std::string_view word_for(T value) {
    for (const auto& choice : choices<T>) {
        if (choice.value == value) return choice.word;
    }
    return {};
}

}  // namespace uzmfa
