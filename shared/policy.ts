/**
 * Policy as code: who may call what, with which arguments, and who decides on a write. Default
 * deny. Pure: no I/O and no clock, so the same question always has the same answer, and each
 * answer names the rule and the policy version that gave it.
 */
import { canonicalJson, sha256Hex } from './hash.ts'
import { RuleIndex } from './policy-index.ts'
import { conditionWords, holds, limitsOf, outsideLimits } from './policy-limits.ts'
import type { Effect, Limits, Scope } from './tool.ts'

/** The shape of `shared/catalogue.ts`, which types the policy: unknown names do not compile. */
export type Catalogue = Readonly<Record<string, CatalogueIntegration>>
export interface CatalogueIntegration {
  readonly title: string
  readonly scopes: Readonly<Record<Scope, string>>
  readonly limits: Readonly<
    Record<
      string,
      { readonly title: string; readonly kind: 'list' | 'choice'; readonly argument?: string }
    >
  >
  readonly tools: Readonly<Record<string, CatalogueTool>>
  /** URI templates and prompt names, for the documents and the connect page. */
  readonly resources?: readonly string[]
  readonly prompts?: readonly string[]
}
export interface CatalogueTool {
  readonly title: string
  readonly scope: Scope
  readonly effect: Effect
  readonly arguments: readonly string[]
}

export type Who = 'everyone' | { readonly group: string } | { readonly person: string }
export const group = (name: string): { readonly group: string } => ({ group: name })
/** @param email as the identity provider spells it; compared without case. */
export const person = (email: string): { readonly person: string } => ({
  person: email.toLowerCase(),
})

export type ApprovalMode = 'never' | 'ask' | 'four_eyes'
/** Who may decide: the proposer (`self`), people, groups. `four_eyes` leaves the proposer out, whatever this says. */
export type Approver = 'self' | Exclude<Who, 'everyone'>

/** True when the argument, or the fact of the preview, is over the number or equals one of the values. */
export type Condition<Argument extends string = string> =
  | { readonly argument: Argument; readonly over: number }
  | { readonly argument: Argument; readonly oneOf: readonly (string | number | boolean)[] }
  | { readonly fact: string; readonly over: number }
  | { readonly fact: string; readonly oneOf: readonly (string | number | boolean)[] }

export interface Approval<Argument extends string = string> {
  readonly mode: ApprovalMode
  readonly approvers?: readonly Approver[]
  /** The first condition that holds replaces the mode and approvers above. */
  readonly when?: readonly {
    readonly if: Condition<Argument>
    readonly mode: ApprovalMode
    readonly approvers?: readonly Approver[]
  }[]
}

type Names<T> = keyof T & string
type Arguments<C extends CatalogueIntegration> = C['tools'][Names<C['tools']>]['arguments'][number]

export interface RuleFor<Id extends string, C extends CatalogueIntegration> {
  /** Named in every decision and audit row. */
  readonly id: string
  readonly who: Who | readonly Who[]
  readonly integration: Id
  /** Tools by name, or by the scope they need; `'all'` for every tool of the integration. */
  readonly tools: 'all' | readonly (Names<C['tools']> | Names<C['scopes']>)[]
  readonly limits?: { readonly [L in Names<C['limits']>]?: readonly string[] }
  /** For writes; without it a person asks himself (`ask`, approver `self`). */
  readonly approval?: Approval<Arguments<C>>
}
export type Rule<C extends Catalogue> = { [Id in Names<C>]: RuleFor<Id, C[Id]> }[Names<C>]

export interface QuotaFor<Id extends string, C extends CatalogueIntegration> {
  readonly id: string
  readonly who: Who | readonly Who[]
  readonly integration: Id
  /** Counts this tool alone; without it, every call of the integration. */
  readonly tool?: Names<C['tools']>
  readonly limit: number
  readonly per: 'minute' | 'hour' | 'day'
}
export type QuotaRule<C extends Catalogue> = { [Id in Names<C>]: QuotaFor<Id, C[Id]> }[Names<C>]

export interface Policy<C extends Catalogue = Catalogue> {
  readonly rules: readonly Rule<C>[]
  readonly quotas?: readonly QuotaRule<C>[]
  /** Only these people may use the integration until it is widened, whatever the rules say. */
  readonly pilots?: { readonly [Id in Names<C>]?: readonly Who[] }
  /** Who may use `/admin` (kill switches), and who may read `/audit`. */
  readonly admins: readonly Who[]
  readonly auditors: readonly Who[]
  /** Days a ledger day is kept. */
  readonly retentionDays?: number
}

export interface Person {
  readonly email: string
  readonly groups: readonly string[]
}

/** What an administrator has switched off, without a deploy. */
export interface Switches {
  readonly everything: boolean
  readonly integrations: readonly string[]
  readonly tools: readonly string[]
  readonly people: readonly string[]
  readonly clients: readonly string[]
}
export const nothingOff: Switches = {
  everything: false,
  integrations: [],
  tools: [],
  people: [],
  clients: [],
}

export interface Quota {
  readonly id: string
  readonly tool?: string
  readonly limit: number
  readonly per: 'minute' | 'hour' | 'day'
}

/** What one person may do with one integration: all that an endpoint gets to know of policy. */
export interface Slice {
  readonly version: string
  readonly tools: Readonly<
    Record<string, { readonly rule: string; readonly mode: ApprovalMode; readonly limits: Limits }>
  >
  readonly quotas: readonly Quota[]
  /** Tools the person would have, were they not switched off. */
  readonly off: readonly string[]
}

export interface Decision {
  readonly outcome: 'allow' | 'deny' | 'ask' | 'four_eyes'
  /** The rule that decided; absent when no rule applies. */
  readonly rule?: string
  readonly reason: string
  readonly approvers: readonly Approver[]
  readonly limits: Limits
  readonly version: string
}

type AnyRule = RuleFor<string, CatalogueIntegration>

export interface CompiledPolicy {
  readonly policy: Policy
  readonly catalogue: Catalogue
  readonly version: string
  readonly rules: ReadonlyMap<string, RuleIndex<CompiledRule>>
}
interface CompiledRule {
  readonly rule: AnyRule
  readonly tools: ReadonlySet<string>
  readonly grantsWrites: boolean
}

/** Checks names against the catalogue and prepares the rules. Run once, when the Worker starts. */
export function compilePolicy<const C extends Catalogue>(
  catalogue: C,
  policy: Policy<C>,
): CompiledPolicy {
  const loose: Policy = policy as unknown as Policy // the same data seen without its compile-time names
  const rules = new Map<string, RuleIndex<CompiledRule>>()
  for (const rule of loose.rules) {
    const integration = catalogue[rule.integration]
    if (!integration)
      throw new Error(`Policy rule ${rule.id}: no integration is called ${rule.integration}`)
    const index = rules.get(rule.integration) ?? new RuleIndex<CompiledRule>()
    const tools = toolsOf(integration, rule)
    const grantsWrites = [...tools].some((name) => integration.tools[name]?.effect !== 'read')
    index.add({ rule, tools, grantsWrites }, listed(rule.who))
    rules.set(rule.integration, index)
  }
  return { policy: loose, catalogue, version: sha256Hex(canonicalJson(policy)).slice(0, 12), rules }
}

function toolsOf(integration: CatalogueIntegration, rule: AnyRule): ReadonlySet<string> {
  const all = Object.entries(integration.tools)
  if (rule.tools === 'all') return new Set(all.map(([name]) => name))
  const wanted = new Set<string>(rule.tools)
  for (const name of wanted) {
    if (!(name in integration.tools) && !(name in integration.scopes))
      throw new Error(`Policy rule ${rule.id}: ${rule.integration} has no tool or scope ${name}`)
  }
  return new Set(
    all.filter(([name, tool]) => wanted.has(name) || wanted.has(tool.scope)).map(([name]) => name),
  )
}

/** The tool that the shell adds to every integration with writes: it collects what was approved. */
export const approvalResultTool = (integrationId: string): string =>
  `get_${integrationId}_approval_result`

/** Who may use any write of an integration may also collect its approvals; no rule needs to say so. */
const grants = (rule: CompiledRule, integrationId: string, tool: string): boolean =>
  rule.tools.has(tool) || (tool === approvalResultTool(integrationId) && rule.grantsWrites)

/** Reads, and collecting an approval, which is no write of its own. */
const needsNobody = (integrationId: string, name: string, tool: CatalogueTool): boolean =>
  tool.effect === 'read' || name === approvalResultTool(integrationId)

const listed = <T>(value: T | readonly T[]): readonly T[] =>
  Array.isArray(value) ? value : [value as T]

/** Whether `who` names this person. */
export function isOneOf(person: Person, who: readonly (Who | Approver)[]): boolean {
  return who.some((one) => {
    if (one === 'everyone') return true
    if (one === 'self') return false
    return 'group' in one
      ? person.groups.includes(one.group)
      : one.person.toLowerCase() === person.email.toLowerCase()
  })
}

/** What a person may do with one integration. Switched-off tools are named, so a refusal can say why. */
export function sliceFor(
  compiled: CompiledPolicy,
  person: Person,
  integrationId: string,
  switches: Switches,
  clientId?: string,
): Slice {
  const tools: Record<string, { rule: string; mode: ApprovalMode; limits: Limits }> = {}
  const off: string[] = []
  const stopped =
    switches.everything ||
    switches.integrations.includes(integrationId) ||
    switches.people.includes(person.email) ||
    (clientId !== undefined && switches.clients.includes(clientId))
  const integration = compiled.catalogue[integrationId]
  const rules = applicable(compiled, person, integrationId)
  for (const [name, tool] of Object.entries(integration?.tools ?? {})) {
    const mine = rules.filter((r) => grants(r, integrationId, name))
    const first = mine[0]
    if (!first || !integration) continue
    if (stopped || switches.tools.includes(name)) off.push(name)
    else
      tools[name] = {
        rule: first.rule.id,
        mode: needsNobody(integrationId, name, tool) ? 'never' : approvalOf(first.rule).mode,
        limits: limitsOf(
          integration,
          mine.map(({ rule }) => rule),
        ),
      }
  }
  const quotas = (compiled.policy.quotas ?? [])
    .filter((q) => q.integration === integrationId && isOneOf(person, listed(q.who)))
    .map(({ id, tool, limit, per }) => ({ id, limit, per, ...(tool !== undefined && { tool }) }))
  return { version: compiled.version, tools, quotas, off }
}

/** The scopes this person can be granted: those of the tools policy allows, and no other. */
export function scopesFor(
  compiled: CompiledPolicy,
  person: Person,
  integrationId: string,
): Scope[] {
  const allowed = sliceFor(compiled, person, integrationId, nothingOff).tools
  const tools = Object.entries(compiled.catalogue[integrationId]?.tools ?? {})
  return [...new Set(tools.filter(([name]) => name in allowed).map(([, tool]) => tool.scope))]
}

export interface Question {
  readonly person: Person
  readonly integration: string
  readonly tool: string
  readonly clientId?: string
  readonly args?: Readonly<Record<string, unknown>>
  /** The preview's facts, once there is a preview. */
  readonly facts?: Readonly<Record<string, unknown>>
  readonly switches?: Switches
}

/** What happens to one call, and which rule says so. */
export function decide(compiled: CompiledPolicy, question: Question): Decision {
  const {
    person,
    integration: id,
    tool: name,
    args = {},
    facts = {},
    switches = nothingOff,
  } = question
  const deny = (reason: string, rule?: string): Decision => ({
    outcome: 'deny',
    reason,
    approvers: [],
    limits: {},
    version: compiled.version,
    ...(rule !== undefined && { rule }),
  })
  const integration = compiled.catalogue[id]
  const tool = integration?.tools[name]
  if (!integration || !tool) return deny(`There is no tool ${name}.`)
  if (switches.everything) return deny('Everything is switched off by an administrator.')
  if (switches.integrations.includes(id))
    return deny(`${integration.title} is switched off by an administrator.`)
  if (switches.tools.includes(name)) return deny(`${name} is switched off by an administrator.`)
  if (switches.people.includes(person.email))
    return deny('This person is switched off by an administrator.')
  if (question.clientId !== undefined && switches.clients.includes(question.clientId))
    return deny('This client is switched off by an administrator.')
  const pilots = compiled.policy.pilots?.[id]
  if (pilots && !isOneOf(person, pilots))
    return deny(`${integration.title} is open to its pilot group only.`)
  const mine = applicable(compiled, person, id).filter((r) => grants(r, id, name))
  const first = mine[0]
  if (!first) return deny('No rule allows it.')
  const limits = limitsOf(
    integration,
    mine.map(({ rule }) => rule),
  )
  const outside = outsideLimits(integration, limits, args)
  if (outside) return deny(outside, first.rule.id)
  const { version } = compiled
  if (needsNobody(id, name, tool)) {
    const reason = 'A rule allows it.'
    return { outcome: 'allow', rule: first.rule.id, reason, approvers: [], limits, version }
  }
  // A write is judged by one rule as a whole: the mode of one and the limits of another would add
  // up to what neither allows.
  const own = mine.find(
    ({ rule }) => !outsideLimits(integration, limitsOf(integration, [rule]), args),
  )
  if (!own) return deny('No single rule allows these arguments together.', first.rule.id)
  const base = { rule: own.rule.id, limits: limitsOf(integration, [own.rule]), version }
  const approval = approvalOf(own.rule)
  const exception = approval.when?.find((w) => holds(w.if, args, facts))
  const { mode, approvers = ['self'] as const } = exception ?? approval
  if (mode === 'never' && facts[alwaysAsk] === true)
    return { ...base, outcome: 'ask', reason: 'A person always decides on this.', approvers }
  const outcome = mode === 'never' ? 'allow' : mode
  const because = exception
    ? `A condition of the rule holds: ${conditionWords(exception.if)}.`
    : 'A rule allows it.'
  return { ...base, outcome, reason: because, approvers }
}

/**
 * The fact by which a tool's preview asks for a person although a rule says `never`: a message to
 * outsiders, one that notifies everybody. It can only add a person, never leave one out.
 */
const alwaysAsk = 'always_ask'

/** Whether this person may decide a proposal. `four_eyes` never lets the proposer. */
export function mayApprove(
  decision: Pick<Decision, 'outcome' | 'approvers'>,
  proposer: Person,
  decider: Person,
): boolean {
  const same = proposer.email.toLowerCase() === decider.email.toLowerCase()
  if (decision.outcome === 'four_eyes' && same) return false
  if (decision.outcome !== 'ask' && decision.outcome !== 'four_eyes') return false
  return (same && decision.approvers.includes('self')) || isOneOf(decider, decision.approvers)
}

function applicable(
  compiled: CompiledPolicy,
  person: Person,
  integrationId: string,
): readonly CompiledRule[] {
  const pilots = compiled.policy.pilots?.[integrationId]
  if (pilots && !isOneOf(person, pilots)) return []
  return compiled.rules.get(integrationId)?.of(person) ?? []
}

const approvalOf = (rule: AnyRule): Approval =>
  rule.approval ?? { mode: 'ask', approvers: ['self'] }
