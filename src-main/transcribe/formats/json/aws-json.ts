import { z } from 'zod';
import { cleanText } from '../read-text.ts';
import {
  checkedTimes,
  inOrder,
  readEach,
  speakerLabel,
  type OnSkipped,
  type TimedText,
} from '../timed-text.ts';
import {
  fieldsOf,
  isRecord,
  listIn,
  maybeMs,
  maybeSecondsSchema,
  secondsSchema,
  speakerSchema,
  toMs,
} from './json-fields.ts';
import { linesOfWords, type SpokenWord } from './words-to-lines.ts';

const itemSchema = z.object({
  type: z.string(),
  start_time: maybeSecondsSchema,
  end_time: maybeSecondsSchema,
  alternatives: z.array(z.object({ content: z.string() })).min(1),
  speaker_label: speakerSchema,
});

const audioSegmentSchema = z.object({
  transcript: z.string(),
  start_time: secondsSchema,
  end_time: maybeSecondsSchema,
  speaker_label: speakerSchema,
});

const speakersSchema = z.object({
  segments: z.array(
    z.object({
      speaker_label: z.string(),
      items: z.array(z.object({ start_time: z.string(), speaker_label: z.string().optional() })).optional(),
    }),
  ),
});

/** Amazon Transcribe: `results.items`, and `results.audio_segments` in later answers. Times in seconds, as text. */
export function isAws(json: Record<string, unknown>): boolean {
  return isRecord(json.results) && ('items' in json.results || 'audio_segments' in json.results);
}

export function fromAws(json: Record<string, unknown>, onSkipped?: OnSkipped): TimedText[] {
  const results = isRecord(json.results) ? json.results : {};
  if (Array.isArray(results.audio_segments) && results.audio_segments.length > 0)
    return inOrder(
      readEach(
        results.audio_segments,
        (item, index) => {
          const said = fieldsOf(audioSegmentSchema, item, `audio_segments.${index}`);
          return [
            {
              text: cleanText(said.transcript),
              ...checkedTimes(`segment ${index + 1}`, toMs(said.start_time), maybeMs(said.end_time)),
              words: null,
              speaker: speakerLabel(said.speaker_label),
            },
          ];
        },
        onSkipped,
      ),
    );
  const speakers = speakersByStart(results.speaker_labels);
  const words: SpokenWord[] = [];
  const items = readEach(
    listIn(results, 'items'),
    (item, index) => [{ item: fieldsOf(itemSchema, item, `items.${index}`), raw: item }],
    onSkipped,
  );
  for (const { item, raw } of items) {
    const content = item.alternatives[0]?.content ?? '';
    const before = words.at(-1);
    if (item.type === 'punctuation') {
      if (before !== undefined) words[words.length - 1] = { ...before, text: before.text + content };
      continue;
    }
    const start = item.start_time ?? 0;
    const startText = isRecord(raw) ? String(raw.start_time) : '';
    words.push({
      text: content,
      ...checkedTimes(`the word ${JSON.stringify(content)}`, toMs(start), toMs(item.end_time ?? start)),
      speaker: speakerLabel(item.speaker_label ?? speakers.get(startText)),
    });
  }
  return inOrder(linesOfWords(words));
}

function speakersByStart(json: unknown): ReadonlyMap<string, string> {
  const labels = speakersSchema.safeParse(json);
  if (!labels.success) return new Map();
  return new Map(
    labels.data.segments.flatMap(({ speaker_label, items = [] }) =>
      items.map((item) => [item.start_time, item.speaker_label ?? speaker_label] as const),
    ),
  );
}
