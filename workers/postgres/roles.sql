-- The database roles that Gatehouse acts as. Run it as the owner of the tables, once for each
-- database, and again after a change (it may be repeated):
--
--   psql "$OWNER_URL" -v ON_ERROR_STOP=1 -v login_password="$(openssl rand -base64 24)" \
--     -f workers/postgres/roles.sql
--
-- It stands for a shop with the schemas public, support and hr; put your own tables into the
-- grants below. What a role can't read, no query can: this is the layer that holds when all
-- others fail. Works on PostgreSQL 15 and later and on Neon, without a superuser.
--
-- One login, and one role for each kind of reader. Policy names the role (`role` limit), the
-- Worker sets it for the length of a transaction, and NOINHERIT keeps the login itself at nothing.

DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['gatehouse_login', 'gatehouse_analyst', 'gatehouse_engineer'] LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) THEN
      EXECUTE format('CREATE ROLE %I NOLOGIN NOINHERIT', name);
    END IF;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = name
               AND (rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls)) THEN
      RAISE EXCEPTION 'role % has attributes that get around every grant: drop it first', name;
    END IF;
  END LOOP;
END
$$;

ALTER ROLE gatehouse_login LOGIN NOINHERIT PASSWORD :'login_password';
-- On PostgreSQL 16 and later this means WITH SET TRUE, INHERIT FALSE, as the login is NOINHERIT.
GRANT gatehouse_analyst, gatehouse_engineer TO gatehouse_login;

-- Defaults of every session. A write says BEGIN READ WRITE itself, so one that was not meant
-- as a write can't be. The timeouts are the outermost: each call sets a shorter one.
ALTER ROLE gatehouse_login SET default_transaction_read_only = on;
ALTER ROLE gatehouse_login SET statement_timeout = '30s';
ALTER ROLE gatehouse_login SET lock_timeout = '5s';
ALTER ROLE gatehouse_login SET idle_in_transaction_session_timeout = '15s';
-- No schema that a caller could fill comes before the tables.
ALTER ROLE gatehouse_login SET search_path = public, pg_temp;
-- Rows are fetched through a cursor but mostly to the end, so plan for all of them.
ALTER ROLE gatehouse_login SET cursor_tuple_fraction = 1;

-- Start from nothing, so that a repeated run also takes away what is no longer granted.
REVOKE ALL ON ALL TABLES IN SCHEMA public, support, hr FROM gatehouse_analyst, gatehouse_engineer;
REVOKE ALL ON SCHEMA public, support, hr FROM gatehouse_analyst, gatehouse_engineer;
REVOKE CREATE ON SCHEMA public FROM PUBLIC; -- the default since PostgreSQL 15

-- analyst: the shop without what identifies a person or a card.
GRANT USAGE ON SCHEMA public TO gatehouse_analyst;
GRANT SELECT (id, name, country, segment, tags, preferences, notes, created_at)
  ON public.customers TO gatehouse_analyst;
GRANT SELECT ON public.products, public.orders, public.order_items, public.daily_revenue
  TO gatehouse_analyst;
GRANT SELECT (id, order_id, provider, amount_cents, status, created_at)
  ON public.payments TO gatehouse_analyst;

-- engineer: the customers in full and the tickets (row-level security narrows those to a person),
-- still no card; and what execute_database_write may change.
GRANT USAGE ON SCHEMA public, support TO gatehouse_engineer;
GRANT SELECT ON public.customers, public.products, public.orders, public.order_items,
  public.daily_revenue, support.tickets TO gatehouse_engineer;
GRANT SELECT (id, order_id, provider, amount_cents, status, created_at)
  ON public.payments TO gatehouse_engineer;
GRANT INSERT, UPDATE, DELETE ON public.products, public.orders, public.order_items
  TO gatehouse_engineer;
GRANT UPDATE (name, email, phone, country, segment, tags, notes) ON public.customers
  TO gatehouse_engineer;
GRANT INSERT, UPDATE (priority, status, assignee) ON support.tickets TO gatehouse_engineer;

-- hr: granted to nobody.
