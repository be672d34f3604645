/** A cue as it stands in a file. */
export interface RawCue {
  readonly start_ms: number;
  readonly end_ms: number | null;
  /** With their tags. */
  readonly lines: readonly string[];
}

/** Cues that are further apart do not continue each other. */
const CONTIGUOUS_MS = 500;
/** No caption shows more lines at once. */
const MAX_SCREEN_LINES = 8;
/** A line with times for its words is new. */
const INLINE_TIME = /<[\d:.,]+>/;

/**
 * Rolling captions show a line again while the next one comes: A, A, A B, B, B C. This keeps what each cue adds: A, B,
 * C. The whole file decides: half of its cues, where they follow each other closely, must begin with the text of the
 * cue before, and at least one must add to it. In other files, repeated text is kept.
 * @param plain a line in the form used for comparison.
 */
export function withoutRepeats<Cue extends RawCue>(
  cues: readonly Cue[],
  plain: (line: string) => string,
): Cue[] {
  const shown = cues.map((cue) => ({ cue, lines: shownLines(cue, plain) }));
  const carried = shown.map(({ cue, lines }, index) => {
    const before = shown[index - 1];
    return before !== undefined && isContiguous(before.cue, cue)
      ? carriedOver(before.lines, lines)
      : undefined;
  });
  const following = carried.filter((carry) => carry !== undefined);
  const repeating = following.filter((carry) => carry !== '');
  const isAddedTo = carried.some(
    (carry, index) => carry !== undefined && carry !== '' && carry !== joined(shown[index]?.lines ?? []),
  );
  if (!isAddedTo || repeating.length < 2 || repeating.length * 2 < following.length) return [...cues];
  return shown.flatMap(({ cue, lines }, index): Cue[] => {
    const added = behind(lines, carried[index] ?? '');
    return added.length === 0 && lines.length > 0 ? [] : [{ ...cue, lines: added }];
  });
}

interface ShownLine {
  readonly raw: string;
  readonly text: string;
  readonly isNew: boolean;
}

function shownLines({ lines }: RawCue, plain: (line: string) => string): ShownLine[] {
  return lines
    .map((raw) => ({ raw, text: plain(raw), isNew: INLINE_TIME.test(raw) }))
    .filter(({ text }) => text !== '');
}

function isContiguous(before: RawCue, cue: RawCue): boolean {
  const end = before.end_ms ?? cue.start_ms;
  return cue.start_ms >= before.start_ms && cue.start_ms - end <= CONTIGUOUS_MS;
}

function joined(lines: readonly ShownLine[]): string {
  return lines.map(({ text }) => text).join(' ');
}

/** The longest run of last lines that the next cue begins with; empty for none. */
function carriedOver(before: readonly ShownLine[], lines: readonly ShownLine[]): string {
  const firstNew = lines.findIndex(({ isNew }) => isNew);
  const old = firstNew === -1 ? lines : lines.slice(0, firstNew);
  const text = joined(old.slice(0, MAX_SCREEN_LINES));
  for (let from = Math.max(0, before.length - MAX_SCREEN_LINES); from < before.length; from++) {
    const tail = joined(before.slice(from));
    if (text === tail || text.startsWith(`${tail} `)) return tail;
  }
  return '';
}

/** The text after the repeated part, in whole lines; within a line only where no tags would be cut. */
function behind(lines: readonly ShownLine[], carry: string): string[] {
  let rest = carry;
  const added: string[] = [];
  for (const { raw, text } of lines) {
    if (rest === '') added.push(raw);
    else if (rest === text || rest.startsWith(`${text} `)) rest = rest.slice(text.length + 1);
    else {
      added.push(raw.trim() === text ? text.slice(rest.length + 1) : raw);
      rest = '';
    }
  }
  return added;
}
