// Asks four times with a keep-alive agent. After each answer the event loop is blocked for so long that the server
// gives up the idle connection; the next request goes out before Node has read the FIN that lies in the socket, and is
// asked again on a new connection.

"use strict";

const http = require("node:http");

const BLOCKED_MS = 700; // the server waits for 300 ms

const agent = new http.Agent({ keepAlive: true });

function block() {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, BLOCKED_MS);
}

function ask(left) {
  const request = http.get({ host: "127.0.0.1", port: 8880, agent }, (response) => {
    response.resume();
    response.on("end", () => {
      if (left === 1) return;
      setImmediate(() => {
        block();
        ask(left - 1);
      });
    });
  });
  request.on("error", (error) => {
    if (!request.reusedSocket) throw error;
    ask(left);
  });
}

ask(4);
