// What a front end may write: it compiles.
import { askBrainTool, BrainError, connect, ConnectionClosed, type Brain, type ConnectOptions, type Entry, type Kind } from 'second-brain-client';

const ending = new AbortController();
const options: ConnectOptions = { baseUrl: 'https://brain.example', token: 'a.b.c', history: 20, signal: ending.signal };
const asked = { baseUrl: 'https://brain.example', token: async () => 'a.b.c' } satisfies ConnectOptions;
const brain: Brain = await connect(options.history === 20 ? asked : options);
const off: () => void = brain.onMessage((entry, { isNew }) => console.log(entry.seq.toFixed(), entry.text.trim(), isNew === true));
brain.onState(({ connection, run, problem }) => console.log(connection.toUpperCase(), run.state, problem?.status.toFixed()));
brain.onSpeak((message, done) => done('played', message.text.length));
brain.onTool('whereAmI', (args) => ({ at: 'home', args }), { description: 'where the user is' });
const { message, forVoiceAgent, state, runId, seq } = await brain.askBrain('What did Anna write?', { patience: 8, callId: 'c1', signal: ending.signal });
const kind: 'say' | 'breadcrumb' | 'notification' | 'error' | 'question' | undefined = message?.kind;
const named: Record<Kind, string> = { say: '', breadcrumb: '', notification: '', error: '', question: '' };
const show = (entry: Entry): string => (entry.role === 'user' ? entry.text : `${entry.kind} ${entry.question?.tool ?? ''}`);
const { jobId } = await brain.jobs.start({ kind: 'helpers', tasks: [{ title: 'Hotels', brief: 'Find three.' }] });
const job = await brain.jobs.follow(jobId, ({ completed, total }) => console.log(completed / total));
const { headline } = await brain.jobs.report(jobId);
const talk = brain.talk({ vendor: 'openai-realtime' });
talk.onState((now, why) => console.log(now, why?.code));
await brain.decide('q', { verdict: 'edit', arguments: { to: ['anna@example.org'] } }).catch((error: unknown) => {
  if (error instanceof ConnectionClosed) return;
  if (error instanceof BrainError && error.isPassing) console.log(error.retryAfterMs);
});
console.log(off, kind, named, show, job?.status, headline, forVoiceAgent, state, runId, seq, askBrainTool.name, brain.session.userId);
brain.close();
