import type { NotOffered } from './verdict.ts'

/** What the suite asks for and these endpoints leave out on purpose. An entry that stops failing fails the run. */
export const notOffered: readonly NotOffered[] = [
  {
    what: 'sampling',
    why: 'A governed endpoint answers from its own system. Having the client’s model write part of an answer would mix text that nobody vouches for into it, unseen by policy and audit. Deprecated since 2026-07-28.',
    fails: [
      'tools-call-sampling',
      'input-required-result-basic-sampling',
      // These two want sampling beside a form; forms alone have scenarios of their own, which pass.
      'input-required-result-multiple-input-requests',
      'input-required-result-capability-check',
      // Our refusal names form elicitation, which is what the tool asked for; the suite wants `sampling` named.
      'server-stateless:sep-2575-server-rejects-undeclared-capability',
    ],
  },
  {
    what: 'roots',
    why: 'Roots are folders on the person’s machine, and no endpoint has business there. Deprecated since 2026-07-28.',
    fails: ['input-required-result-basic-list-roots'],
  },
  {
    what: 'logging to the client',
    why: 'What a tool logs is for the audit trail, which is redacted, kept and read by those who may; the client is not among them. Deprecated since 2026-07-28.',
    fails: ['logging-set-level', 'tools-call-with-logging'],
  },
  {
    what: 'resource subscriptions',
    why: 'They need a stream that stays open, which would pin and bill an object for each person, and the systems behind have no change feed to send from.',
    fails: ['resources-subscribe', 'resources-unsubscribe'],
  },
  {
    what: 'resumable streams',
    why: 'An answer is one short stream. A call that broke off is asked again: reads cost nothing to repeat, and a write’s result is kept by its approval.',
    fails: ['server-sse-polling'],
  },
  {
    what: 'forms from prompts',
    why: 'A prompt is a text with arguments that are declared; a client asks for those by itself. Only tools ask by forms.',
    fails: ['input-required-result-non-tool-request'],
  },
  {
    what: 'schemas with $ref, $defs, if/then or a composition at the root',
    why: 'Some clients drop every tool of a server for one such schema, so a test of the catalogue forbids them.',
    fails: ['json-schema-2020-12'],
  },
  {
    what: 'x-mcp-header',
    why: 'It copies arguments into HTTP headers for proxies to route by. Nothing here routes by arguments, and headers end up in logs that are not redacted.',
    fails: ['http-custom-header-server-validation'],
  },
  {
    what: 'the tasks extension',
    why: 'What takes long here is a person deciding, and that has a result tool which works in every client; a tool itself ends within its deadline.',
    fails: [
      'tasks-capability-negotiation',
      'tasks-dispatch-and-envelope',
      'tasks-lifecycle',
      'tasks-mrtr-composition',
      'tasks-mrtr-input',
      'tasks-request-headers',
      'tasks-request-state-removal',
      'tasks-required-task-error',
      'tasks-wire-fields',
    ],
  },
]
