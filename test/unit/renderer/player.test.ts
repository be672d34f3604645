import { beforeEach, expect, test } from 'vitest';
import { sessionRecordSchema, type SessionRecord } from '../../../src-main/contract/session-record.ts';
import {
  createPlayerController,
  type PlayerController,
  type PlayingDevice,
} from '../../../src-renderer/store/player.ts';

class Device implements PlayingDevice {
  currentTime = 0;
  paused = true;
  play(): Promise<void> {
    this.paused = false;
    return Promise.resolve();
  }
  pause(): void {
    this.paused = true;
  }
}

const part = (number: number, seconds: number) => ({
  part: number,
  started_at: '2026-11-01T10:00:00.000Z',
  duration_seconds: seconds,
});

const file = (type: 'user' | 'assistant' | 'mixed', number: number) => ({
  type,
  format: 'wav' as const,
  file_path: `a/${type}_${number}.wav`,
  url: '',
  byte_size: 1,
  duration_ms: 1,
  part: number,
  master: true,
  gain: 1,
  status: 'completed' as const,
});

const session: SessionRecord = sessionRecordSchema.parse({
  id: 'a',
  title: 'A call',
  notes: '',
  status: 'completed',
  started_at: '2026-11-01T10:00:00.000Z',
  ended_at: '2026-11-01T10:01:30.000Z',
  format: 'wav',
  sample_rate: 16_000,
  channels: 1,
  encoding: 'pcm_s16le',
  tracks: ['user', 'assistant'],
  gain: 1,
  encoder: null,
  duration_seconds: 90,
  parts: [part(1, 60), part(2, 30)],
  files: [file('mixed', 1), file('user', 1), file('user', 2), file('assistant', 2)],
  markers: [],
});

let player: PlayerController;
let device: Device;
beforeEach(() => {
  player = createPlayerController();
  device = new Device();
  player.load(session);
});

test('a turn is played from its beginning, and its end is the end', () => {
  player.attach('a/mixed_1.wav', device);
  player.playFrom(12_000, { untilMs: 15_500, role: 'assistant' });
  expect(device).toMatchObject({ currentTime: 12, paused: false });
  device.currentTime = 15.49;
  player.look();
  expect(player.store.getState()).toMatchObject({ playing: true, positionMs: 15_490 });
  device.currentTime = 15.52;
  player.look();
  expect(device.paused).toBe(true);
  expect(player.store.getState()).toMatchObject({ playing: false, positionMs: 15_500, untilMs: null });
});

test('a turn in another part waits until that part is in the player', () => {
  const detach = player.attach('a/mixed_1.wav', device);
  player.playFrom(65_000);
  expect(player.store.getState().part).toBe(2);
  expect(device.paused).toBe(true);
  detach();
  const second = new Device();
  player.attach('a/user_2.wav', second);
  expect(second).toMatchObject({ currentTime: 5, paused: false });
  player.look();
  expect(player.store.getState().positionMs).toBe(65_000);
});

test('what the old part still says while another one loads does not move the position', () => {
  player.attach('a/mixed_1.wav', device);
  player.playFrom(61_000);
  device.currentTime = 40;
  player.look();
  expect(player.store.getState().positionMs).toBe(61_000);
});

test('another session begins at its beginning', () => {
  player.attach('a/mixed_1.wav', device);
  player.playFrom(20_000);
  player.load({ ...session, id: 'b' });
  expect(player.store.getState()).toMatchObject({ sessionId: 'b', part: 1, positionMs: 0, playing: false });
});

test('the same session loaded again, as after a rename, plays on', () => {
  player.attach('a/mixed_1.wav', device);
  player.playFrom(20_000);
  player.load({ ...session, title: 'renamed' });
  player.look();
  expect(player.store.getState()).toMatchObject({ positionMs: 20_000, playing: true });
});

test('where both sides are not in one file, a turn is played from the file of its own side', () => {
  const detach = player.attach('a/mixed_1.wav', device);
  player.playFrom(61_000, { untilMs: 63_000, role: 'assistant' });
  expect(player.store.getState().filePath).toBe('a/assistant_2.wav');
  expect(device.paused).toBe(true);
  detach();
  const other = new Device();
  player.attach('a/assistant_2.wav', other);
  expect(other).toMatchObject({ currentTime: 1, paused: false });
});
