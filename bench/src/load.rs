//! The worker: one client, one workload, one window.

use std::process;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail, ensure};
use bytes::Bytes;
use tokio::runtime::{self, Runtime};
use tokio::task::JoinSet;

use crate::clients::{
    ClientName, Fred, RawClient, RedisRs, Redpoll, Rustis, SharedClient, Subscriber, Traffic,
};
use crate::cores;
use crate::messages::{self, CHANNEL, Publisher};
use crate::options::{Flavour, WorkerOptions};
use crate::recorder::{Recorder, Sample};
use crate::wire::Console;
use crate::workload::{LIST_ELEMENTS, LIST_KEY, Operation, WRITTEN_KEY, Workload, string_key};

/// Measures and prints the sample as JSON.
pub(crate) fn work(options: &WorkerOptions) -> Result<()> {
    cores::pin_current_thread(options.core)?;
    give_up_after(options.seconds * 2 + Duration::from_secs(30));
    let recorder = Arc::new(Recorder::new()?);
    let sample = match options.client {
        ClientName::Redpoll => measure_shared::<Redpoll>(options, &recorder),
        ClientName::RedisRs => measure_shared::<RedisRs>(options, &recorder),
        ClientName::Fred => measure_shared::<Fred>(options, &recorder),
        ClientName::Rustis => measure_shared::<Rustis>(options, &recorder),
        ClientName::Raw => measure_raw(options, &recorder),
    }?;
    println!("{}", serde_json::to_string(&sample)?);
    Ok(())
}

/// A client that hangs must not hang the run.
fn give_up_after(patience: Duration) {
    thread::spawn(move || {
        thread::sleep(patience);
        eprintln!("no end after {} s: its callers hang", patience.as_secs_f64());
        process::exit(1);
    });
}

fn measure_raw(options: &WorkerOptions, recorder: &Arc<Recorder>) -> Result<Sample> {
    if let Operation::Messages { size } = options.workload.operation {
        let watcher = watch(options, recorder, || None)?;
        messages::receive_raw(options.address, size, recorder)?;
        return join(watcher);
    }
    let client = RawClient::connect(options.address, options.workload)?;
    let watcher = watch(options, recorder, || None)?;
    client.run(recorder).inspect_err(|_| recorder.stop())?;
    join(watcher)
}

fn measure_shared<C: SharedClient>(options: &WorkerOptions, recorder: &Arc<Recorder>) -> Result<Sample> {
    if let Operation::Messages { size } = options.workload.operation {
        return measure_subscriber::<C::Subscriber>(options, size, recorder);
    }
    start_runtime(options.runtime)?.block_on(async {
        let client = C::connect(options.address).await.context("connecting")?;
        let counting = client.clone();
        let watcher = watch(options, recorder, move || counting.traffic())?;
        let mut callers = JoinSet::new();
        for _ in 0..options.workload.callers {
            callers.spawn(Caller::new(client.clone(), options.workload)?.run(Arc::clone(recorder)));
        }
        while let Some(outcome) = callers.join_next().await {
            outcome??;
        }
        join(watcher)
    })
}

fn measure_subscriber<S: Subscriber>(
    options: &WorkerOptions,
    size: usize,
    recorder: &Arc<Recorder>,
) -> Result<Sample> {
    start_runtime(options.runtime)?.block_on(async {
        let subscriber = S::subscribe(options.address, CHANNEL).await.context("subscribing")?;
        let publisher = Publisher::start(options.address, size)?;
        let watcher = watch(options, recorder, || None)?;
        let recorder = Arc::clone(recorder);
        tokio::spawn(async move { messages::receive(subscriber, publisher, size, &recorder).await })
            .await??;
        join(watcher)
    })
}

/// The window is kept by a thread that sleeps, so that no runtime has to be asked what time it is.
fn watch(
    options: &WorkerOptions,
    recorder: &Arc<Recorder>,
    traffic: impl Fn() -> Option<Traffic> + Send + 'static,
) -> Result<JoinHandle<Result<Sample>>> {
    let mut console = Console::connect(options.address)?;
    let (recorder, window, commands) = (Arc::clone(recorder), options.seconds, options.workload.commands());
    Ok(thread::spawn(move || {
        let sample = recorder.watch(window, commands, &mut console, traffic);
        recorder.stop();
        sample
    }))
}

fn join(watcher: JoinHandle<Result<Sample>>) -> Result<Sample> {
    watcher.join().map_err(|_| anyhow!("the watching thread panicked"))?
}

pub(crate) fn start_runtime(flavour: Flavour) -> Result<Runtime> {
    let mut builder = match flavour {
        Flavour::CurrentThread => runtime::Builder::new_current_thread(),
        Flavour::MultiThread => runtime::Builder::new_multi_thread(),
        Flavour::Blocking => bail!("an asynchronous client needs a runtime"),
    };
    Ok(builder.enable_all().build()?)
}

/// One task that awaits one operation after the other.
struct Caller<C> {
    client: C,
    operation: Operation,
    key: &'static str,
    value: Bytes,
}

impl<C: SharedClient> Caller<C> {
    fn new(client: C, workload: &Workload) -> Result<Self> {
        let (key, size) = match workload.operation {
            Operation::Get { size } => (string_key(size).context("no such string")?, 0),
            Operation::Set { size } | Operation::PipelineOfSets { size, .. } => (WRITTEN_KEY, size),
            Operation::Lrange => (LIST_KEY, 0),
            Operation::Messages { .. } => bail!("messages are received, not called for"),
        };
        Ok(Self { client, operation: workload.operation, key, value: Bytes::from(vec![b'x'; size]) })
    }

    async fn run(mut self, recorder: Arc<Recorder>) -> Result<()> {
        let mut started = Instant::now();
        while !recorder.is_stopped() {
            self.turn().await?;
            let finished = Instant::now();
            recorder.record(finished - started, 1);
            started = finished;
        }
        Ok(())
    }

    async fn turn(&mut self) -> Result<()> {
        match self.operation {
            Operation::Get { size } => {
                ensure!(self.client.get(self.key).await? == size, "a value of another length");
            }
            Operation::Set { .. } => self.client.set(self.key, &self.value).await?,
            Operation::PipelineOfSets { commands, .. } => {
                self.client.pipeline_of_sets(self.key, &self.value, commands).await?;
            }
            Operation::Messages { .. } => bail!("messages are received, not called for"),
            Operation::Lrange => {
                ensure!(self.client.lrange(self.key).await? == LIST_ELEMENTS, "a list of another length");
            }
        }
        Ok(())
    }
}
