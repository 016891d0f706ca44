import { describe, expect, it } from 'vitest'
import type { Check, Results } from '../../conformance/suite.ts'
import { judge, unknownEntries, type NotOffered } from '../../conformance/verdict.ts'

const check = (id: string, status: Check['status'] = 'SUCCESS', untestable?: boolean): Check => ({
  id,
  status,
  ...(status === 'FAILURE' && { errorMessage: `${id} is wrong` }),
  ...(untestable && { details: { untestable } }),
})
const results = (scenarios: Record<string, Check[]>): Results => new Map(Object.entries(scenarios))
const list = (...fails: string[]): NotOffered[] => [{ what: 'tasks', why: 'Because.', fails }]

describe('the verdict on a conformance run', () => {
  it('counts checks, and names each that is wrong with its reason', () => {
    const run = results({
      b: [check('one'), check('two', 'FAILURE'), check('three', 'WARNING')],
      a: [check('four'), check('five', 'INFO'), check('six', 'SKIPPED')],
      c: [check('seven', 'SKIPPED')],
    })
    expect(judge(run, { notOffered: [] })).toEqual({
      passed: 2,
      failed: 2,
      lines: [
        '  ✓ a: 1 passed',
        '  ✗ b: 1 passed',
        '    ✗ two: two is wrong',
        '    ✗ three: no reason given',
        '  ✓ c: does not apply',
      ],
    })
  })

  it('counts nothing of a scenario that is not offered', () => {
    const run = results({ a: [check('one', 'FAILURE'), check('two')] })
    expect(judge(run, { notOffered: list('a') })).toEqual({
      passed: 0,
      failed: 0,
      lines: ['  – a: not offered (tasks)'],
    })
  })

  it('holds a scenario to its other checks when one of them is not offered', () => {
    const run = results({ a: [check('one', 'FAILURE'), check('two'), check('three', 'FAILURE')] })
    expect(judge(run, { notOffered: list('a:one') })).toEqual({
      passed: 1,
      failed: 1,
      lines: ['  ✗ a: 1 passed', '    ✗ three: three is wrong', '    – one: not offered (tasks)'],
    })
  })

  it.each(['a', 'a:one'])('fails when %s is listed and passes', (name) => {
    const run = results({ a: [check('one')] })
    expect(judge(run, { notOffered: list(name) })).toMatchObject({ passed: 0, failed: 1 })
  })

  it('keeps a listed check that ran twice and failed once', () => {
    const run = results({ a: [check('one'), check('one', 'FAILURE'), check('two')] })
    expect(judge(run, { notOffered: list('a:one') })).toMatchObject({ passed: 1, failed: 0 })
  })

  it('tolerates a listed check that was skipped', () => {
    const run = results({ a: [check('one', 'SKIPPED'), check('two')] })
    expect(judge(run, { notOffered: list('a:one') })).toMatchObject({ passed: 1, failed: 0 })
  })

  it('judges the named scenarios alone, and fails for one that did not run', () => {
    const run = results({ a: [check('one')], b: [check('two', 'FAILURE')] })
    expect(judge(run, { notOffered: [], only: ['a', 'c'] })).toEqual({
      passed: 1,
      failed: 1,
      lines: ['  ✓ a: 1 passed', '  ✗ c: 0 passed', '    ✗ it did not run'],
    })
  })

  it('passes over what needs the suite’s own tools only where there are none', () => {
    const run = results({ a: [check('one', 'FAILURE', true), check('two')] })
    expect(judge(run, { notOffered: [] })).toMatchObject({ passed: 1, failed: 1 })
    expect(judge(run, { notOffered: [], withoutDiagnosticTools: true })).toMatchObject({
      passed: 1,
      failed: 0,
    })
  })

  it('finds entries that the suite knows nothing of', () => {
    const runs = [results({ a: [check('one')] }), results({ b: [check('two')] })]
    expect(unknownEntries(list('a', 'a:two', 'b:two', 'c'), runs)).toEqual(['a:two', 'c'])
  })
})
