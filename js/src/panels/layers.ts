/** The layers: what is drawn, in which order, and how the one looks that is chosen. */
import { computed } from "@preact/signals-core";
import { commandsOf } from "../commands";
import { LAYERS_COMMANDS, type LayersIntent, type LayersState } from "../contract";
import { definePanel } from "../panel";
import { h } from "../ui/dom";
import { notices } from "../ui/notices";
import { layerControls } from "./layers/layer-controls";
import { layerList } from "./layers/layer-list";

export default definePanel<LayersState, LayersIntent>((panel) => {
  const { el, wire, watch } = panel;
  const [rows, n_cells] = [wire.read("layer_rows"), wire.read("n_cells")];
  const active = computed(() => rows.value.find((row) => row.active));
  const at = () => rows.value.findIndex((row) => row.active);
  const name = () => active.value?.name ?? "";
  const quoted = () => JSON.stringify(name());
  const above = () => at() >= 0 && at() < rows.value.length - 1;
  const below = () => at() > 0;
  const set = (layer: string, setting: string, value: string | number | boolean | number[]) =>
    wire.ask({ intent: "set_layer", layer, setting, value });
  const move = (layer: string, to: number) => wire.ask({ intent: "move_layer", layer, to });

  const list = layerList(
    {
      ...{ rows, notice: wire.read("notice") },
      move,
      choose: (layer) => wire.ask({ intent: "choose_layer", layer }),
      show: (layer, visible) => set(layer, "visible", visible),
      rename: (layer, text) => set(layer, "name", text),
    },
    panel,
  );
  const add = (kind: "cells" | "groups" | "labels") => ({
    run: () => wire.ask({ intent: "add_layer", kind }),
    enabled: () => n_cells.value > 0,
  });
  const is = () => Boolean(active.value);
  const commands = commandsOf(panel, LAYERS_COMMANDS, {
    toggle_layer: {
      run: () => set(name(), "visible", !active.value?.visible),
      enabled: is,
      python: () =>
        `session.layers[${quoted()}].visible = ${active.value?.visible ? "False" : "True"}`,
    },
    rename_layer: { run: () => list.rename(name()), enabled: is },
    remove_layer: {
      run: () => wire.ask({ intent: "remove_layer", layer: name() }),
      enabled: is,
      python: () => `session.layers.remove(${quoted()})`,
    },
    raise_layer: { run: () => move(name(), at() + 2), enabled: above },
    lower_layer: { run: () => move(name(), at() - 1), enabled: below },
    add_cells: add("cells"),
    add_labels: add("labels"),
    add_groups: {
      ...add("groups"),
      enabled: () => !rows.value.some(({ kind }) => kind === "groups"),
    },
  });
  const icon = (id: "raise_layer" | "lower_layer" | "remove_layer", sign: string) =>
    commands.button(id, { testid: id, icon: sign, iconOnly: true, kind: "ghost" });
  const [add_cells, add_labels] = [
    commands.button("add_cells", { testid: "add_cells", label: "+ cells" }),
    commands.button("add_labels", { testid: "add_labels", label: "+ labels" }),
  ];
  const [raise_layer, lower_layer, remove_layer] = [
    icon("raise_layer", "↑"),
    icon("lower_layer", "↓"),
    icon("remove_layer", "×"),
  ];
  const buttons = { add_cells, add_labels, raise_layer, lower_layer, remove_layer };
  watch(() => {
    for (const [id, one] of Object.entries(buttons)) {
      one.disabled = !commands.enabled(id as keyof typeof buttons);
    }
  });
  const groups = commands.button("add_groups", { testid: "add_groups", label: "+ groups" });
  watch(() => {
    groups.hidden = rows.value.some(({ kind }) => kind === "groups");
  });
  el.append(
    h(
      "section",
      {
        class: "pv-panel pv-layers",
        "aria-label": "Layers",
        tabindex: -1,
        "data-testid": "layers-panel",
      },
      h(
        "div",
        { class: "pv-section" },
        h("h3", { class: "pv-title" }, "Layers"),
        list.el,
        h(
          "div",
          { class: "pv-line pv-layer-tools" },
          add_cells,
          add_labels,
          groups,
          h("span", { class: "pv-grow" }),
          raise_layer,
          lower_layer,
          remove_layer,
        ),
      ),
      layerControls(
        { active, set, columns: wire.read("obs_columns"), bases: wire.read("bases") },
        panel,
      ),
    ),
    notices(panel),
  );
});
