/**
 * The pretend systems that the one-machine stack runs in place of real ones. To add one, write
 * `test/sandbox/<name>/` and a line here: what it starts, which hosts lead to it, and what its
 * Worker must know to call it.
 */
import { jiraInStack } from './jira/stack.ts'
import { ordersInStack } from './orders/stack.ts'
import { slackInStack } from './slack/stack.ts'

export interface RunningUpstream {
  /** Origin of the pretend system, for example `http://127.0.0.1:8722`: its page for people is `/`. */
  readonly url: string
  close(): Promise<void>
}

export interface Upstream {
  /** The Worker that uses it, as in wrangler.toml; it runs only when that Worker does. */
  readonly worker: string
  /** For people: "Jira", "Slack". */
  readonly title: string
  /**
   * Requests of Workers to these hosts, by whatever scheme and port, come to it with path, query,
   * headers and body unchanged. A leading `*.` stands for any one label.
   */
  readonly hosts: readonly string[]
  /** Variables and secrets of the Worker: the base URL, the token that the pretend system accepts. */
  readonly settings: Readonly<Record<string, string>>
  /** `stateDir` is its own folder under `.local/`, if it wants to remember; it may not exist yet. */
  start(options: { readonly port: number; readonly stateDir: string }): Promise<RunningUpstream>
}

export const upstreams: readonly Upstream[] = [jiraInStack, ordersInStack, slackInStack]
