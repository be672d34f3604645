import { beforeEach, expect, test } from 'vitest';
import type { SessionRecord } from '../../../src-main/contract/session-record.ts';
import {
  createPlayer,
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

const part = (number: number, seconds: number): SessionRecord['parts'][number] => ({
  part: number,
  started_at: '2026-11-01T10:00:00.000Z',
  duration_seconds: seconds,
  ...({ sample_rate: 16_000 } as object),
});

const session = { id: 'a', parts: [part(1, 60), part(2, 30)] } as unknown as SessionRecord;

let player: PlayerController;
let device: Device;
beforeEach(() => {
  player = createPlayer();
  device = new Device();
  player.load(session);
});

test('a turn is played from its beginning, and its end is the end', () => {
  player.attach(device);
  player.playFrom(12_000, 15_500);
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
  const detach = player.attach(device);
  player.playFrom(65_000);
  expect(player.store.getState().part).toBe(2);
  expect(device.paused).toBe(true);
  detach();
  const second = new Device();
  player.attach(second);
  expect(second).toMatchObject({ currentTime: 5, paused: false });
  player.look();
  expect(player.store.getState().positionMs).toBe(65_000);
});

test('what the old part still says while another one loads does not move the position', () => {
  player.attach(device);
  player.playFrom(61_000);
  device.currentTime = 40;
  player.look();
  expect(player.store.getState().positionMs).toBe(61_000);
});

test('another session begins at its beginning', () => {
  player.attach(device);
  player.playFrom(20_000);
  player.load({ ...session, id: 'b' });
  expect(player.store.getState()).toMatchObject({ sessionId: 'b', part: 1, positionMs: 0, playing: false });
});

test('the same session loaded again, as after a rename, plays on', () => {
  player.attach(device);
  player.playFrom(20_000);
  player.load({ ...session, title: 'renamed' });
  player.look();
  expect(player.store.getState()).toMatchObject({ positionMs: 20_000, playing: true });
});
