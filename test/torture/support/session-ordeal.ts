import type { RecordingType } from '../../../src-main/contract/audio-format.ts';
import { CALL_KINDS, failCalls } from '../disk-shim/call-faults.ts';
import { createAudioLedger, lostBlocks, type AudioLedger, type Found } from './audio-ledger.ts';
import { isStillThere, lossyCopies, type LossyCopy } from './copy-packets.ts';
import { damageOnce, folderOf, type DamagedSession } from './damages.ts';
import { recoverAndKill, recoverIfItCan } from './lectern-command.ts';
import type { RecordedSession } from './two-sides.ts';

/** So much less than a copy may its master be: what an encoder puts around. */
const COPY_EDGE_SECONDS = 0.15;
const FAULTY_NAMES = ['.wav', 'user_', 'assistant_', 'mixed_', 'session.json', '.partial', '.mp', ''];

/** What is done, in this order, before a recovery that nothing disturbs. */
const ORDERS: readonly (readonly Step[])[] = [
  ['damage'],
  ['damage', 'damage'],
  ['damage', 'fault'],
  ['damage', 'damage', 'fault'],
  ['fault', 'damage', 'fault'],
  ['kill', 'damage'],
  ['damage', 'kill', 'damage'],
  ['damage', 'kill', 'kill', 'fault'],
  ['fault', 'kill'],
];
type Step = 'damage' | 'kill' | 'fault';

export interface OrdealOptions {
  readonly random: () => number;
  readonly log: string[];
  /** Length of a part; undefined for one part only. */
  readonly partSeconds: number | undefined;
}

export interface Ordeal {
  /** Fails unless every stretch of audio that some file held is in some file. */
  verifyKept(): Promise<void>;
  /** Whether any file holds any of it. */
  holdsAudio(): boolean;
  /** How many calls failed of those that were to. */
  failedCalls(): number;
  /** Blocks that were overwritten in the middle of a master. */
  overwritten(): ReadonlyMap<RecordingType, Uint8Array>;
}

/**
 * Damages a session that was cut off once or twice, with recoveries that are killed or that a disk fails in between, and
 * notes each step in `log`. No audio may be lost by any step but the damage.
 */
export async function sessionOrdeal(
  recorded: RecordedSession,
  session: DamagedSession,
  { random, log, partSeconds = Infinity }: OrdealOptions,
): Promise<Ordeal> {
  const ledger = createAudioLedger(recorded);
  const { plan } = recorded;
  const holding = () => ledger.findBelow([folderOf(session)]);
  let held = holding();
  let failedCalls = 0;
  let copies = await lossyCopies(folderOf(session));

  const verifyKept = async (): Promise<void> => {
    const now = holding();
    for (const [type, blocks] of lostBlocks(held, now, recorded))
      throw new Error(`${blocks.length} blocks of ${type} are in no file any more, from ${blocks[0]} on`);
    const nowCopies = await lossyCopies(folderOf(session));
    for (const copy of copies)
      if (!isStillThere(copy, nowCopies) && !isInMasters(copy, now))
        throw new Error(`what only the copy ${copy.name} had is in no file any more`);
  };

  /** Whether masters have all that the copy has. */
  const isInMasters = ({ type, part, seconds }: LossyCopy, now: Found): boolean => {
    const startSeconds = part === 1 ? 0 : (part - 1) * partSeconds;
    const blockOf = (second: number): number => Math.floor((second * plan.sampleRate) / ledger.blockFrames);
    const isAllThere = (of: RecordingType): boolean => {
      const blocks = now.get(of) ?? new Uint8Array();
      const end = blockOf(startSeconds + seconds - COPY_EDGE_SECONDS);
      return blocks.subarray(blockOf(startSeconds) + 1, end).every((block) => block === 1);
    };
    if (isAllThere(type)) return true;
    return type === 'mixed'
      ? plan.tracks.every(isAllThere)
      : plan.record?.includes('mixed') === true && isAllThere('mixed');
  };

  const steps: Readonly<Record<Step, () => Promise<void>>> = {
    async damage() {
      log.push(damageOnce(session, random));
      held = holding();
      copies = await lossyCopies(folderOf(session));
    },
    async kill() {
      const afterMs = 250 + random() * 1000;
      log.push(`recovery killed after ${Math.round(afterMs)} ms`);
      await recoverAndKill(session.dataDir, afterMs);
      await verifyKept();
    },
    async fault() {
      const kind = CALL_KINDS[Math.floor(random() * CALL_KINDS.length)] ?? 'read';
      const match = `${session.id}/${FAULTY_NAMES[Math.floor(random() * FAULTY_NAMES.length)] ?? ''}`;
      // Most kinds of call come only a few times to a name.
      const [skip, isFirst] = [Math.floor(8 * random() ** 3), random() < 0.6];
      const times = isFirst ? 1 + Math.floor(random() * 4) : 1_000_000;
      const faults = failCalls({ kind, match, skip, times });
      await recoverIfItCan(session.dataDir, faults.env);
      failedCalls += faults.failures();
      log.push(
        `EIO of ${isFirst ? times : 'every'} ${kind} of ${match} after ${skip}: ${faults.failures()} failed`,
      );
      await verifyKept();
    },
  };
  for (const step of ORDERS[Math.floor(random() * ORDERS.length)] ?? []) await steps[step]();
  return {
    verifyKept,
    holdsAudio: () =>
      [...holding()].some(([type, blocks]) => hasMore(blocks, ledger.findIn(NOTHING).get(type))),
    failedCalls: () => failedCalls,
    overwritten: () => overwrittenBlocks(session, ledger),
  };
}

const NOTHING = Buffer.alloc(0);

function hasMore(blocks: Uint8Array, than: Uint8Array = new Uint8Array()): boolean {
  return blocks.some((block, index) => block > (than[index] ?? 0));
}

function overwrittenBlocks(
  { overwritten }: DamagedSession,
  ledger: AudioLedger,
): Map<RecordingType, Uint8Array> {
  const all = ledger.findIn(NOTHING);
  for (const blocks of all.values()) blocks.fill(0);
  for (const { before, after } of overwritten) {
    const left = ledger.findIn(after);
    for (const [type, blocks] of ledger.findIn(before))
      blocks.forEach((block, index) => {
        if (block > (left.get(type)?.[index] ?? 0)) all.get(type)?.fill(1, index, index + 1);
      });
  }
  return new Map(all);
}
