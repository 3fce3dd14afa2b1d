//! Who plays which part: true disagreements, decoys and plain ones, spread evenly over everything there is.

/// The part somebody plays, with the number of the story.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    True(usize),
    Decoy(usize),
    Plain,
}

/// How many of each.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cast {
    pub all: u64,
    pub truths: u64,
    pub decoys: u64,
}

impl Cast {
    /// The part of number `at`.
    pub fn role(self, at: u64) -> Role {
        // A prime step visits every number once.
        let turn = (at * 7_919 + 13) % self.all.max(1);
        let number = |value: u64| usize::try_from(value).unwrap_or(0);
        if turn < self.truths {
            Role::True(number(turn))
        } else if turn < self.truths + self.decoys {
            Role::Decoy(number(turn - self.truths))
        } else {
            Role::Plain
        }
    }
}

/// The story with this number, in turn.
pub(crate) fn told<T: Copy>(stories: &[T], number: usize) -> Option<T> {
    stories.get(number.checked_rem(stories.len())?).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_is_played_as_often_as_it_should() {
        for all in [24, 32, 150, 600] {
            let cast = Cast {
                all,
                truths: all / 4,
                decoys: all / 2,
            };
            let count = |wanted: fn(Role) -> bool| (0..all).filter(|at| wanted(cast.role(*at))).count();
            assert_eq!(
                count(|role| matches!(role, Role::True(_))),
                usize::try_from(all / 4).unwrap()
            );
            assert_eq!(
                count(|role| matches!(role, Role::Decoy(_))),
                usize::try_from(all / 2).unwrap()
            );
        }
    }
}
