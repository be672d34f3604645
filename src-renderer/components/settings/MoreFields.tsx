import { useEffect, useRef, type ReactNode } from 'react';

interface MoreFieldsProps {
  label: string;
  open?: boolean;
  children: ReactNode;
}

/** Rarely used fields, folded away. It opens where one of them is wrong. */
export function MoreFields({ label, open = false, children }: MoreFieldsProps) {
  const fold = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    const details = fold.current;
    const unfold = () => {
      if (details !== null) details.open = true;
    };
    // The event does not bubble, so it is caught in the capture phase.
    details?.addEventListener('invalid', unfold, { capture: true });
    return () => details?.removeEventListener('invalid', unfold, { capture: true });
  }, []);
  return (
    <details className="fold" ref={fold} open={open}>
      <summary>{label}</summary>
      <div className="more-fields">{children}</div>
    </details>
  );
}
