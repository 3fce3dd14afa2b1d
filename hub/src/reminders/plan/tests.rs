//! Who hears what and when, on a hub of one power company.

use std::sync::Arc;

use chrono::NaiveDate;
use schemas::{Contract, feeds};

use super::*;
use crate::contracts::Contracts;
use crate::duties::{Calendar, duties};
use crate::reminders::{Contacts, words};

const CONTACTS: &str = "
[office]
mail = ['office@tg.example']

[[department]]
code = 'pow'
mail = ['clerk@pow.example']
escalate = ['head@pow.example']

[[department.unit]]
unit = '433101'
mail = ['jishou@pow.example']
";

fn contracts(owed_by: &str) -> Contracts {
    let all = feeds::embedded().unwrap();
    let power = all
        .iter()
        .find(|contract| contract.id().as_str() == "pow_usage")
        .unwrap();
    let yaml = power
        .yaml()
        .replace("due_day: 10", &format!("due_day: 10\n      owed_by: {owed_by}"));
    let contract = Contract::from_yaml(&yaml).unwrap();
    [(contract.id().clone(), Arc::new(contract))].into()
}

fn told(contracts: &Contracts, since: &str, now: DateTime<Utc>) -> Vec<Duty> {
    let workdays = Workdays::embedded().unwrap();
    let calendar = Calendar {
        contracts,
        workdays: &workdays,
        since: since.parse::<NaiveDate>().unwrap(),
        soon_workdays: 3,
        missing_after_days: 30,
        today: policy::today(now),
    };
    duties(&calendar, &[])
}

fn rules() -> Rules {
    let time = |hour, minute| NaiveTime::from_hms_opt(hour, minute, 0).unwrap();
    Rules {
        from: time(8, 30),
        until: time(17, 30),
        soon_workdays: 3,
        escalate_workdays: 3,
        attempts_max: 3,
    }
}

/// Ten in the morning in China.
fn morning(day: &str) -> DateTime<Utc> {
    format!("{day}T02:00:00Z").parse().unwrap()
}

fn written<'a>(
    duties: &'a [Duty],
    before: &BTreeMap<ReminderKey, ReminderState>,
    now: DateTime<Utc>,
) -> Vec<Letter<'a>> {
    let contacts = Contacts::parse(CONTACTS).unwrap();
    let workdays = Workdays::embedded().unwrap();
    let channels = [Channel::Mail, Channel::Webhook];
    letters(duties, &rules(), &workdays, &contacts, &channels, before, now)
}

/// Channel, stage, recipients and number of duties of each letter.
fn short(letters: &[Letter<'_>]) -> Vec<String> {
    let line = |letter: &Letter<'_>| {
        let to: Vec<&str> = letter.recipients.iter().map(String::as_str).collect();
        let (channel, stage) = (letter.channel.as_str(), letter.stage.as_str());
        format!("{channel} {stage} [{}] {}", to.join(" "), letter.duties.len())
    };
    letters.iter().map(line).collect()
}

#[test]
fn letters_go_out_on_working_days_within_office_hours_only() {
    let workdays = Workdays::embedded().unwrap();
    for (now, may) in [
        ("2025-10-10T00:29:59Z", false),
        ("2025-10-10T00:30:00Z", true),
        ("2025-10-10T09:29:59Z", true),
        ("2025-10-10T09:30:00Z", false),
        // A Saturday that is worked, a Sunday, and a Monday of the long holiday.
        ("2025-10-11T02:00:00Z", true),
        ("2025-10-12T02:00:00Z", false),
        ("2025-10-06T02:00:00Z", false),
    ] {
        assert_eq!(may_send(&rules(), &workdays, now.parse().unwrap()), may, "{now}");
    }
}

#[test]
fn a_duty_is_told_to_the_clerk_first_and_passed_up_when_it_stays_late() {
    let contracts = contracts("whole");
    for (day, expected) in [
        ("2025-09-04", vec![]),
        (
            "2025-09-08",
            vec!["mail soon [clerk@pow.example] 1", "webhook soon [] 1"],
        ),
        (
            "2025-09-11",
            vec!["mail late [clerk@pow.example] 1", "webhook late [] 1"],
        ),
        (
            "2025-09-15",
            vec![
                "mail escalated [clerk@pow.example head@pow.example office@tg.example] 1",
                "webhook escalated [] 1",
            ],
        ),
    ] {
        let now = morning(day);
        let duties = told(&contracts, "2025-08-01", now);
        assert_eq!(short(&written(&duties, &BTreeMap::new(), now)), expected, "{day}");
    }
}

#[test]
fn units_with_contacts_of_their_own_hear_for_themselves_and_several_duties_are_one_letter() {
    let contracts = contracts("each");
    let now = morning("2025-09-11");
    let duties = told(&contracts, "2025-08-01", now);
    let letters = written(&duties, &BTreeMap::new(), now);
    assert_eq!(
        short(&letters),
        [
            "mail late [clerk@pow.example] 8",
            "mail late [jishou@pow.example] 1",
            "webhook late [] 9"
        ]
    );
}

#[test]
fn what_was_sent_is_not_sent_again_and_what_failed_waits_longer_each_time() {
    let contracts = contracts("whole");
    let now = morning("2025-09-11");
    let duties = told(&contracts, "2025-08-01", now);
    let letters = written(&duties, &BTreeMap::new(), now);
    let mail = letters[0].keys().remove(0);
    assert_eq!(
        (mail.stage.as_str(), mail.channel.as_str(), mail.round),
        ("late", "mail", 0)
    );
    let webhook = letters[1].keys().remove(0);
    let minutes = |letter: &Letter<'_>| letter.again_at(&rules(), now).map(|at| (at - now).num_minutes());
    assert_eq!(minutes(&letters[0]), Some(5));
    let waiting = |attempts, again_at| ReminderState::Waiting { attempts, again_at };
    let early = BTreeMap::from([
        (mail.clone(), ReminderState::Sent),
        (webhook.clone(), waiting(1, now + TimeDelta::seconds(1))),
    ]);
    assert!(written(&duties, &early, now).is_empty());
    let again = BTreeMap::from([
        (mail, ReminderState::GivenUp { attempts: 3 }),
        (webhook.clone(), waiting(1, now)),
    ]);
    let letters = written(&duties, &again, now);
    assert_eq!(short(&letters), ["webhook late [] 1"]);
    assert_eq!((letters[0].attempts, minutes(&letters[0])), (1, Some(10)));
    let last = BTreeMap::from([(webhook, waiting(2, now))]);
    let letters = written(&duties, &last, now);
    let letter = letters
        .iter()
        .find(|letter| letter.channel == Channel::Webhook)
        .unwrap();
    assert_eq!(minutes(letter), None, "the third failure is the last");
}

#[test]
fn a_letter_says_which_duty_and_how_late_in_both_languages() {
    let contracts = contracts("whole");
    let now = morning("2025-09-12");
    let duties = told(&contracts, "2025-08-01", now);
    let letters = written(&duties, &BTreeMap::new(), now);
    let titles = contracts
        .iter()
        .map(|(id, contract)| (id.clone(), contract.title().clone()))
        .collect();
    let body = words::body(&letters[0], &titles, "https://hub.example/duties");
    for part in [
        "用电量",
        "Electricity consumption",
        "202508",
        "433100",
        "2025-09-10",
        "https://hub.example/duties",
        "2",
    ] {
        assert!(body.contains(part), "{part} in {body}");
    }
    assert!(!body.contains('{') && !body.contains("reminder."), "{body}");
    let subject = words::subject(&letters[0]);
    assert!(
        subject.contains('1') && !subject.contains("reminder."),
        "{subject}"
    );
}
