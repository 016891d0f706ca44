import type { Table } from './table.ts'

/** A table's description as a document. Names and comments are others' words, so no cell can leave its cell. */
export function tableMarkdown(table: Table): string {
  const size = [
    table.rows_estimate !== undefined && `about ${table.rows_estimate} rows`,
    table.size_bytes !== undefined && `${Math.ceil(table.size_bytes / 1024)} KB`,
  ].filter(Boolean)
  return [
    `# ${cell(`${table.schema}.${table.name}`)}`,
    `A ${table.kind} of the database ${table.database}${size.length > 0 ? `: ${size.join(', ')}` : ''}. ${cell(table.comment ?? '')}`.trim(),
    columnsOf(table),
    section('Keys', [
      ...(table.primary_key ? [`primary key (${table.primary_key.join(', ')})`] : []),
      ...(table.constraints ?? []).map(({ name, definition }) => `${name}: ${definition}`),
      ...(table.foreign_keys ?? []).map(
        ({ columns, references, on_delete }) =>
          `${columns.join(', ')} → ${references}${on_delete ? `, on delete ${on_delete}` : ''}`,
      ),
    ]),
    section(
      'Referenced by',
      (table.referenced_by ?? []).map(({ table, columns }) => `${table} (${columns.join(', ')})`),
    ),
    section(
      'Indexes',
      (table.indexes ?? []).map(
        ({ name, definition, unique, invalid }) =>
          `${name}: ${unique ? 'unique ' : ''}${definition}${invalid ? ' (invalid)' : ''}`,
      ),
    ),
    table.partitions &&
      `Partitioned by ${cell(table.partitions.key)} into ${table.partitions.count}.`,
    table.row_security &&
      (section(
        'Row-level security: which rows you see depends on',
        table.row_security.map(
          ({ policy, command, using, check }) =>
            `${policy} (${command})${using ? ` using ${using}` : ''}${check ? ` check ${check}` : ''}`,
        ),
      ) ||
        'Row-level security is on and no policy lets anybody see a row.'),
  ]
    .filter(Boolean)
    .join('\n\n')
}

function columnsOf({ columns }: Table): string {
  const rows = columns.map((column) => {
    const notes = [
      column.masked && 'you may not read it',
      column.not_null && 'not null',
      column.default && `default ${column.default}`,
      column.generated && `generated ${column.generated}`,
      column.values && `one of ${column.values.join(', ')}`,
      column.comment,
    ]
    return `| ${cell(column.name)} | ${cell(column.type)} | ${cell(notes.filter(Boolean).join('; '))} |`
  })
  return ['| column | type | notes |', '|---|---|---|', ...rows].join('\n')
}

const section = (title: string, lines: readonly string[]): string =>
  lines.length === 0 ? '' : `## ${title}\n\n${lines.map((line) => `- ${cell(line)}`).join('\n')}`

/** One line, with nothing that Markdown would read as a cell's end, a tag or a link. */
const cell = (text: string): string =>
  text.replaceAll(/\s+/g, ' ').replaceAll(/[\\`|<[\]]/g, String.raw`\$&`)
