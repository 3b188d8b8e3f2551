import { afterEach, expect, it, vi } from "vitest";
import type { CodeState } from "../src/contract";
import panel from "../src/panels/code";
import { colored } from "../src/ui/code-text";
import { fakeModel } from "./fake-model";

const SCRIPT = `import peakvi_widgets as pv

session = pv.Session()
session.open("pbmc10k")  # 9,440 cells
session.train("quick")
`;

function opened(script = SCRIPT) {
  const state: CodeState = {
    script_head: "",
    script_body: "",
    script_tail: script,
    source: "pbmc10k",
    access: { opening: true, saving: true, variables: true },
    download: { number: 3, name: "old.py", text: "old" },
    notice: { number: 0, level: "info", text: "" },
    task: { name: "", text: "", progress: -1, waiting: 0, can_halt: false },
  };
  const fake = fakeModel({ ...state });
  const el = document.createElement("div");
  document.body.append(el);
  const end = new AbortController();
  panel.render({ model: fake.model, el, signal: end.signal });
  const at = (id: string) => el.querySelector<HTMLElement>(`[data-testid=${id}]`) as HTMLElement;
  return { ...fake, el, end, at };
}
const allow = (writeText: unknown) =>
  Object.defineProperty(navigator, "clipboard", { configurable: true, value: { writeText } });
afterEach(() => {
  document.body.replaceChildren();
  Reflect.deleteProperty(navigator, "clipboard");
  Reflect.deleteProperty(document, "execCommand");
});

it("colors words, strings and comments without changing a letter", () => {
  const pre = document.createElement("pre");
  pre.append(...colored(SCRIPT));
  expect(pre.textContent).toBe(SCRIPT);
  const of = (kind: string) =>
    [...pre.querySelectorAll(`.pv-py-${kind}`)].map((e) => e.textContent);
  expect(of("word")).toEqual(["import", "as"]);
  expect(of("string")).toEqual(['"pbmc10k"', '"quick"']);
  expect(of("comment")).toEqual(["# 9,440 cells"]);
});

it("downloads what it asked for, once, and nothing that another view asked for", () => {
  const { model, sent, at } = opened();
  const saved: string[] = [];
  const make = vi.fn(() => "blob:made");
  Object.assign(URL, { createObjectURL: make, revokeObjectURL: () => {} });
  const click = vi.spyOn(HTMLAnchorElement.prototype, "click");
  click.mockImplementation(function (this: HTMLAnchorElement) {
    saved.push(this.download);
  });
  model.set("download", { number: 4, name: "theirs.py", text: "x" });
  expect(saved).toEqual([]);
  at("download-notebook").click();
  expect(sent).toEqual([{ intent: "download_code", ending: ".ipynb" }]);
  model.set("download", { number: 5, name: "pbmc10k.ipynb", text: "{}" });
  model.set("download", { number: 6, name: "theirs.py", text: "x" });
  expect(saved).toEqual(["pbmc10k.ipynb"]);
  click.mockRestore();
});

it("takes markup in a name as text", () => {
  const { at } = opened('session.open("<img src=x>")');
  expect(at("script").querySelector("img")).toBeNull();
  expect(at("script").textContent).toBe('session.open("<img src=x>")');
});

it("shows the newest script", () => {
  const { model, at } = opened();
  model.set("script_tail", "session.embed()\n");
  expect(at("script").textContent).toBe("session.embed()\n");
});

it("copies the script, says so, and asks nothing of Python", async () => {
  const writeText = vi.fn(async () => {});
  allow(writeText);
  const { at, el, sent, saved } = opened();
  at("copy").click();
  await vi.waitFor(() => expect(el.querySelector("[role=status]")?.textContent).toBe("copied"));
  expect(writeText).toHaveBeenCalledWith(SCRIPT);
  expect([...sent, ...saved]).toEqual([]);
});

it("copies the older way where the clipboard is closed", async () => {
  allow(async () => Promise.reject(new DOMException("denied")));
  let selected = "";
  Object.assign(document, {
    execCommand: () => {
      selected = document.getSelection()?.toString() ?? "";
      return true;
    },
  });
  const { at, el } = opened();
  at("copy").click();
  await vi.waitFor(() => expect(el.querySelector("[role=status]")?.textContent).toBe("copied"));
  expect(selected).toBe(SCRIPT);
});

it("leaves the script selected where nothing may copy, and says which key does", async () => {
  const { at, el } = opened();
  at("copy").click();
  await vi.waitFor(() =>
    expect(el.querySelector("[role=status]")?.textContent).toContain("Ctrl+C"),
  );
  expect(document.getSelection()?.toString()).toBe(SCRIPT);
});

it("saves script, notebook and session under one name, and sets the ending", () => {
  const { at, sent } = opened();
  const name = at("file-name") as HTMLInputElement;
  name.value = " work/first.py ";
  at("save-py").click();
  at("save-ipynb").click();
  at("file-overwrite").click();
  at("save-peakvi").click();
  at("save-peakvi").click();
  expect(sent).toEqual([
    { intent: "save_code", path: "work/first.py", overwrite: false },
    { intent: "save_code", path: "work/first.ipynb", overwrite: false },
    { intent: "save_session", path: "work/first.peakvi", overwrite: true },
    { intent: "save_session", path: "work/first.peakvi", overwrite: false },
  ]);
});

it("saves nothing without a name, and no session without counts", () => {
  const { at, sent, model } = opened();
  (at("file-name") as HTMLInputElement).value = " ";
  at("save-py").click();
  expect(sent).toEqual([]);
  expect(document.activeElement).toBe(at("file-name"));
  model.set("source", "");
  expect((at("save-peakvi") as HTMLButtonElement).disabled).toBe(true);
});

it("lets go when it ends", () => {
  const { end, listening } = opened();
  expect(listening()).toBeGreaterThan(0);
  end.abort();
  expect(listening()).toBe(0);
});
