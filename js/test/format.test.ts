import { expect, it } from "vitest";
import { clock, count, fixed, percent, rounded, short, signed } from "../src/ui/format";

it.each([
  [count(9440), "9,440"],
  [rounded(12345), "12345"],
  [rounded(0.031080000000000003), "0.0311"],
  [fixed(0.99812), "0.998"],
  [fixed(-0.0001), "0.000"],
  [fixed(-1.5, 1), "−1.5"],
  [fixed(Number.NaN), "–"],
  [fixed(Number.NEGATIVE_INFINITY), "−∞"],
  [signed(0.8312), "+0.83"],
  [signed(-0.8312), "−0.83"],
  [signed(0.001), "0.00"],
  [percent(0.517), "51.7 %"],
  [short(0.05), "0.05"],
  [short(-1200), "−1,200"],
  [short(25_000), "25k"],
  [short(2_000_000), "2M"],
  [short(1e-6), "1e−6"],
  [short(0), "0"],
  [clock(45), "0:45"],
  [clock(3729), "1:02:09"],
  [clock(Number.POSITIVE_INFINITY), "–"],
])("writes %s", (text, expected) => {
  expect(text).toBe(expected);
});
