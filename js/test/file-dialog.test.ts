import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { ViewerState } from "../src/contract";
import { opened } from "./opened-viewer";

beforeEach(() => vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  document.body.replaceChildren();
});

async function dialog(command: string, state: Partial<ViewerState> = {}) {
  const made = await opened(state);
  made.at("menu").click();
  made.at("menu-file").click();
  made.at(`menu-${command}`).click();
  const path = made.at<HTMLInputElement>("dialog-path");
  let number = 0;
  const answer = (outcome: ViewerState["file_answer"]["outcome"], text = "") =>
    made.model.set("file_answer", { number: ++number, outcome, text });
  const isOpen = () => !made.at("file-dialog").closest("[hidden]");
  const enter = () => {
    const event = new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true });
    path.dispatchEvent(event);
  };
  const type = (text: string) => {
    path.value = text;
    path.dispatchEvent(new Event("input", { bubbles: true }));
  };
  return { ...made, path, answer, isOpen, enter, type };
}

it.each([
  ["save_session", "pbmc10k.peakvi"],
  ["save_page", "pbmc10k.html"],
  ["save_script", "pbmc10k.py"],
  ["save_notebook", "pbmc10k.ipynb"],
])("%s asks for a name that fits, and is done when Python says so", async (command, name) => {
  const { path, sent, at, answer, isOpen } = await dialog(command);
  expect([path.value, document.activeElement]).toEqual([name, path]);
  at("dialog-go").click();
  expect(sent).toEqual([{ intent: "save_file", path: name, overwrite: false }]);
  expect(isOpen()).toBe(true);
  answer("done");
  expect(isOpen()).toBe(false);
});

it("sets the ending, whatever was typed", async () => {
  const { type, enter, sent } = await dialog("save_script");
  type("mine.ipynb");
  enter();
  type("  other ");
  enter();
  expect(sent).toMatchObject([{ path: "mine.py" }, { path: "other.py" }]);
});

it("replaces a file only by the button that says so", async () => {
  const { at, enter, sent, answer, type } = await dialog("save_script");
  enter();
  answer("there", "/x/pbmc10k.py exists already.");
  expect(at("dialog-said").textContent).toContain("Replace it, or change the name");
  expect(at("dialog-go").textContent).toBe("Replace");
  enter();
  expect([sent.length, document.activeElement]).toEqual([1, at("dialog-go")]);
  at("dialog-go").click();
  expect(sent[1]).toEqual({ intent: "save_file", path: "pbmc10k.py", overwrite: true });
  answer("there", "again");
  type("other");
  expect([at("dialog-go").textContent, at("dialog-said").textContent]).toEqual(["Save", ""]);
});

it("stays open and says what is wrong", async () => {
  const { at, enter, answer, isOpen } = await dialog("save_session");
  enter();
  answer("refused", "There is no folder /nowhere; make it, or choose another.");
  expect(at("dialog-said").textContent).toContain("There is no folder");
  expect(isOpen()).toBe(true);
});

it("says that a busy kernel makes it wait", async () => {
  const { at, enter } = await dialog("save_session");
  enter();
  vi.advanceTimersByTime(2500);
  expect(at("dialog-said").textContent).toContain("busy with a cell");
});

it("opens a session, and says that what is open is left", async () => {
  const { at, enter, sent, model } = await dialog("open_session");
  const text = () => at("file-dialog").textContent;
  expect(text()).toContain("save it first");
  enter();
  expect(sent).toEqual([{ intent: "open_session", path: "pbmc10k.peakvi" }]);
  model.set("n_cells", 0);
  expect(text()).not.toContain("save it first");
});

it("lets another view's answer be", async () => {
  const { answer, isOpen } = await dialog("save_script");
  answer("done");
  expect(isOpen()).toBe(true);
});
