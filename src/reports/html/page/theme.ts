import { button } from "./dom.ts";
import { keep } from "./live/kept.ts";

/** Light or dark as the system has it, until somebody says otherwise. */
export function themeSwitch(onChange: () => void): HTMLElement {
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");
  const isDark = (): boolean =>
    root.dataset["theme"] === undefined ? system.matches : root.dataset["theme"] === "dark";
  const made = button("", () => {
    root.dataset["theme"] = isDark() ? "light" : "dark";
    show();
  });
  const show = (): void => {
    made.textContent = isDark() ? "Light colours" : "Dark colours";
    onChange();
  };
  keep(
    "theme",
    () => root.dataset["theme"] ?? null,
    (theme) => {
      if (theme === null) return;
      root.dataset["theme"] = theme;
      show();
    },
  );
  system.addEventListener("change", show);
  made.textContent = isDark() ? "Light colours" : "Dark colours";
  made.classList.add("theme");
  return made;
}
