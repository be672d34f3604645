import { createStore, type StoreApi } from 'zustand/vanilla';
import type { ApiClient } from '../../src-main/contract/api.ts';
import type { SearchHit } from '../../src-main/contract/search.ts';
import type { Side } from '../../src-main/contract/audio-format.ts';
import type { RecordingProfile } from '../../src-main/contract/recording-profile.ts';
import {
  changeChosenProfile,
  chosenProfile,
  type Settings,
  type SettingsPatch,
} from '../../src-main/contract/settings.ts';
import type { RecordingMemory } from '../session/recording-memory.ts';
import type { SendPiece } from '../session/send-piece.ts';
import type { SessionConnector } from '../session/session-connector.ts';
import type { AwakeClock } from '../recording/awake-clock.ts';
import { createConversationController, type ConversationController } from './conversation-controller.ts';
import { createIntakeController, type IntakeController } from './intake-controller.ts';
import { createLevelFeed, type LevelFeed } from '../recording/level-feed.ts';
import { createLibraryController, type LibraryController } from './library-controller.ts';
import {
  createMicrophone,
  type MicrophoneDependencies,
  type MicrophoneSource,
} from '../recording/microphone.ts';
import { createPlayerController, type PlayerController } from './player.ts';
import {
  createOtherSide,
  type OtherSideDependencies,
  type OtherSideSource,
} from '../recording/other-side.ts';
import { createPageRecorder, type PageRecorder } from '../recording/page-recorder.ts';
import { isActive } from '../recording/recording-state.ts';
import { createRecogniserSetup, type RecogniserSetup } from './recogniser-setup.ts';
import { createRecoveryNews, type NewsRead, type RecoveryNews } from './recovery-news.ts';
import { createSessionChecks, type SessionChecks } from './session-checks.ts';
import { createSettingsController, type SettingsController } from './settings-controller.ts';
import { createSides, otherSideAlone } from '../recording/sides.ts';
import { createTranscriptionController, type TranscriptionController } from './transcription-controller.ts';
import { type WithStore, withStore } from './with-store.ts';

export type View = 'record' | 'library' | 'settings';

/** What a view shows first, where it is not its beginning. */
export type Place = 'recogniser';

export interface AppDependencies
  extends
    Omit<MicrophoneDependencies, 'levels' | 'settings' | 'onChange'>,
    Pick<OtherSideDependencies, 'openSystemAudio' | 'canShareAudio'> {
  readonly api: ApiClient;
  readonly sessions: SessionConnector;
  readonly memory: RecordingMemory;
  /** The address of a session's file, to play or to download. */
  readonly fileHref: (sessionId: string, fileName: string, options?: { download?: boolean }) => string;
  readonly clock: AwakeClock;
  readonly after: (milliseconds: number, action: () => void) => void;
  /** Ids of recovered recordings whose notice the user has read, kept between launches. */
  readonly newsRead: NewsRead;
  readonly sendPiece: SendPiece;
  readonly shell: 'desktop' | 'browser';
}

/** Everything the screens need, created once. */
export interface App {
  readonly view: StoreApi<{ readonly view: View; readonly place: Place | null }>;
  readonly microphone: WithStore<MicrophoneSource>;
  readonly otherSide: WithStore<OtherSideSource>;
  readonly recorder: WithStore<PageRecorder>;
  readonly library: LibraryController;
  readonly conversation: ConversationController;
  readonly transcription: TranscriptionController;
  readonly recogniser: RecogniserSetup;
  readonly player: PlayerController;
  readonly settings: SettingsController;
  readonly news: RecoveryNews;
  readonly intake: IntakeController;
  readonly checks: SessionChecks;
  readonly levels: Readonly<Record<Side, LevelFeed>>;
  readonly fileHref: AppDependencies['fileHref'];
  readonly shell: 'desktop' | 'browser';
  show(view: View, place?: Place): void;
  /** Opens the recording of a search result, and plays it from there. */
  showHit(hit: SearchHit): void;
  /** The sides of a recording that would begin now: the wanted ones, without a side that is not available here. */
  sides(): readonly Side[];
  /** Chooses a profile that records the other side and needs no microphone; adds one with this name if needed. */
  chooseOtherSideAlone(name: string): Promise<boolean>;
  /** Opens the other side's sound. Call it from a click. A running recording that lacks this side goes on with it. */
  shareOtherSide(): void;
  /** Loads settings and library, then the microphone. Called again to retry where the engine did not answer. */
  start(): Promise<void>;
  /** The user looks at the page again: refreshes everything that may have changed. */
  comeBack(): Promise<void>;
  /** Changes settings, and opens the devices of the sides that are wanted then. */
  updateSettings(patch: SettingsPatch): Promise<boolean>;
  /** The same for the chosen profile. */
  updateProfile(change: Partial<RecordingProfile>): Promise<boolean>;
}

/** How often the page asks whether an absent folder is back. */
const AWAY_LOOK_MS = 3000;

const CAPTURE_SETTINGS = [
  'microphone',
  'echo_cancellation',
  'noise_suppression',
  'auto_gain_control',
] as const;

function capturesOtherwise(before: Settings, after: Settings): boolean {
  const [was, is] = [chosenProfile(before), chosenProfile(after)];
  return was.sample_rate !== is.sample_rate || was.channels !== is.channels;
}

export function createApp(deps: AppDependencies): App {
  const view = createStore<{ readonly view: View; readonly place: Place | null }>(() => ({
    view: 'record',
    place: null,
  }));
  const settings = createSettingsController(deps.api);
  const library = createLibraryController(deps.api);
  const player = createPlayerController();
  const levels = { user: createLevelFeed(), assistant: createLevelFeed() };
  const currentSettings = () => settings.store.getState().settings;
  const microphone = withStore<MicrophoneSource>((onChange) =>
    createMicrophone({ ...deps, levels: levels.user, settings: currentSettings, onChange }),
  );
  const otherSide = withStore<OtherSideSource>((onChange) =>
    createOtherSide({ ...deps, levels: levels.assistant, settings: currentSettings, onChange }),
  );
  const sides = createSides({ microphone, otherSide, settings: currentSettings });
  const recorder = withStore<PageRecorder>((onChange) =>
    createPageRecorder({
      ...deps,
      findSession: (id) => deps.api.call('sessions.get', { id }),
      sources: { user: microphone, assistant: otherSide },
      sides: sides.possible,
      reopen: sides.open,
      settings: currentSettings,
      onLibraryChange: () => void library.refresh(),
      onChange,
    }),
  );
  const news = createRecoveryNews(deps.api, deps.newsRead);
  const intake = createIntakeController({ ...deps, onAdded: () => void library.refresh() });
  const conversation = createConversationController(deps.api);
  const transcription = createTranscriptionController({
    ...deps,
    onText: (sessionId) => void conversation.refresh(sessionId),
  });
  const recogniser = createRecogniserSetup(deps.api, async (chosen) =>
    (await settings.update({ recogniser: chosen })) ? null : settings.store.getState().problem,
  );
  const checks = createSessionChecks(deps.api, () => library.refresh());

  async function update(patch: SettingsPatch): Promise<boolean> {
    const before = currentSettings();
    const wantedBefore = sides.wanted();
    const saved = settings.update(patch);
    if (isActive(recorder.state.phase)) return saved;
    const reopens =
      CAPTURE_SETTINGS.some((key) => key in patch) || capturesOtherwise(before, currentSettings());
    const open = microphone.state.status.kind;
    if (reopens && (open === 'ready' || open === 'opening' || otherSide.capture !== undefined))
      await sides.reopen();
    else if (sides.wanted().join() !== wantedBefore.join()) await sides.open();
    return saved;
  }

  /** While the recordings folder is away, asks regularly. Once it is back, its recordings are listed again. */
  function awaitFolder(): void {
    const isAway = () => settings.store.getState().info?.recordings_away !== undefined;
    if (!isAway() || awaitingFolder) return;
    awaitingFolder = true;
    deps.after(AWAY_LOOK_MS, () => {
      awaitingFolder = false;
      void settings.refreshInfo().then(() => (isAway() ? awaitFolder() : library.refresh()));
    });
  }
  let awaitingFolder = false;

  async function start(): Promise<void> {
    if (!(await settings.load())) return;
    awaitFolder();
    const { recovered_sessions: recovered = [] } = settings.store.getState().info ?? {};
    const rejoining = recorder.rejoin().then(async (goesOn) => {
      if (!goesOn) await sides.open();
    });
    await Promise.all([library.refresh(), rejoining, news.load(recovered)]);
  }

  const app: App = {
    view,
    microphone,
    otherSide,
    recorder,
    library,
    conversation,
    transcription,
    recogniser,
    player,
    settings,
    news,
    intake,
    checks,
    levels,
    fileHref: deps.fileHref,
    shell: deps.shell,
    show: (next, place) => view.setState({ view: next, place: place ?? null }),
    showHit({ session_id: id, start_ms: start, end_ms: end, role }) {
      const session = library.store.getState().sessions.find((candidate) => candidate.id === id);
      view.setState({ view: 'library' });
      library.open(id);
      if (session === undefined || start === null) return;
      player.load(session);
      player.playFrom(start, { untilMs: end, role });
    },
    start,
    async comeBack() {
      if (settings.store.getState().info === null) return start();
      const idle = !isActive(recorder.state.phase);
      await Promise.all([library.refresh(), idle ? sides.retry() : undefined]);
    },
    sides: sides.possible,
    shareOtherSide() {
      if (isActive(recorder.state.phase)) recorder.reacquire('assistant');
      else void otherSide.open();
    },
    chooseOtherSideAlone: (name) => update(otherSideAlone(currentSettings(), name)),
    updateSettings: update,
    updateProfile: (change) => app.updateSettings(changeChosenProfile(currentSettings(), change)),
  };
  return app;
}
