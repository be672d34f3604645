import type { Gap } from '../../src-main/contract/capture-report.ts';
import type { PartRecord, SessionRecord } from '../../src-main/contract/session-record.ts';
import { t } from './i18n.ts';
import { clockText } from './quantities.ts';

export interface ReportWords {
  readonly whole: boolean;
  readonly text: string;
}

/** Starting and stopping take a moment that is no loss; the clocks of good devices drift by far less. */
const BEHIND_SECONDS = 2;

type Reported = Pick<SessionRecord, 'sample_rate' | 'status'> & {
  readonly parts: readonly Pick<PartRecord, 'duration_seconds' | 'report'>[];
};

/** The capture report in words: `Complete`, or how much is missing and where. */
export function reportWords({ parts, sample_rate: sampleRate, status }: Reported): ReportWords {
  if (status === 'recording') return { whole: true, text: t('report.running') };
  const gaps: { gap: Gap; seconds: number }[] = [];
  let partStart = 0;
  let missingFrames = 0;
  let behindFrames = 0;
  for (const { duration_seconds, report } of parts) {
    if (report === undefined) return { whole: false, text: t('report.unchecked') };
    for (const gap of report.gaps) gaps.push({ gap, seconds: partStart + gap.start_frame / sampleRate });
    missingFrames += Math.max(report.expected - report.captured, sum(report.gaps));
    behindFrames += Math.max(0, ...report.tracks.map((track) => (track.clock ?? 0) - track.expected));
    partStart += duration_seconds;
  }
  if (parts.length === 0) return { whole: false, text: t('report.unchecked') };
  if (missingFrames === 0 && behindFrames < BEHIND_SECONDS * sampleRate)
    return { whole: true, text: t('report.complete') };
  if (missingFrames === 0)
    return { whole: false, text: t('report.behind', { length: secondsText(behindFrames / sampleRate) }) };
  const length = secondsText(missingFrames / sampleRate);
  const first = gaps.sort((a, b) => a.seconds - b.seconds)[0];
  if (first === undefined) return { whole: false, text: t('report.unplaced', { length }) };
  const time = clockText(first.seconds);
  const text =
    gaps.length === 1
      ? `${t('report.gap', { length, time })} (${t(`report.cause.${first.gap.cause}`)})`
      : t('report.gaps', { length, time, count: gaps.length });
  return { whole: false, text };
}

function sum(gaps: readonly Gap[]): number {
  return gaps.reduce((frames, gap) => frames + gap.frames, 0);
}

/** One digit for what a listener would notice; never `0.0` for something that is missing. */
function secondsText(seconds: number): string {
  if (seconds < 0.01) return '< 0.01';
  return seconds < 0.1 ? seconds.toFixed(2) : seconds.toFixed(1);
}
