import { isSide } from '../../src-main/contract/audio-format.ts';
import {
  type CaptureReport,
  type Gap,
  leadingTrack,
  type TrackReport,
} from '../../src-main/contract/capture-report.ts';
import {
  shorterSeconds,
  type PartRecord,
  type RecordingFile,
  type SessionRecord,
} from '../../src-main/contract/session-record.ts';
import { t } from './i18n.ts';
import { importWords, type ReportWords } from './import-words.ts';
import { mutedLines } from './muted-words.ts';
import { clockText, lengthText } from './quantities.ts';

/** Starting and stopping take a moment that is no loss; the clocks of good devices drift by far less. */
const BEHIND_SECONDS = 1;
/** Stretches that are listed one by one. */
const MOST_LISTED = 10;

type Reported = Pick<SessionRecord, 'sample_rate' | 'status'> & {
  readonly recovered?: SessionRecord['recovered'];
  readonly imported?: SessionRecord['imported'];
  readonly files?: readonly Pick<RecordingFile, 'part' | 'shorter_ms'>[];
  readonly parts: readonly Pick<PartRecord, 'duration_seconds' | 'sample_rate' | 'report' | 'reason'>[];
};

/** A stretch that is missing, on the time of the whole recording. */
interface Hole {
  readonly seconds: number;
  readonly atSeconds: number;
  readonly gap: Gap;
  /** The recording has another track, in which it need not be missing. */
  readonly ofSeveral: boolean;
}

/** The capture report in words: `Complete`, or how much is missing, where and why. */
export function reportWords(session: Reported): ReportWords {
  if (session.status === 'recording') return { whole: true, text: t('report.running'), details: [] };
  const shorter = shorterText(session.files ?? []);
  if (session.imported) return withShorter(importWords(session.imported), shorter);
  const [holes, muted] = [holeLines(session), mutedLines(session)];
  const others = [...clockLines(session), ...endLines(session)];
  const [text, ...details] = [...shorter, ...holes, ...muted, ...others];
  const onlyMuted = muted.length > 0 && shorter.length + holes.length + others.length === 0;
  if (text !== undefined) return { whole: false, ...(onlyMuted ? { onlyMuted } : {}), text, details };
  const count = session.parts.length;
  return {
    whole: true,
    text: count > 1 ? t('report.completeParts', { count }) : t('report.complete'),
    details: [],
  };
}

/** How much of its files is gone since they were finished; nothing where they are as long as they were. */
export function shorterText(files: readonly Pick<RecordingFile, 'part' | 'shorter_ms'>[]): string[] {
  const seconds = shorterSeconds(files);
  return seconds > 0 ? [t('report.shorter', { length: lengthText(seconds) })] : [];
}

function withShorter(words: ReportWords, [shorter]: readonly string[]): ReportWords {
  if (shorter === undefined) return words;
  return { whole: false, text: shorter, details: [words.text, ...words.details] };
}

function holeLines({ parts, sample_rate: sessionRate }: Reported): string[] {
  const holes = holesOf(parts, sessionRate);
  const missingSeconds = parts.reduce((seconds, { report, sample_rate: sampleRate = sessionRate }) => {
    return seconds + (report === undefined ? 0 : missingFrames(report)) / sampleRate;
  }, 0);
  const [first, ...others] = holes;
  const length = lengthText(missingSeconds);
  if (first === undefined) return missingSeconds === 0 ? [] : [t('report.unplaced', { length })];
  if (others.length === 0) return [holeText({ ...first, seconds: missingSeconds })];
  const count = holes.length + unlistedHoles(parts);
  const gist = t('report.gaps', { length, time: clockText(first.atSeconds), count });
  const listed = holes.slice(0, MOST_LISTED).map(holeText);
  const more = count - listed.length;
  return [gist, ...listed, ...(more > 0 ? [t('report.moreGaps', { count: more })] : [])];
}

/** Beyond the first thousand, a part tells how many there are but not where. */
function unlistedHoles(parts: Reported['parts']): number {
  const tracks = parts.flatMap(({ report }) => report?.tracks ?? []);
  return tracks.reduce((sum, { unlisted }) => sum + (unlisted?.gaps ?? 0), 0);
}

function missingFrames(report: CaptureReport): number {
  const sum = (gaps: readonly Gap[]): number => gaps.reduce((frames, gap) => frames + gap.frames, 0);
  const leading = report.tracks.reduce<TrackReport | undefined>(
    (best, track) => (best === undefined ? track : leadingTrack(best, track)),
    undefined,
  );
  const placed = sum(report.gaps.filter(({ track }) => track === (leading?.track ?? track)));
  return sum(report.gaps.filter(isLoss)) + Math.max(0, report.expected - report.captured - placed);
}

/** Of two senders that stop one is always first. */
function isLoss({ cause }: Gap): boolean {
  return cause !== 'ended';
}

function holeText({ seconds, atSeconds, gap, ofSeveral }: Hole): string {
  const { track, cause } = gap;
  // A microphone is unplugged; what the other side is heard through is something else on every system.
  const lost = cause === 'device_lost' && track === 'assistant';
  const words = {
    length: lengthText(seconds),
    time: clockText(atSeconds),
    cause: lost ? t('report.sourceLost') : t(`report.cause.${cause}`),
  };
  if (!ofSeveral) return t('report.gap', words);
  return isSide(track) ? t(`report.gapOf.${track}`, words) : t('report.gapOf.other', { ...words, track });
}

/** In the order of time; a hole that goes on in the next part is one. */
function holesOf(parts: Reported['parts'], sessionRate: number): Hole[] {
  let partStart = 0;
  const found: Hole[] = [];
  for (const { duration_seconds, report, sample_rate: sampleRate = sessionRate } of parts) {
    for (const gap of report?.gaps.filter(isLoss) ?? [])
      found.push({
        gap,
        ofSeveral: (report?.tracks.length ?? 0) > 1,
        seconds: gap.frames / sampleRate,
        atSeconds: partStart + gap.start_frame / sampleRate,
      });
    partStart += duration_seconds;
  }
  const holes: Hole[] = [];
  for (const hole of found.sort((a, b) => a.atSeconds - b.atSeconds)) {
    const last = holes.at(-1);
    const goesOn =
      last?.gap.track === hole.gap.track &&
      last.gap.cause === hole.gap.cause &&
      Math.abs(last.atSeconds + last.seconds - hole.atSeconds) < 1 / sessionRate;
    if (last !== undefined && goesOn) holes.pop();
    holes.push(last !== undefined && goesOn ? { ...last, seconds: last.seconds + hole.seconds } : hole);
  }
  return holes;
}

function clockLines({ parts, sample_rate: sessionRate }: Reported): string[] {
  const behindSeconds = parts.reduce((seconds, { report, reason, sample_rate: sampleRate = sessionRate }) => {
    // The clock went on while the session waited for its page to come back.
    if (reason === 'disconnected') return seconds;
    const behind = (report?.tracks ?? []).map((track) => (track.clock ?? 0) - track.expected);
    return seconds + Math.max(0, ...behind) / sampleRate;
  }, 0);
  if (behindSeconds <= BEHIND_SECONDS) return [];
  return [t('report.behind', { length: lengthText(behindSeconds) })];
}

function endLines({ status, recovered, parts }: Reported): string[] {
  const unchecked = parts.length === 0 || parts.some(({ report }) => report === undefined);
  if (recovered) {
    const length = lengthText(recovered.lost_seconds_at_most);
    return [
      recovered.lost_seconds_at_most > 0 ? t('report.recovered', { length }) : t('report.recoveredWhole'),
    ];
  }
  if (status === 'interrupted') return [t('report.interrupted')];
  if (status === 'failed') return [t('report.failed')];
  return unchecked ? [t('report.unchecked')] : [];
}
