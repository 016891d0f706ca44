-- name: dbt-jaffle-01 customers mart
-- source: dbt-labs/jaffle-shop-classic, models/customers.sql, rewritten
with customer_orders as (
    select customer_id, min(created_at) as first_order, max(created_at) as most_recent_order, count(id) as number_of_orders from orders group by customer_id
), customer_payments as (
    select orders.customer_id, sum(amount_cents) / 100 as total_amount from payments left join orders on payments.order_id = orders.id group by orders.customer_id
), final as (
    select customers.id as customer_id, customers.name, customer_orders.first_order, customer_orders.most_recent_order, customer_orders.number_of_orders, customer_payments.total_amount as customer_lifetime_value
    from customers left join customer_orders on customers.id = customer_orders.customer_id left join customer_payments on customers.id = customer_payments.customer_id
)
select * from final;

-- name: dbt-jaffle-02 orders mart with payment pivot
-- source: dbt-labs/jaffle-shop-classic, models/orders.sql, rewritten
with order_payments as (
    select order_id,
        sum(case when provider = 'stripe' then amount_cents else 0 end) as stripe_amount,
        sum(case when provider = 'paypal' then amount_cents else 0 end) as paypal_amount,
        sum(case when provider = 'adyen' then amount_cents else 0 end) as adyen_amount,
        sum(amount_cents) as total_amount
    from payments group by order_id
)
select orders.id as order_id, orders.customer_id, orders.created_at, orders.status, order_payments.stripe_amount, order_payments.paypal_amount, order_payments.adyen_amount, order_payments.total_amount as amount
from orders left join order_payments on orders.id = order_payments.order_id;

-- name: dbt-utils-01 date spine
-- source: dbt-labs/dbt-utils, macro date_spine, compiled and rewritten
with rawdata as (
    with p as (select 0 as generated_number union all select 1), unioned as (
        select p0.generated_number * power(2, 0) + p1.generated_number * power(2, 1) + p2.generated_number * power(2, 2) + p3.generated_number * power(2, 3) + 1 as generated_number
        from p as p0 cross join p as p1 cross join p as p2 cross join p as p3)
    select * from unioned where generated_number <= 14 order by generated_number
), all_periods as (
    select cast('2026-01-01' as date) + ((interval '1 day') * (row_number() over (order by generated_number) - 1)) as date_day from rawdata
), filtered as (select * from all_periods where date_day <= cast('2026-01-15' as date))
select * from filtered;

-- name: dbt-utils-02 unique test
-- source: dbt-core generic test "unique", compiled and rewritten
select count(*) as failures, count(*) != 0 as should_warn, count(*) != 0 as should_error from (
  select id as unique_field, count(*) as n_records from orders where id is not null group by id having count(*) > 1) dbt_internal_test;

-- name: dbt-utils-03 relationships test
-- source: dbt-core generic test "relationships", compiled and rewritten
with child as (select customer_id as from_field from orders where customer_id is not null), parent as (select id as to_field from customers)
select from_field from child left join parent on child.from_field = parent.to_field where parent.to_field is null;

-- name: dbt-utils-04 accepted values test
-- source: dbt-core generic test "accepted_values", compiled and rewritten
with all_values as (select status as value_field, count(*) as n_records from orders group by status)
select * from all_values where value_field not in ('pending', 'paid', 'shipped', 'delivered', 'failed', 'refunded');

-- name: dbt-utils-05 surrogate key
-- source: dbt-labs/dbt-utils, macro generate_surrogate_key, compiled and rewritten
select md5(cast(coalesce(cast(order_id as text), '_dbt_utils_surrogate_key_null_') || '-' || coalesce(cast(product_id as text), '_dbt_utils_surrogate_key_null_') as text)) as order_item_key, quantity from order_items;

-- name: dbt-utils-06 deduplicate
-- source: dbt-labs/dbt-utils, macro deduplicate, compiled and rewritten
select distinct on (email) * from customers order by email, created_at desc;

-- name: dbt-utils-07 unpivot
-- source: dbt-labs/dbt-utils, macro unpivot, compiled and rewritten
select id, cast('total_cents' as text) as field_name, cast(total_cents as varchar) as value from orders
union all select id, cast('currency' as text) as field_name, cast(currency as varchar) as value from orders;

-- name: dbt-utils-08 audit of two relations
-- source: dbt-labs/dbt-audit-helper, macro compare_relations, compiled and rewritten
with a as (select id, status from orders), b as (select order_id as id, status from payments), a_intersect_b as (select * from a intersect select * from b), a_except_b as (select * from a except select * from b),
all_records as (select *, true as in_a, true as in_b from a_intersect_b union all select *, true as in_a, false as in_b from a_except_b),
summary_stats as (select in_a, in_b, count(*) from all_records group by 1, 2)
select *, round(100.0 * count / sum(count) over (), 2) as percent_of_total from summary_stats order by in_a desc, in_b desc;

-- name: dbt-metrics-01 monthly recurring revenue with calendar
-- source: dbt-labs MRR playbook, models/customer_revenue_by_month.sql, rewritten
with months as (select generate_series(date '2026-01-01', date '2026-12-01', interval '1 month')::date as date_month),
customers_months as (select c.id as customer_id, m.date_month from customers c inner join months m on m.date_month >= date_trunc('month', c.created_at) and m.date_month < current_date),
joined as (select cm.date_month, cm.customer_id, coalesce(sum(o.total_cents), 0) as mrr from customers_months cm left join orders o on o.customer_id = cm.customer_id and date_trunc('month', o.created_at) = cm.date_month group by 1, 2)
select date_month, customer_id, mrr, mrr > 0 as is_active, min(case when mrr > 0 then date_month end) over (partition by customer_id) as first_active_month,
  coalesce(lag(mrr > 0) over (partition by customer_id order by date_month), false) as previous_month_is_active from joined;
