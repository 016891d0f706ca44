import * as z from 'zod'
import { decide, type Switches } from '../../../shared/policy.ts'
import { policy } from '../policy.ts'

/** “What would happen if …?”, from the address of the page; undefined when nothing was asked. */
export interface Question {
  readonly user: string
  readonly groups: readonly string[]
  readonly tool: string
  readonly args: Record<string, unknown>
  readonly facts: Record<string, unknown>
  /** What of the question could not be read. */
  readonly problem?: string
  readonly raw: Readonly<Record<string, string>>
}

const Json = z.record(z.string(), z.unknown())

export function explainQuestion(query: Readonly<Record<string, string>>): Question | undefined {
  const { user = '', groups = '', tool = '', args = '', facts = '' } = query
  if (!user && !tool) return undefined
  const [readArgs, readFacts] = [readJson(args), readJson(facts)]
  return {
    user: user.trim().toLowerCase(),
    groups: groups
      .split(',')
      .map((one) => one.trim())
      .filter(Boolean),
    tool: tool.trim(),
    args: readArgs ?? {},
    facts: readFacts ?? {},
    raw: { user, groups, tool, args, facts },
    ...((!readArgs || !readFacts) && {
      problem: 'Arguments and facts are JSON objects, like {"database": "shop"}.',
    }),
  }
}

function readJson(text: string): Record<string, unknown> | undefined {
  if (text.trim() === '') return {}
  try {
    return Json.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}

/** The same as `npm run policy -- explain`, with the switches as they stand. */
export function Explain({
  question,
  switches,
}: {
  readonly question: Question | undefined
  readonly switches: Switches
}) {
  const raw = question?.raw ?? {}
  return (
    <form method="get" action="/admin" class="card fields" id="explain">
      <h2>What does policy say?</h2>
      <label>
        Person
        <input
          name="user"
          type="email"
          value={raw.user ?? ''}
          placeholder="engineer@example.com"
          required
        />
      </label>
      <label>
        Their groups
        <input name="groups" value={raw.groups ?? ''} placeholder="engineering, admins" />
      </label>
      <label>
        Tool
        <input
          name="tool"
          value={raw.tool ?? ''}
          list="names"
          placeholder="execute_database_write"
          required
        />
      </label>
      <label>
        Arguments <span class="soft">(JSON, optional)</span>
        <input name="args" value={raw.args ?? ''} placeholder='{"database": "shop"}' />
      </label>
      <label>
        Facts of the preview <span class="soft">(JSON, optional)</span>
        <input name="facts" value={raw.facts ?? ''} placeholder='{"rows": 120}' />
      </label>
      <div class="actions">
        <button>Explain</button>
      </div>
      {question &&
        (question.problem ? (
          <p class="notice bad" role="alert">
            {question.problem}
          </p>
        ) : (
          <Answer question={question} switches={switches} />
        ))}
    </form>
  )
}

const looks = {
  allow: ['', 'Allowed, nobody is asked'],
  ask: ['warn', 'A person is asked'],
  four_eyes: ['warn', 'A second person is asked'],
  deny: ['bad', 'Denied'],
} as const

function Answer({
  question: { user, groups, tool, args, facts },
  switches,
}: {
  question: Question
  switches: Switches
}) {
  const integration =
    Object.keys(policy.catalogue).find((id) => tool in (policy.catalogue[id]?.tools ?? {})) ?? ''
  const decision = decide(policy, {
    person: { email: user, groups },
    integration,
    tool,
    args,
    facts,
    switches,
  })
  const [look, label] = looks[decision.outcome]
  return (
    <div class={`notice ${look}`} role="status">
      <strong>{label}</strong>
      <p>{decision.reason}</p>
      <dl class="facts">
        {decision.rule && (
          <>
            <dt>Rule</dt>
            <dd>
              <code>{decision.rule}</code>
            </dd>
          </>
        )}
        {decision.approvers.length > 0 && (
          <>
            <dt>Who decides</dt>
            <dd>
              {decision.approvers
                .map((one) =>
                  one === 'self'
                    ? 'the person'
                    : 'group' in one
                      ? `group ${one.group}`
                      : one.person,
                )
                .join(', ')}
            </dd>
          </>
        )}
        {Object.entries(decision.limits).map(([name, values]) => (
          <>
            <dt>{name}</dt>
            <dd>{values.join(', ') || 'none'}</dd>
          </>
        ))}
        <dt>Policy</dt>
        <dd>
          <code>{decision.version}</code>
        </dd>
      </dl>
    </div>
  )
}
