// The reader's site is complete without scripts for reading. What needs a reader's own state begins here.
//
// Each page loads what it needs: the front this file and what it imports, an article its discussion besides.

import * as beacon from "./beacon.js";
import * as session from "./session.js";
import * as sharing from "./sharing.js";

session.begin();
beacon.begin();
sharing.begin();

// On a small screen the section one is in may lie beyond the edge of the bar.
const here = document.querySelector("header nav [aria-current=page]");
if (here) here.closest("ul").scrollLeft = here.offsetLeft - here.closest("ul").clientWidth / 2;

const discussion = document.querySelector("[data-discussion]");
if (discussion) import("./discussion.js").then((module) => module.begin(discussion));
if (document.querySelector("[data-account-page]")) import("./account.js").then((module) => module.begin());
else if (document.querySelector("form[data-form]:not([data-form=comment])")) import("./entrance.js").then((module) => module.begin());
