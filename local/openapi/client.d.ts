/** Start a session and connect. Rejects with a BrainError: status 401 if an access key is needed, 0 if the server cannot be reached. */
export function connect(options?: ConnectOptions): Promise<Brain>;

/** The one tool of a voice agent, in the form that function-calling models take. */
export const askBrainTool: {
  type: string;
  name: string;
  description: string;
  parameters: {
    type: string;
    properties: {
      text: { type: string; description: string; minLength: number; maxLength: number };
    };
    required: string[];
    additionalProperties: boolean;
  };
};

/** The server refused, or (status 0) was not reached. Fields as in RFC 9457. */
export class BrainError extends Error {
  constructor(facts: {
    status: number;
    title: string;
    detail?: string;
    errors?: unknown[];
    retryAfterMs?: number;
    cause?: unknown;
  });
  status: number;
  title: string;
  detail: string;
  errors: unknown[];
  retryAfterMs: number;
  /** True if the same request may succeed later. */
  get isPassing(): boolean;
}

/** `close()` was called while this was under way. */
export class ConnectionClosed extends Error {}

/** A connection. Its functions do not need `this`. */
export interface Brain {
  askBrain: (text: string, options?: AskOptions) => Promise<Answer>;
  /** Ends the run in progress. */
  stop: () => Promise<Stopped>;
  decide: (questionId: string, decision: Decision) => Promise<Answer>;
  /** Reports how a message was spoken without `onSpeak`. */
  heard: (seq: number, how: Heard, chars?: number) => Promise<{ seq: number; how: Heard }>;
  /** Resets the count of missed messages. */
  seen: () => void;
  /** Every entry of the log, once and in order. Returns a function that unsubscribes. */
  onMessage: (listener: (entry: Entry, novelty: Novelty) => void) => () => void;
  onPiece: (listener: (piece: Piece) => void) => () => void;
  /** One listener at a time. */
  onSpeak: (listener: SpeakListener) => () => void;
  onState: (listener: (state: State) => void) => () => void;
  onTool: (tool: string, handler: ToolHandler, form?: ToolForm) => () => void;
  /** null: the best road that works. */
  useRoad: (name: RoadName | null) => void;
  /** Background work: helpers, rooms, talks, rehearsals. The code of all calls is loaded with the first. */
  jobs: JobCalls;
  battles: StartCalls<BattleBody>;
  rehearsals: StartCalls<ScaleBody>;
  agents: AgentCalls;
  scenarios: ScenarioCalls;
  /** Improves instructions: resolves with the whole, and tells each part as it arrives. */
  assist: (instructions: string, ask: string, options?: AssistOptions) => Promise<Assisted>;
  /** Called when a job has changed, while the channel is the road. */
  onJob: (listener: (event: JobChange) => void) => () => void;
  /** Begins a spoken conversation. Call it in a press. */
  talk: (options: TalkOptions) => Talk;
  /** The server's time in ms since 1970, to compare with `createdAt` and `expiresAt`; the device's clock may be wrong. */
  now: () => number;
  close: () => void;
  /** As it was at the time of connecting. */
  session: Session;
}

/** Nothing if the user has signed out. */
export type Token = string | null | undefined;

export interface ConnectOptions {
  /** The server's address; the page's own origin by default. */
  baseUrl?: string;
  accessKey?: string;
  /** Of your app. A function is called again whenever a fresh one is needed. */
  token?: string | (() => Token | Promise<Token>);
  /** Of a job (`conversationId`): connects to that log, not to the brain's. */
  mind?: string;
  /** A BCP 47 tag; that of the browser by default. */
  language?: string | null;
  /** A time zone, an IANA name; that of the browser by default. */
  zone?: string | null;
  /** How many earlier entries to start with (0). */
  history?: number;
  /** Use only this one, and poll while it is away. */
  road?: RoadName;
  /** Called with each session, also renewed ones. */
  onSession?: (session: Session) => void;
  fetch?: typeof globalThis.fetch;
  /** null: never open a channel. */
  Pusher?: PusherClass | null;
  clock?: Clock;
  surroundings?: Surroundings;
  /** 0 up to 1. */
  random?: () => number;
  storage?: Pick<Storage, 'getItem' | 'setItem'> | null;
  locks?: LocksLike | null;
  WebSocket?: WebSocketClass | null;
  BroadcastChannel?: BroadcastChannelClass | null;
}

export interface AskOptions {
  recentContext?: Remark[];
  /** Seconds that the server may take to respond; 0: until the run ends. */
  patience?: number;
  /** The voice agent's call, repeated in the answers. */
  callId?: string;
  /** Replace those of `onTool`. */
  clientTools?: ToolForm[];
  /** Use the same one to retry: a text is handled once. */
  messageId?: string;
  /** Stops waiting; an accepted text is still handled. */
  signal?: AbortSignal;
}

/** `forVoiceAgent` is the result of the voice agent's tool call: the message, or a note (not to be spoken) that it comes later. */
export type Answer = Reply & { forVoiceAgent: string };

/** What the user decides on a question. */
export interface Decision {
  verdict: 'approve' | 'reject' | 'edit' | 'answer';
  /** The tool's, for `edit`. */
  arguments?: Record<string, unknown>;
  /** For `answer`. */
  text?: string;
  /** Seconds that the server may take to respond. */
  patience?: number;
}

export interface JobCalls {
  /** The newest first, without their minds. */
  list: (limit?: number) => Promise<Job[]>;
  /** If no answer arrives, it is sent again with the same key, which makes one job. */
  start: (order: HelpersBody) => Promise<JobStarted>;
  status: (jobId: string) => Promise<JobState>;
  /** Calls the listener at once and at every change. Resolves when the job has ended and its report is there, or when `signal` ends it. */
  follow: (
    jobId: string,
    listener: (state: JobState) => void,
    signal?: AbortSignal,
  ) => Promise<JobState | null>;
  report: (jobId: string) => Promise<JobReport>;
  /** One mind, by its number, or the whole job. */
  stop: (jobId: string, n?: number) => Promise<JobStopped>;
  pause: (jobId: string) => Promise<JobPaused>;
  resume: (jobId: string) => Promise<JobPaused>;
  /** To one mind, or to all of a job that have not ended. */
  say: (to: { job: string } | { mind: string }, text: string, messageId?: string) => Promise<Told>;
  label: (jobId: string, label: LabelBody) => Promise<JobLabel>;
  /** What a rehearsed brain did, step by step. */
  steps: (jobId: string, n: number) => Promise<Record<string, unknown>[]>;
  remove: (jobId: string) => Promise<unknown>;
}

/** Talks, or rehearsals. */
export interface StartCalls<Order> {
  start: (order: Order) => Promise<JobStarted>;
}

export interface AgentCalls {
  list: () => Promise<Profile[]>;
  get: (id: string) => Promise<Profile>;
  /** With a `version`: refused with status 412 unless it is still that one. */
  put: (id: string, profile: ProfileBody, version?: number) => Promise<Profile>;
  remove: (id: string) => Promise<unknown>;
}

export interface ScenarioCalls {
  list: () => Promise<KeptScenario[]>;
  get: (id: string) => Promise<KeptScenario>;
  /** `fromSeq`: a draft from the talk around that message. */
  create: (scenario: Scenario | { fromSeq: number }) => Promise<KeptScenario>;
  put: (id: string, scenario: Scenario) => Promise<KeptScenario>;
  remove: (id: string) => Promise<unknown>;
}

export interface AssistOptions {
  history?: { role: string; text: string }[];
  /** Called with each part as it arrives. */
  onText?: (text: string) => void;
  signal?: AbortSignal;
}

export interface Assisted {
  prompt: string;
  questions: string[];
  changes: string[];
}

export interface JobChange {
  jobId: string;
  eventSequence: number;
  status: Job['status'];
  completed: number;
  failed: number;
  total: number;
}

export type VoiceVendor = 'openai-live' | 'openai-realtime' | 'gemini-live';

export interface TalkOptions {
  vendor: VoiceVendor;
  /** A BCP 47 tag; that of the connection by default. */
  language?: string;
  /** Opened within the press (`prime()` of voice/sound.js); by default as soon as the code is loaded. */
  sound?: { audio: HTMLAudioElement; context: AudioContext };
}

/** A spoken conversation. */
export interface Talk {
  mute: () => void;
  unmute: () => void;
  /** Hangs up, and releases the microphone. */
  end: () => void;
  /** Called at once and at every change. */
  onState: (listener: TalkListener) => () => void;
}

export type TalkState =
  | 'connecting'
  | 'listening'
  | 'thinking'
  | 'speaking'
  | 'muted'
  | 'paused'
  | 'ended';

/** `problem`: why it ended, if not because the user wished it. */
export type TalkListener = (state: TalkState, problem: (Error & { code: string }) | null) => void;

export interface State {
  connection: 'live' | 'connecting' | 'polling' | 'offline';
  /** The road that delivers; null while none does. */
  road: RoadName | null;
  /** Whether the server knows that somebody listens. */
  listening: boolean | null;
  /** Other tabs and devices of the user; null: unknown. */
  others: number | null;
  run: Run;
  /** Messages that arrived while nobody looked, until `seen()`. */
  missed: number;
  retrying: Retrying[];
  /** Why the server cannot be used; after status 401 a new `connect` is needed. */
  problem: BrainError | null;
}

export type Run = Pick<Status, 'state' | 'runId' | 'activity' | 'progress' | 'loop'>;

/** A request that failed and will be sent again. */
export interface Retrying {
  /** For a decision: the question's id; for other commands: their type. */
  messageId: string;
  /** How many attempts have failed. */
  attempt: number;
  pauseMs: number;
  reason: string;
}

/** `isNew` is false if this browser has shown the entry before. */
export interface Novelty {
  isNew: boolean;
}

/** A part of an answer, for display only. */
export type Piece = PieceData & { kind: 'thought' | 'action' | 'content' };

export type Kind = Message['kind'];
export type Heard = HeardMark['how'];
export type RoadName = 'channel' | 'stream' | 'socket' | 'polling';

/** A line of the voice agent's conversation that is not in the log. */
export type Remark = ContextLine;

/** The next message waits until `done` is called; `chars`: how many were spoken before the cut. */
export type SpeakListener = (message: Message, done: (how: Heard, chars?: number) => void) => void;

/** Gives the result of a tool or a promise: a text or a JSON value. */
export type ToolHandler = (given: Record<string, any>, message: Message) => unknown;

/** Describes a tool of the front end to the brain. */
export interface ToolForm {
  name?: string;
  description: string;
  /** A JSON schema of type object. */
  parameters?: Record<string, unknown>;
  /** False: nobody else can word its results. Otherwise they count as text by others. */
  foreign?: boolean;
}

export interface Clock {
  /** Milliseconds since 1970, as the device has it. */
  now: () => number;
  /** Milliseconds of a clock that nobody sets; `now` by default. */
  steady?: () => number;
  /** Returns a function that cancels. */
  after: (ms: number, act: () => void) => () => void;
}

/** What the browser knows about tab and network. */
export interface Surroundings {
  isHidden: boolean;
  isOnline: boolean;
  isFrozen?: boolean;
  onChange: (listener: () => void) => () => void;
}

/** The part of navigator.locks that is used. */
export interface LocksLike {
  request: (name: string, how: { signal: AbortSignal }, act: () => any) => Promise<any>;
}

export type WebSocketClass = new (
  url: string,
  protocols: string[],
) => {
  onmessage: ((event: any) => void) | null;
  onclose: ((event: any) => void) | null;
  send: (text: string) => void;
  close: () => void;
};

export type BroadcastChannelClass = new (name: string) => {
  onmessage: ((event: any) => void) | null;
  postMessage: (message: any) => void;
  close: () => void;
};

/** The part of pusher-js that is used. */
export type PusherClass = new (
  key: string,
  options: any,
) => {
  connection: { bind: (event: string, act: (data: any) => void) => unknown };
  subscribe: (name: string) => {
    bind: (event: string, act: (data: any) => void) => unknown;
    members?: { count: number };
  };
  disconnect: () => void;
};
