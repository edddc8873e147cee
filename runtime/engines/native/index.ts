/** The native engine: core-rs through N-API. One call for each batch; tables and buffers are shared, not copied. */
export { loadEngine } from "./addon.ts";
export { loadNativeEngine, nativeEngine } from "./engine.ts";
