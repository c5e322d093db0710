import { ENGINES, type EngineName } from "../../core/image.ts";
import { formatCommand } from "../../core/shell.ts";
import { defineCommand, defineGroup } from "../command.ts";
import { choice, flag, text } from "../options.ts";
import { print, printJson } from "../output.ts";

const ENGINE_OPTIONS = {
  engine: choice(ENGINES, "The program that builds and pushes", {
    defaultDescription: "the first that answers",
  }),
  print: flag("Print the command, and do nothing"),
  json: flag("Print the outcome as JSON"),
};

const buildCommand = defineCommand({
  command: "build [image]",
  describe: "Build the image that elements run in, from this clone of bsweep",
  options: {
    image: text("REGISTRY/NAME:TAG", {
      defaultDescription: "bsweep-trainer:VERSION, which cannot be pushed",
    }),
    gpu: flag("With TensorFlow for NVIDIA's GPUs"),
    base: text("Image to start from: Debian-like, with Node and its headers", {
      defaultDescription: "the Dockerfile's",
    }),
    ...ENGINE_OPTIONS,
  },
  examples: [
    ["$0 image build registry.example.org/lab/bsweep-trainer:1", "Then: bsweep image push"],
  ],
  run: async ({ image, gpu, base, print: only, json, ...options }, { effects }) => {
    const { buildImage, planImageBuild } = await import("../../app/image/build-image.ts");
    const { formatBuiltImage } = await import("../../reports/image-report.ts");
    const { packageRoot } = await import("../../workspace/package.ts");
    const engine = await chooseEngine(options.engine, only);
    const device = gpu ? "gpu" : "cpu";
    const asked = { root: packageRoot(), engine, image, base, device } as const;
    if (only) {
      const plan = await planImageBuild(asked);
      print(formatCommand(plan.engine, ...plan.args));
      return;
    }
    const built = await buildImage(asked, effects);
    if (json) printJson(built);
    else print(`${formatBuiltImage(built)}\n\nnext: ${nextStep(built.image, image === undefined)}`);
  },
});

const pushCommand = defineCommand({
  command: "push <image>",
  describe: "Push the image to its registry, and tell the digest to write into the study",
  options: { image: text("REGISTRY/NAME:TAG", { demandOption: true }), ...ENGINE_OPTIONS },
  examples: [["$0 image push registry.example.org/lab/bsweep-trainer:1", "Prints NAME@sha256:..."]],
  run: async ({ image, print: only, json, ...options }, { layout, effects }) => {
    const { planImagePush, pushImage } = await import("../../app/image/push-image.ts");
    const { formatPushedImage } = await import("../../reports/image-report.ts");
    const engine = await chooseEngine(options.engine, only);
    if (only) {
      print(formatCommand(engine, ...planImagePush({ engine, image }, "digest.txt")));
      return;
    }
    const pushed = await pushImage({ engine, image, layout }, effects);
    if (json) printJson(pushed);
    else print(formatPushedImage(pushed));
  },
});

/** To print a command no engine is needed. */
async function chooseEngine(wanted: EngineName | undefined, only: boolean): Promise<EngineName> {
  if (only && wanted !== undefined) return wanted;
  const { findEngine } = await import("../../app/image/engine.ts");
  return only ? findEngine().catch(() => ENGINES[0]) : findEngine(wanted);
}

function nextStep(image: string, unnamed: boolean): string {
  return unnamed
    ? "bsweep image build REGISTRY/NAME:TAG gives it a name that can be pushed"
    : formatCommand("bsweep", "image", "push", image);
}

/** The container image for sites where every job is one. */
export const imageCommand = defineGroup(
  "image",
  "Build and push the container image that elements run in",
  [buildCommand, pushCommand],
);
