/** What may be typed above a column: numbers, text, places in the genome. */

/** A place in the genome: positions as in BED, from `start` up to, not with, `end`. */
export interface Place {
  chrom: string;
  start: number;
  end: number;
}

/** Whether a value passes; `undefined` where the text makes no sense (yet). */
export type Test<V> = ((value: V) => boolean) | undefined;

const NUMBER = String.raw`[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?`;
const PERCENT = String.raw`(?:\s*%)?`;
const RANGE = new RegExp(`^(${NUMBER}${PERCENT})?\\s*\\.\\.\\s*(${NUMBER}${PERCENT})?$`, "i");
const CONDITION = new RegExp(`(abs\\s*)?(<=|>=|!=|==|<|>|=|≤|≥|≠)\\s*(${NUMBER}${PERCENT})`, "giy");
const POSITION = String.raw`([\d.,]+[kM]?b?)`;
const PLACE = new RegExp(
  `^((?:chr)?[\\w.]+?)(?::\\s*${POSITION}\\s*(?:(-|\\.\\.)\\s*${POSITION}?)?)?$`,
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
    .replace(/(\d),(?=\d{3}\b)/g, "$1");
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

const quantity = (text: string): number =>
  text.includes("%") ? Number(text.replace("%", "").trim()) / 100 : Number(text);

/** `yes` or `no`, in the usual spellings and as far as they are typed. */
export function flagTest(text: string): Test<number> {
  const typed = text.trim().toLowerCase();
  if (/^(y|yes|true|1)$/.test(typed)) return (value) => value !== 0;
  if (/^(n|no|false|0)$/.test(typed)) return (value) => value === 0;
  return undefined;
}

/** Text that holds what was typed, in whatever case. */
export function textTest(text: string): Test<string> {
  const typed = text.trim().toLowerCase();
  return (value) => value.toLowerCase().includes(typed);
}

/**
 * `chr7`, `chr7:1-2,000,000`, `7:1.5M-2M`, `chr7:50,343,000` (one position): regions that share a
 * base with it. Anything else is looked for in the region's name.
 */
export function regionTest(text: string): Test<string> {
  const place = placeIn(text);
  if (!place) return textTest(text);
  return (region) => {
    const seen = parseRegion(region);
    return (
      seen !== undefined &&
      bare(seen.chrom) === bare(place.chrom) &&
      seen.start < place.end &&
      seen.end > place.start
    );
  };
}

/** The place that a query names, if it names one. */
export function placeIn(text: string): Place | undefined {
  const typed = text.trim().replaceAll("–", "-");
  const [, chrom, from, dash, to] = typed.match(PLACE) ?? [];
  if (chrom === undefined || !/^(chr\w|\d+$|[xym]$|mt$)/i.test(chrom)) return undefined;
  const start = from === undefined ? 0 : position(from);
  const open = from === undefined || (dash !== undefined && to === undefined);
  const end = open ? Number.POSITIVE_INFINITY : to === undefined ? start + 1 : position(to);
  if (Number.isNaN(start) || Number.isNaN(end)) return undefined;
  const [first, last] = [Math.min(start, end), Math.max(start, end)];
  return { chrom, start: first, end: Math.max(last, first + 1) };
}

/** The place of a region called `chr7:100-200`. */
export function parseRegion(region: string): Place | undefined {
  const dash = region.lastIndexOf("-");
  const colon = region.lastIndexOf(":", dash);
  if (colon < 1 || dash < colon) return undefined;
  const start = Number(region.slice(colon + 1, dash));
  const end = Number(region.slice(dash + 1));
  if (Number.isNaN(start) || Number.isNaN(end)) return undefined;
  return { chrom: region.slice(0, colon), start, end };
}

/** Where a chromosome stands among the others: 1 to 22, X, Y, M, then the rest by name. */
export function chromRank(chrom: string): number {
  const name = bare(chrom);
  if (/^\d+$/.test(name)) return Number(name);
  return { x: 1000, y: 1001, m: 1002, mt: 1002 }[name] ?? 2000;
}

const bare = (chrom: string): string => chrom.toLowerCase().replace(/^chr/, "");

function position(text: string): number {
  const [, digits = "", unit = ""] = text.match(/^([\d.,]+)([kM]?)b?$/i) ?? [];
  const factor = { k: 1e3, m: 1e6 }[unit.toLowerCase()] ?? 1;
  return Math.round(Number(digits.replaceAll(",", "")) * factor);
}
