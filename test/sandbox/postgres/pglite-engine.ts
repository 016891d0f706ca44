import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'

export type FromThread =
  | { readonly kind: 'ready' }
  | { readonly kind: 'answer'; readonly bytes: Uint8Array }
  | { readonly kind: 'too_large' }
  | { readonly kind: 'crashed'; readonly reason: string }

/** Why a statement ended without an answer; the thread was ended with it and opened again. */
export class Interrupted extends Error {
  readonly why: 'timeout' | 'cancelled' | 'too_large' | 'crashed'
  constructor(why: Interrupted['why'], message: string) {
    super(message)
    this.name = 'Interrupted'
    this.why = why
  }
}

export const cancelled = () =>
  new Interrupted('cancelled', 'canceling statement due to user request')

type Stop = (reason: Interrupted) => void

export interface EngineOptions {
  readonly dataDir: string
  readonly database: string
  /** An answer larger than this ends the statement. */
  readonly maxAnswerBytes: number
}

/**
 * PGlite in a thread of its own. It blocks that thread while it runs and knows neither
 * `statement_timeout` nor cancelling, so a statement is stopped by ending the thread; the data
 * directory is opened again, and what was committed is there.
 */
export class PgliteEngine {
  readonly #options: EngineOptions
  #thread: Promise<Worker> | undefined
  #interrupt: Stop | undefined
  #closed = false

  constructor(options: EngineOptions) {
    this.#options = options
  }

  /** Starts the thread. @throws Error when the data directory can't be opened. */
  async open(): Promise<void> {
    await this.#ready()
  }

  /**
   * One chunk of wire protocol and its answer. The caller sees to it that only one runs at a time.
   * @throws Interrupted
   */
  async run(bytes: Uint8Array, timeoutMs: number): Promise<Uint8Array> {
    const thread = await this.#ready()
    return new Promise<Uint8Array>((resolve, reject) => {
      const settle = () => {
        clearTimeout(timer)
        this.#interrupt = undefined
        thread.off('message', hear)
        thread.off('exit', gone)
      }
      const stop: Stop = (reason) => {
        settle()
        this.#drop(thread).then(() => reject(reason), reject)
      }
      const hear = (message: FromThread) => {
        if (message.kind === 'answer') {
          settle()
          resolve(message.bytes)
        } else if (message.kind === 'too_large')
          stop(new Interrupted('too_large', 'the result is larger than the sandbox holds'))
        else if (message.kind === 'crashed') stop(new Interrupted('crashed', message.reason))
      }
      const gone = () => stop(new Interrupted('crashed', 'the database thread ended'))
      const timer = setTimeout(
        () => stop(new Interrupted('timeout', 'canceling statement due to statement timeout')),
        timeoutMs,
      )
      this.#interrupt = stop
      thread.on('message', hear)
      thread.once('exit', gone)
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
      thread.postMessage(bytes)
    })
  }

  /** Ends the statement that runs now, if any. */
  cancel(): void {
    this.#interrupt?.(cancelled())
  }

  /** Lets PGlite write its last checkpoint, unless a statement still runs. */
  async close(): Promise<void> {
    this.#closed = true
    this.#interrupt?.(cancelled())
    const thread = await this.#thread?.catch(() => undefined)
    if (!thread) return
    const ended = new Promise((resolve) => thread.once('exit', resolve))
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
    thread.postMessage('close')
    await Promise.race([ended, wait(2000, undefined, { ref: false })])
    await thread.terminate()
  }

  async #drop(thread: Worker): Promise<void> {
    this.#thread = undefined
    await thread.terminate()
  }

  async #ready(): Promise<Worker> {
    if (this.#closed) throw new Error('The database is closed.')
    this.#thread ??= this.#start()
    try {
      return await this.#thread
    } catch (error) {
      this.#thread = undefined
      throw error
    }
  }

  #start(): Promise<Worker> {
    return new Promise((resolve, reject) => {
      const thread = new Worker(join(import.meta.dirname, 'pglite-thread.ts'), {
        workerData: this.#options,
        execArgv: [],
      })
      const failed = (error: unknown) => reject(error)
      const ended = (code: number) => reject(new Error(`The database thread ended (${code}).`))
      thread.once('error', failed).once('exit', ended)
      thread.once('message', () => {
        thread.off('error', failed).off('exit', ended)
        thread.on('error', () => {}) // its 'exit' follows, and is what a running statement hears
        resolve(thread)
      })
    })
  }
}
