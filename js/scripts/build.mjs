/** Bundle each panel, and the viewer, into one self-contained module beside one style sheet. */
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
  return [...files, source("theme.css")];
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

if (process.argv.includes("--watch")) await (await context(options)).watch();
else await build(options);
