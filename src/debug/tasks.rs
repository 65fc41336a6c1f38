//! The tasks as the page asks for them.

use ::hyper::StatusCode;

use super::answer::{self, Answer, refused};
use super::census::{Census, Wish};
use super::groups::{By, Common, Group, Groups, Selection, Single};
use super::json::{self, Object};
use super::query::Query;

/// More of a filter is not looked for.
const LONGEST_FILTER: usize = 200;

#[derive(Debug, Default)]
pub(super) struct Tasks {
    census: Census,
}

impl Tasks {
    /// `?runtime=1&by=place&filter=text`: the groups.
    pub(super) async fn groups(&self, query: &Query<'_>) -> Answer {
        self.answer(query, groups).await
    }

    /// The same, with `&group=number`: some tasks of one of them.
    pub(super) async fn group(&self, query: &Query<'_>) -> Answer {
        let number = query.get("group").and_then(|text| u64::from_str_radix(&text, 16).ok());
        self.answer(query, |o, found| {
            let group = number.and_then(|number| found.get(number));
            o.field("count", group.map_or(0, |group| group.count));
            o.list("tasks", group.into_iter().flat_map(|group| &group.tasks), single);
        })
        .await
    }

    async fn answer(
        &self,
        query: &Query<'_>,
        write: impl FnOnce(&mut Object<'_>, &Groups),
    ) -> Answer {
        let found = match self.census.get(wish(query)).await {
            Ok(found) => found,
            Err(_) => return refused(StatusCode::INTERNAL_SERVER_ERROR, "the dump failed\n"),
        };
        let Some(groups) = &found.groups else {
            return refused(StatusCode::NOT_FOUND, "there is no such runtime\n");
        };
        answer::json(json::object(|o| {
            o.field("took", found.took).field("age", found.at.elapsed());
            write(o, groups);
        }))
    }
}

fn wish(query: &Query<'_>) -> Wish {
    let filter = query.get("filter").map(|filter| {
        let filter: String = filter.chars().take(LONGEST_FILTER).collect();
        filter.to_lowercase()
    });
    let by = query.get("by").map_or(By::Alike, |by| By::of(&by));
    Wish { runtime: query.number("runtime"), selection: Selection { by, filter } }
}

fn groups(o: &mut Object<'_>, found: &Groups) {
    o.field("listed", found.listed).field("unlisted", found.unlisted);
    o.field("selected", found.selected);
    o.field("other_groups", found.other_groups).field("other_tasks", found.other_tasks);
    o.list("groups", &found.groups, group);
}

fn group(o: &mut Object<'_>, group: &Group) {
    o.field("group", &*format!("{:016x}", group.common.number()));
    o.field("count", group.count).field("elapsed", group.elapsed);
    o.field("first", group.first.map(|id| id.to_string()).as_deref());
    o.values("names", group.names.iter().map(String::as_str));
    common(o, &group.common);
}

fn single(o: &mut Object<'_>, task: &Single) {
    o.field("task", task.id.map(|id| id.to_string()).as_deref())
        .field("name", task.name.as_deref());
    o.field("worker", task.worker).field("elapsed", task.elapsed);
    common(o, &task.common);
}

fn common(o: &mut Object<'_>, common: &Common) {
    o.field("kind", common.kind_text()).field("state", common.state_text());
    o.field("reason", common.reason.map(|reason| reason.to_string()).as_deref());
    o.field("has_timeout", common.has_timeout);
    o.field("place", common.place.map(ToString::to_string).as_deref());
    o.field("type", common.type_name.map(json::cut));
}
