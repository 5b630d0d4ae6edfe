// SPDX-License-Identifier: Apache-2.0
#include "crypto/env_file.hpp"

#include "core/text.hpp"
#include "crypto/secret_file.hpp"

#include <algorithm>
#include <optional>
#include <variant>
#include <vector>

namespace uzmfa {
namespace {

constexpr std::string_view blanks = " \t\n\v\f\r";
constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

bool is_blank(char c) { return blanks.find(c) != blanks.npos; }

SecretBytes with_unix_lines(std::string_view text) {
    SecretBytes lines;
    lines.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text.substr(i, 2) == "\r\n") continue;
        lines.push_back(static_cast<std::uint8_t>(text[i] == '\r' ? '\n' : text[i]));
    }
    return lines;
}

std::size_t line_at(std::string_view text, std::size_t position) {
    return 1 + static_cast<std::size_t>(std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(position), '\n'));
}

// What is wrong with a line, empty if nothing is.
using Complaint = std::string_view;

constexpr Complaint no_closing_quote = "opens a quote that is not closed";

Error malformed(std::size_t line, Complaint complaint) {
    return misconfigured("line " + std::to_string(line) + " " + std::string{complaint});
}

// --- entries: where one begins and ends is found before anything is known of names and values ---

// The quotes that are not escaped. One in the first column does not count, but where it is all of the line.
std::size_t quotes_in(std::string_view line) {
    if (line == "\"") return 1;
    std::size_t count = 0;
    char before = '\\';
    for (std::size_t i = 0; i < line.size(); ++i) {
        if (line.substr(i, 2) == "\\\\") {
            ++i;
            continue;
        }
        if (line[i] == '"' && before != '\\') ++count;
        before = line[i];
    }
    return count;
}

bool opens_lines(std::string_view line) { return line.find("=\"") != line.npos && quotes_in(line) < 2; }

// Takes the next entry off the text: a line, or the lines of a quoted value. Nothing if its end is missing.
std::optional<std::string_view> take_entry(std::string_view& text) {
    const auto line_from = [&](std::size_t begin) { return text.substr(begin, text.find('\n', begin) - begin); };
    auto line = line_from(0);
    std::size_t end = line.size();
    if (opens_lines(line)) {
        do {
            if (end == text.size()) return std::nullopt;
            line = line_from(end + 1);
            end += 1 + line.size();
        } while (quotes_in(line) == 0);
    }
    const auto entry = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return entry;
}

// --- names ---

bool is_name(std::string_view name) {
    return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
        return is_alphanumeric(c) || c == '_' || c == '.' || static_cast<unsigned char>(c) >= 0x80;
    });
}

std::string_view without_export(std::string_view name) {
    constexpr std::string_view word = "export";
    if (!name.starts_with(word) || name.size() == word.size() || !is_blank(name[word.size()])) return name;
    name.remove_prefix(word.size());
    return name.substr(std::min(name.find_first_not_of(blanks), name.size()));
}

std::string_view without_quotes(std::string_view name) {
    const bool is_quoted = name.size() > 2 && name.front() == name.back() && (name.front() == '"' || name.front() == '\'');
    return is_quoted ? name.substr(1, name.size() - 2) : name;
}

// --- values ---

struct Value {
    SecretBytes text;
    std::vector<std::size_t> dollars;  // where a variable may begin
};

using ReadValue = std::variant<Value, Complaint>;

class ValueReader {
public:
    explicit ValueReader(std::string_view source) : rest_{trimmed(source, blanks)} { value_.text.reserve(rest_.size()); }

    ReadValue read() {
        Complaint complaint;
        if (take('"')) {
            complaint = read_double_quoted();
        } else if (take('\'')) {
            complaint = read_single_quoted();
        } else {
            read_unquoted();
        }
        if (complaint.empty()) complaint = read_end();
        if (complaint.empty()) return std::move(value_);
        return complaint;
    }

private:
    bool take(char c) {
        if (!rest_.starts_with(c)) return false;
        rest_.remove_prefix(1);
        return true;
    }

    char next() {
        const char c = rest_.front();
        rest_.remove_prefix(1);
        return c;
    }

    void append(char c) { value_.text.push_back(static_cast<std::uint8_t>(c)); }

    void append_with_variables(char c) {
        if (c == '$') value_.dollars.push_back(value_.text.size());
        append(c);
    }

    void read_unquoted() {
        while (!rest_.empty() && rest_.front() != '#' && !is_blank(rest_.front())) append_with_variables(next());
    }

    Complaint read_single_quoted() {
        while (!rest_.empty()) {
            if (take('\'')) return {};
            append(next());
        }
        return no_closing_quote;
    }

    Complaint read_double_quoted() {
        while (!rest_.empty()) {
            if (take('"')) return {};
            if (!take('\\')) {
                append_with_variables(next());
            } else if (!read_escape()) {
                return rest_.empty() ? no_closing_quote : "has an unknown escape";
            }
        }
        return no_closing_quote;
    }

    bool read_escape() {
        constexpr std::string_view names = "nrtfv\\\"$";
        constexpr std::string_view meanings = "\n\r\t\f\v\\\"$";
        const auto which = rest_.empty() ? names.npos : names.find(rest_.front());
        if (which == names.npos) return false;
        rest_.remove_prefix(1);
        append(meanings[which]);
        return true;
    }

    Complaint read_end() {
        rest_ = trimmed(rest_, blanks);
        if (rest_.empty() || rest_.front() == '#') return {};
        return "has more behind its value: a value with blanks must be quoted";
    }

    std::string_view rest_;
    Value value_;
};

// Puts variables into values, and counts what all values come to.
class Expansion {
public:
    explicit Expansion(const EnvFile& file) : file_{file} {}

    // From the last variable to the first, so that one may stand in another's name: ${A_${B}}. False if the values
    // become too large: each line can double what those above say.
    bool expand(Value& value) {
        if (!count(value.text.size())) return false;
        for (auto at = value.dollars.rbegin(); at != value.dollars.rend(); ++at) {
            if (!expand_one(value.text, *at)) return false;
        }
        return true;
    }

private:
    bool count(std::size_t added) {
        if (added > left_) return false;
        left_ -= added;
        return true;
    }

    bool expand_one(SecretBytes& text, std::size_t at) {
        const auto variable = text_of(text).substr(at);
        if (!variable.starts_with("${")) return true;
        const auto end = variable.find('}');
        if (end == variable.npos) return true;
        const SecretBytes* const meaning = file_.find(variable.substr(2, end - 2));
        if (!meaning) return true;
        if (!count(meaning->size())) return false;
        const auto begin = text.erase(text.begin() + static_cast<std::ptrdiff_t>(at),
                                      text.begin() + static_cast<std::ptrdiff_t>(at + end + 1));
        text.insert(begin, meaning->begin(), meaning->end());
        return true;
    }

    const EnvFile& file_;
    std::size_t left_ = largest_env_values;
};

Complaint read_entry(std::string_view entry, EnvFile& file, Expansion& expansion) {
    const auto equals = entry.find('=');
    const bool has_value = equals != entry.npos;
    const auto name = without_quotes(without_export(has_value ? trimmed(entry.substr(0, equals), blanks) : entry));
    if (!is_name(name)) return "has no valid name";
    if (!has_value) {
        file.clear(name);
        return {};
    }
    auto read = ValueReader{entry.substr(equals + 1)}.read();
    if (const auto* const complaint = std::get_if<Complaint>(&read)) return *complaint;
    auto& value = std::get<Value>(read);
    if (!expansion.expand(value)) return "makes the values too large";
    file.set(name, std::move(value.text));
    return {};
}

bool is_comment(std::string_view entry) {
    const auto text = trimmed(entry, blanks);
    return text.empty() || text.front() == '#';
}

}  // namespace

const SecretBytes* EnvFile::find(std::string_view name) const {
    const auto found = values_.find(name);
    return found == values_.end() ? nullptr : &found->second;
}

Result<EnvFile> parse_env(std::string_view text) {
    if (text.size() > largest_env_file) {
        return misconfigured("is too large: it may have " + std::to_string(largest_env_file) + " bytes");
    }
    if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
    const auto lines = with_unix_lines(text);
    const auto all = text_of(lines);
    if (const auto nul = all.find('\0'); nul != all.npos) return malformed(line_at(all, nul), "has a NUL");
    EnvFile file;
    Expansion expansion{file};
    for (auto rest = all; !rest.empty();) {
        const auto begin = all.size() - rest.size();
        const auto entry = take_entry(rest);
        if (!entry) return malformed(line_at(all, begin), no_closing_quote);
        if (is_comment(*entry)) continue;
        const auto complaint = read_entry(*entry, file, expansion);
        if (!complaint.empty()) return malformed(line_at(all, begin), complaint);
    }
    return file;
}

Result<EnvFile> read_env_file(const std::string& path) {
    const auto text = read_secret_file(path, largest_env_file, shared_file_rule);
    if (!text) return text.error();
    auto file = parse_env(text_of(*text));
    if (!file) return misconfigured(path + ": " + file.error().detail);
    return file;
}

}  // namespace uzmfa
