/** The portable engine: TypeScript over node:crypto and hash-wasm. */
export { loadPortableEngine } from "./engine.ts";
