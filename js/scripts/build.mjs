/**
 * Bundle each panel, and the viewer, into one self-contained module beside one style sheet; and what a
 * saved page needs into a classic script, because a page opened from a file may load no module.
 */
import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, context } from "esbuild";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const source = (...parts) => join(root, "src", ...parts);

function entries() {
  const panels = existsSync(source("panels")) ? readdirSync(source("panels")) : [];
  const modules = panels.filter((name) => /^[^_].*\.tsx?$/.test(name));
  const files = modules.map((name) => source("panels", name));
  if (existsSync(source("viewer.ts"))) files.push(source("viewer.ts"));
  return [...files, source("theme.css"), source("styles", "page.css")];
}

const options = {
  entryPoints: entries(),
  outdir: join(root, "..", "peakvi_widgets", "static"),
  entryNames: "[name]",
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  jsx: "automatic",
  legalComments: "none",
  logLevel: "info",
};

const page = { ...options, entryPoints: [source("page.ts")], format: "iife" };
for (const bundle of [options, page]) {
  if (process.argv.includes("--watch")) await (await context(bundle)).watch();
  else await build(bundle);
}
