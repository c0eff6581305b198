"""Part `warm`: one epoch on a new month from last month's model, against five epochs from nothing.

Two months of the same articles, except that some are new in the second. Month 1 trains a model; month 2 trains one epoch
from it (--init-from), and five without. Held-out sessions of month 2 judge both, on every pair; `new` counts only
pairs with an article that month 1 did not have.
"""

from tools import ALL, in_held_out_part

JUDGED, NEW = ("recall_at_10", "mrr", "labels_at_10"), "new_recall_at_10"
HELD_OUT = 0.1
NEW_ARTICLES = 0.05
FIRST_EPOCHS, COLD_EPOCHS, WARM_EPOCHS = 20, 5, 1


def is_new(article):
    return in_held_out_part("new " + article, NEW_ARTICLES)


def write_sessions(path, sessions):
    with open(path, "w", encoding="ascii") as out:
        out.writelines(" ".join(session) + "\n" for session in sessions if len(session) > 1)
    return path


def read_sessions(path):
    with open(path, encoding="ascii") as lines:
        return [line.split() for line in lines]


def pairs_with_new_articles(sessions):
    return [pair for session in sessions for pair in zip(session, session[1:]) if any(map(is_new, pair))]


def prepare(folder, month1, month2):
    """The files of a task. Equal sessions are held out together, and those of month 1 are never held out of month 2."""
    held_out = [session for session in month2 if in_held_out_part(" ".join(session), HELD_OUT)]
    train = [session for session in month2 if not in_held_out_part(" ".join(session), HELD_OUT)]
    unseen = {" ".join(session) for session in held_out}
    known = [[page for page in session if not is_new(page)] for session in month1 if " ".join(session) not in unseen]
    folder.mkdir(exist_ok=True)
    return {"month1": write_sessions(folder / "month1.txt", known),
            "month2": write_sessions(folder / "month2.txt", train),
            "held_out": write_sessions(folder / "heldout.txt", held_out),
            "new": write_sessions(folder / "new.txt", pairs_with_new_articles(held_out))}


def wikispeedia(tools, data, _arguments):
    """Its sessions have no month: a hash of the session deals them into two."""
    sessions = read_sessions(data / "sessions.txt")
    in_first = [in_held_out_part("month " + " ".join(session), 0.5) for session in sessions]
    files = prepare(tools.work / "warm-wikispeedia", [s for s, first in zip(sessions, in_first) if first],
                    [s for s, first in zip(sessions, in_first) if not first])
    return {**files, "labels": data / "labels.tsv"}


def simulate_world(tools, folder, arguments, *more):
    tools.linktrail(1, "simulate", "world", "--output", folder, "--articles", arguments.world_articles, "--topics", 100,
                    "--wikis", 1, *more)


def world(tools, _data, arguments):
    months = []
    for month in (0, 1):
        folder = tools.work / f"world-month{month + 1}"
        simulate_world(tools, folder, arguments, "--links", 1, "--sessions", arguments.world_sessions, "--first-session",
                       month * arguments.world_sessions)
        months.append(read_sessions(folder / "sessions.txt"))
    return {**prepare(tools.work / "warm-world", *months), "labels": folder / "labels.tsv"}


def links(tools, _data, arguments):
    """The same world, whose readers follow links: each month other walks over them."""
    folder = tools.work / "world-links"
    simulate_world(tools, folder, arguments, "--sessions", 1)
    months = []
    for month in (1, 2):
        walked = folder / f"month{month}.txt"
        tools.linktrail(1, "simulate", "walk", "--input", folder / "pagelinks.tsv", "--output", walked, "--sessions",
                        arguments.world_sessions, "--seed", month)
        months.append(read_sessions(walked))
    return {**prepare(tools.work / "warm-links", *months), "labels": folder / "labels.tsv"}


def judge(tools, model, files):
    everything = ("--holdout", "1", "--pairs", ALL)
    scores = tools.evaluate(model / "embeddings.h5", "--sessions", files["held_out"], "--labels", files["labels"],
                            "--queries", 20000, *everything)
    new = tools.evaluate(model / "embeddings.h5", "--sessions", files["new"], *everything)
    return {"recall_at_10": scores["next_article"]["recall_at_10"], "mrr": scores["next_article"]["mrr"],
            "labels_at_10": scores["labels"]["agreement_at_10"], NEW: new["next_article"]["recall_at_10"]}


def train(tools, name, sessions, architecture, seed, ranks, *more):
    output = tools.work / name
    tools.linktrail(ranks, "train", "reader", "--input", sessions, "--output", output, "--model", architecture, "--dim",
                    64, "--negatives", 5, "--seed", seed, "--resume", "never", "--holdout", 0, *more)
    return output


def scores_of_seed(tools, files, architecture, seed, ranks, extra):
    """(cold, warm)"""
    cold = train(tools, "cold", files["month2"], architecture, seed, ranks, "--epochs", COLD_EPOCHS)
    first = train(tools, "first", files["month1"], architecture, seed, ranks, "--epochs", FIRST_EPOCHS)
    warm = train(tools, "warm", files["month2"], architecture, seed, ranks, "--init-from", first, "--epochs", WARM_EPOCHS,
                 *extra)
    return judge(tools, cold, files), judge(tools, warm, files)


def only(metrics, runs):
    return [{metric: run[metric] for metric in metrics} for run in runs]


def report_runs(report, task, ranks, cold, warm):
    """What is judged has the cold mean as its bar. Pairs of new articles are shown without one."""
    cold_name, warm_name = f"cold, {COLD_EPOCHS} epochs, {ranks} ranks", f"warm, {WARM_EPOCHS} epoch, {ranks} ranks"
    bars = {metric: sum(run[metric] for run in cold) / len(cold) for metric in JUDGED}
    for metrics, bar in ((JUDGED, bars), ([NEW], None)):
        report.seeds(task, cold_name, only(metrics, cold))
        report.seeds(task, warm_name, only(metrics, warm), bar)


def measure(tools, data, arguments, report):
    for task, make in (("wikispeedia", wikispeedia), ("world", world), ("links", links)):
        if task not in arguments.warm_tasks:
            continue
        files = make(tools, data, arguments)
        for architecture in arguments.models:
            for ranks in arguments.warm_ranks:
                cold, warm = zip(*(scores_of_seed(tools, files, architecture, seed, ranks, arguments.extra)
                                   for seed in arguments.seeds))
                report_runs(report, f"warm {task} {architecture}", ranks, cold, warm)
