/**
 * The shapes that cross the wire, and those that are handed in and out. Types only.
 *
 * @typedef {'say' | 'breadcrumb' | 'notification' | 'error' | 'question'} Kind
 *
 * @typedef {object} Utterance What the user said.
 * @property {string} id
 * @property {number} seq
 * @property {'user'} role
 * @property {string} text
 * @property {string} messageId
 * @property {string} runId
 * @property {string} createdAt
 * @property {Decided | null} [decision] what it decides; null for what was merely said
 *
 * @typedef {object} Decided
 * @property {string} questionId
 * @property {'approve' | 'reject' | 'answer'} verdict
 * @property {Record<string, any>} [arguments] of the tool, as they were decided on
 *
 * @typedef {object} Message What the brain says. `doneAfterThis` marks the last one of its run.
 * @property {string} id
 * @property {number} seq
 * @property {'brain'} role
 * @property {Kind} kind
 * @property {string} text
 * @property {boolean} doneAfterThis
 * @property {string} runId
 * @property {number} answersSeq
 * @property {string | null} [callId]
 * @property {'now' | 'whenIdle' | 'silent'} [speak]
 * @property {string | null} [expiresAt]
 * @property {string | null} [supersedes]
 * @property {Question | null} [question] on messages of kind `question`, whose id is its id
 * @property {string} createdAt
 *
 * @typedef {object} Question What the brain must know to go on.
 * @property {'user' | 'client'} for `client`: a tool that the front end runs
 * @property {string} tool
 * @property {Record<string, any>} arguments
 * @property {string} [expiresAt]
 *
 * @typedef {Utterance | Message} Entry One line of the log.
 * @typedef {Entry & {truncated?: boolean}} ChannelEntry An entry as the channel brings it: without
 *   its text when that is too long for the channel.
 *
 * @typedef {object} LogPage
 * @property {Entry[]} messages
 * @property {number} nextSince
 * @property {number} lastSeq
 *
 * @typedef {object} Piece A part of an answer while it comes; for showing only (see pieces.js).
 * @property {string} runId
 * @property {number} loop
 * @property {number} piece counts from 1 in each loop; a 1 that comes again voids the loop so far
 * @property {'thought' | 'action' | 'content'} kind
 * @property {string} text of an action: the name of the tool
 * @property {number} [say] the how-manieth thing said in this loop, from 0
 *
 * @typedef {object} Novelty
 * @property {boolean} isNew false for what this browser has shown before
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
 * @property {string | null} [activity]
 * @property {number | null} [progress]
 * @property {number} [loop]
 * @property {number} lastSeq
 * @property {boolean} [listening] whether the server sees that somebody listens
 *
 * @typedef {object} Session
 * @property {string} userId
 * @property {string} token
 * @property {string} expiresAt
 * @property {string} channel
 * @property {string | null} [presenceChannel]
 * @property {PusherSettings | null} [pusher] absent where no channel is set up
 * @property {number} cursor the log's last seq when the session began
 * @property {Features} [features]
 *
 * @typedef {object} Features What there is for this user.
 * @property {boolean} [documents]
 * @property {boolean} [email]
 * @property {boolean} [memory]
 * @property {boolean} [local] it runs on this machine, for nobody else
 * @property {{scripted?: boolean, name?: string}} [model]
 *
 * @typedef {object} PusherSettings
 * @property {string} key
 * @property {string} [cluster]
 * @property {string} [wsHost]
 * @property {number} [wsPort]
 * @property {boolean} [forceTLS]
 *
 * @typedef {object} Remark A line of the conversation with the voice agent that the log lacks.
 * @property {'user' | 'assistant'} role
 * @property {string} text
 *
 * @typedef {object} AskOptions
 * @property {Remark[]} [recentContext]
 * @property {number} [patience] seconds the server may keep us waiting; 0 = until it is done
 * @property {string} [callId] the voice agent's call, echoed on the answers
 * @property {ToolForm[]} [clientTools] in place of those that `onTool` tells of
 * @property {string} [messageId] give the same one again to try again: it is never done twice
 * @property {AbortSignal} [signal] gives up waiting; what the server has accepted goes on
 *
 * @typedef {object} Reply
 * @property {Message | null} message
 * @property {'done' | 'running' | 'recorded' | 'duplicate'} state
 * @property {string} runId
 * @property {number} seq the utterance's
 *
 * @typedef {Reply & {forVoiceAgent: string}} Answer `forVoiceAgent` is the result to give the
 *   voice agent's tool call: the message, or a note (not to be spoken) that it comes later.
 *
 * @typedef {object} Decision
 * @property {'approve' | 'reject' | 'edit' | 'answer'} verdict
 * @property {Record<string, any>} [arguments] the tool's, for `edit`
 * @property {string} [text] for `answer`
 * @property {number} [patience] seconds the server may keep us waiting
 *
 * @typedef {object} Stopped
 * @property {'stopped' | 'idle'} state
 * @property {string | null} runId
 * @property {Message | null} message
 *
 * @typedef {'played' | 'cutOff' | 'unspoken'} Heard
 *
 * @callback SpeakListener
 * @param {Message} message to be said now; nothing else is until `done` is called
 * @param {(how: Heard, chars?: number) => void} done `chars`: how many were said before the cut
 * @returns {void}
 *
 * @callback ToolHandler
 * @param {Record<string, any>} given the arguments that the brain chose
 * @param {Message} message the question
 * @returns {unknown} the result, or a promise of it: a text, or what JSON can say
 *
 * @typedef {object} ToolForm How the brain is told of a tool that the front end runs.
 * @property {string} [name]
 * @property {string} description
 * @property {Record<string, any>} [parameters] a JSON schema of type object
 *
 * @typedef {object} Retrying What failed and will be sent again.
 * @property {string} messageId of a decision: its question's id; else the name of the wish
 * @property {number} attempt how many have failed
 * @property {number} pauseMs
 * @property {string} reason
 *
 * @typedef {object} State
 * @property {'live' | 'connecting' | 'polling' | 'offline'} connection
 * @property {RoadName | null} road the one that brings what is new; null while none does
 * @property {boolean | null} listening whether the server sees that somebody listens
 * @property {number | null} others tabs and devices beside this one; null = not known
 * @property {Run} run
 * @property {number} missed messages that came while nobody looked, until `seen()`
 * @property {Retrying[]} retrying
 * @property {import('./errors.js').BrainError | null} problem why the server gives us nothing;
 *   with status 401 the session is lost for good, and a new `connect` is needed
 *
 * @typedef {object} Brain
 * @property {(text: string, options?: AskOptions) => Promise<Answer>} askBrain
 * @property {() => Promise<Stopped>} stop ends the run that is on
 * @property {(questionId: string, decision: Decision) => Promise<Answer>} decide
 * @property {(seq: number, how: Heard, chars?: number) => Promise<{seq: number, how: Heard}>} heard
 *   for messages that were spoken without `onSpeak`, which tells by itself
 * @property {() => void} seen what was missed has been seen
 * @property {(listener: (entry: Entry, novelty: Novelty) => void) => () => void} onMessage
 * @property {(listener: (piece: Piece) => void) => () => void} onPiece
 * @property {(listener: SpeakListener) => () => void} onSpeak one at a time; told what to say
 * @property {(listener: (state: State) => void) => () => void} onState
 * @property {(tool: string, handler: ToolHandler, form?: ToolForm) => () => void} onTool
 * @property {(name: RoadName | null) => void} useRoad null = whichever works best
 * @property {() => void} close
 * @property {Session} session as it was when the connection was made
 *
 * @typedef {object} Clock
 * @property {() => number} now milliseconds since 1970
 * @property {(ms: number, act: () => void) => () => void} after returns a function that cancels
 *
 * @typedef {object} Surroundings What the browser knows about tab and network.
 * @property {boolean} isHidden
 * @property {boolean} isOnline
 * @property {boolean} [isFrozen] nothing of the page runs, or soon nothing will
 * @property {(listener: () => void) => () => void} onChange
 *
 * @typedef {object} Outside What a connection stands on; all of it can be handed in.
 * @property {string} baseUrl
 * @property {typeof globalThis.fetch} fetch
 * @property {Clock} clock
 * @property {Surroundings} surroundings
 * @property {() => number} random 0 up to 1
 * @property {StorageLike | null} storage shared by the tabs of a browser
 * @property {LocksLike | null | undefined} locks
 * @property {WebSocketClass | null | undefined} WebSocket
 * @property {BroadcastChannelClass | null | undefined} BroadcastChannel
 * @property {AbortSignal} lifetime aborted when the connection is closed
 *
 * @typedef {Outside & {userStorage: import('./storage.js').UserStorage}} World
 *
 * @typedef {'channel' | 'stream' | 'socket' | 'polling'} RoadName
 *
 * @typedef {'connecting' | 'live' | 'away'} Standing of a road; `connecting` only at first
 *
 * @typedef {{close: () => void}} OpenRoad
 *
 * @typedef {object} Receiver Takes what a road brings.
 * @property {() => number} sinceSeq the seq after which to go on
 * @property {(entry: ChannelEntry) => void} onEntry
 * @property {(piece: Piece) => void} onPiece
 * @property {(change: {runId: string, state: string}) => void} onRun
 * @property {(lastSeq: number) => void} onReset the log has begun anew
 * @property {(count: number) => void} onOthers
 *
 * @typedef {{type: string, messageId?: string, questionId?: string, [more: string]: unknown}} Frame
 *
 * @typedef {Pick<Storage, 'getItem' | 'setItem'>} StorageLike
 *
 * @typedef {object} LocksLike The part of navigator.locks that is used.
 * @property {(name: string, how: {signal: AbortSignal}, act: () => any) => Promise<any>} request
 *
 * @typedef {object} WebSocketLike
 * @property {((event: any) => void) | null} onmessage
 * @property {((event: any) => void) | null} onclose
 * @property {(text: string) => void} send
 * @property {() => void} close
 *
 * @typedef {new (url: string, protocols: string[]) => WebSocketLike} WebSocketClass
 *
 * @typedef {object} BroadcastChannelLike
 * @property {((event: any) => void) | null} onmessage
 * @property {(message: any) => void} postMessage
 * @property {() => void} close
 *
 * @typedef {new (name: string) => BroadcastChannelLike} BroadcastChannelClass
 *
 * @typedef {object} PusherChannel
 * @property {(event: string, act: (data: any) => void) => unknown} bind
 * @property {{count: number}} [members] of a presence channel
 *
 * @typedef {object} PusherLike The part of pusher-js that is used.
 * @property {{bind: (event: string, act: (data: any) => void) => unknown}} connection
 * @property {(name: string) => PusherChannel} subscribe
 * @property {() => void} disconnect
 *
 * @typedef {new (key: string, options: any) => PusherLike} PusherClass
 *
 * @typedef {object} ConnectOptions
 * @property {string} [baseUrl] where the gateway is; the page's own origin by default
 * @property {string} [accessKey]
 * @property {string} [token]
 * @property {number} [history] how many entries before now to begin with (0)
 * @property {RoadName} [road] this one only, and polling while it is away
 * @property {(session: Session) => void} [onSession] sees each session, renewed ones too
 * @property {typeof globalThis.fetch} [fetch]
 * @property {PusherClass | null} [Pusher] null = never open a channel
 * @property {Clock} [clock]
 * @property {Surroundings} [surroundings]
 * @property {() => number} [random] 0 up to 1
 * @property {StorageLike | null} [storage]
 * @property {LocksLike | null} [locks]
 * @property {WebSocketClass | null} [WebSocket]
 * @property {BroadcastChannelClass | null} [BroadcastChannel]
 */

export {};
