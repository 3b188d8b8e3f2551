/**
 * One door to what a panel can do. A button, a key in the panel, a key in the window and the palette
 * all run the same deed; the window finds it by asking the panel's element for its offers.
 */
import type { Command } from "./contract";
import type { Panel } from "./panel";
import { button, type Control } from "./ui/dom";
import { keyText, nameOf, spokenKeys } from "./ui/keys";

/** How a command is carried out. */
export interface Deed {
  /** Do it; false when there was nothing to do, so that a key is left to others. */
  run(): unknown;
  /** Whether it makes sense now; always, unless told. May read signals. */
  able?(): boolean;
  /** Whether it is offered at all, by menu, palette or key; always, unless given. */
  offered?(): boolean;
  /** The Python that it amounts to now, where the registry's does not know the values. */
  python?(): string;
  /** Whether the page does it alone, though Python could. */
  alone?: boolean;
}

/** A command, or something else that may be found by words, as it stands at this moment. */
export interface Offer extends Command {
  /** The command's id; for what was found by words something that names it. */
  id: string;
  able: boolean;
  /** Whether Python must answer. */
  asks?: boolean;
  run(): unknown;
}

/** Something that is no command and is found by words: a region, a column. */
export type Find = (words: readonly string[]) => Offer[];

/** What a panel does with its commands. */
export interface Commands<Id extends string> {
  /** Whether it makes sense now; may be watched. */
  able(id: Id): boolean;
  /** Do it if it makes sense now; say whether it was done. */
  run(id: Id): boolean;
  /** Make a button for it: title, key and help are the registry's. */
  button(id: Id, options: ButtonOptions): HTMLButtonElement;
  /** Give a button that is there already the help and the key of a command. */
  dress(element: HTMLElement, id: Id): void;
  /** All of them, and what the words find. */
  offers(words?: readonly string[]): Offer[];
}

type ButtonOptions = Omit<Control, "title" | "ended"> & {
  kind?: "plain" | "primary" | "danger" | "ghost" | "group1" | "group2";
  icon?: string;
  iconOnly?: boolean;
  /** What stands on it, where that is shorter than the title. */
  label?: string;
};

const ASKED = "peakvi-offers";
interface Asked {
  words: readonly string[];
  offers: Offer[];
}

/** Say how a panel carries out its commands; it answers their keys, and whoever asks for offers. */
export function commandsOf<Id extends string>(
  { el: home, ended }: Pick<Panel<object, never>, "el" | "ended">,
  table: Readonly<Record<Id, Command>>,
  deeds: Readonly<Record<Id, Deed>>,
  find: Find = () => [],
): Commands<Id> {
  const ids = Object.keys(table) as Id[];
  const offered = (id: Id) => deeds[id].offered?.() ?? true;
  const able = (id: Id) => offered(id) && (deeds[id].able?.() ?? true);
  const run = (id: Id) => able(id) && deeds[id].run() !== false;
  const asks = (id: Id) => !!table[id].python && !deeds[id].alone;
  const offer = (id: Id): Offer => ({
    ...table[id],
    id,
    python: deeds[id].python?.() ?? table[id].python ?? "",
    able: able(id),
    asks: asks(id),
    run: () => run(id),
  });
  const offers = (words: readonly string[] = []) => [
    ...ids.filter(offered).map(offer),
    ...(words.length > 0 ? find(words) : []),
  ];
  const dress = (element: HTMLElement, id: Id) => {
    const { title, help, keys = [] } = table[id];
    const key = keys[0] ? ` (${keyText(keys[0])})` : "";
    element.title = (help ?? title) + key;
    if (keys.length > 0) element.setAttribute("aria-keyshortcuts", spokenKeys(keys));
    element.toggleAttribute("data-asks", asks(id));
  };

  const answer = (event: Event) => {
    const { detail } = event as CustomEvent<Asked>;
    detail.offers.push(...offers(detail.words));
  };
  home.addEventListener(ASKED, answer, { signal: ended });
  const press = (event: KeyboardEvent) => {
    if (event.defaultPrevented || isTyping(event)) return;
    const key = nameOf(event);
    if (ids.some((id) => table[id].keys?.includes(key) && run(id))) use(event);
  };
  home.addEventListener("keydown", press, { signal: ended });

  return {
    able,
    run,
    offers,
    dress,
    button(id, { label, ...options }) {
      const element = button(label ?? table[id].title, () => run(id), { ended, ...options });
      dress(element, id);
      return element;
    },
  };
}

/** Ask panels for what they offer, each at its own element; the first to offer an id has it. */
export function offersIn(homes: Iterable<HTMLElement>, words: readonly string[] = []): Offer[] {
  const found = new Map<string, Offer>();
  for (const home of homes) {
    const detail: Asked = { words, offers: [] };
    home.dispatchEvent(new CustomEvent(ASKED, { detail })); // does not bubble: nobody else hears it
    for (const offer of detail.offers) if (!found.has(offer.id)) found.set(offer.id, offer);
  }
  return [...found.values()];
}

/** A call as Python writes it, with arguments by name. */
export function callText(verb: string, given: object): string {
  const words: Readonly<Record<string, string>> = { null: "None", true: "True", false: "False" };
  const told = Object.entries(given).map(([name, value]) => {
    const text = JSON.stringify(value);
    return `${name}=${words[text] ?? text}`;
  });
  return `${verb}(${told.join(", ")})`;
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
