// Twenty calls of fetch, one after the other: the one that Node.js has built in, or that of the package named by the
// argument.

"use strict";

const { setTimeout: pause } = require("node:timers/promises");

const [name] = process.argv.slice(2);
const ask = name === undefined ? fetch : require(name);

(async () => {
  for (let request = 0; request < 20; request++) {
    const response = await ask("http://127.0.0.1:8880/");
    await response.text();
    await pause(20); // the built-in fetch has its connection back a little after the text
  }
})();
