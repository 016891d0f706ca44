import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { approvalId, issueIn, jiraHarness, tool, writesOf, type Harness } from './harness.ts'

let time = Date.parse('2026-11-20T12:00:00Z')
let jira: Harness
beforeEach(() => {
  jira = jiraHarness({ now: () => (time += 1000) })
})
afterEach(() => {
  expect(jira.findings()).toEqual([])
  vi.unstubAllGlobals()
})

const issue = (key: string) => issueIn(jira, key)

describe('update_jira_issue', () => {
  test('shows the difference and sends nothing else', async () => {
    const args = {
      issue_key: 'ENG-4',
      priority: 'Low',
      summary: 'Show customers why an order failed',
      assignee: 'me',
      description: 'New words.',
    }
    const before = issue('ENG-4')
    const version = new Date(before.updated).toISOString().replace('Z', '+0000')
    expect(await jira.preview('update_jira_issue', args)).toEqual({
      summary:
        'Change priority, assignee, description of ENG-4: Show customers why an order failed',
      changes: [
        { field: 'priority', from: 'Medium', to: 'Low' },
        { field: 'assignee', from: 'nobody', to: 'Edgar Engineer' },
      ],
      text: { before: 'As a customer I want to know what to do next.', after: 'New words.' },
      target: { id: 'ENG-4', version },
      facts: { mentions: 0, fields: 3 },
    })
    await jira.write('update_jira_issue', args)
    expect(issue('ENG-4')).toMatchObject({ priority: 'Low', assignee: '5b10a2844c20165700ede21e' })
    expect(issue('ENG-4').changes.at(-1)).toMatchObject({
      items: [
        { field: 'priority', from: 'Medium', to: 'Low' },
        { field: 'assignee' },
        { field: 'description' },
      ],
      historyMetadata: {
        type: 'gatehouse:approval',
        actor: { id: 'engineer@example.com' },
        cause: { id: approvalId, type: 'gatehouse-approval' },
      },
    })
  })

  test('never rewrites a description that was not changed', async () => {
    const { description } = await jira.read('get_jira_issue', { issue_key: 'ENG-2' })
    const before = issue('ENG-2').description
    await jira.write('update_jira_issue', { issue_key: 'ENG-2', description, priority: 'Low' })
    expect(issue('ENG-2').description).toBe(before)
    const call = jira.preview('update_jira_issue', { issue_key: 'ENG-2', description })
    await expect(call).rejects.toMatchObject({ code: 'invalid_input' })
  })

  test('keeps what Markdown does not show in the blocks that stay', async () => {
    const { description } = await jira.read('get_jira_issue', { issue_key: 'ENG-2' })
    const before = issue('ENG-2').description?.content ?? []
    const edited = String(description).replace('## What happens', '## What happened')
    await jira.write('update_jira_issue', { issue_key: 'ENG-2', description: edited })
    const after = issue('ENG-2').description?.content ?? []
    expect(after.slice(1)).toEqual(before.slice(1))
    expect(after[0]).toMatchObject({ type: 'heading', content: [{ text: 'What happened' }] })
  })

  test('refuses words that would lose a macro', async () => {
    const call = jira.preview('update_jira_issue', { issue_key: 'ENG-2', description: 'Short.' })
    await expect(call).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringContaining('macro toc'),
    })
  })

  test('is refused when the issue moved on between approval and run', async () => {
    const args = { issue_key: 'ENG-4', priority: 'Low' }
    const preview = await jira.preview('update_jira_issue', args)
    issue('ENG-4').updated += 1
    const run = tool('update_jira_issue').bind(args).run(jira.context(), { preview })
    await expect(run).rejects.toMatchObject({ code: 'upstream_rejected' })
    expect(issue('ENG-4').priority).toBe('Medium')
    expect(writesOf(jira)).toEqual([])
  })

  test('is refused at once when the reader’s version is old', async () => {
    const call = jira.preview('update_jira_issue', {
      issue_key: 'ENG-4',
      priority: 'Low',
      expected_updated: 'x',
    })
    await expect(call).rejects.toMatchObject({ code: 'upstream_rejected' })
  })

  test.each([
    [{ issue_key: 'SECRET-1', priority: 'Low' }, 'forbidden'],
    [{ issue_key: 'ENG-90', priority: 'Low' }, 'not_found'],
    [{ issue_key: 'ENG-4', parent_key: 'SECRET-1' }, 'forbidden'],
    [{ issue_key: 'ENG-4', priority: 'Medium' }, 'invalid_input'], // nothing changes
    [{ issue_key: 'ENG-4' }, 'invalid_input'],
    [{ issue_key: 'ENG-4', assignee: 'none' }, 'invalid_input'], // nobody is assigned already
    [{ issue_key: 'ENG-4', due_date: '2026-02-30' }, 'invalid_input'],
    [{ issue_key: 'ENG-4', fields: { project: { key: 'SECRET' } } }, 'invalid_input'],
    [{ issue_key: 'ENG-4', fields: { status: { name: 'Done' } } }, 'invalid_input'],
  ])('%j: %s', async (args, code) => {
    const call = async () => jira.preview('update_jira_issue', args)
    await expect(call()).rejects.toMatchObject({ code })
  })

  test('sets this site’s own fields, shown in words', async () => {
    const args = {
      issue_key: 'ENG-2',
      fields: { customfield_10050: { value: 'Critical' }, customfield_10016: 5 },
    }
    const preview = await jira.preview('update_jira_issue', args)
    expect(preview.changes).toEqual([{ field: 'customfield_10050', from: 'Major', to: 'Critical' }])
    await jira.write('update_jira_issue', {
      ...args,
      assignee: 'none',
      due_date: '2026-12-01',
      labels: ['x'],
    })
    expect(issue('ENG-2')).toMatchObject({ assignee: null, due: '2026-12-01', labels: ['x'] })
  })
})

describe('transition_jira_issue', () => {
  test('takes the one step that leads to a status', async () => {
    const args = { issue_key: 'ENG-2', to_status: 'in review' }
    expect(await jira.preview('transition_jira_issue', args)).toMatchObject({
      summary: 'Move ENG-2 from In Progress to In Review: Refunds are paid twice',
      changes: [{ field: 'status', from: 'In Progress', to: 'In Review' }],
      facts: { category: 'in_progress' },
    })
    expect(await jira.write('transition_jira_issue', args)).toEqual({
      key: 'ENG-2',
      from: 'In Progress',
      to: 'In Review',
    })
    expect(issue('ENG-2').status).toBe('In Review')
  })

  test('gives the fields that the step’s screen wants', async () => {
    const args = { issue_key: 'ENG-3', to_status: 'Done' }
    await expect(jira.preview('transition_jira_issue', args)).rejects.toMatchObject({
      code: 'invalid_input',
      message: 'This step needs resolution: give them in fields.',
    })
    await jira.write('transition_jira_issue', { ...args, fields: { resolution: { name: 'Done' } } })
    expect(issue('ENG-3')).toMatchObject({ status: 'Done', resolution: 'Done' })
  })

  test.each([
    ['ENG-4', 'Done'], // several steps away
    ['ENG-4', 'Nowhere'],
    ['ENG-4', 'To Do'], // already there
  ])('does not take %s to %s', async (issue_key, to_status) => {
    const call = jira.preview('transition_jira_issue', { issue_key, to_status })
    await expect(call).rejects.toMatchObject({ code: 'invalid_input' })
  })
})
