// An HTTP/1.1 server on port 8880 that announces a megabyte and sends 8 kB of it every 20 ms, until the client is gone.

"use strict";

const http = require("node:http");

const TOTAL_BYTES = 1 << 20;
const PIECE = Buffer.alloc(8192, ".");
const PAUSE_MS = 20;

http
  .createServer((request, response) => {
    response.writeHead(200, { "Content-Length": TOTAL_BYTES });
    let left = TOTAL_BYTES;
    const send = () => {
      response.write(PIECE);
      left -= PIECE.length;
      if (left === 0) {
        clearInterval(timer);
        response.end();
      }
    };
    const timer = setInterval(send, PAUSE_MS);
    response.on("close", () => clearInterval(timer));
    send();
  })
  .listen(8880, "127.0.0.1");
