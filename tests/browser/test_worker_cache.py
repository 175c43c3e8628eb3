"""The service worker keeps the files of this version and lets those of earlier ones go."""

from playwright.sync_api import Page

_PLANT = """async () => {
  await (await caches.open("files")).put("/assets/style.000000000000.css", new Response("old"));
  await caches.open("files-of-an-earlier-version");
}"""
_HELD = """async () => {
  const files = await (await caches.open("files")).keys();
  return [(await caches.keys()).sort(), files.map((file) => new URL(file.url).pathname)];
}"""


def test_files_of_earlier_versions_go(officer: Page) -> None:
    officer.goto("/officer/new")
    officer.evaluate("navigator.serviceWorker.ready.then(() => true)")
    officer.wait_for_function("navigator.serviceWorker.controller !== null")
    officer.evaluate(_PLANT)
    officer.goto("/officer/new")
    old = "/assets/style.000000000000.css"
    officer.wait_for_function(
        "async (old) => !(await (await caches.open('files')).match(old))"
        " && !(await caches.has('files-of-an-earlier-version'))",
        arg=old,
    )
    names, files = officer.evaluate(_HELD)
    assert names == ["files", "pages"]
    loaded = set(officer.content().split('"'))
    assert files
    assert set(files) <= loaded
