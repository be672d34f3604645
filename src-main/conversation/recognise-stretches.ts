import type { Recogniser } from '../transcribe/recogniser.ts';
import { type PlacedText, placeText } from './place-text.ts';
import type { RecognisedStretch } from './recognised-entries.ts';
import { cutLong, layOut, MAX_PIECE_SECONDS, readAudible, secondsOf } from './speech-pieces.ts';
import { type SpeechStretch, stretchKey } from './speech-plan.ts';
import type { WorkFolder } from './work-folder.ts';

export interface RecogniseStretchesOptions {
  readonly recogniser: Recogniser;
  readonly work: Pick<WorkFolder, 'known' | 'keep'>;
  readonly signal: AbortSignal;
  /** Seconds of audio that are done. */
  readonly onSeconds: (seconds: number) => void;
}

interface Spoken {
  readonly stretch: SpeechStretch;
  readonly pcm: Uint8Array;
}

/**
 * Recognises stretches. Several go into one piece where the recogniser gives times, which tell them apart: programs
 * load their models again for each piece. Results are stored at once, so that after a failure only the rest is
 * repeated.
 */
export async function recogniseStretches(
  stretches: readonly SpeechStretch[],
  { recogniser, work, signal, onSeconds }: RecogniseStretchesOptions,
): Promise<RecognisedStretch[]> {
  const recognised: RecognisedStretch[] = [];
  let doneSeconds = 0;
  /** Off as soon as one text spans several turns. */
  let severalAtOnce = recogniser.givesTimes;
  let waiting: Spoken[] = [];

  const finish = async (texts: ReadonlyMap<SpeechStretch, readonly PlacedText[]>): Promise<void> => {
    await work.keep(new Map([...texts].map(([stretch, placed]) => [stretchKey(stretch), placed])));
    for (const [stretch, placed] of texts) {
      recognised.push({ stretch, texts: placed });
      doneSeconds += secondsOf(stretch);
    }
    onSeconds(doneSeconds);
  };

  const recognise = async (spoken: readonly Spoken[]): Promise<void> => {
    const { piece, slots } = layOut(spoken);
    const seconds = spoken.reduce((sum, { stretch }) => sum + secondsOf(stretch), 0);
    const texts = await recogniser.recognise(piece, {
      signal,
      onProgress: (fraction) => {
        onSeconds(doneSeconds + fraction * seconds);
      },
    });
    const placed = placeText(texts, slots);
    await finish(placed.texts);
    if (placed.mingled.length > 0) severalAtOnce = false;
    for (const each of spoken) if (placed.mingled.includes(each.stretch)) await recognise([each]);
  };

  const flush = async (): Promise<void> => {
    const together = waiting;
    waiting = [];
    if (together.length > 0) await recognise(together);
  };

  for await (const stretch of cutLong(stretches)) {
    signal.throwIfAborted();
    const known = work.known(stretchKey(stretch));
    const pcm = known === undefined ? await readAudible(stretch) : undefined;
    if (pcm === undefined) {
      recognised.push({ stretch, texts: known ?? [] });
      doneSeconds += secondsOf(stretch);
      continue;
    }
    const waitingSeconds = waiting.reduce((sum, each) => sum + secondsOf(each.stretch), 0);
    if (waitingSeconds + secondsOf(stretch) > MAX_PIECE_SECONDS) await flush();
    waiting.push({ stretch, pcm });
    if (!severalAtOnce) await flush();
  }
  await flush();
  return recognised.toSorted((a, b) => a.stretch.startMs - b.stretch.startMs);
}
