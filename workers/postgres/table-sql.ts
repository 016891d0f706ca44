/**
 * One JSON document about one table, made in one statement under the caller's role.
 * $1 the schemas of the search path, $2 a schema or null, $3 the name, $4 the name in lower case.
 * Tables, and the tables that foreign keys lead to, are shown only where the role may read a column.
 */
export const tableSql = `
WITH wanted AS (
  SELECT c.*, n.nspname
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname = ANY ($1::text[])
    AND ($2::text IS NULL OR n.nspname IN ($2::text, lower($2::text)))
    AND c.relname IN ($3::text, $4::text)
    AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
    AND has_schema_privilege(n.oid, 'USAGE') AND has_any_column_privilege(c.oid, 'SELECT')
  ORDER BY c.relname = $3::text DESC, array_position($1::text[], n.nspname::text)
  LIMIT 1
), leaf AS (
  SELECT p.relid FROM wanted w, pg_partition_tree(w.oid) p WHERE p.isleaf
  UNION SELECT w.oid FROM wanted w WHERE w.relkind IN ('r', 'm')
)
SELECT json_build_object(
  'schema', t.nspname,
  'name', t.relname,
  'kind', CASE t.relkind WHEN 'r' THEN 'table' WHEN 'p' THEN 'partitioned table' WHEN 'v' THEN 'view'
    WHEN 'm' THEN 'materialized view' ELSE 'foreign table' END,
  'comment', obj_description(t.oid, 'pg_class'),
  'rows_estimate', (SELECT CASE WHEN min(c.reltuples) >= 0 THEN sum(c.reltuples)::bigint END
    FROM leaf JOIN pg_catalog.pg_class c ON c.oid = leaf.relid),
  'size_bytes', (SELECT sum(pg_total_relation_size(leaf.relid)) FROM leaf),
  'columns', (
    SELECT json_agg(json_build_object(
      'name', a.attname,
      'type', format_type(a.atttypid, a.atttypmod),
      'not_null', nullif(a.attnotnull, false),
      'default', CASE WHEN a.attgenerated = '' THEN pg_get_expr(d.adbin, d.adrelid) END,
      'generated', CASE WHEN a.attidentity <> '' THEN 'identity'
        WHEN a.attgenerated <> '' THEN pg_get_expr(d.adbin, d.adrelid) END,
      'values', (SELECT json_agg(e.enumlabel ORDER BY e.enumsortorder)
        FROM pg_catalog.pg_enum e WHERE e.enumtypid = a.atttypid),
      'comment', col_description(a.attrelid, a.attnum),
      'masked', nullif(NOT has_column_privilege(a.attrelid, a.attnum, 'SELECT'), false)
    ) ORDER BY a.attnum)
    FROM pg_catalog.pg_attribute a
      LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped),
  'primary_key', (
    SELECT ${columnNames('k.conrelid', 'k.conkey')}
    FROM pg_catalog.pg_constraint k WHERE k.conrelid = t.oid AND k.contype = 'p'),
  'constraints', (
    SELECT json_agg(json_build_object('name', k.conname, 'definition', pg_get_constraintdef(k.oid, true)) ORDER BY k.conname)
    FROM pg_catalog.pg_constraint k WHERE k.conrelid = t.oid AND k.contype IN ('c', 'u', 'x')),
  'foreign_keys', (
    SELECT json_agg(json_build_object(
      'columns', ${columnNames('k.conrelid', 'k.conkey')},
      'references', format('%I.%I(%s)', fn.nspname, f.relname, (
        SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY o.n)
        FROM unnest(k.confkey) WITH ORDINALITY o(attnum, n)
          JOIN pg_catalog.pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = o.attnum)),
      'on_delete', CASE k.confdeltype WHEN 'c' THEN 'cascade' WHEN 'n' THEN 'set null' WHEN 'd' THEN 'set default' END
    ) ORDER BY k.conname)
    FROM pg_catalog.pg_constraint k
      JOIN pg_catalog.pg_class f ON f.oid = k.confrelid
      JOIN pg_catalog.pg_namespace fn ON fn.oid = f.relnamespace
    WHERE k.conrelid = t.oid AND k.contype = 'f' AND ${isVisible('f', 'fn')}),
  'referenced_by', (
    SELECT json_agg(json_build_object(
      'table', format('%I.%I', rn.nspname, r.relname),
      'columns', ${columnNames('k.conrelid', 'k.conkey')}
    ) ORDER BY rn.nspname, r.relname, k.conname)
    FROM pg_catalog.pg_constraint k
      JOIN pg_catalog.pg_class r ON r.oid = k.conrelid
      JOIN pg_catalog.pg_namespace rn ON rn.oid = r.relnamespace
    WHERE k.confrelid = t.oid AND k.contype = 'f' AND k.conparentid = 0 AND ${isVisible('r', 'rn')}),
  'indexes', (
    SELECT json_agg(json_build_object(
      'name', i.relname,
      'definition', split_part(pg_get_indexdef(x.indexrelid), ' USING ', 2),
      'unique', nullif(x.indisunique, false),
      'invalid', nullif(NOT x.indisvalid, false)
    ) ORDER BY i.relname)
    FROM pg_catalog.pg_index x JOIN pg_catalog.pg_class i ON i.oid = x.indexrelid
    WHERE x.indrelid = t.oid),
  'partitions', CASE WHEN t.relkind = 'p' THEN json_build_object(
    'key', pg_get_partkeydef(t.oid), 'count', (SELECT count(*) FROM leaf)) END,
  'row_security', CASE WHEN t.relrowsecurity THEN coalesce((
    SELECT json_agg(json_build_object(
      'policy', p.polname,
      'command', CASE p.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE'
        WHEN 'd' THEN 'DELETE' ELSE 'ALL' END,
      'using', pg_get_expr(p.polqual, p.polrelid),
      'check', pg_get_expr(p.polwithcheck, p.polrelid)
    ) ORDER BY p.polname)
    FROM pg_catalog.pg_policy p WHERE p.polrelid = t.oid), '[]'::json) END
)
FROM wanted t`

function columnNames(table: string, numbers: string): string {
  return `(SELECT json_agg(a.attname ORDER BY o.n)
    FROM unnest(${numbers}) WITH ORDINALITY o(attnum, n)
      JOIN pg_catalog.pg_attribute a ON a.attrelid = ${table} AND a.attnum = o.attnum)`
}

function isVisible(table: string, namespace: string): string {
  return `${namespace}.nspname = ANY ($1::text[]) AND has_schema_privilege(${namespace}.oid, 'USAGE')
      AND has_any_column_privilege(${table}.oid, 'SELECT')`
}
