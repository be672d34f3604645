import { setImmediate } from 'node:timers/promises';
import type { SessionRecord } from '../contract/session-record.ts';
import { localTime } from '../contract/session-time.ts';
import { flatMapInSlices } from '../contract/slices.ts';

/** A line for readers. */
export interface ProseLine {
  /** Null where only the order is known. */
  readonly startMs: number | null;
  readonly label: string | null;
  /** One line. */
  readonly text: string;
  readonly interrupted: boolean;
}

/** The end of an interrupted line. */
const CUT_OFF = ' —';

export async function toPlainText(lines: readonly ProseLine[]): Promise<string> {
  const written = await flatMapInSlices(lines, setImmediate, ({ startMs, label, text, interrupted }) => {
    const time = startMs === null ? '' : `[${clock(startMs)}] `;
    return `${time}${label === null ? '' : `${label}: `}${text}${interrupted ? CUT_OFF : ''}\n`;
  });
  return written.join('');
}

export async function toMarkdown(session: SessionRecord, lines: readonly ProseLine[]): Promise<string> {
  const paragraphs = await flatMapInSlices(lines, setImmediate, ({ startMs, label, text, interrupted }) => {
    const time = startMs === null ? '' : `(${clock(startMs)}) `;
    const name = label === null ? '' : `**${escaped(label)}** `;
    return escapedBeginning(`${name}${time}${escaped(text)}${interrupted ? CUT_OFF : ''}`);
  });
  const head = [
    `# ${escaped(session.title.replace(/\s+/g, ' '))}`,
    `${localTime(session.started_at)}, ${clock(session.duration_seconds * 1000)}`,
  ];
  return `${[...head, ...paragraphs].join('\n\n')}\n`;
}

/** Escapes what CommonMark would read as emphasis, code, links, HTML or a reference. */
function escaped(text: string): string {
  return text.replace(/[\\`*_[\]<>]|&(?=#?\w+;)/g, '\\$&');
}

/** Escapes what CommonMark would read as a list, a heading or a rule at the beginning of a paragraph. */
function escapedBeginning(paragraph: string): string {
  return paragraph.replace(/^(?=[-+#=~])/, '\\').replace(/^(\d+)(?=[.)])/, '$1\\');
}

/** `0:02:03`: always with hours, so that lines are aligned. */
function clock(ms: number): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const seconds = Math.floor(ms / 1000);
  return `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}
