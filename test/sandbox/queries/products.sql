-- name: products best sellers of the month
-- source: written for this corpus: a merchandising team's questions
SELECT p.sku, p.name, sum(i.quantity) AS units, sum(i.quantity * i.unit_price_cents) AS cents FROM order_items i JOIN orders o ON o.id = i.order_id JOIN products p ON p.id = i.product_id WHERE o.created_at >= date_trunc('month', now()) AND o.status <> 'failed' GROUP BY p.id ORDER BY units DESC LIMIT 20;

-- name: products products never sold
-- source: written for this corpus: a merchandising team's questions
SELECT sku, name FROM products p WHERE NOT EXISTS (SELECT 1 FROM order_items i WHERE i.product_id = p.id);

-- name: products price changes seen in orders
-- source: written for this corpus: a merchandising team's questions
SELECT product_id, min(unit_price_cents), max(unit_price_cents), count(DISTINCT unit_price_cents) AS prices FROM order_items GROUP BY product_id HAVING count(DISTINCT unit_price_cents) > 1 ORDER BY prices DESC;

-- name: products sold below list price
-- source: written for this corpus: a merchandising team's questions
SELECT p.sku, count(*) AS times, round(avg(1 - i.unit_price_cents::numeric / p.price_cents) * 100, 1) AS avg_discount_pct FROM order_items i JOIN products p ON p.id = i.product_id WHERE i.unit_price_cents < p.price_cents AND p.price_cents > 0 GROUP BY 1 ORDER BY 3 DESC;

-- name: products category share by month as columns
-- source: written for this corpus: a merchandising team's questions
SELECT to_char(o.created_at, 'YYYY-MM') AS month, sum(i.quantity) FILTER (WHERE p.category = 'chairs') AS chairs, sum(i.quantity) FILTER (WHERE p.category = 'desks') AS desks, sum(i.quantity) FILTER (WHERE p.category NOT IN ('chairs', 'desks')) AS other
FROM order_items i JOIN orders o ON o.id = i.order_id JOIN products p ON p.id = i.product_id GROUP BY 1 ORDER BY 1;

-- name: products pairs bought together with lift
-- source: written for this corpus: a merchandising team's questions
WITH n AS (SELECT count(*)::numeric AS orders FROM orders), s AS (SELECT product_id, count(*)::numeric AS c FROM order_items GROUP BY 1),
pairs AS (SELECT a.product_id AS a, b.product_id AS b, count(*)::numeric AS c FROM order_items a JOIN order_items b ON a.order_id = b.order_id AND a.product_id < b.product_id GROUP BY 1, 2 HAVING count(*) > 10)
SELECT pairs.a, pairs.b, pairs.c, round(pairs.c * n.orders / (s1.c * s2.c), 2) AS lift FROM pairs JOIN s s1 ON s1.product_id = pairs.a JOIN s s2 ON s2.product_id = pairs.b CROSS JOIN n ORDER BY lift DESC LIMIT 25;

-- name: products refund rate by product
-- source: written for this corpus: a merchandising team's questions
SELECT p.name, count(*) FILTER (WHERE o.status = 'refunded') AS refunded, count(*) AS sold, round(count(*) FILTER (WHERE o.status = 'refunded') * 100.0 / count(*), 2) AS rate FROM order_items i JOIN orders o ON o.id = i.order_id JOIN products p ON p.id = i.product_id GROUP BY p.name HAVING count(*) >= 50 ORDER BY rate DESC LIMIT 10;

-- name: products price bands
-- source: written for this corpus: a merchandising team's questions
SELECT int4range(lo, lo + 5000) AS band, count(*) FROM (SELECT (price_cents / 5000) * 5000 AS lo FROM products) b GROUP BY lo ORDER BY lo;

-- name: products sku pieces
-- source: written for this corpus: a merchandising team's questions
SELECT split_part(sku, '-', 1) AS family, split_part(sku, '-', 2)::int AS number FROM products WHERE sku ~ '^[A-Z]{2}-\d+$' ORDER BY 1, 2;

-- name: products newest product of each category
-- source: written for this corpus: a merchandising team's questions
SELECT category, (array_agg(name ORDER BY id DESC))[1] AS newest, count(*) FROM products GROUP BY category;

-- name: products sales trend of each product in the last six weeks
-- source: written for this corpus: a merchandising team's questions
SELECT p.sku, array_agg(w.units ORDER BY w.week) AS weekly FROM products p JOIN LATERAL (SELECT date_trunc('week', o.created_at) AS week, sum(i.quantity) AS units FROM order_items i JOIN orders o ON o.id = i.order_id WHERE i.product_id = p.id AND o.created_at > now() - interval '6 weeks' GROUP BY 1) w ON true GROUP BY p.sku;

-- name: products rank change between months
-- source: written for this corpus: a merchandising team's questions
WITH r AS (SELECT date_trunc('month', o.created_at) AS m, i.product_id, rank() OVER (PARTITION BY date_trunc('month', o.created_at) ORDER BY sum(i.quantity) DESC) AS rk FROM order_items i JOIN orders o ON o.id = i.order_id GROUP BY 1, 2)
SELECT cur.product_id, prev.rk AS was, cur.rk AS now FROM r cur JOIN r prev ON prev.product_id = cur.product_id AND prev.m = cur.m - interval '1 month' WHERE cur.m = date_trunc('month', now()) AND prev.rk - cur.rk > 5;

-- name: products basket size distribution
-- source: written for this corpus: a merchandising team's questions
SELECT items, count(*) AS orders FROM (SELECT order_id, sum(quantity) AS items FROM order_items GROUP BY order_id) b GROUP BY items ORDER BY items;

-- name: products category tree from dotted names
-- source: written for this corpus: a merchandising team's questions
WITH RECURSIVE parts AS (SELECT DISTINCT category AS path, 1 AS level FROM products UNION ALL SELECT left(path, length(path) - strpos(reverse(path), '.')), level + 1 FROM parts WHERE strpos(path, '.') > 0 AND level < 8)
SELECT path, min(level) FROM parts GROUP BY path ORDER BY path;

-- name: products names with accents or odd characters
-- source: written for this corpus: a merchandising team's questions
SELECT id, name FROM products WHERE name ~ '[^\x20-\x7e]' OR name <> trim(name) ORDER BY id;

-- name: products weighted average price per category
-- source: written for this corpus: a merchandising team's questions
SELECT p.category, sum(i.quantity * i.unit_price_cents)::numeric / nullif(sum(i.quantity), 0) AS weighted FROM order_items i JOIN products p ON p.id = i.product_id GROUP BY p.category ORDER BY weighted DESC;
