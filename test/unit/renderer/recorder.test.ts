import { beforeEach, expect, test } from 'vitest';
import { LecternError } from '../../../src-main/contract/errors.ts';
import { createLevelFeed } from '../../../src-renderer/store/level-feed.ts';
import { createMicrophone, type MicrophoneController } from '../../../src-renderer/store/microphone.ts';
import { createRecorder, type RecorderController } from '../../../src-renderer/store/recorder-controller.ts';
import { CHUNK_FRAMES, createDesk, createScriptedEngine, settingsWith, settle } from './scripted-room.ts';

let desk: ReturnType<typeof createDesk>;
let engine: ReturnType<typeof createScriptedEngine>;
let microphone: MicrophoneController;
let recorder: RecorderController;
let nowMs: number;

const state = () => recorder.store.getState();
const startFrames = () => engine.chunks.map((chunk) => chunk.startFrame / CHUNK_FRAMES);

beforeEach(async () => {
  desk = createDesk(['Built-in', 'Headset']);
  engine = createScriptedEngine();
  nowMs = 0;
  const settings = () => settingsWith({});
  microphone = createMicrophone({
    ...desk,
    microphonePermission: async () => 'granted',
    levels: createLevelFeed(),
    settings,
  });
  const { openSession } = engine;
  recorder = createRecorder({
    openSession,
    microphone,
    settings,
    now: () => nowMs,
    onLibraryChange: () => {},
  });
  await microphone.check();
});

test('words spoken before the engine has answered are recorded', async () => {
  const answer = engine.delay();
  const starting = recorder.start('');
  desk.current.speak(3);
  expect(engine.chunks).toEqual([]);
  answer();
  await starting;
  desk.current.speak(1);
  expect(startFrames()).toEqual([0, 1, 2, 3]);
});

test('the last words before Stop are recorded, and the meter runs again afterwards', async () => {
  await recorder.start('');
  desk.current.speak(2);
  await recorder.stop();
  expect(startFrames()).toEqual([0, 1, 2]);
  expect(state()).toMatchObject({ phase: 'idle', saved: { duration_seconds: 0.3 } });
  expect(microphone.store.getState().status.kind).toBe('ready');
  expect(desk.live).toBe(1);
});

test('what the screen calls on disk is never more than the engine has acknowledged', async () => {
  await recorder.start('');
  desk.current.speak(5);
  expect(state()).toMatchObject({ frames: 5 * CHUNK_FRAMES, framesOnDisk: 0 });
  engine.acknowledge(3);
  expect(state().framesOnDisk).toBe(3 * CHUNK_FRAMES);
});

test('an unplugged microphone is replaced at once, and the time without one stays in place', async () => {
  await recorder.start('');
  desk.current.speak(2);
  desk.current.unplug();
  expect(state().warning).toMatchObject({ code: 'device_lost', subject: 'Built-in' });
  nowMs += 300;
  await settle();
  desk.current.speak(2);
  // The second is what the first microphone still held when it went.
  expect(startFrames()).toEqual([0, 1, 2, 6, 7]);
  expect(engine.chunks.map((chunk) => chunk.seq)).toEqual([0, 1, 2, 3, 4]);
  expect(engine.chunks.map((chunk) => chunk.gapCause)).toEqual([, , , 'device_lost', ,]);
  expect(state()).toMatchObject({
    phase: 'recording',
    microphoneLabel: 'Headset',
    warning: { code: 'device_switched', subject: 'Headset' },
  });
});

test('with no microphone left the recording waits, and goes on when one is plugged in', async () => {
  await recorder.start('');
  desk.current.unplug();
  await settle();
  desk.current.unplug();
  await settle();
  expect(state()).toMatchObject({ phase: 'recording', warning: { code: 'device_lost' } });
  nowMs += 1000;
  desk.plugIn('Headset');
  await settle();
  desk.current.speak(1);
  expect(engine.chunks.at(-1)).toMatchObject({ gapCause: 'device_lost' });
  await recorder.stop();
  expect(state().saved).not.toBeNull();
});

test('a microphone lost and replaced during a pause leaves no hole and records nothing of the pause', async () => {
  await recorder.start('');
  desk.current.speak(1);
  await recorder.togglePause();
  desk.current.unplug();
  nowMs += 60_000;
  await settle();
  desk.current.speak(4);
  await recorder.togglePause();
  desk.current.speak(1);
  expect(startFrames()).toEqual([0, 1]);
});

test('a limit that begins a new part is no stop and no error', async () => {
  await recorder.start('');
  engine.say({ type: 'error', code: 'DURATION_LIMIT', message: 'Recording duration exceeds limit (1 hour)' });
  engine.say(engine.stopped('duration_limit'));
  engine.say(engine.started(2));
  expect(state()).toMatchObject({
    phase: 'recording',
    part: 2,
    problem: null,
    warning: { code: 'new_part' },
  });
});

test('a recording that the engine had to end is shown as saved, with the reason', async () => {
  await recorder.start('');
  desk.current.speak(2);
  engine.say(engine.stopped('disk_full'));
  await settle();
  expect(state()).toMatchObject({ phase: 'idle', saved: { reason: 'disk_full' } });
  expect(desk.live).toBe(1);
});

test('a start that is refused says why, and Record can be pressed again', async () => {
  engine.refuse(new LecternError('FOLDER_UNWRITABLE', 'Expected a folder that can be written'));
  await recorder.start('');
  expect(state()).toMatchObject({ phase: 'idle', problem: { code: 'FOLDER_UNWRITABLE' } });
  expect(microphone.store.getState().status.kind).toBe('ready');
});

test('a lost engine ends the recording on the screen too', async () => {
  await recorder.start('');
  engine.loseConnection();
  await settle();
  expect(state()).toMatchObject({ phase: 'idle', problem: { code: 'CONNECTION_LOST' } });
});

test('the silence warning goes away when something is heard, the disk warning does not', async () => {
  await recorder.start('');
  const hear = (peak: number) => desk.current.events.onLevel({ peak: [peak], rms: [peak], clipped: false });
  engine.say({ type: 'warning', code: 'silence', message: '' });
  hear(0.001);
  expect(state().warning?.code).toBe('silence');
  hear(0.2);
  expect(state().warning).toBeNull();
  engine.say({ type: 'warning', code: 'disk_low', message: '' });
  hear(0.2);
  expect(state().warning?.code).toBe('disk_low');
});
