import { useEffect } from 'react';
import type { App } from '../store/app.ts';

/** Single keys, shown on their buttons. Ctrl+R and similar keys stay the browser's. */
export const SHORTCUTS = { record: 'R', pause: 'P', marker: 'M', stop: 'S', search: '/' } as const;

export const SEARCH_FIELD_ID = 'library-search';

export function useShortcuts(app: App, title: () => string): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
      if (isTyping(event.target) || document.querySelector('dialog[open]') !== null) return;
      if (press(app, event.key.toUpperCase(), title)) event.preventDefault();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [app, title]);
}

function press(app: App, key: string, title: () => string): boolean {
  const { recorder } = app;
  const { phase } = recorder.store.getState();
  const running = phase === 'recording' || phase === 'paused';
  if (key === SHORTCUTS.record && phase === 'idle') {
    app.show('record');
    void recorder.start(title());
  } else if (key === SHORTCUTS.pause && running) void recorder.togglePause();
  else if (key === SHORTCUTS.marker && running) void recorder.addMarker('');
  else if (key === SHORTCUTS.stop && running) void recorder.stop();
  else if (key === SHORTCUTS.search) {
    app.show('library');
    requestAnimationFrame(() => document.getElementById(SEARCH_FIELD_ID)?.focus());
  } else return false;
  return true;
}

function isTyping(target: EventTarget | null): boolean {
  if (target instanceof HTMLInputElement) return target.type !== 'radio' && target.type !== 'checkbox';
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}
