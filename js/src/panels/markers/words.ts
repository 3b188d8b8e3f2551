/** Marker regions in words: what is known of them, and what to do where there are none. */
import type { MarkerGroup, MarkersState, MarkersWork } from "../../contract";
import { count } from "../../ui/format";

/** What is known of the table. */
export function stateText(work: MarkersWork, groups: readonly MarkerGroup[]): string {
  if (work.state === "none") return "";
  if (work.state === "running") return `${work.finding}: ${work.text || "begins"}`;
  const called = groups.reduce((sum, { n_called }) => sum + n_called, 0);
  const text = `${work.column}: ${count(groups.length)} categories against the rest; ${count(called)} called`;
  return work.state === "stale" ? `${text} · before the latest changes` : text;
}

/** What to do where there is no table. */
export function emptyText(
  n_cells: number,
  training: MarkersState["training"],
  hasColumns: boolean,
): string {
  if (n_cells === 0) return "Open data first.";
  if (training === "untrained") return "Train a model first, then find markers.";
  if (training !== "trained") return "Markers can be found when training has ended.";
  if (!hasColumns) return "No column has categories; press Cluster beside the embedding.";
  return "Find markers compares each category of the column with all other cells.";
}
