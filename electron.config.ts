import react from '@vitejs/plugin-react';
import { resolve } from 'node:path';
import { defineConfig } from 'electron-vite';

const root = import.meta.dirname;

export default defineConfig({
  main: {
    build: {
      outDir: resolve(root, 'out/main'),
      // The built-in encoder and the reader of long texts run on threads, whose scripts must stay files beside main.js.
      lib: {
        entry: {
          main: resolve(root, 'src-main/main.ts'),
          'built-in-worker': resolve(root, 'src-main/encode/built-in/worker.ts'),
          'text-worker': resolve(root, 'src-main/transcribe/text-worker.ts'),
        },
        formats: ['es'],
      },
    },
  },
  preload: {
    build: {
      outDir: resolve(root, 'out/preload'),
      // A sandboxed preload must be one CommonJS file, whatever package.json says.
      externalizeDeps: false,
      lib: { entry: resolve(root, 'src-main/preload/preload.ts'), formats: ['cjs'], fileName: 'preload' },
      rollupOptions: { output: { entryFileNames: '[name].cjs' } },
    },
  },
  renderer: {
    root: resolve(root, 'src-renderer'),
    plugins: [react()],
    build: {
      outDir: resolve(root, 'out/renderer'),
      // The content security policy allows no data: scripts, and the worklet must stay a file.
      assetsInlineLimit: 0,
      rollupOptions: { input: resolve(root, 'src-renderer/index.html') },
    },
  },
});
