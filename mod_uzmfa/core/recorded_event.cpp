// SPDX-License-Identifier: Apache-2.0
#include "core/recorded_event.hpp"

namespace uzmfa {
namespace {

struct Row {
    std::string_view event;
    Tally tally;
};
constexpr Row rows[] = {
    {"signed_in", Tally::sign_in},          {"enrolled", Tally::verification},  {"code_accepted", Tally::verification},
    {"recovery_used", Tally::verification}, {"temporary_used", Tally::verification}, {"wrong_password", Tally::failure},
    {"wrong_code", Tally::failure},         {"code_used", Tally::failure},      {"wrong_recovery_code", Tally::failure},
};

}  // namespace

std::string_view name_of(Tally tally) {
    switch (tally) {
        case Tally::sign_in: return "sign_in";
        case Tally::verification: return "verification";
        case Tally::failure: return "failure";
    }
    return {};
}

std::optional<Tally> tally_of(std::string_view event) {
    for (const auto& row : rows) {
        if (row.event == event) return row.tally;
    }
    return std::nullopt;
}

}  // namespace uzmfa
