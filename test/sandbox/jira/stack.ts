import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { serveApp } from '../serve.ts'
import type { Upstream } from '../upstreams.ts'
import { pretendJira } from './jira.ts'
import type { Site } from './model.ts'

/** The pretend Jira as a part of the one-machine stack: a site that survives a restart. */
export const jiraInStack: Upstream = {
  worker: 'jira',
  title: 'Jira',
  hosts: ['example.atlassian.net'],
  settings: {
    JIRA_SITE_URL: 'https://example.atlassian.net',
    JIRA_ACCOUNT_EMAIL: 'gatehouse@serviceaccount.example.com',
    JIRA_API_TOKEN: 'sandbox-jira-token',
  },
  start({ port, stateDir }) {
    const file = join(stateDir, 'jira.json')
    const site = existsSync(file)
      ? (JSON.parse(readFileSync(file, 'utf8')) as Site) // written by this program, below
      : undefined
    const { app } = pretendJira({
      ...(site && { site }),
      changed(now) {
        mkdirSync(stateDir, { recursive: true })
        writeFileSync(file, JSON.stringify(now))
      },
    })
    return serveApp(app, port)
  },
}
