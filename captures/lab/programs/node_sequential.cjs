// Asks again and again, one request after the other, with the agent that the first argument names, as often as the
// second says.

"use strict";

const http = require("node:http");

const AGENTS = {
  none: false,
  global: http.globalAgent,
  "keep-alive": new http.Agent({ keepAlive: true }),
  "max-sockets": new http.Agent({ maxSockets: 5 }),
};

const [name, times] = process.argv.slice(2);

function ask(left) {
  if (left === 0) return;
  http.get({ host: "127.0.0.1", port: 8880, agent: AGENTS[name] }, (response) => {
    response.resume();
    response.on("end", () => setImmediate(ask, left - 1)); // by then the agent has its socket back
  });
}

ask(Number(times));
