import { defineConfig } from 'vitest/config';

const project = (name: string, timeoutSeconds: number) => ({
  extends: true as const,
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`],
    testTimeout: timeoutSeconds * 1000,
    hookTimeout: timeoutSeconds * 1000,
  },
});

export default defineConfig({
  test: {
    pool: 'forks',
    // Two cores: a third worker would only make real-time capture tests fight for the processor.
    maxWorkers: 2,
    projects: [
      project('unit', 20),
      project('integration', 60),
      // One browser at a time: two would starve each other's audio threads.
      { ...project('browser', 120), test: { ...project('browser', 120).test, fileParallelism: false } },
      { ...project('desktop', 120), test: { ...project('desktop', 120).test, fileParallelism: false } },
      { ...project('torture', 300), test: { ...project('torture', 300).test, fileParallelism: false } },
    ],
  },
});
