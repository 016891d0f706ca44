/** A real network for tests inside workerd: the pretend Jira on loopback. */
import type { TestProject } from 'vitest/node'
import { pretendJira } from '../../sandbox/jira/jira.ts'
import { serveApp } from '../../sandbox/serve.ts'

declare module 'vitest' {
  interface ProvidedContext {
    jiraUrl: string
  }
}

export default async function setup(project: TestProject) {
  const jira = pretendJira()
  const running = await serveApp(jira.app, 0)
  project.provide('jiraUrl', running.url)
  return async () => {
    await running.close()
    const findings = jira.findings()
    if (findings.length > 0) throw new Error(`Jira would not know: ${findings.join('; ')}`)
  }
}
