import type { ElementDialect } from "./element.ts";
import { lsfElement } from "./lsf/element.ts";
import { slurmElement } from "./slurm/element.ts";

/** Of every record in `index.ts`, what the runner needs: it starts by the thousand, and loads nothing else of them. */
export const ELEMENTS: ElementDialect[] = [lsfElement, slurmElement];
