/** The suite's results against what we say we don't offer. Pure. */
import type { Check, Results } from './suite.ts'

/** Something of the protocol that is left out on purpose. */
export interface NotOffered {
  readonly what: string
  readonly why: string
  /** Scenarios, or single checks as `scenario:check-id`, that must fail for that reason. */
  readonly fails: readonly string[]
}

export interface Expectations {
  readonly notOffered: readonly NotOffered[]
  /** Judge these scenarios alone, each of which must have run. Default: all that ran. */
  readonly only?: readonly string[] | undefined
  /** The server has no tools made for the suite, so a check that wants one says nothing. */
  readonly withoutDiagnosticTools?: boolean | undefined
}

export interface Verdict {
  readonly passed: number
  readonly failed: number
  /** One for each scenario, with what went wrong below it. */
  readonly lines: readonly string[]
}

const bad = (check: Check) => check.status === 'FAILURE' || check.status === 'WARNING'

/** A failure that isn't listed counts, and so does an entry of the list that doesn't fail any more. */
export function judge(results: Results, expected: Expectations): Verdict {
  const reasons = new Map(
    expected.notOffered.flatMap(({ what, fails }) => fails.map((name) => [name, what] as const)),
  )
  const names = expected.only ?? [...results.keys()].toSorted()
  const parts = names.map((name) => {
    const checks = results.get(name)
    if (!checks) return line(name, 0, ['it did not run'])
    const told = checks.filter(
      ({ details }) => !(expected.withoutDiagnosticTools && details?.untestable),
    )
    return judgeScenario(name, told, reasons)
  })
  return {
    passed: parts.reduce((sum, { passed }) => sum + passed, 0),
    failed: parts.reduce((sum, { failed }) => sum + failed, 0),
    lines: parts.flatMap(({ lines }) => lines),
  }
}

/** Entries of the list that no run has anything of: a spelling mistake, or a scenario that the suite dropped. */
export function unknownEntries(
  notOffered: readonly NotOffered[],
  runs: readonly Results[],
): readonly string[] {
  const known = new Set(
    runs.flatMap((results) =>
      [...results].flatMap(([name, checks]) => [name, ...checks.map(({ id }) => `${name}:${id}`)]),
    ),
  )
  return notOffered.flatMap(({ fails }) => fails).filter((name) => !known.has(name))
}

function judgeScenario(
  name: string,
  checks: readonly Check[],
  reasons: ReadonlyMap<string, string>,
): Verdict {
  const whole = reasons.get(name)
  if (whole !== undefined)
    return checks.some(bad)
      ? { passed: 0, failed: 0, lines: [`  – ${name}: not offered (${whole})`] }
      : line(name, 0, [`it passes, so it must leave the list (${whole})`])
  const excused = new Map<string, string>()
  const wrong = checks.filter(bad).flatMap(({ id, errorMessage = 'no reason given' }) => {
    const reason = reasons.get(`${name}:${id}`)
    if (reason === undefined) return [`${id}: ${errorMessage}`]
    excused.set(id, reason)
    return []
  })
  // A check that was skipped or not reached says nothing, and one that ran twice must pass twice.
  const passing = checks.filter(({ id, status }) => status === 'SUCCESS' && !excused.has(id))
  const stale = [...new Set(passing.map(({ id }) => id))].filter((id) =>
    reasons.has(`${name}:${id}`),
  )
  const verdict = line(name, passing.filter(({ id }) => !stale.includes(id)).length, [
    ...wrong,
    ...stale.map((id) => `${id}: it passes, so it must leave the list`),
  ])
  const left = [...excused].map(([id, reason]) => `    – ${id}: not offered (${reason})`)
  return { ...verdict, lines: [...verdict.lines, ...left] }
}

function line(name: string, passed: number, wrong: readonly string[]): Verdict {
  const counted = passed === 0 && wrong.length === 0 ? 'does not apply' : `${passed} passed`
  return {
    passed,
    failed: wrong.length,
    lines: [
      `  ${wrong.length > 0 ? '✗' : '✓'} ${name}: ${counted}`,
      ...wrong.map((text) => `    ✗ ${text}`),
    ],
  }
}
