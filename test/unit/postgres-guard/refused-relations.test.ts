import { describe, expect, it } from 'vitest'
import { objection, passing } from './judge.ts'
import { placed, relationPositions } from './positions.ts'

describe('relations', { timeout: 60_000 }, () => {
  const secrets = [
    'pg_authid',
    'pg_shadow',
    'pg_user',
    'pg_roles',
    'pg_user_mapping',
    'pg_stat_activity',
    'pg_stat_statements',
    'pg_stat_ssl',
    'pg_settings',
    'pg_file_settings',
    'pg_hba_file_rules',
    'pg_ident_file_mappings',
    'pg_config',
    'pg_largeobject',
    'pg_statistic',
    'pg_stats',
    'pg_locks',
    'pg_cursors',
    'pg_prepared_statements',
    'pg_proc',
    'pg_class',
    'pg_namespace',
    'pg_views',
    'pg_tables',
    'pg_foreign_server',
    'pg_subscription',
    'pg_db_role_setting',
    'pg_timezone_names',
    'pg_seclabel',
    'pg_policies',
    'PG_AUTHID',
    '"pg_authid"',
    'U&"pg\\005fauthid"',
    'pg_catalog.pg_authid',
    '"pg_catalog"."pg_authid"',
    'pg_catalog.whatever',
    'pg_toast.pg_toast_1',
    'pg_temp.orders',
    'pg_temp_3.orders',
    'information_schema.role_table_grants',
    'information_schema.user_mapping_options',
    'information_schema.routines',
    'information_schema.views',
    'information_schema.applicable_roles',
    'shop.public.orders',
    'other.public.orders',
  ]

  it('of the system are refused at every place a relation can stand', async () => {
    for (const template of relationPositions) {
      expect([template, await objection(placed(template, 'support.tickets'))]).toEqual([
        template,
        null,
      ])
      expect(await passing(secrets.map((name) => placed(template, name)))).toEqual([])
    }
  })

  it('of the system are refused though a WITH query elsewhere has their name', async () => {
    expect(
      await passing([
        'WITH pg_authid AS (SELECT 1) SELECT * FROM pg_authid',
        'SELECT * FROM (WITH pg_authid AS (SELECT 1) TABLE pg_authid) s, pg_authid',
      ]),
    ).toEqual([])
  })

  it('of the system that may be read are two, which show what the role may see', async () => {
    expect(
      await objection(
        "SELECT column_name FROM information_schema.columns WHERE table_name = 'orders'",
      ),
    ).toBeNull()
    expect(await objection('SELECT * FROM INFORMATION_SCHEMA.TABLES')).toBeNull()
  })

  it('outside the offered schemas are refused', async () => {
    const schemas = ['public', 'support']
    expect(
      await objection('SELECT * FROM public.orders, support.tickets, orders', { schemas }),
    ).toBeNull()
    for (const template of relationPositions)
      expect(await objection(placed(template, 'hr.salaries'), { schemas })).toBe(
        'The schema hr is not offered here. Use one of: public, support.',
      )
    expect(await objection('SELECT * FROM "Public".orders', { schemas })).toMatch(/not offered/)
  })

  it('sampled by a method of an extension are refused', async () => {
    expect(
      await passing([
        'SELECT * FROM orders TABLESAMPLE system_time (1000)',
        'SELECT * FROM orders TABLESAMPLE public.bernoulli (1)',
      ]),
    ).toEqual([])
  })
})
