import type { Overlay } from '../spec/overlay.ts'

/** What the platform document lacks: boards and sprints are documented apart, as Jira Software's REST API. */
const board = 'https://developer.atlassian.com/cloud/jira/software/rest/api-group-board/'
const sprint = 'https://developer.atlassian.com/cloud/jira/software/rest/api-group-sprint/'
const backlog = 'https://developer.atlassian.com/cloud/jira/software/rest/api-group-backlog/'

const number = { type: 'integer' }
const paging = { startAt: number, maxResults: number }
const issueKeys = {
  type: 'object',
  properties: { issues: { type: 'array', items: { type: 'string' }, maxItems: 50 } },
  required: ['issues'],
  additionalProperties: false,
}

export const overlay: Overlay = {
  'GET /rest/agile/1.0/board': {
    source: `${board}#api-rest-agile-1-0-board-get`,
    query: { ...paging, projectKeyOrId: { type: 'string' } },
  },
  'GET /rest/agile/1.0/board/{boardId}': {
    source: `${board}#api-rest-agile-1-0-board-boardid-get`,
    path: { boardId: number },
  },
  'GET /rest/agile/1.0/board/{boardId}/configuration': {
    source: `${board}#api-rest-agile-1-0-board-boardid-configuration-get`,
    path: { boardId: number },
  },
  'GET /rest/agile/1.0/board/{boardId}/sprint': {
    source: `${board}#api-rest-agile-1-0-board-boardid-sprint-get`,
    path: { boardId: number },
    query: { ...paging, state: { type: 'string' } },
  },
  'GET /rest/agile/1.0/sprint/{sprintId}': {
    source: `${sprint}#api-rest-agile-1-0-sprint-sprintid-get`,
    path: { sprintId: number },
  },
  'GET /rest/agile/1.0/sprint/{sprintId}/issue': {
    source: `${sprint}#api-rest-agile-1-0-sprint-sprintid-issue-get`,
    path: { sprintId: number },
    query: { ...paging, jql: { type: 'string' }, fields: { type: 'string' } },
  },
  'POST /rest/agile/1.0/sprint/{sprintId}/issue': {
    source: `${sprint}#api-rest-agile-1-0-sprint-sprintid-issue-post`,
    path: { sprintId: number },
    body: issueKeys,
  },
  'POST /rest/agile/1.0/backlog/issue': {
    source: `${backlog}#api-rest-agile-1-0-backlog-issue-post`,
    body: issueKeys,
  },
}
