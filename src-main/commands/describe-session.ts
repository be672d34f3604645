import type { TrackReport } from '../contract/capture-report.ts';
import type { StopReason } from '../contract/server-messages.ts';
import type { Conversation } from '../contract/transcript.ts';
import {
  sampleRateOf,
  shorterSeconds,
  type DatedBy,
  type PartRecord,
  type SessionRecord,
} from '../contract/session-record.ts';
import { localTime } from '../contract/session-time.ts';
import { formatDuration } from './format-duration.ts';
import { plainText } from './plain-text.ts';

/** A source that sent nothing for a shorter time may only have been slow to start. */
const STOOD_STILL_SECONDS = 1;

const REASON_WORDS: Record<StopReason, string> = {
  total_size_limit: 'the size limit was reached',
  duration_limit: 'the duration limit was reached',
  shutdown: 'Lectern was closed',
  disconnected: 'the connection was lost, and nobody came back',
  write_failed: 'the recording could not be written any further',
  disk_full: 'the disk was full',
  split: 'a new part was begun',
};

/** Describes one session for people: what it is, what may be missing, its files, its markers, the amount of text. */
export function describeSession(session: SessionRecord, conversation?: Conversation): string {
  const lines = [
    `${session.title}  (${session.status})`,
    ...outcomeOf(session),
    `started   ${localTime(session.started_at)}`,
    ...importOf(session),
    `duration  ${formatDuration(session.duration_seconds)}`,
    `format    ${session.format}, ${session.sample_rate} Hz, ${session.channels === 1 ? 'mono' : 'stereo'}`,
    ...profileOf(session),
  ];
  for (const part of session.parts) {
    const told = captureOf(part, sampleRateOf(session, part.part));
    if (told.length > 0)
      lines.push(`part ${part.part}    ${formatDuration(part.duration_seconds)}, ${told.join('; ')}`);
  }
  for (const file of session.files)
    lines.push(`file      ${file.file_path}  ${file.byte_size} bytes  ${file.status}`);
  for (const marker of session.markers)
    lines.push(
      `marker    ${formatDuration(marker.frame / sampleRateOf(session, marker.part))}  ${marker.label}`,
    );
  if (conversation !== undefined) lines.push(...saidIn(conversation));
  return lines.join('\n');
}

const DATED_WORDS: Record<DatedBy, string> = {
  embedded: 'dated by what is in it',
  file: 'dated by when it was last changed',
  now: 'dated by when it was added',
};

function importOf({ imported }: SessionRecord): string[] {
  if (imported === null) return [];
  const dated = imported.dated_by === undefined ? '' : `, ${DATED_WORDS[imported.dated_by]}`;
  return [`added     from ${plainText(imported.name)} at ${localTime(imported.at)}${dated}`];
}

function profileOf({ profile, database_records }: SessionRecord): string[] {
  return [
    ...(profile === null ? [] : [`profile   ${profile}`]),
    ...(database_records ? [] : ['catalog   kept out of it: this session is in no list']),
  ];
}

function saidIn({ lines, turns }: Conversation): string[] {
  const heard = turns.filter(({ bleed }) => !bleed);
  const interrupted = heard.filter((turn) => turn.interrupted).length;
  const texts = lines.flatMap(({ text }) => text ?? []);
  const words = texts.reduce((sum, text) => sum + (text.match(/\S+/g)?.length ?? 0), 0);
  return [
    ...(heard.length === 0 ? [] : [`turns     ${heard.length}, ${interrupted} of them interrupted`]),
    ...(texts.length === 0
      ? []
      : [`text      ${words} words in ${texts.length} ${texts.length === 1 ? 'line' : 'lines'}`]),
  ];
}

function outcomeOf({ recovered, status, parts, files }: SessionRecord): string[] {
  const lines: string[] = [];
  const shorter = shorterSeconds(files);
  if (shorter > 0) lines.push(`shorter than recorded: ${shorter.toFixed(2)} s missing`);
  if (recovered !== null)
    lines.push(
      `recovered after a crash: at most ${recovered.lost_seconds_at_most} s may be missing at the end`,
    );
  if (status === 'interrupted') {
    const reason = parts.at(-1)?.reason;
    lines.push(`interrupted: ${reason === undefined ? 'why is not known' : REASON_WORDS[reason]}`);
  }
  return lines;
}

function captureOf({ report }: PartRecord, sampleRate: number): string[] {
  if (report === undefined) return [];
  const told: string[] = [];
  for (const trackReport of report.tracks) {
    const { track, clock, captured, expected, unlisted } = trackReport;
    const listed = report.gaps.filter((gap) => gap.track === track);
    // Where two senders stop, one is always first: that is no loss.
    const ended = listed.filter(({ cause }) => cause === 'ended');
    const missing = expected - captured - ended.reduce((sum, { frames }) => sum + frames, 0);
    const places = placesOf(listed.length - ended.length + (unlisted?.gaps ?? 0));
    const ofTrack = report.tracks.length > 1 ? ` of ${track}` : '';
    if (missing > 0) told.push(`${(missing / sampleRate).toFixed(2)} s${ofTrack} missing in ${places}`);
    const stoodStill = ((clock ?? 0) - expected) / sampleRate;
    if (stoodStill > STOOD_STILL_SECONDS)
      told.push(`${track} brought ${stoodStill.toFixed(1)} s less than the clock says`);
    told.push(...mutedOf(trackReport, sampleRate));
  }
  return told.length === 0 ? ['complete'] : told;
}

/** These are no losses: the microphone itself sent silence. */
function mutedOf({ muted = [], unlisted_muted: unlisted }: TrackReport, sampleRate: number): string[] {
  const [first] = muted;
  if (first === undefined) return [];
  const frames = muted.reduce((sum, stretch) => sum + stretch.frames, unlisted?.frames ?? 0);
  const count = muted.length + (unlisted?.stretches ?? 0);
  const from = formatDuration(first.start_frame / sampleRate);
  return [
    `${(frames / sampleRate).toFixed(1)} s of digital silence ` +
      `${count === 1 ? `from ${from}` : `in ${placesOf(count)}, the first from ${from}`}: ` +
      'microphone muted, disconnected or noise-gated',
  ];
}

function placesOf(count: number): string {
  return count === 1 ? '1 place' : `${count} places`;
}
