"""Collects the figures of a benchmark, holds them against their bars, prints and keeps them."""

import json

EXIT_MISSED = 6  # as a gate of linktrail that failed


class Judge:
    def __init__(self, json_path=None):
        self.rows, self.json_path = [], json_path

    def row(self, task, what, found, bar=None, note="", **more):
        """One figure; passes if it has no bar or reaches it. The JSON is written each time: long runs may be cut short."""
        passed = bar is None or found >= bar
        self.rows.append({"task": task, "what": what, "found": found, "bar": bar, "passed": passed, **more})
        verdict = "" if bar is None else f"   bar {bar:.4g} {'pass' if passed else 'FAIL'}"
        print(f"{task:32} {what:38} {found:12.4f}{verdict}   {note}".rstrip(), flush=True)
        if self.json_path:
            self.json_path.write_text(json.dumps(self.rows, indent=1) + "\n")

    def at_most(self, task, what, found, bar, note="", **more):
        """One figure that is better the smaller it is."""
        self.row(task, f"{what}, bar / found", bar / found if found > 0 else 0.0, 1.0, note, **more)

    def comparison(self, task, what, result, bar):
        """A buckets.Comparison, held against `bar`."""
        difference = result.ours - result.theirs
        self.row(task, what, result.ours, bar, f"beside {result.theirs:.4f}: {difference:+.4f} +- {result.error:.4f}",
                 beside=result.theirs, difference=difference, standard_error=result.error, seeds=result.ours_each,
                 beside_seeds=result.theirs_each)

    def passed(self):
        return all(row["passed"] for row in self.rows)

    def exit_code(self):
        return 0 if self.passed() else EXIT_MISSED


def markdown_table(head, rows):
    """`head` and each of `rows`: lists of text."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)
