#!/usr/bin/env node
// Every command of the emulated LSF: it sends its name, arguments, folder and environment to the daemon, and
// does what the daemon tells it. The daemon's socket lies beside the folder of the commands.
import { spawn } from "node:child_process";
import { statSync } from "node:fs";
import { connect } from "node:net";
import { constants } from "node:os";
import { basename, dirname, join } from "node:path";
import { createInterface } from "node:readline";

const program = process.argv[1];
const socket = connect(join(dirname(dirname(program)), "socket"));
const send = (message) => socket.write(`${JSON.stringify(message)}\n`);

socket.on("connect", () => {
  send({
    command: basename(program),
    args: process.argv.slice(2),
    cwd: currentFolder(),
    env: process.env,
  });
});
socket.on("error", (error) => {
  process.stderr.write(`the emulated LSF has ended: ${error.message}\n`);
  process.exit(255);
});
socket.on("close", () => {
  if (process.exitCode === undefined) process.exit(255);
});

/** As the shell sees it, links and all, where PWD names this folder. */
function currentFolder() {
  const physical = process.cwd();
  const [here, named] = [physical, process.env.PWD ?? ""].map((folder) =>
    statSync(folder || ".", { throwIfNoEntry: false }),
  );
  const same =
    process.env.PWD?.startsWith("/") && here.ino === named?.ino && here.dev === named.dev;
  return same ? process.env.PWD : physical;
}

async function readStdin() {
  const chunks = [];
  for await (const chunk of process.stdin) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}

function start({ argv: [command, ...args], env, cwd, detached }) {
  const child = spawn(command, args, { env, cwd, detached, stdio: "inherit" });
  child.on("error", () => send({ ended: 127 }));
  child.on("spawn", () => send({ started: child.pid }));
  // The terminal tells the whole foreground group of an interrupt: the job decides what becomes of it.
  process.on("SIGINT", () => {});
  child.on("exit", (code, signal) => send({ ended: code ?? 128 + constants.signals[signal] }));
}

createInterface({ input: socket }).on("line", async (line) => {
  const frame = JSON.parse(line);
  if ("out" in frame) process.stdout.write(frame.out);
  else if ("err" in frame) process.stderr.write(frame.err);
  else if ("need" in frame) send({ stdin: await readStdin() });
  else if ("start" in frame) start(frame.start);
  else if ("die" in frame) process.kill(process.pid, "SIGKILL");
  else {
    process.exitCode = frame.exit;
    socket.end();
  }
});
