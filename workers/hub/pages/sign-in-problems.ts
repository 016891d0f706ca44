import type { SignInProblem } from '../sign-in/sign-in-error.ts'
import type { Problem } from './error.tsx'

const again = { href: '/sign-in', label: 'Try again' }

const problems: Record<SignInProblem, Omit<Problem, 'action'>> = {
  unavailable: {
    status: 503,
    title: 'Sign-in isn’t available right now',
    text: 'Your company’s sign-in service does not answer. Your connected apps keep working for a while. Try again in a minute.',
  },
  declined: {
    status: 403,
    title: 'You were not signed in',
    text: 'Your company’s sign-in service ended the sign-in. If you stopped it yourself, you can start again.',
  },
  not_started_here: {
    status: 400,
    title: 'This sign-in has run out',
    text: 'It took too long, was used before, or was started in another browser.',
  },
  not_verified: {
    status: 403,
    title: 'Your sign-in could not be verified',
    text: 'The sign-in service’s answer did not prove who you are, so nobody was signed in. If it happens again, tell an administrator.',
  },
  email_unverified: {
    status: 403,
    title: 'Your e-mail address isn’t verified',
    text: 'Your address is how Gatehouse knows you, and the sign-in service does not confirm that it is yours. Have it verified there, then come back.',
  },
  domain: {
    status: 403,
    title: 'This address isn’t from here',
    text: 'Only addresses of this company can sign in. If you have several accounts, choose the company’s one.',
  },
}

/** The page for a sign-in that failed before anybody was known. */
export const signInProblem = (problem: SignInProblem): Problem => ({
  ...problems[problem],
  action: again,
})

/** The pages for people whom the provider vouched for and the hub still refuses. */
export const signInRefusals = {
  disabled: {
    status: 403,
    title: 'Your access is switched off',
    text: 'An administrator has disabled this account. Ask them if you think that is a mistake.',
    action: again,
  },
  other_subject: {
    status: 403,
    title: 'This address belonged to another account',
    text: 'Somebody signed in here before with the same e-mail address but another account. What that account could do must not pass to you unseen: an administrator has to release the address first.',
    action: again,
  },
  nobody: {
    status: 400,
    title: 'Nobody here has that address',
    text: 'A development hub knows four people. Pick one of them.',
    action: again,
  },
} satisfies Record<string, Problem>
