//! Every scripting command with every option, on both protocols.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use std::time::Duration;

use redpoll::prelude::*;
use redpoll::{Client, Error, Protocol, Script};
use support::eventually;
use support::test_server::{TestServer, on_embedded, on_real};

const PATIENCE: Duration = Duration::from_secs(30);
const LIBRARY: &str = "#!lua name=numbers
redis.register_function{
  function_name = 'double', description = 'twice', flags = {'no-writes'},
  callback = function(keys, args) return args[1] * 2 end,
}
redis.register_function('keep', function(keys, args) return redis.call('SET', keys[1], args[1]) end)
";
const FOREVER: &str = "#!lua name=forever
redis.register_function('forever', function() while true do end end)
";

#[tokio::test]
async fn scripts_on_the_embedded_server() {
    on_embedded(scripts_suite).await;
}

#[tokio::test]
async fn scripts_on_real_servers() {
    on_real(scripts_suite).await;
}

#[tokio::test]
async fn functions_on_real_servers() {
    on_real(functions_suite).await;
}

#[tokio::test]
async fn killing_on_real_servers() {
    on_real(killing_suite).await;
}

async fn clients(server: &TestServer) -> [Client; 2] {
    let client = async |protocol| Client::connect(server.config().protocol(protocol)).await.unwrap();
    [client(Protocol::Resp2).await, client(Protocol::Resp3).await]
}

async fn scripts_suite(server: TestServer) {
    for client in clients(&server).await {
        client.command("FLUSHALL").await.unwrap();
        evaluation(&client).await.unwrap();
        the_script_cache(&client).await.unwrap();
        scripts_that_load_themselves(&client).await.unwrap();
        if server.name().contains("valkey") {
            a_script_is_shown(&client).await.unwrap();
        }
    }
}

async fn functions_suite(server: TestServer) {
    for client in clients(&server).await {
        client.function_flush().synchronous().await.unwrap();
        functions(&client).await.unwrap();
        dumps(&client).await.unwrap();
    }
}

async fn killing_suite(server: TestServer) {
    let [resp2, resp3] = clients(&server).await;
    // What a script says may be replied to others soon.
    resp3.command("CONFIG SET").arg("lua-time-limit").arg(5).await.unwrap();
    a_script_is_killed(&resp3, &resp3).await.unwrap();
    a_function_is_killed(&resp3, &resp3).await.unwrap();
    // A RESP2 connection learns its ID from a command that a busy server refuses, so it has to be there before.
    let dedicated = resp2.connection().await.unwrap();
    a_script_is_killed(&resp2, &dedicated).await.unwrap();
    a_function_is_killed(&resp2, &dedicated).await.unwrap();
}

async fn evaluation(client: &Client) -> Result<(), Error> {
    let n: i64 = client.eval("return redis.call('INCRBY', KEYS[1], ARGV[1])", ["n"], [5]).await?;
    let same: i64 = client.eval_ro("return tonumber(redis.call('GET', KEYS[1]))", ["n"], ()).await?;
    assert_eq!((n, same), (5, 5));
    let list: Vec<String> = client.eval("return {KEYS[1], KEYS[2], ARGV[1]}", ["a", "b"], "c").await?;
    assert_eq!(list, ["a", "b", "c"]);
    let written = client.eval_ro::<()>("return redis.call('SET', KEYS[1], 1)", ["n"], ()).await.unwrap_err();
    assert!(written.to_string().contains("not allowed"), "{written}");
    Ok(())
}

async fn the_script_cache(client: &Client) -> Result<(), Error> {
    client.script_flush().synchronous().await?;
    let digest = client.script_load("return ARGV[1]").await?;
    assert_eq!(digest, Script::new("return ARGV[1]").digest());
    assert_eq!(client.script_exists([digest.as_str(), "ffff"]).await?, [true, false]);
    assert_eq!(client.evalsha::<i64>(&digest, (), 7).await?, 7);
    assert_eq!(client.evalsha_ro::<i64>(&digest, ["k"], 8).await?, 8);
    client.script_flush().asynchronous().await?;
    let forgotten = client.evalsha::<i64>(&digest, (), 7).await.unwrap_err();
    assert_eq!(forgotten.prefix(), Some("NOSCRIPT"));
    client.script_flush().await?;
    assert_eq!(client.script_kill().await.unwrap_err().prefix(), Some("NOTBUSY"));
    Ok(())
}

async fn a_script_is_shown(client: &Client) -> Result<(), Error> {
    let digest = client.script_load("return 1").await?;
    assert_eq!(client.script_show(&digest).await?, "return 1");
    assert_eq!(client.script_show("ffff").await.unwrap_err().prefix(), Some("NOSCRIPT"));
    Ok(())
}

async fn scripts_that_load_themselves(client: &Client) -> Result<(), Error> {
    let add = Script::new("return redis.call('INCRBY', KEYS[1], ARGV[1])");
    assert_eq!(client.run_script::<i64>(&add).key("sum").arg(5).await?, 5);
    assert_eq!(client.run_script::<i64>(&add).key("sum").arg(5).await?, 10);
    assert_eq!(client.script_exists(add.digest()).await?, [true]);
    let read = Script::read_only("return redis.call('GET', KEYS[1])");
    assert_eq!(client.run_script::<i64>(&read).key("sum").await?, 10);
    let (count, sum) =
        client.pipeline(|p| (p.incr("count"), p.run_script::<i64>(&add).key("sum").arg(1))).await?;
    assert_eq!((count, sum), (1, 11));
    Ok(())
}

async fn functions(client: &Client) -> Result<(), Error> {
    assert_eq!(client.function_load(LIBRARY).await?, "numbers");
    assert!(client.function_load(LIBRARY).await.is_err());
    assert_eq!(client.function_load(LIBRARY).replace().await?, "numbers");
    assert_eq!(client.fcall::<i64>("double", (), 21).await?, 42);
    assert_eq!(client.fcall_ro::<i64>("double", (), 4).await?, 8);
    client.fcall::<()>("keep", ["kept"], ["x"]).await?;
    assert!(client.fcall_ro::<()>("keep", ["kept"], ["x"]).await.is_err());

    let libraries = client.function_list().library_name("num*").with_code().await?;
    assert_eq!((libraries[0].name.as_str(), libraries[0].engine.as_str()), ("numbers", "LUA"));
    assert_eq!(libraries[0].code.as_deref(), Some(LIBRARY));
    let double = libraries[0].functions.iter().find(|function| function.name == "double").unwrap();
    assert_eq!(
        (double.description.as_deref(), &double.flags[..]),
        (Some("twice"), &["no-writes".to_owned()][..])
    );
    let keep = libraries[0].functions.iter().find(|function| function.name == "keep").unwrap();
    assert!(keep.description.is_none() && keep.flags.is_empty());
    assert!(client.function_list().await?[0].code.is_none());
    assert!(client.function_list().library_name("x").await?.is_empty());

    let stats = client.function_stats().await?;
    let lua = stats.engines.iter().find(|engine| engine.name == "LUA").unwrap();
    assert_eq!((stats.running, lua.libraries, lua.functions), (None, 1, 2));
    client.function_delete("numbers").await?;
    assert!(client.function_delete("numbers").await.is_err());
    assert_eq!(client.function_kill().await.unwrap_err().prefix(), Some("NOTBUSY"));
    Ok(())
}

async fn dumps(client: &Client) -> Result<(), Error> {
    client.function_load(LIBRARY).await?;
    let payload = client.function_dump().await?;
    assert!(client.function_restore(&payload).await.is_err());
    client.function_restore(&payload).replace().await?;
    client.function_load(FOREVER).await?;
    client.function_restore(&payload).flush_first().await?;
    assert_eq!(client.function_list().await?.len(), 1);
    client.function_flush().asynchronous().await?;
    client.function_restore(&payload).await?;
    client.function_flush().await?;
    assert!(client.function_list().await?.is_empty());
    Ok(())
}

/// The shared connection waits for the script; what ends it goes on another.
async fn a_script_is_killed<D: Dispatch>(client: &Client, killer: &D) -> Result<(), Error> {
    let forever = async { client.eval::<()>("while true do end", (), ()).timeout(PATIENCE).await };
    let killing = eventually("the script is killed", async || killer.script_kill().await.is_ok());
    let (script, ()) = tokio::join!(forever, killing);
    let error = script.unwrap_err();
    assert!(error.to_string().contains("killed"), "{error}");
    assert!(error.may_have_run());
    Ok(())
}

async fn a_function_is_killed<D: Dispatch>(client: &Client, killer: &D) -> Result<(), Error> {
    client.function_load(FOREVER).replace().await?;
    let forever = async { client.fcall::<()>("forever", (), ()).timeout(PATIENCE).await };
    let killing = async {
        eventually("the function runs", async || {
            let stats = killer.function_stats().await;
            stats.is_ok_and(|stats| stats.running.is_some_and(|running| running.command[0] == "FCALL"))
        })
        .await;
        eventually("the function is killed", async || killer.function_kill().await.is_ok()).await;
    };
    let (function, ()) = tokio::join!(forever, killing);
    assert!(function.unwrap_err().to_string().contains("killed"));
    Ok(())
}
