/** Clusters of the trained model's latent space, found with one number. */
import type { ReadonlySignal } from "@preact/signals-core";
import { EMBEDDING_COMMANDS } from "../../contract";
import type { PanelLifetime } from "../../panel";
import { button, h, numberField } from "../../ui/dom";

const RESOLUTION = 0.2; // the tutorial's

/** What the row shows and offers. */
export interface ClusterRowState {
  /** Why none can be found now; empty when they can. */
  missing: ReadonlySignal<string>;
  /** Whether they are being found just now. */
  busy: ReadonlySignal<boolean>;
  cluster(resolution: number): void;
}

/** Make the row; `find` presses its button. */
export function clusterRow(
  { missing, busy, cluster }: ClusterRowState,
  { watch, ended }: PanelLifetime,
): { el: HTMLElement; find(): void } {
  const resolution = numberField(() => {}, {
    ended,
    testid: "resolution",
    min: 0,
    value: RESOLUTION,
    label: "resolution",
    title: "Resolution of the Leiden clusters: above 0; higher gives more clusters",
  });
  const { input } = resolution;
  const find = () => {
    const fits = resolution.value > 0;
    input.setAttribute("aria-invalid", String(!fits));
    if (fits) cluster(resolution.value);
    else input.focus();
  };
  const go = button("Cluster", find, { ended, asks: true, testid: "cluster" });
  const enter = ({ key }: KeyboardEvent) => key === "Enter" && !go.disabled && find();
  input.addEventListener("keydown", enter, { signal: ended });
  const why = h("p", { class: "pv-text pv-dim", "data-testid": "cluster-missing" });
  watch(() => {
    why.textContent = missing.value;
    go.disabled = missing.value !== "" || busy.value;
    input.disabled = missing.value !== "";
    go.title = (missing.value || EMBEDDING_COMMANDS.cluster.help) ?? "";
    go.textContent = busy.value ? "Clustering…" : "Cluster";
  });
  const form = h(
    "div",
    { class: "pv-clusters" },
    h("label", {}, h("span", { class: "pv-dim" }, "resolution"), resolution.el),
    go,
  );
  return { el: h("div", {}, form, why), find };
}
