import type { EventEmitter } from 'node:events';
import { vi } from 'vitest';
import { createPortHost } from '../../support/protocol-hosts.ts';
import { protocolSuite } from '../../support/protocol-suite.ts';

const { ipcMain } = await vi.hoisted(async () => {
  const events = await import('node:events');
  return { ipcMain: new events.EventEmitter() satisfies EventEmitter };
});
// Only the emitter: the port's own code, the recorder and the messages' cloning are the real ones.
vi.mock('electron', () => ({ ipcMain }));

const { acceptSessionPorts } = await import('../../../src-main/desktop/session-port.ts');

protocolSuite('the desktop’s MessagePort', createPortHost(ipcMain, acceptSessionPorts));
