import { Identity } from '../identity.ts'

/** The people of a development hub, a pick each. */
const people = [
  { email: 'admin@example.com', name: 'Ada Admin', groups: ['admins', 'engineering'] },
  { email: 'engineer@example.com', name: 'Edgar Engineer', groups: ['engineering'] },
  { email: 'analyst@example.com', name: 'Ann Analyst', groups: ['analysts'] },
  { email: 'outsider@example.com', name: 'Otto Outsider', groups: [] },
]
export const devPeople: readonly Identity[] = people.map((person) =>
  Identity.parse({ ...person, subject: `dev ${person.email}` }),
)

export const devPerson = (email: string): Identity | undefined =>
  devPeople.find((person) => person.email === email.toLowerCase())
