/** Files that the browser saves: nothing is asked of a server. */
import { h } from "./dom";

/** Let the browser save something as a file; text is written in UTF-8. */
export function download(content: BlobPart, name: string, type: string): void {
  const href = URL.createObjectURL(new Blob([content], { type }));
  const link = h("a", { href, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(href), 10_000);
}
