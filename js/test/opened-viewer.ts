/** A viewer on the page, with stand-ins for its panels. */
import type { RenderProps } from "@anywidget/types";
import { commandsOf } from "../src/commands";
import {
  type Layout,
  PANELS,
  type PanelRow,
  type Task,
  TRAINING_COMMANDS,
  type ViewerState,
} from "../src/contract";
import viewer from "../src/viewer";
import { fakeModel } from "./fake-model";

export const IDLE: Task = { name: "", text: "", progress: -1, waiting: 0, can_halt: false };
export const LAYOUT: Layout = {
  height: null,
  left: null,
  right: null,
  bottom: null,
  left_open: true,
  right_open: true,
  bottom_open: true,
  left_tab: "",
  right_tab: "",
  bottom_tab: "",
};
const REFS = Object.fromEntries(PANELS.map(({ name, module }) => [name, `ref-${module}`]));
export const STATE: ViewerState = {
  ...(REFS as Record<PanelRow["name"], string>),
  access: { opening: true, saving: true, variables: true },
  bindings: [],
  docked: [],
  window_layout: LAYOUT,
  da_state: "none",
  n_cells: 9440,
  n_regions: 9295,
  file_answer: { number: 0, outcome: "done", text: "" },
  picture_asked: { number: 0, canvas_only: true },
  n_notices: 0,
  notice: { number: 0, level: "info", text: "" },
  saved_output: "peakvi-1",
  superseded: "",
  pong: 0,
  source: "/data/pbmc10k.h5ad",
  task: IDLE,
  training: "untrained",
  undo_label: "",
  redo_label: "",
};

/** Stands in for the training panel: what it items, and what of it was done. */
function trainingCommands(el: HTMLElement, ended: AbortSignal, done: string[]) {
  const handler = (id: string) => ({
    run: () => void done.push(id),
    enabled: () => id !== "pause",
  });
  commandsOf({ el, ended }, TRAINING_COMMANDS, {
    train: handler("train"),
    stop: handler("stop"),
    pause: handler("pause"),
    restart: handler("restart"),
  });
}

export async function opened(state: Partial<ViewerState> = {}, broken = "", more: object = {}) {
  const fake = fakeModel({ ...STATE, ...state });
  Object.assign(fake.model, more);
  const el = document.createElement("div");
  document.body.append(el);
  const end = new AbortController();
  const docked: string[] = [];
  const pressed: string[] = [];
  const host = {
    async getWidget(ref: string) {
      if (ref === broken) throw new Error("model not found");
      return {
        exports: {},
        async render({ el: into }: { el: HTMLElement }) {
          docked.push(ref);
          into.append(ref);
          if (ref === "ref-training") trainingCommands(into, end.signal, pressed);
        },
      };
    },
  };
  const props = { model: fake.model, el, host, signal: end.signal };
  await viewer.render(props as unknown as RenderProps<ViewerState>);
  const at = <E extends HTMLElement = HTMLButtonElement>(id: string) =>
    el.querySelector<E>(`[data-testid="${id}"]`) as E;
  const slot = (name: string) =>
    el.querySelector<HTMLElement>(`[data-slot=${name}]`) as HTMLElement;
  const layout = () => fake.model.get("window_layout") as Layout;
  const seen = () =>
    ["data", "training_monitor", "embedding", "differential", "volcano", "code"].filter(
      (name) => !slot(name).closest("[hidden]"),
    );
  const key = (key: string, of: KeyboardEventInit = {}, on: HTMLElement = at("viewer")) => {
    const event = new KeyboardEvent("keydown", {
      key,
      bubbles: true,
      cancelable: true,
      composed: true,
      ...of,
    });
    on.dispatchEvent(event);
    return event;
  };
  const frame = at<HTMLElement>("viewer");
  return { ...fake, el, end, docked, pressed, at, slot, seen, key, frame, layout };
}
