"""The page in a browser, with a server whose pictures take no time."""

import base64
import io
import json
import time

import numpy as np
import pytest
from PIL import Image

from nst_tf.samples import sample

PHOTO, STYLE = sample("neuschwanstein"), sample("great_wave")
DONE = "!document.getElementById('download').hidden"


@pytest.fixture
def page(browser, server):
    """The page, opened, with its models found."""
    browser.open(server.address)
    browser.wait("chosen() && !document.getElementById('seen').hidden")
    yield browser
    # The browser says each of its complaints itself: a forbidden address, a failed script.
    complaints = [event for event in browser.events if event["method"] in ("Runtime.exceptionThrown", "Log.entryAdded")]
    assert [event for event in complaints if "status of" not in json.dumps(event)] == []


def _text(page, name):
    return page.run(f"document.getElementById('{name}').textContent")


def _choose(page, photo=PHOTO, style=STYLE):
    page.upload("#photo-file", photo)
    page.upload("#style-file", style)
    page.wait("pictures.photo && pictures.style")


def _click(page, name):
    page.run(f"document.getElementById('{name}').click()")


def _downloaded(folder, name):
    """Waits for a file, which the browser renames when it is whole."""
    end = time.monotonic() + 15
    while not (folder / name).exists():
        assert time.monotonic() < end, list(folder.iterdir())
        time.sleep(0.05)
    return folder / name


def _sent(server):
    """The last model asked, the inputs, and the images among them."""
    model, body = server.asked[-1]
    [instance] = body["instances"]
    images = {name: Image.open(io.BytesIO(base64.b64decode(value["b64"]))) for name, value in instance.items()
              if name.endswith("_bytes")}  # fmt: skip
    return model, {name: value for name, value in instance.items() if name not in images}, images


def test_uploaded_photo_is_painted_and_can_be_downloaded(page, server, tmp_path):
    page.send("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(tmp_path))
    _choose(page)
    _click(page, "paint")
    page.wait(DONE)
    model, inputs, images = _sent(server)
    assert (model, inputs) == (
        "fast-stylize", {"size": 512, "strength": 1, "swap": 0.6, "style_scale": 1})  # fmt: skip
    assert {name: image.size for name, image in images.items()} == {
        "content_bytes": (1024, 683), "style_bytes": (657, 442)}  # fmt: skip
    assert page.run("[after.naturalWidth, after.naturalHeight, after.alt]") == [
        512, 342, "neuschwanstein in the style of great_wave"]  # fmt: skip
    assert _text(page, "done").startswith("512x342 pixels in ")
    _click(page, "download")
    with Image.open(_downloaded(tmp_path, "neuschwanstein-great_wave.png")) as picture:
        assert (picture.format, picture.size) == ("PNG", (512, 342))


def test_optimiser_is_told_all_of_its_controls(page, server):
    _choose(page)
    page.run("document.querySelector('[value=stylize]').click()")
    page.run("size.value = 128; $('strength').value = 0.75; strengthChanged()")
    assert _text(page, "strength-value") == "75 %"
    _click(page, "paint")
    page.wait(DONE)
    model, inputs, _ = _sent(server)
    assert model == "stylize"
    assert inputs == {"size": 128, "strength": 0.75, "style_weight": 1, "content_weight": 0.02, "style_scale": 1,
                      "steps": [40, 25, 15], "init": "fast", "seed": 0}  # fmt: skip
    assert _text(page, "done").endswith("90 evaluations")


def test_large_photo_is_sent_small_upright_and_without_metadata(page, server, tmp_path):
    photo = Image.effect_noise((3000, 2000), 40).convert("RGB")
    photo.paste((200, 20, 20), (0, 0, 3000, 400))
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "A camera"  # turn it to the right
    photo.save(tmp_path / "large.jpg", exif=exif)
    _choose(page, tmp_path / "large.jpg")
    assert "683x1024, from 2000x3000" in page.run("photo.textContent")
    _click(page, "paint")
    page.wait(DONE)
    sent = _sent(server)[2]["content_bytes"]
    assert (sent.format, sent.size, dict(sent.getexif())) == ("JPEG", (683, 1024), {})
    red = np.asarray(sent)[..., 0].astype(float) - np.asarray(sent)[..., 1] > 80
    assert red[:, 560:].mean() > 0.95
    assert red[:, :540].mean() < 0.05


def test_transparent_picture_is_laid_on_white(page, server, tmp_path):
    Image.new("RGBA", (40, 40), (0, 0, 0, 0)).save(tmp_path / "clear.png")
    _choose(page, style=tmp_path / "clear.png")
    _click(page, "paint")
    page.wait(DONE)
    assert np.asarray(_sent(server)[2]["style_bytes"]).min() > 250


def test_file_that_is_no_picture_is_refused_in_words(page, tmp_path):
    (tmp_path / "notes.txt").write_text("no picture")
    page.upload("#photo-file", tmp_path / "notes.txt")
    page.wait("error.textContent")
    assert _text(page, "error") == "This browser cannot read notes.txt; a JPEG, PNG or WebP picture would do."


@pytest.mark.parametrize(
    ("status", "words", "shown"),
    [
        (429, "the queue is full", "The queue is full."),
        (504, "deadline exceeded", "Deadline exceeded. A smaller result takes less time."),
        (200, "no prediction", "No prediction."),
        (500, "<img src=x onerror=alert(1)>", "<img src=x onerror=alert(1)>."),
    ],
)
def test_failure_is_told_in_the_words_of_the_server(page, server, status, words, shown):
    _choose(page)
    server.failure = (status, words)
    _click(page, "paint")
    page.wait("error.textContent")
    assert _text(page, "error") == shown
    assert page.run("progress.hidden && download.hidden && paintButton()".replace("paintButton()", "!job"))
    server.failure = None
    _click(page, "paint")
    page.wait(DONE)
    assert _text(page, "error") == ""


def test_a_failed_repaint_loses_no_picture(page, server):
    _choose(page)
    _click(page, "paint")
    page.wait(DONE)
    before = page.run("after.src")
    server.failure = (429, "the queue is full")
    _click(page, "paint")
    page.wait("error.textContent")
    assert page.run("[after.src, after.hidden, download.hidden, picture.className]") == [
        before, False, False, "picture"]  # fmt: skip


def test_earlier_pictures_stay_and_can_be_compared(page, server):
    _choose(page)
    made = []
    for strength in (1, 0.5):
        page.run(f"$('strength').value = {strength}; strengthChanged()")
        _click(page, "paint")
        page.wait(f"!job && results.length === {len(made) + 1} && {DONE}")
        made.append(page.run("after.src"))
    strip = "[...strip.querySelectorAll('button')]"
    assert page.run(f"{strip}.map((one) => [one.textContent, one.ariaPressed])") == [
        ["1: great_wave, 100 %", "false"], ["2: great_wave, 50 %", "true"]]  # fmt: skip
    page.run(f"{strip}[0].click()")
    page.wait(f"after.src === '{made[0]}'")
    assert page.run("[...against.options].map((one) => one.textContent)") == ["the photo", "picture 2"]
    page.run(f"against.value = '{made[1]}'; against.onchange()")
    assert page.run("[before.src, compare.getAttribute('aria-label'), download.href]") == [
        made[1], "Compare with the picture 2: how much of it is uncovered", made[0]]  # fmt: skip
    page.upload("#photo-file", STYLE)  # another photo clears the stage, not the strip
    page.wait("pictures.photo.file.name === 'great_wave.jpg' && download.hidden")
    page.run(f"{strip}[1].click()")
    page.wait(DONE)
    assert page.run("[after.src, before.src === photo.querySelector('img').src]") == [made[1], False]


def test_a_part_that_is_brushed_is_sent_as_a_mask(page, server):
    _choose(page)
    page.run("$('part').click(); brush.value = 10")
    box = page.run(
        "[mask.getBoundingClientRect().left, mask.getBoundingClientRect().top, mask.clientWidth, mask.clientHeight]"
    )
    left, top, width, height = box
    for kind, share in (("mousePressed", 0.25), ("mouseMoved", 0.75), ("mouseReleased", 0.75)):
        page.send("Input.dispatchMouseEvent", type=kind, x=left + share * width, y=top + height / 2, button="left",
                  buttons=0 if kind == "mouseReleased" else 1, clickCount=1)  # fmt: skip
    _click(page, "paint")
    page.wait(DONE)
    assert server.asked[-1][1]["signature_name"] == "masked"
    mask = np.asarray(_sent(server)[2]["mask_bytes"].convert("L"))
    assert mask.shape == (683, 1024)
    assert mask[320:360, 256:768].min() == 255
    assert mask[:260].max() == mask[420:].max() == mask[:, :180].max() == mask[:, 840:].max() == 0
    assert page.run("[mask.hidden, again.hidden]") == [True, False]  # the picture is on the stage
    _click(page, "again")
    assert page.run("[mask.hidden, again.hidden, download.hidden]") == [False, True, True]
    page.run("$('part').click()")
    _click(page, "paint")
    page.wait("!job")
    assert server.asked[-1][1]["signature_name"] == "controls"
    page.run("document.querySelector('[value=stylize]').click()")
    assert page.run("where.hidden")  # the optimiser as it is served knows no parts


def test_refusal_of_one_picture_in_an_answer_is_told(page, server):
    server.models["fast-stylize"] = lambda _: {"picture_bytes": {"b64": ""}, "status": 3, "message": "content is odd"}
    _choose(page)
    _click(page, "paint")
    page.wait("error.textContent")
    assert _text(page, "error") == "Content is odd."


def test_what_is_missing_is_named_and_focused(page, server):
    _click(page, "paint")
    assert _text(page, "error") == "A photo is missing: choose, drop or paste a picture."
    assert page.run("document.activeElement.id") == "photo-file"
    assert not [model for model, _ in server.asked if model != "deconv"]


def test_progress_is_seen_and_can_be_cancelled(page, server):
    _choose(page)
    server.seconds = 1.5
    _click(page, "paint")
    page.wait("state.textContent === 'Painting' && parseFloat(clock.textContent) >= 0.3")
    assert page.run("[progress.hidden, document.getElementById('paint').textContent]") == [False, "Cancel"]
    _click(page, "paint")
    page.wait("progress.hidden")
    assert (_text(page, "done"), _text(page, "error")) == ("Cancelled.", "")
    assert page.run("[download.hidden, document.getElementById('paint').textContent]") == [True, "Paint"]


def test_server_that_has_gone_is_noticed(page, server):
    _choose(page)
    page.send("Network.emulateNetworkConditions", offline=True, latency=0, downloadThroughput=-1, uploadThroughput=-1)
    try:
        _click(page, "paint")
        page.wait("error.textContent")
    finally:
        page.send(
            "Network.emulateNetworkConditions", offline=False, latency=0, downloadThroughput=-1, uploadThroughput=-1
        )
    assert _text(page, "error") == "The server does not answer. Is it still running?"
    page.events.clear()


def test_strongest_filters_of_the_photo_are_shown(page, server):
    _click(page, "look")
    assert "A photo is missing" in _text(page, "seen-error")
    _choose(page)
    assert page.run("[...layer.options].map((one) => one.value)") == ["relu1", "relu2", "relu3", "relu4", "relu5"]
    page.run("layer.value = 'relu3'")
    _click(page, "look")
    page.wait("projections.children.length")
    instances = server.asked[-1][1]["instances"]
    assert [(one["layer"], one["filter"]) for one in instances] == [("relu3", -k) for k in range(1, 7)]
    assert min(Image.open(io.BytesIO(base64.b64decode(instances[0]["image_bytes"]["b64"]))).size) == 224
    assert page.run("projections.children[0].innerText").split() == ["Filter", "37", "activation", "12.5"]
    # The first of the fake projections: a part of the photo 80 pixels high from (42, 40), the rest grey.
    parts = page.run("[...projections.children[0].querySelectorAll('canvas')].map((one) => one.toDataURL())")
    photo, seen = (
        np.asarray(Image.open(io.BytesIO(base64.b64decode(url.split(",")[1]))).convert("L")) / 255 for url in parts
    )
    assert np.corrcoef(photo[40:200, 40:200].ravel(), seen[40:200, 40:200].ravel())[0, 1] > 0.7


def test_server_without_some_models_offers_what_it_has(browser, server):
    del server.models["fast-stylize"], server.models["deconv"]
    browser.open(server.address)
    assert browser.wait("chosen()") == "stylize"
    assert browser.run("[document.querySelector('[value=fast-stylize]').disabled, seen.hidden]") == [True, True]


def test_server_without_models_says_so(browser, server):
    server.models.clear()
    browser.open(server.address)
    words = browser.wait("document.getElementById('server').textContent")
    assert words == "This server has no model that paints; it would be fast-stylize or stylize."


def test_token_is_asked_for(browser, server):
    server.token = "secret"
    browser.open(server.address)
    for token in ("wrong", "secret"):
        browser.wait("!document.getElementById('token-row').hidden && document.activeElement.id === 'token'")
        browser.run(f"document.getElementById('token').value = '{token}'")
        browser.press("Enter")
        words = browser.wait("chosen() || document.getElementById('server').textContent")
        assert words == ("The server does not accept this token." if token == "wrong" else "fast-stylize")
    _choose(browser)
    _click(browser, "paint")
    browser.wait(DONE)


def test_other_photo_ends_what_is_under_way(page, server):
    _choose(page)
    server.seconds = 1.0
    _click(page, "paint")
    page.wait("state.textContent === 'Painting'")
    page.upload("#photo-file", STYLE)
    page.wait("!job && pictures.photo.file.name === 'great_wave.jpg'")
    time.sleep(1.2)
    assert page.run("download.hidden && progress.hidden")
    assert _text(page, "done") == "The photo, not painted yet"


def _files(name):
    """JavaScript: what a paste or a drop has, one picture of this name."""
    return f"""(() => {{
      const data = new DataTransfer(), bytes = Uint8Array.from(atob("{_PIXEL}"), (one) => one.charCodeAt(0));
      data.items.add(new File([bytes], "{name}", {{type: "image/png"}}));
      return data;
    }})()"""


_file = io.BytesIO()
Image.new("RGB", (30, 20), "red").save(_file, "PNG")
_PIXEL = base64.b64encode(_file.getvalue()).decode()


def test_pictures_are_pasted_and_dropped(page):
    paste = "document.dispatchEvent(new ClipboardEvent('paste', {clipboardData: %s}))"
    page.run(paste % _files("first.png"))
    page.wait("pictures.photo?.file.name === 'first.png'")
    page.run(paste % _files("second.png"))
    page.wait("pictures.style?.file.name === 'second.png'")
    drop = (
        "document.querySelector('#style .zone').dispatchEvent(new DragEvent('drop', {bubbles: true, dataTransfer: %s}))"
    )
    page.run(drop % _files("third.png"))
    page.wait("pictures.style.file.name === 'third.png'")
    assert page.run("pictures.photo.file.name") == "first.png"


def _tab_to(page, found):
    """Presses Tab until the focus is where an expression of the focused element is true."""
    for _ in range(30):
        page.press("Tab")
        if page.run(f"((one) => {found})(document.activeElement)"):
            return
    raise AssertionError(f"no focus where {found}")


def test_keyboard_is_enough(page, server):
    page.wait("document.querySelectorAll('.samples button').length === 3")
    _tab_to(page, "one.textContent === 'Neuschwanstein'")
    page.press("Enter")
    _tab_to(page, "one.textContent === 'Wave'")
    page.press("Enter")
    page.wait("pictures.photo && pictures.style")
    _tab_to(page, "one.name === 'model'")
    page.press("ArrowRight")
    assert page.run("chosen()") == "stylize"
    page.press("ArrowLeft")
    _tab_to(page, "one.id === 'strength'")
    page.press("ArrowLeft")
    assert page.run("document.getElementById('strength').getAttribute('aria-valuetext')") == "95 %"
    _tab_to(page, "one.id === 'paint'")
    page.press("Enter")
    page.wait(DONE)
    assert _sent(server)[1]["strength"] == 0.95
    _tab_to(page, "one.id === 'compare'")
    for _ in range(20):
        page.press("ArrowRight")
    assert page.run("[compare.getAttribute('aria-valuetext'), picture.style.getPropertyValue('--split')]") == [
        "20 % photo", "calc(18px + (100% - 36px) * 0.2)"]  # fmt: skip
    _tab_to(page, "one.id === 'look'")
    page.press(" ")
    page.wait("projections.children.length")


def test_focus_is_always_seen(page):
    """Each stop of the Tab key has an outline, its own or of the box that stands for it."""
    ids = []
    while page.press("Tab") or page.run("document.activeElement !== document.body"):
        ids.append(page.run("document.activeElement.id || document.activeElement.textContent"))
        assert page.run("""((one) => [one, one.closest('.zone, .choice')].filter(Boolean)
            .some((box) => getComputedStyle(box).outlineStyle === 'solid'))(document.activeElement)"""), ids[-1]
    assert {"photo-file", "style-file", "strength", "size", "paint", "layer", "look"} < set(ids)


def test_everything_that_can_be_focused_has_a_name(page):
    _choose(page)
    _click(page, "paint")
    page.wait(DONE)
    nodes = page.send("Accessibility.getFullAXTree")["nodes"]
    nodes = [node for node in nodes if not node.get("ignored")]
    focusable = [node for node in nodes if any(one["name"] == "focusable" for one in node.get("properties", ()))]
    named = {
        node["role"]["value"]: node["name"]["value"] for node in focusable if node["role"]["value"] != "RootWebArea"
    }
    assert all(named.values()), named
    assert {"button", "radio", "slider", "combobox", "link"} <= named.keys()
    images = [node["name"]["value"] for node in nodes if node["role"]["value"] == "image"]
    assert len(images) >= 4
    assert all(images)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_page_fits_the_window_and_can_be_read(page, server, width, dark):
    page.open(server.address, width, dark=dark)
    page.wait("!!chosen()")
    _choose(page)
    _click(page, "paint")
    page.wait(DONE)
    _click(page, "look")
    page.wait("projections.children.length")
    assert page.run("document.documentElement.scrollWidth") == width
    cut = page.run("""[...document.querySelectorAll('button, select, input, a, p, label, img, canvas')]
        .filter((one) => {
        const box = one.getBoundingClientRect();
        return box.width && (box.left < 0 || box.right > innerWidth);
    }).map((one) => one.outerHTML)""")
    assert cut == []
    assert min(_contrasts(page)) >= 4.5


def _contrasts(page):
    """Of each text that is seen, with the colour behind it (WCAG 2)."""
    return page.run("""(() => {
      const numbers = (color) => color.match(/[\\d.]+/g).map(Number);
      const light = (color) => numbers(color).slice(0, 3).map((v) => v / 255)
        .map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
        .reduce((sum, v, at) => sum + v * [0.2126, 0.7152, 0.0722][at], 0);
      const behind = (one) => {
        const color = getComputedStyle(one).backgroundColor;
        return one.parentElement && numbers(color)[3] === 0 ? behind(one.parentElement) : color;
      };
      const texts = [...document.querySelectorAll('h1, h2, p, legend, label, b, span, button, a, select, output')]
        .filter((one) => one.checkVisibility() && [...one.childNodes].some((node) => node.data?.trim()))
        .filter((one) => !one.closest('.zone'));
      return texts.map((one) => [getComputedStyle(one).color, behind(one)].map(light).sort((a, b) => b - a))
        .map(([a, b]) => (a + 0.05) / (b + 0.05));
    })()""")


def test_page_asks_for_nothing_from_elsewhere(page, server):
    _choose(page)
    _click(page, "paint")
    page.wait(DONE)
    asked = [
        event["params"]["request"]["url"] for event in page.events if event["method"] == "Network.requestWillBeSent"
    ]
    assert len(asked) > 5
    assert all(url.startswith((server.address, f"blob:{server.address}", "data:")) for url in asked)
