/**
 * One door to what a panel can do. A button, a key in the panel, a key in the window and the palette
 * all run the same handler; the window finds it by asking the panel's element for its commands.
 */
import type { Command } from "./contract";
import type { Panel } from "./panel";
import { button, type Control } from "./ui/dom";
import { keyText, nameOf, spokenKeys } from "./ui/keys";

/** How a command is carried out. */
export interface CommandHandler {
  /** Do it; false when there was nothing to do, so that a key is left to others. */
  run(): unknown;
  /** Whether it makes sense now; always, unless given. May read signals. */
  enabled?(): boolean;
  /** Whether it is offered at all, by menu, palette or key; always, unless given. */
  offered?(): boolean;
  /** The Python that it amounts to now, where the registry's does not know the values. */
  python?(): string;
  /** Whether the browser does it without Python, though Python could. */
  browserOnly?: boolean;
}

/** A command, or something else that may be found by words, as it is at this moment. */
export interface CommandItem extends Command {
  /** The command's id; for what was found by words something that names it. */
  id: string;
  enabled: boolean;
  /** Whether Python must answer. */
  asks?: boolean;
  run(): unknown;
}

/** Finds other things by words: a region, a column. */
export type Find = (words: readonly string[]) => CommandItem[];

/** What a panel does with its commands. */
export interface Commands<Id extends string> {
  /** Whether it makes sense now; may be watched. */
  enabled(id: Id): boolean;
  /** Do it if it makes sense now; say whether it was done. */
  run(id: Id): boolean;
  /** Make a button for it: title, key and help are the registry's. */
  button(id: Id, options: ButtonOptions): HTMLButtonElement;
  /** Give a button that is there already the help and the key of a command. */
  decorate(element: HTMLElement, id: Id): void;
  /** All of them, and what the words find. */
  items(words?: readonly string[]): CommandItem[];
}

type ButtonOptions = Omit<Control, "title" | "ended"> & {
  kind?: "plain" | "primary" | "danger" | "ghost" | "group1" | "group2";
  icon?: string;
  iconOnly?: boolean;
  /** Its text, where that is shorter than the title. */
  label?: string;
};

const ASKED = "peakvi-commands";
interface Asked {
  words: readonly string[];
  items: CommandItem[];
}

/** Say how a panel carries out its commands; it answers their keys, and the window that collects them. */
export function commandsOf<Id extends string>(
  { el: home, ended }: Pick<Panel<object, never>, "el" | "ended">,
  table: Readonly<Record<Id, Command>>,
  handlers: Readonly<Record<Id, CommandHandler>>,
  find: Find = () => [],
): Commands<Id> {
  const ids = Object.keys(table) as Id[];
  const offered = (id: Id) => handlers[id].offered?.() ?? true;
  const enabled = (id: Id) => offered(id) && (handlers[id].enabled?.() ?? true);
  const run = (id: Id) => enabled(id) && handlers[id].run() !== false;
  const asks = (id: Id) => !!table[id].python && !handlers[id].browserOnly;
  const item = (id: Id): CommandItem => ({
    ...table[id],
    id,
    python: handlers[id].python?.() ?? table[id].python ?? "",
    enabled: enabled(id),
    asks: asks(id),
    run: () => run(id),
  });
  const items = (words: readonly string[] = []) => [
    ...ids.filter(offered).map(item),
    ...(words.length > 0 ? find(words) : []),
  ];
  const decorate = (element: HTMLElement, id: Id) => {
    const { title, help, keys = [] } = table[id];
    const key = keys[0] ? ` (${keyText(keys[0])})` : "";
    element.title = (help ?? title) + key;
    if (keys.length > 0) element.setAttribute("aria-keyshortcuts", spokenKeys(keys));
    element.toggleAttribute("data-asks", asks(id));
  };

  const answer = (event: Event) => {
    const { detail } = event as CustomEvent<Asked>;
    detail.items.push(...items(detail.words));
  };
  home.addEventListener(ASKED, answer, { signal: ended });
  const press = (event: KeyboardEvent) => {
    if (event.defaultPrevented || isTyping(event)) return;
    const key = nameOf(event);
    if (ids.some((id) => table[id].keys?.includes(key) && run(id))) use(event);
  };
  home.addEventListener("keydown", press, { signal: ended });

  return {
    enabled,
    run,
    items,
    decorate,
    button(id, { label, ...options }) {
      const element = button(label ?? table[id].title, () => run(id), { ended, ...options });
      decorate(element, id);
      return element;
    },
  };
}

/** Ask panels for their commands, each at its own element; the first panel with an id has it. */
export function commandItemsIn(
  homes: Iterable<HTMLElement>,
  words: readonly string[] = [],
): CommandItem[] {
  const found = new Map<string, CommandItem>();
  for (const home of homes) {
    const detail: Asked = { words, items: [] };
    home.dispatchEvent(new CustomEvent(ASKED, { detail })); // does not bubble
    for (const item of detail.items) if (!found.has(item.id)) found.set(item.id, item);
  }
  return [...found.values()];
}

/** A call as Python writes it, with arguments by name. */
export function callText(verb: string, given: object): string {
  const words: Readonly<Record<string, string>> = { null: "None", true: "True", false: "False" };
  const written = Object.entries(given).map(([name, value]) => {
    const text = JSON.stringify(value);
    return `${name}=${words[text] ?? text}`;
  });
  return `${verb}(${written.join(", ")})`;
}

/** Whether a text has every word, in any order. */
export const hasWords = (text: string, words: readonly string[]): boolean => {
  const small = text.toLowerCase();
  return words.every((word) => small.includes(word));
};

/** A key that was used goes no further, neither to the browser nor to the notebook. */
export function use(event: Event): void {
  event.preventDefault();
  event.stopPropagation();
}

const NO_TEXT = ["checkbox", "radio", "range", "button"];

/** Whether a key goes into a field. */
export function isTyping(event: Event): boolean {
  const [at] = event.composedPath();
  if (!(at instanceof HTMLElement)) return false;
  if (at instanceof HTMLInputElement) return !NO_TEXT.includes(at.type);
  return at.isContentEditable || at.matches("textarea, select");
}
