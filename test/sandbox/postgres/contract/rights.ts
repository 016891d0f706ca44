import { expect, test } from 'vitest'
import { refusal, type Drivers } from './drivers.ts'

/** What the roles of `workers/postgres/roles.sql` may not do, with nothing but the database to stop them. */
export function rightsContract({ driver, owner, as }: Drivers): void {
  test.each([
    ['gatehouse_analyst', 'SELECT email FROM customers', 'customers'],
    ['gatehouse_analyst', 'SELECT * FROM customers', 'customers'],
    ['gatehouse_analyst', 'SELECT c FROM customers c', 'customers'],
    ['gatehouse_analyst', 'SELECT phone FROM customers', 'customers'],
    ['gatehouse_analyst', 'SELECT id FROM customers WHERE email LIKE $$a%$$', 'customers'],
    ['gatehouse_analyst', 'SELECT id FROM customers ORDER BY email', 'customers'],
    ['gatehouse_analyst', 'SELECT card_fingerprint FROM payments', 'payments'],
    ['gatehouse_analyst', 'SELECT 1 FROM support.tickets', 'support'],
    ['gatehouse_engineer', 'SELECT card_fingerprint FROM payments', 'payments'],
    ['gatehouse_engineer', 'SELECT 1 FROM hr.salaries', 'hr'],
    ['gatehouse_login', 'SELECT 1 FROM orders', 'orders'],
  ])('%s may not %s', async (role, text, what) => {
    expect(await refusal(as(role, text))).toMatchObject({
      code: '42501',
      message: expect.stringMatching(`permission denied for (table|schema) ${what}`),
    })
  })

  test('a confidential ticket is for its assignee alone', async () => {
    const confidential = 'SELECT count(*) FROM support.tickets WHERE confidential'
    const all =
      'SELECT count(*) FROM support.tickets WHERE confidential AND assignee = $$engineer@example.com$$'
    const [mine] = (await owner().query(all)).rows
    expect(await as('gatehouse_engineer', confidential)).toEqual([mine])
    expect(await as('gatehouse_engineer', confidential, 'nobody@example.com')).toEqual([['0']])
    expect(Number(mine?.[0])).toBeGreaterThan(0)
  })

  test.each([
    'SET ROLE postgres',
    'SET SESSION AUTHORIZATION postgres',
    'SET LOCAL SESSION/**/AUTHORIZATION postgres',
    "SELECT set_config('session_authorization', 'postgres', false)",
    "SELECT set_config('role', 'postgres', false)",
    "SELECT pg_read_file('/etc/passwd')",
    "COPY (SELECT 1) TO PROGRAM 'id'",
    'CREATE TABLE public.mine (a int)',
    'CREATE TEMP TABLE mine (a int)',
    'CREATE ROLE mine',
    'ALTER ROLE gatehouse_login SUPERUSER',
    'SELECT pg_sleep(1)',
    'SELECT pg_advisory_lock(1)',
    "SELECT lo_from_bytea(0, 'x')",
    "SELECT query_to_xml('SELECT 1', true, true, '')",
    'SELECT rolpassword FROM pg_authid',
  ])('the login gets nowhere by %s', async (text) => {
    const sql = driver()
    const tried = sql.transaction([sql.query('SET TRANSACTION READ WRITE'), sql.query(text)])
    expect(await refusal(tried)).toMatchObject({ code: '42501' })
  })
}
