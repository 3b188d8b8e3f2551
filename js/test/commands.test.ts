/** The door to a panel's commands: one handler, however it is asked for. */
import { signal } from "@preact/signals-core";
import { afterEach, describe, expect, it, vi } from "vitest";
import { callText, commandItemsIn, commandsOf, hasWords } from "../src/commands";
import type { Command } from "../src/contract";
import { keyText, nameOf, spokenKeys } from "../src/ui/keys";

const TABLE: Record<"swap" | "fit" | "first" | "second", Command> = {
  swap: {
    title: "Swap groups",
    keys: ["x"],
    needs: "groups",
    help: "One becomes the other",
    python: "session.swap_groups()",
  },
  fit: { title: "Fit", keys: ["home"], local: true },
  first: { title: "First", keys: ["i"] },
  second: { title: "Second", keys: ["i"] },
};

function made() {
  const el = document.createElement("div");
  document.body.append(el);
  const end = new AbortController();
  const [done, enabled] = [[] as string[], signal(true)];
  const handler = (id: string) => ({ run: () => void done.push(id) });
  const commands = commandsOf(
    { el, ended: end.signal },
    TABLE,
    {
      swap: { ...handler("swap"), enabled: () => enabled.value },
      fit: handler("fit"),
      first: { ...handler("first"), enabled: () => enabled.value },
      second: { ...handler("second"), python: () => "session.second(3)" },
    },
    (words) =>
      ["chr1:1-2", "chr2:1-2"]
        .filter((name) => hasWords(name, words))
        .map((name) => ({ id: name, title: name, enabled: true, run: () => done.push(name) })),
  );
  const press = (key: string, on: Element = el, of: KeyboardEventInit = {}) => {
    const event = new KeyboardEvent("keydown", {
      key,
      bubbles: true,
      cancelable: true,
      composed: true,
      ...of,
    });
    on.dispatchEvent(event);
    return event.defaultPrevented;
  };
  return { el, end, done, enabled, commands, press };
}

afterEach(() => document.body.replaceChildren());

describe("a command", () => {
  it("is done by its button, its key, its name and its offer alike", () => {
    const { el, done, commands, press } = made();
    el.append(commands.button("swap", { testid: "swap" }));
    el.querySelector("button")?.click();
    press("x");
    commands.run("swap");
    commandItemsIn([el])
      .find(({ id }) => id === "swap")
      ?.run();
    expect(done).toEqual(["swap", "swap", "swap", "swap"]);
  });

  it("is run by none of them while it is disabled, and its key is left to others", () => {
    const { el, done, enabled, commands, press } = made();
    const button = commands.button("swap", {});
    enabled.value = false;
    button.click();
    expect(press("x")).toBe(false);
    commands.run("swap");
    commandItemsIn([el]).forEach((item) => {
      if (item.id === "swap") expect([item.enabled, item.run()]).toEqual([false, false]);
    });
    expect(done).toEqual([]);
  });

  it("gives its button title, key and help of the registry", () => {
    const { commands } = made();
    const button = commands.button("swap", {});
    expect([button.textContent, button.title]).toEqual([
      "Swap groups",
      "One becomes the other (X)",
    ]);
    expect(button.getAttribute("aria-keyshortcuts")).toBe("X");
    expect(commands.button("fit", { label: "all" }).textContent).toBe("all");
    expect(commands.button("fit", {}).title).toBe("Fit (Home)");
  });

  it("shares its key with another: the first that makes sense has it", () => {
    const { done, enabled, press } = made();
    press("i");
    enabled.value = false;
    press("i");
    expect(done).toEqual(["first", "second"]);
  });

  it.each(["input", "textarea", "select"])("has no key in a field: %s", (tag) => {
    const { el, done, press } = made();
    const field = document.createElement(tag);
    el.append(field);
    expect(press("x", field)).toBe(false);
    expect(done).toEqual([]);
  });

  it("lets go when the panel ends", () => {
    const { el, end, done, press } = made();
    end.abort();
    press("x");
    expect([done, commandItemsIn([el])]).toEqual([[], []]);
  });
});

describe("offers", () => {
  it("hold every command with its Python now, and what the words find", () => {
    const { el } = made();
    const python = Object.fromEntries(commandItemsIn([el]).map((o) => [o.id, o.python]));
    expect(python).toEqual({
      swap: "session.swap_groups()",
      fit: "",
      first: "",
      second: "session.second(3)",
    });
    expect(
      commandItemsIn([el], ["chr2"])
        .slice(4)
        .map(({ id }) => id),
    ).toEqual(["chr2:1-2"]);
  });

  it("are asked for in order, and the first to offer an id has it", () => {
    const [one, two] = [made(), made()];
    const items = commandItemsIn([two.el, one.el]);
    expect(items.length).toBe(4);
    items[0]?.run();
    expect([one.done, two.done]).toEqual([[], ["swap"]]);
  });

  it("do not bubble to elements around", () => {
    const { el } = made();
    const received = vi.fn();
    document.body.addEventListener("peakvi-commands", received);
    commandItemsIn([el]);
    document.body.removeEventListener("peakvi-commands", received);
    expect(received).not.toHaveBeenCalled();
  });
});

it("writes a call as Python does", () => {
  expect(callText("session.filter", { min_cells: 0.05, max_regions: null, all: false })).toBe(
    "session.filter(min_cells=0.05, max_regions=None, all=False)",
  );
});

describe("keys", () => {
  it.each<[string, KeyboardEventInit, string]>([
    ["X", {}, "x"],
    ["I", { shiftKey: true }, "shift+i"],
    ["z", { ctrlKey: true }, "mod+z"],
    ["Z", { metaKey: true, shiftKey: true }, "mod+shift+z"],
    ["?", { shiftKey: true }, "?"],
    ["1", { shiftKey: true }, "1"],
    ["/", { shiftKey: true }, "/"],
    ["ArrowUp", { shiftKey: true, altKey: true }, "alt+shift+arrowup"],
  ])("have one name on all keyboards: %s %o is %s", (key, of, name) => {
    expect(nameOf(new KeyboardEvent("keydown", { key, ...of }))).toBe(name);
  });

  it("are written for the eye and for the ear", () => {
    const keys = ["mod+shift+z", "escape", "?", " ", "alt+arrowup"];
    expect(keys.map(keyText)).toEqual(["Ctrl+Shift+Z", "Esc", "?", "Space", "Alt+↑"]);
    expect(spokenKeys(["mod+shift+z", "escape", "alt+arrowup"])).toBe(
      "Control+Shift+Z Escape Alt+ArrowUp",
    );
  });
});
