"""Sessions and links of two months of one small simulated world, and articles that only the second has."""


def simulate_months(test):
    """Folders may and june in the test's folder."""
    for name, first in (("may", 0), ("june", 900)):
        test.done(1, "simulate", "world", "--output", test.folder / name, "--articles", 300, "--topics", 6, "--sessions",
                  900, "--first-session", first)


def add_new_articles(test, month="june"):
    """To its sessions: two that are seen often."""
    with open(test.folder / month / "sessions.txt", "a", encoding="ascii") as out:
        out.write("Q900000001 Q900000002 Q900000001\n" * 40)
