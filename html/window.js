// SPDX-License-Identifier: Apache-2.0
// A window of uzmfa.js says by this lock that it is still there, for nobody can look into it. One that is done ends all.
"use strict";

navigator.locks.request("uzmfa", { mode: "shared" }, () => new Promise(() => {}));
new BroadcastChannel("uzmfa").onmessage = () => close();
