/** Wrangler and esbuild hand a Worker its WebAssembly compiled. */
declare module '*.wasm' {
  const module: WebAssembly.Module
  export default module
}
