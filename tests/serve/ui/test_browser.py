"""The page in a browser, with a server whose pictures take no time."""

import base64
import io
import time

import numpy as np
import pytest
from PIL import Image

from .steps import DONE, STYLE, choose, click, sent, text


def _downloaded(folder, name):
    """Waits for a file, which the browser renames when it is whole."""
    end = time.monotonic() + 15
    while not (folder / name).exists():
        assert time.monotonic() < end, list(folder.iterdir())
        time.sleep(0.05)
    return folder / name


def test_uploaded_photo_is_painted_and_can_be_downloaded(page, server, tmp_path):
    page.send("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(tmp_path))
    choose(page)
    click(page, "paint")
    page.wait(DONE)
    model, inputs, images = sent(server)
    assert (model, inputs) == (
        "fast-stylize", {"size": 512, "strength": 1, "swap": 0.6, "style_scale": 1, "preview": False})  # fmt: skip
    assert {name: image.size for name, image in images.items()} == {
        "content_bytes": (1024, 683), "style_bytes": (657, 442)}  # fmt: skip
    assert page.run("[after.naturalWidth, after.naturalHeight, after.alt]") == [
        512, 342, "neuschwanstein in the style of great_wave"]  # fmt: skip
    assert text(page, "done").startswith("512x342 pixels in ")
    click(page, "download")
    with Image.open(_downloaded(tmp_path, "neuschwanstein-great_wave.png")) as picture:
        assert (picture.format, picture.size) == ("PNG", (512, 342))


def test_optimiser_is_told_all_of_its_controls(page, server):
    choose(page)
    page.run("document.querySelector('[value=stylize]').click()")
    page.run("size.value = 128; $('strength').value = 0.75; strengthChanged()")
    assert text(page, "strength-value") == "75 %"
    click(page, "paint")
    page.wait(DONE)
    model, inputs, _ = sent(server)
    assert model == "stylize"
    assert inputs == {"size": 128, "strength": 0.75, "style_weight": 1, "content_weight": 0.02, "style_scale": 1,
                      "steps": [40, 25, 15], "init": "fast", "seed": 0, "preview": False}  # fmt: skip
    assert text(page, "done").endswith("90 evaluations")


def test_large_photo_is_sent_small_upright_and_without_metadata(page, server, tmp_path):
    photo = Image.effect_noise((3000, 2000), 40).convert("RGB")
    photo.paste((200, 20, 20), (0, 0, 3000, 400))
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "A camera"  # turn it to the right
    photo.save(tmp_path / "large.jpg", exif=exif)
    choose(page, tmp_path / "large.jpg")
    assert "683x1024, from 2000x3000" in page.run("photo.textContent")
    click(page, "paint")
    page.wait(DONE)
    image = sent(server)[2]["content_bytes"]
    assert (image.format, image.size, dict(image.getexif())) == ("JPEG", (683, 1024), {})
    red = np.asarray(image)[..., 0].astype(float) - np.asarray(image)[..., 1] > 80
    assert red[:, 560:].mean() > 0.95
    assert red[:, :540].mean() < 0.05


def test_transparent_picture_is_laid_on_white(page, server, tmp_path):
    Image.new("RGBA", (40, 40), (0, 0, 0, 0)).save(tmp_path / "clear.png")
    choose(page, style=tmp_path / "clear.png")
    click(page, "paint")
    page.wait(DONE)
    assert np.asarray(sent(server)[2]["style_bytes"]).min() > 250


def test_file_that_is_no_picture_is_refused_in_words(page, tmp_path):
    (tmp_path / "notes.txt").write_text("no picture")
    page.upload("#photo-file", tmp_path / "notes.txt")
    page.wait("error.textContent")
    assert text(page, "error") == "This browser cannot read notes.txt; a JPEG, PNG or WebP picture would do."


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
    choose(page)
    server.failure = (status, words)
    click(page, "paint")
    page.wait("error.textContent")
    assert text(page, "error") == shown
    assert page.run("progress.hidden && download.hidden && paintButton()".replace("paintButton()", "!job"))
    server.failure = None
    click(page, "paint")
    page.wait(DONE)
    assert text(page, "error") == ""


def test_refusal_of_one_picture_in_an_answer_is_told(page, server):
    server.models["fast-stylize"] = lambda _: {"picture_bytes": {"b64": ""}, "status": 3, "message": "content is odd"}
    choose(page)
    click(page, "paint")
    page.wait("error.textContent")
    assert text(page, "error") == "Content is odd."


def test_what_is_missing_is_named_and_focused(page, server):
    click(page, "paint")
    assert text(page, "error") == "A photo is missing: choose, drop or paste a picture."
    assert page.run("document.activeElement.id") == "photo-file"
    assert not [model for model, _ in server.asked if model != "deconv"]


def test_progress_is_seen_and_can_be_cancelled(page, server):
    choose(page)
    server.seconds = 1.5
    click(page, "paint")
    page.wait("state.textContent === 'Painting' && parseFloat(clock.textContent) >= 0.3")
    assert page.run("[progress.hidden, document.getElementById('paint').textContent]") == [False, "Cancel"]
    click(page, "paint")
    page.wait("progress.hidden")
    assert (text(page, "done"), text(page, "error")) == ("Cancelled.", "")
    assert page.run("[download.hidden, document.getElementById('paint').textContent]") == [True, "Paint"]


def test_server_that_has_gone_is_noticed(page, server):
    choose(page)
    page.send("Network.emulateNetworkConditions", offline=True, latency=0, downloadThroughput=-1, uploadThroughput=-1)
    try:
        click(page, "paint")
        page.wait("error.textContent")
    finally:
        page.send(
            "Network.emulateNetworkConditions", offline=False, latency=0, downloadThroughput=-1, uploadThroughput=-1
        )
    assert text(page, "error") == "The server does not answer. Is it still running?"
    page.events.clear()


def test_strongest_filters_of_the_photo_are_shown(page, server):
    click(page, "look")
    assert "A photo is missing" in text(page, "seen-error")
    choose(page)
    assert page.run("[...layer.options].map((one) => one.value)") == ["relu1", "relu2", "relu3", "relu4", "relu5"]
    page.run("layer.value = 'relu3'")
    click(page, "look")
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
    choose(browser)
    click(browser, "paint")
    browser.wait(DONE)


def test_other_photo_ends_what_is_under_way(page, server):
    choose(page)
    server.seconds = 1.0
    click(page, "paint")
    page.wait("state.textContent === 'Painting'")
    page.upload("#photo-file", STYLE)
    page.wait("!job && pictures.photo.file.name === 'great_wave.jpg'")
    time.sleep(1.2)
    assert page.run("download.hidden && progress.hidden")
    assert text(page, "done") == "The photo, not painted yet"


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


def test_page_asks_for_nothing_from_elsewhere(page, server):
    choose(page)
    click(page, "paint")
    page.wait(DONE)
    asked = [
        event["params"]["request"]["url"] for event in page.events if event["method"] == "Network.requestWillBeSent"
    ]
    assert len(asked) > 5
    assert all(url.startswith((server.address, f"blob:{server.address}", "data:")) for url in asked)
