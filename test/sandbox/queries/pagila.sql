-- name: pagila-01 revenue rank of films
-- source: pagila coursework (revenue rank), rewritten
SELECT rank() OVER (ORDER BY sum(coalesce(oi.unit_price_cents * oi.quantity, 0)) DESC) AS rank, p.name AS title, sum(coalesce(oi.unit_price_cents * oi.quantity, 0)) AS revenue
FROM products p LEFT JOIN order_items oi ON oi.product_id = p.id GROUP BY p.name ORDER BY revenue DESC;

-- name: pagila-02 cumulative percent of revenue
-- source: pagila coursework (percent revenue), rewritten
SELECT rank, title, revenue, sum(revenue) OVER (ORDER BY rank) AS "total revenue", to_char(100 * sum(revenue) OVER (ORDER BY rank) / sum(revenue) OVER (), 'FM900.00') AS "percent revenue"
FROM (SELECT rank() OVER (ORDER BY coalesce(sum(oi.unit_price_cents), 0.00) DESC) AS rank, p.name AS title, coalesce(sum(oi.unit_price_cents), 0.00) AS revenue FROM products p LEFT JOIN order_items oi ON oi.product_id = p.id GROUP BY p.name) t
ORDER BY rank, title;

-- name: pagila-03 most rented film of each category
-- source: pagila/sakila exercises, rewritten
SELECT DISTINCT ON (category) category, name, n FROM (SELECT p.category, p.name, count(*) AS n FROM products p JOIN order_items oi ON oi.product_id = p.id GROUP BY p.category, p.name) t ORDER BY category, n DESC;

-- name: pagila-04 customers who rented both
-- source: pagila coursework (set operations), rewritten
SELECT c.name FROM customers c WHERE c.id IN (SELECT o.customer_id FROM orders o JOIN order_items oi ON oi.order_id = o.id WHERE oi.product_id = 1
  INTERSECT SELECT o.customer_id FROM orders o JOIN order_items oi ON oi.order_id = o.id WHERE oi.product_id = 2);

-- name: pagila-05 products bought with a product
-- source: pagila coursework (recommendations), rewritten
SELECT p2.name, count(*) AS together FROM order_items a JOIN order_items b ON a.order_id = b.order_id AND a.product_id <> b.product_id
JOIN products p1 ON p1.id = a.product_id JOIN products p2 ON p2.id = b.product_id WHERE p1.sku = 'CH-1' GROUP BY p2.name ORDER BY together DESC, p2.name LIMIT 10;

-- name: pagila-06 last five orders of each customer by lateral
-- source: pagila coursework (LATERAL), rewritten
SELECT c.id, c.name, r.created_at, r.total_cents FROM customers c LEFT JOIN LATERAL (SELECT created_at, total_cents FROM orders WHERE customer_id = c.id ORDER BY created_at DESC LIMIT 5) r ON true ORDER BY c.id;

-- name: pagila-07 monthly revenue per store with running sum
-- source: sakila blog "Building complex reports with window functions", rewritten
SELECT country, month, revenue, sum(revenue) OVER (PARTITION BY country ORDER BY month) AS running, round(100.0 * (revenue - lag(revenue) OVER w) / nullif(lag(revenue) OVER w, 0), 1) AS growth
FROM (SELECT c.country, date_trunc('month', o.created_at) AS month, sum(o.total_cents) AS revenue FROM orders o JOIN customers c ON c.id = o.customer_id GROUP BY 1, 2) m
WINDOW w AS (PARTITION BY country ORDER BY month);

-- name: pagila-08 unnested features
-- source: pagila coursework (unnest special_features), rewritten
SELECT feature, count(*) FROM (SELECT id, unnest(string_to_array(notes, ',')) AS feature FROM customers) t GROUP BY feature ORDER BY feature;

-- name: pagila-09 rentals that were returned late
-- source: sakila documentation (overdue DVDs), rewritten
SELECT concat(c.name, ', ', c.country) AS customer, c.phone, o.id FROM orders o INNER JOIN customers c ON o.customer_id = c.id
WHERE o.status = 'shipped' AND o.created_at + interval '14 days' < current_date ORDER BY c.name LIMIT 5;

-- name: pagila-10 customer list view
-- source: pagila view customer_list, rewritten
SELECT cu.id, cu.name || ' ' || cu.email AS label, cu.phone, CASE WHEN cu.segment = 'consumer' THEN 'active'::text ELSE ''::text END AS notes FROM customers cu;

-- name: pagila-11 sales by category view
-- source: pagila view sales_by_film_category, rewritten
SELECT c.category, sum(p.amount_cents) AS total_sales FROM payments p JOIN order_items oi ON p.order_id = oi.order_id JOIN products c ON oi.product_id = c.id GROUP BY c.category ORDER BY sum(p.amount_cents) DESC;

-- name: pagila-12 average length against the mean
-- source: sakila exercises (aggregate and window functions), rewritten
SELECT name, price_cents, (SELECT AVG(price_cents) FROM products) AS avg_price, price_cents < (SELECT AVG(price_cents) FROM products) AS below, AVG(price_cents) OVER (PARTITION BY category) FROM products;
