// Runs its arguments as a command, in the network namespace that it was started in, after bringing loopback up there.
import { wakeLoopback } from "./loopback.mjs";
import { become } from "./process.mjs";

const [file, ...args] = process.argv.slice(2);
if (!(await wakeLoopback(process.env))) {
  console.error("orch: this network namespace has no working loopback");
  process.exitCode = 1;
} else if (file !== undefined) {
  await become(file, args, { cwd: process.cwd(), env: process.env });
}
