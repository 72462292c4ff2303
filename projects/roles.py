"""What each role may do and hear, in the words of the pages."""

from projects.models import Role

WHAT_THEY_DO = {
    Role.OWNER: "Everything, and hands the project over or deletes it.",
    Role.ADMIN: "Looks at everything; changes members, keys, switches and plan; deletes sessions.",
    Role.MEMBER: "Looks at sessions, downloads them and imports others.",
    Role.VIEWER: "Looks at sessions and downloads them. An admin may keep recordings from viewers.",
}
HEARERS = {
    Role.VIEWER: "Everybody in the project",
    Role.MEMBER: "Members, admins and owners",
    Role.ADMIN: "Admins and owners",
    Role.OWNER: "Owners only",
}
