import type { Track } from '../contract/audio-format.ts';
import type { RecordingFile } from '../contract/session-record.ts';
import type { PartSink, PartSpec } from '../session/ports.ts';
import { openMixFiles } from './mix-files.ts';
import type { PartContext, PartWriterOptions } from './part-context.ts';
import { toFileEntry } from './part-file.ts';
import { openTrackFiles, type TrackFiles } from './track-files.ts';

/** Opens a part's files: a master for each track, the mix of both, and the copies that were asked for. */
export async function openPartWriter(spec: PartSpec, options: PartWriterOptions): Promise<PartSink> {
  const context: PartContext = { spec, options };
  const { session } = spec;
  const sides = new Map<Track, TrackFiles>();
  for (const track of session.tracks) sides.set(track, await openTrackFiles(track, context));
  const all = [...sides.values()];
  const mix = session.record.includes('mixed') ? await openMixFiles(all, context) : undefined;

  /** A side that is kept in nothing but the mix goes once the mix has been verified, and not before. */
  const removeSides = async (
    files: readonly RecordingFile[],
    mixIsWhole: boolean,
  ): Promise<RecordingFile[]> => {
    const isRemovable = all.every(({ isFinished }) => isFinished) && mixIsWhole;
    const removed = isRemovable ? all.filter(({ isKept }) => !isKept) : [];
    if (removed.length > 0) await options.beforeRemoval();
    await Promise.all(removed.map((side) => side.remove()));
    return files.filter(({ type }) => !removed.some(({ track }) => track === type));
  };

  options.onFiles([...all.flatMap((side) => side.listed()), ...(mix?.listed() ?? [])]);
  return {
    append(track, pcm) {
      const side = sides.get(track);
      if (side === undefined) return Promise.reject(new Error(`part has no track ${track}`));
      const appended = side.append(pcm);
      if (mix !== undefined) appended.then(mix.follow, () => undefined);
      return appended;
    },
    get queuedBytes() {
      return all.reduce((sum, { master }) => sum + master.queuedBytes, 0);
    },
    writtenBytes: (track) => sides.get(track)?.master.dataBytes ?? 0,
    async finish(summary) {
      const markers = summary.markers.map(({ frame, label }) => ({ frame, label }));
      mix?.hold();
      // The masters come first; what is made of them can wait for both.
      const masters = await Promise.all(all.map((side) => side.finishMaster(markers)));
      const paths = masters.flatMap((master) => master?.path ?? []);
      const [ofSides, ofMix] = await Promise.all([
        Promise.all(all.map((side) => side.finish(markers))),
        mix?.finish(paths.length === all.length ? paths : undefined, markers),
      ]);
      const made = [...ofSides.flat(), ...(ofMix?.files ?? [])];
      const files = await removeSides(made, ofMix?.isWhole ?? true);
      options.onFiles(files, summary);
      return files.filter(({ status }) => status === 'completed').map(toFileEntry);
    },
  };
}
