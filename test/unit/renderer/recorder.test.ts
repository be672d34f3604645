import { beforeEach, expect, test } from 'vitest';
import { LecternError, type Result } from '../../../src-main/contract/errors.ts';
import type { Side } from '../../../src-main/contract/audio-format.ts';
import type { ServerMessageOf } from '../../../src-main/contract/server-messages.ts';
import { type SessionRecord, sessionRecordSchema } from '../../../src-main/contract/session-record.ts';
import type { Settings } from '../../../src-main/contract/settings.ts';
import type { RememberedRecording } from '../../../src-renderer/session/recording-memory.ts';
import { createLevelFeed } from '../../../src-renderer/recording/level-feed.ts';
import { createMicrophone, type MicrophoneSource } from '../../../src-renderer/recording/microphone.ts';
import { createPageRecorder, type PageRecorder } from '../../../src-renderer/recording/page-recorder.ts';
import {
  CHUNK_FRAMES,
  createDesk,
  createScriptedClock,
  createScriptedEngine,
  createScriptedMemory,
  type ScriptedClock,
  settingsWith,
  settle,
} from './scripted-room.ts';

let clock: ScriptedClock;
let desk: ReturnType<typeof createDesk>;
let engine: ReturnType<typeof createScriptedEngine>;
let memory: ReturnType<typeof createScriptedMemory>;
let library: Map<string, SessionRecord>;
let microphone: MicrophoneSource;
let sides: readonly Side[];
let farDesk: ReturnType<typeof createDesk>;
let recorder: PageRecorder;
let timers: (() => void)[];

const state = () => recorder.state;
const startFrames = () => engine.chunks.map((chunk) => chunk.startFrame / CHUNK_FRAMES);
const findSession = async (id: string): Promise<Result<SessionRecord>> => {
  const value = library.get(id);
  if (value !== undefined) return { ok: true, value };
  return { ok: false, error: { code: 'SESSION_NOT_FOUND', message: 'no such session' } };
};

async function sitDown(chosen: Settings['microphone'] = null): Promise<void> {
  const settings = () => settingsWith({ microphone: chosen });
  microphone = createMicrophone({
    ...desk,
    microphonePermission: async () => 'granted',
    after: () => {},
    levels: createLevelFeed(),
    settings,
    onChange: () => {},
  });
  // The other side is another desk, with one device.
  const otherSide = createMicrophone({
    ...farDesk,
    microphonePermission: async () => 'granted',
    after: () => {},
    levels: createLevelFeed(),
    settings: () => settingsWith({}),
    onChange: () => {},
  });
  recorder = createPageRecorder({
    sessions: engine,
    findSession,
    memory,
    sources: { user: microphone, assistant: otherSide },
    sides: () => sides,
    reopen: async () => {
      await microphone.open();
    },
    settings,
    clock,
    after: (_, action) => void timers.push(action),
    onLibraryChange: () => {},
    onChange: () => {},
  });
  await microphone.check();
  if (sides.includes('assistant')) await otherSide.check();
}

/** What had been put off happens. */
async function later(): Promise<void> {
  for (const action of timers.splice(0)) action();
  await settle();
}

beforeEach(async () => {
  clock = createScriptedClock();
  desk = createDesk(['Built-in', 'Headset'], clock);
  farDesk = createDesk(['System'], clock);
  sides = ['user'];
  engine = createScriptedEngine();
  memory = createScriptedMemory();
  library = new Map();
  timers = [];
  await sitDown();
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

test('words lost because the microphone took its time to start are missing at the beginning', async () => {
  await recorder.start('');
  clock.nowMs += 1400;
  desk.current.speak(1);
  expect(engine.chunks).toMatchObject([{ startFrame: 22_400, gapCause: 'missing_chunks' }]);
  expect(state().warning).toMatchObject({ code: 'gap', atSeconds: 0, missingSeconds: 1.4 });
});

test('the last words before Stop are recorded, and the meter runs again afterwards', async () => {
  await recorder.start('');
  desk.current.speak(2);
  await recorder.stop();
  expect(startFrames()).toEqual([0, 1, 2]);
  expect(state()).toMatchObject({ phase: 'idle', saved: { duration_seconds: 0.3 } });
  expect(microphone.state.status.kind).toBe('ready');
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
  clock.nowMs += 300;
  await settle();
  desk.current.speak(2);
  // The third is what the first microphone still held when it went.
  expect(startFrames()).toEqual([0, 1, 2, 6, 7]);
  expect(engine.chunks.map((chunk) => chunk.gapCause)).toEqual([, , , 'device_lost', ,]);
  expect(state()).toMatchObject({
    phase: 'recording',
    labels: { user: 'Headset' },
    warning: { code: 'device_back', subject: 'Headset', missingSeconds: 0.3 },
  });
});

test('with no microphone left the recording waits, and goes on when one is plugged in', async () => {
  await recorder.start('');
  desk.current.unplug();
  await settle();
  desk.current.unplug();
  await settle();
  expect(state()).toMatchObject({ phase: 'recording', warning: { code: 'device_lost' } });
  clock.nowMs += 1000;
  desk.plugIn('Headset');
  await settle();
  desk.current.speak(1);
  expect(engine.chunks.at(-1)).toMatchObject({ gapCause: 'device_lost', startFrame: 19_200 });
  await recorder.stop();
  expect(state().saved).not.toBeNull();
});

test('a microphone that comes back where the system does not tell of it is found all the same', async () => {
  desk = createDesk(['Headset'], clock);
  await sitDown();
  await recorder.start('');
  desk.current.speak(1);
  desk.current.unplug();
  await settle();
  await later();
  desk.plugIn('Headset', { quietly: true });
  await later();
  desk.current.speak(1);
  expect(state().warning).toBeNull();
  expect(engine.chunks).toHaveLength(3);
});

test('the microphone that was chosen is taken again as soon as it is back', async () => {
  desk = createDesk(['Built-in', 'Headset'], clock);
  await sitDown({ device_id: 'Headset', label: 'Headset' });
  await recorder.start('');
  desk.current.speak(2);
  desk.current.unplug();
  await settle();
  expect(state()).toMatchObject({ labels: { user: 'Built-in' }, warning: { code: 'device_switched' } });
  desk.current.speak(2);
  desk.plugIn('Headset');
  await settle();
  desk.current.speak(2);
  expect(state()).toMatchObject({ labels: { user: 'Headset' }, warning: { subject: 'Headset' } });
  expect(desk.live).toBe(1);
  // Changing over from one that still works leaves no hole.
  expect(engine.chunks.map((chunk) => chunk.gapCause)).toEqual([, , , , , , , ,]);
});

test('a microphone that the system quietly replaced by another one is named', async () => {
  await recorder.start('');
  desk.current.speak(1);
  desk.takeAway('Built-in');
  await settle();
  expect(state()).toMatchObject({ labels: { user: 'Headset' }, warning: { code: 'device_switched' } });
});

test('another default microphone is used from then on, unless one was chosen', async () => {
  await recorder.start('');
  desk.makeDefault('Headset');
  await settle();
  expect(state().labels.user).toBe('Headset');
  clock.nowMs += 200;
  desk.current.speak(1);
  expect(engine.chunks.at(-1)).toMatchObject({ gapCause: 'device_switched' });
  await recorder.stop();
  await sitDown({ device_id: 'Headset', label: 'Headset' });
  await recorder.start('');
  desk.makeDefault('Built-in');
  await settle();
  expect(state().labels.user).toBe('Headset');
});

test('the microphone in use is heard until another one, which takes its place, delivers', async () => {
  desk = createDesk(['Built-in', 'Headset'], clock, { silent: true });
  await sitDown();
  await recorder.start('');
  desk.makeDefault('Headset');
  await settle();
  const [first, second] = desk.opened;
  first?.speak(2);
  expect(startFrames()).toEqual([0, 1]);
  expect(state().labels.user).toBe('Built-in');
  second?.events.onLevel({ peak: [0.1], rms: [0.1], clipped: false });
  await settle();
  expect(state().labels.user).toBe('Headset');
});

test('permission taken away is called that, and recording goes on once it is given again', async () => {
  await recorder.start('');
  desk.current.speak(1);
  desk.permit(false);
  desk.current.events.onEnded('device_lost');
  await settle();
  expect(state().warning?.code).toBe('permission_lost');
  const asked = desk.opened.length;
  await later();
  expect(desk.opened).toHaveLength(asked);
  clock.nowMs += 2000;
  desk.permit(true);
  await settle();
  desk.current.speak(1);
  expect(engine.chunks.at(-1)).toMatchObject({ gapCause: 'permission_lost' });
  expect(state().warning).toMatchObject({ code: 'device_back', subject: 'Built-in', missingSeconds: 2 });
});

test('a recording stopped while its microphone is unplugged ends where Stop was pressed, and says what is missing', async () => {
  await recorder.start('');
  desk.current.unplug();
  await settle();
  desk.current.unplug();
  await settle();
  const { frames } = state();
  clock.nowMs += 4000;
  await recorder.stop();
  expect(engine.chunks.at(-1)).toMatchObject({ gapCause: 'device_lost', frames: 1 });
  expect(state()).toMatchObject({ phase: 'idle', frames: frames + 4 * 16_000 });
});

test('a computer that slept and woke to another microphone is said to have slept', async () => {
  await recorder.start('');
  desk.current.speak(1);
  clock.nowMs += 60_000;
  clock.sleptMs += 60_000;
  desk.current.events.onEnded('device_lost');
  await settle();
  desk.current.speak(1);
  expect(engine.chunks.at(-1)).toMatchObject({ gapCause: 'suspended', startFrame: 61 * 16_000 - 14_400 });
  expect(state().warning).toMatchObject({ code: 'slept', missingSeconds: 60 });
});

test('a stall is over as soon as audio comes again, and does not hide an unplugged microphone', async () => {
  await recorder.start('');
  engine.say({ type: 'warning', code: 'no_data', message: '' });
  expect(state().warning?.code).toBe('no_data');
  desk.current.speak(1);
  expect(state().warning).toBeNull();
  desk.current.unplug();
  await settle();
  desk.current.unplug();
  await settle();
  engine.say({ type: 'warning', code: 'no_data', message: '' });
  expect(state().warning?.code).toBe('device_lost');
});

test('a passing warning does not wipe out one that stays', async () => {
  await recorder.start('');
  engine.say({ type: 'warning', code: 'disk_low', message: '' });
  engine.say({ type: 'warning', code: 'no_data', message: '' });
  expect(state().warning?.code).toBe('no_data');
  desk.current.speak(1);
  expect(state().warning?.code).toBe('disk_low');
});

test('the room on the disk is asked for now and then, and at once when it is low', async () => {
  await recorder.start('');
  desk.current.speak(100);
  expect(engine.statusAsked).toBe(1);
  desk.current.speak(250);
  expect(engine.statusAsked).toBe(2);
  engine.say({ type: 'warning', code: 'disk_low', message: '' });
  expect(engine.statusAsked).toBe(3);
  engine.say({ ...standing({}), disk_minutes_left: 12.5 });
  expect(state().diskMinutesLeft).toBe(12.5);
});

test('a microphone lost and replaced during a pause leaves no hole and records nothing of the pause', async () => {
  await recorder.start('');
  desk.current.speak(1);
  await recorder.togglePause();
  desk.current.unplug();
  clock.nowMs += 60_000;
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

test('a full disk is told once: where the recording goes on, or why it ended', async () => {
  const full = { type: 'error', code: 'DISK_FULL', message: 'no room' } as const;
  await recorder.start('');
  engine.say(full);
  expect(state().problem).toMatchObject({ code: 'DISK_FULL' });
  engine.say({ type: 'warning', code: 'relocated', message: '' });
  engine.say(engine.started(2));
  expect(state()).toMatchObject({ phase: 'recording', problem: null, warning: { code: 'relocated' } });
  engine.say(full);
  engine.say(engine.stopped('disk_full'));
  await settle();
  expect(state()).toMatchObject({ phase: 'idle', problem: null, saved: { reason: 'disk_full' } });
});

test('a start that is refused says why, and Record can be pressed again', async () => {
  engine.refuse(new LecternError('FOLDER_UNWRITABLE', 'Expected a folder that can be written'));
  await recorder.start('');
  expect(state()).toMatchObject({ phase: 'idle', problem: { code: 'FOLDER_UNWRITABLE' } });
  expect(microphone.state.status.kind).toBe('ready');
});

test('a lost engine ends the recording on the screen too', async () => {
  await recorder.start('');
  engine.loseConnection();
  await settle();
  expect(state()).toMatchObject({ phase: 'idle', problem: { code: 'CONNECTION_LOST' }, rescued: null });
});

test('what a lost engine never wrote is kept for its user, until that one lets it go', async () => {
  await recorder.start('');
  desk.current.speak(5);
  engine.say({ type: 'ack', track: 'user', seq: 1, frames: 2 * CHUNK_FRAMES });
  engine.loseConnection();
  await settle();
  const heldSeconds = () => state().rescued?.held.map(({ track, seconds }) => [track, seconds]);
  expect(heldSeconds()).toEqual([['user', (5 * CHUNK_FRAMES) / 16_000]]);
  recorder.dismissOutcome();
  await recorder.start('');
  expect(heldSeconds()).toHaveLength(1);
  recorder.dismissRescued();
  expect(state().rescued).toBeNull();
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

test('a silence that is told late is dated from its beginning', async () => {
  await recorder.start('');
  desk.current.speak(30);
  const heardSeconds = state().frames / state().sampleRate;
  engine.say({ type: 'warning', code: 'zeros', track: 'user', lasted_seconds: 2, message: '' });
  expect(state().warning?.atSeconds).toBeCloseTo(heardSeconds - 2);
});

const LEFT = {
  sessionId: 'left-behind',
  format: 'wav',
  sampleRate: 16_000,
  channels: 1,
  sources: [{ track: 'user', device_id: 'Headset', label: 'Headset' }],
} as const satisfies RememberedRecording;

function standing(track: Partial<ServerMessageOf<'status'>['tracks'][number]>): ServerMessageOf<'status'> {
  const { frames = 0 } = track;
  const tracks = [
    { track: 'user' as const, frames, next_seq: 0, next_frame: frames, resume_frame: 0, ...track },
  ];
  return {
    type: 'status',
    session_id: LEFT.sessionId,
    state: 'recording',
    part: 1,
    chunks_received: 0,
    total_size_mb: 0,
    duration_seconds: 0,
    tracks,
    disk_minutes_left: null,
  };
}

function record(patch: Partial<SessionRecord>): SessionRecord {
  return sessionRecordSchema.parse({
    id: LEFT.sessionId,
    title: 'Lecture',
    notes: '',
    status: 'recording',
    started_at: '2026-01-05T10:00:00.000Z',
    ended_at: null,
    format: 'wav',
    sample_rate: 16_000,
    channels: 1,
    encoding: 'pcm_s16le',
    tracks: ['user'],
    gain: 1,
    encoder: null,
    duration_seconds: 0,
    parts: [],
    files: [],
    markers: [],
    segments: [],
    ...patch,
  });
}

test('a page that is loaded again goes on with its recording, the time between left as a marked hole', async () => {
  memory.leaveBehind(LEFT);
  library.set(LEFT.sessionId, record({ markers: [{ part: 1, frame: 8000, label: 'Start' }] }));
  engine.stands(standing({ frames: 16_000, next_seq: 10, resume_frame: 48_000 }));
  expect(await recorder.rejoin()).toBe(true);
  await settle();
  expect(state()).toMatchObject({
    phase: 'recording',
    frames: 16_000,
    labels: { user: 'Headset' },
    lastMarker: { count: 1, atSeconds: 0.5, label: 'Start' },
    warning: { code: 'rejoined', atSeconds: 1 },
  });
  clock.nowMs += 500;
  desk.current.speak(2);
  expect(engine.chunks).toMatchObject([
    { startFrame: 56_000, gapCause: 'disconnected' },
    { startFrame: 57_600 },
  ]);
  expect(state()).toMatchObject({ warning: { code: 'rejoined_gap', atSeconds: 1, missingSeconds: 2.5 } });
  await recorder.stop();
  expect(memory.recording).toBeUndefined();
});

test('the hole is measured from when the last words were spoken, not from when they reached the engine', async () => {
  await recorder.start('');
  desk.current.speak(25);
  const [remembered] = memory.recording?.sources ?? [];
  expect(remembered?.anchor?.frame).toBeGreaterThan(16_000);
  const anchor = { frame: 16_000, atMs: clock.nowMs - 1000 };
  memory.leaveBehind({ ...LEFT, sources: [{ ...LEFT.sources[0], anchor }] });
  library.set(LEFT.sessionId, record({}));
  // Its last chunk came 250 ms late.
  engine.stands(standing({ frames: 16_000, next_seq: 10, resume_frame: 28_000 }));
  desk = createDesk(['Headset'], clock);
  await sitDown();
  await recorder.rejoin();
  await settle();
  desk.current.speak(1);
  expect(engine.chunks.at(-1)).toMatchObject({ startFrame: 32_000, gapCause: 'disconnected' });
});

test('a recording that was paused comes back paused, and leaves no hole', async () => {
  memory.leaveBehind(LEFT);
  library.set(LEFT.sessionId, record({}));
  engine.stands({ ...standing({ frames: 1600, next_seq: 1, resume_frame: 1600 }), state: 'paused' });
  await recorder.rejoin();
  await settle();
  expect(state().phase).toBe('paused');
  clock.nowMs += 60_000;
  desk.current.speak(3);
  expect(engine.chunks).toEqual([]);
  await recorder.togglePause();
  desk.current.speak(1);
  expect(engine.chunks).toMatchObject([{ startFrame: 1600 }]);
});

test('a recording that was finalised meanwhile is shown as saved', async () => {
  memory.leaveBehind(LEFT);
  const part = { part: 1, started_at: '2026-01-05T10:00:00.000Z', duration_seconds: 7 };
  const parts = [{ ...part, reason: 'disconnected' as const }];
  library.set(LEFT.sessionId, record({ status: 'interrupted', duration_seconds: 7, parts }));
  expect(await recorder.rejoin()).toBe(false);
  expect(state()).toMatchObject({ phase: 'idle', saved: { duration_seconds: 7, reason: 'disconnected' } });
  expect(memory.recording).toBeUndefined();
});

test('a recording that another window makes is left to it', async () => {
  memory.otherWindowsRecord(1);
  expect(await recorder.rejoin()).toBe(false);
  expect(state()).toMatchObject({ phase: 'idle', elsewhere: 1 });
});

test('a session that another page took over is given up without a fight', async () => {
  await recorder.start('');
  engine.say({ type: 'error', code: 'SESSION_IN_USE', message: 'taken' });
  await settle();
  desk.current.speak(1);
  expect(state()).toMatchObject({ phase: 'idle', problem: { code: 'SESSION_IN_USE' } });
  expect(engine.chunks.length).toBeLessThanOrEqual(1);
});

test('a disk that stands still is told calmly first, then what it costs, and that audio to be sent again is no problem', async () => {
  await recorder.start('');
  desk.current.speak(60);
  engine.acknowledge(20);
  engine.backlog('waiting');
  engine.say({ type: 'error', code: 'SLOW_CONSUMER', message: 'The disk is too slow' });
  expect(state()).toMatchObject({ warning: { code: 'disk_waiting', atSeconds: 2 }, problem: null });
  desk.current.speak(40);
  engine.backlog('full');
  expect(state().warning).toMatchObject({ code: 'memory_full', atSeconds: 10 });
  desk.current.speak(20);
  engine.backlog('waiting', 2);
  expect(state().warning).toMatchObject({ code: 'gap', atSeconds: 10, missingSeconds: 2 });
  engine.backlog('none');
  recorder.dismissWarning();
  expect(state().warning).toBeNull();
});
