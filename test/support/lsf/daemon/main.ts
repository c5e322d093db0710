// The daemon: `node main.js STATE_FOLDER`, its settings in settings.json there. It listens on STATE_FOLDER/socket
// and ends, with everything it has started, when its standard input is closed.
import { chmodSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { join } from "node:path";
import { COMMANDS } from "../commands/index.ts";
import type { CommandRequest, ControlRequest, Reply } from "../protocol.ts";
import type { Settings } from "../settings.ts";
import { Cluster } from "./cluster.ts";
import { Connection, onLines } from "./connection.ts";
import { removeContainers } from "./container.ts";
import { createControls } from "./controls.ts";
import { Faults } from "./faults.ts";
import { watchMemory } from "./memory-watch.ts";
import { Refusal } from "./refusal.ts";

const folder = process.argv[2] ?? "";
const settings = JSON.parse(readFileSync(join(folder, "settings.json"), "utf8")) as Settings;
const cluster = new Cluster(settings, folder);
const faults = new Faults();
const connections: Connection[] = [];
const controls = createControls(cluster, faults, connections);

async function serve(connection: Connection): Promise<void> {
  connections.push(connection);
  try {
    if (cluster.variants.busyLines) {
      connection.err("LSF is processing your request. Please wait ...\n");
    }
    // bsub's subject is the job's name, which it has to read first.
    if (connection.command !== "bsub") await connection.meets(connection.args.join(" "));
    connection.finish(await COMMANDS[connection.command](cluster, connection));
  } catch (error) {
    if (error instanceof Refusal) {
      connection.err(`${error.message}\n`);
      connection.finish(error.status);
    } else {
      connection.err(`the emulator failed: ${error instanceof Error ? (error.stack ?? "") : ""}\n`);
      connection.finish(254);
    }
  }
}

function answer(socket: Socket, { control, input }: ControlRequest): void {
  const act = controls[control] as (...input: readonly unknown[]) => unknown;
  try {
    socket.end(`${JSON.stringify({ value: act(...input) ?? null })}\n`);
  } catch (error) {
    socket.end(`${JSON.stringify({ failed: String(error) })}\n`);
  }
}

function welcome(socket: Socket): void {
  let connection: Connection | null = null;
  socket.on("error", () => socket.destroy());
  onLines(socket, (message) => {
    if (connection !== null) {
      connection.receive(message as Reply);
      return;
    }
    const request = message as CommandRequest | ControlRequest;
    if ("control" in request) {
      answer(socket, request);
      return;
    }
    connection = new Connection(request, socket, faults);
    void serve(connection);
  });
}

function end(): void {
  for (const element of cluster.elements()) {
    element.tasks.forEach((task) => task.kill());
    element.running?.signal("SIGKILL");
  }
  if (settings.mode === "podman") removeContainers(cluster);
  // Whoever has started this may have been killed, and cleans up no more.
  rmSync(folder, { recursive: true, force: true });
  process.exit(0);
}

watchMemory(cluster);
const socketFile = join(folder, "socket");
createServer(welcome).listen(socketFile, () => {
  // Elements in containers have another user.
  chmodSync(socketFile, 0o777);
  process.stdout.write("ready\n");
});
process.stdin.on("end", end).resume();
