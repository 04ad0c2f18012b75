// Asks a hundred times at once through an agent of five sockets: five requests are in flight, the others wait.

"use strict";

const http = require("node:http");

const agent = new http.Agent({ keepAlive: true, maxSockets: 5 });

for (let request = 0; request < 100; request++) {
  http.get({ host: "127.0.0.1", port: 8880, agent }, (response) => response.resume());
}
