/** A real network for tests inside workerd: the pretend Slack on loopback. */
import type { TestProject } from 'vitest/node'
import { serveApp } from '../../sandbox/serve.ts'
import { pretendSlack } from '../../sandbox/slack/slack.ts'

declare module 'vitest' {
  interface ProvidedContext {
    slackUrl: string
  }
}

export default async function setup(project: TestProject) {
  const slack = pretendSlack({ rateLimits: false })
  const running = await serveApp(slack.app, 0)
  project.provide('slackUrl', running.url)
  return async () => {
    await running.close()
    if (slack.findings.length > 0)
      throw new Error(`Slack would not know: ${slack.findings.join('; ')}`)
  }
}
