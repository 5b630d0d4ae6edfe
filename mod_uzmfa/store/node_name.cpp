// SPDX-License-Identifier: Apache-2.0
#include "store/node_name.hpp"

#include <unistd.h>

namespace uzmfa {

std::string node_name() {
    char name[65] = "";
    // A name that is too long may come without its end.
    gethostname(name, sizeof name - 1);
    return name;
}

}  // namespace uzmfa
