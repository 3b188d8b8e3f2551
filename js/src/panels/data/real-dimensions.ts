/** How many dimensions of the cells are real, before any training: bars, and one sentence. */
import type { DataIntent, DataState } from "../../contract";
import { componentBars } from "../../draw/plots/component-bars";
import type { Panel } from "../../panel";
import { button, h, say } from "../../ui/dom";

/** Make the part; it is there when the cells were tested, are being tested, or can be. */
export function realDimensions({ wire, watch, ended }: Panel<DataState, DataIntent>): HTMLElement {
  const [components, threshold] = [wire.read("components"), wire.read("confirmed_from")];
  const [sentence, previewing] = [wire.read("dimensions_sentence"), wire.read("previewing")];
  const task = wire.read("task");
  const plot = componentBars({ ended, testid: "component-bars" });
  const text = h("p", { class: "pv-text", role: "status", "data-testid": "dimensions-said" });
  const test = button("test", () => wire.ask({ intent: "preview" }), {
    asks: true,
    ...{ ended, kind: "ghost", testid: "test-dimensions" },
    title: "Map the cells and test by held-out data how many of their dimensions are real",
  });
  const caption = h("div", { class: "pv-caption pv-line" }, "real dimensions", test);
  caption.title =
    "Components of the cells, each suggested by a part of the fragments and tested on the rest: standard deviations above chance. Above the dashed line a component is confirmed.";
  watch(() => {
    const isTesting = previewing.value || task.value.name === "mapping";
    const bars = components.value;
    plot.el.hidden = bars.length === 0;
    plot.show({ bars, threshold: threshold.value });
    test.hidden = isTesting || sentence.value !== "";
    text.toggleAttribute("data-live", isTesting);
    say(text, isTesting ? "Testing the cells …" : sentence.value || "Not tested.");
  });
  return h(
    "div",
    { class: "pv-real-dimensions", "data-testid": "real-dimensions" },
    caption,
    plot.el,
    text,
  );
}
