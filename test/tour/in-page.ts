import type { Page } from 'playwright-core';

/** Holds up every audio context of the page, as a system does that takes the sound away from it and refuses it. */
export function suspendAudio(page: Page): Promise<void> {
  return onAll(page, 'AudioContext.prototype', 'one.resume = () => new Promise(() => {}); one.suspend();');
}

export function resumeAudio(page: Page): Promise<void> {
  return onAll(page, 'AudioContext.prototype', 'delete one.resume; one.resume();');
}

/** Breaks the page's connections to the engine. */
export function dropConnections(page: Page): Promise<void> {
  return onAll(page, 'WebSocket.prototype', 'one.close();');
}

async function onAll(page: Page, prototype: string, statements: string): Promise<void> {
  const devTools = await page.context().newCDPSession(page);
  const { result } = await devTools.send('Runtime.evaluate', { expression: prototype });
  const { objects } = await devTools.send('Runtime.queryObjects', {
    prototypeObjectId: result.objectId ?? '',
  });
  await devTools.send('Runtime.callFunctionOn', {
    ...(objects.objectId === undefined ? {} : { objectId: objects.objectId }),
    functionDeclaration: `function () { for (const one of this) { ${statements} } }`,
  });
  await devTools.detach();
}
