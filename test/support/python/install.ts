import { preparePython, SCRIPT_PYTHON, TEST_PYTHON } from "./environment.ts";

await preparePython(SCRIPT_PYTHON, console.error);
process.stdout.write(`${await preparePython(TEST_PYTHON, console.error)}\n`);
