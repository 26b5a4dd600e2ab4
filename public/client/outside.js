/**
 * The types of what a connection depends on: clock, tab, storage, network. Types only.
 *
 * @typedef {object} Clock
 * @property {() => number} now milliseconds since 1970, as the device has it
 * @property {(ms: number, act: () => void) => () => void} after returns a function that cancels it
 * @property {() => number} [steady] milliseconds of a clock that nobody sets; `now` by default
 *
 * @typedef {object} Surroundings The state of tab and network.
 * @property {boolean} isHidden
 * @property {boolean} isOnline
 * @property {boolean} [isFrozen] the page is suspended, or about to be
 * @property {(listener: () => void) => () => void} onChange
 *
 * @typedef {object} Outside The dependencies of a connection; each can be replaced.
 * @property {string} baseUrl
 * @property {typeof globalThis.fetch} fetch
 * @property {Clock & Partial<import('./time/clock.js').ServerClock>} clock of the server, as far as known
 * @property {Surroundings} surroundings
 * @property {() => number} random 0 up to 1
 * @property {StorageLike | null} storage shared by the tabs of a browser
 * @property {LocksLike | null | undefined} locks
 * @property {WebSocketClass | null | undefined} WebSocket
 * @property {BroadcastChannelClass | null | undefined} BroadcastChannel
 * @property {{language?: string, zone?: string}} locale what the device says: a BCP 47 tag, an IANA name
 * @property {AbortSignal} lifetime aborted when the connection is closed
 *
 * @typedef {Outside & {userStorage: import('./storage.js').UserStorage, device: string, socketId?: string}} World
 *   `device`: the name of this page for the server; `socketId`: its connection to the channel
 *
 * @typedef {object} StorageLike As localStorage; synchronous.
 * @property {(name: string) => string | null} getItem
 * @property {(name: string, text: string) => void} setItem
 *
 * @typedef {object} LocksLike The used part of navigator.locks.
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
 * @typedef {object} PusherLike The used part of pusher-js.
 * @property {{bind: (event: string, act: (data: any) => void) => unknown, socket_id?: string}} connection
 * @property {(name: string) => PusherChannel} subscribe
 * @property {() => void} disconnect
 *
 * @typedef {new (key: string, options: any) => PusherLike} PusherClass
 */

export {};
