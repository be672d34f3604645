import type { DesktopBridge } from '../../src-main/contract/bridge.ts';

declare global {
  interface Window {
    /** Put there by the desktop's preload; absent in the browser shell. */
    readonly lectern?: DesktopBridge;
  }
}

/** The desktop's bridge, where this page runs in the desktop shell. */
export const desktopBridge: DesktopBridge | undefined = window.lectern;
