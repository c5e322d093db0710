import { preparePython, TEST_PYTHON } from "./environment.ts";

process.stdout.write(`${await preparePython(TEST_PYTHON, console.error)}\n`);
