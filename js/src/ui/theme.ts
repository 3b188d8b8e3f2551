/** Light or dark: found once for each root, followed while it exists, passed to what draws on canvas. */

/** What a person may ask for; `auto` follows the notebook. */
export type Theme = "light" | "dark";

/** Colors by the name of their token in theme.css, without its `--pv-`. */
export type ThemeColors<K extends string> = Record<K, string>;

/** Keep `root` in the theme of its surroundings; the returned function sets another choice. */
export function followTheme(
  root: HTMLElement,
  ended: AbortSignal,
  choice: Theme | "auto" = "auto",
): (choice: Theme | "auto") => void {
  let chosen = choice;
  const show = () => {
    const theme = chosen === "auto" ? surroundings(root) : chosen;
    if (root.dataset.pvTheme !== theme) root.dataset.pvTheme = theme;
  };
  show();
  const frame = requestAnimationFrame(show); // by then it is on its page
  const observer = new MutationObserver(show);
  for (const host of [document.documentElement, document.body]) {
    observer.observe(host, { attributes: true });
  }
  for (const media of [prefersDark(), prefersForced()]) {
    media?.addEventListener("change", show, { signal: ended });
  }
  ended.addEventListener(
    "abort",
    () => {
      observer.disconnect();
      cancelAnimationFrame(frame);
    },
    { once: true },
  );
  return (next) => {
    chosen = next;
    show();
  };
}

/** Run whenever the theme around `el` changes; `el` must be in its root by then. */
export function onTheme(el: Element, ended: AbortSignal, run: () => void): void {
  const root = el.closest("[data-pv-theme]");
  if (!root) return;
  const observer = new MutationObserver(run);
  observer.observe(root, { attributes: true, attributeFilter: ["data-pv-theme"] });
  ended.addEventListener("abort", () => observer.disconnect(), { once: true });
}

/** The colors in force at `el`, for what draws on a canvas. */
export function themeColors<K extends string>(el: Element, names: readonly K[]): ThemeColors<K> {
  const style = getComputedStyle(el);
  const colors = {} as ThemeColors<K>;
  for (const name of names) colors[name] = style.getPropertyValue(`--pv-${name}`).trim() || "#888";
  return colors;
}

function surroundings(root: HTMLElement): Theme {
  // in high contrast the grounds are the system's, whatever the host says
  if (prefersForced()?.matches) return prefersDark()?.matches ? "dark" : "light";
  return saidByHost() ?? seenBehind(root) ?? (prefersDark()?.matches ? "dark" : "light");
}

/** JupyterLab, Notebook, VS Code and marimo say it on the page's body or root element. */
function saidByHost(): Theme | undefined {
  for (const { dataset, classList } of [document.body, document.documentElement]) {
    if (dataset.jpThemeLight) return dataset.jpThemeLight === "false" ? "dark" : "light";
    const said = dataset.vscodeThemeKind ?? dataset.theme ?? "";
    if (/dark|high-contrast$/.test(said)) return "dark";
    if (/light/.test(said)) return "light";
    if (classList.contains("dark")) return "dark";
    if (classList.contains("light")) return "light";
  }
  return undefined;
}

/** Elsewhere the first color behind the widget decides. */
function seenBehind(root: HTMLElement): Theme | undefined {
  for (let at: Node | null = root.parentNode; at; at = at.parentNode ?? hostOf(at)) {
    if (!(at instanceof Element)) continue;
    const channels =
      getComputedStyle(at)
        .backgroundColor.match(/[\d.]+/g)
        ?.map(Number) ?? [];
    const [red = 0, green = 0, blue = 0, alpha = 1] = channels;
    if (channels.length >= 3 && alpha > 0.5) {
      return 0.299 * red + 0.587 * green + 0.114 * blue < 128 ? "dark" : "light";
    }
  }
  return undefined;
}

const hostOf = (node: Node): Node | null => (node instanceof ShadowRoot ? node.host : null);

const prefersDark = (): MediaQueryList | undefined =>
  globalThis.matchMedia?.("(prefers-color-scheme: dark)");

const prefersForced = (): MediaQueryList | undefined =>
  globalThis.matchMedia?.("(forced-colors: active)");
