/** Distribution functions: normal, beta and binomial. */

const LANCZOS = [
  676.5203681218851, -1259.1392167224028, 771.3234287776531, -176.6150291621406, 12.507343278686905,
  -0.13857109526572012, 9.984369578019572e-6, 1.5056327351493116e-7,
];
const TINY = 1e-300;
const CLOSE = 1e-14;

/** The logarithm of the gamma function of a positive number (Lanczos' approximation). */
export function logGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
  let sum = 0.9999999999998099;
  for (const [i, part] of LANCZOS.entries()) sum += part / (x + i);
  const t = x + 6.5;
  return 0.9189385332046727 + (x - 0.5) * Math.log(t) - t + Math.log(sum);
}

/** The probability that a standard normal number is at most `x`. */
export function normalCdf(x: number): number {
  const half = (x * x) / 2;
  const density = Math.exp(-half) / Math.sqrt(2 * Math.PI);
  if (Math.abs(x) < 3) {
    let [term, sum] = [x, x]; // of the series in odd powers
    for (let n = 3; Math.abs(term) > CLOSE * Math.abs(sum); n += 2) {
      term *= (x * x) / n;
      sum += term;
    }
    return 0.5 + density * sum;
  }
  let tail = 0; // a continued fraction
  for (let n = 60; n > 0; n--) tail = n / (Math.abs(x) + tail);
  tail = density / (Math.abs(x) + tail);
  return x < 0 ? tail : 1 - tail;
}

/** The regularized incomplete beta function; 1 where `b` is 0, and 0 where `a` is 0 less `x`. */
export function betaCdf(a: number, b: number, x: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const log = a * Math.log(x) + b * Math.log1p(-x) + logGamma(a + b) - logGamma(a) - logGamma(b);
  if (x > (a + 1) / (a + b + 2)) return 1 - (Math.exp(log) * fraction(b, a, 1 - x)) / b;
  return (Math.exp(log) * fraction(a, b, x)) / a;
}

/** The continued fraction of the incomplete beta function (by Lentz' method). */
function fraction(a: number, b: number, x: number): number {
  let c = 1;
  let d = 1 / notZero(1 - ((a + b) * x) / (a + 1));
  let found = d;
  for (let m = 1; m < 500; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / notZero(1 + even * d);
    c = notZero(1 + even / c);
    found *= c * d;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / notZero(1 + odd * d);
    c = notZero(1 + odd / c);
    found *= c * d;
    if (Math.abs(c * d - 1) < CLOSE) break;
  }
  return found;
}

const notZero = (value: number): number => (Math.abs(value) < TINY ? TINY : value);

/** The probability of at most `k` of `n` successes, each of probability `p`. */
export function binomialCdf(k: number, n: number, p: number): number {
  if (k < 0) return 0;
  if (k >= n) return 1;
  return betaCdf(n - k, k + 1, 1 - p);
}

/** The probability of more than `k` of `n` successes. */
export function binomialTail(k: number, n: number, p: number): number {
  if (k < 0) return 1;
  if (k >= n) return 0;
  return betaCdf(k + 1, n - k, p);
}

/** The smallest number of successes that as few or fewer come with at least a probability. */
export function binomialQuantile(probability: number, n: number, p: number): number {
  let [low, high] = [0, n];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (binomialCdf(middle, n, p) >= probability) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The logarithm of `1 + exp(x)`. */
export const softplus = (x: number): number =>
  x > 0 ? x + Math.log1p(Math.exp(-x)) : Math.log1p(Math.exp(x));

/** `1 / (1 + exp(-x))`. */
export const logistic = (x: number): number => 1 / (1 + Math.exp(-x));

/** A quantile of values that ascend, between two of them as numpy does. */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const above = Math.min(below + 1, sorted.length - 1);
  const [low, high] = [sorted[below] as number, sorted[above] as number];
  return low + (place - below) * (high - low);
}
