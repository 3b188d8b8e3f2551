/** A model with no kernel behind it: remembers what was asked, replays what was set. */
import type { AnyModel } from "@anywidget/types";

export function fakeModel<S extends Record<string, unknown>>(state: S) {
  const listeners = new Map<string, Set<() => void>>();
  const sent: unknown[] = [];
  const saved: string[] = [];
  const changed = new Set<string>();
  const model = {
    get: (key: string) => state[key],
    set: (key: string, value: unknown) => {
      (state as Record<string, unknown>)[key] = value;
      changed.add(key);
      for (const tell of [...(listeners.get(`change:${key}`) ?? [])]) tell();
    },
    save_changes: () => {
      saved.push(...changed);
      changed.clear();
    },
    send: (content: unknown) => sent.push(content),
    on: (event: string, tell: () => void) => {
      listeners.set(event, (listeners.get(event) ?? new Set()).add(tell));
    },
    off: (event: string, tell: () => void) => listeners.get(event)?.delete(tell),
  };
  const listening = () => [...listeners.values()].reduce((n, set) => n + set.size, 0);
  const tell = (event: string) => {
    for (const hear of [...(listeners.get(event) ?? [])]) hear();
  };
  return { model: model as unknown as AnyModel, sent, saved, listening, tell };
}
