/** What the main bundle asked of the system, in order, for a test to look at. */
export const recordedCalls: { readonly name: string; readonly args: readonly unknown[] }[] = [];

export function record(name: string, ...args: unknown[]): void {
  recordedCalls.push({ name, args });
}
