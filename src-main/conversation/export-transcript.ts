import { setImmediate } from 'node:timers/promises';
import type { Track } from '../contract/audio-format.ts';
import { jsonPieces } from '../contract/json-pieces.ts';
import type { SessionRecord } from '../contract/session-record.ts';
import { flatMapInSlices, sortInSlices } from '../contract/slices.ts';
import type {
  Conversation,
  ConversationLine,
  ExportedTranscript,
  TranscriptExportFormat,
} from '../contract/transcript.ts';
import { fitName } from '../disk/fit-name.ts';
import { toSrt, toVtt, type Cue } from './export-cues.ts';
import { toMarkdown, toPlainText, type ProseLine } from './export-prose.ts';
import { speakerLabels } from './speaker-labels.ts';

/** SubRip has no registered media type; this one is in common use. */
const MEDIA_TYPES: Record<TranscriptExportFormat, string> = {
  srt: 'application/x-subrip',
  vtt: 'text/vtt',
  txt: 'text/plain',
  md: 'text/markdown',
  json: 'application/json',
};

/** Text without times is shown this long for each character, about the time that it takes to read. */
const MS_PER_CHARACTER = 60;
const MIN_UNTIMED_MS = 1000;

const NOT_OF_A_LINE = /[\p{Cc}\s]+/gu;

type Spoken = ConversationLine & { readonly text: string };

/** The text of a session as a file for other programs; only one side where a role is given. Written in slices. */
export async function exportTranscript(
  session: SessionRecord,
  conversation: Conversation,
  format: TranscriptExportFormat,
  role?: Track,
): Promise<ExportedTranscript> {
  const labels = speakerLabels(conversation);
  const labelOf = (line: ConversationLine): string | null =>
    labels(line)?.replace(NOT_OF_A_LINE, ' ') ?? null;
  const lines = conversation.lines.filter((line) => role === undefined || line.role === role);
  const spoken = await flatMapInSlices(lines, setImmediate, (line): Spoken[] => {
    const text = line.text?.replace(NOT_OF_A_LINE, ' ').trim() ?? '';
    return text === '' ? [] : [{ ...line, text }];
  });
  const prose = (): Promise<ProseLine[]> =>
    flatMapInSlices(spoken, setImmediate, (line) => ({
      startMs: line.start_ms,
      label: labelOf(line),
      text: line.text,
      interrupted: line.interrupted,
    }));
  const texts: Record<TranscriptExportFormat, () => Promise<string>> = {
    srt: async () => toSrt(await cuesOf(spoken, labelOf)),
    vtt: async () => toVtt(await cuesOf(spoken, labelOf)),
    txt: async () => toPlainText(await prose()),
    md: async () => toMarkdown(session, await prose()),
    json: async () => `${await jsonText(await jsonOf(session, conversation, lines, labelOf))}\n`,
  };
  return {
    file_name: fitName(fileStem(session), `.${format}`),
    media_type: MEDIA_TYPES[format],
    text: await texts[format](),
  };
}

async function jsonText(value: unknown): Promise<string> {
  let text = '';
  for (const piece of jsonPieces(value)) {
    if (text !== '') await setImmediate();
    text += piece;
  }
  return text;
}

/** In order of time, as subtitles require; overlapping cues stay as they are. */
async function cuesOf(
  lines: readonly Spoken[],
  labelOf: (line: ConversationLine) => string | null,
): Promise<Cue[]> {
  let lastEndMs = 0;
  const cues = await flatMapInSlices(lines, setImmediate, (line): Cue => {
    const { text } = line;
    const startMs = Math.round(line.start_ms ?? lastEndMs);
    const untimedEndMs = startMs + Math.max(MIN_UNTIMED_MS, text.length * MS_PER_CHARACTER);
    const endMs = Math.round(line.end_ms ?? untimedEndMs);
    lastEndMs = Math.max(lastEndMs, endMs);
    return { startMs, endMs: Math.max(endMs, startMs + 1), label: labelOf(line), text };
  });
  return sortInSlices(cues, setImmediate, (a, b) => a.startMs - b.startMs);
}

async function jsonOf(
  session: SessionRecord,
  { speakers, turns }: Conversation,
  lines: readonly ConversationLine[],
  labelOf: (line: ConversationLine) => string | null,
): Promise<unknown> {
  return {
    session: {
      id: session.id,
      title: session.title,
      started_at: session.started_at,
      duration_seconds: session.duration_seconds,
    },
    speakers,
    lines: await flatMapInSlices(lines, setImmediate, (line) => ({ ...line, name: labelOf(line) })),
    turns,
  };
}

/** The title, with only the characters that every system allows in a file name. */
function fileStem({ id, title }: SessionRecord): string {
  const stem = title
    .normalize('NFC')
    .replace(/(?:[\\/:*?"<>|]|(?![\u200c\u200d])\p{C})+/gu, ' ')
    .replace(/\s+/g, ' ')
    .slice(0, 100)
    .replace(/^[\s.]+|[\s.]+$/g, '');
  return stem === '' || /^(con|prn|aux|nul|com\d|lpt\d)$/i.test(stem) ? id : stem;
}
