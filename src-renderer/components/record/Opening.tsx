import type { ReactNode } from 'react';

/**
 * That a device is being opened, on the line of its field's label: it takes no room of its own, so that nothing below it
 * moves away from under a pointer.
 */
export function Opening({ when, children }: { when: boolean; children: ReactNode }) {
  return (
    <span className="opening hint" role="status">
      {when && <span className="appears-late">{children}</span>}
    </span>
  );
}
