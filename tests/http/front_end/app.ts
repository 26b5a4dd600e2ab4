// A small front end in TypeScript. It is compiled, not run.

import {
  askBrainTool,
  BrainError,
  connect,
  ConnectionClosed,
  type Answer,
  type Brain,
  type Entry,
  type Kind,
  type LogPage,
  type Question,
  type State,
  type Status,
} from './brain.js';

const ICONS: Record<Kind, string> = {
  say: '●',
  breadcrumb: '…',
  notification: '!',
  error: '×',
  question: '?',
};

export async function start(baseUrl: string, accessKey: string): Promise<Brain> {
  try {
    return await connect({ baseUrl, accessKey, history: 20, onSession: ({ token }) => save(token) });
  } catch (error) {
    if (error instanceof BrainError && error.status === 401) {
      throw new Error(`${error.title} (${error.isPassing ? 'later' : 'never'})`, { cause: error });
    }
    if (error instanceof ConnectionClosed) {
      console.info(error.message);
    }
    throw error;
  }
}

export function show({ onMessage, onState, onPiece, onSpeak, decide }: Brain): () => void {
  const leave = [
    onMessage((entry, { isNew }) => isNew && console.log(line(entry))),
    onState((state) => console.log(standing(state))),
    onPiece((piece) => piece.kind === 'content' && console.log(piece.say, piece.text)),
    onSpeak((message, done) => done(message.speak === 'silent' ? 'unspoken' : 'cutOff', 3)),
  ];
  onMessage((entry) => {
    if (entry.role === 'brain' && entry.question?.for === 'user') {
      void decide(entry.id, { verdict: isHarmless(entry.question) ? 'approve' : 'reject' });
    }
  });
  return () => leave.forEach((end) => end());
}

export async function ask({ askBrain, onTool }: Brain, text: string): Promise<string> {
  onTool('pickColour', ({ colours }) => String(colours[0]), { description: 'Pick a colour.' });
  const answer: Answer = await askBrain(text, {
    recentContext: [{ role: 'user', text: 'Hello' }],
    patience: 8,
  });
  return answer.message?.text ?? answer.forVoiceAgent;
}

export async function overHttp(token: string): Promise<[LogPage, Status]> {
  const headers = { Authorization: `Bearer ${token}` };
  const [log, status] = await Promise.all([
    fetch('/api/messages?sinceSeq=0', { headers }),
    fetch('/api/status', { headers }),
  ]);
  return [(await log.json()) as LogPage, (await status.json()) as Status];
}

export const tools = [{ ...askBrainTool, strict: true }];

function line(entry: Entry): string {
  const at = new Date(entry.createdAt).toLocaleTimeString();
  return entry.role === 'user'
    ? `${at} ${entry.text} (${entry.decision?.verdict ?? 'said'})`
    : `${at} ${ICONS[entry.kind]} ${entry.text}`;
}

function standing({ connection, road, run, problem }: State): string {
  return `${connection} by ${road ?? 'nothing'}, ${run.state}, ${problem?.title ?? 'no problem'}`;
}

function isHarmless(question: Question): boolean {
  return question.tool.startsWith('read') && question.arguments['force'] !== true;
}

function save(token: string): void {
  localStorage.setItem('token', token);
}

// ---- what is wrong is noticed

export function wrong(brain: Brain, entry: Entry, status: Status, state: State): void {
  // @ts-expect-error a text is needed
  void brain.askBrain();
  // @ts-expect-error patience is a number of seconds
  void brain.askBrain('Hello', { patience: '8' });
  // @ts-expect-error there is no such verdict
  void brain.decide('q', { verdict: 'maybe' });
  // @ts-expect-error there is no such way to be heard
  void brain.heard(3, 'loudly');
  // @ts-expect-error there is no such road
  brain.useRoad('motorway');
  // @ts-expect-error a user's text does not end a run
  console.log(entry.doneAfterThis);
  // @ts-expect-error the question may be missing
  console.log(entry.role === 'brain' && entry.question.tool);
  // @ts-expect-error progress may be null
  console.log(status.progress.toFixed(1));
  // @ts-expect-error there is no such state
  console.log(status.state === 'asleep');
  // @ts-expect-error the status has no texts
  console.log(status.text);
  // @ts-expect-error there may be no problem
  console.log(state.problem.title);
  // @ts-expect-error the key is a string
  void connect({ accessKey: 7 });
}
