// SPDX-License-Identifier: Apache-2.0
// Tells the pages that wait (uzmfa.js) that they can go on, and closes the window.
"use strict";

new BroadcastChannel("uzmfa").postMessage("done");
close();
