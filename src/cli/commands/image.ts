import type { CommandModule } from "yargs";
import { ENGINES, type EngineName } from "../../core/image.ts";
import type { Command, GlobalOptions } from "../command.ts";
import { formatCommand } from "../../core/shell.ts";
import { createEffects, print, printJson } from "../output.ts";

interface EngineOptions {
  engine: EngineName | undefined;
  print: boolean;
  json: boolean;
}

interface BuildCommandOptions extends EngineOptions {
  image: string | undefined;
  gpu: boolean;
  base: string | undefined;
}

interface PushCommandOptions extends EngineOptions {
  image: string;
}

const ENGINE_OPTIONS = {
  engine: {
    choices: ENGINES,
    describe: "The program that builds and pushes",
    defaultDescription: "the first that answers",
  },
  print: { type: "boolean", default: false, describe: "Print the command, and do nothing" },
  json: { type: "boolean", default: false, describe: "Print the outcome as JSON" },
} as const;

const buildCommand: Command<BuildCommandOptions> = {
  command: "build [image]",
  describe: "Build the image that elements run in, from this clone of bsweep",
  builder: (parser) =>
    parser
      .positional("image", {
        type: "string",
        describe: "REGISTRY/NAME:TAG",
        defaultDescription: "bsweep-trainer:VERSION, which cannot be pushed",
      })
      .option("gpu", {
        type: "boolean",
        default: false,
        describe: "With TensorFlow for NVIDIA's GPUs",
      })
      .option("base", {
        type: "string",
        describe: "Image to start from: Debian-like, with Node and its headers",
        defaultDescription: "the Dockerfile's",
      })
      .options(ENGINE_OPTIONS)
      .example(
        "$0 image build registry.example.org/lab/bsweep-trainer:1",
        "Then: bsweep image push",
      ),
  handler: async ({ image, gpu, base, engine, print: only, json }) => {
    const { buildImage, planImageBuild } = await import("../../app/image/build-image.ts");
    const { packageRoot } = await import("../../workspace/package.ts");
    const options = {
      root: packageRoot(),
      engine: await chooseEngine(engine, only),
      ...{ image, base },
      device: gpu ? ("gpu" as const) : ("cpu" as const),
    };
    if (only) {
      const plan = await planImageBuild(options);
      print(formatCommand(plan.engine, ...plan.args));
      return;
    }
    const built = await buildImage(options, createEffects());
    if (json) {
      printJson(built);
      return;
    }
    const { formatBuiltImage } = await import("../../reports/image-report.ts");
    print(formatBuiltImage(built));
    print(`\nnext: ${nextStep(built.image, image === undefined)}`);
  },
};

const pushCommand: Command<PushCommandOptions> = {
  command: "push <image>",
  describe: "Push the image to its registry, and tell the digest to write into the study",
  builder: (parser) =>
    parser
      .positional("image", { type: "string", demandOption: true, describe: "REGISTRY/NAME:TAG" })
      .options(ENGINE_OPTIONS)
      .example("$0 image push registry.example.org/lab/bsweep-trainer:1", "Prints NAME@sha256:..."),
  handler: async ({ image, engine, print: only, json, workspace }) => {
    const { planImagePush, pushImage } = await import("../../app/image/push-image.ts");
    const { createLayout } = await import("../../workspace/layout.ts");
    const chosen = await chooseEngine(engine, only);
    if (only) {
      print(formatCommand(chosen, ...planImagePush({ engine: chosen, image }, "digest.txt")));
      return;
    }
    const options = { engine: chosen, image, layout: createLayout(workspace) };
    const pushed = await pushImage(options, createEffects());
    if (json) {
      printJson(pushed);
      return;
    }
    const { formatPushedImage } = await import("../../reports/image-report.ts");
    print(formatPushedImage(pushed));
  },
};

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
export const imageCommand: CommandModule<GlobalOptions, GlobalOptions> = {
  command: "image <command>",
  describe: "Build and push the container image that elements run in",
  builder: (yargs) =>
    yargs.command(buildCommand).command(pushCommand).demandCommand(1, "Which one: build or push?"),
  handler: () => undefined,
};
