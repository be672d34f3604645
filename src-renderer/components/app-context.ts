import { createContext, useContext } from 'react';
import { useStore } from 'zustand';
import type { Side } from '../../src-main/contract/audio-format.ts';
import type { App, Place, View } from '../store/app.ts';
import type { ConversationState } from '../store/conversation-controller.ts';
import type { IntakeState } from '../store/incoming-files.ts';
import type { LibraryState } from '../store/library-controller.ts';
import type { MicrophoneState } from '../recording/microphone.ts';
import type { PlayerState } from '../store/player.ts';
import type { OtherSideState } from '../recording/other-side.ts';
import type { RecogniserSetupState } from '../store/recogniser-setup.ts';
import type { RecoveryNewsState } from '../store/recovery-news.ts';
import type { RecordingState } from '../recording/recording-state.ts';
import type { SessionChecksState } from '../store/session-checks.ts';
import type { SettingsState } from '../store/settings-controller.ts';
import type { TranscriptionState } from '../store/transcription-controller.ts';

const AppContext = createContext<App | null>(null);
export const AppProvider = AppContext.Provider;

export function useApp(): App {
  const app = useContext(AppContext);
  if (app === null)
    throw new Error('Expected an AppProvider above, found none: render screens inside main.tsx');
  return app;
}

export function useView(): View {
  return useStore(useApp().view, (state) => state.view);
}

export function usePlace(): Place | null {
  return useStore(useApp().view, (state) => state.place);
}

export function useRecording<T>(select: (state: RecordingState) => T): T {
  return useStore(useApp().recorder.store, select);
}

export function useMicrophone<T>(select: (state: MicrophoneState) => T): T {
  return useStore(useApp().microphone.store, select);
}

export function useOtherSide<T>(select: (state: OtherSideState) => T): T {
  return useStore(useApp().otherSide.store, select);
}

/** The sides of a recording that would begin now. */
export function useSides(): readonly Side[] {
  const app = useApp();
  // The states on which the result depends.
  useSettings(({ settings }) => settings);
  useOtherSide(({ obstacle }) => obstacle);
  return app.sides();
}

export function useLibrary<T>(select: (state: LibraryState) => T): T {
  return useStore(useApp().library.store, select);
}

export function useConversation<T>(select: (state: ConversationState) => T): T {
  return useStore(useApp().conversation.store, select);
}

export function useTranscription<T>(select: (state: TranscriptionState) => T): T {
  return useStore(useApp().transcription.store, select);
}

export function useRecogniserSetup<T>(select: (state: RecogniserSetupState) => T): T {
  return useStore(useApp().recogniser.store, select);
}

export function usePlayer<T>(select: (state: PlayerState) => T): T {
  return useStore(useApp().player.store, select);
}

export function useRecoveryNews<T>(select: (state: RecoveryNewsState) => T): T {
  return useStore(useApp().news.store, select);
}

export function useSettings<T>(select: (state: SettingsState) => T): T {
  return useStore(useApp().settings.store, select);
}

export function useIntake<T>(select: (state: IntakeState) => T): T {
  return useStore(useApp().intake.store, select);
}

export function useSessionChecks<T>(select: (state: SessionChecksState) => T): T {
  return useStore(useApp().checks.store, select);
}
