import type { ReactNode } from 'react';

/**
 * Says that a device is being opened, on the line of its field's label. It takes no extra room, so nothing below it
 * moves away from a pointer.
 */
export function Opening({ when, children }: { when: boolean; children: ReactNode }) {
  return (
    <span className="opening hint" role="status">
      {when && <span className="appears-late">{children}</span>}
    </span>
  );
}
