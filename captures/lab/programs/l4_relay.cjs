// A layer-4 proxy from port 8880 to 8881 as it should be: one upstream connection for each client connection, opened
// with it and closed with it. It need not know what the bytes mean.

"use strict";

const net = require("node:net");
const { pipeline } = require("node:stream");

net
  .createServer((client) => {
    const upstream = net.connect({ host: "127.0.0.1", port: 8881 });
    pipeline(client, upstream, client, (error) => {
      if (error) console.error(error.message); // by then both connections are gone
    });
  })
  .listen(8880, "127.0.0.1");
