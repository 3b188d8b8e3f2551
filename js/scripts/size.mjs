/** Print what each built module weighs in gzip; fail where one, or all together, weigh too much. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const BUDGET_FILE = 110;
const BUDGET_ALL = 220;

const built = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "peakvi_widgets", "static");
const sizes = readdirSync(built)
  .filter((name) => /\.(js|css)$/.test(name))
  .map((name) => ({ name, kB: gzipSync(readFileSync(join(built, name))).length / 1000 }))
  .sort((a, b) => b.kB - a.kB);
// page.js goes into saved pages alone, so no notebook loads it
const scripts = sizes.filter(({ name }) => name.endsWith(".js") && name !== "page.js");
const all = scripts.reduce((sum, { kB }) => sum + kB, 0);

for (const { name, kB } of sizes) console.log(`${kB.toFixed(1).padStart(7)} kB  ${name}`);
console.log(`${all.toFixed(1).padStart(7)} kB  all modules (budget ${BUDGET_ALL})`);

const heavy = sizes.filter(({ kB }) => kB > BUDGET_FILE).map(({ name }) => name);
if (heavy.length > 0) console.error(`Over ${BUDGET_FILE} kB: ${heavy.join(", ")}.`);
if (all > BUDGET_ALL) console.error(`All modules together weigh more than ${BUDGET_ALL} kB.`);
process.exitCode = heavy.length > 0 || all > BUDGET_ALL ? 1 : 0;
