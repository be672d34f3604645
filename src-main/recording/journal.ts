import type { Catalog } from '../catalog/catalog.ts';
import type { AddedToSession } from '../catalog/record-rows.ts';
import { LecternError } from '../contract/errors.ts';
import type { AudioSegment } from '../contract/audio-segment.ts';
import type { Marker, SessionRecord } from '../contract/session-record.ts';
import type { Log } from '../runtime/log.ts';
import { createDescriptionWriter } from './description-writer.ts';

export interface Journal {
  readonly record: SessionRecord;
  /** Replaces the record and writes it down: in the catalog at once, in `session.json` after the write that is running. */
  update(change: (record: SessionRecord) => SessionRecord): void;
  /**
   * Adds markers or segments, at the same cost early and late in a session: in the catalog at once, in `session.json`
   * soon. Returns undefined where they are in the catalog already. Otherwise the promise resolves once they are in
   * `session.json`, and rejects with WRITE_FAILED where the session ends before that.
   */
  append(added: AddedToSession): Promise<void> | undefined;
  /** Resolves once every change so far is in `session.json`, or could not be written there. */
  settled(): Promise<void>;
  /** Says that no more will come. */
  close(): void;
}

export interface JournalOptions {
  /** Every folder that holds a part of the session: each gets its `session.json`. */
  readonly folders: () => readonly string[];
  /** Undefined for a session that the catalog must not know of. */
  readonly catalog: Pick<Catalog, 'keep' | 'save' | 'append'> | undefined;
  readonly log: Log;
}

/**
 * Writes one running session down in two places. Each can be rebuilt from the other. A fault of the catalog or of the
 * file is logged and tried again, and never reaches the audio. A write that the catalog refuses waits in its queue,
 * also after the session has ended.
 */
export function openJournal(first: SessionRecord, { folders, catalog, log }: JournalOptions): Journal {
  let base = first;
  /** Additions since `base`. They are kept apart, so that adding one does not copy the others. */
  let added: { markers: Marker[]; segments: AudioSegment[] } = { markers: [], segments: [] };
  let revision = first.revision;
  /** Promises that wait until their revision is written down. */
  let pending: {
    readonly revision: number;
    readonly resolve: () => void;
    readonly reject: (error: Error) => void;
  }[] = [];

  const record = (): SessionRecord => {
    const { markers, segments } = added;
    if (revision === base.revision) return base;
    base = {
      ...base,
      revision,
      ...(markers.length > 0 && { markers: [...base.markers, ...markers] }),
      ...(segments.length > 0 && { segments: [...base.segments, ...segments] }),
    };
    added = { markers: [], segments: [] };
    return base;
  };

  const writtenDown = (upTo: number): void => {
    for (const one of pending) if (one.revision <= upTo) one.resolve();
    pending = pending.filter((one) => one.revision > upTo);
  };

  const file = createDescriptionWriter({ read: record, folders, log, onWritten: writtenDown });

  /** True where the catalog has every change. Otherwise it gets the whole record as soon as it takes writes again. */
  const toCatalog = (writeNew?: () => void): boolean =>
    catalog?.keep({
      id: first.id,
      read: record,
      writeNew,
      onWritten: () => {
        writtenDown(revision);
      },
    }) === true;

  toCatalog();
  file.note('now');
  return {
    get record() {
      return record();
    },
    update(change) {
      const known = record();
      revision++;
      base = { ...change(known), revision };
      toCatalog(() => catalog?.save(base, known));
      file.note('now');
    },
    append({ markers = [], segments = [] }) {
      revision++;
      added.markers.push(...markers);
      added.segments.push(...segments);
      const { id, sample_rate, channels, parts } = base;
      const isWritten = toCatalog(() =>
        catalog?.append({ id, revision, sample_rate, channels, parts }, { markers, segments }),
      );
      file.note('soon');
      if (isWritten) return undefined;
      return new Promise((resolve, reject) => {
        pending.push({ revision, resolve, reject });
      });
    },
    settled: file.settled,
    close() {
      file.close();
      for (const { reject } of pending.splice(0))
        reject(
          new LecternError(
            'WRITE_FAILED',
            'It could be written down neither in the catalog nor beside the recording',
          ),
        );
    },
  };
}
