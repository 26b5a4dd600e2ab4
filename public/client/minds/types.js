/**
 * The types of jobs: work of one to ten minds in the background, with one report.
 *
 * @typedef {Job['kind']} JobKind
 * @typedef {Job['status']} JobPhase
 * @typedef {MindState['status']} MindPhase
 * @typedef {'passed' | 'failed' | 'unsure' | 'invalid'} Verdict
 *
 * @typedef {import('../../wire.js').Job} Job
 * @typedef {import('../../wire.js').JobState} JobState
 * @typedef {import('../../wire.js').MindState} MindState
 * @typedef {import('../../wire.js').JobStarted} JobStarted
 * @typedef {import('../../wire.js').JobReport} JobReport
 * @typedef {import('../../wire.js').RunResult} ReportedRun
 * @typedef {JobReport['metrics']} Metrics
 * @typedef {NonNullable<ReportedRun['verdict']>['rubric'][number]} Rated
 * @typedef {NonNullable<JobReport['suggestion']>['edits'][number]} PromptEdit
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
 * @typedef {object} JobChange
 * @property {string} jobId
 * @property {number} eventSequence
 * @property {JobPhase} status
 * @property {number} completed
 * @property {number} failed
 * @property {number} total
 *
 * @typedef {object} AssistOptions
 * @property {{role: string, text: string}[]} [history]
 * @property {(text: string) => void} [onText] called with each part as it arrives
 * @property {AbortSignal} [signal]
 *
 * @typedef {{prompt: string, questions: string[], changes: string[]}} Assisted
 *
 * @typedef {object} JobCalls
 * @property {(limit?: number) => Promise<Job[]>} list newest first, without their minds
 * @property {(order: import('../../wire.js').HelpersBody) => Promise<JobStarted>} start if no answer
 *   arrives, it is sent again with the same key, which makes one job
 * @property {(jobId: string) => Promise<JobState>} status
 * @property {(jobId: string, listener: (state: JobState) => void, signal?: AbortSignal) => Promise<JobState | null>} follow
 *   calls the listener at once and at every change; resolves when the job and its report are
 *   there, or when `signal` ends it
 * @property {(jobId: string) => Promise<JobReport>} report
 * @property {(jobId: string, n?: number) => Promise<import('../../wire.js').JobStopped>} stop one
 *   mind, by its number, or the whole job
 * @property {(jobId: string) => Promise<import('../../wire.js').JobPaused>} pause
 * @property {(jobId: string) => Promise<import('../../wire.js').JobPaused>} resume
 * @property {(to: {job: string} | {mind: string}, text: string, messageId?: string) => Promise<import('../../wire.js').Told>} say
 *   to one mind, or to all of a job that have not ended
 * @property {(jobId: string, label: import('../../wire.js').LabelBody) => Promise<import('../../wire.js').JobLabel>} label
 * @property {(jobId: string, n: number) => Promise<Record<string, any>[]>} steps what a rehearsed
 *   brain did, step by step
 * @property {(jobId: string) => Promise<unknown>} remove
 *
 * @typedef {object} AgentCalls
 * @property {() => Promise<import('../../wire.js').Profile[]>} list
 * @property {(id: string) => Promise<import('../../wire.js').Profile>} get
 * @property {(id: string, profile: import('../../wire.js').ProfileBody, version?: number) => Promise<import('../../wire.js').Profile>} put
 *   with a `version`: refused with status 412 unless it is still that one
 * @property {(id: string) => Promise<unknown>} remove
 *
 * @typedef {object} ScenarioCalls
 * @property {() => Promise<import('../../wire.js').KeptScenario[]>} list
 * @property {(id: string) => Promise<import('../../wire.js').KeptScenario>} get
 * @property {(scenario: import('../../wire.js').Scenario | {fromSeq: number}) => Promise<import('../../wire.js').KeptScenario>} create
 *   `fromSeq`: a draft from the talk around that message
 * @property {(id: string, scenario: import('../../wire.js').Scenario) => Promise<import('../../wire.js').KeptScenario>} put
 * @property {(id: string) => Promise<unknown>} remove
 *
 * @callback Assist Improves instructions; resolves with the whole.
 * @param {string} instructions
 * @param {string} ask what should become better
 * @param {AssistOptions} [options]
 * @returns {Promise<Assisted>}
 */

/**
 * Talks, or rehearsals.
 * @template Order
 * @typedef {object} StartCalls
 * @property {(order: Order) => Promise<JobStarted>} start
 */

export {};
