"""The panel on a group's page in the admin: which unions the group is granted, and in what role."""

from typing import Any

from django import forms
from django.contrib.auth.models import Group
from django.db import transaction
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms.formsets import BaseFormSetMixin

from .models import GroupUnionPermission, Union, UnionRole


class UnionGrantForm(forms.Form):
    """One union and the role in which it is granted."""

    union = forms.ModelChoiceField(queryset=Union.objects.all(), label=_("union"), empty_label=_("Choose a union"))
    role = forms.ChoiceField(choices=UnionRole.choices, label=_("role"), initial=UnionRole.HANDLER)

    class Media:
        css = {"all": ["wagtail_mentoring/css/grants.css"]}

    def has_changed(self) -> bool:
        # A new line that nobody has filled in holds a role already.
        return bool(self.data.get(self.add_prefix("union"))) or super().has_changed() and bool(self.initial)


class BaseUnionGrantFormSet(BaseFormSetMixin, forms.BaseFormSet):
    """The unions of one group, as Wagtail's group page wants its panels."""

    def __init__(
        self, data: Any = None, files: Any = None, instance: Group | None = None, prefix: str = "mentoring_unions"
    ) -> None:
        self.instance = instance or Group()
        rows = self.instance.mentoring_union_permissions.select_related("union") if self.instance.pk else []
        initial = [{"union": row.union, "role": row.role} for row in rows]
        super().__init__(data, files, initial=initial, prefix=prefix)

    def kept(self) -> list[tuple[Union, str]]:
        """Return union and role of each line that is to stay."""
        return [
            (form.cleaned_data["union"], form.cleaned_data["role"])
            for form in self.forms
            if form not in self.deleted_forms and form.cleaned_data.get("union")
        ]

    def clean(self) -> None:
        if any(self.errors):
            return
        kept = self.kept()
        if len(set(kept)) != len(kept):
            raise forms.ValidationError(_("The same union stands twice with the same role. Remove one of the two."))

    @transaction.atomic
    def save(self) -> None:
        """Make the group's rows those of the form. Lines that did not change keep their rows."""
        wanted = {(union.pk, role) for union, role in self.kept()}
        for row in self.instance.mentoring_union_permissions.all():
            if (row.union_id, row.role) in wanted:
                wanted.discard((row.union_id, row.role))
            else:
                row.delete()
        GroupUnionPermission.objects.bulk_create(
            GroupUnionPermission(group=self.instance, union_id=union_id, role=role) for union_id, role in sorted(wanted)
        )

    def as_admin_panel(self) -> str:
        return render_to_string("wagtail_mentoring/programme/grants.html", {"formset": self})


UnionGrantFormSet = forms.formset_factory(UnionGrantForm, formset=BaseUnionGrantFormSet, extra=0, can_delete=True)
