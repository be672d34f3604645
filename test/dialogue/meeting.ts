import type { Side } from '../../src-main/contract/audio-format.ts';
import type { Line } from '../support/sound/dialogue.ts';
import type { Utterance } from '../support/sound/speech.ts';

type Voice = Pick<Utterance, 'voice' | 'speed' | 'pitch'>;

const VOICES: Readonly<Record<Side, Voice>> = {
  user: { voice: 'en-us+klatt2', speed: 140 },
  assistant: { voice: 'en-us+f2', speed: 150, pitch: 60 },
};

const line = (role: Side, startSeconds: number, text: string, cutOffAfter?: number): Line => ({
  role,
  startSeconds,
  text,
  ...VOICES[role],
  ...(cutOffAfter === undefined ? {} : { stopsAfterSeconds: cutOffAfter, interrupted: true }),
});

/** A short talk of two people, each of whom once does not let the other finish. */
export const MEETING: readonly Line[] = [
  line('assistant', 0.3, 'good morning how is the weather in your city'),
  line('user', 3.3, 'the weather is beautiful today'),
  line('assistant', 5.5, 'we should discuss the budget before the meeting begins', 2.2),
  line('user', 7, 'then close the window because it is cold', 2.2),
  line('assistant', 8.5, 'yes it is in the kitchen'),
];

export const MEETING_SECONDS = 10.4;

/** What a recogniser might take the lines for. */
export const NEVER_SAID: readonly string[] = [
  'good evening how was the journey to our village',
  'the window is open tonight',
  'we could forget the meeting after the budget ends',
  'please close the door now',
  'what about the garden',
  'where is the money for the paper',
  'then read the letter because it is short',
  'no he is in the city',
];
