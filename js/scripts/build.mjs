/** Bundle each panel, and the viewer, into one self-contained module beside one style sheet. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
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

/** The chart library styles the whole document; ours may style only what stands in `.pv`. */
const scopedLibraryStyles = {
  name: "scoped-library-styles",
  setup(build) {
    build.onLoad({ filter: /node_modules.*\.css$/ }, ({ path }) => ({
      contents: `.pv{${readFileSync(path, "utf8")}}`,
      loader: "css",
    }));
  },
};

/** What a library does to the whole page, taken out: the chart finds its place by itself. */
const LOUD = {
  "uPlot.esm.js": [[/\bon\((resize|scroll), win, invalidateRects.*\);/g, ""]],
};
const quietLibraries = {
  name: "quiet-libraries",
  setup(build) {
    build.onLoad({ filter: /node_modules.*\.js$/ }, ({ path }) => {
      let contents = readFileSync(path, "utf8");
      for (const [loud, quiet] of LOUD[basename(path)] ?? []) {
        if (contents.search(loud) < 0) throw new Error(`${path} has no ${loud} any more.`);
        contents = contents.replace(loud, quiet);
      }
      return { contents, loader: "js" };
    });
  },
};

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
  plugins: [scopedLibraryStyles, quietLibraries],
};

if (process.argv.includes("--watch")) await (await context(options)).watch();
else await build(options);
