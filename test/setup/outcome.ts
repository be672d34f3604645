import { z } from 'zod';

const testName = z.object({ project: z.string(), name: z.string() });

/** What a run of the tests came to, written by the reporter and read by `npm test`. */
export const outcomeSchema = z.object({
  /** How many tests passed, by project. */
  passed: z.record(z.string(), z.number()),
  failed: z.array(testName.extend({ message: z.string() })),
  /** What passed in another try, and what had failed before. */
  retried: z.array(testName.extend({ message: z.string() })),
  skipped: z.array(testName.extend({ reason: z.string() })),
});
export type Outcome = z.infer<typeof outcomeSchema>;
