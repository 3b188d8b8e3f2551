import { expect, it, vi } from "vitest";
import { atOnce, inPieces, over, type Steps } from "../src/draw/time-slices";

function* summing(n: number): Steps<number> {
  let sum = 0;
  yield* over(n, (from, to) => {
    for (let i = from; i < to; i++) sum += i;
  });
  return sum;
}
/** Each step takes as long as the clock says, which is 5 ms a look. */
const slowly = () => {
  let now = 0;
  vi.spyOn(performance, "now").mockImplementation(() => (now += 5));
};

it("comes to the same at once and in pieces", async () => {
  const [n, tell] = [200_000, vi.fn()];
  const sum = (n * (n - 1)) / 2;
  expect(atOnce(summing(n))).toBe(sum);
  inPieces(summing(n), tell);
  expect(tell).not.toHaveBeenCalled();
  await vi.waitFor(() => expect(tell).toHaveBeenCalledExactlyOnceWith(sum));
});

it("lets the page answer between two pieces", async () => {
  slowly();
  const posts = vi.fn();
  const port1 = { onmessage() {}, close() {} };
  const port2 = {
    postMessage() {
      posts();
      setTimeout(() => port1.onmessage()); // a task of its own, as in a browser
    },
  };
  vi.stubGlobal(
    "MessageChannel",
    class {
      port1 = port1;
      port2 = port2;
    },
  );
  const tell = vi.fn();
  inPieces(summing(600_000), tell);
  vi.unstubAllGlobals();
  await vi.waitFor(() => expect(tell).toHaveBeenCalled());
  expect(posts.mock.calls.length).toBeGreaterThan(5);
  vi.restoreAllMocks();
});

it("reports nothing when it is cancelled", async () => {
  slowly();
  const tell = vi.fn();
  const stop = inPieces(summing(600_000), tell);
  stop();
  const other = vi.fn();
  inPieces(summing(10), other);
  await vi.waitFor(() => expect(other).toHaveBeenCalled());
  expect(tell).not.toHaveBeenCalled();
  vi.restoreAllMocks();
});
