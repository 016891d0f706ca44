import { DatabaseSync, type SQLInputValue } from 'node:sqlite'

/** SQLite itself behind the shape that a Durable Object's storage gives it. */
export function sqlInMemory(): SqlStorage {
  const database = new DatabaseSync(':memory:')
  const storage = {
    exec(sql: string, ...bindings: SQLInputValue[]) {
      if (bindings.length === 0 && !/^\s*SELECT/i.test(sql)) {
        database.exec(sql)
        return { toArray: () => [] }
      }
      const rows = database.prepare(sql).all(...bindings)
      return { toArray: () => rows, one: () => rows[0] }
    },
  }
  return storage as unknown as SqlStorage
}
