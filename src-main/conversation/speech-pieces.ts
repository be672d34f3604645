import { measureLevels } from '../audio/levels.ts';
import { quietestMoment } from '../audio/quietest-moment.ts';
import type { SpeechPiece } from '../transcribe/recogniser.ts';
import { cutStretch, type SpeechStretch } from './speech-plan.ts';
import { readSpeech, SPEECH_RATE } from './track-audio.ts';

/** The longest piece for a recogniser: 10 MB of samples, so that little is repeated after a failure. */
export const MAX_PIECE_SECONDS = 300;
/**
 * Silence around and between stretches: recognisers ignore less than a second of audio, and take pauses for ends of
 * sentences.
 */
const LEAD_SECONDS = 0.3;
const GAP_SECONDS = 1;
const TAIL_SECONDS = 0.7;
/** A long stretch is cut in a pause in its last third. */
const CUT_FROM = 0.67;
/** About -50 dBFS. Below it nobody speaks, and recognisers invent text. */
const QUIETEST_PEAK = 104;

/** Where a stretch is in a piece. */
export interface Slot {
  readonly stretch: SpeechStretch;
  /** From the piece's beginning, in milliseconds. */
  readonly startMs: number;
  readonly endMs: number;
}

/** Several stretches laid out for a recogniser, one after another with pauses between. */
export interface LaidOut {
  readonly piece: SpeechPiece;
  readonly slots: readonly Slot[];
}

/** Stretches no longer than a piece may be: longer ones are cut where it is quietest. */
export async function* cutLong(stretches: readonly SpeechStretch[]): AsyncGenerator<SpeechStretch> {
  for (const stretch of stretches) {
    const maxFrames = MAX_PIECE_SECONDS * stretch.sampleRate;
    let from = 0;
    while (stretch.frames - from > maxFrames) {
      const head = cutStretch(stretch, from, maxFrames);
      const pcm = await readWhole(head);
      const frames = pcm.byteLength >> 1;
      const moment = quietestMoment(pcm, SPEECH_RATE, Math.floor(frames * CUT_FROM), frames);
      const length = Math.round((moment / SPEECH_RATE) * stretch.sampleRate);
      yield cutStretch(stretch, from, length);
      from += length;
    }
    yield cutStretch(stretch, from, stretch.frames - from);
  }
}

/** The samples of a stretch; undefined where it is silent. */
export async function readAudible(stretch: SpeechStretch): Promise<Uint8Array | undefined> {
  const pcm = await readWhole(stretch);
  return measureLevels(pcm).peak < QUIETEST_PEAK ? undefined : pcm;
}

/** Joins stretches into one piece. Parts of one turn follow each other without a pause. */
export function layOut(
  spoken: readonly { readonly stretch: SpeechStretch; readonly pcm: Uint8Array }[],
): LaidOut {
  const slots: (Slot & { readonly pcm: Uint8Array })[] = [];
  let atMs = LEAD_SECONDS * 1000;
  for (const { stretch, pcm } of spoken) {
    const before = slots.at(-1);
    if (before !== undefined && !follows(before.stretch, stretch)) atMs += GAP_SECONDS * 1000;
    const endMs = atMs + millisecondsOf(pcm);
    slots.push({ stretch, startMs: atMs, endMs, pcm });
    atMs = endMs;
  }
  const bytes = new Uint8Array(2 * Math.ceil(((atMs + TAIL_SECONDS * 1000) / 1000) * SPEECH_RATE));
  for (const { startMs, pcm } of slots) bytes.set(pcm, 2 * Math.round((startMs / 1000) * SPEECH_RATE));
  return {
    piece: { pcm: bytes, sampleRate: SPEECH_RATE },
    slots: slots.map(({ stretch, startMs, endMs }) => ({ stretch, startMs, endMs })),
  };
}

export function secondsOf({ frames, sampleRate }: SpeechStretch): number {
  return frames / sampleRate;
}

function follows(before: SpeechStretch, after: SpeechStretch): boolean {
  return before.turn !== null && before.turn.turnId === after.turn?.turnId;
}

function millisecondsOf(pcm: Uint8Array): number {
  return (pcm.byteLength / 2 / SPEECH_RATE) * 1000;
}

async function readWhole(stretch: SpeechStretch): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const pcm of readSpeech(stretch)) pieces.push(pcm);
  return Buffer.concat(pieces);
}
