import type { Catalog } from '../catalog/catalog.ts';
import type { RecordingFile, SessionRecord } from '../contract/session-record.ts';
import type { Encoder } from '../encode/encoder.ts';
import { createSessionFolder, sessionFolder, unwritable } from '../files/session-folder.ts';
import { readSessionFile } from '../files/session-file.ts';
import { writeError } from '../files/write-error.ts';
import type { Clock, Log, PartSpec, PartSummary, SessionSpec, SessionStore } from '../session/ports.ts';
import { openJournal, type Journal } from './journal.ts';
import { openPartWriter } from './part-writer.ts';

export interface SessionStoreOptions {
  readonly recordingsDir: string;
  readonly catalog: Catalog;
  readonly encoder: Encoder;
  readonly clock: Clock;
  readonly log: Log;
  readonly fileUrl: (sessionId: string, name: string) => string;
  readonly mayExceed4GiB: boolean;
  readonly mp3BitRate?: number | undefined;
}

/** Keeps running sessions on disk: their folder, their files, their row and their `session.json`. */
export function createSessionStore(options: SessionStoreOptions): SessionStore {
  const { recordingsDir, catalog, encoder, clock, log } = options;
  const journals = new Map<string, Journal>();

  const journalOf = (id: string): Journal => {
    const journal = journals.get(id);
    if (journal === undefined) throw new Error(`session ${id} was not begun`);
    return journal;
  };

  const earlierTake = async (id: string, folder: string): Promise<SessionRecord | undefined> => {
    try {
      const known = catalog.get(id);
      if (known !== undefined) return known;
    } catch (error) {
      log('error', 'the catalog could not be read', { id, error });
    }
    return readSessionFile(folder);
  };

  const noteFiles = (spec: PartSpec, files: readonly RecordingFile[], summary?: PartSummary): void => {
    journalOf(spec.session.sessionId).update((record) => withPart(record, spec, files, summary));
  };

  return {
    async begin(spec) {
      const folder = await createSessionFolder(recordingsDir, spec.sessionId);
      const earlier = await earlierTake(spec.sessionId, folder);
      const record = recordOf(spec, encoder, earlier);
      const journal = openJournal(record, { folder, catalog, log });
      journals.set(spec.sessionId, journal);
      await journal.settled();
      addEvent(spec.sessionId, 'started');
      return { firstPart: record.parts.reduce((last, { part }) => Math.max(last, part), 0) + 1 };
    },
    async openPart(spec) {
      const { sessionId } = spec.session;
      try {
        return await openPartWriter(spec, {
          folder: sessionFolder(recordingsDir, sessionId),
          encoder,
          log,
          mayExceed4GiB: options.mayExceed4GiB,
          mp3BitRate: options.mp3BitRate,
          fileUrl: (name) => options.fileUrl(sessionId, name),
          onFiles: (files, summary) => {
            noteFiles(spec, files, summary);
          },
        });
      } catch (error) {
        const known = writeError(error);
        throw known.code === 'DISK_FULL' ? known : unwritable(error);
      }
    },
    addMarker(sessionId, marker) {
      journalOf(sessionId).update((record) => ({ ...record, markers: [...record.markers, marker] }));
    },
    async end(sessionId, status) {
      const journal = journalOf(sessionId);
      const endedAt = new Date(clock.wallMs()).toISOString();
      journal.update((record) => ({ ...record, status, ended_at: endedAt }));
      addEvent(sessionId, status);
      await journal.settled();
      journals.delete(sessionId);
    },
  };

  function addEvent(sessionId: string, event: string): void {
    try {
      catalog.addEvent(sessionId, new Date(clock.wallMs()).toISOString(), event);
    } catch (error) {
      log('error', 'the catalog could not be written', { id: sessionId, error });
    }
  }
}

function recordOf(spec: SessionSpec, encoder: Encoder, earlier: SessionRecord | undefined): SessionRecord {
  return {
    id: spec.sessionId,
    title: earlier?.title ?? spec.title,
    notes: earlier?.notes ?? '',
    status: 'recording',
    started_at: earlier?.started_at ?? new Date(spec.startedAtMs).toISOString(),
    ended_at: null,
    format: spec.format,
    sample_rate: spec.sampleRate,
    channels: spec.channels,
    encoding: spec.encoding,
    tracks: [...spec.tracks],
    gain: spec.gain,
    encoder: `${encoder.info.source}: ${encoder.info.version}`,
    duration_seconds: earlier?.duration_seconds ?? 0,
    parts: earlier?.parts ?? [],
    files: earlier?.files ?? [],
    markers: earlier?.markers ?? [],
  };
}

/** The record with a part as it now stands in place of what was known of it. */
function withPart(
  record: SessionRecord,
  spec: PartSpec,
  files: readonly RecordingFile[],
  summary: PartSummary | undefined,
): SessionRecord {
  const part = {
    part: spec.part,
    started_at: new Date(spec.startedAtMs).toISOString(),
    duration_seconds: summary?.durationSeconds ?? 0,
    ...(summary === undefined ? {} : { report: summary.report }),
    ...(summary?.reason === undefined ? {} : { reason: summary.reason }),
  };
  const parts = [...record.parts.filter((known) => known.part !== spec.part), part].sort(
    (a, b) => a.part - b.part,
  );
  return {
    ...record,
    parts,
    files: [...record.files.filter((known) => known.part !== spec.part), ...files],
    duration_seconds: parts.reduce((sum, { duration_seconds }) => sum + duration_seconds, 0),
  };
}
