import type { Socket } from 'node:net'
import { PgliteBackend, timeoutSetting, type BackendOptions } from './pglite-backend.ts'
import { NoTurn } from './turns.ts'
import * as wire from './wire.ts'

export interface SessionOptions extends BackendOptions {
  readonly database: string
  readonly passwords: Readonly<Record<string, string>>
  readonly serverVersion: string
  readonly maxIdleInTransactionMs: number
  /** What must not happen, for whoever looks after the sandbox. */
  report(error: unknown): void
  /** A cancel request came in, on a connection of its own as the protocol has it. */
  cancel(pid: number, secret: number): void
}

/** One client's connection: start-up, password, then groups of messages answered in order. */
export class PgliteSession {
  readonly secret: number
  readonly #socket: Socket
  readonly #options: SessionOptions
  readonly #pid: number
  readonly #reader = new wire.FrameReader()
  #stage: 'opening' | 'password' | 'open' | 'ended' = 'opening'
  #backend: PgliteBackend
  #user = ''
  #group: wire.Frame[] = []
  #work: Promise<void> = Promise.resolve()
  #idle: NodeJS.Timeout | undefined

  constructor(socket: Socket, options: SessionOptions, pid: number, secret: number) {
    this.#socket = socket
    this.#options = options
    this.#pid = pid
    this.secret = secret
    this.#backend = new PgliteBackend(options, options.owner)
    socket.on('data', (chunk) => this.#hear(chunk))
    socket.on('error', () => socket.destroy())
    socket.once('close', () => this.#close())
  }

  cancel(): void {
    this.#backend.cancel()
  }

  end(): void {
    this.#socket.destroy()
  }

  #close(): void {
    this.#stage = 'ended'
    clearTimeout(this.#idle)
    this.#backend.cancel()
    this.#next(() => this.#backend.leave())
  }

  #hear(chunk: Buffer): void {
    try {
      this.#reader.push(chunk)
      while (this.#stage === 'opening') {
        const opening = this.#reader.opening()
        if (!opening) return
        this.#open(opening)
      }
      for (let frame = this.#reader.frame(); frame; frame = this.#reader.frame()) {
        if (this.#stage === 'password') this.#checkPassword(frame)
        else if (this.#stage === 'open') this.#collect(frame)
      }
    } catch {
      this.#fail('08P01', 'invalid message')
    }
  }

  #open({ code, parameters, key }: wire.Opening): void {
    if (code === wire.sslRequest || code === wire.gssRequest) return void this.#socket.write('N')
    if (code === wire.cancelRequest) {
      if (key) this.#options.cancel(key.pid, key.secret)
      this.#stage = 'ended'
      return void this.#socket.end()
    }
    if (code !== wire.protocol3) return this.#fail('0A000', 'unsupported frontend protocol')
    this.#user = parameters['user'] ?? ''
    const database = parameters['database'] ?? this.#user
    if (database !== this.#options.database)
      return this.#fail('3D000', `database "${database}" does not exist`)
    this.#stage = 'password'
    this.#socket.write(wire.askForPassword)
  }

  #checkPassword(frame: wire.Frame): void {
    const { passwords } = this.#options
    const given = frame.toString('utf8', 5, frame.length - 1)
    const known = Object.hasOwn(passwords, this.#user)
    if (wire.kindOf(frame) !== 'p' || !known || passwords[this.#user] !== given)
      return this.#fail('28P01', `password authentication failed for user "${this.#user}"`)
    this.#stage = 'open'
    this.#backend = new PgliteBackend(this.#options, this.#user)
    this.#next(async () => {
      await this.#backend.login()
      this.#socket.write(
        Buffer.concat([wire.authenticated, ...this.#facts(), wire.readyForQuery('I')]),
      )
    })
  }

  #facts(): Buffer[] {
    const facts = {
      server_version: this.#options.serverVersion,
      server_encoding: 'UTF8',
      client_encoding: 'UTF8',
      DateStyle: 'ISO, MDY',
      TimeZone: 'UTC',
      integer_datetimes: 'on',
      standard_conforming_strings: 'on',
      session_authorization: this.#user,
    }
    return [
      ...Object.entries(facts).map(([name, value]) => wire.parameterStatus(name, value)),
      wire.backendKey(this.#pid, this.secret),
    ]
  }

  /** Gathers what can run as one: up to a Query, Sync or Flush, or to a statement that may change the timeout. */
  #collect(frame: wire.Frame): void {
    const kind = wire.kindOf(frame)
    if (kind === 'X') return void this.#socket.end()
    this.#group.push(frame)
    const mayChangeTimeout = () => this.#group.some((part) => part.includes(timeoutSetting))
    if (!'QSH'.includes(kind) && !(kind === 'E' && mayChangeTimeout())) return
    const group = Buffer.concat(this.#group)
    this.#group = []
    this.#next(async () => {
      clearTimeout(this.#idle)
      this.#socket.write(await this.#backend.answer(group, kind))
      if (!this.#backend.busy) return
      const { maxIdleInTransactionMs: ms } = this.#options
      const text = 'terminating connection due to idle-in-transaction timeout'
      this.#idle = setTimeout(() => this.#fail('25P03', text), ms)
    })
  }

  #next(work: () => Promise<void>): void {
    this.#work = this.#work.then(work).catch((error: unknown) => {
      if (error instanceof NoTurn)
        return this.#fail('53300', 'too many clients wait for the database')
      if (this.#stage === 'ended') return // nobody is left to tell
      this.#options.report(error)
      this.#fail('XX000', 'the database is not available')
    })
  }

  #fail(code: string, text: string): void {
    this.#stage = 'ended'
    this.#socket.end(wire.errorResponse(wire.errorFields('FATAL', code, text)))
  }
}
