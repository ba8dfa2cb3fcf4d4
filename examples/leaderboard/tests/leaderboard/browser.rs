//! A headless Chromium, driven through the DevTools protocol.

use std::collections::HashMap;
use std::process::Stdio;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::{mpsc, oneshot};
use tokio_tungstenite::tungstenite::Message;

use crate::running::soon;

/// Finds Chromium on PATH. Without it a test says so and passes, unless real programs are required.
pub(crate) fn chromium() -> Option<String> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = ["chromium", "chromium-browser", "google-chrome"].into_iter().find_map(|name| {
        std::env::split_paths(&path).map(|dir| dir.join(name)).find(|program| program.is_file())
    });
    if found.is_none() {
        let required = std::env::var("REDPOLL_REQUIRE_REAL").is_ok_and(|value| value == "1");
        assert!(!required, "REDPOLL_REQUIRE_REAL=1, and there is no chromium on PATH");
        println!("skipped: there is no chromium on PATH");
    }
    found.map(|program| program.to_string_lossy().into_owned())
}

type Waiting = Arc<Mutex<HashMap<u64, oneshot::Sender<Value>>>>;

/// The process and its one DevTools connection.
pub(crate) struct Browser {
    commands: mpsc::UnboundedSender<Message>,
    waiting: Waiting,
    complaints: Arc<Mutex<Vec<String>>>,
    last_id: AtomicU64,
    _process: Child,
    _profile: TempDir,
}

/// One page, in a profile of its own: as good as another person's browser.
pub(crate) struct Tab<'b> {
    browser: &'b Browser,
    session: String,
}

impl Browser {
    pub(crate) async fn start(program: &str) -> Self {
        let profile = TempDir::new().unwrap();
        let mut process = Command::new(program)
            .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"])
            .args(["--disable-background-networking", "--disable-component-update", "--disable-sync"])
            .args(["--disable-dev-shm-usage", "--remote-debugging-port=0"])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .arg("about:blank")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let stderr = BufReader::new(process.stderr.take().unwrap());
        let url = soon("the start of chromium", devtools_url(stderr)).await;
        let (socket, _) = tokio_tungstenite::connect_async(url).await.unwrap();
        let (mut sink, mut stream) = socket.split();
        let (commands, mut outgoing) = mpsc::unbounded_channel();
        let waiting = Waiting::default();
        let complaints = Arc::<Mutex<Vec<String>>>::default();
        tokio::spawn(async move {
            while let Some(command) = outgoing.recv().await {
                sink.send(command).await.unwrap();
            }
        });
        let (answered, complained) = (waiting.clone(), complaints.clone());
        tokio::spawn(async move {
            while let Some(Ok(message)) = stream.next().await {
                let Ok(text) = message.to_text() else { continue };
                received(serde_json::from_str(text).unwrap_or_default(), &answered, &complained);
            }
        });
        let last_id = AtomicU64::new(0);
        Self { commands, waiting, complaints, last_id, _process: process, _profile: profile }
    }

    /// Opens a page in a fresh profile.
    pub(crate) async fn open(&self, url: &str) -> Tab<'_> {
        let context = self.call("Target.createBrowserContext", json!({}), None).await;
        let target = json!({ "url": "about:blank", "browserContextId": context["browserContextId"] });
        let target = self.call("Target.createTarget", target, None).await;
        let attach = json!({ "targetId": target["targetId"], "flatten": true });
        let session =
            self.call("Target.attachToTarget", attach, None).await["sessionId"].as_str().unwrap().to_owned();
        let tab = Tab { browser: self, session };
        for domain in ["Page", "Runtime", "Log"] {
            tab.call(&format!("{domain}.enable"), json!({})).await;
        }
        tab.call("Page.navigate", json!({ "url": url })).await;
        tab.until("document.readyState === 'complete'").await;
        tab
    }

    /// Uncaught exceptions and errors of the console so far, of all pages.
    pub(crate) fn complaints(&self) -> Vec<String> {
        self.complaints.lock().unwrap().clone()
    }

    async fn call(&self, method: &str, params: Value, session: Option<&str>) -> Value {
        let id = self.last_id.fetch_add(1, Ordering::Relaxed) + 1;
        let (reply, replied) = oneshot::channel();
        self.waiting.lock().unwrap().insert(id, reply);
        let mut command = json!({ "id": id, "method": method, "params": params });
        if let Some(session) = session {
            command["sessionId"] = json!(session);
        }
        self.commands.send(Message::text(command.to_string())).unwrap();
        let reply = soon(&format!("{method} {params}"), replied).await.expect("chromium runs");
        assert!(reply["error"].is_null(), "{method}: {reply}");
        reply["result"].clone()
    }
}

impl Tab<'_> {
    /// The value of an expression, awaited if it is a promise.
    pub(crate) async fn value(&self, expression: &str) -> Value {
        let params = json!({ "expression": expression, "awaitPromise": true, "returnByValue": true });
        let reply = self.call("Runtime.evaluate", params).await;
        assert!(reply["exceptionDetails"].is_null(), "{expression}: {reply}");
        reply["result"]["value"].clone()
    }

    /// Waits until the condition holds; it is looked at whenever the document changes.
    pub(crate) async fn until(&self, condition: &str) {
        let wait = format!(
            "new Promise(resolve => {{
                const look = () => {{ if ({condition}) {{ seen.disconnect(); resolve(true); }} }};
                const seen = new MutationObserver(look);
                seen.observe(document, {{ subtree: true, childList: true, attributes: true, characterData: true }});
                document.addEventListener('readystatechange', look);
                look();
            }})"
        );
        assert_eq!(self.value(&wait).await, true);
    }

    /// Types text into whatever has the focus.
    pub(crate) async fn type_text(&self, text: &str) {
        self.call("Input.insertText", json!({ "text": text })).await;
    }

    /// Presses and releases a key.
    pub(crate) async fn press(&self, key: &str, code: u32) {
        let text = if key == "Enter" { "\r" } else { "" };
        for kind in ["keyDown", "keyUp"] {
            let params =
                json!({ "type": kind, "key": key, "code": key, "windowsVirtualKeyCode": code, "text": text });
            self.call("Input.dispatchKeyEvent", params).await;
        }
    }

    /// Pretends to be a window of that size.
    pub(crate) async fn resize(&self, width: u32, height: u32) {
        let params = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.call("Emulation.setDeviceMetricsOverride", params).await;
    }

    async fn call(&self, method: &str, params: Value) -> Value {
        self.browser.call(method, params, Some(&self.session)).await
    }
}

async fn devtools_url(stderr: BufReader<impl tokio::io::AsyncRead + Unpin + Send + 'static>) -> String {
    let mut lines = stderr.lines();
    while let Some(line) = lines.next_line().await.unwrap() {
        if let Some(url) = line.strip_prefix("DevTools listening on ") {
            let url = url.to_owned();
            // A full pipe would stop the browser: the rest is read and thrown away.
            tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
            return url;
        }
    }
    panic!("chromium ended without a DevTools address");
}

fn received(message: Value, waiting: &Waiting, complaints: &Mutex<Vec<String>>) {
    if let Some(id) = message["id"].as_u64() {
        if let Some(reply) = waiting.lock().unwrap().remove(&id) {
            let _ = reply.send(message);
        }
        return;
    }
    let params = &message["params"];
    match message["method"].as_str() {
        Some("Runtime.exceptionThrown") => complaints.lock().unwrap().push(params.to_string()),
        // A reply of 4xx or 5xx is logged by the browser itself; tests ask for those on purpose.
        Some("Log.entryAdded")
            if params["entry"]["level"] == "error" && params["entry"]["source"] != "network" =>
        {
            complaints.lock().unwrap().push(params.to_string());
        }
        _ => {}
    }
}
