"""Pictures that were made: they stay, are compared, and cover only what was brushed."""

import numpy as np

from .steps import DONE, STYLE, choose, click, sent


def test_a_failed_repaint_loses_no_picture(page, server):
    choose(page)
    click(page, "paint")
    page.wait(DONE)
    before = page.run("after.src")
    server.failure = (429, "the queue is full")
    click(page, "paint")
    page.wait("error.textContent")
    assert page.run("[after.src, after.hidden, download.hidden, picture.className]") == [
        before, False, False, "picture"]  # fmt: skip


def test_earlier_pictures_stay_and_can_be_compared(page, server):
    choose(page)
    made = []
    for strength in (1, 0.5):
        page.run(f"$('strength').value = {strength}; strengthChanged()")
        click(page, "paint")
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
    choose(page)
    page.run("$('part').click(); brush.value = 10")
    box = page.run(
        "[mask.getBoundingClientRect().left, mask.getBoundingClientRect().top, mask.clientWidth, mask.clientHeight]"
    )
    left, top, width, height = box
    for kind, share in (("mousePressed", 0.25), ("mouseMoved", 0.75), ("mouseReleased", 0.75)):
        page.send("Input.dispatchMouseEvent", type=kind, x=left + share * width, y=top + height / 2, button="left",
                  buttons=0 if kind == "mouseReleased" else 1, clickCount=1)  # fmt: skip
    click(page, "paint")
    page.wait(DONE)
    assert server.asked[-1][1]["signature_name"] == "masked"
    mask = np.asarray(sent(server)[2]["mask_bytes"].convert("L"))
    assert mask.shape == (683, 1024)
    assert mask[320:360, 256:768].min() == 255
    assert mask[:260].max() == mask[420:].max() == mask[:, :180].max() == mask[:, 840:].max() == 0
    assert page.run("[mask.hidden, again.hidden]") == [True, False]  # the picture is on the stage
    click(page, "again")
    assert page.run("[mask.hidden, again.hidden, download.hidden]") == [False, True, True]
    page.run("$('part').click()")
    click(page, "paint")
    page.wait("!job")
    assert server.asked[-1][1]["signature_name"] == "controls"
    page.run("document.querySelector('[value=stylize]').click()")
    page.run("$('part').click()")  # what was brushed holds for the optimiser, too
    page.wait("download.hidden")
    click(page, "paint")
    page.wait(DONE)
    assert (server.asked[-1][0], server.asked[-1][1]["signature_name"]) == ("stylize", "masked")


SLOW_DECODING = """
const decode = HTMLImageElement.prototype.decode;
HTMLImageElement.prototype.decode = async function () {
  await new Promise((resolve) => setTimeout(resolve, 200));
  return decode.call(this);
};
"""


def test_painting_ends_when_its_picture_is_seen_and_no_earlier(page):
    choose(page)
    page.run(SLOW_DECODING)
    click(page, "paint")
    page.wait("!job")
    assert page.run("[after.hidden, download.hidden]") == [False, False]


def test_a_preview_that_was_asked_for_before_does_not_cover_what_is_brushed(page):
    choose(page)
    page.run(SLOW_DECODING + "$('strength').dispatchEvent(new Event('input'))")
    page.wait("glance !== null")
    page.run("$('part').click()")
    page.wait("!glance")
    assert page.run("[mask.hidden, after.hidden, done.textContent, error.textContent]") == [False, True, "", ""]


def test_a_preview_is_seen_while_the_slider_moves(page, server):
    choose(page)
    moved = "$('strength').value = value; $('strength').dispatchEvent(new Event('input', {bubbles: true}))"
    page.run(f"for (const value of [0.3, 0.4, 0.5, 0.6]) {{ {moved} }}")
    page.wait("!glance && !after.hidden")
    asked = [body["instances"][0] for _, body in server.asked if "strength" in body["instances"][0]]
    assert [(one["strength"], one["preview"]) for one in asked] == [(0.3, True), (0.6, True)]  # one at a time, the last
    assert page.run("[after.naturalWidth, download.hidden, strip.hidden, done.textContent]") == [
        192, True, True, "A preview; press Paint for the picture"]  # fmt: skip
    server.seconds = 0.3
    page.run("size.value = 256; size.dispatchEvent(new Event('change', {bubbles: true}))")
    page.wait("glance !== null")
    click(page, "paint")  # the picture comes at once, and no preview after it
    page.wait(DONE)
    model, inputs, _ = sent(server)
    assert (model, inputs["size"], inputs["preview"]) == ("fast-stylize", 256, False)
    assert page.run("[after.naturalWidth, glance, error.textContent]") == [256, None, ""]
    page.run("$('strength').value = 1; $('strength').dispatchEvent(new Event('input', {bubbles: true}))")
    page.wait("after.naturalWidth === 192")
    assert page.run("[strip.hidden, strip.children.length, download.hidden]") == [False, 1, True]  # it is not lost


def test_no_preview_covers_what_is_being_brushed_and_a_failed_one_is_told(page, server):
    choose(page)
    page.run("$('part').click(); $('strength').value = 0.5; $('strength').dispatchEvent(new Event('input'))")
    assert page.run("[glance, mask.hidden]") == [None, False]
    page.run("$('part').click()")
    server.failure = (429, "the queue is full")
    page.run("$('strength').dispatchEvent(new Event('input'))")
    page.wait("error.textContent")
    assert page.run("[error.textContent, done.textContent, glance, job]") == ["The queue is full.", "", None, None]
