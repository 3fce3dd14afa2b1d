//! The only file that names Cedar's types: parses and validates the policies, and asks them.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::str::FromStr;

use cedar_policy::{
    Authorizer, Context, Decision, Entities, Entity, EntityId, EntityTypeName, EntityUid, PolicyId,
    PolicySet, Request, RestrictedExpression, Schema, ValidationMode, Validator,
};

use crate::error::PolicyError;
use crate::facts::{Fact, Ref, Value};

const SCHEMA: &str = include_str!("../policies/taxhub.cedarschema");
const POLICIES: [&str; 4] = [
    include_str!("../policies/query.cedar"),
    include_str!("../policies/submissions.cedar"),
    include_str!("../policies/offices.cedar"),
    include_str!("../policies/agreements.cedar"),
];

/// The validated policies.
pub(crate) struct Judge {
    schema: Schema,
    policies: PolicySet,
    authorizer: Authorizer,
    type_names: BTreeMap<&'static str, EntityTypeName>,
}

/// One question. Everything the policies may look at is in `facts` and `context`.
pub(crate) struct Question<'a> {
    pub person: Ref,
    pub action: &'static str,
    pub resource: Ref,
    pub facts: &'a [Fact],
    pub context: Vec<(&'static str, Value)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Verdict {
    Permitted,
    /// No policy permits it.
    NotPermitted,
    /// These policies forbid it, by name, sorted.
    Forbidden(Vec<String>),
    /// Something could not be evaluated. The reason is in the log.
    Undecidable,
}

impl Judge {
    pub(crate) fn embedded() -> Result<Judge, PolicyError> {
        Judge::new(SCHEMA, &POLICIES)
    }

    /// Refuses a policy that does not pass strict validation, has no name, or has the name of another.
    pub(crate) fn new(schema: &str, texts: &[&str]) -> Result<Judge, PolicyError> {
        let invalid = |reason: &dyn std::fmt::Display| PolicyError::Policies(reason.to_string());
        let (schema, _) = Schema::from_cedarschema_str(schema).map_err(|error| invalid(&error))?;
        let mut policies = PolicySet::new();
        for text in texts {
            let parsed = PolicySet::from_str(text).map_err(|error| invalid(&error))?;
            for policy in parsed.policies() {
                let name = policy
                    .annotation("id")
                    .ok_or_else(|| invalid(&"a policy has no @id"))?
                    .to_owned();
                policies
                    .add(policy.new_id(PolicyId::new(name)))
                    .map_err(|error| invalid(&error))?;
            }
        }
        let result = Validator::new(schema.clone()).validate(&policies, ValidationMode::Strict);
        if !result.validation_passed_without_warnings() {
            return Err(invalid(&result));
        }
        let mut type_names = BTreeMap::new();
        for noun in crate::facts::NOUNS.into_iter().chain(["Action"]) {
            type_names.insert(
                noun,
                EntityTypeName::from_str(noun).map_err(|error| invalid(&error))?,
            );
        }
        Ok(Judge {
            schema,
            policies,
            authorizer: Authorizer::new(),
            type_names,
        })
    }

    /// The embedded policies and these.
    #[cfg(test)]
    pub(crate) fn with(texts: &[&str]) -> Result<Judge, PolicyError> {
        Judge::new(SCHEMA, &[&POLICIES, texts].concat())
    }

    /// INVARIANT (error-is-denial): Cedar skips a policy that fails to evaluate, so a failing `forbid` would let the
    /// request pass. Any diagnostic error, and any question that does not fit the schema, is therefore a denial.
    pub(crate) fn ask(&self, question: &Question<'_>) -> Verdict {
        match self.try_ask(question) {
            Ok(verdict) => verdict,
            Err(error) => {
                tracing::error!(action = question.action, %error, "a question to the policies failed");
                Verdict::Undecidable
            }
        }
    }

    fn try_ask(&self, question: &Question<'_>) -> Result<Verdict, Box<dyn std::error::Error>> {
        let mut entities = Vec::with_capacity(question.facts.len());
        for fact in question.facts {
            let mut attributes = HashMap::with_capacity(fact.attributes.len());
            for (name, value) in &fact.attributes {
                attributes.insert((*name).to_owned(), self.expression(value)?);
            }
            entities.push(Entity::new(self.uid(&fact.of)?, attributes, HashSet::new())?);
        }
        let entities = Entities::from_entities(entities, Some(&self.schema))?;
        let action = self.uid(&Ref {
            noun: "Action",
            id: question.action.to_owned(),
        })?;
        let mut context = Vec::with_capacity(question.context.len());
        for (name, value) in &question.context {
            context.push(((*name).to_owned(), self.expression(value)?));
        }
        let request = Request::new(
            self.uid(&question.person)?,
            action,
            self.uid(&question.resource)?,
            Context::from_pairs(context)?,
            Some(&self.schema),
        )?;
        let response = self.authorizer.is_authorized(&request, &self.policies, &entities);
        if let Some(error) = response.diagnostics().errors().next() {
            return Err(error.to_string().into());
        }
        let mut reasons: Vec<String> = response.diagnostics().reason().map(ToString::to_string).collect();
        reasons.sort();
        Ok(match response.decision() {
            Decision::Allow => Verdict::Permitted,
            Decision::Deny if reasons.is_empty() => Verdict::NotPermitted,
            Decision::Deny => Verdict::Forbidden(reasons),
        })
    }

    fn uid(&self, of: &Ref) -> Result<EntityUid, Box<dyn std::error::Error>> {
        let name = self
            .type_names
            .get(of.noun)
            .ok_or("a noun that the schema does not have")?;
        Ok(EntityUid::from_type_name_and_id(
            name.clone(),
            EntityId::new(&of.id),
        ))
    }

    fn expression(&self, value: &Value) -> Result<RestrictedExpression, Box<dyn std::error::Error>> {
        Ok(match value {
            Value::Bool(value) => RestrictedExpression::new_bool(*value),
            Value::Long(value) => RestrictedExpression::new_long(*value),
            Value::Ref(of) => RestrictedExpression::new_entity_uid(self.uid(of)?),
            Value::Refs(refs) => {
                let uids: Result<Vec<_>, _> = refs.iter().map(|of| self.uid(of)).collect();
                RestrictedExpression::new_set(uids?.into_iter().map(RestrictedExpression::new_entity_uid))
            }
        })
    }
}

#[cfg(test)]
mod tests;
