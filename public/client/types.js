/**
 * The types of the wire format and of the client's interface.
 *
 * @typedef {'say' | 'breadcrumb' | 'notification' | 'error' | 'question'} Kind
 *
 * @typedef {object} Utterance A text of the user.
 * @property {string} id
 * @property {number} seq
 * @property {'user'} role
 * @property {string} text
 * @property {string} messageId
 * @property {string} runId
 * @property {string} createdAt
 * @property {Decided | null} [decision] null if it does not answer a question
 * @property {'text' | 'withdrawal'} [kind] a withdrawal has no text of its own
 * @property {number[]} [withdraws] seqs of what it takes back: a text and that text’s messages
 * @property {boolean} [withdrawn] it was taken back: nobody shows it
 *
 * @typedef {object} Decided
 * @property {string} questionId
 * @property {'approve' | 'reject' | 'answer'} verdict
 * @property {Record<string, any>} [arguments] of the tool, as approved
 *
 * @typedef {object} Message A text of the brain. `doneAfterThis` marks the last one of a run.
 * @property {string} id
 * @property {number} seq
 * @property {'brain'} role
 * @property {Kind} kind
 * @property {string} text
 * @property {string | null} [speech] what to say if that differs from `text`; empty if there is nothing to say
 * @property {boolean} doneAfterThis
 * @property {string} runId
 * @property {number} answersSeq
 * @property {string | null} [callId]
 * @property {'now' | 'whenIdle' | 'silent'} [speak]
 * @property {string | null} [expiresAt]
 * @property {string | null} [supersedes]
 * @property {Question | null} [question] for kind `question`; has the message's id
 * @property {boolean} [confirms] it follows an act, so it is spoken even if the user has gone on
 * @property {boolean} [foreign] others may have written the text or a part of it
 * @property {string | null} [speaker] who says it, if several speak in one log
 * @property {boolean} [withdrawn] the text that it answers was taken back: nobody shows or speaks it
 * @property {string} createdAt
 *
 * @typedef {object} Question Asks the user for a decision, or the front end for a result.
 * @property {'user' | 'client'} for `client`: the front end runs the tool
 * @property {string} tool
 * @property {Record<string, any>} arguments
 * @property {string} [expiresAt]
 * @property {QuestionContent | null} [content] what is sent after a yes
 *
 * @typedef {object} QuestionContent All that is sent after a yes: to these recipients, this text.
 * @property {{address: string, unicode?: string, name?: string}[]} recipients `address` has its
 *   domain in ASCII; `unicode` is the same address as people write it, if that differs
 * @property {number} count of recipients, copies included
 * @property {string} [subject]
 * @property {string} text
 * @property {number} characters the length of the text
 * @property {{name: string, type: string, bytes: number}[]} attachments
 *
 * @typedef {Utterance | Message} Entry One entry of the log.
 * @typedef {Entry & {truncated?: boolean}} ChannelEntry An entry from the channel, without its
 *   text if that is too long for the channel.
 *
 * @typedef {object} LogPage
 * @property {Entry[]} messages
 * @property {number} nextSince
 * @property {number} lastSeq
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
 * @typedef {object} Run
 * @property {'idle' | 'running' | 'stopped'} state
 * @property {string | null} runId
 * @property {string} activity
 * @property {number | null} progress 0 to 1, null when unknown
 * @property {number} loop
 *
 * @typedef {object} Status
 * @property {string} state
 * @property {string | null} runId
 * @property {string} activity
 * @property {number | null} progress
 * @property {number} loop
 * @property {number} lastSeq
 * @property {boolean} [listening] whether the server knows that somebody listens
 *
 * @typedef {object} Session
 * @property {string} [time] the server's; older servers do not say it
 * @property {string} userId
 * @property {string} token
 * @property {string} expiresAt
 * @property {string} channel
 * @property {string | null} [presenceChannel]
 * @property {PusherSettings | null} [pusher] null if no channel is configured
 * @property {number} cursor the log's last seq when the session started
 * @property {Features} [features]
 *
 * @typedef {object} Features What is available to this user.
 * @property {boolean} [documents]
 * @property {boolean} [email]
 * @property {boolean} [memory]
 * @property {boolean} [jobs] helpers, talks and rehearsals
 * @property {boolean} [local] true for a server on the user's own machine
 * @property {{scripted?: boolean, name?: string}} [model]
 * @property {Partial<Record<VoiceVendor | 'upload' | 'speech' | 'chat' | 'scripted', boolean>>} [voice]
 *
 * @typedef {object} PusherSettings
 * @property {string} key
 * @property {string} [cluster]
 * @property {string} [wsHost]
 * @property {number} [wsPort]
 * @property {boolean} [forceTLS]
 *
 * @typedef {object} Remark A line of the voice agent's conversation that is not in the log.
 * @property {'user' | 'assistant'} role
 * @property {string} text
 *
 * @typedef {object} AskOptions
 * @property {Remark[]} [recentContext]
 * @property {number} [patience] seconds that the server may take to respond; 0 = until the run ends
 * @property {string} [callId] the voice agent's call, repeated in the answers
 * @property {ToolForm[]} [clientTools] replace those of `onTool`
 * @property {string} [messageId] use the same one to retry: a text is handled once
 * @property {AbortSignal} [signal] stops waiting; an accepted text is still handled
 *
 * @typedef {object} Reply
 * @property {Message | null} message
 * @property {'done' | 'running' | 'recorded' | 'duplicate' | 'withdrawn'} state
 * @property {string} runId
 * @property {number} seq of the utterance
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
 * @typedef {object} Stopped
 * @property {'stopped' | 'idle'} state
 * @property {string | null} runId
 * @property {Message | null} message
 *
 * @typedef {'played' | 'cutOff' | 'unspoken' | 'shown'} Heard
 *
 * @typedef {object} DocumentChange A document was changed at one place. It may be missed: see `place`.
 * @property {string} id
 * @property {string} version
 * @property {string} author `user`, or the name of a helper
 * @property {number} place counts the changes of one document
 *
 * @callback SpeakListener
 * @param {Message} message to speak now; the next one waits until `done` is called
 * @param {(how: Heard, chars?: number) => void} done `chars`: how many of `speech` before the cut
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
 * @property {import('./minds/types.js').StartCalls} battles
 * @property {import('./minds/types.js').StartCalls} rehearsals
 * @property {import('./minds/types.js').AgentCalls} agents
 * @property {import('./minds/types.js').ScenarioCalls} scenarios
 * @property {import('./minds/types.js').Assist} assist
 * @property {(listener: (event: import('./minds/types.js').JobChange) => void) => () => void} onJob
 * @property {(listener: (change: DocumentChange) => void) => () => void} onDocument
 *   called when a job has changed, while the channel is the road
 * @property {(options: TalkOptions) => Talk} talk begins a spoken conversation; call it in a press
 * @property {() => number} now the server's time in ms since 1970, to compare with `createdAt` and
 *   `expiresAt`; the device's clock may be wrong
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
 * @typedef {object} Talk A spoken conversation.
 * @property {() => void} mute
 * @property {() => void} unmute
 * @property {() => void} end
 * @property {(listener: TalkListener) => () => void} onState called at once and at every change
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
 * @property {(count: number) => void} onOthers
 * @property {import('./topic.js').Topic<import('./minds/types.js').JobChange>} jobs
 * @property {import('./topic.js').Topic<DocumentChange>} documents
 *
 * @typedef {{type: string, messageId?: string, questionId?: string, [more: string]: unknown}} Frame
 *
 * @typedef {string | null | undefined} Token of your app; nothing if the user has signed out
 *
 * @typedef {object} ConnectOptions
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
 */

export {};
