//! Which policies are taken at all.

use super::*;

fn refused(text: &str) -> String {
    match Judge::with(&[text]) {
        Ok(_) => panic!("taken: {text}"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn the_embedded_policies_pass_strict_validation_and_are_all_embedded() {
    let judge = Judge::embedded().unwrap();
    let dir = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("policies");
    let files = std::fs::read_dir(dir).unwrap();
    let cedar = files.filter(|file| {
        file.as_ref()
            .unwrap()
            .path()
            .extension()
            .is_some_and(|end| end == "cedar")
    });
    assert_eq!(cedar.count(), POLICIES.len());
    assert!(judge.policies.policies().count() >= 12);
}

#[test]
fn a_policy_with_a_mistake_is_refused_when_it_is_loaded_not_when_it_is_needed() {
    let on_query = |condition: &str| {
        format!(r#"@id("x") permit (principal, action == Action::"query", resource) when {{ {condition} }};"#)
    };
    // A role that does not exist.
    refused(&on_query(r#"principal.role == Role::"root""#));
    // An attribute that does not exist, and one that may be absent and is not asked for first.
    refused(&on_query("principal.is_root"));
    refused(&on_query("context.agreement.is_active"));
    // Values of different kinds are never equal.
    refused(&on_query(r#"principal.role == "consumer""#));
    // A permit that can never apply.
    refused(&on_query("false"));
    // An action that does not exist, a text that is no policy.
    refused(r#"@id("x") permit (principal, action == Action::"write", resource);"#);
    refused("permit everything");
}

#[test]
fn policies_have_names_of_their_own() {
    assert!(refused("forbid (principal, action, resource);").contains("@id"));
    refused(r#"@id("query-under-agreement") forbid (principal, action, resource);"#);
}

#[test]
fn a_question_that_does_not_fit_the_schema_is_undecidable() {
    let judge = Judge::embedded().unwrap();
    let person = Ref::person("x");
    let facts = [Fact {
        of: person.clone(),
        attributes: vec![("role", Value::Bool(true))],
    }];
    let question = Question {
        person: person.clone(),
        action: "read_audit",
        resource: Ref::new("Desk", "audit"),
        facts: &facts,
        context: Vec::new(),
    };
    assert_eq!(judge.ask(&question), Verdict::Undecidable);
    // Without its attributes a person is not a person, and asking for the role is an error.
    assert_eq!(
        judge.ask(&Question {
            facts: &[],
            ..question
        }),
        Verdict::Undecidable
    );
    let unknown = Question {
        person,
        action: "no_such_action",
        resource: Ref::new("Desk", "audit"),
        facts: &[],
        context: Vec::new(),
    };
    assert_eq!(judge.ask(&unknown), Verdict::Undecidable);
}
