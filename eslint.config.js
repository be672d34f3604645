import boundaries from 'eslint-plugin-boundaries';
import reactHooks from 'eslint-plugin-react-hooks';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

/** Pure folders: time and everything else from outside is passed in. */
const core = ['contract', 'audio', 'session'];
/** Common ground for all that follow: the running process, and what is on disk. */
const ground = ['runtime', 'disk'];
/** Folders that do one thing with what the core passes them, and know nothing of each other. */
const parts = ['files', 'encode', 'catalog', 'turns', 'transcribe'];
/** The two ways to encode. Neither knows the other, and only `encode/create-encoder.ts` chooses between them. */
const wings = ['ffmpeg', 'built-in'];
/** Put two or more of the parts to one use: mending files, and following what was said. */
const uses = ['repair', 'conversation'];
/** Folders that put parts together: the running recording, and the finished ones. */
const halves = ['recording', 'library'];
/** What the contract says, as documents that others read. */
const documents = ['reference'];
/** Folders that carry the recorder to somebody. */
const shells = ['remote', 'desktop', 'launch', 'system-audio'];

/** Folders of the page, from the lowest to the highest: each imports those before it. */
const pageFolders = ['capture', 'session', 'recording', 'store', 'components'];
const pageLayer = (folder) => `page-${folder}`;

/** Every layer and where it lives. The first match counts. */
const layers = [
  ...wings.map((wing) => ({ category: wing, pattern: `src-main/encode/${wing}/**` })),
  { category: 'encoder', pattern: 'src-main/encode/create-encoder.ts' },
  // Reads WAVs that are damaged: for repair alone, so that recovery cannot come to it by any way.
  { category: 'lenient-wav', pattern: 'src-main/audio/wav-lenient.ts' },
  ...[...core, ...ground, ...parts, ...uses, ...halves, ...documents, ...shells, 'preload', 'commands'].map(
    (folder) => ({
      category: folder,
      pattern: `src-main/${folder}/**`,
    }),
  ),
  { category: 'recorder', pattern: 'src-main/recorder.ts' },
  // The recorder with this machine's parts in it, as every entry wants it.
  { category: 'open-recorder', pattern: 'src-main/open-recorder.ts' },
  { category: 'main', pattern: ['src-main/main.ts', 'src-main/desktop-app.ts'] },
  { category: 'serve', pattern: 'src-main/serve.ts' },
  { category: 'entry', pattern: 'src-main/*.ts' },
  { category: 'locales', pattern: 'resources/locales/**' },
  ...[...pageFolders, 'i18n'].map((folder) => ({
    category: pageLayer(folder),
    pattern: `src-renderer/${folder}/**`,
  })),
  // What puts the page together.
  { category: 'renderer', pattern: 'src-renderer/**' },
];

const pageLayers = [...pageFolders, 'i18n'].map(pageLayer);

const belowRecorder = [...core, ...ground, ...parts, ...uses, ...halves];
const belowEntries = [...belowRecorder, ...wings, 'encoder', 'recorder', ...shells, 'open-recorder'];

/** What each layer imports beside itself; what stands under `types` is imported as types only. */
const mayImport = {
  contract: {},
  audio: { values: ['contract'] },
  'lenient-wav': { values: ['contract', 'audio'] },
  session: { values: ['contract', 'audio'], types: ['runtime'] },
  runtime: { values: ['contract'] },
  disk: { values: ['contract', 'runtime'] },
  ...each(parts, { values: ['contract', 'audio', ...ground], types: ['session'] }),
  ...each(wings, { values: ['contract', 'audio', ...ground, 'encode'], types: ['session'] }),
  encoder: { values: ['contract', 'audio', ...ground, 'encode', ...wings], types: ['session'] },
  // What comes from outside is read by ffmpeg, and by nothing else.
  repair: {
    values: ['contract', 'audio', 'lenient-wav', ...ground, 'files', 'encode', 'ffmpeg'],
    types: ['session'],
  },
  conversation: { values: ['contract', 'audio', ...ground, ...parts], types: ['session'] },
  recording: { values: ['contract', 'audio', ...ground, ...parts, 'conversation'], types: ['session'] },
  library: { values: ['contract', 'audio', ...ground, ...parts, 'ffmpeg', ...uses], types: ['session'] },
  recorder: { values: belowRecorder },
  ...each(documents, { values: ['contract'] }),
  ...each(shells, {
    values: ['contract', 'audio', ...ground, ...documents, 'recorder'],
    types: belowRecorder,
  }),
  preload: { values: ['contract'] },
  'open-recorder': { values: belowEntries },
  main: { values: belowEntries },
  serve: { values: belowEntries },
  commands: { values: [...belowEntries, 'serve'] },
  entry: { values: [...belowEntries, 'serve', 'commands'] },
  ...Object.fromEntries(
    pageFolders.map((folder, index) => [
      pageLayer(folder),
      { values: ['contract', 'audio', ...pageFolders.slice(0, index).map(pageLayer)] },
    ]),
  ),
  'page-i18n': { values: ['contract', 'audio', 'locales'] },
  renderer: { values: ['contract', 'audio', ...pageLayers] },
};
// Words are for what is shown.
mayImport['page-components'].values.push('page-i18n');

/** Of node:fs: what follows links, waits for pipes, or writes into what is there. `disk/` has what does not. */
const followsLinks = [
  ...['open', 'readFile', 'writeFile', 'appendFile', 'stat', 'truncate', 'exists', 'cp'].flatMap((name) => [
    name,
    `${name}Sync`,
  ]),
  ...['createReadStream', 'createWriteStream'],
];
/** Here a session's files are opened. */
const opensSessionFiles = ['files', 'encode', 'conversation', 'recording', 'library', 'repair', 'remote'];
/** These open nothing below a session's folder. */
const opensOthers = [
  ...['encode/ffmpeg/candidates.ts', 'conversation/work-folder.ts'],
  ...['library/settings-store.ts', 'repair/walk-audio.ts', 'remote/renderer-files.ts'],
];

const packages = { to: { module: { origin: ['core', 'external'] } } };

/** Later policies win. */
const layering = [
  ...Object.entries(mayImport).flatMap(([layer, { values = [], types = [] }]) => [
    { from: files(layer), allow: { to: files(layer, ...values) } },
    ...(types.length > 0
      ? [{ from: files(layer), allow: { to: files(...types), dependency: { kind: 'type' } } }]
      : []),
  ]),
  { allow: packages },
  {
    from: files(...layersBut('desktop', 'preload', 'main')),
    disallow: { to: { module: { source: 'electron' } } },
    message: 'Only desktop/, preload/, main.ts and desktop-app.ts import electron.',
  },
  {
    from: files(...layersBut('runtime', 'launch', 'system-audio', 'commands')),
    disallow: { to: { module: { source: 'node:child_process' } } },
    message: 'Programs are run by runtime/run-program.ts and runtime/start-program.ts.',
  },
  {
    from: files('renderer', ...pageLayers),
    disallow: { to: { module: { origin: 'core' } } },
    message: 'The page also runs in a browser: no Node modules here.',
  },
  {
    from: files('page-recording'),
    disallow: packages,
    message: 'recording/ knows neither stores nor screens: what it tells goes out by what it is passed.',
  },
  {
    from: files(...core, 'lenient-wav'),
    disallow: packages,
    message: 'contract/, audio/ and session/ are pure: the only package here is zod, and not in audio/.',
  },
  { from: files('contract', 'session'), allow: { to: { module: { source: 'zod' } } } },
];

function each(folders, rule) {
  return Object.fromEntries(folders.map((folder) => [folder, rule]));
}

function files(...categories) {
  return { file: { categories: { anyOf: categories } } };
}

function layersBut(...excluded) {
  return layers.map(({ category }) => category).filter((category) => !excluded.includes(category));
}

const noDefaultExport = {
  selector: 'ExportDefaultDeclaration',
  message: 'Named exports only: a thing has one name everywhere.',
};
const passedIn = 'Pure folder: take a Clock, or what it makes, as a parameter.';

export default defineConfig(
  {
    ignores: ['out/', 'dist/', 'release/', 'coverage/', 'test-results/', 'bench-results/'],
  },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.{ts,tsx}'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-async-promise-executor': 'error',
      'no-cond-assign': 'error',
      'no-console': 'error',
      'no-constant-binary-expression': 'error',
      'no-control-regex': 'error',
      'no-empty': 'error',
      'no-loss-of-precision': 'error',
      'no-self-assign': 'error',
      'no-unsafe-finally': 'error',
      'no-useless-catch': 'error',
      'no-useless-escape': 'error',
      'no-restricted-syntax': ['error', noDefaultExport],
      '@typescript-eslint/consistent-type-exports': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      // `return stop();` is how a function that returns nothing leaves early.
      '@typescript-eslint/no-confusing-void-expression': 'off',
      '@typescript-eslint/no-import-type-side-effects': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { attributes: false } }],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
      // Factories return closures: what looks like a method here has no `this` to lose.
      '@typescript-eslint/unbound-method': 'off',
      // An async function without await still turns a throw into a rejection, which ports ask for.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true, allowDefaultCaseForExhaustiveSwitch: true },
      ],
    },
  },
  {
    files: ['src-main/**/*.ts', 'src-renderer/**/*.{ts,tsx}'],
    plugins: { boundaries },
    settings: {
      'import/resolver': { './test/setup/import-resolver.ts': {} },
      'boundaries/elements': [],
      'boundaries/files': layers,
      'boundaries/files-single-match': true,
      'boundaries/legacy-templates': false,
      'boundaries/root-path': import.meta.dirname,
      'boundaries/dependency-nodes': ['import', 'dynamic-import', 'export', 'require'],
      'boundaries/additional-dependency-nodes': [
        { selector: 'TSImportType > Literal', kind: 'type', name: 'import-type' },
      ],
    },
    rules: {
      'boundaries/dependencies': [
        'error',
        {
          default: 'disallow',
          checkAllOrigins: true,
          checkInternals: true,
          checkUnknownLocals: true,
          policies: layering,
        },
      ],
      // A folder that no layer names would import whatever it likes.
      'boundaries/no-unknown-files': 'error',
      '@typescript-eslint/no-unsafe-type-assertion': 'error',
      // A function that is longer holds several things that could each be understood by itself.
      'max-lines-per-function': [
        'error',
        { max: 150, skipBlankLines: false, skipComments: false, IIFEs: true },
      ],
    },
  },
  {
    files: core.map((folder) => `src-main/${folder}/**`),
    rules: {
      'no-restricted-globals': [
        'error',
        ...['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'performance'].map((name) => ({
          name,
          message: passedIn,
        })),
        ...['process', 'Buffer', 'window', 'document', 'navigator', 'fetch'].map((name) => ({
          name,
          message: 'Pure folder: this runs where there is no such thing.',
        })),
      ],
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: passedIn },
        { object: 'globalThis', property: 'setTimeout', message: passedIn },
        { object: 'globalThis', property: 'setInterval', message: passedIn },
      ],
      'no-restricted-syntax': [
        'error',
        noDefaultExport,
        { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: passedIn },
      ],
    },
  },
  {
    files: opensSessionFiles.map((folder) => `src-main/${folder}/**`),
    ignores: opensOthers.map((file) => `src-main/${file}`),
    rules: {
      'no-restricted-imports': [
        'error',
        {
          paths: ['node:fs', 'node:fs/promises'].map((name) => ({
            name,
            importNames: followsLinks,
            message: 'It follows links and waits for pipes: open files with disk/regular-file.ts.',
          })),
        },
      ],
    },
  },
  {
    files: ['src-renderer/**/*.{ts,tsx}'],
    extends: [reactHooks.configs.flat['recommended-latest']],
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      'no-console': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
  {
    // Tools read their own configuration; the compiler checks it with the tests.
    files: ['*.config.{ts,js}'],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: { parserOptions: { projectService: false } },
    rules: { 'no-restricted-syntax': 'off' },
  },
);
