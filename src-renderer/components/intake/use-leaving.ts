import { useEffect } from 'react';
import type { App } from '../../store/app.ts';

/** Files that were not added are discarded with their page: no other page knows them. */
export function useLeaving({ intake }: Pick<App, 'intake'>): void {
  useEffect(() => {
    const onLeave = () => intake.leave();
    addEventListener('pagehide', onLeave);
    return () => removeEventListener('pagehide', onLeave);
  }, [intake]);
}
