import type { Track } from '../contract/audio-format.ts';
import type { CaptureReport } from '../contract/capture-report.ts';
import type { RecordingFile } from '../contract/session-record.ts';
import type { PartSink, PartSpec } from '../session/ports.ts';
import type { CuePoint } from '../files/cue-chunks.ts';
import { endPart } from './end-part.ts';
import { withLostStretches } from './damaged-while-recording.ts';
import { openMixFiles } from './mix-files.ts';
import type { FileInMaking, PartContext, PartWriterOptions } from './part-context.ts';
import { openTrackFiles, type TrackFiles } from './track-files.ts';

/** Opens a part's files: a master for each track, the mix of both, and the copies that were asked for. */
export async function openPartWriter(spec: PartSpec, options: PartWriterOptions): Promise<PartSink> {
  const giveUp = new AbortController();
  const context: PartContext = { spec, options, signal: giveUp.signal };
  const { session } = spec;
  const sides = new Map<Track, TrackFiles>();
  for (const track of session.tracks) sides.set(track, await openTrackFiles(track, context));
  const all = [...sides.values()];
  const mix = session.record.includes('mixed') ? await openMixFiles(all, context) : undefined;

  /**
   * Removes a side that is not kept. All masters must be final and undamaged; where there is a mix, it must have been
   * read back and verified first.
   */
  const removeUnkept = async (mixIsWhole: Promise<boolean> | undefined): Promise<boolean> => {
    const areSound = all.every(({ isFinished, master }) => isFinished && master.lostStretches.length === 0);
    if (!areSound || !((await mixIsWhole) ?? true)) return false;
    await options.beforeRemoval();
    await Promise.all(all.filter(({ isKept }) => !isKept).map((side) => side.remove()));
    return true;
  };

  /** Begins the copies and the mix. The masters are final by now. */
  const beginMaking = (markers: readonly CuePoint[], masterPaths: readonly string[]): FileInMaking[] => {
    const ofMix = mix?.finish(masterPaths.length === all.length ? masterPaths : undefined, markers);
    const copies = all.flatMap((side) => side.finishCopy(markers) ?? []);
    const unkept = all.filter(({ isKept, isFinished }) => isFinished && !isKept);
    if (unkept.length === 0) return [...copies, ...(ofMix?.files ?? [])];
    const removed = removeUnkept(ofMix?.isWhole).catch(() => false);
    const toGo = unkept
      .flatMap((side) => side.listed())
      .map((row) => ({ row, isExpected: false, done: removed.then((gone) => (gone ? undefined : row)) }));
    return [...copies, ...(ofMix?.files ?? []), ...toGo];
  };

  const listed = (): RecordingFile[] => [...all.flatMap((side) => side.listed()), ...(mix?.listed() ?? [])];

  const accountFor = (report: CaptureReport): CaptureReport =>
    withLostStretches(report, (track) => sides.get(track)?.master.lostStretches ?? []);

  options.onFiles(listed());
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
    accountFor,
    async finish(summary) {
      const askedMs = performance.now();
      const markers = summary.markers.map(({ frame, label }) => ({ frame, label }));
      mix?.hold();
      // The masters come first; what is made of them can wait for both.
      const masters = await Promise.all(all.map((side) => side.finishMaster(markers)));
      const paths = masters.flatMap((master) => master?.path ?? []);
      const making = beginMaking(markers, paths);
      return endPart({
        listed: listed(),
        making,
        summary: { ...summary, report: accountFor(summary.report) },
        options,
        graceMs: Math.max(0, options.graceMs - (performance.now() - askedMs)),
        giveUp: () => giveUp.abort(),
      });
    },
  };
}
