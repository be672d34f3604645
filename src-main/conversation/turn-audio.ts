import { basename } from 'node:path';
import type { AudioSegment } from '../contract/audio-segment.ts';
import type { RecordingType } from '../contract/audio-format.ts';
import type { SessionRecord } from '../contract/session-record.ts';
import { filePathIn } from '../files/session-folder.ts';
import { sliceWav, type SliceBounds, type WavSlice } from '../files/wav-slice.ts';
import { PARTIAL_SUFFIX } from '../files/wav-writer.ts';

/**
 * The audio of a turn, or of its stretch in one part: cut from the side's master; without it, the turn's own file; else
 * the mix, which also contains the other side. Undefined where none of it is left, or where its end is not yet on the
 * disk.
 * @param mayBeMix false while it is recorded: audio that is not yet in the side's master may be in the mix already.
 */
export async function findTurnAudio(
  session: Pick<SessionRecord, 'files'>,
  segment: AudioSegment,
  folders: readonly string[],
  { mayBeMix = true }: { readonly mayBeMix?: boolean } = {},
): Promise<WavSlice | undefined> {
  const { part, role, start_frame: startFrame, frame_count: frameCount, file } = segment;
  const cut = async (type: RecordingType): Promise<WavSlice | undefined> => {
    const master = session.files.find(
      (other) => other.master && other.part === part && other.type === type && other.status !== 'failed',
    );
    return master && sliceFirst(folders, basename(master.file_path), { startFrame, frameCount });
  };
  const written = file === null ? undefined : sliceFirst(folders, file, { startFrame: 0, frameCount });
  return (await cut(role)) ?? (await written) ?? (mayBeMix ? await cut('mixed') : undefined);
}

/** From the file of this name, or from the unfinished one, which may be renamed to it at any moment. */
async function sliceFirst(
  folders: readonly string[],
  name: string,
  bounds: SliceBounds,
): Promise<WavSlice | undefined> {
  for (const suffix of ['', PARTIAL_SUFFIX, ''])
    for (const folder of folders) {
      const path = filePathIn(folder, name);
      const slice = path === undefined ? undefined : await sliceWav(path + suffix, bounds);
      // Where the file still grows, an incomplete slice came too early.
      if (slice !== undefined) return suffix === '' || slice.frames === bounds.frameCount ? slice : undefined;
    }
  return undefined;
}
