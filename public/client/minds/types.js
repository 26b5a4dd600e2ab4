/**
 * The types of jobs: work of one to ten minds in the background, with one report.
 *
 * @typedef {'helpers' | 'room' | 'talk' | 'rehearsal'} JobKind
 * @typedef {'queued' | 'running' | 'paused' | 'summarising' | 'complete' | 'failed' | 'stopped'} JobPhase
 * @typedef {'queued' | 'running' | 'paused' | 'complete' | 'failed' | 'stopped' | 'invalid'} MindPhase
 * @typedef {'passed' | 'failed' | 'unsure' | 'invalid'} Verdict
 *
 * @typedef {object} JobState
 * @property {string} jobId
 * @property {string} runId always the job's id
 * @property {JobKind} kind
 * @property {string} title
 * @property {JobPhase} status
 * @property {number} completed
 * @property {number} failed
 * @property {number} total
 * @property {number} progress percent
 * @property {number} eventSequence grows with every change
 * @property {string} createdAt
 * @property {string | null} startedAt
 * @property {string} updatedAt
 * @property {string | null} lastEventAt
 * @property {string | null} finishedAt
 * @property {boolean} reportReady
 * @property {string | null} documentId
 * @property {number} tokens
 * @property {number} tokenBudget
 * @property {number | null} usd
 * @property {string[]} conversationIds ids of the minds, for `connect({mind})`
 * @property {MindState[]} [runs] one for each mind; left out in a list of jobs
 *
 * @typedef {object} MindState
 * @property {number} n
 * @property {string} conversationId
 * @property {string} label
 * @property {MindPhase} status
 * @property {string | null} endedReason
 * @property {Verdict | null} verdict
 * @property {number} turns
 * @property {number | null} [loop]
 * @property {string | null} [activity]
 * @property {number} tokens
 * @property {boolean | null} goalReached
 *
 * @typedef {object} JobStarted
 * @property {string} jobId
 * @property {string} runId
 * @property {string[]} conversationIds
 * @property {JobPhase} status
 * @property {boolean} duplicate an earlier start with the same key had made the job
 * @property {{runs: number, tokens: number, usd: number | null}} estimate
 *
 * @typedef {object} JobStopped What the store says, not what was hoped.
 * @property {string} jobId
 * @property {'stopped'} state
 * @property {number[]} stopped
 * @property {number[]} finished those that had ended before
 * @property {JobPhase} status
 *
 * @typedef {{item: Record<string, any>, passed: boolean, seq?: number | null}} Expectation
 * @typedef {{item: string, verdict: string, votes?: string[], seq?: number | null, quote?: string | null, label?: 'yes' | 'no' | null}} Rated
 * @typedef {{seq: number, tool: string, arguments: Record<string, any>, result: string}} Effect
 * @typedef {{what: string, runs: number[], seq?: number | null, severity?: 'low' | 'medium' | 'high'}} Finding
 * @typedef {{find: string | null, replace: string, because?: number[]}} PromptEdit
 *
 * @typedef {object} Source
 * @property {string} title
 * @property {string} [url]
 * @property {string} [documentId]
 * @property {string} [emailId]
 *
 * @typedef {object} ReportedRun
 * @property {number} n
 * @property {string} conversationId
 * @property {string} label
 * @property {MindPhase} status
 * @property {string | null} endedReason
 * @property {string | null} result
 * @property {boolean} complete
 * @property {Record<string, any>[]} sources of type Source
 * @property {string | null} needs
 * @property {boolean} foreign
 * @property {number} tokens
 * @property {{outcome: string, expect?: Record<string, any>[], rubric?: Rated[]} | null} [verdict]
 * @property {Effect[]} [effects]
 * @property {number} [turns]
 * @property {number | null} [seed]
 *
 * @typedef {object} Metrics
 * @property {number | null} [passed]
 * @property {number | null} [failed]
 * @property {number | null} [unsure]
 * @property {number | null} [invalid]
 * @property {number | null} [passRate]
 * @property {number[] | null} [interval] two
 * @property {number} tokens
 * @property {number | null} usd
 * @property {Record<string, any> | null} [firstWordS] `p50`, `p90`
 *
 * @typedef {object} Comparison
 * @property {string} with
 * @property {{n: number, before: Verdict, after: Verdict}[]} pairs
 * @property {number} better
 * @property {number} worse
 * @property {number} same
 * @property {number} p
 * @property {string} words
 *
 * @typedef {object} JobReport
 * @property {string} jobId
 * @property {JobKind} kind
 * @property {JobPhase} status
 * @property {string} headline
 * @property {string} summary markdown
 * @property {'model' | 'code' | null} writtenBy
 * @property {boolean} foreign
 * @property {Finding[]} findings
 * @property {{n: number, label: string, reason: string | null}[]} missing
 * @property {{edits: PromptEdit[]} | null} suggestion
 * @property {string | null} revisedPrompt
 * @property {string | null} documentId
 * @property {Record<string, any> | null} comparison of type Comparison
 * @property {Metrics} metrics
 * @property {ReportedRun[]} runs
 *
 * @typedef {object} JobChange
 * @property {string} jobId
 * @property {number} eventSequence
 * @property {JobPhase} status
 * @property {number} completed
 * @property {number} failed
 * @property {number} total
 *
 * @typedef {object} Agent
 * @property {string} id
 * @property {string} name
 * @property {string} instructions
 * @property {'openai' | 'openrouter' | null} [provider]
 * @property {string | null} [model]
 * @property {number | null} [temperature]
 * @property {number | null} [maxTokens]
 * @property {string[] | null} [stop]
 * @property {string[] | null} [tools]
 * @property {number} version
 * @property {string | null} updatedAt
 *
 * @typedef {object} ScenarioRow
 * @property {string} id
 * @property {string} name
 * @property {Record<string, any>} scenario
 *
 * @typedef {object} AssistOptions
 * @property {{role: string, text: string}[]} [history]
 * @property {(text: string) => void} [onText] called with each part as it arrives
 * @property {AbortSignal} [signal]
 *
 * @typedef {{prompt: string, questions: string[], changes: string[]}} Assisted
 *
 * @typedef {object} JobCalls
 * @property {(limit?: number) => Promise<JobState[]>} list newest first, without their runs
 * @property {(order: any) => Promise<JobStarted>} start
 * @property {(jobId: string) => Promise<JobState>} status
 * @property {(jobId: string, listener: (state: JobState) => void, signal?: AbortSignal) => Promise<JobState | null>} follow
 *   calls the listener at once and at every change; resolves when the job and its report are
 *   there, or when `signal` ends it
 * @property {(jobId: string) => Promise<JobReport>} report
 * @property {(jobId: string, n?: number) => Promise<JobStopped>} stop one mind, or all
 * @property {(jobId: string) => Promise<{jobId: string, status: JobPhase}>} pause
 * @property {(jobId: string) => Promise<{jobId: string, status: JobPhase}>} resume
 * @property {(to: {job: string} | {mind: string}, text: string, messageId?: string) => Promise<any>} say
 * @property {(jobId: string, label: {run: number, item: string, verdict: 'yes' | 'no'}) => Promise<any>} label
 * @property {(jobId: string, n: number) => Promise<Record<string, any>[]>} steps of a rehearsal
 * @property {(jobId: string) => Promise<any>} remove
 *
 * @typedef {{start: (order: any) => Promise<JobStarted>}} StartCalls
 *
 * @typedef {object} AgentCalls
 * @property {() => Promise<Agent[]>} list
 * @property {(id: string) => Promise<Agent>} get
 * @property {(id: string, agent: any, version?: number) => Promise<Agent>} put
 *   with a `version`: refused with 412 unless it is still that one
 * @property {(id: string) => Promise<any>} remove
 *
 * @typedef {object} ScenarioCalls
 * @property {() => Promise<ScenarioRow[]>} list
 * @property {(id: string) => Promise<ScenarioRow>} get
 * @property {(scenario: any) => Promise<ScenarioRow>} create also `{fromSeq}`: a
 *   draft from the talk around that message
 * @property {(id: string, scenario: any) => Promise<ScenarioRow>} put
 * @property {(id: string) => Promise<any>} remove
 *
 * @callback Assist Improves instructions; resolves with the whole.
 * @param {string} instructions
 * @param {string} ask what should become better
 * @param {AssistOptions} [options]
 * @returns {Promise<Assisted>}
 */

export {};
