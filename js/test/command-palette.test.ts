/** The command palette and the shortcut sheet, by keyboard and by ear. */
import { afterEach, describe, expect, it } from "vitest";
import { opened } from "./opened-viewer";

afterEach(() => document.body.replaceChildren());

async function palette(...typed: string[]) {
  const made = await opened({ undo_label: "lasso" });
  made.frame.focus();
  made.key("/");
  const field = made.at<HTMLInputElement>("palette-field");
  const type = (text: string) => {
    field.value = text;
    field.dispatchEvent(new Event("input"));
  };
  for (const text of typed) type(text);
  const rows = () => [...made.el.querySelectorAll<HTMLElement>("[data-testid=palette-row]")];
  const titles = () => rows().map((row) => row.querySelector("span")?.textContent);
  const press = (key: string) => made.key(key, {}, field);
  const chosen = () => rows().find((row) => row.getAttribute("aria-selected") === "true");
  return { ...made, field, type, rows, titles, press, chosen };
}

describe("the palette", () => {
  it.each(["/", "q"])(
    "opens by %s with every command, those that make sense first",
    async (key) => {
      const { frame, key: press, at, el } = await opened();
      frame.focus();
      press(key);
      expect(document.activeElement).toBe(at("palette-field"));
      const disabled = [...el.querySelectorAll("[data-testid=palette-row]")].map((row) =>
        row.getAttribute("aria-disabled"),
      );
      expect(disabled).toContain("true");
      expect(disabled.lastIndexOf(null)).toBeLessThan(disabled.indexOf("true"));
    },
  );

  it("finds by words in any order, and shows key and Python", async () => {
    const { titles, rows } = await palette("training stop");
    expect(titles()[0]).toBe("Stop training");
    expect(rows()[0]?.querySelector("kbd")?.textContent).toBe("S");
    expect(rows()[0]?.querySelector("code")?.textContent).toBe("session.stop()");
  });

  it("says why a command is disabled, and does not run it", async () => {
    const { rows, press, pressed, at } = await palette("pause");
    expect(rows()[0]?.textContent).toContain("needs a running training");
    press("Enter");
    expect([pressed, at("palette").closest("[hidden]")]).toEqual([[], null]);
  });

  it("moves by arrows round its ends, and runs by Enter where the keyboard was", async () => {
    const { titles, press, chosen, field, pressed, at, frame } = await palette("train");
    expect(field.getAttribute("aria-activedescendant")).toBe(chosen()?.id);
    press("ArrowUp");
    expect(chosen()?.querySelector("span")?.textContent).toBe(titles().at(-1));
    press("ArrowDown");
    expect(chosen()?.querySelector("span")?.textContent).toBe("Train");
    press("Enter");
    expect(pressed).toEqual(["train"]);
    expect(at("palette").closest("[hidden]")).not.toBeNull();
    expect(document.activeElement).toBe(frame);
  });

  it("runs by a click too, and says when there are no results", async () => {
    const { rows, type, pressed, at } = await palette("xyzzy");
    expect(at("palette").textContent).toContain("No results.");
    type("stop");
    rows()[0]?.click();
    expect(pressed).toEqual(["stop"]);
  });

  it("shows pages and closes what is docked", async () => {
    const { type, press, seen, model, sent, titles } = await palette("show volcano");
    press("Enter");
    expect(seen().at(-1)).toBe("volcano");
    model.set("docked", [{ name: "mine", area: "right", ref: "r" }]);
    type("close mine");
    expect(titles()).toEqual(["Close mine"]);
    press("Enter");
    expect(sent).toEqual([{ intent: "close_dock", name: "mine" }]);
  });

  it("closes by Escape and by a click beside it; no key goes through it", async () => {
    const { press, at, key, pressed, frame } = await palette();
    key("t", {}, at("palette"));
    key("?", {}, at("palette"));
    expect([pressed, at("shortcuts").parentElement?.hidden]).toEqual([[], true]);
    press("Escape");
    expect(document.activeElement).toBe(frame);
    key("q");
    const beside = at("palette").parentElement as HTMLElement;
    beside.dispatchEvent(new PointerEvent("pointerdown", { bubbles: true }));
    expect(beside.hidden).toBe(true);
  });
});

describe("the shortcut sheet", () => {
  it("opens by ? and holds every command once, with keys and Python", async () => {
    const { key, at, el } = await opened();
    key("?", { shiftKey: true });
    expect(at("shortcuts").closest("[hidden]")).toBeNull();
    const row = at("shortcut-stop").textContent;
    expect(row).toContain("S");
    expect(row).toContain("session.stop()");
    const ids = [...el.querySelectorAll<HTMLElement>("[data-testid^=shortcut-]")].map(
      (one) => one.dataset.testid,
    );
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toContain("shortcut-undo");
    key("Escape", {}, at("shortcuts"));
    expect(at("shortcuts").closest("[hidden]")).not.toBeNull();
  });

  it("keeps Tab inside", async () => {
    const { key, at } = await opened();
    key("?", { shiftKey: true });
    const first = document.activeElement as HTMLElement;
    expect(key("Tab", {}, first).defaultPrevented).toBe(true);
    expect(at("shortcuts").contains(document.activeElement)).toBe(true);
    expect(document.activeElement).not.toBe(first);
  });
});
