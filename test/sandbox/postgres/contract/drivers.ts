import { neon } from '@neondatabase/serverless'
import type { Sandbox } from '../start.ts'

const rawTypes = { getTypeParser: () => (text: string) => text }

/** Never done by itself, and takes no room while it runs. */
export const endless =
  'SELECT count(*) /* endless */ FROM generate_series(1, 1000000) a, generate_series(1, 1000000) b'

/** Ways to ask the sandbox, as its owner and as the Worker's login. Values come as PostgreSQL's text. */
export type Drivers = ReturnType<typeof driversOf>

export function driversOf(sandbox: () => Sandbox) {
  const driver = (url = sandbox().loginUrl) => {
    const sql = neon(url, { fullResults: true, arrayMode: true })
    const query = (text: string, params: unknown[] = []) =>
      sql.query(text, params, { types: rawTypes })
    return { query, transaction: sql.transaction }
  }
  return {
    sandbox,
    driver,
    owner() {
      const { username, password, pathname } = new URL(sandbox().ownerUrl)
      return driver(`postgres://${username}:${password}@shop.postgres.test${pathname}`)
    },
    rows: async (text: string, params: unknown[] = []) => (await driver().query(text, params)).rows,
    /** As the Worker reads: the role and the person set inside a read-only transaction. */
    async as(role: string, text: string, email = 'engineer@example.com') {
      const sql = driver()
      const set = "SELECT set_config('role', $1, true), set_config('gatehouse.user', $2, true)"
      const batch = [sql.query(set, [role, email]), sql.query(text)]
      const [, result] = await sql.transaction(batch, { readOnly: true })
      return result?.rows
    },
  }
}

/** The fields of an error that say what happened; file and line are the server's version. */
export const refusal = (work: Promise<unknown>) =>
  work.then(
    () => 'nothing was refused',
    (error: Record<string, unknown>) => {
      const fields = ['message', 'code', 'severity', 'hint', 'position', 'table', 'constraint']
      return Object.fromEntries(
        fields.flatMap((name) => (error[name] ? [[name, error[name]]] : [])),
      )
    },
  )
