import { describe, expect, test, vi } from 'vitest';
import { MEBIBYTE, PROTOCOL_LIMITS } from '../../../src-main/contract/limits.ts';
import { createRefusals } from '../../../src-main/session/refusals.ts';
import { seededBytes } from '../../support/seeded-bytes.ts';
import { flushed, headed, openEngine, say } from './memory-engine.ts';

describe('session', () => {
  test('a full disk ends the session with everything that fits, and says what is missing', async () => {
    const host = openEngine({ capacityBytes: 10_001 });
    const connection = host.engine.connect('full', host.client);
    await connection.receiveText(say({ action: 'start', format: 'wav' }));
    const audio = seededBytes(1, 16_000);
    for (let at = 0; at < audio.length; at += 1600)
      void connection.receiveBinary(audio.subarray(at, at + 1600));
    await flushed();
    expect(host.of('error').map(({ code }) => code)).toContain('DISK_FULL');
    const [stopped] = host.of('recording_stopped');
    expect(stopped).toMatchObject({ reason: 'disk_full', report: { captured: 5000, expected: 8000 } });
    expect(stopped?.report.gaps).toEqual([{ track: 'user', start_frame: 5000, frames: 3000, cause: 'disk' }]);
    expect(host.ended).toEqual(['interrupted']);
  });

  test('with a fallback folder a full disk costs nothing: the parts together are what was sent', async () => {
    const host = openEngine({ capacityBytes: 10_001, canRelocate: true });
    const connection = host.engine.connect('moved', host.client);
    await connection.receiveText(say({ action: 'start', format: 'wav', framing: 'headed' }));
    const audio = seededBytes(2, 32_000);
    for (let seq = 0; seq < 20; seq++)
      void connection.receiveBinary(headed(0, seq, seq * 800, audio.subarray(seq * 1600, (seq + 1) * 1600)));
    await connection.receiveText(say({ action: 'stop' }));
    expect(host.parts.map(({ spec }) => spec.relocated)).toEqual([false, true]);
    // The first part's odd byte is half a frame that its file does not count.
    const whole = Buffer.concat([host.audio().subarray(0, 10_000), host.audio().subarray(10_001)]);
    expect(whole.equals(audio)).toBe(true);
    expect(
      host.of('recording_stopped').map(({ reason, report }) => [reason, report.captured, report.gaps]),
    ).toEqual([
      ['disk_full', 5000, []],
      [undefined, 11_000, []],
    ]);
    expect(host.of('ack').at(-1)).toMatchObject({ seq: 19, frames: 16_000 });
  });

  test.each([
    { ahead: 'user', first: 700 },
    { ahead: 'assistant', first: 100 },
  ])(
    'with a fallback folder both sides go on at the same frame, $ahead having been ahead',
    async ({ first }) => {
      const frames = 4000;
      const sides = [seededBytes(5, frames * 2), seededBytes(6, frames * 2)] as const;
      // Where the disk is full depends on how far each has come.
      const host = openEngine({ capacityBytes: 2001, canRelocate: true });
      const connection = host.engine.connect('moved', host.client);
      await connection.receiveText(
        say({ action: 'start', format: 'wav', framing: 'headed', tracks: ['user', 'assistant'] }),
      );
      const sent = [0, 0];
      for (let seq = 0; sent.some((count) => count < frames); seq++)
        for (const [index, side] of sides.entries()) {
          const from = sent[index] ?? 0;
          const to = Math.min(frames, from + (seq === 0 ? (index === 0 ? first : 800 - first) : 400));
          sent[index] = to;
          if (to > from)
            void connection.receiveBinary(headed(index, seq, from, side.subarray(from * 2, to * 2)));
        }
      await connection.receiveText(say({ action: 'stop' }));
      const [part, next] = host.parts;
      const inFile = (track: string, of = part): number =>
        Math.floor((of?.tracks.get(track)?.length ?? 0) / 2);
      const [near, far] = [inFile('user'), inFile('assistant')];
      expect(near).not.toBe(far);
      const origin = Math.min(near, far);
      for (const [index, track] of ['user', 'assistant'].entries()) {
        const file = next?.tracks.get(track) ?? Buffer.alloc(0);
        const lead = inFile(track) - origin;
        expect(file.subarray(0, lead * 2).every((byte) => byte === 0)).toBe(true);
        expect(file.subarray(lead * 2).equals(sides[index]?.subarray((origin + lead) * 2) ?? file)).toBe(
          true,
        );
        expect(file.length / 2).toBe(frames - origin);
      }
      const [, last] = host.of('recording_stopped');
      expect(last?.report).toMatchObject({ captured: frames - origin, expected: frames - origin, gaps: [] });
      for (const track of ['user', 'assistant'])
        expect(host.of('ack').findLast((ack) => ack.track === track)?.frames).toBe(frames);
    },
  );

  test('a disk that stands still bounds memory and tells the sender which chunks to send again', async () => {
    const host = openEngine({ startsHeld: true });
    const connection = host.engine.connect('slow', host.client);
    void connection.receiveText(say({ action: 'start', format: 'wav' }));
    for (let chunk = 0; chunk < 60; chunk++) void connection.receiveBinary(new Uint8Array(1024 * 1024));
    host.release();
    await connection.receiveText(say({ action: 'stop' }));
    const refused = host.of('error').filter(({ code }) => code === 'SLOW_CONSUMER').length;
    expect(refused).toBe(60 - 32);
    expect(host.audio().length).toBe(32 * 1024 * 1024);
    expect(host.of('recording_stopped')[0]?.report.tracks[0]?.chunks_rejected).toBe(refused);
  });

  test.each(['raw', 'headed'])(
    'chunks of a sample each are bounded as well: by what they cost, not by their bytes (%s)',
    async (framing) => {
      const host = openEngine();
      const connection = host.engine.connect('tiny', host.client);
      await connection.receiveText(say({ action: 'start', format: 'wav', framing }));
      host.hold();
      const refused = (): boolean => host.of('error').length > 0;
      let sent = 0;
      for (; sent < 60_000 && !refused(); sent++) {
        const samples = new Uint8Array(2);
        void connection.receiveBinary(framing === 'raw' ? samples : headed(0, sent, sent, samples));
        if (sent % 1000 === 0) await flushed();
      }
      expect(host.of('error').map(({ code }) => code)).toEqual(['SLOW_CONSUMER']);
      // A kilobyte each: 4 MB on their way to the disk, 32 MB behind them.
      expect(sent).toBeLessThan((4 + 32) * 1024 + 1000);
      host.release();
      await connection.receiveText(say({ action: 'stop' }));
      expect(host.audio().length).toBe((sent - 1) * 2);
    },
  );

  test('the header of a chunk is read once, whatever comes of the chunk', async () => {
    const host = openEngine();
    const connection = host.engine.connect('once', host.client);
    await connection.receiveText(say({ action: 'start', format: 'wav', framing: 'headed' }));
    const samples = seededBytes(9, 320);
    const chunks = [0, 1, 1, 2].map((seq) => headed(0, seq, seq * 160, samples));
    const odd = headed(0, 3, 480, samples.subarray(1));
    const reading = vi.spyOn(DataView.prototype, 'getBigUint64');
    try {
      for (const chunk of [...chunks, odd]) await connection.receiveBinary(chunk);
      expect(reading).toHaveBeenCalledTimes(5);
    } finally {
      reading.mockRestore();
    }
    await connection.receiveText(say({ action: 'stop' }));
    expect(host.of('recording_stopped')[0]?.report.tracks[0]).toMatchObject({
      captured: 480,
      chunks_duplicated: 1,
      chunks_rejected: 1,
    });
  });

  test('a chunk that only waits for an earlier one is told so', async () => {
    const host = openEngine();
    const connection = host.engine.connect('behind', host.client);
    await connection.receiveText(say({ action: 'start', format: 'wav', framing: 'headed' }));
    host.hold();
    const megabyte = new Uint8Array(MEBIBYTE);
    for (let seq = 0; host.of('error').length < 2; seq++)
      void connection.receiveBinary(headed(0, seq, (seq * MEBIBYTE) / 2, megabyte));
    host.release();
    expect(host.of('error').map(({ message }) => message)).toEqual([
      expect.stringMatching(/^The disk is too slow: 32 MB are waiting/),
      expect.stringMatching(/^The disk was too slow for a chunk before this one/),
    ]);
  });

  test('what follows a refused chunk waits for it, so that it does not become a hole', async () => {
    const host = openEngine();
    const connection = host.engine.connect('again', host.client);
    await connection.receiveText(say({ action: 'start', format: 'wav', framing: 'headed' }));
    host.hold();
    // Chunks of a megabyte until one is refused, then small ones.
    const [large, small, isLarge] = [500_000, 100, 33];
    const audio = seededBytes(4, (isLarge * large + 100 * small) * 2);
    const startOf = (seq: number): number =>
      Math.min(seq, isLarge) * large + Math.max(0, seq - isLarge) * small;
    const send = (seq: number): Promise<void> => {
      const samples = audio.subarray(startOf(seq) * 2, startOf(seq + 1) * 2);
      return connection.receiveBinary(headed(0, seq, startOf(seq), samples));
    };
    const refused = (): number => host.of('error').filter(({ code }) => code === 'SLOW_CONSUMER').length;
    const taken: Promise<void>[] = [];
    while (refused() === 0) taken.push(send(taken.length));
    const first = taken.length - 1;
    host.release();
    await Promise.all(taken);
    // More than the engine would hold back while it waits for one that is late.
    for (let seq = first + 1; seq < first + 41; seq++) await send(seq);
    expect(refused()).toBe(41);
    for (let seq = first; seq < first + 41; seq++) await send(seq);
    await connection.receiveText(say({ action: 'stop' }));
    expect(host.of('recording_stopped')[0]?.report.gaps).toEqual([]);
    expect(host.audio().equals(audio.subarray(0, startOf(first + 41) * 2))).toBe(true);
  });

  test('a sender that never sends a refused chunk again is waited for five seconds, and not for ever', () => {
    let nowMs = 0;
    const refusals = createRefusals(() => nowMs);
    refusals.note('user', 7);
    expect(refusals.isBlocked('assistant', 8)).toBe(false);
    nowMs = 4999;
    expect(refusals.isBlocked('user', 8)).toBe(true);
    nowMs = 5000;
    expect(refusals.isBlocked('user', 9)).toBe(false);
    expect(refusals.isBlocked('user', 10)).toBe(false);
  });

  test('a live source that stops is reported within a second; one that sends in bursts is given longer', async () => {
    const told = async (framing: 'raw' | 'headed'): Promise<number> => {
      const host = openEngine();
      const connection = host.engine.connect('stall', host.client);
      await connection.receiveText(say({ action: 'start', format: 'wav', framing }));
      const samples = seededBytes(3, 3200);
      await connection.receiveBinary(framing === 'raw' ? samples : headed(0, 0, 0, samples));
      for (let ms = 0; ms < 10_000; ms += 200) {
        host.wind(200);
        if (host.of('warning').some(({ code }) => code === 'no_data')) return ms + 200;
      }
      return Infinity;
    };
    expect(await told('headed')).toBeLessThanOrEqual(1000);
    expect(await told('raw')).toBeGreaterThan(1000);
    expect(await told('raw')).toBeLessThanOrEqual(4000);
  });

  test('a pause raises no alarm and is not counted as missing', async () => {
    const host = openEngine();
    const connection = host.engine.connect('paused', host.client);
    await connection.receiveText(say({ action: 'start', format: 'wav', framing: 'headed' }));
    await connection.receiveBinary(headed(0, 0, 0, seededBytes(4, 3200)));
    await connection.receiveText(say({ action: 'pause' }));
    for (let minute = 0; minute < 10; minute++) host.wind(60_000);
    await connection.receiveText(say({ action: 'resume' }));
    await connection.receiveBinary(headed(0, 1, 1600, seededBytes(5, 3200)));
    await connection.receiveText(say({ action: 'stop' }));
    expect(host.of('warning')).toEqual([]);
    expect(host.of('recording_stopped')[0]?.report.tracks[0]).toMatchObject({
      captured: 3200,
      expected: 3200,
      clock: 0,
    });
  });

  test('a pause that is asked for while the session begins counts from its beginning', async () => {
    const host = openEngine();
    const connection = host.engine.connect('early', host.client);
    void connection.receiveText(say({ action: 'start', format: 'wav', framing: 'headed' }));
    void connection.receiveText(say({ action: 'pause' }));
    host.wind(1000);
    await flushed();
    host.wind(5000);
    await connection.receiveText(say({ action: 'stop' }));
    expect(host.of('recording_stopped')[0]?.report.tracks[0]?.clock).toBe(0);
  });

  test('a live source that brings too little is caught by the clock', async () => {
    const host = openEngine();
    const connection = host.engine.connect('short', host.client);
    await connection.receiveText(say({ action: 'start', format: 'wav', framing: 'headed' }));
    for (let seq = 0; seq < 40; seq++) {
      // 90 ms of audio every 100 ms, counted without a gap.
      await connection.receiveBinary(headed(0, seq, seq * 1440, seededBytes(seq, 2880)));
      host.wind(100);
    }
    expect(host.of('warning').map(({ code }) => code)).toEqual([]);
    for (let seq = 40; seq < 300; seq++) {
      await connection.receiveBinary(headed(0, seq, seq * 1440, seededBytes(seq, 2880)));
      host.wind(100);
    }
    expect(host.of('warning').filter(({ code }) => code === 'device')).toHaveLength(1);
    await connection.receiveText(say({ action: 'stop' }));
    expect(host.of('recording_stopped')[0]?.report.tracks[0]).toMatchObject({
      captured: 432_000,
      clock: 480_000,
    });
  });

  test('parts of the length that was asked for follow each other without an error', async () => {
    const host = openEngine();
    const connection = host.engine.connect('split', host.client);
    await connection.receiveText(
      say({ action: 'start', format: 'wav', sample_rate: 8000, split_minutes: 1 }),
    );
    const audio = seededBytes(6, 8000 * 2 * 150);
    for (let at = 0; at < audio.length; at += 80_000)
      void connection.receiveBinary(audio.subarray(at, at + 80_000));
    await connection.receiveText(say({ action: 'stop' }));
    expect(host.of('error')).toEqual([]);
    expect(
      host
        .of('recording_stopped')
        .map(({ part, reason, duration_seconds }) => [part, reason, duration_seconds]),
    ).toEqual([
      [1, 'split', 60],
      [2, 'split', 60],
      [3, undefined, 30],
    ]);
    expect(host.audio().equals(audio)).toBe(true);
  });

  test('parts of the size that was asked for, or of the length where that comes first', async () => {
    const host = openEngine();
    const record = async (id: string, split: object): Promise<(number | undefined)[][]> => {
      const before = host.of('recording_stopped').length;
      const connection = host.engine.connect(id, host.client);
      await connection.receiveText(say({ action: 'start', format: 'wav', sample_rate: 8000, ...split }));
      const audio = seededBytes(9, 8000 * 2 * 150);
      for (let at = 0; at < audio.length; at += 80_000)
        void connection.receiveBinary(audio.subarray(at, at + 80_000));
      await connection.receiveText(say({ action: 'stop' }));
      return host
        .of('recording_stopped')
        .slice(before)
        .map(({ part, duration_seconds }) => [part, duration_seconds]);
    };
    expect(await record('size', { split_megabytes: 1 })).toEqual([
      [1, MEBIBYTE / 16_000],
      [2, MEBIBYTE / 16_000],
      [3, (150 * 16_000 - 2 * MEBIBYTE) / 16_000],
    ]);
    expect(await record('length-first', { split_megabytes: 1, split_minutes: 1 })).toEqual([
      [1, 60],
      [2, 60],
      [3, 30],
    ]);
    expect(host.of('error')).toEqual([]);
  });

  test('a track that trails behind a roll-over still ends in the right part', async () => {
    const host = openEngine();
    const connection = host.engine.connect('trailing', host.client);
    await connection.receiveText(
      say({
        action: 'start',
        format: 'wav',
        sample_rate: 8000,
        split_minutes: 1,
        tracks: ['user', 'assistant'],
        framing: 'headed',
      }),
    );
    const [near, far] = [seededBytes(7, 8000 * 2 * 90), seededBytes(8, 8000 * 2 * 90)];
    const send = (index: number, audio: Buffer, second: number): Promise<void> =>
      connection.receiveBinary(
        headed(index, second, second * 8000, audio.subarray(second * 16_000, (second + 1) * 16_000)),
      );
    for (let second = 0; second < 93; second++) {
      if (second < 90) await send(0, near, second);
      if (second >= 3) await send(1, far, second - 3);
    }
    await connection.receiveText(say({ action: 'stop' }));
    expect(
      host.parts.map((part) => [part.tracks.get('user')?.length, part.tracks.get('assistant')?.length]),
    ).toEqual([
      [960_000, 960_000],
      [480_000, 480_000],
    ]);
    expect(host.audio('user').equals(near)).toBe(true);
    expect(host.audio('assistant').equals(far)).toBe(true);
  });

  test('the disk’s last minutes are announced a few times, not every two seconds', async () => {
    const host = openEngine();
    const connection = host.engine.connect('minutes', host.client);
    await connection.receiveText(say({ action: 'start', format: 'wav' }));
    const bytesPerMinute = 32_000 * 60;
    for (let minutes = 60; minutes > 1; minutes -= 0.5)
      host.engine.noteFreeSpace({
        usualBytes: minutes * bytesPerMinute,
        fallbackBytes: undefined,
        elsewhereBytes: new Map(),
      });
    expect(host.of('warning').map(({ code }) => code)).toEqual(['disk_low', 'disk_low', 'disk_low']);
    await connection.receiveText(say({ action: 'status' }));
    expect(host.of('status')[0]?.disk_minutes_left).toBe(1.5);
    host.engine.noteFreeSpace({ usualBytes: 0, fallbackBytes: undefined, elsewhereBytes: new Map() });
    await flushed();
    expect(host.of('recording_stopped')[0]?.reason).toBe('disk_full');
  });

  test('a client that never comes back leaves a finished, interrupted session', async () => {
    const host = openEngine();
    const connection = host.engine.connect('gone', host.client);
    await connection.receiveText(say({ action: 'start', format: 'wav' }));
    await connection.receiveBinary(seededBytes(9, 3200));
    connection.disconnect();
    host.wind(29_000);
    await flushed();
    expect(host.ended).toEqual([]);
    host.wind(1000);
    await flushed();
    expect(host.ended).toEqual(['interrupted']);
    expect(host.engine.activeSessions()).toEqual([]);
  });

  test('a client that was away when its recording ended is told when it comes back', async () => {
    const host = openEngine();
    const connection = host.engine.connect('untold', host.client);
    await connection.receiveText(say({ action: 'start', format: 'wav' }));
    const stopping = connection.receiveText(say({ action: 'stop' }));
    connection.disconnect();
    await stopping;
    expect(host.of('recording_stopped')).toEqual([]);
    host.engine.connect('untold', host.client);
    expect(host.of('recording_stopped')).toHaveLength(1);
  });

  test('two tracks that meet a size limit at different moments lose nothing to it', async () => {
    for (const maxTotalBytes of [40_000, 41_300, 44_444, 50_002, 60_000]) {
      const host = openEngine({ limits: { ...PROTOCOL_LIMITS, maxTotalBytes } });
      const connection = host.engine.connect('both', host.client);
      await connection.receiveText(
        say({
          action: 'start',
          format: 'wav',
          tracks: ['user', 'assistant'],
          framing: 'headed',
          on_limit: 'continue',
        }),
      );
      const [near, far] = [seededBytes(21, 64_000), seededBytes(22, 64_000)];
      // The far side trails by 300 ms, and sends pieces of another length.
      for (let at = 0, seq = 0; at < near.length; at += 3200, seq++)
        void connection.receiveBinary(headed(0, seq, at / 2, near.subarray(at, at + 3200)));
      for (let at = 0, seq = 0; at < far.length; at += 2000, seq++)
        void connection.receiveBinary(headed(1, seq, at / 2, far.subarray(at, at + 2000)));
      await connection.receiveText(say({ action: 'stop' }));
      expect(host.audio('user').equals(near)).toBe(true);
      expect(host.audio('assistant').equals(far)).toBe(true);
      for (const { report } of host.of('recording_stopped'))
        for (const track of report.tracks) expect(track.captured).toBe(track.expected);
    }
  });

  test('a second track that first speaks after two roll-overs costs the first one nothing', async () => {
    const host = openEngine();
    const connection = host.engine.connect('late', host.client);
    await connection.receiveText(
      say({
        action: 'start',
        format: 'wav',
        sample_rate: 8000,
        split_minutes: 1,
        tracks: ['user', 'assistant'],
        framing: 'headed',
      }),
    );
    const [near, far] = [seededBytes(23, 8000 * 2 * 200), seededBytes(24, 8000 * 2 * 10)];
    for (let second = 0; second < 200; second++) {
      const of = (audio: Buffer, from: number): Buffer => audio.subarray(from * 16_000, (from + 1) * 16_000);
      await connection.receiveBinary(headed(0, second, second * 8000, of(near, second)));
      // It counts its frames from its own beginning.
      if (second >= 150 && second < 160)
        await connection.receiveBinary(headed(1, second - 150, (second - 150) * 8000, of(far, second - 150)));
    }
    await connection.receiveText(say({ action: 'stop' }));
    expect(host.audio('user').equals(near)).toBe(true);
    // Silence until it spoke, and after it; of its own words nothing is left out.
    expect(host.audio('assistant')).toHaveLength(near.length);
    expect(host.audio('assistant').includes(far)).toBe(true);
  });

  test('a source that jumps by hours is noted, not filled, and recording goes on', async () => {
    const host = openEngine();
    const connection = host.engine.connect('slept', host.client);
    await connection.receiveText(say({ action: 'start', format: 'wav', framing: 'headed' }));
    const [before, after] = [seededBytes(25, 3200), seededBytes(26, 6400)];
    const hours = 5 * 3600 * 16_000;
    await connection.receiveBinary(headed(0, 0, 0, before));
    await connection.receiveBinary(headed(0, 1, 1600 + hours, after.subarray(0, 3200)));
    await connection.receiveBinary(headed(0, 2, 3200 + hours, after.subarray(3200)));
    await connection.receiveText(say({ action: 'stop' }));
    expect(host.of('error')).toEqual([]);
    expect(host.audio().equals(Buffer.concat([before, after]))).toBe(true);
    expect(host.of('recording_stopped')[0]?.report).toMatchObject({
      captured: 4800,
      expected: 4800 + hours,
      gaps: [{ start_frame: 1600, frames: hours }],
    });
  });

  test('a client that leaves while its session is still beginning leaves one that is finalised', async () => {
    const host = openEngine();
    const connection = host.engine.connect('hasty', host.client);
    void connection.receiveText(say({ action: 'start', format: 'wav' }));
    void connection.receiveBinary(seededBytes(27, 3200));
    connection.disconnect();
    expect(host.engine.activeSessions()).toEqual(['hasty']);
    await flushed();
    host.wind(31_000);
    await flushed();
    expect(host.ended).toEqual(['interrupted']);
    expect(host.audio().length).toBe(3200);
  });

  test('a session that begins while the engine closes is refused or finalised, never left open', async () => {
    const host = openEngine();
    const connection = host.engine.connect('closing', host.client);
    const other = host.engine.connect('other', host.client);
    void connection.receiveText(say({ action: 'start', format: 'wav' }));
    await flushed();
    const closing = host.engine.close();
    void other.receiveText(say({ action: 'start', format: 'wav' }));
    await closing;
    await flushed();
    expect(host.of('error').map(({ code }) => code)).toEqual(['SHUTTING_DOWN']);
    expect(host.ended).toEqual(['completed']);
    expect(host.engine.activeSessions()).toEqual([]);
  });

  test('chunks that wait for an earlier one are kept when a pause begins', async () => {
    const host = openEngine();
    const connection = host.engine.connect('held', host.client);
    await connection.receiveText(say({ action: 'start', format: 'wav', framing: 'headed' }));
    const audio = seededBytes(28, 1600 * 6);
    const send = (seq: number): Promise<void> =>
      connection.receiveBinary(headed(0, seq, seq * 800, audio.subarray(seq * 1600, (seq + 1) * 1600)));
    for (const seq of [0, 1, 3, 4]) await send(seq);
    await connection.receiveText(say({ action: 'pause' }));
    await connection.receiveText(say({ action: 'resume' }));
    await send(5);
    await connection.receiveText(say({ action: 'stop' }));
    const expected = Buffer.from(audio);
    expected.fill(0, 2 * 1600, 3 * 1600);
    expect(host.audio().equals(expected)).toBe(true);
    expect(host.of('recording_stopped')[0]?.report).toMatchObject({ captured: 4000, expected: 4800 });
  });

  test('a next part that cannot be opened ends the session with what it has, and the process goes on', async () => {
    const host = openEngine({ openableParts: 1 });
    const connection = host.engine.connect('stuck', host.client);
    await connection.receiveText(
      say({ action: 'start', format: 'wav', sample_rate: 8000, split_minutes: 1 }),
    );
    for (let second = 0; second < 70; second++) void connection.receiveBinary(seededBytes(second, 16_000));
    await flushed();
    expect(host.of('recording_stopped')[0]).toMatchObject({ reason: 'write_failed', continues: false });
    // What came meanwhile stays with the part, beyond its length: better there than nowhere.
    expect(host.audio().length).toBe(70 * 16_000);
    expect(host.engine.activeSessions()).toEqual([]);
  });

  test('a second connection takes the session over; the first is told and can do no harm', async () => {
    const host = openEngine();
    const first = host.engine.connect('shared', { send: host.client.send });
    await first.receiveText(say({ action: 'start', format: 'wav' }));
    const second = host.engine.connect('shared', host.client);
    await first.receiveText(say({ action: 'stop' }));
    expect(host.of('error').map(({ code }) => code)).toEqual(['SESSION_IN_USE', 'SESSION_IN_USE']);
    first.disconnect();
    await second.receiveText(say({ action: 'stop' }));
    expect(host.of('recording_stopped')).toHaveLength(1);
  });
});
