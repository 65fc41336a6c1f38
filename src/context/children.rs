//! The children of a context, each in a place that it can be taken out of in one step.
//!
//! A list would have to be searched, or linked through the children by pointers. A table with a chain of vacant places needs
//! neither. It shrinks when the last child has gone, not before: a place must stay where it is while its child lives.

use std::sync::{Arc, Weak};

use super::node::Node;

/// A table with more places than this is given up when it is empty.
const KEEP: usize = 64;

/// The end of the chain of vacant places.
const NONE: usize = usize::MAX;

#[derive(Debug)]
enum Place {
    Child(Weak<Node>),
    /// With the next one that is vacant.
    Vacant(usize),
}

#[derive(Debug)]
pub(super) struct Children {
    places: Vec<Place>,
    vacant: usize,
    len: usize,
}

impl Children {
    pub(super) const fn new() -> Self {
        Self { places: Vec::new(), vacant: NONE, len: 0 }
    }

    /// Puts a child into a place, and returns which.
    pub(super) fn insert(&mut self, child: Weak<Node>) -> usize {
        self.len += 1;
        let place = self.vacant;
        match self.places.get_mut(place) {
            None => {
                self.places.push(Place::Child(child));
                self.places.len() - 1
            }
            Some(vacant) => {
                match std::mem::replace(vacant, Place::Child(child)) {
                    Place::Vacant(next) => self.vacant = next,
                    Place::Child(_) => unreachable!("the place of a child was taken for vacant"),
                }
                place
            }
        }
    }

    /// Takes out the child in a place; there is none if the table was taken meanwhile.
    pub(super) fn remove(&mut self, place: usize) -> Option<Weak<Node>> {
        let left = std::mem::replace(self.places.get_mut(place)?, Place::Vacant(self.vacant));
        self.vacant = place;
        self.len -= 1;
        if self.len == 0 {
            self.clear();
        }
        match left {
            Place::Child(child) => Some(child),
            Place::Vacant(_) => unreachable!("a child left a place twice"),
        }
    }

    fn clear(&mut self) {
        self.places.clear();
        self.vacant = NONE;
        if self.places.capacity() > KEEP {
            self.places = Vec::new();
        }
    }

    /// Takes all of them out, if there are any.
    pub(super) fn take(&mut self) -> Option<Arc<Self>> {
        (self.len > 0).then(|| Arc::new(std::mem::replace(self, Self::new())))
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Weak<Node>> {
        self.places.iter().filter_map(|place| match place {
            Place::Child(child) => Some(child),
            Place::Vacant(_) => None,
        })
    }

    #[cfg(test)]
    pub(super) fn places(&self) -> usize {
        self.places.capacity()
    }
}
