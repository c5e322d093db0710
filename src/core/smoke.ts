/** What a trial run of a site asks of each of its probes: a JSON file beside the round. */
export interface SmokeQuestions {
  readonly schemaVersion: 1;
  /** As the study says them; what a probe sees may be more. */
  readonly cpus: number;
  readonly memoryMiB: number;
  /** Folders that the containers are to see. */
  readonly mounts: readonly string[];
  /** Folder of the packed data set, absolute; null for none. */
  readonly data: string | null;
  /** Whether trials use the built-in trainer, which needs TensorFlow. */
  readonly tensorflow: boolean;
  /** Longest that the probes of a pool wait for each other. */
  readonly peerSeconds: number;
}

export const PROBE_KINDS = ["array", "pool"] as const;
export type ProbeKind = (typeof PROBE_KINDS)[number];

/** What one probe found where it ran. */
export interface SmokeFacts {
  readonly schemaVersion: 1;
  readonly kind: ProbeKind;
  /** Element, from 1. */
  readonly place: number;
  readonly host: string;
  /** The scheduler's job id; "" outside one. */
  readonly job: string;
  /** Milliseconds since 1970 by the clock of the host; null where it is not known. */
  readonly times: {
    readonly jobStarted: number | null;
    readonly probeStarted: number;
    readonly written: number;
  };
  /** The file server's clock against the host's: positive when it is ahead. Includes how long a file takes to appear. */
  readonly serverAheadSeconds: number;
  readonly user: {
    readonly uid: number;
    /** Null without an entry in passwd. */
    readonly name: string | null;
    readonly home: string;
    readonly homeWritable: boolean;
  };
  readonly environment: {
    readonly path: string;
    /** The variables that tell elements apart, those that are set. */
    readonly scheduler: Readonly<Record<string, string>>;
    /** Variables that mislead programs in a container, those that are set. */
    readonly misleading: readonly string[];
    readonly tmpdir: string;
    readonly tmpWritable: boolean;
    readonly tmpFreeMiB: number | null;
  };
  readonly cpus: number;
  /** Of the control group; null where there is none, or it cannot be read. */
  readonly memoryLimitMiB: number | null;
  readonly software: {
    readonly node: string;
    readonly bsweep: string;
    /** Null when it was not asked for, or does not work. */
    readonly tensorflow: string | null;
    /** Why not; "" for nothing to tell. */
    readonly tensorflowProblem: string;
  };
  readonly folders: readonly FolderFacts[];
  /** Of a pool: what came of asking the other tasks through files. */
  readonly peers: readonly PeerFacts[];
  /** Of a pool: whether this probe made the file that only one of them may make. */
  readonly madeExclusiveFile: boolean;
}

export interface FolderFacts {
  readonly path: string;
  readonly purpose: "workspace" | "mount" | "data";
  /** Why it cannot be used; "" when it can. */
  readonly problem: string;
}

export interface PeerFacts {
  readonly place: number;
  /** "" for one that never answered. */
  readonly host: string;
  /** From writing a file to seeing the answer to it; null for one that never answered. */
  readonly roundTripSeconds: number | null;
  /** Its clock against this host's: positive when it is ahead. */
  readonly clockAheadSeconds: number | null;
}

/** A judgement on a site, with what to do about it. */
export interface SmokeFinding {
  readonly level: "problem" | "warning" | "note";
  readonly what: string;
  /** "" where there is nothing to do. */
  readonly remedy: string;
}

/** A probe that ran, as seen from here. */
export interface SmokeProbe {
  readonly facts: SmokeFacts;
  /** From submitting to the start of the job, by two clocks; null where they were not submitted from here. */
  readonly queueSeconds: number | null;
  /** From the job's start to that of bsweep in its container; null where the job does not tell. */
  readonly startSeconds: number | null;
  /** From writing its report to seeing it here, by two clocks; null when it was there already. */
  readonly visibleSeconds: number | null;
}

export interface SmokeReport {
  readonly site: string;
  readonly scheduler: string;
  readonly image: string;
  /** Absolute; where the rounds and their logs lie. */
  readonly rounds: readonly { readonly kind: ProbeKind; readonly folder: string }[];
  readonly probes: readonly SmokeProbe[];
  readonly findings: readonly SmokeFinding[];
  /** Whether every probe has reported. */
  readonly complete: boolean;
}
