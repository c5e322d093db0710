/** Options that all commands share which change jobs. */
export const STEERING_OPTIONS = {
  print: {
    type: "boolean",
    default: false,
    describe: "Print the scheduler's commands instead of running them",
  },
  json: { type: "boolean", default: false, describe: "Print what became of each job as JSON" },
} as const;
