/** Arrays and tables as they come over the wire, turned into what the browser counts with. */

/** A numpy array as it travels: its bytes, and how to read them. */
export interface WireArray<D extends string = string> {
  dtype: D;
  shape: number[];
  data: DataView | ArrayBuffer | ArrayBufferView | string;
}

/** A table as it travels: columns of one length, by name. */
export interface WireColumns {
  columns: Record<string, WireArray | string[]>;
  n_rows: number;
}

interface Elements {
  bool: Uint8Array<ArrayBuffer>;
  int8: Int8Array<ArrayBuffer>;
  uint8: Uint8Array<ArrayBuffer>;
  int16: Int16Array<ArrayBuffer>;
  uint16: Uint16Array<ArrayBuffer>;
  int32: Int32Array<ArrayBuffer>;
  uint32: Uint32Array<ArrayBuffer>;
  float16: Float32Array<ArrayBuffer>;
  float32: Float32Array<ArrayBuffer>;
  float64: Float64Array<ArrayBuffer>;
  int64: Float64Array<ArrayBuffer>;
  uint64: Float64Array<ArrayBuffer>;
}

/** Any array of numbers that may come off the wire. */
export type NumberArray = Elements[keyof Elements];
/** What one dtype becomes; 64-bit integers and half floats turn into wider floats. */
export type ArrayOf<D extends string> = D extends keyof Elements ? Elements[D] : NumberArray;
/** One column: numbers, or text. */
export type Column = NumberArray | readonly string[];
/** A table in the browser. */
export interface Columns {
  columns: Record<string, Column>;
  n_rows: number;
}

const READERS: Record<string, { bytes: number; read: (buffer: ArrayBuffer) => NumberArray }> = {
  bool: { bytes: 1, read: (buffer) => new Uint8Array(buffer) },
  int8: { bytes: 1, read: (buffer) => new Int8Array(buffer) },
  uint8: { bytes: 1, read: (buffer) => new Uint8Array(buffer) },
  int16: { bytes: 2, read: (buffer) => new Int16Array(buffer) },
  uint16: { bytes: 2, read: (buffer) => new Uint16Array(buffer) },
  int32: { bytes: 4, read: (buffer) => new Int32Array(buffer) },
  uint32: { bytes: 4, read: (buffer) => new Uint32Array(buffer) },
  float16: { bytes: 2, read: (buffer) => Float32Array.from(new Uint16Array(buffer), half) },
  float32: { bytes: 4, read: (buffer) => new Float32Array(buffer) },
  float64: { bytes: 8, read: (buffer) => new Float64Array(buffer) },
  int64: { bytes: 8, read: (buffer) => Float64Array.from(new BigInt64Array(buffer), Number) },
  uint64: { bytes: 8, read: (buffer) => Float64Array.from(new BigUint64Array(buffer), Number) },
};

const arrays = new WeakMap<WireArray, NumberArray>();
const tables = new WeakMap<WireColumns, Columns>();

/** The numbers of a wire array, in row-major order; the same array for the same message. */
export function numbers<D extends string>(wire: WireArray<D>): ArrayOf<D> {
  const known = arrays.get(wire);
  if (known) return known as ArrayOf<D>;
  const reader = READERS[wire.dtype];
  if (!reader) throw new TypeError(`The browser cannot read an array of dtype ${wire.dtype}.`);
  const buffer = bytesOf(wire.data);
  const expected = wire.shape.reduce((product, length) => product * length, 1) * reader.bytes;
  if (buffer.byteLength !== expected) {
    throw new RangeError(
      `An array of ${wire.dtype} and shape (${wire.shape.join(", ")}) needs ${expected} bytes, ` +
        `but ${buffer.byteLength} arrived: this notebook lost binary data on its way.`,
    );
  }
  const array = reader.read(buffer);
  arrays.set(wire, array);
  return array as ArrayOf<D>;
}

/** The columns of a wire table; the same object for the same message. */
export function table(wire: WireColumns): Columns {
  const known = tables.get(wire);
  if (known) return known;
  const columns: Record<string, Column> = {};
  for (const [name, column] of Object.entries(wire.columns)) {
    columns[name] = Array.isArray(column) ? column : numbers(column);
  }
  const read = { columns, n_rows: wire.n_rows };
  tables.set(wire, read);
  return read;
}

/** An array ready to be written to a trait. */
export function packed<D extends keyof Elements>(
  dtype: D,
  array: Exclude<ArrayOf<D>, never>,
  shape: number[] = [array.length],
): { dtype: D; shape: number[]; data: DataView } {
  const { buffer, byteOffset, byteLength } = array;
  return { dtype, shape, data: new DataView(buffer, byteOffset, byteLength) };
}

/** A copy of the bytes that starts at its own zero, as typed arrays ask for. */
function bytesOf(data: WireArray["data"]): ArrayBuffer {
  if (typeof data === "string") {
    return Uint8Array.from(atob(data), (character) => character.charCodeAt(0)).buffer;
  }
  if (!ArrayBuffer.isView(data)) return data.slice(0);
  const bytes = new Uint8Array(data.byteLength);
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  return bytes.buffer;
}

function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * 2 ** -24 * fraction;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * 2 ** (exponent - 25) * (1024 + fraction);
}
