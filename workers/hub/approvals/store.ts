import type { ApprovalState } from '../../../shared/hub.ts'
import { keptMs, Standing } from './machine.ts'
import { Subject, type Listed } from './record.ts'

interface Row extends Record<string, SqlStorageValue> {
  subject: string
  standing: string
}
/** What is large or secret, apart from the rows that lists read. */
export interface Contents {
  /** JSON of the preview, as the person saw it. */
  readonly preview: string
  /** Sealed; null once erased. */
  readonly arguments: string | null
  /** Sealed; null until it ran, and once erased. */
  readonly result: string | null
}

const columns = 'subject, standing'
const open = "('proposed', 'approved')"

/** The Approvals object's tables. Synchronous, so a read and the write after it are one step. */
export class ApprovalStore {
  readonly #sql: SqlStorage
  readonly #historyMs: number

  /** @param historyMs how long an approval stays on record here after its end. */
  constructor(sql: SqlStorage, historyMs: number) {
    this.#sql = sql
    this.#historyMs = historyMs
    sql.exec(`
      CREATE TABLE IF NOT EXISTS approvals (
        id TEXT PRIMARY KEY, state TEXT NOT NULL, proposer TEXT NOT NULL, decider TEXT NOT NULL,
        proposed_at INTEGER NOT NULL, due INTEGER NOT NULL, events INTEGER NOT NULL,
        subject TEXT NOT NULL, standing TEXT NOT NULL
      );
      CREATE INDEX IF NOT EXISTS by_due ON approvals (due);
      CREATE INDEX IF NOT EXISTS by_proposer ON approvals (proposer, proposed_at);
      CREATE INDEX IF NOT EXISTS by_state ON approvals (state, proposed_at);
      CREATE TABLE IF NOT EXISTS contents (id TEXT PRIMARY KEY, preview TEXT NOT NULL, arguments TEXT, result TEXT);
    `)
  }

  add({ subject, standing }: Listed, contents: Pick<Contents, 'preview' | 'arguments'>): void {
    const { id, proposer, proposedAt } = subject
    this.#sql.exec(
      'INSERT INTO approvals VALUES (?, ?, ?, ?, ?, ?, 0, ?, ?)',
      id,
      standing.state,
      proposer.email,
      '',
      proposedAt,
      this.#due(standing, true),
      JSON.stringify(subject),
      JSON.stringify(standing),
    )
    this.#sql.exec(
      'INSERT INTO contents VALUES (?, ?, ?, NULL)',
      id,
      contents.preview,
      contents.arguments,
    )
  }

  find(id: string): Listed | undefined {
    return this.#rows('WHERE id = ?', id)[0]
  }

  /** Where it stands now. */
  move(id: string, standing: Standing): void {
    this.#sql.exec(
      'UPDATE approvals SET state = ?, decider = ?, standing = ?, due = ? WHERE id = ?',
      standing.state,
      standing.decider?.email ?? '',
      JSON.stringify(standing),
      this.#due(standing, true),
      id,
    )
  }

  /** The number of this approval's next audit event, counted from 0. */
  nextEvent(id: string): number {
    const [row] = this.#sql
      .exec<{ events: number }>('SELECT events FROM approvals WHERE id = ?', id)
      .toArray()
    return row?.events ?? 0
  }

  countEvent(id: string): void {
    this.#sql.exec('UPDATE approvals SET events = events + 1 WHERE id = ?', id)
  }

  contents(id: string): Contents | undefined {
    return this.#sql
      .exec<Record<keyof Contents, SqlStorageValue>>(
        'SELECT preview, arguments, result FROM contents WHERE id = ?',
        id,
      )
      .toArray()[0] as Contents | undefined
  }

  keepResult(id: string, sealed: string): void {
    this.#sql.exec('UPDATE contents SET result = ? WHERE id = ?', sealed, id)
  }

  /** Erases arguments and result a day after the end, and the whole approval when its history is over. */
  erase({ subject: { id }, standing }: Listed, now: number): void {
    if (now >= (standing.endedAt ?? now) + this.#historyMs) {
      this.#sql.exec('DELETE FROM approvals WHERE id = ?', id)
      this.#sql.exec('DELETE FROM contents WHERE id = ?', id)
      return
    }
    this.#sql.exec('UPDATE contents SET arguments = NULL, result = NULL WHERE id = ?', id)
    this.#sql.exec('UPDATE approvals SET due = ? WHERE id = ?', this.#due(standing, false), id)
  }

  /** What time has something to do with by now. */
  due(now: number): Listed[] {
    return this.#rows('WHERE due <= ? ORDER BY due LIMIT 200', now)
  }

  /** When time next has something to do. */
  nextDue(): number | undefined {
    const [row] = this.#sql
      .exec<{ due: number | null }>('SELECT MIN(due) AS due FROM approvals')
      .toArray()
    return row?.due ?? undefined
  }

  /** Proposals of a person that are neither decided nor collected. */
  openOf(email: string): number {
    return this.#sql
      .exec<{ n: number }>(
        `SELECT COUNT(*) AS n FROM approvals WHERE proposer = ? AND state IN ${open}`,
        email,
      )
      .one().n
  }

  /** Newest first: everything of a state, or what a person proposed or decided. */
  inState(state: ApprovalState, limit: number): Listed[] {
    return this.#rows('WHERE state = ? ORDER BY proposed_at DESC LIMIT ?', state, limit)
  }
  of(email: string, limit: number): Listed[] {
    return this.#rows(
      'WHERE proposer = ?1 OR decider = ?1 ORDER BY proposed_at DESC LIMIT ?2',
      email,
      limit,
    )
  }

  #due({ until, endedAt }: Standing, kept: boolean): number {
    return until ?? (endedAt ?? 0) + (kept ? keptMs : this.#historyMs)
  }

  #rows(rest: string, ...values: (string | number)[]): Listed[] {
    return this.#sql
      .exec<Row>(`SELECT ${columns} FROM approvals ${rest}`, ...values)
      .toArray()
      .map(({ subject, standing }) => ({
        subject: Subject.parse(JSON.parse(subject)),
        standing: Standing.parse(JSON.parse(standing)),
      }))
  }
}
