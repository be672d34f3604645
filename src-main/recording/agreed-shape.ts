import type { WavShape } from '../files/master-header.ts';
import { parsePartFileName } from '../files/session-folder.ts';
import type { ExaminedMaster } from './examined-master.ts';

/** What the masters of a part are taken to be, by part: only for parts whose headers contradict each other. */
export type AgreedShapes = ReadonlyMap<number, WavShape>;

/**
 * The masters of a part were recorded at one rate, with as many channels. Where nothing describes the session and one
 * header says something else than the others, that counts which more files of the session say; of as many, the one by which
 * the part is as long as it was recorded, by its name and the oldest last change of its files.
 */
export function agreedShapes(examined: readonly ExaminedMaster[]): AgreedShapes {
  const agreed = new Map<number, WavShape>();
  const telling = examined.filter(({ holds, isSuperseded }) => !isSuperseded && holds.kind === 'sound');
  for (const part of new Set(telling.map((one) => one.part))) {
    const ofPart = telling.filter((one) => one.part === part && one.holds.frames > 0);
    const said = new Map(
      ofPart.flatMap(({ holds }) => (holds.shape ? [[nameOf(holds.shape), holds.shape]] : [])),
    );
    if (said.size < 2) continue;
    const votes = (shape: WavShape): number =>
      telling.filter(({ holds }) => holds.shape !== undefined && nameOf(holds.shape) === nameOf(shape))
        .length;
    const seconds = secondsOf(ofPart);
    const offBy = ({ sampleRate, channels }: WavShape): number =>
      Math.abs(Math.max(...ofPart.map(audioBytes)) / (2 * channels * sampleRate) - seconds);
    const [best] = [...said.values()].toSorted(
      (one, other) => votes(other) - votes(one) || offBy(one) - offBy(other),
    );
    if (best !== undefined) agreed.set(part, best);
  }
  return agreed;
}

function nameOf({ sampleRate, channels }: WavShape): string {
  return `${channels} x ${sampleRate}`;
}

function audioBytes({ holds }: ExaminedMaster): number {
  return Math.max(0, holds.size - holds.dataOffset);
}

/** From the beginning that the name tells to the oldest last change: damage may have come later. */
function secondsOf(masters: readonly ExaminedMaster[]): number {
  const taken = Math.min(...masters.map(({ finalName }) => parsePartFileName(finalName)?.unixSeconds ?? 0));
  return Math.min(...masters.map(({ lastWrittenMs }) => lastWrittenMs)) / 1000 - taken;
}
