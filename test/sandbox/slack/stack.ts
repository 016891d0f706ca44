import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Hono } from 'hono'
import { serveApp } from '../serve.ts'
import type { Upstream } from '../upstreams.ts'
import { botToken, searchToken, spareBotToken } from './seed.ts'
import { Journal, pretendSlack } from './slack.ts'

/** The pretend Slack as a part of the one-machine stack. */
export const slackInStack: Upstream = {
  worker: 'slack',
  title: 'Slack',
  hosts: ['slack.com'],
  settings: {
    SLACK_API_URL: 'https://slack.com/api',
    SLACK_BOT_TOKEN: botToken,
    SLACK_BOT_TOKEN_NEXT: spareBotToken,
    SLACK_SEARCH_TOKEN: searchToken,
  },
  start({ port, stateDir }) {
    const file = join(stateDir, 'slack.json')
    const journal = existsSync(file)
      ? Journal.parse(JSON.parse(readFileSync(file, 'utf8')))
      : undefined
    const slack = pretendSlack(journal && { journal })
    let kept = slack.journal.calls.length
    const keeping = new Hono()
    keeping.use(async (_, next) => {
      await next()
      if (slack.journal.calls.length === kept) return
      kept = slack.journal.calls.length
      mkdirSync(stateDir, { recursive: true })
      writeFileSync(file, JSON.stringify(slack.journal))
    })
    keeping.route('/', slack.app)
    return serveApp(keeping, port)
  },
}
