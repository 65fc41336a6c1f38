//! The members of a set by number.

/// Each member has a place, whose number it keeps; free ones are taken again.
#[derive(Debug)]
pub(super) struct Places<M> {
    members: Vec<Option<M>>,
    free: Vec<usize>,
}

impl<M> Places<M> {
    pub(super) fn new() -> Self {
        Self { members: Vec::new(), free: Vec::new() }
    }

    pub(super) fn len(&self) -> usize {
        self.members.len() - self.free.len()
    }

    /// The place that the next member gets.
    pub(super) fn next(&self) -> usize {
        self.free.last().copied().unwrap_or(self.members.len())
    }

    /// How many members there may be without more memory.
    pub(super) fn capacity(&self) -> usize {
        self.members.capacity()
    }

    /// Makes room for the next member.
    pub(super) fn reserve(&mut self) {
        if self.free.is_empty() {
            self.members.reserve(1);
        }
    }

    /// Puts a member into the next place.
    pub(super) fn insert(&mut self, member: M) -> &mut M {
        let place = self.free.pop().unwrap_or_else(|| {
            self.members.push(None);
            self.members.len() - 1
        });
        self.members[place].insert(member)
    }

    pub(super) fn get_mut(&mut self, place: usize) -> Option<&mut M> {
        self.members.get_mut(place)?.as_mut()
    }

    pub(super) fn remove(&mut self, place: usize) -> Option<M> {
        let member = self.members.get_mut(place)?.take()?;
        self.free.push(place);
        Some(member)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &M> {
        self.members.iter().flatten()
    }
}
