// An HTTP/1.1 server on port 8880 whose answers have all one shape. Options, with their defaults:
//   --status 200, --body-bytes 3, --delay-ms 0 (before each answer),
//   --keep-alive-timeout-ms 5000 (hinted in each answer; Node waits a second longer), --max-requests 0 (no limit)

"use strict";

const http = require("node:http");
const { parseArgs } = require("node:util");

const { values } = parseArgs({
  options: {
    status: { type: "string", default: "200" },
    "body-bytes": { type: "string", default: "3" },
    "delay-ms": { type: "string", default: "0" },
    "keep-alive-timeout-ms": { type: "string", default: "5000" },
    "max-requests": { type: "string", default: "0" },
  },
});
const status = Number(values.status);
const body = "ok\n".padStart(Number(values["body-bytes"]), ".");

const server = http.createServer((request, response) => {
  setTimeout(() => response.writeHead(status, { "Content-Length": body.length }).end(body), Number(values["delay-ms"]));
});
server.keepAliveTimeout = Number(values["keep-alive-timeout-ms"]);
server.maxRequestsPerSocket = Number(values["max-requests"]);
server.listen(8880, "127.0.0.1");
