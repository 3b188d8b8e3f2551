/** Bytes as a page holds them: packed by zlib, and written as text. */

/** The bytes of a text in base64. */
export const bytesOf = (base64: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(base64.trim()), (character) => character.charCodeAt(0));

/** Unpack what zlib packed. */
export async function unpacked(packed: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const { body } = new Response(packed);
  const stream = body?.pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream ?? null).arrayBuffer());
}
