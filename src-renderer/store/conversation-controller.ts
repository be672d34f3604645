import { createStore, type StoreApi } from 'zustand/vanilla';
import type { ApiClient } from '../../src-main/contract/api.ts';
import type { Track } from '../../src-main/contract/audio-format.ts';
import type { WireError } from '../../src-main/contract/errors.ts';
import type {
  ConversationLine,
  ExportedTranscript,
  ImportedText,
  SpeakerNames,
  TranscriptExportFormat,
} from '../../src-main/contract/transcript.ts';
import { readFileText } from './file-text.ts';

export interface ConversationFilter {
  readonly role: Track | null;
  readonly interruptedOnly: boolean;
}

export interface ConversationState {
  readonly sessionId: string | null;
  readonly loaded: boolean;
  readonly lines: readonly ConversationLine[];
  readonly speakers: SpeakerNames;
  /** Loudness along the session, 0..1, by track. */
  readonly waveforms: Readonly<Partial<Record<Track, readonly number[]>>>;
  readonly filter: ConversationFilter;
  /** The line whose text is being edited. */
  readonly editing: string | null;
  readonly problem: WireError | null;
  /** The message about the last imported file. */
  readonly lastImport: ImportedText | null;
}

export interface ConversationController {
  readonly store: StoreApi<ConversationState>;
  load(sessionId: string, tracks: readonly Track[]): Promise<void>;
  /** A session's text has changed; it is shown if that session is open. */
  refresh(sessionId: string): Promise<void>;
  filter(change: Partial<ConversationFilter>): void;
  edit(line: ConversationLine | null): void;
  /** Writes the text of the line that is being edited. */
  saveText(line: ConversationLine, text: string): Promise<boolean>;
  nameSpeaker(speaker: string, name: string): Promise<boolean>;
  /** Imports a file's text as what a side has said. Replaces an earlier import for that side. Returns how many lines. */
  importText(file: Blob, role: Track): Promise<number | null>;
  /** The transcript, written for other programs. */
  exportText(format: TranscriptExportFormat): Promise<ExportedTranscript | null>;
  dismissProblem(): void;
}

/** As many as a screen can show. */
const WAVEFORM_POINTS = 600;

const NOTHING: ConversationState = {
  sessionId: null,
  loaded: false,
  lines: [],
  speakers: {},
  waveforms: {},
  filter: { role: null, interruptedOnly: false },
  editing: null,
  problem: null,
  lastImport: null,
};

/** A line's key: text has an id of its own; a turn without text has its turn's id. */
export function lineKey(line: ConversationLine): string {
  return line.transcript_id ?? line.turn_id ?? line.occurred_at;
}

/** The text of the open session. */
export function createConversationController(api: ApiClient): ConversationController {
  const store = createStore<ConversationState>(() => NOTHING);
  const isOpen = (sessionId: string): boolean => store.getState().sessionId === sessionId;

  async function loadLines(sessionId: string): Promise<void> {
    const answer = await api.call('sessions.conversation', { id: sessionId });
    if (!isOpen(sessionId)) return;
    if (answer.ok) {
      const { lines, speakers } = answer.value;
      store.setState({ lines, speakers, loaded: true, problem: null });
    } else store.setState({ loaded: true, problem: answer.error });
  }

  async function loadWaveform(sessionId: string, track: Track): Promise<void> {
    const answer = await api.call('sessions.waveform', { id: sessionId, track, points: WAVEFORM_POINTS });
    // A session whose audio is gone has no waveform; its files say so already.
    if (!answer.ok || !isOpen(sessionId)) return;
    const { peaks } = answer.value;
    store.setState(({ waveforms }) => ({ waveforms: { ...waveforms, [track]: peaks } }));
  }

  async function changed(answer: { ok: true } | { ok: false; error: WireError }): Promise<boolean> {
    const { sessionId } = store.getState();
    if (!answer.ok) store.setState({ problem: answer.error });
    else if (sessionId !== null) await loadLines(sessionId);
    return answer.ok;
  }

  return {
    store,
    async load(sessionId, tracks) {
      if (!isOpen(sessionId)) store.setState({ ...NOTHING, sessionId });
      await Promise.all([loadLines(sessionId), ...tracks.map((track) => loadWaveform(sessionId, track))]);
    },
    async refresh(sessionId) {
      if (isOpen(sessionId)) await loadLines(sessionId);
    },
    filter: (change) => store.setState(({ filter }) => ({ filter: { ...filter, ...change } })),
    edit: (line) => store.setState({ editing: line === null ? null : lineKey(line) }),
    async saveText(line, text) {
      const { sessionId } = store.getState();
      if (sessionId === null) return false;
      const { transcript_id, turn_id, role, start_ms, end_ms } = line;
      const saved =
        transcript_id === null
          ? await api.call('sessions.transcript.add', {
              id: sessionId,
              turn_id,
              role,
              text,
              start_ms,
              end_ms,
            })
          : await api.call('sessions.transcript.update', { id: sessionId, entry: transcript_id, text });
      if (saved.ok) store.setState({ editing: null });
      return changed(saved);
    },
    async nameSpeaker(speaker, name) {
      const { sessionId, speakers } = store.getState();
      if (sessionId === null) return false;
      const { [speaker]: _, ...others } = speakers;
      const named = name.trim() === '' ? others : { ...others, [speaker]: name.trim() };
      return changed(await api.call('sessions.speakers', { id: sessionId, speakers: named }));
    },
    async importText(file, role) {
      const { sessionId } = store.getState();
      if (sessionId === null) return null;
      store.setState({ problem: null, lastImport: null });
      const content = await readFileText(file);
      if ('code' in content) {
        store.setState({ problem: content });
        return null;
      }
      const answer = await api.call('sessions.transcript.import', {
        id: sessionId,
        role,
        ...content,
        replace: true,
      });
      if (answer.ok) store.setState({ lastImport: answer.value });
      return (await changed(answer)) && answer.ok ? answer.value.imported : null;
    },
    async exportText(format) {
      const { sessionId } = store.getState();
      if (sessionId === null) return null;
      const answer = await api.call('sessions.transcript.export', { id: sessionId, format });
      store.setState({ problem: answer.ok ? null : answer.error });
      return answer.ok ? answer.value : null;
    },
    dismissProblem: () => store.setState({ problem: null }),
  };
}

/** The lines that the filter leaves. */
export function shownLines({
  lines,
  filter,
}: Pick<ConversationState, 'lines' | 'filter'>): readonly ConversationLine[] {
  return lines.filter(
    (line) =>
      (filter.role === null || line.role === filter.role) && (!filter.interruptedOnly || line.interrupted),
  );
}
