"""Who asks: a credential's tenant, roles and scope.

Roles are held one by one; none implies another. Every principal may view. Only `finance` sees money and clients.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal, get_args

from spanledger_api.problems import Refusal

Role = Literal["viewer", "finance", "operator", "approver", "admin"]
ROLES: Final[tuple[Role, ...]] = get_args(Role)
ROLE_WORDS: Final[dict[Role, str]] = {
    "viewer": "sees every answer without amounts, names and free texts",
    "finance": "sees money, clients and what systems said in words",
    "operator": "works on exceptions and corrections",
    "approver": "approves what somebody else has asked for",
    "admin": "reads the audit trail",
}


WHO: Final = "Who does it. Needed with a credential that stands for a whole tenant; a key of one's own says it itself."


ANONYMOUS: Final = "open"
"""The id of everybody where no credentials are asked for."""


@dataclass(frozen=True, slots=True)
class Principal:
    """Whoever holds a credential.

    `legal_entities` and `processes` are all that it sees; None leaves them open. `personal` says that the credential
    names who acts; without, it stands for a whole tenant, and the request must say who.
    """

    id: str
    name: str
    tenant: str
    roles: frozenset[Role] = frozenset(ROLES)
    personal: bool = False
    legal_entities: frozenset[str] | None = None
    processes: frozenset[str] | None = None

    @property
    def anonymous(self) -> bool:
        """Whether nobody has shown a credential, because none is asked for."""
        return self.id == ANONYMOUS

    @property
    def sees_money(self) -> bool:
        """Whether amounts, clients and free texts are shown to it."""
        return "finance" in self.roles

    @property
    def narrowed(self) -> bool:
        """Whether it sees a part of its tenant's data only."""
        return self.legal_entities is not None or self.processes is not None

    def require(self, role: Role) -> None:
        """Raises Refusal `role_missing` if it does not have that role."""
        if role not in self.roles:
            raise Refusal(
                f"This needs the role `{role}`, which {ROLE_WORDS[role]}; the credential has {_listed(self.roles)}.",
                code="role_missing",
                hint="Ask whoever runs this Spanledger for a key with that role (`spanledger key create --role`).",
            )

    def require_whole_tenant(self) -> None:
        """Raises Refusal `scope_too_narrow` if it sees only some legal entities or processes."""
        if self.narrowed:
            raise Refusal(
                "This answer cannot be told apart by legal entity or process, and the credential is narrowed to some.",
                code="scope_too_narrow",
                hint="Ask with a credential for the whole tenant.",
            )

    def signature(self, who: str) -> str:
        """Who is said to have acted: the person that a personal credential names, and whom the request names beside it.

        Raises Refusal `invalid_value` if neither says it.
        """
        if not self.personal:
            if not who:
                raise Refusal(
                    "The request does not say who acts, and its credential stands for a whole tenant.",
                    code="invalid_value",
                    hint="Add `who`, or use a key of one's own (`spanledger key create`).",
                )
            return who
        return self.name if who in {"", self.name} else f"{who} by {self.name}"


def _listed(roles: Iterable[str]) -> str:
    return ", ".join(f"`{role}`" for role in ROLES if role in roles) or "none"
