import type { Prompt } from '../../shared/integration.ts'

export const exploreDatabase: Prompt = {
  name: 'explore_database',
  title: 'Explore a database',
  description: 'What is in a database, and how its tables hang together.',
  arguments: [
    { name: 'database', description: 'Its id; not needed when there is only one' },
    { name: 'topic', description: 'What you are interested in, for example: refunds' },
  ],
  text: ({
    database,
    topic,
  }) => `Give me an overview of ${database ? `the database ${quoted(database)}` : 'the database I may use'}${topic ? `, as far as it is about ${quoted(topic)}` : ''}.

1. Find the tables that matter, by their names and comments.
2. Read the schema of the most important ones (at most six): keys, foreign keys, row estimates.
3. Look at a few rows of each (LIMIT 5), and at the values of columns that look like states or categories, with counts.

Then tell me, in this order: what each table stands for; how they are joined, as a small diagram; which columns carry times, states and money, and in which units; what looks odd (empty columns, values no comment explains, columns I may not read); and five questions this data can answer, each with the SQL for it. Say what you saw and what you only suppose.`,
}

export const investigateSlowQuery: Prompt = {
  name: 'investigate_slow_query',
  title: 'Investigate a slow query',
  description: 'Why a query is slow, from its plan, and what would help.',
  arguments: [
    { name: 'query', description: 'The SQL', required: true },
    { name: 'database', description: 'Its id; not needed when there is only one' },
  ],
  text: ({
    query,
    database,
  }) => `Find out why this query is slow${database ? ` in the database ${quoted(database)}` : ''} and what would help:

${fenced(query ?? '')}

1. Get its plan and read the findings.
2. Read the schema of each table in it: indexes, row estimates.
3. If a better form of the query comes to mind, get the plan of that too and compare the costs.

Then tell me: the step that costs most and why; whether a rewritten query is enough (give it, with both costs) or an index is missing (give the CREATE INDEX CONCURRENTLY for the owner to run, and say what it costs on writes); and how sure you are. The plan holds estimates, not measured times. Change nothing in the database.`,
}

const quoted = (text: string): string => JSON.stringify(text)

/** A fence longer than any run of backticks inside. */
function fenced(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length))
  const fence = '`'.repeat(longest + 1)
  return `${fence}sql\n${text}\n${fence}`
}
