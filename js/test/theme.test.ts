import { afterEach, expect, it } from "vitest";
import { followTheme, onTheme } from "../src/ui/theme";

afterEach(() => {
  delete document.body.dataset.jpThemeLight;
  delete document.body.dataset.vscodeThemeKind;
  document.documentElement.className = "";
  document.body.replaceChildren();
  document.body.style.background = "";
});

function standing() {
  const end = new AbortController();
  const root = document.createElement("div");
  document.body.append(root);
  return { root, end };
}

it.each<[string, () => void, string]>([
  ["JupyterLab", () => (document.body.dataset.jpThemeLight = "false"), "dark"],
  ["JupyterLab", () => (document.body.dataset.jpThemeLight = "true"), "light"],
  ["VS Code", () => (document.body.dataset.vscodeThemeKind = "vscode-dark"), "dark"],
  ["VS Code", () => (document.body.dataset.vscodeThemeKind = "vscode-high-contrast"), "dark"],
  ["VS Code", () => (document.body.dataset.vscodeThemeKind = "vscode-light"), "light"],
  ["marimo", () => (document.documentElement.className = "dark"), "dark"],
  ["a page of its own", () => (document.body.style.background = "rgb(20, 20, 24)"), "dark"],
  ["a page that says nothing", () => {}, "light"],
])("takes its theme from %s", (_host, decorate, theme) => {
  decorate();
  const { root, end } = standing();
  followTheme(root, end.signal);
  expect(root.dataset.pvTheme).toBe(theme);
  end.abort();
});

it("follows the notebook, tells those that draw, and stops when it ends", async () => {
  const { root, end } = standing();
  followTheme(root, end.signal);
  const canvas = document.createElement("canvas");
  root.append(canvas);
  const seen: (string | undefined)[] = [];
  onTheme(canvas, end.signal, () => seen.push(root.dataset.pvTheme));

  document.body.dataset.jpThemeLight = "false";
  await Promise.resolve();
  await Promise.resolve();
  expect(seen).toEqual(["dark"]);

  end.abort();
  document.body.dataset.jpThemeLight = "true";
  await Promise.resolve();
  await Promise.resolve();
  expect(root.dataset.pvTheme).toBe("dark");
});

it("keeps a choice whatever the notebook does, until it is auto again", () => {
  document.body.dataset.jpThemeLight = "true";
  const { root, end } = standing();
  const choose = followTheme(root, end.signal, "dark");
  expect(root.dataset.pvTheme).toBe("dark");
  choose("auto");
  expect(root.dataset.pvTheme).toBe("light");
  end.abort();
});
