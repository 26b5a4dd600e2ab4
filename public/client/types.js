/**
 * The types of the wire format and of the client's interface.
 *
 * @typedef {Message['kind']} Kind
 *
 * @typedef {import('../wire.js').Utterance} Utterance
 *
 * @typedef {import('../wire.js').Decided} Decided
 *
 * @typedef {import('../wire.js').Message} Message
 *
 * @typedef {import('../wire.js').Question} Question
 *
 * @typedef {import('../wire.js').QuestionContent} QuestionContent
 *
 * @typedef {import('../wire.js').Entry} Entry
 * @typedef {Entry & {truncated?: boolean}} ChannelEntry An entry from the channel, without its
 *   text if that is too long for the channel.
 *
 * @typedef {import('../wire.js').LogPage} LogPage
 *
 * @typedef {object} Piece A part of an answer, for display only (see pieces.js).
 * @property {string} runId
 * @property {number} loop
 * @property {number} piece counts from 1 in each loop; another 1 replaces the loop so far
 * @property {'thought' | 'action' | 'content' | 'edit'} kind
 * @property {string} text the name of the tool, for an action; for an edit, what is written into a
 *   document
 * @property {number} [say] index of the message in this loop, from 0
 *
 * @typedef {object} Novelty
 * @property {boolean} isNew false if this browser has shown it before
 *
 * @typedef {Pick<Status, 'state' | 'runId' | 'activity' | 'progress' | 'loop'>} Run
 *
 * @typedef {import('../wire.js').Status} Status
 *
 * @typedef {import('../wire.js').Session} Session
 *
 * @typedef {import('../wire.js').Features} Features
 *
 * @typedef {import('../wire.js').PusherSettings} PusherSettings
 *
 * @typedef {import('../wire.js').ContextLine} Remark A line of the voice agent's conversation that is
 *   not in the log.
 *
 * @typedef {object} AskOptions
 * @property {Remark[]} [recentContext]
 * @property {number} [patience] seconds that the server may take to respond; 0 = until the run ends
 * @property {string} [callId] the voice agent's call, repeated in the answers
 * @property {ToolForm[]} [clientTools] replace those of `onTool`
 * @property {string} [messageId] use the same one to retry: a text is handled once
 * @property {AbortSignal} [signal] stops waiting; an accepted text is still handled
 *
 * @typedef {import('../wire.js').Reply} Reply
 *
 * @typedef {Reply & {forVoiceAgent: string}} Answer `forVoiceAgent` is the result of the
 *   voice agent's tool call: the message, or a note (not to be spoken) that it comes later.
 *
 * @typedef {object} Decision
 * @property {'approve' | 'reject' | 'edit' | 'answer'} verdict
 * @property {Record<string, any>} [arguments] the tool's, for `edit`
 * @property {string} [text] for `answer`
 * @property {number} [patience] seconds that the server may take to respond
 *
 * @typedef {import('../wire.js').Stopped} Stopped
 *
 * @typedef {'played' | 'cutOff' | 'unspoken' | 'shown'} Heard
 *
 * @typedef {'all' | 'conversation' | 'messages'} ErasedScope What the user has erased, here or elsewhere.
 *
 * @typedef {object} DocumentNews A document was changed at one place. It may be missed: see `place`.
 * @property {string} id
 * @property {string} version
 * @property {string} author `user`, or the name of a helper
 * @property {number} place counts the changes of one document
 *
 * @callback SpeakListener
 * @param {Message} message to speak now; the next one waits until `done` is called
 * @param {(how: Heard | 'mute', chars?: number) => void} done `chars`: how many of `speech` before
 *   the cut; `mute`: unspoken, because the device gives no sound
 * @returns {void}
 *
 * @callback ToolHandler
 * @param {Record<string, any>} given the arguments
 * @param {Message} message the question
 * @returns {unknown} the result or a promise: a text or a JSON value
 *
 * @typedef {object} ToolForm Describes a tool of the front end to the brain.
 * @property {string} [name]
 * @property {string} description
 * @property {Record<string, any>} [parameters] a JSON schema of type object
 * @property {boolean} [foreign] false: nobody else can word its results
 *
 * @typedef {object} Retrying A request that failed and will be sent again.
 * @property {string} messageId for a decision: the question's id; for other commands: their type
 * @property {number} attempt how many attempts have failed
 * @property {number} pauseMs
 * @property {string} reason
 *
 * @typedef {object} State
 * @property {'live' | 'connecting' | 'polling' | 'offline'} connection
 * @property {RoadName | null} road the road that delivers; null while none does
 * @property {boolean | null} listening whether the server knows that somebody listens
 * @property {number | null} others other tabs and devices of the user; null = unknown
 * @property {Run} run
 * @property {number} missed messages that arrived while nobody looked, until `seen()`
 * @property {boolean} mute the message that was to be spoken last gave no sound
 * @property {Retrying[]} retrying
 * @property {import('./errors.js').BrainError | null} problem why the server cannot be used;
 *   after status 401 a new `connect` is needed
 *
 * @typedef {object} Brain
 * @property {(text: string, options?: AskOptions) => Promise<Answer>} askBrain
 * @property {() => Promise<Stopped>} stop ends the run in progress
 * @property {(questionId: string, decision: Decision) => Promise<Answer>} decide
 * @property {(seq: number, how: Heard, chars?: number) => Promise<{seq: number, how: Heard}>} heard
 *   reports how a message was spoken without `onSpeak`
 * @property {() => void} seen resets the count of missed messages
 * @property {(listener: (entry: Entry, novelty: Novelty) => void) => () => void} onMessage
 * @property {(listener: (piece: Piece) => void) => () => void} onPiece
 * @property {(listener: SpeakListener) => () => void} onSpeak one listener at a time
 * @property {(listener: (state: State) => void) => () => void} onState
 * @property {(tool: string, handler: ToolHandler, form?: ToolForm) => () => void} onTool
 * @property {(name: RoadName | null) => void} useRoad null = the best one that works
 * @property {import('./minds/types.js').JobCalls} jobs
 * @property {import('./minds/types.js').StartCalls<import('../wire.js').BattleBody>} battles
 * @property {import('./minds/types.js').StartCalls<import('../wire.js').ScaleBody>} rehearsals
 * @property {import('./minds/types.js').AgentCalls} agents
 * @property {import('./minds/types.js').ScenarioCalls} scenarios
 * @property {import('./minds/types.js').Assist} assist
 * @property {(listener: (event: import('./minds/types.js').JobChange) => void) => () => void} onJob
 *   called when a job has changed, while the channel is the road
 * @property {(listener: (change: DocumentNews) => void) => () => void} onDocument
 * @property {(listener: (scope: ErasedScope) => void) => () => void} onErased
 * @property {(options: TalkOptions) => Talk} talk begins a spoken conversation; call it in a press
 * @property {() => number} now the server's time in ms since 1970, to compare with `createdAt` and
 *   `expiresAt`; the device's clock may be wrong
 * @property {(refused: string) => Promise<string>} renew for requests of your own: returns a newer
 *   token than the one that was refused with status 401; rejects if the session has ended
 * @property {() => void} close
 * @property {Session} session at the time of connecting
 *
 * @typedef {'openai-live' | 'openai-realtime' | 'gemini-live'} VoiceVendor
 *
 * @typedef {object} TalkOptions
 * @property {VoiceVendor} vendor
 * @property {string} [language] a BCP 47 tag; that of the connection by default
 * @property {import('../voice/sound.js').Sound} [sound] opened within the press (`prime()` of
 *   voice/sound.js); by default as soon as the code is loaded
 *
 * @typedef {'connecting' | 'listening' | 'thinking' | 'speaking' | 'muted' | 'paused' | 'ended'} TalkState
 *
 * @callback TalkListener
 * @param {TalkState} state
 * @param {(Error & {code: string}) | null} problem why it ended, if not because the user wished it
 * @returns {void}
 *
 * @callback SpeechListener
 * @param {string} words that were understood; '' while only a voice is heard
 * @param {boolean} isWhole the whole utterance, as it goes to the brain; else a fragment
 * @returns {void}
 *
 * @typedef {object} Talk A spoken conversation.
 * @property {() => void} mute
 * @property {() => void} unmute
 * @property {() => void} end
 * @property {(listener: TalkListener) => () => void} onState called at once and at every change
 * @property {(listener: SpeechListener) => () => void} onSpeech called when the user is heard
 *
 * @typedef {'channel' | 'stream' | 'socket' | 'polling'} RoadName
 *
 * @typedef {'connecting' | 'live' | 'away'} Standing State of a road; `connecting` only at first.
 *
 * @typedef {{close: () => void}} OpenRoad
 *
 * @typedef {object} Receiver Takes what a road delivers.
 * @property {() => number} sinceSeq the last delivered seq
 * @property {(entry: ChannelEntry | null, seq?: number) => void} onEntry the entry, or how far the log goes
 * @property {(piece: Piece) => void} onPiece
 * @property {(change: {runId: string, state: string}) => void} onRun
 * @property {(lastSeq: number) => void} onReset the log was reset
 * @property {(event: {scope: ErasedScope}) => void} onErased
 * @property {(count: number) => void} onOthers
 * @property {import('./topic.js').Topic<import('./minds/types.js').JobChange>} jobs
 * @property {import('./topic.js').Topic<DocumentNews>} documents
 *
 * @typedef {{type: string, messageId?: string, questionId?: string, [more: string]: unknown}} Frame
 *
 * @typedef {string | null | undefined} Token of your app; nothing if the user has signed out
 *
 * @typedef {object} ConnectOptions
 * @property {AbortSignal} [signal] calls the connecting off, or closes the connection later
 * @property {string} [baseUrl] the server's address; the page's own origin by default
 * @property {string} [accessKey]
 * @property {string | (() => Token | Promise<Token>)} [token] a function is called again whenever a
 *   fresh one is needed
 * @property {string} [mind] of a job (its `conversationId`): connect to its log, not to the brain's
 * @property {number} [history] how many earlier entries to start with (0)
 * @property {RoadName} [road] use only this one, and poll while it is away
 * @property {(session: Session) => void} [onSession] called with each session, also renewed ones
 * @property {typeof globalThis.fetch} [fetch]
 * @property {import('./outside.js').PusherClass | null} [Pusher] null = never open a channel
 * @property {import('./outside.js').Clock} [clock]
 * @property {import('./outside.js').Surroundings} [surroundings]
 * @property {() => number} [random] 0 up to 1
 * @property {import('./outside.js').StorageLike | null} [storage]
 * @property {import('./outside.js').LocksLike | null} [locks]
 * @property {import('./outside.js').WebSocketClass | null} [WebSocket]
 * @property {import('./outside.js').BroadcastChannelClass | null} [BroadcastChannel]
 * @property {string | null} [language] a BCP 47 tag; that of the browser by default
 * @property {string | null} [zone] a time zone, an IANA name; that of the browser by default
 */

export {};
