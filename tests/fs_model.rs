//! Random operations on a file, each made by `std::fs` on another file too: the same bytes, positions and errors.
//!
//! Each run depends on its number alone; a failure names it.

mod support;

use std::io::{self, Read, Seek, SeekFrom, Write};
use std::pin::pin;

use futures::poll;
use runtime::fs::File;
use runtime::io::{AsyncReadExt, AsyncSeekExt, AsyncWriteExt};
use support::{all_kinds, rounds, watch};

/// Marsaglia's xorshift, for choices alone.
struct Rng(u64);

impl Rng {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % n
    }

    fn bytes(&mut self, n: usize) -> Vec<u8> {
        (0..n).map(|_| self.below(256) as u8).collect()
    }
}

struct Named(u64);

impl Drop for Named {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("in run {}", self.0);
        }
    }
}

struct Run {
    rng: Rng,
    ours: File,
    model: std::fs::File,
    dir: tempfile::TempDir,
}

impl Run {
    fn new(seed: u64) -> io::Result<Self> {
        let mut rng = Rng((seed + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
        let dir = tempfile::tempdir()?;
        let appends = rng.below(4) == 0;
        let open = |name| {
            let mut options = std::fs::OpenOptions::new();
            options.read(true).write(true).append(appends).create(true).open(dir.path().join(name))
        };
        let (mut ours, model) = (File::from_std(open("ours")?), open("model")?);
        if rng.below(2) == 0 {
            ours.set_max_buf_size(1 + rng.below(20));
        }
        Ok(Self { rng, ours, model, dir })
    }

    async fn step(&mut self) -> io::Result<()> {
        match self.rng.below(12) {
            0..=2 => self.read().await?,
            3 => self.give_up_a_read().await,
            4..=6 => self.write().await?,
            7..=8 => self.seek().await,
            9 => self.give_up_a_seek().await?,
            10 => {
                let len = self.rng.below(100) as u64;
                self.ours.set_len(len).await?;
                self.model.set_len(len)?;
            }
            _ => self.look().await?,
        }
        Ok(())
    }

    async fn read(&mut self) -> io::Result<()> {
        let mut buf = vec![0; self.rng.below(40)];
        let len = self.ours.read(&mut buf).await?;
        let mut same = vec![0; len];
        self.model.read_exact(&mut same)?;
        assert_eq!(&buf[..len], same);
        if len == 0 && !buf.is_empty() {
            assert_eq!(self.model.read(&mut buf)?, 0, "that was not the end");
        }
        Ok(())
    }

    /// Whether it was ready at once or not, what it delivered was read.
    async fn give_up_a_read(&mut self) {
        let mut buf = vec![0; self.rng.below(40)];
        let read = poll!(pin!(self.ours.read(&mut buf)));
        if let std::task::Poll::Ready(len) = read {
            let mut same = vec![0; len.unwrap()];
            self.model.read_exact(&mut same).unwrap();
        }
        self.rest().await;
    }

    /// So that some jobs end between two operations, and some do not.
    async fn rest(&mut self) {
        if self.rng.below(2) == 0 {
            runtime::task::spawn_blocking(|| ()).await.unwrap();
        }
    }

    async fn write(&mut self) -> io::Result<()> {
        let len = self.rng.below(40);
        let bytes = self.rng.bytes(len);
        let len = match self.rng.below(2) {
            0 => {
                self.ours.write_all(&bytes).await?;
                bytes.len()
            }
            _ => self.ours.write(&bytes).await?,
        };
        self.model.write_all(&bytes[..len])?;
        self.rest().await;
        Ok(())
    }

    fn place(&mut self) -> SeekFrom {
        let by = self.rng.below(120) as i64;
        match self.rng.below(3) {
            0 => SeekFrom::Start(by as u64),
            1 => SeekFrom::End(by - 60),
            _ => SeekFrom::Current(by - 60),
        }
    }

    async fn seek(&mut self) {
        let to = self.place();
        let outcome = self.ours.seek(to).await.map_err(|error| error.kind());
        assert_eq!(outcome, self.model.seek(to).map_err(|error| error.kind()), "{to:?}");
    }

    /// It may or may not be done; the next one is.
    async fn give_up_a_seek(&mut self) -> io::Result<()> {
        let to = self.place();
        let _ = poll!(pin!(self.ours.seek(to)));
        self.rest().await;
        let to = SeekFrom::Start(self.rng.below(60) as u64);
        // The error of the one that was given up may come first.
        if self.ours.seek(to).await.is_err() {
            self.ours.seek(to).await?;
        }
        self.model.seek(to)?;
        Ok(())
    }

    async fn look(&mut self) -> io::Result<()> {
        assert_eq!(self.ours.stream_position().await?, self.model.stream_position()?);
        assert_eq!(self.ours.metadata().await?.len(), self.model.metadata()?.len());
        self.ours.flush().await?;
        let [ours, model] = ["ours", "model"].map(|name| std::fs::read(self.dir.path().join(name)));
        assert_eq!(ours?, model?);
        Ok(())
    }
}

#[test]
fn a_file_does_what_the_standard_librarys_does() {
    let _watch = watch();
    for (kind, runtime) in (0..).zip(all_kinds()) {
        for seed in 0..rounds(300) as u64 {
            let seed = seed * 4 + kind;
            let _name = Named(seed);
            runtime.block_on(async {
                let mut run = Run::new(seed).unwrap();
                for _ in 0..100 {
                    run.step().await.unwrap();
                }
                run.look().await.unwrap();
                let mut ours = run.ours.into_std().await;
                assert_eq!(ours.stream_position().unwrap(), run.model.stream_position().unwrap());
            });
        }
    }
}
