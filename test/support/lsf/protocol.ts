import type { CommandName } from "./command-names.ts";
import type { Fault } from "./fault.ts";
import type { CallRecord, ForcedState, JobRecord } from "./records.ts";

/** The first line a command sends: who it is and what it was called with. JSON, one object a line. */
export interface CommandRequest {
  readonly command: CommandName;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

/** What a command is to start in its own terminal, for an interactive job or a task of blaunch. */
export interface StartOrder {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** Its own process group, so that it can be killed with what it started. */
  readonly detached: boolean;
}

/** What the daemon tells a command. `die`: kill yourself, as if someone had. */
export type Frame =
  | { readonly out: string }
  | { readonly err: string }
  | { readonly need: "stdin" }
  | { readonly start: StartOrder }
  | { readonly die: true }
  | { readonly exit: number };

/** What a command sends after its request. */
export type Reply =
  { readonly stdin: string } | { readonly started: number } | { readonly ended: number };

/** What tests ask of the daemon, over the same socket. */
export interface Controls {
  readonly jobs: () => JobRecord[];
  readonly calls: () => CallRecord[];
  readonly groups: () => { name: string; limit: number | null }[];
  readonly inject: (fault: Fault) => void;
  readonly clearFaults: () => void;
  readonly force: (id: number, index: number, state: ForcedState) => void;
  readonly forget: (id: number) => void;
  readonly killHost: (name: string) => void;
  readonly loseHost: (name: string) => void;
  readonly returnHost: (name: string) => void;
  readonly advance: (seconds: number) => void;
  readonly mails: () => { to: string; subject: string; text: string }[];
}

export interface ControlRequest {
  readonly control: keyof Controls;
  readonly input: readonly unknown[];
}

export type ControlAnswer = { readonly value: unknown } | { readonly failed: string };
