//! What made-up files say of the cores of a process, and that a program which runs follows it.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::time::{Duration, Instant};

use crate::Builder;
use crate::scheduler::cores::Source;
use crate::scheduler::monitor::Follower;
use crate::task;

const VERSION_1: &str =
    "/ /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:9 - cgroup cgroup rw,cpu,cpuacct";
const VERSION_2: &str = "/ /sys/fs/cgroup rw,relatime shared:4 - cgroup2 cgroup2 rw,nsdelegate";
const CPU_1: &str = "sys/fs/cgroup/cpu,cpuacct";
const CPU_2: &str = "sys/fs/cgroup";

/// A folder that stands for the root of a system.
struct Root(PathBuf);

impl Root {
    /// Of a process in `groups`, with one control group mount.
    fn new(name: &str, mount: &str, groups: &str) -> Self {
        let name = format!("gosched-cores-{}-{name}", std::process::id());
        let root = Self(std::env::temp_dir().join(name));
        let other = "22 27 0:21 / /proc rw,relatime - proc proc rw\n\n23 27 0:21 / /sys rw";
        root.write("proc/self/mountinfo", &format!("{other}\n31 24 0:26 {mount}\n"));
        root.write("proc/self/cgroup", groups);
        root
    }

    fn write(&self, path: &str, content: &str) {
        let path = self.0.join(path);
        fs::create_dir_all(path.parent().expect("it is in the root")).unwrap();
        fs::write(path, content).unwrap();
    }

    fn write_v1(&self, group: &str, quota: i64, period: u64) {
        self.write(&format!("{CPU_1}{group}/cpu.cfs_quota_us"), &format!("{quota}\n"));
        self.write(&format!("{CPU_1}{group}/cpu.cfs_period_us"), &format!("{period}\n"));
    }

    fn write_v2(&self, group: &str, max: &str) {
        self.write(&format!("{CPU_2}{group}/cpu.max"), &format!("{max}\n"));
    }

    fn quota(&self) -> Option<usize> {
        Source::new(&self.0).read().quota
    }
}

impl Drop for Root {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn without_files_there_is_no_quota() {
    assert_eq!(Source::new(Path::new("/nowhere")).read().quota, None);
    let root = Root::new("empty", VERSION_2, "0::/\n");
    assert_eq!(root.quota(), None);
}

#[test]
fn a_quota_is_rounded_up() {
    let root = Root::new("rounded", VERSION_2, "0::/app\n");
    for (max, cores) in [
        ("max 100000", None),
        ("1 100000", Some(1)),
        ("100000 100000", Some(1)),
        ("100001 100000", Some(2)),
        ("150000 100000", Some(2)),
        ("800000 100000", Some(8)),
        ("25000 10000", Some(3)),
        ("nonsense", None),
        ("0 100000", None),
        ("100000 0", None),
    ] {
        root.write_v2("/app", max);
        assert_eq!(root.quota(), cores, "{max}");
    }
}

#[test]
fn the_first_version_has_a_hierarchy_for_each_controller() {
    let groups = "9:name=systemd:/elsewhere\n4:cpuset:/elsewhere\n2:cpu,cpuacct:/app\n";
    let root = Root::new("first", VERSION_1, groups);
    root.write_v1("", -1, 100_000);
    root.write_v1("/app", -1, 100_000);
    assert_eq!(root.quota(), None);
    root.write_v1("/app", 250_000, 100_000);
    root.write_v1("/elsewhere", 100_000, 100_000);
    assert_eq!(root.quota(), Some(3));
}

#[test]
fn the_smallest_quota_on_the_way_up_counts() {
    let root = Root::new("up", VERSION_2, "0::/slice/app/worker\n");
    root.write_v2("/slice/app/worker", "900000 100000");
    root.write_v2("/slice", "350000 100000");
    assert_eq!(root.quota(), Some(4));
    root.write_v2("/slice/app", "max 100000");
    root.write_v2("/slice/other", "100000 100000");
    assert_eq!(root.quota(), Some(4));
    root.write_v2("", "200000 100000");
    assert_eq!(root.quota(), Some(2));
}

#[test]
fn a_container_may_see_its_own_group_as_the_top() {
    let mount = "/docker/1a /sys/fs/cgroup/cpu,cpuacct ro - cgroup cgroup rw,cpuacct,cpu";
    let root = Root::new("container", mount, "2:cpuacct,cpu:/docker/1a/inner\n");
    root.write_v1("", 200_000, 100_000);
    root.write_v1("/inner", 300_000, 100_000);
    assert_eq!(root.quota(), Some(2));
    root.write("proc/self/cgroup", "2:cpuacct,cpu:/docker/2b\n"); // what is mounted is not its own
    assert_eq!(root.quota(), None);
}

/// Tasks that compute for a tenth of a millisecond again and again, and how many did so at the same time.
#[derive(Default)]
struct Crowd {
    running: AtomicUsize,
    most: AtomicUsize,
    is_over: AtomicBool,
}

impl Crowd {
    async fn run(self: Arc<Self>) {
        while !self.is_over.load(SeqCst) {
            let running = self.running.fetch_add(1, SeqCst) + 1;
            self.most.fetch_max(running, SeqCst);
            let begin = Instant::now();
            while begin.elapsed() < Duration::from_micros(100) {
                std::hint::spin_loop();
            }
            self.running.fetch_sub(1, SeqCst);
            task::yield_now().await;
        }
    }

    /// Waits until in the course of some time so many have run at once, and no more.
    fn wait_for(&self, expected: usize) {
        let begin = Instant::now();
        loop {
            self.most.store(0, SeqCst);
            std::thread::sleep(Duration::from_millis(30));
            let most = self.most.load(SeqCst);
            if most == expected {
                return;
            }
            assert!(begin.elapsed() < Duration::from_secs(30), "{most} run, not {expected}");
        }
    }
}

#[test]
fn the_number_of_tasks_that_run_follows_the_quota() {
    let root = Root::new("follows", VERSION_2, "0::/app\n");
    root.write_v2("/app", "300000 100000");
    let mut follower = Follower::new(&root.0);
    let runtime = Builder::new_multi_thread().build().expect("no variable is set");
    let scheduler = runtime.handle().scheduler();
    scheduler.monitor.forget(scheduler); // this test is its monitor
    let mut affinity = scheduler.notes.cores.lock().unwrap();
    affinity.as_mut().expect("the number is not pinned").affinity = 8;
    drop(affinity);

    let crowd = Arc::new(Crowd::default());
    let tasks: Vec<_> = (0..12).map(|_| runtime.spawn(crowd.clone().run())).collect();
    for (max, cores) in [("250000 100000", 3), ("1000 100000", 1), ("400000 100000", 4)] {
        root.write_v2("/app", max);
        follower.follow(Instant::now(), std::slice::from_ref(scheduler));
        crowd.wait_for(cores);
    }
    crowd.is_over.store(true, SeqCst);
    for task in tasks {
        runtime.block_on(task).unwrap();
    }
}
