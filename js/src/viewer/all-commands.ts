/** Every command of the viewer in one list: for the palette, the menus, the shortcut sheet and keys. */
import { type CommandItem, commandItemsIn, isTyping, use } from "../commands";
import type { ViewerIntent, ViewerState } from "../contract";
import type { Panel } from "../panel";
import { nameOf } from "../ui/keys";
import type { Pages } from "./pages";
import type { ShortcutTable } from "./shortcut-sheet";

/** The commands of the window, its panels, and the keys that a person bound. */
export interface AllCommands {
  /** All of them, and what the words find; those that need Python are disabled without a kernel. */
  items(words?: readonly string[]): CommandItem[];
  /** The keys that a person bound. */
  bound(): CommandItem[];
  /** By who carries them out, each under the first that has it. */
  chapters(): ShortcutTable[];
}

/** Collect the commands and answer keys in the window; bound keys come first. */
export function allCommands(
  { homes }: Pages,
  isReadOnly: () => boolean,
  { el, wire, ended }: Panel<ViewerState, ViewerIntent>,
): AllCommands {
  const bindings = wire.read("bindings");
  const bound = (): CommandItem[] =>
    bindings.value.map(({ key, title }) => ({
      id: `key ${key}`,
      title,
      keys: [key],
      enabled: true,
      asks: true,
      run: () => wire.ask({ intent: "press_key", key }),
    }));
  const checked = (item: CommandItem) => ({
    ...item,
    enabled: item.enabled && !(item.asks && isReadOnly()),
  });
  const items = (words: readonly string[] = []) =>
    [...bound(), ...commandItemsIn([...homes.keys(), el], words)].map(checked);
  const press = (event: KeyboardEvent, some: readonly CommandItem[]) => {
    const isOver = event.target instanceof Element && event.target.closest(".pv-overlay");
    if (event.defaultPrevented || isTyping(event) || isOver) return;
    const key = nameOf(event);
    const found = some.filter((item) => item.enabled && !item.local && item.keys?.includes(key));
    if (found.some((item) => item.run() !== false)) use(event);
  };
  const early = { signal: ended, capture: true }; // a key that a person bound is taken from ours
  el.addEventListener("keydown", (event) => press(event, bound()), early);
  el.addEventListener("keydown", (event) => press(event, items()), { signal: ended });
  return {
    items,
    bound,
    chapters() {
      const listed = new Set<string>();
      const parts = [...homes].map(([home, { label }]) => ({
        title: label,
        items: commandItemsIn([home]),
      }));
      return [
        { title: "Your key bindings", items: bound() },
        { title: "Window", items: commandItemsIn([el]) },
        ...parts,
      ]
        .map(({ title, items: all }) => ({
          title,
          items: all.filter(({ id }) => !listed.has(id) && listed.add(id)),
        }))
        .filter((chapter) => chapter.items.length > 0);
    },
  };
}
