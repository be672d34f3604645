/** How much is done: `short` is what `npm test` has time for. */
export type Depth = 'short' | 'normal' | 'long';

/** Measured values by name; every round adds to them. */
export type Figures = Readonly<Record<string, number | readonly number[]>>;

export interface OpenSuite {
  /** One seeded round. Rejects, saying what was lost, where the promise is broken. */
  round(seed: number): Promise<Figures>;
  /** What can only be told at the end, such as memory. */
  close?(): Promise<Figures>;
}

export interface Suite {
  readonly name: string;
  /** The promise that each round puts to the test. */
  readonly promise: string;
  readonly rounds: Readonly<Record<Depth, number>>;
  /** What it attacks besides what its own file leads to, from the repository's root. */
  readonly attacks?: readonly string[];
  /** Why this machine cannot run it; undefined where it can. */
  readonly unable?: () => string | undefined;
  open(depth: Depth): Promise<OpenSuite>;
}

export interface SuiteResult {
  readonly name: string;
  readonly promise: string;
  readonly rounds: number;
  readonly failures: readonly { readonly seed: number; readonly message: string }[];
  readonly figures: ReadonlyMap<string, readonly number[]>;
  readonly seconds: number;
  readonly skipped?: string;
}

export interface RunOptions {
  readonly depth: Depth;
  readonly rounds?: number | undefined;
  /** Of the first round; those after it count on. */
  readonly seed: number;
  readonly say: (line: string) => void;
}

/** Runs rounds one after another; a failed one is noted, with its seed, and does not stop the rest. */
export async function runSuite(suite: Suite, { depth, rounds, seed, say }: RunOptions): Promise<SuiteResult> {
  const { name, promise } = suite;
  const skipped = suite.unable?.();
  if (skipped !== undefined)
    return { name, promise, rounds: 0, failures: [], figures: new Map(), seconds: 0, skipped };
  const startedMs = performance.now();
  const failures: { seed: number; message: string }[] = [];
  const figures = new Map<string, number[]>();
  const add = (some: Figures): void => {
    for (const [key, value] of Object.entries(some))
      figures.set(key, [...(figures.get(key) ?? []), ...(typeof value === 'number' ? [value] : value)]);
  };
  const attempt = async (of: number, task: () => Promise<Figures>): Promise<void> => {
    try {
      const some = await task();
      add(some);
      say(`${name} --seed ${of}: ${describe(some)}`);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      failures.push({ seed: of, message });
      say(`FAILED  ${name} --seed ${of} --rounds 1: ${message}`);
    }
  };
  const count = rounds ?? suite.rounds[depth];
  const open = await suite.open(depth);
  for (let round = 0; round < count; round++) await attempt(seed + round, () => open.round(seed + round));
  const { close } = open;
  if (close !== undefined) await attempt(seed, close);
  return {
    name,
    promise,
    rounds: count,
    failures,
    figures,
    seconds: (performance.now() - startedMs) / 1000,
  };
}

function describe(figures: Figures): string {
  return Object.entries(figures)
    .map(([key, value]) => `${key} ${summary(typeof value === 'number' ? [value] : value)}`)
    .join(', ');
}

/** Median and, where it is another, maximum. */
export function summary(values: readonly number[]): string {
  const sorted = values.toSorted((a, b) => a - b);
  const median = sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
  const maximum = sorted.at(-1) ?? 0;
  return median === maximum ? short(median) : `${short(median)} (${short(maximum)})`;
}

function short(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(Math.abs(value) < 10 ? 2 : 1);
}
