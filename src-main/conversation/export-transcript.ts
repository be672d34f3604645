import type { Track } from '../contract/audio-format.ts';
import type { SessionRecord } from '../contract/session-record.ts';
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

/** RFC 8081 and the registry of media types know no SubRip; this is what everybody calls it. */
const MEDIA_TYPES: Record<TranscriptExportFormat, string> = {
  srt: 'application/x-subrip',
  vtt: 'text/vtt',
  txt: 'text/plain',
  md: 'text/markdown',
  json: 'application/json',
};

/** How long text stays that has no times, by its length; as long as reading takes. */
const MS_PER_CHARACTER = 60;
const MIN_UNTIMED_MS = 1000;

const NOT_OF_A_LINE = /[\p{Cc}\s]+/gu;

type Spoken = ConversationLine & { readonly text: string };

/** What was said in a session, as a file for others: of one side alone where a role is given. */
export function exportTranscript(
  session: SessionRecord,
  conversation: Conversation,
  format: TranscriptExportFormat,
  role?: Track,
): ExportedTranscript {
  const labels = speakerLabels(conversation);
  const labelOf = (line: ConversationLine): string | null =>
    labels(line)?.replace(NOT_OF_A_LINE, ' ') ?? null;
  const lines = conversation.lines.filter((line) => role === undefined || line.role === role);
  const spoken = lines.flatMap((line): Spoken[] => {
    const text = line.text?.replace(NOT_OF_A_LINE, ' ').trim() ?? '';
    return text === '' ? [] : [{ ...line, text }];
  });
  const prose = (): ProseLine[] =>
    spoken.map((line) => ({
      startMs: line.start_ms,
      label: labelOf(line),
      text: line.text,
      interrupted: line.interrupted,
    }));
  const texts: Record<TranscriptExportFormat, () => string> = {
    srt: () => toSrt(cuesOf(spoken, labelOf)),
    vtt: () => toVtt(cuesOf(spoken, labelOf)),
    txt: () => toPlainText(prose()),
    md: () => toMarkdown(session, prose()),
    json: () => `${JSON.stringify(jsonOf(session, conversation, lines, labelOf), undefined, 2)}\n`,
  };
  return {
    file_name: fitName(fileStem(session), `.${format}`),
    media_type: MEDIA_TYPES[format],
    text: texts[format](),
  };
}

/** In the order of time, as subtitles must be; those that overlap stay as they are. */
function cuesOf(lines: readonly Spoken[], labelOf: (line: ConversationLine) => string | null): Cue[] {
  let lastEndMs = 0;
  return lines
    .map((line): Cue => {
      const { text } = line;
      const startMs = Math.round(line.start_ms ?? lastEndMs);
      const untimedEndMs = startMs + Math.max(MIN_UNTIMED_MS, text.length * MS_PER_CHARACTER);
      const endMs = Math.round(line.end_ms ?? untimedEndMs);
      lastEndMs = Math.max(lastEndMs, endMs);
      return { startMs, endMs: Math.max(endMs, startMs + 1), label: labelOf(line), text };
    })
    .sort((a, b) => a.startMs - b.startMs);
}

function jsonOf(
  session: SessionRecord,
  { speakers, turns }: Conversation,
  lines: readonly ConversationLine[],
  labelOf: (line: ConversationLine) => string | null,
): unknown {
  return {
    session: {
      id: session.id,
      title: session.title,
      started_at: session.started_at,
      duration_seconds: session.duration_seconds,
    },
    speakers,
    lines: lines.map((line) => ({ ...line, name: labelOf(line) })),
    turns,
  };
}

/** The title, as far as every system takes it for a file name. */
function fileStem({ id, title }: SessionRecord): string {
  const stem = title
    .normalize('NFC')
    .replace(/(?:[\\/:*?"<>|]|(?![\u200c\u200d])\p{C})+/gu, ' ')
    .replace(/\s+/g, ' ')
    .slice(0, 100)
    .replace(/^[\s.]+|[\s.]+$/g, '');
  return stem === '' || /^(con|prn|aux|nul|com\d|lpt\d)$/i.test(stem) ? id : stem;
}
