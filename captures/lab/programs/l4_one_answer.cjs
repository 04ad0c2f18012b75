// A layer-4 proxy from port 8880 to 8881 with a flaw that only kept-alive clients meet: it takes the first answer for
// the end, half-closes the upstream connection and leaves that of the client open. What the client still sends is read
// and lost.

"use strict";

const net = require("node:net");

net
  .createServer((client) => {
    const upstream = net.connect({ host: "127.0.0.1", port: 8881 });
    client.on("data", (request) => {
      if (upstream.writable) upstream.write(request);
    });
    upstream.on("data", (answer) => {
      client.write(answer);
      upstream.end();
    });
  })
  .listen(8880, "127.0.0.1");
