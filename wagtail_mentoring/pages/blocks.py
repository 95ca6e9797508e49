"""What a programme or field page may hold."""

from django.utils.translation import gettext_lazy as _
from wagtail import blocks

FEATURES = ["h3", "bold", "italic", "ol", "ul", "link"]


class StepBlock(blocks.StructBlock):
    """One numbered step of "how it works"."""

    title = blocks.CharBlock(label=_("step"), max_length=80)
    text = blocks.TextBlock(label=_("text"), required=False, max_length=300)


class StepsBlock(blocks.StructBlock):
    """Numbered steps on a rail."""

    heading = blocks.CharBlock(label=_("heading"), max_length=120)
    steps = blocks.ListBlock(StepBlock(), label=_("steps"))

    class Meta:
        label = _("Steps")
        icon = "list-ol"
        template = "wagtail_mentoring/pages/blocks/steps.html"


class QuoteBlock(blocks.StructBlock):
    """What somebody who took part says. Only with that person's consent."""

    text = blocks.TextBlock(label=_("quotation"), max_length=500)
    who = blocks.CharBlock(label=_("who says it"), max_length=120)

    class Meta:
        label = _("Quotation")
        icon = "openquote"
        template = "wagtail_mentoring/pages/blocks/quote.html"


class QuestionBlock(blocks.StructBlock):
    """A question that visitors ask, folded until it is opened."""

    question = blocks.CharBlock(label=_("question"), max_length=160)
    answer = blocks.RichTextBlock(label=_("answer"), features=FEATURES)

    class Meta:
        label = _("Question and answer")
        icon = "help"
        template = "wagtail_mentoring/pages/blocks/question.html"


class BodyBlock(blocks.StreamBlock):
    """The body of a page."""

    heading = blocks.CharBlock(
        label=_("Heading"), icon="title", max_length=120, template="wagtail_mentoring/pages/blocks/heading.html"
    )
    paragraph = blocks.RichTextBlock(
        label=_("Text"), features=FEATURES, template="wagtail_mentoring/pages/blocks/paragraph.html"
    )
    steps = StepsBlock()
    question = QuestionBlock()
    quote = QuoteBlock()
