// A layer-4 proxy from port 8880 to 8881 with a common flaw: it takes each read from the client for a conversation of
// its own and opens an upstream connection for it. It passes the answer back and forgets the connection: neither a
// later request nor the end of the client ever gets there.

"use strict";

const net = require("node:net");

net
  .createServer((client) => {
    client.on("data", (request) => {
      const upstream = net.connect({ host: "127.0.0.1", port: 8881 });
      upstream.write(request);
      upstream.on("data", (answer) => client.write(answer));
    });
  })
  .listen(8880, "127.0.0.1");
