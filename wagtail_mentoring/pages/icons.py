"""The line icons of the public pages: drawn on 24 by 24 units, set inline so that a strict CSP needs no exception."""

#: What stands inside the svg element, by name.
SHAPES: dict[str, str] = {
    "tick": '<path d="M4 12.5l5.2 5L20 6.5"/>',
    "cross": '<path d="M6 6l12 12M18 6L6 18"/>',
    "alert": '<circle cx="12" cy="12" r="9.5"/><path d="M12 7v6M12 16.6v.1"/>',
    "next": '<path d="M9 5l7 7-7 7"/>',
    "back": '<path d="M15 5l-7 7 7 7"/>',
    "mail": '<rect x="2.5" y="5" width="19" height="14" rx="2"/><path d="M3 7l9 6.5L21 7"/>',
    "phone": (
        '<path d="M5 3.5h4l1.5 5-2.3 1.7a13 13 0 005.6 5.6l1.7-2.3 5 1.5v4a2 2 0 01-2.2 2'
        'A17 17 0 013 5.7 2 2 0 015 3.5z"/>'
    ),
    "lock": '<rect x="4.5" y="10.5" width="15" height="10" rx="2"/><path d="M8 10.5V7.5a4 4 0 018 0v3"/>',
    "leave": '<path d="M14 4h-9v16h9M10 12h11M17 8l4 4-4 4"/>',
    "document": '<path d="M6 2.5h8l4.5 4.5v14.5H6zM14 2.5V7h4.5M9.5 12h6M9.5 16h6"/>',
    "people": (
        '<circle cx="8.5" cy="8" r="3.5"/><circle cx="17" cy="9.5" r="2.8"/>'
        '<path d="M2 20c.5-7.5 12.5-7.5 13 0M16.5 15.2c3.2-.4 5.3 1.4 5.5 4.3"/>'
    ),
    "pen": '<path d="M4 20l1-4.5L16.5 4 20 7.5 8.5 19zM14 6.5L17.5 10"/>',
    "card": (
        '<rect x="2.5" y="5" width="19" height="14" rx="2"/><circle cx="8" cy="11" r="2"/>'
        '<path d="M5 16c.6-1.6 5.4-1.6 6 0M14 10h4.5M14 14h4.5"/>'
    ),
    "printer": ('<path d="M7 8V3h10v5M7 17H3.5V9.5A1.5 1.5 0 015 8h14a1.5 1.5 0 011.5 1.5V17H17M7 14h10v7H7z"/>'),
    "down": '<path d="M6 9l6 6 6-6"/>',
    "download": '<path d="M12 3.5v12M6.5 10.5L12 16l5.5-5.5M4 20.5h16"/>',
    "clock": '<circle cx="12" cy="12" r="9.5"/><path d="M12 6.5V12l3.5 2.5"/>',
    "calendar": '<rect x="3" y="5" width="18" height="16" rx="2"/><path d="M3 10h18M8 2.5V7M16 2.5V7"/>',
    "gift": (
        '<path d="M4 11h16v10H4zM2.5 7h19v4h-19zM12 7v14M12 7c-6 0-6-5.5-2.5-4.5C11.5 3 12 7 12 7z'
        'm0 0c6 0 6-5.5 2.5-4.5C12.5 3 12 7 12 7z"/>'
    ),
}
#: Icons that point along the line of reading and are mirrored where that runs from right to left.
DIRECTED = frozenset({"next", "back", "leave"})
