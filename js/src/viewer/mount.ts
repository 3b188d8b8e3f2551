/** Draw a panel or a docked widget in its place; what cannot be drawn is reported there. */
import type { AnyModel, Host } from "@anywidget/types";
import { h } from "../ui/dom";

/** What a notebook's widget manager can do and anywidget does not promise. */
interface Manager {
  get_model(id: string): Promise<unknown>;
  create_view?(model: unknown): Promise<View>;
}

/** A view of an ipywidget. Its element listens to Lumino's messages, if it is Lumino's at all. */
interface View {
  el: HTMLElement;
  luminoWidget?: { processMessage(message: { type: string }): void };
  remove(): void;
}

const IPYWIDGET = "IPY_MODEL_";

/** Draw what `ref` names into `into`, if anything; what cannot be drawn leaves the others alone. */
export async function mount(
  { host, model }: { host: Host; model: AnyModel },
  ref: string | null,
  into: HTMLElement,
  ended: AbortSignal,
): Promise<void> {
  if (ref === null) return; // of a viewer that gave way to a newer one
  try {
    if (ref.startsWith(IPYWIDGET)) {
      into.classList.add("pv-foreign");
      await show(model.widget_manager, ref.slice(IPYWIDGET.length), into, ended);
    } else {
      const panel = await host.getWidget(ref);
      if (!ended.aborted) await panel.render({ el: into, signal: ended });
    }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const text = `This part of the viewer could not be drawn: ${why}. Run the cell again.`;
    into.replaceChildren(h("p", { class: "pv-notice", "data-kind": "error", role: "alert" }, text));
  }
}

/** Show a plain ipywidget: its own view, with the messages that Lumino would send it. */
async function show(manager: Manager, id: string, into: HTMLElement, ended: AbortSignal) {
  if (!manager.create_view)
    throw new Error("this notebook can show anywidgets only, no ipywidgets");
  const view = await manager.create_view(await manager.get_model(id));
  const send = (type: string) => view.luminoWidget?.processMessage({ type });
  const remove = () => {
    send("before-detach");
    view.el.remove();
    send("after-detach");
    view.remove();
  };
  if (ended.aborted) return view.remove();
  ended.addEventListener("abort", remove, { once: true });
  send("before-attach");
  into.append(view.el);
  send("after-attach");
}
