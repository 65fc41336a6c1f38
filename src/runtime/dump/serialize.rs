//! A dump for other programs, task by task.

use serde::ser::{Serialize, SerializeStruct, Serializer};

use super::{Dump, TaskDump, WaitReason, WorkerDump};

/// What is collected as it is asked for.
struct Tasks<'a>(&'a Dump);

impl Serialize for Dump {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut dump = serializer.serialize_struct("Dump", 10)?;
        dump.serialize_field("tasks", &Tasks(self))?;
        dump.serialize_field("unlisted", &self.unlisted())?;
        dump.serialize_field("unlisted_local", &self.unlisted_local())?;
        dump.serialize_field("worker_threads", &self.worker_threads())?;
        dump.serialize_field("queued", &self.queued())?;
        dump.serialize_field("queued_local", &self.queued_local())?;
        dump.serialize_field("workers", self.workers())?;
        dump.serialize_field("blocking", &self.blocking())?;
        dump.serialize_field("driver", &self.driver())?;
        let retakes = self.monitor();
        let retakes = (retakes.blocked_retakes, retakes.computing_retakes, retakes.refused_retakes);
        dump.serialize_field("retakes", &retakes)?;
        dump.end()
    }
}

impl Serialize for Tasks<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.tasks())
    }
}

impl Serialize for TaskDump<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut task = serializer.serialize_struct("TaskDump", 10)?;
        task.serialize_field("id", &self.id().map(|id| id.to_string()))?;
        task.serialize_field("name", &self.name())?;
        task.serialize_field("type_name", self.type_name())?;
        task.serialize_field("spawned_at", &self.spawned_at().to_string())?;
        task.serialize_field("kind", &self.kind())?;
        task.serialize_field("state", &self.state())?;
        task.serialize_field("reason", &self.reason())?;
        task.serialize_field("has_timeout", &self.has_timeout())?;
        task.serialize_field("worker", &self.worker())?;
        task.serialize_field("elapsed", &self.elapsed())?;
        task.end()
    }
}

impl Serialize for WorkerDump {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut worker = serializer.serialize_struct("WorkerDump", 8)?;
        worker.serialize_field("index", &self.index())?;
        worker.serialize_field("has_thread", &self.has_thread())?;
        worker.serialize_field("has_permit", &self.has_permit())?;
        worker.serialize_field("task", &self.task().map(|id| id.to_string()))?;
        worker.serialize_field("type_name", &self.type_name())?;
        worker.serialize_field("spawned_at", &self.spawned_at().map(ToString::to_string))?;
        worker.serialize_field("elapsed", &self.elapsed())?;
        worker.serialize_field("queued", &self.queued())?;
        worker.end()
    }
}

impl Serialize for WaitReason {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
