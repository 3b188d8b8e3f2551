/** What may be typed above a column: numbers, text, places in the genome. */

/** A place in the genome: positions as in BED, from `start` up to, not with, `end`. */
export interface Place {
  chrom: string;
  start: number;
  end: number;
}

/** Whether a value passes; `undefined` where the text is invalid (so far). */
export type Test<V> = ((value: V) => boolean) | undefined;

const NUMBER = String.raw`[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?`;
const PERCENT = String.raw`(?:\s*%)?`;
const RANGE = new RegExp(`^(${NUMBER}${PERCENT})?\\s*\\.\\.\\s*(${NUMBER}${PERCENT})?$`, "i");
const CONDITION = new RegExp(`(abs\\s*)?(<=|>=|!=|==|<|>|=|≤|≥|≠)\\s*(${NUMBER}${PERCENT})`, "giy");
const POSITION = String.raw`[\d.,]+[kM]?b?`;
const PLACE = new RegExp(
  `^((?:chr)?[\\w.]+?)(?::\\s*(${POSITION})\\s*(?:(-|\\.\\.)\\s*(${POSITION})?)?)?$`,
  "i",
);
/** `chr1 1000 2000` as a BED file has it, `chr1-1000-2000`, `chr1_1000_2000`, and mixtures. */
const PARTS = new RegExp(
  `^([\\w.]+?)(?:\\s*:\\s*|[\\s_-]+)(${POSITION})(?:\\s*\\.\\.\\s*|[\\s_-]+)(${POSITION})$`,
  "i",
);
const COMPARE: Record<string, (value: number, bound: number) => boolean> = {
  "<": (value, bound) => value < bound,
  ">": (value, bound) => value > bound,
  "<=": (value, bound) => value <= bound,
  ">=": (value, bound) => value >= bound,
  "≤": (value, bound) => value <= bound,
  "≥": (value, bound) => value >= bound,
  "=": (value, bound) => value === bound,
  "==": (value, bound) => value === bound,
  "!=": (value, bound) => value !== bound,
  "≠": (value, bound) => value !== bound,
};

/**
 * `> 0.5`, `<= 1e-3`, `0.1..0.9` (both included, either may be left out), `> 5 %`, `abs > 0.2`,
 * several conditions one after the other (all must hold), or a number alone (equal to it).
 */
export function numberTest(text: string): Test<number> {
  const typed = text
    .trim()
    .replaceAll("−", "-")
    .replace(/\d+(?:[.,]\d+)+/g, plain);
  const range = typed.match(RANGE);
  if (range && (range[1] ?? range[2]) !== undefined) {
    const low = range[1] === undefined ? Number.NEGATIVE_INFINITY : quantity(range[1]);
    const high = range[2] === undefined ? Number.POSITIVE_INFINITY : quantity(range[2]);
    return (value) => value >= low && value <= high;
  }
  if (new RegExp(`^${NUMBER}${PERCENT}$`, "i").test(typed)) {
    const wanted = quantity(typed);
    return (value) => value === wanted;
  }
  const conditions = conditionsIn(typed);
  return conditions && ((value) => conditions.every((holds) => holds(value)));
}

function conditionsIn(typed: string): ((value: number) => boolean)[] | undefined {
  const found: ((value: number) => boolean)[] = [];
  for (let at = 0; at < typed.length; ) {
    CONDITION.lastIndex = at;
    const match = CONDITION.exec(typed);
    const compare = match && COMPARE[match[2] as string];
    if (!match || !compare) return undefined;
    const bound = quantity(match[3] as string);
    found.push(
      match[1] ? (value) => compare(Math.abs(value), bound) : (value) => compare(value, bound),
    );
    at = CONDITION.lastIndex;
    while (/[\s,;&]/.test(typed[at] ?? "")) at++;
  }
  return found.length > 0 ? found : undefined;
}

/**
 * A number as it is written anywhere, with a decimal point: `0,5` is 0.5; `1,234`, `1.234.567` and
 * `1.234,5` hold thousands. What is neither stays as it is.
 */
export function plain(text: string): string {
  const [comma, dot] = [text.lastIndexOf(","), text.lastIndexOf(".")];
  if (comma < 0 && text.indexOf(".") === dot) return text;
  const both = comma >= 0 && dot >= 0;
  const decimal = both ? text.charAt(Math.max(comma, dot)) : "";
  const [whole = "", rest, ...more] = both ? text.split(decimal) : [text];
  if (more.length > 0) return text;
  const thousands = whole.split(/[.,]/);
  const areThousands =
    /^[1-9]\d{0,2}([.,]\d{3})+$/.test(whole) && new Set(whole.match(/[.,]/g)).size === 1;
  if (areThousands) return thousands.join("") + (rest === undefined ? "" : `.${rest}`);
  return !both && thousands.length === 2 ? thousands.join(".") : text;
}

const quantity = (text: string): number =>
  text.includes("%") ? Number(text.replace("%", "").trim()) / 100 : Number(text);

/** `yes` or `no`, in the usual spellings and as far as they are typed. */
export function flagTest(text: string): Test<number> {
  const typed = text.trim().toLowerCase();
  if (/^(y|yes|true|1)$/.test(typed)) return (value) => value !== 0;
  if (/^(n|no|false|0)$/.test(typed)) return (value) => value === 0;
  return undefined;
}

/** Text that holds what was typed, in whatever case; in quotes, one whole entry as it is. */
export function textTest(text: string): (value: string) => boolean {
  const typed = text.trim().toLowerCase();
  const [, whole] = /^"(.+)"$/.exec(text.trim()) ?? [];
  if (whole) return (value) => value.split(";").includes(whole);
  return (value) => value.toLowerCase().includes(typed);
}

/** A chromosome and something after it that is not a position, such as `chr7:1-x`. */
export const isBrokenPlace = (text: string): boolean => /^\s*chr\w+\s*:\s*\S/i.test(text);

/**
 * The place that a query names, if it names one: `chr7`, `chr7:1-2,000,000`, `7:1.5M-2M`,
 * `chr7:50,343,000` (one position).
 */
export function placeIn(text: string): Place | undefined {
  const columns = text.trim().split("\t").slice(0, 3); // a line of a BED file may have more
  const typed = columns.join(" ").replaceAll(/[–−]/g, "-");
  const [, name, first, last] = typed.match(PARTS) ?? [];
  const [, chrom = name, from = first, dash, to = last] = name ? [] : (typed.match(PLACE) ?? []);
  if (chrom === undefined || !/^(chr\w|\d+$|[xym]$|mt$|\w+\.\d+$)/i.test(chrom)) return undefined;
  const start = from === undefined ? 0 : position(from);
  const open = from === undefined || (dash !== undefined && to === undefined);
  const end = open ? Number.POSITIVE_INFINITY : to === undefined ? start + 1 : position(to);
  if (Number.isNaN(start) || Number.isNaN(end)) return undefined;
  const [low, high] = [Math.min(start, end), Math.max(start, end)];
  return { chrom, start: low, end: Math.max(high, low + 1) };
}

/**
 * The place of a region called `chr7:100-200`, `chr7-100-200` or `chr7_100_200`; `likely` may be its
 * chromosome, which is then not made again.
 */
export function parseRegion(region: string, likely = ""): Place | undefined {
  const { value: end, from: afterStart } = numberBefore(region, region.length);
  if (afterStart === region.length || !isDash(region.charCodeAt(afterStart - 1))) return undefined;
  const first = numberBefore(region, afterStart - 1);
  const afterChrom = first.from;
  const before = region.charCodeAt(afterChrom - 1);
  const isSplit = afterChrom > 1 && (before === COLON || isDash(before));
  if (afterChrom === afterStart - 1 || !isSplit) return undefined;
  const isLikely = likely.length === afterChrom - 1 && region.startsWith(likely);
  const chrom = isLikely ? likely : region.slice(0, afterChrom - 1);
  if (!isLikely && /\s/.test(chrom)) return undefined;
  return { chrom, start: first.value, end };
}

const [ZERO, NINE, COLON] = [48, 57, 58]; // as characters
const isDash = (code: number): boolean => code === 45 || code === 95; // - or _

/** The number whose digits end before a place in a text, and where they begin. */
function numberBefore(text: string, end: number): { value: number; from: number } {
  let [value, unit, from] = [0, 1, end];
  for (; from > 0; from--, unit *= 10) {
    const code = text.charCodeAt(from - 1);
    if (code < ZERO || code > NINE) break;
    value += unit * (code - ZERO);
  }
  return { value, from };
}

/** The rank of a chromosome: 1 to 22, X, Y, M, then the rest by name. */
export function chromRank(chrom: string): number {
  const name = bare(chrom);
  if (/^\d+$/.test(name)) return Number(name);
  return { x: 1000, y: 1001, m: 1002, mt: 1002 }[name] ?? 2000;
}

/** The name of a chromosome without "chr", in small letters. */
export const bare = (chrom: string): string => chrom.toLowerCase().replace(/^chr/, "");

function position(text: string): number {
  const [, digits = "", unit = ""] = text.match(/^([\d.,]+)([kM]?)b?$/i) ?? [];
  const factor = { k: 1e3, m: 1e6 }[unit.toLowerCase()];
  if (factor) return Math.round(Number(plain(digits)) * factor);
  return /^\d+([.,]\d{3})*$/.test(digits) ? Number(digits.replaceAll(/[.,]/g, "")) : Number.NaN;
}

/** Why a text filters nothing, by what is typed above such a column; what to write instead. */
export function whyInvalid(kind: "number" | "flag" | "text" | "region", text: string): string {
  const typed = text.trim();
  switch (kind) {
    case "number":
      return `"${typed}" is not a number or a condition; write > 0.5, 0.1..0.9 or > 5 %.`;
    case "flag":
      return `"${typed}" is neither yes nor no.`;
    default:
      return `"${typed}" is not a place; write chr7:1-2,000,000 or chr7.`;
  }
}
