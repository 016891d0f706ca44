import type { Issue, Site } from '../model.ts'
import { serviceAccount } from '../model.ts'
import { JqlProblem, canonical, dayMs, reader, relative, sortable } from './fields.ts'
import type { Clause, Operand, Query } from './parse.ts'

/** The issues a query finds, in its order. @throws JqlProblem */
export function find(query: Query, issues: readonly Issue[], site: Site, now: number): Issue[] {
  const test = query.where ? matcher(query.where, site, now) : () => true
  const found = issues.filter(test)
  const orders = query.orderBy.map(({ field, descending }) => {
    const value = sortable(field)
    return { value, direction: descending ? -1 : 1 }
  })
  return found.sort((a, b) => {
    for (const { value, direction } of orders) {
      const [left, right] = [value(a), value(b)]
      if (left !== right) return (left < right ? -1 : 1) * direction
    }
    return Number(b.id) - Number(a.id)
  })
}

type Test = (issue: Issue) => boolean

function matcher(clause: Clause, site: Site, now: number): Test {
  if (clause.kind === 'not') {
    const inner = matcher(clause.clause, site, now)
    return (issue) => !inner(issue)
  }
  if (clause.kind !== 'term') {
    const tests = clause.clauses.map((one) => matcher(one, site, now))
    return clause.kind === 'and'
      ? (issue) => tests.every((test) => test(issue))
      : (issue) => tests.some((test) => test(issue))
  }
  return term(clause, site, now)
}

function term(clause: Extract<Clause, { kind: 'term' }>, site: Site, now: number): Test {
  const { field, operator, operands, negated } = clause
  if (operator === 'was' || operator === 'changed') return history(clause)
  const read = reader(field)
  if (operator === '~') {
    const words = valuesOf(operands, site, now).flatMap((one) => one.toLowerCase().split(/\s+/))
    const has = (issue: Issue) => words.every((word) => read(issue).some((v) => v.includes(word)))
    return (issue) => has(issue) !== negated
  }
  if (operator === '=' || operator === 'in') {
    const empty = operands.some(({ kind }) => kind === 'empty')
    const wanted = new Set(valuesOf(operands, site, now).map((v) => canonical(field, v, site, now)))
    return (issue) => {
      const values = read(issue)
      if (values.length === 0) return empty !== negated && (empty || !negated)
      const hit = values.some((value) => wanted.has(value))
      return hit !== negated
    }
  }
  const [limit = ''] = valuesOf(operands, site, now).map((v) => canonical(field, v, site, now))
  const compare = { '<': -1, '<=': -1, '>': 1, '>=': 1 }[operator]
  return (issue) =>
    read(issue).some((value) => {
      const order = Math.sign(Number(value) - Number(limit))
      return order === compare || (order === 0 && operator.endsWith('='))
    })
}

/** WAS and CHANGED look into the history; which fields have one is all that matters here. */
function history({ field, operator, operands, negated }: Extract<Clause, { kind: 'term' }>): Test {
  const wanted = new Set(
    operands.flatMap((one) => (one.kind === 'value' ? [one.value.toLowerCase()] : [])),
  )
  const values = (issue: Issue) => [
    ...issue.changes.flatMap(({ items }) =>
      items
        .filter((item) => item.field.toLowerCase() === field)
        .flatMap(({ from, to }) => [from?.toLowerCase(), to?.toLowerCase()]),
    ),
    ...(field === 'status' ? [issue.status.toLowerCase()] : []),
    ...(field === 'project' ? [issue.project.toLowerCase()] : []),
  ]
  if (operator === 'changed') return (issue) => values(issue).length > 1
  return (issue) => values(issue).some((value) => wanted.has(value ?? '')) !== negated
}

function valuesOf(operands: readonly Operand[], site: Site, now: number): string[] {
  return operands.flatMap((operand) => {
    if (operand.kind === 'empty') return []
    return operand.kind === 'value' ? [operand.value] : call(operand, site, now)
  })
}

function call(
  { name, args }: Extract<Operand, { kind: 'call' }>,
  site: Site,
  now: number,
): string[] {
  const shift = relative(args[0] ?? '0d', 0) ?? 0
  switch (name) {
    case 'currentuser':
      return [serviceAccount]
    case 'now':
      return [String(now)]
    case 'startofday':
      return [String(Math.floor(now / dayMs) * dayMs + shift)]
    case 'endofday':
      return [String(Math.ceil(now / dayMs) * dayMs + shift)]
    case 'opensprints':
      return site.sprints.filter(({ state }) => state === 'active').map(({ id }) => String(id))
    case 'closedsprints':
      return site.sprints.filter(({ state }) => state === 'closed').map(({ id }) => String(id))
    case 'linkedissues':
      return site.links
        .filter(({ inward, outward }) => inward === args[0] || outward === args[0])
        .map(({ inward, outward }) => (inward === args[0] ? outward : inward))
    default:
      throw new JqlProblem(`Unable to find JQL function '${name}'.`)
  }
}
