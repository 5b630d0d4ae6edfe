# SPDX-License-Identifier: Apache-2.0
"""Reading a page the way a browser does, as far as the tests need it."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


@dataclass
class Element:
    """One element: its name, its attributes and the text in it."""

    tag: str
    attributes: dict[str, str]
    parent: "Element | None" = None
    text: str = ""

    def __getitem__(self, name: str) -> str:
        return self.attributes[name]

    def get(self, name: str, default: str = "") -> str:
        return self.attributes.get(name, default)

    def is_in(self, other: "Element") -> bool:
        """Whether this element stands inside the other."""
        above = self.parent
        while above is not None and above is not other:
            above = above.parent
        return above is not None


@dataclass
class Form:
    """A form as it would be sent untouched."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    boxes: set[str] = field(default_factory=set)  # that can be ticked and are not


class Page(HTMLParser):
    """All elements of one HTML document, in order."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[Element] = []
        self._open: list[Element] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        parent = self._open[-1] if self._open else None
        element = Element(tag, {name: value or "" for name, value in attrs}, parent)
        self.elements.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop().tag != tag:
            pass

    def handle_data(self, data: str) -> None:
        for element in self._open:
            element.text += data

    def all(self, *tags: str) -> list[Element]:
        """The elements with one of these names."""
        return [element for element in self.elements if element.tag in tags]

    def find(self, identifier: str) -> Element | None:
        """The element with this id, if there is one."""
        return next((one for one in self.elements if one.get("id") == identifier), None)

    def by_id(self, identifier: str) -> Element:
        """The element with this id."""
        found = self.find(identifier)
        assert found is not None, f"no element with id {identifier!r}"
        return found

    @property
    def title(self) -> str:
        return " ".join(element.text for element in self.all("title")).strip()

    def forms(self) -> list[Form]:
        """The forms, with the values of their fields; a box is sent where it is ticked."""
        made = []
        for form in self.all("form"):
            named = [one for one in self.all("input", "button") if one.get("name") and one.is_in(form)]
            boxes = [one for one in named if one.get("type") == "checkbox" and "checked" not in one.attributes]
            fields = {one["name"]: one.get("value") for one in named if one not in boxes}
            made.append(Form(form.get("action"), form.get("method", "get").lower(), fields, {one["name"] for one in boxes}))
        return made

    def form(self, *names: str) -> Form:
        """The first form by POST that has all these fields."""
        found = next((one for one in self.forms() if one.method == "post" and set(names) <= one.boxes.union(one.fields)), None)
        assert found is not None, f"no form with {names} on the page {self.title!r}"
        return found
