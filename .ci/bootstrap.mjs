// Entry of `npm start`, `npm test` and `npm run orch`. It needs nothing but Node >= 18 and npm.
const [major = 0] = process.versions.node.split(".").map(Number);
if (major < 18) {
  console.error(
    `orch: Node ${process.versions.node} is too old to set orch up. Install Node 18 or newer (24 is best) and run this again.`,
  );
  process.exit(1);
}
const { main } = await import("./bootstrap/main.mjs");
await main(process.argv.slice(2));
