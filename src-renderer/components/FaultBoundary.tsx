import { Component, type ReactNode } from 'react';
import { t } from '../i18n/i18n.ts';
import { Icon } from './Icon.tsx';

interface FaultState {
  readonly message: string | null;
}

/** When a screen fails, shows what to do instead of an empty window. In React only classes can do this. */
export class FaultBoundary extends Component<{ children: ReactNode }, FaultState> {
  override state: FaultState = { message: null };

  static getDerivedStateFromError(error: unknown): FaultState {
    return { message: error instanceof Error ? error.message : String(error) };
  }

  override render() {
    if (this.state.message === null) return this.props.children;
    return (
      <main className="full-screen">
        <div role="alert">
          <Icon name="warning" />
          <h1>{t('problem.page.title')}</h1>
          <p>{t('problem.page.text')}</p>
          <button type="button" className="primary" onClick={() => location.reload()}>
            {t('problem.page.reload')}
          </button>
          <p className="hint">{t('problem.whatHappened', { message: this.state.message })}</p>
        </div>
      </main>
    );
  }
}
