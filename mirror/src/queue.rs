use crate::step::Step;
use std::collections::VecDeque;

/// Steps that wait for their turn, the newest of which grows by the blocks that come meanwhile.
#[derive(Debug, Default)]
pub struct Queue {
    steps: VecDeque<Step>,
}

impl Queue {
    /// Adds the next block: to the newest step if it may go along, else as a step of its own.
    pub fn push(&mut self, step: Step) {
        let alone = match self.steps.back_mut() {
            Some(last) => last.absorb(step),
            None => Some(step),
        };
        self.steps.extend(alone);
    }

    /// Whether more blocks should be read now: not while one step waits behind another.
    pub fn wants_more(&self) -> bool {
        self.steps.len() < 2 && self.steps.front().is_none_or(Step::has_room)
    }

    /// The step whose turn it is.
    pub fn first(&self) -> Option<&Step> {
        self.steps.front()
    }

    /// Whether more blocks may still go along with the step whose turn it is.
    pub fn first_grows(&self) -> bool {
        self.steps.len() == 1 && self.steps.front().is_some_and(Step::has_room)
    }

    /// Takes the step whose turn it is.
    pub fn pop(&mut self) -> Option<Step> {
        self.steps.pop_front()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{list::tests::catalog, step::tests::step};

    #[test]
    fn blocks_join_the_newest_step_until_it_creates_a_table() {
        let catalog = catalog();
        let mut queue = Queue::default();
        assert!(queue.first().is_none() && queue.wants_more());
        for height in 1..4 {
            queue.push(step(height, &[], &catalog));
            assert!(queue.first_grows());
        }
        let mut creates = step(4, &[], &catalog);
        creates.created.extend(catalog.named("stock").cloned());
        queue.push(creates);
        assert!(!queue.first_grows() && !queue.wants_more());
        let sent = |queue: &mut Queue| queue.pop().map(|step| (step.height, step.blocks));
        assert_eq!(sent(&mut queue), Some((3, 3)));
        assert!(!queue.first_grows());
        assert_eq!((sent(&mut queue), sent(&mut queue)), (Some((4, 1)), None));
    }
}
