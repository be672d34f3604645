import type { PartRecord, SessionRecord } from '../../src-main/contract/session-record.ts';
import { t } from './i18n.ts';
import { clockText, lengthText } from './quantities.ts';

/** Stretches that are listed one by one. */
const MOST_LISTED = 10;

type Judged = Pick<SessionRecord, 'sample_rate'> & {
  readonly parts: readonly Pick<PartRecord, 'duration_seconds' | 'sample_rate' | 'report'>[];
};

/** On the time of the whole recording. */
interface Stretch {
  readonly atSeconds: number;
  readonly seconds: number;
}

/** Where the microphone sent digital zeros. Nothing was lost on the way: the words say what came, and why it may be. */
export function mutedLines({ parts, sample_rate: sessionRate }: Judged): string[] {
  const stretches = stretchesOf(parts, sessionRate);
  const [first, ...others] = stretches;
  if (first === undefined) return [];
  const unlisted = unlistedOf(parts, sessionRate);
  if (others.length === 0 && unlisted.count === 0)
    return [t('report.muted', { length: lengthText(first.seconds), time: clockText(first.atSeconds) })];
  const seconds = stretches.reduce((sum, stretch) => sum + stretch.seconds, unlisted.seconds);
  const count = stretches.length + unlisted.count;
  const listed = stretches.slice(0, MOST_LISTED);
  const more = count - listed.length;
  return [
    t('report.mutedPlaces', { length: lengthText(seconds), count, time: clockText(first.atSeconds) }),
    ...listed.map((stretch) =>
      t('report.mutedPlace', { length: lengthText(stretch.seconds), time: clockText(stretch.atSeconds) }),
    ),
    ...(more > 0 ? [t('report.moreGaps', { count: more })] : []),
  ];
}

/** One that goes on in the next part is one. */
function stretchesOf(parts: Judged['parts'], sessionRate: number): Stretch[] {
  const stretches: Stretch[] = [];
  let partStart = 0;
  for (const { duration_seconds, report, sample_rate: sampleRate = sessionRate } of parts) {
    for (const { start_frame, frames } of report?.tracks.flatMap(({ muted = [] }) => muted) ?? []) {
      const atSeconds = partStart + start_frame / sampleRate;
      const seconds = frames / sampleRate;
      const last = stretches.at(-1);
      const goesOn = last !== undefined && atSeconds - (last.atSeconds + last.seconds) < 1 / sampleRate;
      if (goesOn) stretches.pop();
      stretches.push(goesOn ? { ...last, seconds: last.seconds + seconds } : { atSeconds, seconds });
    }
    partStart += duration_seconds;
  }
  return stretches;
}

function unlistedOf(parts: Judged['parts'], sessionRate: number): { count: number; seconds: number } {
  let [count, seconds] = [0, 0];
  for (const { report, sample_rate: sampleRate = sessionRate } of parts)
    for (const { unlisted_muted: unlisted } of report?.tracks ?? []) {
      count += unlisted?.stretches ?? 0;
      seconds += (unlisted?.frames ?? 0) / sampleRate;
    }
  return { count, seconds };
}
