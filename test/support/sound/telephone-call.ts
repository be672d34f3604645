import type { Line } from './dialogue.ts';

/** A call in which people take turns, agree while they listen, hand over quickly, begin together and interrupt. */
export const TELEPHONE_CALL: readonly Line[] = [
  { role: 'assistant', startSeconds: 1, text: 'Good morning, this is the service desk. How can I help you?' },
  { role: 'user', startSeconds: 5, text: 'Good morning. I am calling about my order from last Monday.' },
  // Hardly a breath between them.
  { role: 'assistant', startSeconds: 8.9, text: 'Of course. May I have the order number please?' },
  {
    role: 'user',
    startSeconds: 13,
    text: 'Yes, it is four, seven, one, one, and it was meant to be delivered to my mother in Hamburg.',
    stopsAfterSeconds: 4.2,
    interrupted: true,
  },
  { role: 'assistant', startSeconds: 16.5, text: 'I am sorry, could you say the number again?' },
  { role: 'user', startSeconds: 20, text: 'Four. Seven. One. One.' },
  {
    role: 'assistant',
    startSeconds: 24,
    text: 'Thank you. I see that the parcel left our warehouse on Tuesday, and that it has been waiting at the post office since Thursday morning.',
  },
  // Agrees, and goes on listening.
  { role: 'user', startSeconds: 27, text: 'Yes.' },
  // Both at once.
  { role: 'user', startSeconds: 34, text: 'So I can collect it today?' },
  { role: 'assistant', startSeconds: 34.08, text: 'You can collect it there.' },
  {
    role: 'assistant',
    startSeconds: 38,
    text: 'You will have to bring your passport, and the letter which we sent you with the bill, and then',
    stopsAfterSeconds: 3.6,
    interrupted: true,
  },
  { role: 'user', startSeconds: 40.6, text: 'But I never received any letter.' },
  // Hangs up in the middle of a word.
  {
    role: 'assistant',
    startSeconds: 44,
    text: 'Let me see what I can do about that, one moment please while I look for it',
    interrupted: true,
  },
];

export const TELEPHONE_CALL_SECONDS = 46.5;
