/// <reference types="vite/client" />

// The one word of Node's that the tests use, without the types of all of Node.
declare module "node:events" {
  export function setMaxListeners(n: number): void;
}
