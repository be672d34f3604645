import { describe, expect, it } from 'vitest';
import { parseServerEnvironment } from '../../../src-main/remote/environment.ts';

describe('the environment of the server', () => {
  it('records nothing by itself, and changes nothing, unless told to', () => {
    const quiet = { defaults: { autoRecord: false, format: 'wav', gain: 1 } };
    expect(parseServerEnvironment({})).toEqual(quiet);
    expect(parseServerEnvironment({ ENABLE_BACKEND_RECORDING: 'false', BACKEND_RECORD_GAIN: ' ' })).toEqual(
      quiet,
    );
  });

  it('records every connection under either name, with the gain that quiet microphones need', () => {
    const recording = { defaults: { autoRecord: true, format: 'wav', gain: 2 } };
    expect(parseServerEnvironment({ ENABLE_BACKEND_RECORDING: 'true' })).toEqual(recording);
    expect(parseServerEnvironment({ ENABLE_AUDIO_RECORDING: '1' })).toEqual(recording);
  });

  it('takes format, folder, gain and bit rate', () => {
    const environment = {
      ENABLE_BACKEND_RECORDING: 'TRUE',
      BACKEND_RECORD_FORMAT: 'MP3',
      BACKEND_RECORD_DIR: './recordings',
      BACKEND_RECORD_GAIN: '1.5',
      BACKEND_RECORD_BITRATE: '128k',
    };
    expect(parseServerEnvironment(environment)).toEqual({
      defaults: { autoRecord: true, format: 'mp3', gain: 1.5, mp3BitRate: 128_000 },
      recordingsDir: './recordings',
    });
    expect(parseServerEnvironment({ BACKEND_RECORD_BITRATE: '192000' }).defaults.mp3BitRate).toBe(192_000);
  });

  it('leaves format and gain to a profile, unless they are set', () => {
    const on = { ENABLE_BACKEND_RECORDING: 'true' };
    expect(parseServerEnvironment(on, 'Call').defaults).toEqual({ autoRecord: true, profile: 'Call' });
    expect(parseServerEnvironment({ ...on, BACKEND_RECORD_GAIN: '3' }, 'Call').defaults).toEqual({
      autoRecord: true,
      profile: 'Call',
      gain: 3,
    });
  });

  it.each([
    ['ENABLE_BACKEND_RECORDING', 'maybe'],
    ['BACKEND_RECORD_FORMAT', 'ogg'],
    ['BACKEND_RECORD_GAIN', '0.5'],
    ['BACKEND_RECORD_GAIN', '8'],
    ['BACKEND_RECORD_GAIN', 'loud'],
    ['BACKEND_RECORD_BITRATE', '128 kbit'],
    ['BACKEND_RECORD_BITRATE', '1k'],
    ['BACKEND_RECORD_BITRATE', '9999k'],
  ])('names the variable that makes no sense: %s=%s', (name, text) => {
    expect(() => parseServerEnvironment({ [name]: text })).toThrow(`${name}: expected`);
  });
});
