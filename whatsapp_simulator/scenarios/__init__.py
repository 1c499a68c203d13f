"""Every misbehaviour by name. A scenario is a set of parameters; what it does is done where it is asked for.

The class docstring says what is played and which section of docs/whatsapp-web.md it follows (§1.5); it is
shown on the control page. Parameters common to all are those of `Scenario`.
"""
