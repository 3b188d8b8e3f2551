/** The training panel: start, watch, pause and stop. */
import type { TrainingIntent, TrainingState } from "../contract";
import { definePanel } from "../panel";
import { h } from "../ui/dom";
import { notices } from "../ui/notices";
import { trainingButtons } from "./training/buttons";
import { epochMaps } from "./training/epoch-maps";
import { monitor } from "./training/monitor";
import { parameters } from "./training/parameters";
import { trainingRequests } from "./training/requests";
import { trainingStatus } from "./training/status";

export default definePanel<TrainingState, TrainingIntent>((panel) => {
  const { el, wire } = panel;
  const [training, completed] = [wire.read("training"), wire.read("completed_plan")];
  const requests = trainingRequests(panel);
  const section = h("section", {
    class: "pv-panel pv-section",
    tabindex: -1,
    "aria-label": "Training",
    "data-testid": "training-panel",
  });
  const buttons = trainingButtons(requests, section, panel);
  const curves = {
    history: wire.read("history"),
    earlier: wire.read("earlier_runs"),
    step: wire.read("step"),
    most: () => completed.value.max_epochs ?? 0,
    idle: requests.isIdle,
  };
  const settings = parameters(
    {
      plan: wire.read("plan"),
      completed,
      preset: wire.read("preset"),
      presets: wire.read("presets"),
      edited: wire.read("edited"),
      open: requests.isIdle,
      change: (next) => wire.write("plan", next),
      choose: (name) => wire.ask({ intent: "choose_preset", name }),
    },
    panel,
  );
  settings.open = training.value === "untrained";
  section.append(
    h("h3", { class: "pv-title" }, "Training"),
    buttons.el,
    ...trainingStatus(requests, buttons.live, panel),
    ...monitor(curves, panel),
    epochMaps(panel, requests.isIdle),
    settings,
  );
  el.append(section, notices(panel));
});
