-- What PUBLIC, that is every role, has in a fresh database and a reader doesn't need. Run it after
-- roles.sql where nobody else relies on it: a replica, a Neon branch, a database of Gatehouse's
-- own. It reaches other applications of the same database (migration tools take advisory locks,
-- some programs make temporary tables), so grant back to their roles what they use.
--
--   psql "$OWNER_URL" -v ON_ERROR_STOP=1 -f workers/postgres/hardening.sql

DO $$
BEGIN
  EXECUTE format('REVOKE TEMPORARY, CREATE ON DATABASE %I FROM PUBLIC', current_database());
END
$$;

-- A function in reach can do what its owner can, if it is SECURITY DEFINER.
REVOKE EXECUTE ON ALL ROUTINES IN SCHEMA public FROM PUBLIC;
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON ROUTINES FROM PUBLIC;

-- Built-in functions that wait, lock, notify, write large objects or run SQL given as text. Their
-- owner is the superuser, so elsewhere (Neon, RDS) each is skipped with a notice and the Worker's
-- own list of functions stands alone.
DO $$
DECLARE
  routine regprocedure;
BEGIN
  FOR routine IN
    SELECT oid FROM pg_proc
    WHERE pronamespace = 'pg_catalog'::regnamespace
      AND proname ~ '^(pg_sleep|pg_advisory|pg_try_advisory|pg_notify|lo_|lowrite|loread|(query|table|cursor|schema|database)_to_xml|ts_stat|pg_logical_emit_message|pg_export_snapshot|currtid)'
  LOOP
    BEGIN
      EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', routine);
      IF has_function_privilege('public', routine, 'EXECUTE') THEN
        RAISE NOTICE 'PUBLIC may still run %: only a superuser can take it away', routine;
      END IF;
    EXCEPTION WHEN insufficient_privilege THEN
      RAISE NOTICE 'PUBLIC may still run %: only a superuser can take it away', routine;
    END;
  END LOOP;
END
$$;
