import type { RecordingType } from '../contract/audio-format.ts';
import type { FileEntry } from '../contract/server-messages.ts';
import type { RecordingFile } from '../contract/session-record.ts';
import { partFileName } from '../files/session-folder.ts';
import type { PartSpec } from '../session/ports.ts';

/** The names of a part's files of one kind, and how they are described. */
export interface PartFiles {
  readonly masterName: string;
  readonly deliveryName: string;
  describe(file: {
    readonly master: boolean;
    readonly status: RecordingFile['status'];
    /** Bytes of audio in the master. */
    readonly dataBytes: number;
    readonly byteSize: number;
  }): RecordingFile;
}

export function partFilesOf(
  type: RecordingType,
  { session, part }: PartSpec,
  fileUrl: (name: string) => string,
): PartFiles {
  const unixSeconds = Math.floor(session.startedAtMs / 1000);
  const masterName = partFileName({ type, unixSeconds, part, extension: 'wav' });
  // A copy that shares the master's format differs from it in its gain.
  const variant = session.format === 'wav' ? { variant: 'gain' } : {};
  const deliveryName = partFileName({ type, unixSeconds, part, extension: session.format, ...variant });
  return {
    masterName,
    deliveryName,
    describe({ master, status, dataBytes, byteSize }) {
      const name = master ? masterName : deliveryName;
      return {
        type,
        format: master ? 'wav' : session.format,
        file_path: `${session.sessionId}/${name}`,
        url: fileUrl(name),
        byte_size: byteSize,
        duration_ms: (dataBytes / (2 * session.channels) / session.sampleRate) * 1000,
        part,
        master,
        gain: master ? 1 : session.gain,
        status,
      };
    },
  };
}

export function toFileEntry(file: RecordingFile): FileEntry {
  const { type, format, file_path, url, byte_size, duration_ms } = file;
  return { type, format, file_path, url, byte_size, duration_ms };
}
