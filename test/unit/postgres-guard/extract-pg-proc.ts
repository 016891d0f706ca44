/**
 * Writes pg-proc.tsv: every function that PostgreSQL ships in pg_catalog, one line a name, with what
 * it could do to us. Run it again when a version moves:
 *
 *   DATABASE_URL=postgres://… node test/unit/postgres-guard/extract-pg-proc.ts
 *
 * The oldest supported server is asked over DATABASE_URL, the newest is PGlite.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import pg from 'pg'
import * as z from 'zod'

const Row = z.object({
  name: z.string(),
  kind: z.string(),
  volatility: z.string(),
  language: z.string(),
  arguments: z.string(),
  returns: z.string(),
  definer: z.boolean(),
})
type Row = z.infer<typeof Row>

const sql = `
SELECT p.proname AS name, p.prokind AS kind, p.provolatile AS volatility, l.lanname AS language,
  pg_get_function_arguments(p.oid) AS arguments, p.prorettype::regtype::text AS returns, p.prosecdef AS definer
FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
WHERE p.pronamespace = 'pg_catalog'::regnamespace`

/** The first that fits names the class; `plain` fits nothing. */
const classes: readonly (readonly [name: string, fits: (row: Row) => boolean])[] = [
  ['runs-sql', ({ name }) => /_to_xml|^ts_(stat|rewrite)$/.test(name)],
  [
    'files',
    ({ name }) =>
      /^pg_(read|ls_|stat_file|current_logfile|hba|ident_file|show_all_file|file)|tablespace_location/.test(
        name,
      ),
  ],
  ['large-objects', ({ name }) => /^(lo_|lo(read|write)$|be_lo)/.test(name)],
  ['locks', ({ name }) => /advisory|^pg_(lock|blocking|isolation_test|safe_snapshot)/.test(name)],
  ['waits', ({ name }) => /sleep|^pg_wal_replay_wait/.test(name)],
  ['notifies', ({ name }) => /notify|listening/.test(name)],
  ['sequences', ({ name }) => /^(nextval|currval|setval|lastval|pg_.*sequence.*)$/.test(name)],
  ['settings', ({ name }) => /setting|set_config|setseed|show_all/.test(name)],
  [
    'signals',
    ({ name }) =>
      /^pg_(cancel|terminate)_backend|^pg_(reload|rotate|promote|log_backend|nextoid|stop_making)/.test(
        name,
      ),
  ],
  [
    'backup-replication',
    ({ name }) =>
      /replication|_wal|^pg_(backup|logical|create_|get_wal|switch|export|last_|current_wal|is_in_|is_wal|sync|clear_|restore_|drop_|copy_|control)|binary_upgrade/.test(
        name,
      ),
  ],
  [
    'statistics',
    ({ name }) =>
      /^pg_stat|^pg_(prepared|cursor|available|get_shmem|get_backend|get_loaded|get_aios|conf|config|mcv|timezone)|brin_|gin_clean/.test(
        name,
      ),
  ],
  ['xml', ({ arguments: args, returns, name }) => /xml|xpath/.test(`${args} ${returns} ${name}`)],
  [
    'session',
    ({ name }) =>
      /^(current_|session_|system_user|version$|inet_(client|server)|pg_(my_temp|is_other_temp|backend_pid|postmaster|conf_load|client|trigger_depth|jit|encoding|char_to|database_coll|collation|describe|get_userby)|getdatabaseencoding|user$|row_security)/.test(
        name,
      ),
  ],
  [
    'transactions',
    ({ arguments: args, returns, name }) =>
      /xid|snapshot|txid|tid\b/.test(`${args} ${returns} ${name}`) &&
      name !== 'age' &&
      name !== 'max' &&
      name !== 'min',
  ],
  [
    'internal',
    ({ arguments: args, returns }) =>
      /internal|cstring|trigger|handler|pg_ddl_command|pg_node_tree|language_/.test(
        `${args} ${returns}`,
      ),
  ],
  [
    'privileges',
    ({ name }) => /^(has_|pg_has_role|makeaclitem|acl|is_member|row_security)/.test(name),
  ],
  [
    'names-objects',
    ({ arguments: args, returns, name }) =>
      /\breg(?!config)|\boid\b|\bname\b/.test(`${args} ${returns}`) &&
      /^(pg_(?!typeof|column_size)|to_reg|col_|obj_|shobj|format_type|amv|.*_description|reg|currtid|index|parse_ident|oid)/.test(
        name,
      ),
  ],
  ['administers', ({ name }) => /^pg_(?!typeof|column_size|size_pretty|size_bytes)/.test(name)],
  ['definer', ({ definer }) => definer],
  ['volatile', ({ volatility }) => volatility === 'v'],
  ['not-sql', ({ language }) => !['internal', 'c', 'sql'].includes(language)],
]

const classOf = (row: Row): string => classes.find(([, fits]) => fits(row))?.[0] ?? 'plain'

const oldest = new pg.Client({ connectionString: process.env['DATABASE_URL'] })
await oldest.connect()
const newest = await PGlite.create()
const servers = [await oldest.query(sql), await newest.query(sql)]
await Promise.all([oldest.end(), newest.close()])

const byName = new Map<
  string,
  { versions: Set<string>; volatility: Set<string>; kinds: Set<string>; classes: Set<string> }
>()
for (const [index, { rows }] of servers.entries()) {
  for (const raw of rows) {
    const row = Row.parse(raw)
    const entry = byName.get(row.name) ?? {
      versions: new Set(),
      volatility: new Set(),
      kinds: new Set(),
      classes: new Set(),
    }
    byName.set(row.name, entry)
    entry.versions.add(index === 0 ? 'oldest' : 'newest')
    entry.volatility.add(row.volatility)
    entry.kinds.add(row.kind)
    entry.classes.add(classOf(row))
  }
}

const list = (values: Set<string>) => [...values].sort().join(',')
const lines = [...byName]
  .sort(([a], [b]) => (a < b ? -1 : 1))
  .map(([name, entry]) =>
    [
      name,
      list(entry.versions),
      list(entry.kinds),
      list(entry.volatility),
      list(entry.classes),
    ].join('\t'),
  )
writeFileSync(
  join(import.meta.dirname, 'pg-proc.tsv'),
  `name\tversions\tkinds\tvolatility\tclasses\n${lines.join('\n')}\n`,
)
