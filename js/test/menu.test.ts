import { afterEach, beforeEach, expect, it } from "vitest";
import type { CommandItem } from "../src/commands";
import { MENUS } from "../src/contract";
import { inMenus, menuButton } from "../src/viewer/menu";
import { opened } from "./opened-viewer";

let end: AbortController;
beforeEach(() => {
  end = new AbortController();
});
afterEach(() => {
  end.abort();
  document.body.replaceChildren();
});

function made() {
  const done: string[] = [];
  const item = (id: string, more: Partial<CommandItem> = {}): CommandItem => ({
    ...{ id, title: id, enabled: true, ...more },
    run: () => done.push(id),
  });
  const undo = item("undo", { title: "Undo", keys: ["mod+z"] });
  const redo = item("redo", { title: "Redo", enabled: false, needs: "a change that was undone" });
  const chapters = () => [
    { title: "Edit", groups: [[undo, redo], [item("filter", { title: "Apply the filter" })]] },
    { title: "Help", groups: [[item("palette", { title: "All commands" })]] },
  ];
  const { button, el } = menuButton(chapters, end.signal);
  document.body.append(button, el);
  const key = (key: string) => {
    const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true });
    (document.activeElement as Element).dispatchEvent(event);
    return event.defaultPrevented;
  };
  const at = () => (document.activeElement as HTMLElement).dataset.testid;
  const seen = (id: string) => !document.querySelector(`[data-testid=${id}]`)?.closest("[hidden]");
  return { done, button, el, key, at, seen };
}

it("opens by a click and walks round its entries by the arrows", () => {
  const { button, key, at, seen } = made();
  expect(button.getAttribute("aria-expanded")).toBe("false");
  button.click();
  expect([at(), button.getAttribute("aria-expanded")]).toEqual(["menu-edit", "true"]);
  key("ArrowDown");
  expect(at()).toBe("menu-help");
  key("ArrowDown");
  expect(at()).toBe("menu-edit");
  key("End");
  expect(at()).toBe("menu-help");
  key("e");
  expect(at()).toBe("menu-edit");
  expect(seen("submenu")).toBe(false);
});

it("does a command by key, closes, and gives the focus back to the button", () => {
  const { button, key, at, done, seen } = made();
  button.click();
  key("ArrowRight");
  expect(at()).toBe("menu-undo");
  key("ArrowUp");
  expect(at()).toBe("menu-filter");
  key("Enter");
  expect([done, at(), seen("menus")]).toEqual([["filter"], "menu", false]);
});

it("shows what cannot be done now, says what it needs, and does not do it", () => {
  const { button, key, at, done, seen } = made();
  button.click();
  key("Enter");
  key("ArrowDown");
  expect(at()).toBe("menu-redo");
  const item = document.activeElement as HTMLElement;
  expect(item.getAttribute("aria-disabled")).toBe("true");
  expect(item.title).toBe("needs a change that was undone");
  key("Enter");
  item.click();
  expect([done, seen("menus")]).toEqual([[], true]);
});

it("goes back one step with Escape or the arrow, and closes from the first", () => {
  const { button, key, at, seen } = made();
  for (const back of ["ArrowLeft", "Escape"]) {
    button.click();
    key("ArrowRight");
    key(back);
    expect([at(), seen("submenu")]).toEqual(["menu-edit", false]);
    key("Escape");
    expect([at(), seen("menus")]).toEqual(["menu", false]);
  }
});

it("closes when the focus goes elsewhere, and Tab goes on from the button", () => {
  const { button, key, at, seen } = made();
  const other = document.createElement("button");
  document.body.append(other);
  button.click();
  other.focus();
  expect(seen("menus")).toBe(false);
  button.click();
  expect(key("Tab")).toBe(false);
  expect([at(), seen("menus")]).toEqual(["menu", false]);
});

it("unfolds what the pointer is over, and keeps keys to itself", () => {
  const { button, el, done, key } = made();
  const received: string[] = [];
  el.parentElement?.addEventListener("keydown", (event) => received.push(event.key));
  button.click();
  for (const title of ["edit", "help"]) {
    // the first one has the focus already
    const entry = el.querySelector(`[data-testid=menu-${title}]`) as HTMLElement;
    entry.dispatchEvent(new MouseEvent("pointerover", { bubbles: true }));
    expect(entry.getAttribute("aria-expanded")).toBe("true");
  }
  el.querySelector<HTMLElement>("[data-testid=menu-palette]")?.click();
  expect(done).toEqual(["palette"]);
  button.click();
  key("ArrowDown");
  expect(received).toEqual([]);
});

it("puts offers where the registry has them, and others at an end", () => {
  const items = ["undo", "train", "unknown"].map((id) => ({
    id,
    title: id,
    enabled: true,
    run() {},
  }));
  const mine = { id: "key h", title: "Mine", enabled: true, run() {} };
  const menus = inMenus(items, { Edit: [[mine]], Yours: [[mine]], None: [[]] });
  expect(menus.map(({ title }) => title)).toEqual(["Edit", "Model", "Yours"]);
  expect(menus[0]?.groups.map((group) => group.map(({ id }) => id))).toEqual([["undo"], ["key h"]]);
});

it("has every command that the viewer and its panels offer", async () => {
  const { at } = await opened();
  at("menu").click();
  const titles = [...at("menus").children].map((one) => one.firstElementChild?.textContent);
  expect(titles).toEqual(MENUS.map(({ title }) => title).filter((t) => titles.includes(t)));
  at("menu-view").click();
  const view = [...at("submenu").children].map((one) => one.firstElementChild?.textContent);
  expect(view).toContain("Full screen");
  expect(view).toContain("Show Volcano");
});
