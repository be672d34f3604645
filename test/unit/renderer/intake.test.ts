import { expect, test } from 'vitest';
import type { ApiClient, ApiInput, ApiName, ApiOutput } from '../../../src-main/contract/api.ts';
import type { Result, WireError } from '../../../src-main/contract/errors.ts';
import { INTAKE_PIECE_BYTES } from '../../../src-main/contract/intake.ts';
import type { SendPiece } from '../../../src-renderer/session/send-piece.ts';
import { createIntakeController } from '../../../src-renderer/store/intake-controller.ts';

const refusal: WireError = { code: 'DISK_FULL', message: 'no room' };

/** An engine whose every answer waits until the test gives it, and that keeps what it was sent. */
function createSlowEngine() {
  const calls: { name: ApiName; input: unknown; answer: (result: unknown) => void }[] = [];
  const pieces: { id: string; offset: number; bytes: number; answer: (result: Result<number>) => void }[] =
    [];
  const api: ApiClient = {
    call: <Name extends ApiName>(name: Name, input: ApiInput<Name>) =>
      new Promise<Result<ApiOutput<Name>>>((resolve) => {
        calls.push({ name, input, answer: (result) => resolve(result as Result<ApiOutput<Name>>) });
      }),
  };
  const sendPiece: SendPiece = (id, offset, piece) =>
    new Promise((answer) => {
      pieces.push({ id, offset, bytes: piece.size, answer });
    });
  const intake = createIntakeController({ api, sendPiece, after: () => undefined, onAdded: () => undefined });
  const next = async (name: ApiName) => {
    await expect.poll(() => calls.some((call) => call.name === name), { interval: 1 }).toBe(true);
    const index = calls.findIndex((call) => call.name === name);
    return calls.splice(index, 1)[0]!;
  };
  return {
    intake,
    pieces,
    calls,
    next,
    stages: () => intake.store.getState().files.map(({ stage }) => stage),
  };
}

const fileOf = (name: string, bytes: number): File => new File([new Uint8Array(bytes)], name);
const reached = (pieces: readonly unknown[], count: number) =>
  expect.poll(() => pieces.length, { interval: 1 }).toBe(count);

test('a long file crosses in pieces, each after the one before it was taken, and says how far it is', async () => {
  const { intake, pieces, next } = createSlowEngine();
  intake.take([fileOf('long.wav', 2 * INTAKE_PIECE_BYTES + 10)]);
  (await next('intake.begin')).answer({ ok: true, value: { id: 'one', name: 'long.wav' } });
  for (const [index, bytes] of [INTAKE_PIECE_BYTES, INTAKE_PIECE_BYTES, 10].entries()) {
    await reached(pieces, index + 1);
    const piece = pieces[index]!;
    expect(piece).toMatchObject({ id: 'one', offset: index * INTAKE_PIECE_BYTES, bytes });
    piece.answer({ ok: true, value: piece.offset + bytes });
  }
  expect((await next('intake.examine')).input).toEqual({ id: 'one' });
  expect(pieces).toHaveLength(3);
});

test('files wait for one another; one that is refused does not hold up the next', async () => {
  const { intake, next, stages } = createSlowEngine();
  intake.take([fileOf('a.wav', 10), fileOf('b.wav', 10)]);
  const first = await next('intake.begin');
  expect(stages()).toEqual(['receiving', 'queued']);
  first.answer({ ok: false, error: refusal });
  expect((await next('intake.begin')).input).toEqual({
    name: 'b.wav',
    byte_size: 10,
    modified_ms: expect.any(Number) as number,
  });
  expect(stages()).toEqual(['failed', 'receiving']);
  expect(intake.store.getState().files[0]?.problem).toEqual(refusal);
});

test('a file that is called off while it is announced or sent is thrown away in the engine, too', async () => {
  const { intake, pieces, next, calls } = createSlowEngine();
  intake.take([fileOf('a.wav', 10)]);
  const begun = await next('intake.begin');
  intake.discard(1);
  begun.answer({ ok: true, value: { id: 'one', name: 'a.wav' } });
  expect((await next('intake.discard')).input).toEqual({ id: 'one' });

  intake.take([fileOf('b.wav', 10)]);
  (await next('intake.begin')).answer({ ok: true, value: { id: 'two', name: 'b.wav' } });
  await reached(pieces, 1);
  intake.discard(2);
  expect((await next('intake.discard')).input).toEqual({ id: 'two' });
  pieces[0]!.answer({ ok: true, value: 10 });
  intake.take([fileOf('c.wav', 10)]);
  await next('intake.begin');
  expect(calls.map(({ name }) => name)).toEqual([]);
});

test('what fails after the examination leaves the file to be tried again', async () => {
  const { intake, pieces, next, stages } = createSlowEngine();
  intake.take([fileOf('a.wav', 10)]);
  (await next('intake.begin')).answer({ ok: true, value: { id: 'one', name: 'a.wav' } });
  await reached(pieces, 1);
  pieces[0]!.answer({ ok: true, value: 10 });
  (await next('intake.examine')).answer({ ok: true, value: { id: 'one', verdict: 'mendable' } });
  await expect.poll(stages, { interval: 1 }).toEqual(['examined']);
  const adding = intake.add(1);
  expect(stages()).toEqual(['adding']);
  (await next('intake.add')).answer({ ok: false, error: refusal });
  await adding;
  expect(intake.store.getState().files[0]).toMatchObject({ stage: 'examined', problem: refusal });
});
