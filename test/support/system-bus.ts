import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { z } from 'zod';

/** A system bus of the test's own, on which a mocked logind says what the test has it say. */
export interface SystemBus {
  /** Puts a process on it. */
  readonly env: Readonly<Record<string, string>>;
  /** What is put off now, and by whom: `sleep by Lectern`. */
  delays(): Promise<readonly string[]>;
  /** Tells that the computer is about to sleep or shut down, or that it is back. */
  tell(signal: 'PrepareForSleep' | 'PrepareForShutdown', begins: boolean): Promise<void>;
  stop(): Promise<void>;
}

/** Debian's own, which is the one that has Debian's modules. */
export const SYSTEM_PYTHON = '/usr/bin/python3';

const CONFIGURATION = (folder: string) => `<!DOCTYPE busconfig PUBLIC
 "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>system</type>
  <listen>unix:path=${folder}/socket</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
`;

const CLIENT = `
import dbus, json, sys
logind = dbus.SystemBus().get_object('org.freedesktop.login1', '/org/freedesktop/login1')
manager = 'org.freedesktop.login1.Manager'
if sys.argv[1] == 'delays':
    found = logind.ListInhibitors(dbus_interface=manager)
    print(json.dumps([f'{what} by {who}' for what, who, why, mode, uid, pid in found if mode == 'delay']))
else:
    begins = dbus.Boolean(sys.argv[2] == 'true')
    logind.EmitSignal(manager, sys.argv[1], 'b', [begins], dbus_interface='org.freedesktop.DBus.Mock')
`;

export async function startSystemBus(): Promise<SystemBus> {
  const folder = await mkdtemp(join(tmpdir(), 'lectern-bus-'));
  const configuration = join(folder, 'bus.conf');
  await writeFile(configuration, CONFIGURATION(folder));
  const daemon = spawn('dbus-daemon', [`--config-file=${configuration}`, '--nofork', '--print-address=1'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const address = await new Promise<string>((resolve, reject) => {
    createInterface({ input: daemon.stdout }).once('line', resolve);
    daemon
      .once('error', reject)
      .once('exit', () => reject(new Error('dbus-daemon ended before it was ready')));
  });
  const env = { DBUS_SYSTEM_BUS_ADDRESS: address };
  const surroundings = { ...process.env, ...env };
  const logind = spawn(SYSTEM_PYTHON, ['-m', 'dbusmock', '--template', 'logind'], {
    stdio: 'ignore',
    env: surroundings,
  });
  const ask = async (...args: string[]): Promise<string> => {
    const { stdout } = await promisify(execFile)(SYSTEM_PYTHON, ['-c', CLIENT, ...args], {
      env: surroundings,
    });
    return stdout;
  };
  const delays = async (): Promise<string[]> => z.array(z.string()).parse(JSON.parse(await ask('delays')));
  const bus: SystemBus = {
    env,
    delays,
    async tell(signal, begins) {
      await ask(signal, String(begins));
    },
    async stop() {
      await Promise.all([logind, daemon].map(end));
      await rm(folder, { recursive: true, force: true });
    },
  };
  while ((await delays().catch(() => undefined)) === undefined) {
    if (logind.exitCode !== null) throw new Error('the mocked logind ended before it was ready');
    await setTimeout(100);
  }
  return bus;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill();
  await exited;
}
