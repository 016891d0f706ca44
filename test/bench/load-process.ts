/**
 * A comparison in a process of its own, so that the load doesn't share a thread with the database
 * emulator and the pretend systems. Run as a program it reads a plan and prints its rows.
 */
import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { compare, type Plan, type Row } from './compare.ts'

export async function compareApart(plan: Plan): Promise<Row[]> {
  const child = spawn(process.execPath, [import.meta.filename], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  child.stdin.end(JSON.stringify(plan))
  const output = await text(child.stdout)
  return JSON.parse(output) as Row[]
}

if (process.argv[1] === import.meta.filename) {
  const plan = JSON.parse(await text(process.stdin)) as Plan
  process.stdout.write(JSON.stringify(await compare(plan)))
}
