import { createSystemAudio } from '../../../src-main/system-audio/system-audio.ts';

// Opens the device and then waits to be killed.
const systemAudio = createSystemAudio({
  platform: 'linux',
  environment: process.env,
  pid: process.pid,
  isAlive: () => true,
  log: () => undefined,
});
await systemAudio?.handlers['system_audio.open']({});
process.stdout.write('open\n');
setInterval(() => undefined, 1000);
