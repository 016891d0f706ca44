/** `npm run tokens`: what each tool, and each endpoint's whole list, costs a model (characters / 4). */
import { existsSync, readdirSync } from 'node:fs'
import type { Integration } from '../integration.ts'
import { listedTools } from '../mcp.ts'

/** The same measure for every server: name, description and input schema as JSON, four characters a token. */
const tokens = (value: unknown) => Math.ceil(JSON.stringify(value).length / 4)

for (const id of readdirSync('workers').filter((name) =>
  existsSync(`workers/${name}/integration.ts`),
)) {
  const module = (await import(`../../workers/${id}/integration.ts`)) as { default: Integration }
  const rows = listedTools(module.default).map(({ name, description, inputSchema }) => ({
    name,
    cost: tokens({ name, description, inputSchema }),
  }))
  const sum = rows.reduce((total, row) => total + row.cost, 0)
  console.log(
    `\n${id}: ${sum} tokens for ${rows.length} tools, ${Math.round(sum / rows.length)} a tool`,
  )
  for (const { name, cost } of rows.sort((a, b) => b.cost - a.cost))
    console.log(`  ${String(cost).padStart(4)}  ${name}${cost > 150 ? '  ← over 150' : ''}`)
}
