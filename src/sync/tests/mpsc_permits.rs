use tokio_test::task;
use tokio_test::{assert_pending, assert_ready, assert_ready_eq};

use crate::sync::mpsc::channel;
use crate::sync::mpsc::error::{TryRecvError, TrySendError};

#[test]
fn a_permit_holds_its_room_and_gives_it_back() {
    let (tx, mut rx) = channel(1);
    let permit = assert_ready!(task::spawn(tx.reserve()).poll()).unwrap();
    assert_eq!(tx.try_send(1), Err(TrySendError::Full(1)));
    let mut send = task::spawn(tx.send(2));
    assert_pending!(send.poll());
    drop(permit);
    assert!(send.is_woken());
    assert_ready!(send.poll()).unwrap();
    assert_eq!(rx.try_recv(), Ok(2));
    tx.try_reserve().unwrap().send(3);
    assert_eq!(rx.try_recv(), Ok(3));
}

#[test]
fn a_closed_channel_ends_when_its_last_permit_does() {
    for sends in [true, false] {
        let (tx, mut rx) = channel(2);
        let permit = tx.clone().try_reserve_owned().unwrap();
        rx.close();
        assert_eq!(rx.try_recv(), Err(TryRecvError::Empty));
        let mut recv = task::spawn(rx.recv());
        assert_pending!(recv.poll());
        if sends {
            permit.send(1);
        } else {
            drop(permit);
        }
        assert!(recv.is_woken());
        assert_ready_eq!(recv.poll(), sends.then_some(1));
        drop(recv);
        assert_ready_eq!(task::spawn(rx.recv()).poll(), None);
    }
}

#[test]
fn many_permits_are_gathered_one_by_one_and_nobody_overtakes() {
    let (tx, mut rx) = channel(3);
    (0..2).for_each(|n| tx.try_send(n).unwrap());
    let mut many = task::spawn(tx.reserve_many(3));
    assert_pending!(many.poll());
    assert_eq!(tx.capacity(), 0, "what is free is kept for the one who waits");
    assert!(tx.try_send(9).is_err());
    assert_eq!(rx.try_recv(), Ok(0));
    assert!(!many.is_woken());
    assert_eq!(rx.try_recv(), Ok(1));
    assert!(many.is_woken());
    let mut permits = assert_ready!(many.poll()).unwrap();
    permits.next().unwrap().send(2);
    assert_eq!(permits.len(), 2);
    drop(permits);
    assert_eq!(tx.capacity(), 2);
    assert_eq!(rx.try_recv(), Ok(2));
}

#[test]
fn a_gathering_that_is_dropped_gives_back_what_it_had() {
    let (tx, mut rx) = channel(3);
    (0..2).for_each(|n| tx.try_send(n).unwrap());
    let mut many = task::spawn(tx.reserve_many(3));
    assert_pending!(many.poll());
    let mut sends: Vec<_> = (2..4).map(|n| task::spawn(tx.send(n))).collect();
    sends.iter_mut().for_each(|send| assert_pending!(send.poll()));
    assert_eq!(rx.try_recv(), Ok(0)); // goes to the gathering: two of three
    assert!(sends.iter().all(|send| !send.is_woken()));
    drop(many);
    assert!(sends.iter().all(|send| send.is_woken()));
}

#[test]
fn a_gathering_is_refused_when_the_channel_is_closed_and_ends_it() {
    let (tx, mut rx) = channel(2);
    tx.try_send(0).unwrap();
    let mut many = task::spawn(tx.reserve_many(2));
    assert_pending!(many.poll());
    rx.close();
    assert!(many.is_woken());
    assert_eq!(rx.try_recv(), Ok(0));
    let mut recv = task::spawn(rx.recv());
    assert_pending!(recv.poll());
    assert!(assert_ready!(many.poll()).is_err());
    assert!(recv.is_woken());
    assert_ready_eq!(recv.poll(), None);
}

#[test]
fn too_many_permits_are_refused_and_none_are_free() {
    let (tx, _rx) = channel::<()>(2);
    assert!(assert_ready!(task::spawn(tx.reserve_many(3)).poll()).is_err());
    let all = tx.try_reserve_many(2).unwrap();
    assert_eq!(assert_ready!(task::spawn(tx.reserve_many(0)).poll()).unwrap().len(), 0);
    drop(all);
}
