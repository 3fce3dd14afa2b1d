//! New accounts. Passwords are made up here or given by the caller; either way only their hash is kept.

use std::sync::Arc;

use audit::{Act, ActKind};
use policy::{Account, AccountState, AccountStore, Action, Identity};
use rand::TryRngCore;
use registry::Registry;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::books::{Books, act_of};
use super::{Center, FirstSignIns};
use crate::front::{Caller, NewPerson, Problem};

/// An account that was made, with the password that only this moment knows.
pub struct Person {
    pub account: Account,
    pub password: Zeroizing<String>,
}

/// Makes accounts where no administrator can be asked yet: in `init` and in the demonstration.
pub struct Founding {
    pub registry: Registry,
    pub identity: Identity,
    pub books: Books,
}

impl Founding {
    /// One account with a made-up password. With `one_time` it can do nothing but change it.
    pub async fn admit(&self, person: NewPerson, one_time: bool) -> Result<Person, Problem> {
        let subject = subject(&person);
        let made = make(&self.registry, &self.identity, person, one_time);
        self.books
            .around(Act::new(ActKind::Account, subject), made)
            .await?
    }
}

impl Founding {
    /// Takes the one-time password from an account and gives it one that lasts.
    pub async fn settle(&self, person: Person) -> Result<Person, Problem> {
        let password = made_up_password()?;
        let hash = self.identity.hash_password(&password).await;
        let password_hash = hash.map_err(|refusal| Problem::new(422, "22023", refusal.code()))?;
        let account = Account {
            password_hash,
            ..person.account
        };
        let act = Act::new(
            ActKind::Account,
            json!({"act": "password", "account": account.name}),
        );
        let first_sign_ins = FirstSignIns::new(self.registry.clone());
        self.books.around(act, first_sign_ins.finish(&account)).await??;
        Ok(Person { account, password })
    }
}

impl Center {
    /// The founding of a centre that is already open: the demonstration's sample people.
    pub fn founding(&self) -> Founding {
        Founding {
            registry: self.registry.clone(),
            identity: self.identity.clone(),
            books: self.books.clone(),
        }
    }

    /// An account made by an administrator, with one-time credentials.
    pub(super) async fn take_on(&self, caller: &Caller, person: NewPerson) -> Result<Person, Problem> {
        let subject = subject(&person);
        self.permitted(
            caller,
            &Action::ManageAccounts {
                person: person.name.clone(),
            },
            subject.clone(),
        )
        .await?;
        let made = make(&self.registry, &self.identity, person, true);
        self.books
            .around(act_of(ActKind::Account, caller, subject), made)
            .await?
    }
}

fn subject(person: &NewPerson) -> Value {
    json!({"act": "create", "account": person.name, "department": person.department, "role": person.role})
}

async fn make(
    registry: &Registry,
    identity: &Identity,
    person: NewPerson,
    one_time: bool,
) -> Result<Person, Problem> {
    let accounts: Arc<dyn AccountStore> = Arc::new(registry.clone());
    if accounts
        .account_by_name(&person.name)
        .await
        .map_err(Problem::internal)?
        .is_some()
    {
        return Err(Problem::new(409, "42710", "hub.account_exists"));
    }
    let password = made_up_password()?;
    let hash = identity.hash_password(&password).await;
    let account = Account {
        id: format!("acc_{}", uuid::Uuid::now_v7().simple()),
        name: person.name,
        display_name: person.display_name,
        department: person.department,
        role: person.role,
        region: person.region,
        clearance: person.clearance,
        password_hash: hash.map_err(|refusal| Problem::new(422, "22023", refusal.code()))?,
        purposes: person.purposes,
        default_purpose: person.default_purpose,
        state: AccountState::Open,
    };
    if one_time {
        FirstSignIns::new(registry.clone()).begin(&account).await?;
    } else {
        accounts.put_account(&account).await.map_err(Problem::internal)?;
    }
    Ok(Person { account, password })
}

/// 100 random bits in letters and digits that cannot be mistaken for each other when read from paper.
fn made_up_password() -> Result<Zeroizing<String>, Problem> {
    const LETTERS: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz23456789A";
    let mut bytes = Zeroizing::new([0_u8; 20]);
    rand::rngs::OsRng
        .try_fill_bytes(bytes.as_mut_slice())
        .map_err(Problem::internal)?;
    let mut password = Zeroizing::new(String::with_capacity(23));
    for (i, byte) in bytes.iter().enumerate() {
        if i > 0 && i % 5 == 0 {
            password.push('-');
        }
        password.push(
            LETTERS
                .get(usize::from(byte & 31))
                .map_or('x', |letter| char::from(*letter)),
        );
    }
    Ok(password)
}
