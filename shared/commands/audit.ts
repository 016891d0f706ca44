/**
 * `npm run audit -- …`
 *   verify FILE [--head HASH]…   whether an export of the ledger is whole and unchanged (exit code 1: it is not)
 *   query [NAME] [--days 7] [--print]
 *                                a question to Analytics Engine; without a name the list of them.
 *                                CF_ACCOUNT_ID and CF_API_TOKEN (Account Analytics: read) run it, else it is printed
 *   columns                      what stands where in Analytics Engine
 *   export                       where exports come from
 */
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import * as z from 'zod'
import { columns } from '../analytics.ts'
import { questions } from '../audit-questions.ts'
import { verifyLedger, type Verdict } from '../ledger-verification.ts'

const usage = `npm run audit -- verify FILE [--head HASH]…
npm run audit -- query [NAME] [--days 7] [--print]
npm run audit -- columns
npm run audit -- export`

interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly fetch: (request: Request) => Promise<Response>
  readonly lines: (file: string) => AsyncIterable<string>
}
interface Said {
  readonly lines: readonly string[]
  /** 1: the answer is bad news. */
  readonly exitCode: 0 | 1
}

/** Does what the arguments say. @throws Error with what went wrong, in words for the operator. */
export async function audit(argv: readonly string[], around: Surroundings): Promise<Said> {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      head: { type: 'string', multiple: true },
      days: { type: 'string' },
      print: { type: 'boolean' },
    },
  })
  const [verb, subject] = positionals
  if (verb === 'verify' && subject !== undefined) {
    return verdictLines(await verifyLedger(around.lines(subject), { heads: values.head ?? [] }))
  }
  if (verb === 'query') return query(subject, values.days ?? '7', values.print ?? false, around)
  if (verb === 'columns')
    return { lines: columns.map(({ sql, column }) => `${sql.padEnd(9)} ${column}`), exitCode: 0 }
  if (verb === 'export') return { lines: [exportWords], exitCode: 0 }
  throw new Error(usage)
}

const exportWords = `Exports come from the hub's audit page, /audit, under “Take it along”. An auditor signs in there, and
the export is on record under their name; a credential for a shell would be one that reads every
row and belongs to nobody. The file verifies with: npm run audit -- verify FILE`

function verdictLines({ ok, rows, ledgers, problem, warnings }: Verdict): Said {
  const lines = ledgers.map(
    ({ ledger, rows: count, head, sealed }) =>
      `${ledger.padEnd(24)} ${String(count).padStart(8)} rows  head ${head}${sealed ? '' : '  (its day goes on)'}`,
  )
  for (const warning of warnings) lines.push(`note: ${warning}`)
  if (problem) {
    const where = problem.seq > 0 ? `${problem.ledger}, row ${problem.seq}` : problem.ledger
    lines.push(`BROKEN at line ${problem.line} (${where || 'no ledger'}): it ${problem.what}.`)
    lines.push('What stands before that line is whole; nothing after it is proven.')
  } else if (rows === 0 && ledgers.length === 0) {
    return { lines: ['There is nothing of a ledger in this file.'], exitCode: 1 }
  } else {
    lines.push(`OK: ${rows} rows, every one where and as it was written.`)
  }
  return { lines, exitCode: ok ? 0 : 1 }
}

const SqlAnswer = z.object({ data: z.array(z.record(z.string(), z.unknown())) })

async function query(
  name: string | undefined,
  daysText: string,
  print: boolean,
  { env, fetch }: Surroundings,
): Promise<Said> {
  const question = name === undefined ? undefined : questions[name]
  if (!question) {
    const list = Object.entries(questions).map(([key, { title }]) => `  ${key.padEnd(10)} ${title}`)
    if (name === undefined) return { lines: list, exitCode: 0 }
    throw new Error(`There is no question ${name}. There are:\n${list.join('\n')}`)
  }
  const days = z.coerce.number().int().min(1).max(92).safeParse(daysText)
  if (!days.success)
    throw new Error('--days takes a number from 1 to 92: points are kept for three months.')
  const sql = question.sql(days.data)
  const { CF_ACCOUNT_ID: account, CF_API_TOKEN: token } = env
  if (print || !account || !token) return { lines: [`-- ${question.title}`, sql], exitCode: 0 }
  const response = await fetch(
    new Request(
      `https://api.cloudflare.com/client/v4/accounts/${encodeURIComponent(account)}/analytics_engine/sql`,
      {
        method: 'POST',
        headers: { authorization: `Bearer ${token}` },
        body: sql,
      },
    ),
  )
  if (!response.ok)
    throw new Error(
      `Analytics Engine answered ${response.status}. Is CF_API_TOKEN a token with “Account Analytics: Read”?`,
    )
  const { data } = SqlAnswer.parse(await response.json())
  return { lines: [question.title, '', ...table(data)], exitCode: 0 }
}

/** Rows as columns of text. */
function table(rows: readonly Readonly<Record<string, unknown>>[]): string[] {
  const names = Object.keys(rows[0] ?? {})
  if (names.length === 0) return ['Nothing.']
  const cells = [names, ...rows.map((row) => names.map((name) => String(row[name] ?? '')))]
  const widths = names.map((_, i) => Math.max(...cells.map((row) => row[i]?.length ?? 0)))
  return cells.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}

if (import.meta.main) {
  const lines = (file: string) =>
    createInterface({ input: createReadStream(file), crlfDelay: Infinity })
  try {
    const said = await audit(process.argv.slice(2), { env: process.env, fetch, lines })
    console.log(said.lines.join('\n'))
    process.exitCode = said.exitCode
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error))
    process.exitCode = 2
  }
}
