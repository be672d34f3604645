import { useEffect } from 'react';
import type { App } from '../../store/app.ts';

/** What was not added goes with the page that took it in: no other page knows of it. */
export function useLeaving({ intake }: Pick<App, 'intake'>): void {
  useEffect(() => {
    const onLeave = () => intake.leave();
    addEventListener('pagehide', onLeave);
    return () => removeEventListener('pagehide', onLeave);
  }, [intake]);
}
