/** WebRTC's voice activity detector (libfvad), compiled to WebAssembly; the package brings no types. */
declare module '@echogarden/fvad-wasm' {
  interface Fvad {
    readonly HEAP16: Int16Array;
    _malloc(bytes: number): number;
    _free(address: number): void;
    _fvad_new(): number;
    _fvad_free(detector: number): void;
    /** 0 (takes most for speech) to 3 (takes least); -1 where there is no such mode. */
    _fvad_set_mode(detector: number, mode: number): number;
    _fvad_set_sample_rate(detector: number, rate: number): number;
    /** 1 speech, 0 none, -1 where the number of samples is not that of 10, 20 or 30 ms. */
    _fvad_process(detector: number, address: number, samples: number): number;
  }
  // eslint-disable-next-line no-restricted-syntax -- the package's own shape
  export default function load(): Promise<Fvad>;
}
