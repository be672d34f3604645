import type { Command } from 'commander';
import type { Conversation, ConversationLine } from '../contract/transcript.ts';
import { printData, withRecorder, type CommonOptions } from './command-context.ts';
import { formatPosition } from './format-duration.ts';
import { columns, plainText } from './plain-text.ts';

export function addConversationCommand(program: Command): void {
  program
    .command('conversation')
    .description('show what both sides said, each line with its audio, in order')
    .argument('<id>', 'the session')
    .action(async (id: string, _, command: Command) => {
      const options = command.optsWithGlobals<CommonOptions>();
      await withRecorder(options, async (recorder) => {
        const conversation = await recorder.handlers['sessions.conversation']({ id });
        printData(options.json === true ? JSON.stringify(conversation) : tableOf(conversation));
      });
    });
}

function tableOf({ lines, speakers }: Conversation): string {
  const voiceOf = ({ role, speaker }: ConversationLine): string => {
    const name = speakers[speaker === null ? role : `${role}:${speaker}`] ?? speaker ?? '';
    return name === '' ? role : `${role} (${plainText(name)})`;
  };
  return columns([
    ['time', 'role', 'text', 'interrupted', 'audio'],
    ...lines.map((line) => [
      line.start_ms === null ? '' : formatPosition(line.start_ms),
      voiceOf(line),
      plainText(line.text ?? ''),
      line.interrupted ? 'interrupted' : '',
      line.audio_url ?? '',
    ]),
  ]);
}
