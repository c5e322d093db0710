import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

const project = (name: string, timeoutSeconds: number, other: object = {}) => ({
  extends: true as const,
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`],
    testTimeout: timeoutSeconds * 1000,
    hookTimeout: timeoutSeconds * 1000,
    ...other,
  },
});

export default defineConfig({
  test: {
    env: { TZ: "UTC", NO_COLOR: "1" },
    restoreMocks: true,
    // Vitest's own is one less than there are cores. More than half of the time these tests wait for processes.
    maxWorkers: Math.max(4, availableParallelism() - 1),
    setupFiles: ["./test/support/expect-seen.ts"],
    // A golden that is missing fails like one that differs; only `-u` writes any.
    update: "none",
    projects: [
      project("unit", 20),
      project("contract", 120),
      project("golden", 60),
      project("e2e", 300),
      // Daemons and containers: one file at a time, after everything else.
      project("cluster", 600, { fileParallelism: false, sequence: { groupOrder: 1 } }),
    ],
    reporters: ["default", "./test/support/closing-line-reporter.ts"],
    coverage: { provider: "v8", include: ["src/**"], reporter: ["text-summary", "html"] },
  },
});
