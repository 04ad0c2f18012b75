// Asks twenty times through an agent of five sockets and gives each request up that is not answered within a second.
// The arguments say how many requests must have been answered at the end, and how many milliseconds lie between one
// round of five requests and the next; without the second, all twenty are asked at once.

"use strict";

const assert = require("node:assert");
const http = require("node:http");

const [answers, pauseMs = 0] = process.argv.slice(2).map(Number);
const agent = new http.Agent({ keepAlive: true, maxSockets: 5 });
let answered = 0;

function ask() {
  const request = http.get({ host: "127.0.0.1", port: 8880, agent, timeout: 1000 }, (response) => {
    answered++;
    response.resume();
  });
  request.on("timeout", () => request.destroy());
  request.on("error", () => {}); // given up: what counts is how many were answered
}

for (let number = 0; number < 20; number++) {
  setTimeout(ask, Math.floor(number / 5) * pauseMs);
}

process.on("exit", () => assert.strictEqual(answered, answers));
