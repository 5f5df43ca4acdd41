// An agent that works for one to three seconds: it edits piece by piece, sometimes commits, and leaves its report. What
// an earlier attempt of the same task had done is gone on with.
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";

const STEPS = 5;
const task = process.env.TASK_ID;
const number = Number(task.replace(/\D+/g, ""));
const stepMs = 200 + ((number * 7) % 5) * 100;
const commits = number % 2 === 0;
const file = `work/${task}.txt`;
readFileSync(0, "utf8");

mkdirSync("work", { recursive: true });
let text = "";
for (let step = 1; step <= STEPS; step += 1) {
  text += step === STEPS ? "end\n" : `line ${step}\n`;
  writeFileSync(file, text);
  console.log(`step ${step} of ${STEPS}`);
  await pause(stepMs);
}
if (commits) {
  spawnSync("git", ["add", "--all"], { stdio: "inherit" });
  spawnSync("git", ["commit", "--quiet", "-m", `Work on ${task}`], { stdio: "inherit" });
}
writeFileSync(process.env.ORCH_REPORT_FILE, JSON.stringify({ status: "done", summary: `Did ${task}.` }));
