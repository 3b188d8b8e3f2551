/** Which column names the batches. */
import type { DataIntent, DataState } from "../../contract";
import type { Panel } from "../../panel";
import { columnChoices, whyNot } from "../../ui/column-choices";
import { row, select } from "../../ui/dom";

/** Make the row; it is shown where a column can name batches. */
export function batchRow(
  isIdle: () => boolean,
  { wire, watch, ended }: Panel<DataState, DataIntent>,
): HTMLElement {
  const [obs_columns, batch_key] = [wire.read("obs_columns"), wire.read("batch_key")];
  const setUp = (column: string) => wire.ask({ intent: "setup", batch_key: column || null });
  const choice = select([], setUp, { ended, testid: "batch-key" });
  const title = "The column that says which cells were measured together";
  const el = row("batches", choice, title);
  watch(() => {
    const columns = obs_columns.value;
    choice.setChoices([
      { value: "", label: "all cells are one batch" },
      ...columnChoices(columns, "categories"),
    ]);
    choice.value = batch_key.value ?? "";
    choice.disabled = !isIdle();
    el.hidden = columns.every((column) => whyNot(column, "categories"));
  });
  return el;
}
