/** A stretch of time, in seconds. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Turns on what lies between two that are on, where that is at most `longest` long. */
export function closeGaps(flags: readonly boolean[], longest: number): boolean[] {
  const closed = [...flags];
  let last = -1;
  flags.forEach((flag, index) => {
    if (!flag) return;
    if (last !== -1 && index - last - 1 <= longest) closed.fill(true, last + 1, index);
    last = index;
  });
  return closed;
}

/** The stretches in which flags, one every `stepSeconds`, are on. */
export function spansOf(flags: readonly boolean[], stepSeconds: number): Span[] {
  const spans: Span[] = [];
  let first = -1;
  for (let index = 0; index <= flags.length; index++) {
    const on = flags[index] === true;
    if (on && first === -1) first = index;
    if (on || first === -1) continue;
    spans.push({ start: first * stepSeconds, end: index * stepSeconds });
    first = -1;
  }
  return spans;
}

/** How well spans that were found agree with those that are true. */
export interface Agreement {
  /** Of the time that was found, the share that is true, and of the true time the share that was found. */
  readonly precision: number;
  readonly recall: number;
  /** For each true span that was found: what was found minus what is true, in seconds. */
  readonly onsets: readonly number[];
  readonly ends: readonly number[];
  readonly missed: number;
  /** Spans where there is nothing. */
  readonly invented: number;
  readonly foundSeconds: number;
}

export function compareSpans(found: readonly Span[], truth: readonly Span[]): Agreement {
  const seconds = (spans: readonly Span[]): number =>
    spans.reduce((sum, { start, end }) => sum + end - start, 0);
  const common = found.reduce((sum, a) => sum + truth.reduce((inner, b) => inner + overlap(a, b), 0), 0);
  const matches = truth.map((span) => ({ span, parts: partsOf(found, span) }));
  const met = matches.filter(({ parts }) => parts.length > 0);
  return {
    precision: found.length === 0 ? 1 : common / seconds(found),
    recall: truth.length === 0 ? 1 : common / seconds(truth),
    onsets: met.map(({ span, parts }) => (parts[0]?.start ?? 0) - span.start),
    ends: met.map(({ span, parts }) => (parts.at(-1)?.end ?? 0) - span.end),
    missed: matches.length - met.length,
    invented: found.filter((part) => truth.every((span) => overlap(part, span) === 0)).length,
    foundSeconds: seconds(found),
  };
}

/** Of what was found, what lies in this span, wholly or in part. */
export function partsOf(found: readonly Span[], span: Span): Span[] {
  return found.filter((part) => overlap(part, span) > 0);
}

function overlap(a: Span, b: Span): number {
  return Math.max(0, Math.min(a.end, b.end) - Math.max(a.start, b.start));
}
