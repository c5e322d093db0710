import "./style.css";
import { readEmbeddedPage } from "./data.ts";
import { el } from "./dom.ts";
import { redrawAll } from "./figure.ts";
import { followSweep } from "./live/follow.ts";
import { keep } from "./live/kept.ts";
import { Selection } from "./selection.ts";
import { answerSection } from "./sections/answer.ts";
import { selectionBar } from "./sections/bar.ts";
import { searchSections } from "./sections/search.ts";
import { confusionSection } from "./sections/confusion.ts";
import { curvesSection } from "./sections/curves.ts";
import { failuresSection } from "./sections/failures.ts";
import { importanceSection } from "./sections/importance.ts";
import { contents } from "./contents.ts";
import { paretoSection } from "./sections/pareto.ts";
import { ledgerSection, provenanceSection } from "./sections/plain.ts";
import { progressSection } from "./sections/progress.ts";
import { slicesSection } from "./sections/slices.ts";
import { timelineSection } from "./sections/timeline.ts";
import { trialSection } from "./sections/trial.ts";
import { parallelSection } from "./sections/parallel.ts";
import { tableSection } from "./sections/table.ts";
import { themeSwitch } from "./theme.ts";
import { createView } from "./view.ts";

async function start(main: HTMLElement): Promise<void> {
  const view = createView(await readEmbeddedPage());
  const selection = new Selection(view.trials);
  document.querySelector("header")?.append(themeSwitch(redrawAll));
  const sections = [
    answerSection(view, selection),
    progressSection(view, selection),
    selectionBar(view, selection),
    parallelSection(view, selection),
    importanceSection(view),
    slicesSection(view, selection),
    curvesSection(view, selection),
    ...searchSections(view, selection),
    confusionSection(view),
    paretoSection(view, selection),
    tableSection(view, selection),
    trialSection(view, selection),
    failuresSection(view, selection),
    timelineSection(view, selection),
    ledgerSection(view, selection),
    provenanceSection(view),
  ];
  main.replaceChildren(contents(sections), ...sections);
  globalThis.addEventListener("beforeprint", redrawAll);
  keep(
    "trial",
    () => view.page.trials.number[selection.focus] ?? null,
    (number) => number !== null && selection.look(view.find(number)),
  );
  followSweep(main, selection);
  main.dataset["ready"] = "true";
}

const main = document.querySelector("main");
if (main !== null) {
  start(main).catch((error: unknown) => {
    const text = "This browser cannot show the report: it needs one of 2023 or later.";
    main.append(el("p", { class: "fault", role: "alert" }, `${text} (${String(error)})`));
  });
}
