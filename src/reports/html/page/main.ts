import "tabulator-tables/dist/css/tabulator.min.css";
import "./style.css";
import { readEmbeddedPage } from "./data.ts";
import { el } from "./dom.ts";
import { redrawAll } from "./figure.ts";
import { Selection } from "./selection.ts";
import { answerSection } from "./sections/answer.ts";
import { selectionBar } from "./sections/bar.ts";
import { parallelSection } from "./sections/parallel.ts";
import { tableSection } from "./sections/table.ts";
import { themeSwitch } from "./theme.ts";
import { createView } from "./view.ts";

async function start(main: HTMLElement): Promise<void> {
  const view = createView(await readEmbeddedPage());
  const selection = new Selection(view.trials);
  document.querySelector("header")?.append(themeSwitch(redrawAll));
  const sections = [
    answerSection(view),
    selectionBar(view, selection),
    parallelSection(view, selection),
    tableSection(view, selection),
  ];
  main.replaceChildren(...sections);
  globalThis.addEventListener("beforeprint", redrawAll);
  main.dataset["ready"] = "true";
}

const main = document.querySelector("main");
if (main !== null) {
  start(main).catch((error: unknown) => {
    const text = "This browser cannot show the report: it needs one of 2023 or later.";
    main.append(el("p", { class: "fault", role: "alert" }, `${text} (${String(error)})`));
  });
}
