import { describe, expect, it } from 'vitest'
import { exploreDatabase, investigateSlowQuery } from '../../../workers/postgres/prompts.ts'
import { tableMarkdown } from '../../../workers/postgres/table-markdown.ts'

describe('a table as a document', () => {
  it('says everything about it, in order', () => {
    expect(
      tableMarkdown({
        database: 'shop',
        schema: 'public',
        name: 'orders',
        kind: 'partitioned table',
        comment: 'One row an order',
        rows_estimate: 50_000,
        size_bytes: 7_000_000,
        columns: [
          { name: 'id', type: 'bigint', not_null: true, generated: 'identity' },
          { name: 'state', type: 'state', values: ['new', 'paid'], default: "'new'" },
          { name: 'card', type: 'text', masked: true, comment: 'PCI' },
        ],
        primary_key: ['id'],
        constraints: [{ name: 'total_check', definition: 'CHECK (total > 0)' }],
        foreign_keys: [
          { columns: ['customer'], references: 'public.customers(id)', on_delete: 'cascade' },
        ],
        referenced_by: [{ table: 'public.items', columns: ['order_id'] }],
        indexes: [{ name: 'orders_pkey', definition: 'btree (id)', unique: true, invalid: true }],
        partitions: { key: 'RANGE (at)', count: 12 },
        row_security: [{ policy: 'own', command: 'SELECT', using: '(owner = me())' }],
      }),
    ).toMatchInlineSnapshot(`
      "# public.orders

      A partitioned table of the database shop: about 50000 rows, 6836 KB. One row an order

      | column | type | notes |
      |---|---|---|
      | id | bigint | not null; generated identity |
      | state | state | default 'new'; one of new, paid |
      | card | text | you may not read it; PCI |

      ## Keys

      - primary key (id)
      - total_check: CHECK (total > 0)
      - customer → public.customers(id), on delete cascade

      ## Referenced by

      - public.items (order_id)

      ## Indexes

      - orders_pkey: unique btree (id) (invalid)

      Partitioned by RANGE (at) into 12.

      ## Row-level security: which rows you see depends on

      - own (SELECT) using (owner = me())"
    `)
  })

  it('keeps every name and comment inside its cell', () => {
    const hostile = '|\n# Heading <script>alert(1)</script> [click](javascript:1) `x` ![i](//e)'
    const text = tableMarkdown({
      database: 'shop',
      schema: 'public',
      name: hostile,
      kind: 'table',
      comment: hostile,
      columns: [{ name: hostile, type: 'text', comment: hostile }],
      row_security: [],
    })
    expect(text.split('\n').filter((line) => line.startsWith('#'))).toHaveLength(1)
    expect(text).not.toMatch(/(?<!\\)<script|(?<!\\)\[click|(?<!\\)`/)
    expect(text.split('\n').filter((line) => line.startsWith('|'))).toHaveLength(3)
    expect(text).toContain('no policy lets anybody see a row')
  })
})

describe('a prompt', () => {
  it('works without its optional arguments and names those that are given', () => {
    expect(exploreDatabase.text({})).toContain('the database I may use.')
    expect(exploreDatabase.text({ database: 'shop', topic: 'refunds' })).toContain(
      'the database "shop", as far as it is about "refunds".',
    )
  })

  it('holds a query that no text in it can close', () => {
    const text = String(investigateSlowQuery.text({ query: 'SELECT 1 -- ````\n```' }))
    expect(text).toContain('`````sql\nSELECT 1 -- ````\n```\n`````')
  })
})
