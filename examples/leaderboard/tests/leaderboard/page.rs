//! The page as people see it, in two headless browsers.

use leaderboard::App;
use redpoll_server::Server;

use crate::browser::{Browser, Tab, chromium};
use crate::http::submit;
use crate::proxy::Proxy;
use crate::running::app;

const LIVE: &str = "document.getElementById('live').dataset.state === 'live'";

#[tokio::test]
async fn a_score_submitted_in_one_browser_shows_in_the_other() {
    let Some(program) = chromium() else { return };
    let browser = Browser::start(&program).await;
    let app = app(None).await;
    let (ada, grace) = (open(&browser, &app).await, open(&browser, &app).await);

    enter(&ada, "Ada", "20,000").await;
    for tab in [&ada, &grace] {
        tab.until(&at_top("Ada", 1, 20_000)).await;
        tab.until("document.getElementById('players').textContent === '101'").await;
    }
    ada.until("document.getElementById('place').dataset.rank === '1'").await;
    assert_eq!(ada.value("document.querySelector('#around [aria-current]').dataset.player").await, "Ada");
    assert_eq!(grace.value("document.getElementById('mine').hidden").await, true);

    enter(&grace, "Grace", "30000").await;
    ada.until(&at_top("Grace", 1, 30_000)).await;
    ada.until("document.getElementById('place').dataset.rank === '2'").await;
    ada.until("document.querySelector('#around li').dataset.player === 'Grace'").await;

    ada.value("document.querySelector('[data-more=\"2500\"]').click()").await;
    grace.until(&at_top("Ada", 2, 22_500)).await;
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

#[tokio::test]
async fn the_page_says_that_it_is_stale_and_recovers_by_itself() {
    let Some(program) = chromium() else { return };
    let browser = Browser::start(&program).await;
    let server = Server::start().await.unwrap();
    let mut proxy = Proxy::start(server.url()).await;
    let app = app(Some(proxy.url())).await;
    let tab = open(&browser, &app).await;
    enter(&tab, "Ada", "20000").await;
    tab.until(&at_top("Ada", 1, 20_000)).await;

    proxy.cut().await;
    tab.until("document.getElementById('live').dataset.state === 'stale'").await;
    assert_eq!(tab.value("document.getElementById('banner').checkVisibility()").await, true);
    tab.until("document.getElementById('banner').textContent.includes('Redis is out of reach')").await;
    enter(&tab, "Ada", "25000").await;
    tab.until("document.getElementById('said').textContent.includes('not stored')").await;
    assert_eq!(tab.value(&at_top("Ada", 1, 20_000)).await, true);

    proxy.restore().await;
    tab.until(LIVE).await;
    assert_eq!(tab.value("document.getElementById('banner').checkVisibility()").await, false);
    enter(&tab, "Ada", "25000").await;
    tab.until(&at_top("Ada", 1, 25_000)).await;
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

#[tokio::test]
async fn the_page_comes_back_when_the_app_was_restarted() {
    let Some(program) = chromium() else { return };
    let browser = Browser::start(&program).await;
    let server = Server::start().await.unwrap();
    let first = app(Some(server.url().to_owned())).await;
    let tab = open(&browser, &first).await;
    let listen = first.address();
    first.stop().await;
    tab.until("document.getElementById('live').dataset.state === 'lost'").await;
    let settings =
        leaderboard::Settings { listen, redis_url: Some(server.url().to_owned()), players: 100, bots: false };
    let second = App::start(settings).await.unwrap();
    tab.until(LIVE).await;
    submit(&second, "Ada", 20_000).await;
    tab.until(&at_top("Ada", 1, 20_000)).await;
}

#[tokio::test]
async fn bad_input_is_explained_beside_the_field() {
    let Some(program) = chromium() else { return };
    let browser = Browser::start(&program).await;
    let app = app(None).await;
    let tab = open(&browser, &app).await;
    for (player, score, said, focus) in [
        (" ", "5", "Your name, please.", "player"),
        ("Ada", "much", "The score must be a number.", "score"),
        ("Ada", "-5", "Score must be from 0 to 9007199254740991.", "score"),
    ] {
        enter(&tab, player, score).await;
        tab.until(&format!("document.getElementById('said').textContent === {said:?}")).await;
        assert_eq!(tab.value("document.activeElement.id").await, focus);
        assert_eq!(tab.value("document.activeElement.getAttribute('aria-invalid')").await, "true");
    }
}

#[tokio::test]
async fn names_are_text_and_never_markup() {
    let Some(program) = chromium() else { return };
    let browser = Browser::start(&program).await;
    let app = app(None).await;
    let tab = open(&browser, &app).await;
    submit(&app, "<img src=x onerror=a()>", 20_000).await;
    tab.until(&at_top("<img src=x onerror=a()>", 1, 20_000)).await;
    tab.until("document.getElementById('recent').textContent.startsWith('<img src=x onerror=a()>')").await;
    assert_eq!(tab.value("document.querySelectorAll('main img').length").await, 0);
    assert_eq!(
        tab.value("document.querySelector('#top .name').textContent").await,
        "<img src=x onerror=a()>"
    );
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

#[tokio::test]
async fn nothing_is_cut_off_on_a_small_phone() {
    let Some(program) = chromium() else { return };
    let browser = Browser::start(&program).await;
    let app = app(None).await;
    let tab = open(&browser, &app).await;
    enter(&tab, "WWWWWWWWWWWWWWWWWWWWWWWW", "9007199254740991").await;
    tab.until("!document.getElementById('mine').hidden").await;
    for width in [320, 390, 768, 1280] {
        tab.resize(width, 700).await;
        let beyond = "document.documentElement.scrollWidth - document.documentElement.clientWidth";
        assert_eq!(tab.value(beyond).await, 0, "at {width} pixels");
    }
}

async fn open<'b>(browser: &'b Browser, app: &App) -> Tab<'b> {
    let tab = browser.open(&format!("http://{}/", app.address())).await;
    tab.until(LIVE).await;
    tab
}

/// Fills in the form and sends it, with the keyboard alone.
async fn enter(tab: &Tab<'_>, player: &str, score: &str) {
    tab.until("!document.getElementById('submit').disabled").await;
    tab.value("document.getElementById('player').select()").await;
    tab.type_text(player).await;
    tab.press("Tab", 9).await;
    tab.value("document.activeElement.select()").await;
    tab.type_text(score).await;
    tab.press("Enter", 13).await;
}

/// Whether a player has this rank and score among the first ten.
fn at_top(player: &str, rank: u64, score: u64) -> String {
    format!(
        "[...document.querySelectorAll('#top li')].some(li => li.dataset.player === {player:?} \
         && li.dataset.rank === '{rank}' && li.dataset.score === '{score}')"
    )
}
