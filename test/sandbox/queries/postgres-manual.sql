-- name: manual-01 window average per department
-- source: PostgreSQL manual 3.5 (window functions), rewritten
SELECT category, sku, price_cents, avg(price_cents) OVER (PARTITION BY category) FROM products;

-- name: manual-02 rank per department
-- source: PostgreSQL manual 3.5, rewritten
SELECT category, sku, price_cents,
       row_number() OVER (PARTITION BY category ORDER BY price_cents DESC)
FROM products;

-- name: manual-03 running sum
-- source: PostgreSQL manual 3.5, rewritten
SELECT price_cents, sum(price_cents) OVER (ORDER BY price_cents) FROM products;

-- name: manual-04 top two per group
-- source: PostgreSQL manual 3.5, rewritten
SELECT category, sku, price_cents, name
FROM (SELECT category, sku, price_cents, name,
             row_number() OVER (PARTITION BY category ORDER BY price_cents DESC, sku) AS pos
      FROM products) AS ss
WHERE pos < 3;

-- name: manual-05 named window
-- source: PostgreSQL manual 3.5, rewritten
SELECT sum(price_cents) OVER w, avg(price_cents) OVER w
FROM products
WINDOW w AS (PARTITION BY category ORDER BY price_cents DESC);

-- name: manual-06 join on a condition
-- source: PostgreSQL manual 7.2.1.1 (joined tables), rewritten
SELECT * FROM customers c LEFT JOIN orders o ON c.id = o.customer_id AND o.status = 'failed';

-- name: manual-07 natural and using joins
-- source: PostgreSQL manual 7.2.1.1, rewritten
SELECT order_id, amount_cents, quantity FROM payments INNER JOIN order_items USING (order_id);

-- name: manual-08 derived table of values with aliases
-- source: PostgreSQL manual 7.2.1.3 (subqueries), rewritten
SELECT n.first, n.last, c.id
FROM (VALUES ('anne', 'smith'), ('bob', 'jones'), ('joe', 'blow')) AS n(first, last)
LEFT JOIN customers c ON c.name ILIKE n.first || ' ' || n.last;

-- name: manual-09 lateral subquery with a running reference
-- source: PostgreSQL manual 7.2.1.5 (LATERAL), rewritten
SELECT c.id, o.total_cents
FROM customers c, LATERAL (SELECT * FROM orders WHERE orders.customer_id = c.id ORDER BY created_at DESC LIMIT 3) o;

-- name: manual-10 manufacturers without products
-- source: PostgreSQL manual 7.2.1.5, rewritten
SELECT c.name
FROM customers c LEFT JOIN LATERAL (SELECT o.id FROM orders o WHERE o.customer_id = c.id) pname ON true
WHERE pname.id IS NULL;

-- name: manual-11 rows from two set-returning functions
-- source: PostgreSQL manual 7.2.1.4 (table functions), rewritten
SELECT * FROM ROWS FROM (generate_series(1, 5), unnest(ARRAY['pending', 'paid', 'shipped'])) WITH ORDINALITY AS t(n, status, position);

-- name: manual-12 json records as a table
-- source: PostgreSQL manual 7.2.1.4, rewritten
SELECT *
FROM ROWS FROM (
  json_to_recordset('[{"a":40,"b":"foo"},{"a":"100","b":"bar"}]') AS (a INTEGER, b TEXT),
  generate_series(1, 3)) AS x (p, q, s)
ORDER BY p;

-- name: manual-13 group by with having
-- source: PostgreSQL manual 7.2.3, rewritten
SELECT oi.product_id, p.name, (sum(oi.quantity) * (p.price_cents - 100)) AS profit
FROM products p LEFT JOIN order_items oi ON p.id = oi.product_id JOIN orders o ON o.id = oi.order_id
WHERE o.created_at > CURRENT_DATE - INTERVAL '4 weeks'
GROUP BY oi.product_id, p.id, p.name, p.price_cents
HAVING sum(p.price_cents * oi.quantity) > 5000;

-- name: manual-14 grouping sets
-- source: PostgreSQL manual 7.2.4, rewritten
SELECT category, sku, sum(price_cents) FROM products GROUP BY GROUPING SETS ((category), (sku), ());

-- name: manual-15 cube
-- source: PostgreSQL manual 7.2.4, rewritten
SELECT status, currency, GROUPING(status, currency), count(*) FROM orders GROUP BY CUBE (status, currency);

-- name: manual-16 distinct rollup combinations
-- source: PostgreSQL manual 7.2.4, rewritten
SELECT status, currency, customer_id % 10 AS shard, count(*) FROM orders
GROUP BY DISTINCT ROLLUP (status, currency), ROLLUP (status, (customer_id % 10));

-- name: manual-17 distinct on
-- source: PostgreSQL manual 7.3.3 and SELECT reference, rewritten
SELECT DISTINCT ON (customer_id) customer_id, created_at, total_cents
FROM orders
ORDER BY customer_id, created_at DESC;

-- name: manual-18 set operations with parentheses
-- source: PostgreSQL manual 7.4, rewritten
(SELECT customer_id FROM orders WHERE status = 'paid' UNION SELECT customer_id FROM support.tickets)
EXCEPT ALL
(SELECT id FROM customers WHERE segment = 'public_sector')
ORDER BY 1 LIMIT 50;

-- name: manual-19 order by expression and nulls
-- source: PostgreSQL manual 7.5, rewritten
SELECT id, total_cents + 1 AS sum FROM orders ORDER BY sum DESC NULLS LAST, upper(failure_reason) COLLATE "C";

-- name: manual-20 values list
-- source: PostgreSQL manual 7.7, rewritten
VALUES (1, 'one'), (2, 'two'), (3, 'three');

-- name: manual-21 regional sales by chained CTEs
-- source: PostgreSQL manual 7.8.1, rewritten
WITH regional_sales AS (
  SELECT c.country AS region, SUM(o.total_cents) AS total_sales FROM orders o JOIN customers c ON c.id = o.customer_id GROUP BY c.country
), top_regions AS (
  SELECT region FROM regional_sales WHERE total_sales > (SELECT SUM(total_sales) / 10 FROM regional_sales)
)
SELECT c.country, oi.product_id AS product, SUM(oi.quantity) AS product_units, SUM(oi.quantity * oi.unit_price_cents) AS product_sales
FROM orders o JOIN customers c ON c.id = o.customer_id JOIN order_items oi ON oi.order_id = o.id
WHERE c.country IN (SELECT region FROM top_regions)
GROUP BY c.country, oi.product_id;

-- name: manual-22 recursive sum
-- source: PostgreSQL manual 7.8.2, rewritten
WITH RECURSIVE t(n) AS (
    VALUES (1)
  UNION ALL
    SELECT n + 1 FROM t WHERE n < 100
)
SELECT sum(n) FROM t;

-- name: manual-23 recursive hierarchy with a path
-- source: PostgreSQL manual 7.8.2.1 (search order), rewritten
WITH RECURSIVE chain(id, order_id, subject, depth, path) AS (
    SELECT t.id, t.order_id, t.subject, 0, ARRAY[t.id]
    FROM support.tickets t WHERE t.priority = 'urgent'
  UNION ALL
    SELECT t.id, t.order_id, t.subject, c.depth + 1, c.path || t.id
    FROM support.tickets t, chain c
    WHERE t.order_id = c.order_id AND t.id > c.id AND c.depth < 5 AND NOT t.id = ANY (c.path)
)
SELECT * FROM chain ORDER BY path;

-- name: manual-24 recursive search breadth first
-- source: PostgreSQL manual 7.8.2.1, rewritten
WITH RECURSIVE search_tree(id, link) AS (
    SELECT o.id, o.customer_id FROM orders o WHERE o.id = 1
  UNION ALL
    SELECT o.id, o.customer_id FROM orders o, search_tree st WHERE o.customer_id = st.link AND o.id > st.id AND o.id < 100
) SEARCH BREADTH FIRST BY id SET ordercol
SELECT * FROM search_tree ORDER BY ordercol LIMIT 100;

-- name: manual-25 recursive cycle detection
-- source: PostgreSQL manual 7.8.2.2, rewritten
WITH RECURSIVE search_graph(id, link, depth) AS (
    SELECT o.id, o.customer_id, 1 FROM orders o WHERE o.id < 10
  UNION ALL
    SELECT o.id, o.customer_id, sg.depth + 1 FROM orders o, search_graph sg WHERE o.id = sg.link AND sg.depth < 10
) CYCLE id SET is_cycle USING path
SELECT * FROM search_graph LIMIT 100;

-- name: manual-26 materialized CTE
-- source: PostgreSQL manual 7.8.3, rewritten
WITH w AS MATERIALIZED (SELECT customer_id, count(*) AS n FROM orders GROUP BY customer_id)
SELECT * FROM w AS w1 JOIN w AS w2 ON w1.n = w2.n AND w1.customer_id < w2.customer_id LIMIT 100;

-- name: manual-27 string functions
-- source: PostgreSQL manual 9.4, rewritten
SELECT lower(name), upper(sku), initcap(name), length(name), char_length(sku), octet_length(name), btrim(sku), trim(both 'x' from sku),
       left(sku, 2), right(sku, 4), substr(sku, 1, 3), substring(sku from '[0-9]+'), position('-' in sku), strpos(sku, '-'),
       split_part(sku, '-', 2), replace(name, ' ', '_'), translate(name, 'abc', 'xyz'), reverse(sku), overlay(sku placing '**' from 2 for 2),
       concat(sku, ' ', name), concat_ws(' / ', category, name), format('%s costs %s', name, price_cents), lpad(sku, 12, '0'), rpad(name, 30), md5(sku),
       starts_with(sku, 'CH'), ascii(sku), chr(65), to_hex(price_cents), quote_literal(name), regexp_replace(name, '\s+', ' ', 'g')
FROM products LIMIT 20;

-- name: manual-28 pattern matching
-- source: PostgreSQL manual 9.7, rewritten
SELECT id, email
FROM customers
WHERE email LIKE '%@example.com' OR email ILIKE 'admin%' OR email SIMILAR TO '%(test|demo)%' OR email ~ '^[a-z]+\.[a-z]+@' OR email ~* 'GMAIL' AND email !~ '^x'
   OR name NOT LIKE '100\%' ESCAPE '\';

-- name: manual-29 regular expression matches
-- source: PostgreSQL manual 9.7.3, rewritten
SELECT id, regexp_match(phone, '^\+(\d+)') AS prefix, regexp_split_to_array(name, '\s+') AS parts, (regexp_match(email, '@(.*)$'))[1] AS domain
FROM customers LIMIT 50;

-- name: manual-30 formatting
-- source: PostgreSQL manual 9.8, rewritten
SELECT to_char(created_at, 'YYYY-MM-DD HH24:MI:SS'), to_char(total_cents / 100.0, 'FM999G999G990D00'), to_char(interval '15h 2m 12s', 'HH24:MI:SS'),
       to_date('05 Dec 2026', 'DD Mon YYYY'), to_timestamp('05 Dec 2026', 'DD Mon YYYY'), to_number('12,454.8-', '99G999D9S')
FROM orders LIMIT 10;

-- name: manual-31 date arithmetic
-- source: PostgreSQL manual 9.9, rewritten
SELECT age(created_at), age(updated_at, created_at), date_part('hour', created_at), date_trunc('hour', created_at), extract(epoch from updated_at - created_at),
       justify_hours(updated_at - created_at), justify_days(interval '35 days'), created_at + interval '1 day', created_at - make_interval(days => 10),
       make_date(2026, 7, 15), isfinite(created_at), created_at::time, created_at at time zone 'Europe/Berlin', (created_at, updated_at) overlaps (now() - interval '1 day', now())
FROM orders LIMIT 10;

-- name: manual-32 bins of fifteen minutes
-- source: PostgreSQL manual 9.9.3 (date_bin), rewritten
SELECT date_bin('15 minutes', created_at, TIMESTAMPTZ '2026-01-01') AS bin, count(*) FROM orders GROUP BY bin ORDER BY bin;

-- name: manual-33 time zone conversion
-- source: PostgreSQL manual 9.9.4, rewritten
SELECT created_at AT TIME ZONE 'America/New_York' AS local_time, timezone('UTC', created_at) AS utc, count(*) OVER () FROM orders LIMIT 5;

-- name: manual-34 conditional expressions
-- source: PostgreSQL manual 9.18, rewritten
SELECT id, CASE WHEN total_cents > 10000 THEN 'large' WHEN total_cents > 1000 THEN 'medium' ELSE 'small' END,
       CASE status WHEN 'paid' THEN 1 WHEN 'failed' THEN -1 ELSE 0 END,
       COALESCE(failure_reason, 'none'), NULLIF(currency, 'EUR'), GREATEST(total_cents, 100), LEAST(created_at, updated_at)
FROM orders LIMIT 10;

-- name: manual-35 array functions
-- source: PostgreSQL manual 9.19, rewritten
SELECT customer_id, array_agg(id ORDER BY created_at) AS ids, array_length(array_agg(id), 1), cardinality(array_agg(status)),
       array_to_string(array_agg(DISTINCT status), ', ', '-'), (array_agg(total_cents ORDER BY created_at DESC))[1] AS latest,
       (array_agg(id ORDER BY id))[1:3] AS first_three, array_position(array_agg(status ORDER BY created_at), 'failed')
FROM orders GROUP BY customer_id HAVING array_agg(status) @> ARRAY['failed'] AND 'paid' = ANY (array_agg(status)) LIMIT 20;

-- name: manual-36 json output
-- source: PostgreSQL manual 9.16, rewritten
SELECT json_build_object('id', c.id, 'orders', (SELECT json_agg(json_build_object('id', o.id, 'total', o.total_cents) ORDER BY o.id) FROM orders o WHERE o.customer_id = c.id)),
       to_jsonb(c) - 'email' AS rest, row_to_json(c), jsonb_build_array(1, 'a', null), jsonb_pretty(to_jsonb(c.name))
FROM customers c LIMIT 5;

-- name: manual-37 json operators and paths
-- source: PostgreSQL manual 9.16, rewritten
SELECT doc -> 'items' -> 0 ->> 'sku' AS sku, doc #>> '{customer,name}' AS customer, doc ? 'total' AS has_total, doc @> '{"status":"paid"}' AS paid,
       jsonb_path_query_first(doc, '$.items[*] ? (@.qty > 1)') AS many, jsonb_array_length(doc -> 'items') AS items, jsonb_typeof(doc)
FROM (SELECT '{"status":"paid","total":12,"customer":{"name":"A"},"items":[{"sku":"CH-1","qty":2}]}'::jsonb AS doc) d;

-- name: manual-38 expanding json
-- source: PostgreSQL manual 9.16.3, rewritten
SELECT e.key, e.value, i.ordinality, i.value ->> 'sku'
FROM (SELECT '{"a":[{"sku":"x"},{"sku":"y"}]}'::jsonb AS doc) d, jsonb_each(doc) e, jsonb_array_elements(e.value) WITH ORDINALITY i;

-- name: manual-39 statistical aggregates
-- source: PostgreSQL manual 9.21, rewritten
SELECT corr(quantity, unit_price_cents), covar_pop(quantity, unit_price_cents), regr_slope(unit_price_cents, quantity), regr_intercept(unit_price_cents, quantity),
       regr_r2(unit_price_cents, quantity), stddev(unit_price_cents), stddev_pop(unit_price_cents), variance(unit_price_cents), var_samp(quantity)
FROM order_items;

-- name: manual-40 ordered-set aggregates
-- source: PostgreSQL manual 9.21.3, rewritten
SELECT currency, mode() WITHIN GROUP (ORDER BY status), percentile_cont(0.5) WITHIN GROUP (ORDER BY total_cents),
       percentile_disc(ARRAY[0.25, 0.5, 0.75, 0.99]) WITHIN GROUP (ORDER BY total_cents), rank(1000) WITHIN GROUP (ORDER BY total_cents)
FROM orders GROUP BY currency;

-- name: manual-41 row and array comparisons
-- source: PostgreSQL manual 9.24, rewritten
SELECT id FROM orders
WHERE (status, currency) IN (('paid', 'EUR'), ('failed', 'USD')) AND ROW (total_cents, id) > ROW (1000, 5)
  AND status = ANY ('{paid,failed}') AND total_cents <> ALL (ARRAY[0, 1]) AND (failure_reason IS DISTINCT FROM 'timeout') IS NOT UNKNOWN;

-- name: manual-42 date series
-- source: PostgreSQL manual 9.25 (set-returning functions), rewritten
SELECT * FROM generate_series('2026-03-01 00:00'::timestamp, '2026-03-04 12:00', '10 hours');

-- name: manual-43 current date plus a series
-- source: PostgreSQL manual 9.25, rewritten
SELECT current_date + s.a AS dates FROM generate_series(0, 14, 7) AS s(a);

-- name: manual-44 subscripts of an array
-- source: PostgreSQL manual 9.25, rewritten
SELECT a AS array, s AS subscript, a[s] AS value
FROM (SELECT generate_subscripts(a, 1) AS s, a FROM (VALUES (ARRAY[10, 20, 30])) AS v(a)) foo;

-- name: manual-45 full text search
-- source: PostgreSQL manual 12.3, rewritten
SELECT id, subject, ts_rank_cd(to_tsvector('english', body), query) AS rank, ts_headline('english', body, query)
FROM support.tickets, websearch_to_tsquery('english', 'refund -shipping') query
WHERE to_tsvector('english', subject || ' ' || coalesce(body, '')) @@ query
ORDER BY rank DESC LIMIT 10;

-- name: manual-46 table command
-- source: PostgreSQL manual, SELECT reference (TABLE), rewritten
TABLE products;

-- name: manual-47 fetch first with ties
-- source: PostgreSQL manual, SELECT reference, rewritten
SELECT id, total_cents FROM orders ORDER BY total_cents DESC OFFSET 5 ROWS FETCH FIRST 10 ROWS WITH TIES;

-- name: manual-48 sample of a table
-- source: PostgreSQL manual, SELECT reference (TABLESAMPLE), rewritten
SELECT avg(total_cents) FROM orders TABLESAMPLE BERNOULLI (10) REPEATABLE (42);

-- name: manual-49 range operators
-- source: PostgreSQL manual 8.17, rewritten
SELECT count(*) FROM orders WHERE tstzrange('2026-01-01', '2026-02-01', '[)') @> created_at AND int4range(100, 5000) @> total_cents;

-- name: manual-50 json document as a table
-- source: PostgreSQL manual 9.16.4 (JSON_TABLE), rewritten
-- needs: PostgreSQL 17
SELECT jt.* FROM customers c, JSON_TABLE(to_jsonb(c.name), '$[*]' COLUMNS (pos FOR ORDINALITY, first text PATH '$', n int PATH '$.n' DEFAULT 0 ON EMPTY)) AS jt LIMIT 10;

-- name: manual-51 json query functions
-- source: PostgreSQL manual 9.16.3 (JSON_VALUE and others), rewritten
-- needs: PostgreSQL 17
SELECT JSON_VALUE(jsonb '{"a": 1}', '$.a' RETURNING int), JSON_EXISTS(jsonb '{"a": 1}', '$.b'), JSON_QUERY(jsonb '{"a": [1]}', '$.a' WITH WRAPPER), JSON_OBJECT('id' : id, 'status' : status ABSENT ON NULL), JSON_ARRAY(1, 'x'), status IS JSON FROM orders LIMIT 5;

-- name: manual-52 any value and json aggregates
-- source: PostgreSQL manual 9.21, rewritten
-- needs: PostgreSQL 16
SELECT customer_id, any_value(currency), JSON_ARRAYAGG(id ORDER BY id), JSON_OBJECTAGG(id : status) FROM orders GROUP BY customer_id LIMIT 10;
