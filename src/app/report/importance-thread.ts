// What a thread beside bsweep runs: one question, one answer (measure-apart.ts).
import { parentPort, workerData } from "node:worker_threads";
import { type ImportanceQuestion, measureImportance } from "../../stats/importance/importance.ts";

const { parameters, objectives, direction } = workerData as ImportanceQuestion;
parentPort?.postMessage(measureImportance(parameters, objectives, direction));
