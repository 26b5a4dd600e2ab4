/**
 * The shapes that cross the wire, and those that are handed in and out. Types only.
 *
 * @typedef {'say' | 'breadcrumb' | 'notification' | 'error' | 'question'} Kind
 *
 * @typedef {object} Utterance What the user said. `id` is the server's; only an utterance of this
 *   very client that is delivered before the log was read carries its `messageId` there.
 * @property {string} id
 * @property {number} seq
 * @property {'user'} role
 * @property {string} text
 * @property {string} messageId
 * @property {string} runId
 * @property {string} createdAt
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
 * @property {string} createdAt
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
 *
 * @typedef {object} Session
 * @property {string} userId
 * @property {string} token
 * @property {string} expiresAt
 * @property {string} channel
 * @property {string | null} [presenceChannel]
 * @property {PusherSettings | null} [pusher] absent where no channel is set up: then we poll
 * @property {number} cursor the log's last seq when the session began
 * @property {Features} [features]
 *
 * @typedef {{model?: {scripted?: boolean, name?: string}}} Features
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
 * @typedef {object} Retrying A POST that failed and will be sent again.
 * @property {string} messageId
 * @property {number} attempt how many have failed
 * @property {number} pauseMs
 * @property {string} reason
 *
 * @typedef {object} State
 * @property {'live' | 'connecting' | 'polling' | 'offline'} connection
 * @property {Run} run
 * @property {Retrying[]} retrying
 * @property {import('./errors.js').BrainError | null} problem why the server gives us nothing;
 *   with status 401 the session is lost for good, and a new `connect` is needed
 *
 * @typedef {object} Brain
 * @property {(text: string, options?: AskOptions) => Promise<Answer>} askBrain
 * @property {(listener: (entry: Entry) => void) => () => void} onMessage
 * @property {(listener: (state: State) => void) => () => void} onState
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
 * @property {(listener: () => void) => () => void} onChange
 *
 * @typedef {object} World What a connection stands on; all of it can be handed in.
 * @property {string} baseUrl
 * @property {typeof globalThis.fetch} fetch
 * @property {Clock} clock
 * @property {Surroundings} surroundings
 * @property {() => number} random 0 up to 1
 * @property {AbortSignal} lifetime aborted when the connection is closed
 * @property {(reason: Error) => void} close
 *
 * @typedef {object} PusherChannel
 * @property {(event: string, act: (data: any) => void) => unknown} bind
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
 * @property {(session: Session) => void} [onSession] sees each session, renewed ones too
 * @property {typeof globalThis.fetch} [fetch]
 * @property {PusherClass | null} [Pusher] null = never open a channel
 * @property {Clock} [clock]
 * @property {Surroundings} [surroundings]
 * @property {() => number} [random] 0 up to 1
 */

export {};
