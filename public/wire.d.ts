// The types of what goes over the wire.
// Written by `python -m local.openapi`: do not edit.

/** The decision on a question. approve: the call runs with `arguments`, which the user may have edited. reject: the call does not run. answer: the front end ran the call, and `result` is its result. `spoken`: the user said so in words. `foreign`: the question may quote third parties. `changed` are the names of the arguments that the user has changed; None if this is not known. */
export interface Decided {
  questionId: string;
  verdict: 'approve' | 'reject' | 'answer';
  tool: string;
  arguments: Record<string, unknown>;
  result: string;
  spoken?: boolean;
  foreign?: boolean;
  changed?: string[] | null;
}

/** Which turn of which call of a voice platform a text belongs to. `index` counts from 0. */
export interface CallTurn {
  call: string;
  index: number;
}

/** What the user said, with its position in the log. `withdraws` are the positions of the text that it takes back and of that text's messages. A withdrawal has no text of its own. `withdrawn`: it was itself taken back, so nobody sees it. */
export interface Utterance {
  id: string;
  seq: number;
  role: 'user';
  text: string;
  messageId: string;
  callId: string | null;
  runId: string;
  createdAt: string;
  decision?: Decided | null;
  turn?: CallTurn | null;
  replaces?: string | null;
  speculative?: boolean;
  kind?: 'text' | 'withdrawal';
  withdraws?: number[];
  withdrawn?: boolean;
}

/** Who receives something. `address` has its domain in ASCII; `unicode` is the same address with its domain as people write it, if that differs. `name` is set if the user's own email has it with this address. */
export interface Recipient {
  address: string;
  unicode?: string;
  name?: string;
}

/** A file that goes along. `bytes` is in bytes. */
export interface SentFile {
  name: string;
  type: string;
  bytes: number;
}

/** All that is sent after a yes: exactly these recipients and this text. `count` is the number of recipients, copies included; `characters` is the length of `text`. */
export interface QuestionContent {
  recipients: Recipient[];
  count: number;
  subject?: string;
  text: string;
  characters: number;
  attachments: SentFile[];
}

/** A call that waits for the user's approval (`for` is user) or for its result from the user's front end (client). A decision applies to exactly these arguments. Text before the question in the log never counts as an answer. `content` is what will be sent, if something is. */
export interface Question {
  for: 'user' | 'client';
  tool: string;
  arguments: Record<string, unknown>;
  expiresAt: string;
  content?: QuestionContent | null;
}

/** How much of a message the user has heard: `chars` characters of one that was cut off. */
export interface HeardPart {
  how: 'played' | 'cutOff' | 'unspoken' | 'shown' | 'returned';
  chars?: number;
}

/** What the brain says, with its position in the log. `doneAfterThis` marks the terminal message of its run. `withdrawn`: the text that it answers was taken back, and nobody is shown it. `heard` is known of newer entries read from the log. */
export interface Message {
  id: string;
  seq: number;
  role: 'brain';
  kind: 'say' | 'breadcrumb' | 'notification' | 'error' | 'question';
  text: string;
  speech?: string | null;
  doneAfterThis: boolean;
  runId: string;
  answersSeq: number;
  callId: string | null;
  speak: 'now' | 'whenIdle' | 'silent';
  expiresAt: string | null;
  supersedes: string | null;
  createdAt: string;
  question?: Question | null;
  foreign?: boolean;
  leftOut?: number[];
  confirms?: boolean;
  speaker?: string | null;
  withdrawn?: boolean;
  heard?: HeardPart | null;
}

/** The answer to a caller. */
export interface Reply {
  message: Message | null;
  runId: string;
  seq: number;
  state: 'done' | 'running' | 'recorded' | 'duplicate' | 'withdrawn';
}

/** What a user's brain is doing, without any text of the user. `listening`: a page is on the channel. `is_listening`: the same, or it streams or polls. */
export interface Status {
  state: 'idle' | 'running' | 'stopped';
  runId: string | null;
  loop: number;
  activity: string;
  startedAt: string | null;
  lastEventAt: string | null;
  lastSeq: number;
  progress: number | null;
  endedBecause: string | null;
  listening: boolean;
  question: string | null;
}

/** A part of an answer that is still being written. `piece` counts from 1 within the loop. `say` is the index, from 0, of the loop's text that this piece belongs to. */
export interface PieceData {
  runId: string;
  loop: number;
  piece: number;
  text: string;
  say: number;
}

/** A run has started, continues, or has ended. */
export interface RunChange {
  runId: string;
  state: string;
}

/** The log was reset: it ends before the listener's seq and is sent again from its start. */
export interface Reset {
  lastSeq: number;
}

/** The last event of a stream that the server ends for this reason. */
export interface Bye {
  type: 'bye';
  reason: 'token';
}

/** A document of the user. `foreign` means that others wrote it or a part of it, or may have. */
export interface Document {
  id: string;
  title: string;
  version: string;
  updatedAt: string;
  foreign: boolean;
  body: string;
}

/** A part of a document that matches a query, quoted by `snippet`. Without a query it is the document's beginning, with score 0. `version` identifies the current text of the whole document. */
export interface DocumentFound {
  id: string;
  title: string;
  version: string;
  updatedAt: string;
  foreign: boolean;
  snippet: string;
}

/** A change of a document. `place` counts the changes of one document from 1. proposed: the user has just changed this paragraph, so a mind's change waits for them. */
export interface Edit {
  place: number;
  author: string;
  find: string;
  replace: string;
  state: 'done' | 'proposed' | 'undone' | 'dismissed';
  at: string;
}

/** A document was changed at one place, or a change of it was proposed. `place` counts the changes of one document from 1. `version` is that of its whole text. */
export interface DocumentChange {
  id: string;
  version: string;
  author: string;
  place: number;
}

/** How an agent is to be: its instructions, its model and its tools. None means as the deployment, or as the kind of job, has it. `version` counts the changes. */
export interface Profile {
  id: string;
  name: string;
  instructions: string;
  provider: 'openai' | 'openrouter' | null;
  model: string | null;
  temperature: number | null;
  maxTokens: number | null;
  stop: string[] | null;
  tools: string[] | null;
  version: number;
  updatedAt: string | null;
}

/** A scenario. `source`: the user wrote it, it was drafted from a talk, or every user has it. */
export interface KeptScenario {
  id: string;
  name: string;
  scenario: Record<string, unknown>;
  digest: string;
  source: 'written' | 'talk' | 'builtin';
  updatedAt: string | null;
}

/** An attachment of an email. Its content is not stored. `bytes` is in bytes, approximately. */
export interface Attachment {
  name: string;
  type: string;
  bytes: number;
}

/** An email as it is stored. `id` is derived from its Message-ID and its content, so that the same email has the same id in the mailbox and in a webhook. `at` is when it was written, or when it arrived if the date of writing is not plausible. */
export interface Email {
  id: string;
  folder: 'inbox' | 'sent';
  from: string;
  to: string[];
  cc: string[];
  subject: string;
  at: string;
  attachments: Attachment[];
  body: string;
}

/** An email that matches a search. `snippet` quotes the passage that matches best. */
export interface EmailFound {
  id: string;
  folder: 'inbox' | 'sent';
  from: string;
  subject: string;
  at: string;
  unread: boolean;
  snippet: string;
}

/** Something the user asked to remember. `source` says in words where it came from. `foreign` means that the run had read text that others wrote, so the fact may be theirs. The model sees such a fact only if it searches for it. */
export interface Fact {
  id: string;
  text: string;
  source: string;
  at: string;
  foreign: boolean;
}

/** A kind of event that the user wants to be told about. `about` says it in words. An event fits the rule if it is of one of the `kinds` (any kind if empty), comes from `from` and contains all the `words`. With `judge` the model then decides whether to announce it. `foreign`: a run that had read others' text noted the rule, so its words may be theirs. `unmarked`: it was noted before this was stored. */
export interface Rule {
  id: string;
  about: string;
  from: string | null;
  words: string[];
  kinds: ('email' | 'reminder' | 'document' | 'event' | 'job')[];
  judge: boolean;
  urgent: boolean;
  createdAt: string;
  foreign?: boolean;
}

/** The quiet hours of each day, in local time. Only urgent messages are said in them. They cross midnight if `until` is earlier than `from`. */
export interface Quiet {
  from: string;
  until: string;
}

/** The time zone (an IANA name) and the language (a BCP 47 tag) that hold for a user, and who says so: the user, their device, or nobody. */
export interface InUse {
  zone: string;
  zoneFrom: 'user' | 'device' | 'default';
  language: string;
  languageFrom: 'user' | 'device' | 'default';
}

/** One line of the recent context. */
export interface ContextLine {
  role: 'user' | 'assistant';
  text: string;
}

/** The page that sends a text or a decision. `socketId` is its connection to the channel, which need not be told. `speaks`: it reads answers aloud. */
export interface DeviceBody {
  id: string;
  socketId?: string | null;
  speaks?: boolean;
}

/** A tool that the front end runs. `parameters` is a JSON schema of type object. `foreign` is false only if nobody else can word the results. */
export interface ToolLine {
  name: string;
  description: string;
  parameters?: Record<string, unknown>;
  foreign?: boolean;
}

/** Which turn of which call of a voice platform a text belongs to. */
export interface TurnBody {
  call: string;
  index: number;
}

/** The body of POST /api/voiceToBrain. `replaces` is the message id of an earlier text of the same turn, which this text takes back. `speculative`: the speaker may not have finished. `mind` or `job`: the text is for an agent that works in the background, or for all agents of a job. */
export interface VoiceBody {
  text: string;
  messageId?: string | null;
  recentContext?: ContextLine[];
  patience?: number | null;
  callId?: string | null;
  clientTools?: ToolLine[];
  language?: string | null;
  zone?: string | null;
  turn?: TurnBody | null;
  replaces?: string | null;
  speculative?: boolean;
  device?: DeviceBody | null;
  mind?: string | null;
  job?: string | null;
}

/** The body of POST /api/session. */
export interface SessionBody {
  accessKey?: string | null;
  token?: string | null;
  language?: string | null;
  zone?: string | null;
}

/** The body of POST /api/brainToBrain that ends a voice session, also of an erased user. */
export interface HangUpBody {
  userId: string;
  reason: 'hangup';
  voiceSessionId: string;
  vendor?: string;
  callId?: string;
  begunS?: number;
}

/** The body of POST /api/documents with a text. `typed`: the user wrote the text on the page; otherwise its author is unknown. `key`: requests with the same key create only one document. */
export interface DocumentBody {
  title: string;
  body: string;
  typed?: boolean;
  key?: string | null;
}

/** The body of PUT /api/documents: the user has seen the whole text of this version. */
export interface SeenBody {
  id: string;
  version: string;
}

/** The body of PATCH /api/documents: `find` and `replace`, or `body` and `version`. A new `title` may go with either, or stand alone with `version`. */
export interface PatchBody {
  find?: string | null;
  replace?: string | null;
  body?: string | null;
  version?: string | null;
  title?: string | null;
}

/** The body of POST /api/edits: which changes of a document are taken back or decided. `place` is one change, `author` all changes of an author. Without either, all that are proposed. */
export interface EditsBody {
  document: string;
  do: 'undo' | 'accept' | 'dismiss';
  place?: number | null;
  author?: string | null;
}

/** Stop the run with `run_id`, or the open run if none is given. Or stop a job: all of its minds, or the one with the number `mind`. */
export interface StopBody {
  type: 'stop';
  runId?: string | null;
  job?: string | null;
  mind?: number | null;
}

/** Report how much of a message the user heard, or (`shown`) that they have it in view. `claim` is the right under which it was to be said aloud. */
export interface HeardBody {
  type: 'heard';
  seq: number;
  how: 'played' | 'cutOff' | 'unspoken' | 'shown';
  chars?: number;
  claim?: number;
}

/** Ask for the right to say a message aloud: one page of the user has it at a time. */
export interface ClaimBody {
  type: 'claim';
  seq: number;
  device: string;
}

/** Take back a text that has had no effect yet and whose answer was not heard. */
export interface WithdrawBody {
  type: 'withdraw';
  messageId: string;
}

/** Approve or reject a question. */
export interface DecideBody {
  type: 'approve' | 'reject';
  questionId: string;
  patience?: number | null;
  device?: DeviceBody | null;
}

/** Approve a question with different arguments. */
export interface EditBody {
  type: 'edit';
  questionId: string;
  arguments: Record<string, unknown>;
  patience?: number | null;
  device?: DeviceBody | null;
}

/** Answer a question with the user's text or with the result of a client tool. */
export interface AnswerBody {
  type: 'answer';
  questionId: string;
  text: string;
  patience?: number | null;
  device?: DeviceBody | null;
}

/** The fields that all events have. `timestamp` is when the event happened. */
export interface EventBody {
  type: 'email.received' | 'reminder.due' | 'document.changed' | 'event';
  timestamp?: string | null;
  userId: string;
  data?: EmailData | ReminderData | DocumentData | EventData;
}

/** The data of `email.received`. Without `from`, the email is read from the mailbox. */
export interface EmailData {
  from?: string | null;
  to?: string[];
  subject?: string;
  text?: string;
  messageId?: string;
}

/** The data of `reminder.due`: a reminder that a program sends. */
export interface ReminderData {
  text: string;
}

/** The data of `document.changed`. `text` describes the change in a short sentence. */
export interface DocumentData {
  title: string;
  text?: string;
  by?: string | null;
}

/** The data of `event`: anything else that a program reports. */
export interface EventData {
  text: string;
  source?: string | null;
  urgent?: boolean;
  expiresAt?: string | null;
}

/** The body of PUT /api/rules: the rule with this id, as the user has typed it. */
export interface RuleBody {
  id: string;
  about: string;
  from?: string | null;
  words?: string[];
  kinds?: ('email' | 'reminder' | 'document' | 'event' | 'job')[];
  judge?: boolean;
  urgent?: boolean;
}

/** The keys of a subscription, as base64url. */
export interface PushKeysBody {
  p256dh: string;
  auth: string;
}

/** The body of PUT /api/push: a browser's `PushSubscription.toJSON()`. */
export interface PushBody {
  endpoint: string;
  keys: PushKeysBody;
}

/** The body of POST /api/voiceSession. `sdp` is the page's offer, for OpenAI's two. */
export interface VoiceSessionBody {
  vendor: 'openai-live' | 'openai-realtime' | 'gemini-live' | 'relay';
  sdp?: string | null;
  resumes?: string | null;
  language?: string | null;
}

/** The body of DELETE /api/voiceSession. `usage` is what the vendor told the page. */
export interface VoiceEndBody {
  voiceSessionId: string;
  usage?: Record<string, unknown> | null;
}

/** The JSON form of POST /api/audioUpload. `sessionId` is accepted and has no effect: the token says who speaks. */
export interface AudioBody {
  sessionId?: string | null;
  audioData: string;
  mimeType: string;
}

/** The body of POST /api/audioStream. */
export interface TicketBody {
  seq: number;
}

/** One line of what was said about the instructions before. */
export interface AssistLine {
  role: 'user' | 'assistant';
  text: string;
}

/** The body of POST /api/assist. */
export interface AssistBody {
  instructions?: string;
  ask: string;
  history?: AssistLine[];
}

/** One task of a helper. */
export interface TaskBody {
  title: string;
  brief: string;
  profile?: string | null;
}

/** The body of POST /api/jobs: tasks for helpers, in a room on one document. */
export interface HelpersBody {
  kind?: 'helpers' | 'room';
  title?: string | null;
  tasks: TaskBody[];
  join?: 'report' | 'each';
  document?: string | null;
  tokensEach?: number;
  tokenBudget?: number | null;
  key?: string | null;
}

/** One who talks: a profile, or a name with instructions. What is given here replaces the profile's. */
export interface AgentBody {
  provider?: string | null;
  model?: string | null;
  temperature?: number | null;
  profile?: string | null;
  name?: string | null;
  instructions?: string | null;
  maxTokens?: number | null;
  stop?: string[] | null;
}

/** The body of POST /api/battles/start: agents who talk to each other. */
export interface BattleBody {
  agents: AgentBody[];
  goal: string;
  opening?: string | null;
  maxMessages?: number;
  count?: number;
  title?: string | null;
  tokenBudget?: number | null;
  key?: string | null;
}

/** The body of POST /api/scale/start: rehearsals of scenarios. Run n plays scenario n mod k. */
export interface ScaleBody {
  provider?: string | null;
  model?: string | null;
  temperature?: number | null;
  /** Scenarios, or the ids of scenarios; without it, the built-in ones. */
  scenarios?: (string | Scenario)[];
  runCount?: number | null;
  profile?: string | null;
  instructions?: string | null;
  seed?: number | null;
  title?: string | null;
  tokenBudget?: number | null;
  key?: string | null;
  again?: string | null;
}

/** The body of POST /api/jobs/:id/stop. `mind` is the number of one mind; else all stop. */
export interface StopJobBody {
  mind?: number | null;
}

/** The body of POST /api/jobs/:id/labels: what the user says about a line of the rubric. */
export interface LabelBody {
  run: number;
  item: string;
  verdict: 'yes' | 'no';
}

/** The body of PUT /api/agents. What is left out is as the deployment has it. */
export interface ProfileBody {
  name?: string | null;
  instructions?: string;
  provider?: 'openai' | 'openrouter' | null;
  model?: string | null;
  temperature?: number | null;
  maxTokens?: number | null;
  stop?: string[] | null;
  tools?: string[] | null;
}

/** The body of POST /api/scenarios that makes one from the talk around a message. */
export interface DraftBody {
  fromSeq: number;
}

/** What a tool does when it is called: it refuses with a reason, or answers with a text. */
export interface Behaviour {
  refuse?: string | null;
  answer?: string | null;
}

/** What happens to speech on its way: each a probability from 0 to 1. `noise` is of each word, `cutsOff` of each message of the brain, `talksOver` of a second text while the brain works, `silent` of a turn in which the user says nothing for a while. */
export interface EarBody {
  noise?: number;
  cutsOff?: number;
  talksOver?: number;
  silent?: number;
}

/** One thing that code checks. Exactly one of the forms is set. `effect`: the brain did this in its world. `never`: it did not even try. `asked`: it asked the user about this tool. `with` compares arguments, `name~` and `name!~` their text; `times` is an exact count. `document`: there is a document with this title whose body is as said. */
export interface Expectation {
  effect?: string | null;
  asked?: string | null;
  never?: string | null;
  'said~'?: string | null;
  'said!~'?: string | null;
  'turns<='?: number | null;
  'firstWordS<='?: number | null;
  document?: string | null;
  with?: Record<string, unknown> | null;
  times?: number | null;
  body?: string | null;
  'body~'?: string | null;
  'body!~'?: string | null;
}

/** A result of a search in the web. */
export interface SearchHit {
  title: string;
  url: string;
  snippet?: string;
}

/** What the brain finds in place of the user's things. `emails` null: there is an email account only if the owner has one. `tools`: what the first, second … call of a tool does. A tool that the brain does not have is one of the front end. */
export interface WorldBody {
  now?: string | null;
  documents?: WorldDocument[];
  emails?: WorldEmail[] | null;
  facts?: string[];
  preferences?: Record<string, unknown>;
  pages?: Record<string, string>;
  search?: Record<string, SearchHit[]>;
  tools?: Record<string, Behaviour[]>;
}

/** A document that the brain finds. `foreign`: others wrote it. */
export interface WorldDocument {
  title: string;
  body: string;
  foreign?: boolean;
}

/** An email in the inbox. The first one is the newest. */
export interface WorldEmail {
  from: string;
  to?: string | string[];
  subject?: string;
  text: string;
}

/** What a rehearsal plays. The player sees `person`, `goal`, `knows`, `habits`; not the rest. */
export interface Scenario {
  name: string;
  person?: string;
  goal?: string;
  knows?: string[];
  opening: string;
  habits?: string[];
  ear?: EarBody;
  maxTurns?: number;
  world?: WorldBody;
  expect?: Expectation[];
  rubric?: string[];
}

/** What to erase. `confirm` is the user's id, for what cannot be taken back. */
export interface EraseBody {
  scope: 'all' | 'conversation' | 'messages';
  confirm?: string | null;
  fromSeq?: number | null;
  untilSeq?: number | null;
}

/** A user's own settings. `trusted` are the recipients for which the brain does not ask: addresses, or `@domain` for a whole domain. `zone` is an IANA name; None means the time zone of the user's device. `emails` says which emails are announced: all, or only those that fit a rule. `language` is a BCP 47 tag; None means the language of the user's device. `unaskedTokens`: up to how many tokens the brain sends helpers without asking; 0 means never. */
export interface PreferencesBody {
  trusted?: string[];
  quiet?: Quiet | null;
  zone?: string | null;
  emails?: 'all' | 'rules';
  language?: string | null;
  unaskedTokens?: number;
  persona?: {
    name: string | null;
    instructions: string;
  };
}

/** A user's own settings. `trusted` are the recipients for which the brain does not ask: addresses, or `@domain` for a whole domain. `zone` is an IANA name; None means the time zone of the user's device. `emails` says which emails are announced: all, or only those that fit a rule. `language` is a BCP 47 tag; None means the language of the user's device. `unaskedTokens`: up to how many tokens the brain sends helpers without asking; 0 means never. */
export interface PreferencesInUse {
  trusted: string[];
  quiet: Quiet | null;
  zone: string | null;
  emails: 'all' | 'rules';
  language: string | null;
  unaskedTokens: number;
  persona: {
    name: string | null;
    instructions: string;
  };
  inUse: InUse;
}

/** The document of a file, or the first of several if the file is long: `parts` are all of them. `pages`: how many a PDF has. `cut` says why the rest of a text file is missing. */
export interface AddedFile {
  id: string;
  title: string;
  version: string;
  updatedAt: string;
  foreign: boolean;
  body: string;
  cut: 'length' | null;
  parts: {
    id: string;
    title: string;
  }[];
  pages: number | null;
}

export type Entry = Utterance | Message;

/** The place of an entry whose text the user has erased. */
export interface ErasedEntry {
  seq: number;
  id: string;
  role: 'user' | 'brain';
  kind: 'erased';
  text: '';
  createdAt: string;
}

export interface Erased {
  state: 'erased';
  counts: Record<string, number>;
}

export interface LogPage {
  messages: (Entry | ErasedEntry)[];
  nextSince: number;
  lastSeq: number;
}

export interface EarlierPage {
  messages: (Entry | ErasedEntry)[];
  previousBefore: number | null;
  lastSeq: number;
}

export interface FoundPage {
  found: {
    entry: Entry;
    snippet: string;
  }[];
  total: number;
  nextCursor: string | null;
}

/** A question that waits for a decision. */
export interface AskedQuestion {
  id: string;
  kind: 'say' | 'breadcrumb' | 'notification' | 'error' | 'question';
  text: string;
  question: Question | null;
  expiresAt: string | null;
  createdAt: string;
  foreign?: boolean;
}

/** All that a page needs. `cursor` is the log's last seq, `time` the server's. `zone` and `language` are those in use. */
export interface Session {
  time: string;
  userId: string;
  token: string;
  expiresAt: string;
  channel: string;
  presenceChannel: string;
  pusher: PusherSettings | null;
  cursor: number;
  zone: string;
  language: string;
  features: Features;
}

/** What is available to this user. */
export interface Features {
  documents: boolean;
  memory: boolean;
  email: boolean;
  model: {
    name: string | null;
    scripted: boolean;
    problem?: string;
  };
  name: string | null;
  local: boolean;
  jobs: boolean;
  voice: VoiceFeatures;
  push?: boolean;
}

export interface PusherSettings {
  key: string;
  forceTLS: boolean;
  cluster?: string;
  wsHost?: string;
  wsPort?: number;
}

/** Which services are set up: `note` says that only settings are checked. `missing` names settings and shows no value. `faults` are models whose last try failed, with the class of the fault, and why the last look into the mailbox failed, in a sentence. `absent` is what is not offered, and which variable is missing for it. With `deep` each service was asked: `variables`, `reason` and `fix` say what is wrong with it, `off` that it is not set up, `note` what to know. */
export interface Health {
  ok: boolean;
  version: string;
  checks: Record<string, {
    ok: boolean;
    missing?: string;
    faults?: string[];
    ms?: number;
    variables?: string[];
    reason?: string;
    fix?: string;
    off?: string;
    note?: string;
  }>;
  deep?: boolean;
  note?: string;
  absent?: Record<string, string>;
}

export interface Stopped {
  state: 'stopped' | 'idle';
  runId: string | null;
  message: Message | null;
}

export interface HeardMark {
  seq: number;
  how: 'played' | 'cutOff' | 'unspoken' | 'shown';
}

export interface Claimed {
  seq: number;
  state: 'yours' | 'held' | 'over';
  claim: number;
  leftMs: number;
}

export interface Withdrawn {
  state: 'withdrawn' | 'stands';
  messageId: string;
  seq: number;
}

export type Order = StopBody | HeardBody | ClaimBody | WithdrawBody | DecideBody | EditBody | AnswerBody;

export interface Taken {
  ok: true;
}

export interface Deleted {
  deleted: string;
}

/** An error, as RFC 9457 has it. `errors` names the fields that are wrong. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail?: string;
  errors?: {
    field: string;
    message: string;
  }[];
  voiceSessionId?: string;
}

/** Which voice front ends there are. `scripted`: ear and mouth are scripts. */
export interface VoiceFeatures {
  'openai-live': boolean;
  'openai-realtime': boolean;
  'gemini-live': boolean;
  upload: boolean;
  speech: boolean;
  chat: boolean;
  scripted?: boolean;
}

/** A session of a vendor. `sdp` is the answer of OpenAI's two; `url`, `token` and `model` are Gemini's; `url` and `ticket` are those of a telephone call. */
export interface VoiceSession {
  voiceSessionId: string;
  vendor: string;
  expiresAt: string;
  maxSeconds?: number;
  ticket?: string;
  sdp?: string;
  url?: string;
  token?: string;
  model?: string;
}

export interface VoiceEnded {
  state: 'ended';
}

/** A job that was begun. `duplicate`: an earlier start with this key made it. */
export interface JobStarted {
  jobId: string;
  runId: string;
  conversationIds: string[];
  status: 'queued' | 'running' | 'paused' | 'summarising' | 'complete' | 'failed' | 'stopped';
  duplicate: boolean;
  estimate: {
    runs: number;
    tokens: number;
    usd: number | null;
  };
}

/** A job with the ids of its minds. */
export interface Job {
  jobId: string;
  runId: string;
  kind: 'helpers' | 'room' | 'talk' | 'rehearsal';
  title: string;
  status: 'queued' | 'running' | 'paused' | 'summarising' | 'complete' | 'failed' | 'stopped';
  completed: number;
  failed: number;
  total: number;
  progress: number;
  eventSequence: number;
  createdAt: string;
  startedAt: string | null;
  updatedAt: string;
  lastEventAt: string | null;
  finishedAt: string | null;
  reportReady: boolean;
  documentId: string | null;
  comparedWith: string | null;
  tokens: number;
  tokenBudget: number;
  usd: number | null;
  conversationIds: string[];
}

/** A job and its minds. It has no text of a conversation. `loop` and `activity` are those of a mind that works now. */
export interface JobState {
  jobId: string;
  runId: string;
  kind: 'helpers' | 'room' | 'talk' | 'rehearsal';
  title: string;
  status: 'queued' | 'running' | 'paused' | 'summarising' | 'complete' | 'failed' | 'stopped';
  completed: number;
  failed: number;
  total: number;
  progress: number;
  eventSequence: number;
  createdAt: string;
  startedAt: string | null;
  updatedAt: string;
  lastEventAt: string | null;
  finishedAt: string | null;
  reportReady: boolean;
  documentId: string | null;
  comparedWith: string | null;
  tokens: number;
  tokenBudget: number;
  usd: number | null;
  conversationIds: string[];
  runs: MindState[];
}

export interface MindState {
  n: number;
  conversationId: string;
  label: string;
  status: 'queued' | 'running' | 'paused' | 'complete' | 'failed' | 'stopped' | 'invalid';
  endedReason: string | null;
  goalReached: boolean | null;
  turns: number;
  tokens: number;
  verdict: 'passed' | 'failed' | 'unsure' | 'invalid' | null;
  loop: number | null;
  activity: string | null;
}

export interface Finding {
  what: string;
  runs: number[];
  seq?: number | null;
  severity?: 'low' | 'medium' | 'high';
}

/** How the instructions could be changed. Nothing is changed by itself. */
export interface Suggestion {
  edits: ({
    find: string | null;
    replace: string;
    because?: number[];
  })[];
}

/** What came of a job. `missing` are the runs that did not come to their end. Counts of verdicts are null for jobs that are no rehearsals. */
export interface JobReport {
  jobId: string;
  kind: 'helpers' | 'room' | 'talk' | 'rehearsal';
  status: 'queued' | 'running' | 'paused' | 'summarising' | 'complete' | 'failed' | 'stopped';
  title: string;
  headline: string;
  summary: string;
  writtenBy: 'model' | 'code' | null;
  foreign: boolean;
  findings: Finding[];
  missing: ({
    n: number;
    label: string;
    reason: string | null;
  })[];
  suggestion: Suggestion | null;
  revisedPrompt: string | null;
  documentId: string | null;
  comparison: Record<string, unknown> | null;
  metrics: {
    passed: number | null;
    failed: number | null;
    unsure: number | null;
    invalid: number | null;
    passRate: number | null;
    interval: number[] | null;
    tokens: number;
    usd: number | null;
    firstWordS: Record<string, unknown> | null;
  };
  runs: RunResult[];
}

/** What came of one mind. `verdict`, `effects` and `seed` stand in rehearsals only. */
export interface RunResult {
  n: number;
  conversationId: string;
  label: string;
  status: 'queued' | 'running' | 'paused' | 'complete' | 'failed' | 'stopped' | 'invalid';
  endedReason: string | null;
  goalReached: boolean | null;
  turns: number;
  tokens: number;
  result: string | null;
  complete: boolean;
  sources: Record<string, unknown>[];
  needs: string | null;
  foreign: boolean;
  usd: number | null;
  verdict?: RunVerdict | null;
  effects?: {
    seq: number;
    tool: string;
    arguments: Record<string, unknown>;
    result: string;
  }[];
  seed?: number | null;
}

export interface RunVerdict {
  outcome: string;
  rubric: ({
    item: string;
    verdict: string;
    label: 'yes' | 'no' | null;
    votes?: string[];
    seq?: number | null;
    quote?: string | null;
  })[];
  expect?: Record<string, unknown>[];
}

/** What a stop did: the numbers of the minds that it stopped, and of those that had ended before. */
export interface JobStopped {
  jobId: string;
  state: 'stopped';
  stopped: number[];
  finished: number[];
  status: 'queued' | 'running' | 'paused' | 'summarising' | 'complete' | 'failed' | 'stopped';
}

export interface JobPaused {
  jobId: string;
  status: 'queued' | 'running' | 'paused' | 'summarising' | 'complete' | 'failed' | 'stopped';
}

export interface JobLabel {
  run: number;
  item: string;
  label: 'yes' | 'no';
}

/** The answer to a text for minds. */
export interface Told {
  message: null;
  runId: string;
  seq: number;
  state: 'recorded' | 'running';
  mind?: string;
  job?: string;
}

export interface MindPage {
  messages: MindEntry[];
  nextSince: number;
  lastSeq: number;
}

/** What is said in the log of a mind. `speaker` is null for a user's text. */
export interface MindEntry {
  seq: number;
  id: string;
  role: 'user' | 'brain';
  speaker: string | null;
  kind: string;
  text: string;
  createdAt: string;
}

export interface Steps {
  steps: Record<string, unknown>[];
}

export interface AssistPiece {
  text: string;
}

/** The improved instructions, what is still open, and what was changed. */
export interface AssistDone {
  prompt: string;
  questions: string[];
  changes: string[];
}

export interface AssistError {
  title: string;
}

/** What was said in a recording. `seconds` is null if nobody told its length. */
export interface Recognized {
  heard: string;
  seconds: number | null;
}

/** What was said, and the outcome as /api/voiceToBrain returns it. */
export interface HeardReply {
  heard: string;
  seconds: number | null;
  message: Message | null;
  runId: string;
  seq: number;
  state: string;
}

/** A sentence of a message. `data` is one whole file in base64. */
export interface AudioPart {
  seq: number;
  part: number;
  last: boolean;
  text: string;
  mimeType: 'audio/mpeg' | 'audio/wav';
  data: string;
}

/** All of a message was sent. `skipped` are parts that could not be spoken. */
export interface Spoken {
  seq: number;
  skipped?: number[];
}

export interface AudioTicket {
  ticket: string;
  expiresAt: string;
}

/** A request as OpenAI's SDK sends it. Other fields are passed over. */
export interface ChatBody {
  messages: ChatMessage[];
  model?: string;
  stream?: boolean;
  stream_options?: {
    include_usage?: boolean;
  };
  tools?: Record<string, unknown>[];
  metadata?: Record<string, unknown>;
  user?: string;
  n?: number;
}

export interface ChatMessage {
  role: string;
  content?: string | Record<string, unknown>[] | null;
  tool_call_id?: string;
}

export interface ChatCall {
  id: string;
  type: 'function';
  function: {
    name: string;
    arguments: string;
  };
}

export interface ChatUsage {
  prompt_tokens: number;
  completion_tokens: number;
  total_tokens: number;
}

export interface ChatCompletion {
  id: string;
  object: 'chat.completion';
  created: number;
  model: string;
  choices: ({
    index: number;
    message: {
      role: string;
      content: string;
      tool_calls?: ChatCall[];
    };
    finish_reason: 'stop' | 'tool_calls';
  })[];
  usage: ChatUsage;
}

export interface ChatModels {
  object: 'list';
  data: {
    id: string;
    object: string;
    created: number;
    owned_by: string;
  }[];
}

/** An error in OpenAI's form. */
export interface ChatError {
  error: {
    message: string;
    type: string;
    param: string | null;
    code: string | null;
  };
}
