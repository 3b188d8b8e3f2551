/** What models are fitted to: which column names the batches, and how many fragments are held out. */
import type { DataIntent, DataState } from "../../contract";
import type { Panel } from "../../panel";
import { columnChoices, whyNot } from "../../ui/column-choices";
import { row, select } from "../../ui/dom";
import { percent } from "../../ui/format";

const SHARES = [0, 0.1, 0.2, 0.3, 0.5];

/** Make the rows; that of the batches is shown where a column can name some. */
export function setupRows(
  isIdle: () => boolean,
  { wire, watch, ended }: Panel<DataState, DataIntent>,
): HTMLElement[] {
  const [obs_columns, batch_key] = [wire.read("obs_columns"), wire.read("batch_key")];
  const held_out = wire.read("held_out");
  const setUp = (changed: { batch_key?: string | null; held_out?: number }) =>
    wire.ask({
      intent: "setup",
      batch_key: batch_key.peek(),
      held_out: held_out.peek(),
      ...changed,
    });

  const batch = select([], (column) => setUp({ batch_key: column || null }), {
    ended,
    testid: "batch-key",
  });
  const batches = row("batches", batch, "The column that says which cells were measured together");
  watch(() => {
    const columns = obs_columns.value;
    batch.setChoices([
      { value: "", label: "all cells are one batch" },
      ...columnChoices(columns, "categories"),
    ]);
    batch.value = batch_key.value ?? "";
    batch.disabled = !isIdle();
    batches.hidden = columns.every((column) => whyNot(column, "categories"));
  });

  const share = select([], (chosen) => setUp({ held_out: Number(chosen) }), {
    ended,
    testid: "held-out",
  });
  const shares = row(
    "held out",
    share,
    "Fragments that models never see, so that each comparison can be checked by them. More of them make the check stronger and the map a little coarser. Another share forgets the trained model.",
  );
  watch(() => {
    const now = held_out.value;
    const offered = SHARES.includes(now) ? SHARES : [...SHARES, now].sort((a, b) => a - b);
    share.setChoices(
      offered.map((one) => ({
        value: String(one),
        label: one === 0 ? "none" : percent(one, 0),
      })),
    );
    share.value = String(now);
    share.disabled = !isIdle();
  });
  return [batches, shares];
}
