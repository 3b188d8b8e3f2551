import { describe, expect, it } from "vitest";
import { numbers, packed, table, type WireArray } from "../src/arrays";

/** The bytes of `values` behind `lead` strange ones, as a message delivers them. */
function arrived(dtype: string, values: ArrayBufferView, length: number, lead = 3): WireArray {
  const buffer = new Uint8Array(lead + values.byteLength + 5).fill(255);
  buffer.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), lead);
  return { dtype, shape: [length], data: new DataView(buffer.buffer, lead, values.byteLength) };
}

describe("numbers", () => {
  it.each([
    ["uint8", Uint8Array.of(0, 255)],
    ["int16", Int16Array.of(-2, 300)],
    ["uint32", Uint32Array.of(7, 4_000_000_000)],
    ["int32", Int32Array.of(-7, 8)],
    ["float32", Float32Array.of(0.5, -3)],
    ["float64", Float64Array.of(Math.PI, 1e300)],
  ])("reads %s at an odd offset", (dtype, values) => {
    const read = numbers(arrived(dtype, values, 2));
    expect(read).toEqual(values);
    expect(read.constructor).toBe(values.constructor);
  });

  it("widens 64-bit integers to plain numbers", () => {
    const read = numbers(arrived("int64", BigInt64Array.of(-1n, 9_007_199_254_740_991n), 2));
    expect([...read]).toEqual([-1, 9_007_199_254_740_991]);
  });

  it("widens half floats", () => {
    const bits = Uint16Array.of(0x3c00, 0xc100, 0x0001, 0x7c00, 0x0000);
    const read = numbers(arrived("float16", bits, 5));
    expect([...read]).toEqual([1, -2.5, 2 ** -24, Number.POSITIVE_INFINITY, 0]);
  });

  it("reads what a host sent as base64", () => {
    expect([...numbers({ dtype: "uint8", shape: [3], data: btoa("\x01\x02\xff") })]).toEqual([
      1, 2, 255,
    ]);
  });

  it("does not see what happens later to the message it came in", () => {
    const wire = arrived("uint8", Uint8Array.of(1, 2), 2);
    const read = numbers(wire);
    (wire.data as DataView).setUint8(0, 9);
    expect([...read]).toEqual([1, 2]);
  });

  it("gives the same array for the same message", () => {
    const wire = arrived("float32", Float32Array.of(1), 1);
    expect(numbers(wire)).toBe(numbers(wire));
  });

  it("says so when bytes were lost on the way", () => {
    const wire = { dtype: "float32", shape: [4, 2], data: new DataView(new ArrayBuffer(0)) };
    expect(() => numbers(wire)).toThrow("needs 32 bytes, but 0 arrived");
  });

  it("refuses a dtype it does not know", () => {
    const wire = { dtype: "complex64", shape: [0], data: new DataView(new ArrayBuffer(0)) };
    expect(() => numbers(wire)).toThrow("complex64");
  });
});

it("packs an array so that it reads back the same", () => {
  const cells = Uint32Array.of(0, 1, 2, 3).subarray(1, 3);
  const wire = packed("uint32", cells);
  expect(wire).toMatchObject({ dtype: "uint32", shape: [2] });
  expect([...numbers(wire)]).toEqual([1, 2]);
});

it("reads a table of numbers and text", () => {
  const wire = {
    columns: { chrom: ["chr1", "chr2"], start: arrived("int32", Int32Array.of(5, 6), 2) },
    n_rows: 2,
  };
  const { columns, n_rows } = table(wire);
  expect(n_rows).toBe(2);
  expect(columns.chrom).toEqual(["chr1", "chr2"]);
  expect([...(columns.start ?? [])]).toEqual([5, 6]);
  expect(table(wire).columns).toBe(columns);
});
