import { writeFileSync } from 'node:fs';
import type { SerializedError } from 'vitest';
import type { Reporter, TestCase, TestModule } from 'vitest/node';
import type { Outcome } from './outcome.ts';

/** Writes every failure, every second try and every skip with its reason, which Vitest's JSON reporter leaves out. */
export class OutcomeReporter implements Reporter {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    const outcome: Outcome = { passed: {}, failed: [], retried: [], skipped: [] };
    for (const module of modules) addModule(outcome, module);
    for (const error of unhandled) {
      outcome.failed.push({ project: 'all', name: 'an error outside any test', message: describe([error]) });
    }
    writeFileSync(this.#path, JSON.stringify(outcome));
  }
}

function addModule(outcome: Outcome, module: TestModule): void {
  const project = module.project.name;
  // A file that cannot be loaded, or whose hooks fail, has errors that belong to none of its tests.
  for (const scope of [module, ...module.children.allSuites()]) {
    const errors = scope.errors();
    if (errors.length === 0) continue;
    const name =
      scope.type === 'module' ? module.relativeModuleId : `${module.relativeModuleId} > ${scope.fullName}`;
    outcome.failed.push({ project, name, message: describe(errors) });
  }
  for (const test of module.children.allTests()) addTest(outcome, project, module, test);
}

function addTest(outcome: Outcome, project: string, module: TestModule, test: TestCase): void {
  const name = `${module.relativeModuleId} > ${test.fullName}`;
  const result = test.result();
  switch (result.state) {
    case 'passed':
      outcome.passed[project] = (outcome.passed[project] ?? 0) + 1;
      if ((test.diagnostic()?.retryCount ?? 0) > 0)
        outcome.retried.push({ project, name, message: describe(result.errors ?? []) });
      break;
    case 'failed':
      outcome.failed.push({ project, name, message: describe(result.errors) });
      break;
    case 'skipped':
      outcome.skipped.push({ project, name, reason: result.note ?? 'no reason given' });
      break;
    case 'pending':
      outcome.failed.push({ project, name, message: 'never finished: its process ended first' });
  }
}

function describe(errors: readonly { readonly message: string }[]): string {
  return errors.map(({ message }) => message).join('\n');
}
