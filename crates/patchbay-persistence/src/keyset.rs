//! Comparing two columns at once, for keyset pages.

use diesel::expression::{AppearsOnTable, Expression, SelectableExpression, ValidGrouping};
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::Bool;
use diesel::{QueryResult, backend::Backend};

/// `(a, b) > (x, y)`: what follows a position in an order of two columns.
///
/// Both databases take it as one range of the index. Written with OR, a page deep in the
/// list would walk over all that is before it.
pub(crate) fn follows<A, B, X, Y>(columns: (A, B), position: (X, Y)) -> Follows<A, B, X, Y> {
    let ((a, b), (x, y)) = (columns, position);
    Follows { a, b, x, y }
}

/// See [`follows`].
#[derive(Clone, Copy, Debug, QueryId)]
pub(crate) struct Follows<A, B, X, Y> {
    a: A,
    b: B,
    x: X,
    y: Y,
}

impl<A, B, X, Y> Expression for Follows<A, B, X, Y>
where
    A: Expression,
    B: Expression,
    X: Expression<SqlType = A::SqlType>,
    Y: Expression<SqlType = B::SqlType>,
{
    type SqlType = Bool;
}

impl<A, B, X, Y, Table> AppearsOnTable<Table> for Follows<A, B, X, Y>
where
    Self: Expression,
    A: AppearsOnTable<Table>,
    B: AppearsOnTable<Table>,
    X: AppearsOnTable<Table>,
    Y: AppearsOnTable<Table>,
{
}

impl<A, B, X, Y, Table> SelectableExpression<Table> for Follows<A, B, X, Y>
where
    Self: AppearsOnTable<Table>,
    A: SelectableExpression<Table>,
    B: SelectableExpression<Table>,
    X: SelectableExpression<Table>,
    Y: SelectableExpression<Table>,
{
}

impl<A, B, X, Y> ValidGrouping<()> for Follows<A, B, X, Y> {
    type IsAggregate = diesel::expression::is_aggregate::No;
}

impl<A, B, X, Y, DB> QueryFragment<DB> for Follows<A, B, X, Y>
where
    DB: Backend,
    A: QueryFragment<DB>,
    B: QueryFragment<DB>,
    X: QueryFragment<DB>,
    Y: QueryFragment<DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql("(");
        self.a.walk_ast(out.reborrow())?;
        out.push_sql(", ");
        self.b.walk_ast(out.reborrow())?;
        out.push_sql(") > (");
        self.x.walk_ast(out.reborrow())?;
        out.push_sql(", ");
        self.y.walk_ast(out.reborrow())?;
        out.push_sql(")");
        Ok(())
    }
}
