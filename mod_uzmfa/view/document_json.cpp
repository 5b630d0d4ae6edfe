// SPDX-License-Identifier: Apache-2.0
#include "view/document_json.hpp"

#include "view/user_json.hpp"

namespace uzmfa {
namespace {

Json json_of(const SessionDocument& session) {
    return JsonObject{}
        .add("user", session.user)
        .add("method", name_of(session.method))
        .add("verified_at", session.verified_at)
        .add("csrf", session.csrf)
        .take();
}

Json json_of(const UserDocument& user) {
    JsonObject object{uzmfa::json_of(user.details)};
    if (!user.temporary_code.empty()) object.add("temporary_code", user.temporary_code);
    return object.take();
}

Json json_of(const UsersDocument& document) {
    std::vector<Json> users;
    for (const auto& listed : document.users.found) users.push_back(uzmfa::json_of(listed));
    return JsonObject{}.add("users", json_array_of(std::move(users))).add("next", document.users.next).take();
}

}  // namespace

std::string json_text(const Document& document) {
    const auto json = std::visit([](const auto& one) { return json_of(one); }, document);
    return text_of(json);
}

}  // namespace uzmfa
