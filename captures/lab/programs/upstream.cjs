// An HTTP/1.1 server on port 8881, behind a proxy: it answers after 50 ms, so that requests that are sent together are
// also in flight together, and keeps connections alive; one that is idle ends after four seconds (the three that each
// answer hints, and the one that Node waits longer).

"use strict";

const http = require("node:http");

const server = http.createServer((request, response) => {
  response.sendDate = false; // nothing in the answer changes from one recording to the next
  setTimeout(() => response.writeHead(200, { "Content-Length": 3 }).end("ok\n"), 50);
});
server.keepAliveTimeout = 3000;
server.listen(8881, "127.0.0.1");
