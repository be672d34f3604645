import { readText } from './read-text.ts';
import { checkedTimes, invalidTranscript, quoted } from './timed-text.ts';

/** Somebody speaking, in milliseconds from the beginning of the audio. */
export interface SpeakerTurn {
  readonly speaker: string;
  readonly start_ms: number;
  readonly end_ms: number;
}

/** Longer than any diarizer's label. */
const MAX_LABEL_CHARACTERS = 60;
const MAX_TURNS = 200_000;

/**
 * Rich Transcription Time Marked (NIST RT-09, appendix A): `SPEAKER file channel start duration <NA> <NA> name ...`, times in
 * seconds. Lines of other kinds are left out. Throws INVALID_TRANSCRIPT.
 */
export function parseRttm(input: string | Uint8Array): SpeakerTurn[] {
  const turns: SpeakerTurn[] = [];
  const lines = readText(input).split(/\r\n|\r|\n/);
  for (const [index, line] of lines.entries()) {
    const fields = line.trim().split(/\s+/);
    const [type, , , start, duration, , , label = ''] = fields;
    if (type === '' || type?.startsWith(';') === true) continue;
    if (!KINDS.has(type ?? ''))
      throw invalidTranscript(
        'RTTM lines such as SPEAKER file 1 0.50 2.25 <NA> <NA> name <NA> <NA>',
        quoted(line),
      );
    if (type !== 'SPEAKER') continue;
    if (label === '' || label === '<NA>' || label.length > MAX_LABEL_CHARACTERS)
      throw invalidTranscript(
        `the name of a speaker, of at most ${MAX_LABEL_CHARACTERS} characters, in line ${index + 1}`,
        quoted(line),
      );
    const startMs = parseSeconds(start);
    turns.push({
      speaker: label,
      ...checkedTimes(`line ${index + 1}`, startMs, startMs + parseSeconds(duration)),
    });
    if (turns.length > MAX_TURNS) throw invalidTranscript(`at most ${MAX_TURNS} turns`, 'more');
  }
  return turns.toSorted((a, b) => a.start_ms - b.start_ms);
}

const KINDS: ReadonlySet<string> = new Set([
  'SEGMENT',
  'NOSCORE',
  'NO_RT_METADATA',
  'LEXEME',
  'NON-LEX',
  'NON-SPEECH',
  'FILLER',
  'EDIT',
  'SU',
  'IP',
  'CB',
  'A/P',
  'SPEAKER',
  'SPKR-INFO',
]);

function parseSeconds(text: string | undefined): number {
  return text !== undefined && /^-?\d+(?:\.\d+)?(?:e-?\d+)?$/i.test(text) ? Number(text) * 1000 : NaN;
}
