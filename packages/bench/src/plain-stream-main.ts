// The yardstick of the stream figures: a server of node alone that sends every client the same stamped lines.
import { createServer, type ServerResponse } from "node:http";

const [socketPath = "", everyMs = "", bytes = ""] = process.argv.slice(2);
const clients = new Set<ServerResponse>();
createServer((_request, response) => {
  response.writeHead(200, { "content-type": "text/event-stream" });
  response.write(":\n\n");
  clients.add(response);
  response.on("close", () => clients.delete(response));
}).listen(socketPath);
let seq = 0;
setInterval(() => {
  seq += 1;
  const text = `stamp:${process.hrtime.bigint()};${"x".repeat(Number(bytes))}\n`;
  const message = `id: ${seq}\ndata: ${JSON.stringify({ seq, kind: "output", stream: "stdout", text })}\n\n`;
  for (const client of clients) client.write(message);
}, Number(everyMs));
