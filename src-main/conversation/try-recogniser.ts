import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { toWireError } from '../contract/errors.ts';
import type { RecogniserSettings, RecogniserTrial } from '../contract/processing.ts';
import type { Clock } from '../runtime/clock.ts';
import { createRecogniser } from '../transcribe/create-recogniser.ts';
import type { RecogniserTools } from '../transcribe/recogniser.ts';
import { measureWav, readSpeech, SPEECH_RATE } from './track-audio.ts';
import { makeFolder } from '../disk/make-folder.ts';

/** The words spoken in resources/sample-speech.wav. */
const SPOKEN =
  'Good morning. Before the lecture begins, press record, and check that the meter moves when you speak. ' +
  'What is said in this room is then on disk within a second.';

/** A person waits for the result. */
const LONGEST_TRIAL_SECONDS = 120;

export interface TrialOptions {
  /** A WAV of a few seconds of speech. */
  readonly samplePath: string;
  /** A temporary folder may be made here. */
  readonly processingDir: string;
  readonly tools: Omit<RecogniserTools, 'workDir' | 'onProgram'>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Runs a recogniser on a few seconds of speech and returns its answer or its failure. Rejects only when aborted. */
export async function tryRecogniser(
  settings: RecogniserSettings,
  { samplePath, processingDir, tools, clock, signal }: TrialOptions,
): Promise<RecogniserTrial> {
  await makeFolder(processingDir);
  const workDir = await mkdtemp(join(processingDir, 'trial-'));
  const startedMs = clock.monotonicMs();
  const answer = { text: '', spoken: SPOKEN, has_times: false, has_words: false, error: null };
  const tookMs = (): number => Math.round(clock.monotonicMs() - startedMs);
  try {
    const { frames } = await measureWav(samplePath);
    const pieces: Uint8Array[] = [];
    for await (const pcm of readSpeech({ path: samplePath, startFrame: 0, frames })) pieces.push(pcm);
    const recogniser = createRecogniser(hurried(settings), { ...tools, workDir, onProgram: () => undefined });
    const texts = await recogniser.recognise(
      { pcm: Buffer.concat(pieces), sampleRate: SPEECH_RATE },
      { signal, onProgress: () => undefined },
    );
    return {
      ...answer,
      text: texts.map(({ text }) => text).join(' '),
      has_times: texts.some(({ start_ms }) => start_ms !== null),
      has_words: texts.some(({ words }) => words !== null),
      took_ms: tookMs(),
    };
  } catch (error) {
    if (signal.aborted) throw error;
    return { ...answer, took_ms: tookMs(), error: toWireError(error) };
  } finally {
    await rm(workDir, { recursive: true, force: true });
  }
}

function hurried(settings: RecogniserSettings): RecogniserSettings {
  return settings.kind === 'none'
    ? settings
    : { ...settings, timeout_seconds: Math.min(settings.timeout_seconds, LONGEST_TRIAL_SECONDS) };
}
