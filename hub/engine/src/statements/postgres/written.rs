//! Names of relations that a statement writes as text: `'v_power_month'::regclass`.

use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{
    Expr, FunctionArg, FunctionArgExpr, FunctionArguments, Statement, Value, Visit, Visitor,
};

use super::called;

/// In the order they stand there.
pub(crate) fn relations_written(statement: &Statement) -> Vec<String> {
    let mut written = Written(vec![]);
    let _ = Visit::visit(statement, &mut written);
    written.0
}

struct Written(Vec<String>);

impl Visitor for Written {
    type Break = ();

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
        if let Expr::Function(function) = expr
            && matches!(called(function).as_str(), "regclass" | "regclass_name")
            && let FunctionArguments::List(arguments) = &function.args
            && let [FunctionArg::Unnamed(FunctionArgExpr::Expr(Expr::Value(value)))] =
                arguments.args.as_slice()
            && let Value::SingleQuotedString(name) = &value.value
        {
            self.0.push(name.clone());
        }
        ControlFlow::Continue(())
    }
}
