import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findDesktopElectron } from './setup/desktop-electron.ts';
import { explainMissing, installRequirements } from './setup/install.ts';
import { installDesktopElectron } from './setup/install-electron.ts';
import { type Outcome, outcomeSchema } from './setup/outcome.ts';
import { type Priority, repository, runSteps, script, setPriorityOf } from './setup/steps.ts';

/** Every frame of real audio: the browser's audio thread must wait for nothing. */
const capture = ['fidelity'];
/** Real audio in real time too. It waits more than it works, and what is beside it gives way. */
const inRealTime = ['live'];
/** What keeps a core busy, and what mostly waits for other processes: beside each other, neither core is idle. */
const computing = ['unit', 'integration', 'media'];
const waiting = ['browser', 'desktop', 'torture'];

const outcome = await runEverything();

for (const { project, name, reason } of outcome.skipped)
  console.log(`skipped  [${project}] ${name}: ${reason}`);
for (const { project, name, message } of outcome.retried)
  console.log(`retried  [${project}] ${name}\n${indent(message)}`);
for (const { project, name, message } of outcome.failed)
  console.log(`FAILED  [${project}] ${name}\n${indent(message)}`);
const electron = findDesktopElectron();
console.log(
  electron === undefined
    ? '\nNo Electron was there for the desktop tests'
    : `\nThe desktop tests ran on Electron ${electron.version}`,
);
const passed = Object.values(outcome.passed).reduce((sum, count) => sum + count, 0);
console.log(`${passed} passed, ${outcome.failed.length} failed, ${outcome.skipped.length} skipped`);
process.exitCode = outcome.failed.length > 0 || passed === 0 ? 1 : 0;

async function runEverything(): Promise<Outcome> {
  const missing = installRequirements();
  if (missing.length > 0) return nothingBut('setup', 'what the tests need', explainMissing(missing));

  // The bundler's passing files are nothing for a linter to read.
  const [build, withoutElectron] = await Promise.all([
    runSteps([script('build')], 1),
    installDesktopElectron(),
  ]);
  if (withoutElectron !== undefined) console.log(`Desktop tests are skipped: ${withoutElectron}`);
  // Nothing beside it, not even what checks the sources.
  const captured = await runProjects(capture, 'normal');
  const checking = runSteps(['lint', 'types', 'format:check', 'docs:check'].map(script), 1, 'low');
  const runs = [
    captured,
    ...(await Promise.all([
      runProjects(inRealTime, 'normal'),
      runProjects(computing, 'low'),
      runProjects(waiting, 'low'),
    ])),
  ];
  const checks = await checking;
  const failedSteps = [...build, ...checks].filter(({ passed }) => !passed);
  return {
    passed: Object.assign({}, ...runs.map(({ passed }) => passed)) as Outcome['passed'],
    failed: [
      ...runs.flatMap(({ failed }) => failed),
      ...failedSteps.map(({ name }) => ({
        project: 'check',
        name: `npm run ${name}`,
        message: 'its output is above',
      })),
    ],
    retried: runs.flatMap(({ retried }) => retried),
    skipped: runs.flatMap(({ skipped }) => skipped),
  };
}

async function runProjects(projects: readonly string[], priority: Priority): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'lectern-tests-'));
  try {
    const path = join(folder, 'outcome.json');
    const exit = await vitest(projects, priority, path);
    if (!existsSync(path))
      return nothingBut(projects.join(', '), 'vitest', `ended with ${exit} before it could report`);
    const outcome = outcomeSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
    for (const project of projects) {
      if (outcome.passed[project] !== undefined || outcome.failed.some((test) => test.project === project))
        continue;
      outcome.failed.push({ project, name: `test/${project}`, message: 'no test of this folder ran' });
    }
    return outcome;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function vitest(projects: readonly string[], priority: Priority, outcomePath: string): Promise<string> {
  return new Promise((done, failed) => {
    const child = spawn('vitest', ['run', ...projects.flatMap((project) => ['--project', project])], {
      cwd: repository,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: {
        ...process.env,
        LECTERN_TEST_OUTCOME: outcomePath,
        // Tests start hundreds of Nodes, each of which would compile the same sources.
        NODE_COMPILE_CACHE: join(repository, 'node_modules/.cache/compile'),
        // Vitest takes CI for a terminal with colours.
        ...(process.stdout.isTTY ? {} : { NO_COLOR: '1' }),
      },
    });
    setPriorityOf(child, priority);
    child.on('error', failed).on('exit', (code, signal) => {
      done(signal ?? `code ${String(code)}`);
    });
  });
}

function nothingBut(project: string, name: string, message: string): Outcome {
  return { passed: {}, failed: [{ project, name, message }], retried: [], skipped: [] };
}

function indent(text: string): string {
  return text.replace(/^/gm, '    ');
}
