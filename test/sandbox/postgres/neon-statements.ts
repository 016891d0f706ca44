import type { Connection, Submittable } from 'pg'
import { serialize } from 'pg-protocol'
import { Refused, toPgText, type Statement } from './neon-protocol.ts'

/** A result in the form of Neon's proxy (which is node-postgres' form). */
export interface StatementResult {
  readonly command: string
  readonly rowCount: number | null
  readonly rows: readonly unknown[]
  readonly fields: readonly Readonly<Record<string, string | number>>[]
  readonly rowAsArray: boolean
}

interface Field {
  readonly name: string
  readonly dataTypeID: number
  readonly tableID: number
  readonly columnID: number
  readonly dataTypeSize: number
  readonly dataTypeModifier: number
}

export interface StatementsOptions {
  readonly arrayMode: boolean
  readonly maxBytes: number
}

/**
 * Several statements in one round trip, with one Sync at the end: PostgreSQL stops at the first
 * error and skips the rest, as Neon's proxy does by asking one after the other.
 */
export class Statements implements Submittable {
  readonly done: Promise<readonly StatementResult[]>
  readonly #statements: readonly Statement[]
  readonly #options: StatementsOptions
  readonly #results: StatementResult[] = []
  readonly #settle: PromiseWithResolvers<readonly StatementResult[]>
  #fields: readonly Field[] = []
  #rows: unknown[] = []
  #bytes = 0

  constructor(statements: readonly Statement[], options: StatementsOptions) {
    this.#statements = statements
    this.#options = options
    this.#settle = Promise.withResolvers()
    this.done = this.#settle.promise
  }

  /** All messages in one write: twenty small ones cost more than what PostgreSQL does with them. */
  submit(connection: Connection): void {
    const messages = this.#statements.flatMap(({ query, params }) => [
      serialize.parse({ name: '', text: query, types: [] }),
      serialize.bind({ values: params.map(toPgText) }),
      serialize.describe({ type: 'P', name: '' }),
      serialize.execute({ portal: '' }),
    ])
    connection.stream.write(Buffer.concat([...messages, serialize.sync()]))
  }

  handleRowDescription({ fields }: { fields: readonly Field[] }): void {
    this.#fields = fields
  }

  handleDataRow({ fields: values }: { fields: readonly (string | null)[] }): void {
    for (const value of values) this.#bytes += value === null ? 4 : value.length + 4
    if (this.#bytes > this.#options.maxBytes)
      return this.handleError(
        new Refused(507, `response is too large (max is ${this.#options.maxBytes} bytes)`),
      )
    const { arrayMode } = this.#options
    const named = () => Object.fromEntries(this.#fields.map(({ name }, i) => [name, values[i]]))
    this.#rows.push(arrayMode ? values : named())
  }

  handleCommandComplete({ text }: { text: string }): void {
    const words = text.split(' ')
    const count = Number(words[0] === 'INSERT' ? words[2] : words[1])
    this.#complete(words[0] ?? '', words.length > 1 && Number.isInteger(count) ? count : null)
  }

  handleEmptyQuery(): void {
    this.#complete('', null)
  }

  handleCopyInResponse(connection: Connection & { sendCopyFail(reason: string): void }): void {
    connection.sendCopyFail('COPY is not supported over HTTP')
  }

  handleCopyData(): void {}
  handlePortalSuspended(): void {}

  handleError(error: Error): void {
    this.#settle.reject(error)
  }

  handleReadyForQuery(): void {
    this.#settle.resolve(this.#results)
  }

  #complete(command: string, rowCount: number | null): void {
    this.#results.push({
      command,
      rowCount,
      rows: this.#rows,
      fields: this.#fields.map((field) => ({
        name: field.name,
        dataTypeID: field.dataTypeID,
        tableID: field.tableID,
        columnID: field.columnID,
        dataTypeSize: field.dataTypeSize,
        dataTypeModifier: field.dataTypeModifier,
        format: 'text',
      })),
      rowAsArray: this.#options.arrayMode,
    })
    this.#fields = []
    this.#rows = []
  }
}
