import type { EventEmitter } from 'node:events';

export interface PreventableEvent {
  defaultPrevented: boolean;
  preventDefault(): void;
  [key: string]: unknown;
}

/** Emits an event that listeners can prevent; true if one did. */
export function emitPreventable(
  emitter: EventEmitter,
  name: string,
  properties: Record<string, unknown> = {},
  ...args: unknown[]
): boolean {
  const event: PreventableEvent = {
    ...properties,
    defaultPrevented: false,
    preventDefault() {
      event.defaultPrevented = true;
    },
  };
  emitter.emit(name, event, ...args);
  return event.defaultPrevented;
}
