#!/usr/bin/env python3
"""Makes the tables of docs/paper.md, and one of README.md, of the data in docs/accuracy.

    docs/paper_tables.py           prints them
    docs/paper_tables.py --check   exits with 1 where a page has another one
    docs/paper_tables.py --write   puts them into the pages, each between the lines that name it
"""
import math
import os
import statistics
import sys

from accuracy import read_csv, read_plan, sizes_of
from page_table import mode, root, split, write_table

page, readme = os.path.join(root, "docs", "paper.md"), os.path.join(root, "README.md")
families = ["resnet", "mobilenet", "vit"]
seeds = ["0", "1", "2"]
# Student's t for two degrees of freedom (three trainings), 95 % on both sides.
t_of_three = 4.302653
# Fronts are shown where a network is still of use.
shown_loss = 10
equal_widths = ["int8*int8", "e3m4*e3m4", "e4m3*e4m3", "int6*int6", "e2m3*e2m3", "e3m2*e3m2", "int4*int4", "e2m1*e2m1",
                "e3m0*e3m0", "int3*int3", "e2m0*e2m0"]
narrow_weights = ["int4*int8", "e2m1*e4m3", "int3*int8", "e2m0*e4m3"]
duels = [("e4m3*e4m3", "int8*int8"), ("e3m4*e3m4", "int8*int8"), ("e3m2*e3m2", "int6*int6"),
         ("e2m3*e2m3", "int6*int6"), ("e2m1*e2m1", "int4*int4"), ("e3m0*e3m0", "int4*int4"),
         ("e2m0*e2m0", "int3*int3"), ("e2m1*e4m3", "int4*int8"), ("e2m0*e4m3", "int3*int8")]


class Accuracy:
    """The best recipe of each pair on each network, of narrow.toml and wide.toml."""

    def __init__(self):
        recipes = {pair: plan["recipes"] for plan in map(read_plan, ("narrow", "wide")) for pair in plan["pairs"]}
        self.best = {}
        for row in read_csv("accuracy.csv"):
            pair = f"{row['weight']}*{row['activation']}"
            if row["recipe"] not in recipes.get(pair, ()):
                continue
            key = (row["model"], pair)
            if key not in self.best or self.rank(row) > self.rank(self.best[key]):
                self.best[key] = row

    @staticmethod
    def rank(row):
        return float(row["top1"]), float(row["agreement"])

    def of_seeds(self, family, pair, figure):
        return [figure(self.best[f"{family}_{seed}", pair]) for seed in seeds]


def loss(row):
    return float(row["top1_fp32"]) - float(row["top1"])


def mean_and_half(values):
    """The mean, and half of the interval that holds that of all trainings with 95 %."""
    return statistics.mean(values), t_of_three * statistics.stdev(values) / math.sqrt(len(values))


def words(values, sign=""):
    mean, half = mean_and_half(values)
    return f"{mean:{sign}.2f} ± {half:.2f}"


def table(head, rows, left=1):
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * left}{'---:|' * (len(head) - left)}"]
    return "\n".join(lines + [f"| {' | '.join(row)} |" for row in rows]) + "\n"


def pair_words(pair):
    return pair.replace("*", " / ")


def losses(accuracy, pairs):
    rows = [[pair_words(pair), *(words(accuracy.of_seeds(family, pair, loss)) for family in families)]
            for pair in pairs]
    top1 = ["float32: top-1", *(words(accuracy.of_seeds(family, pairs[0], lambda row: float(row["top1_fp32"])))
                                for family in families)]
    return table(["weights / activations", *families], [top1, *rows])


def duel_table(accuracy):
    """A minifloat less an integer on the same trainings; and on how many of the networks it is better."""
    rows = []
    for minifloat, integer in duels:
        cells = []
        for column in ("top1", "agreement"):
            differences = {family: [mine - other for mine, other in zip(*(
                accuracy.of_seeds(family, pair, lambda row, name=column: float(row[name]))
                for pair in (minifloat, integer)))] for family in families}
            every = [difference for family in families for difference in differences[family]]
            cells += [*(words(differences[family], "+") for family in families),
                      f"{sum(difference > 0 for difference in every)} of {len(every)}"]
        rows.append([f"{pair_words(minifloat)} less {pair_words(integer)}", *cells])
    heads = [[*(f"{family}, {what}" for family in families), "better on"] for what in ("top-1", "agreement")]
    return table(["", *heads[0], *heads[1]], rows)


def growth():
    """A self pair's cost by exponent bits, beside that of the integer of the same width."""
    costs, targets = sizes_of(read_csv("costs.csv")), read_plan("growth")["targets"]
    rows = []
    for width in (8, 6, 4):
        integer = f"int{width}"
        for exponent in range(1, width):
            shape = f"e{exponent}m{width - 1 - exponent}"
            if (shape, shape, targets[0]) not in costs:
                continue
            own = [costs[shape, shape, target] for target in targets]
            others = [costs[integer, integer, target] for target in targets]
            rows.append([str(width), str(exponent), shape,
                         *(f"{cost:.10g} ({cost / other:.2f})" for cost, other in zip(own, others))])
    return table(["bits", "exponent bits", "shape", *targets], rows, 3)


def kind_of(row):
    """Whether a pair is of integers, of minifloats, or of one each."""
    integers = [name.startswith("int") for name in (row["weight"], row["activation"])]
    return "int" if all(integers) else "mixed" if any(integers) else "minifloat"


def useful(row, floats):
    return floats[row["model"]] - float(row["top1"]) <= shown_loss


def fronts(joined, floats):
    """How many pairs of each kind are on the fronts."""
    plan, rows = read_plan("front"), []
    for model in plan["models"]:
        for front, target in [("on_cost_front", target) for target in plan["targets"]] + [
                ("on_memory_front", plan["targets"][0])]:
            there = [row for row in joined if row["model"] == model and row["target"] == target and useful(row, floats)]
            front_rows = [row for row in there if row[front] == "yes"]
            counts = [f"{sum(kind_of(row) == kind for row in front_rows)} of {sum(kind_of(row) == kind for row in there)}"
                      for kind in ("int", "mixed", "minifloat")]
            rows.append([model, target if front == "on_cost_front" else "memory", *counts])
    return table(["network", "front", "integers", "one each", "minifloats"], rows, 2)


def pareto(joined, floats, target):
    rows = []
    for model in read_plan("front")["models"]:
        mine = [row for row in joined if row["model"] == model and row["target"] == target and useful(row, floats)
                and "yes" in (row["on_cost_front"], row["on_memory_front"])]
        for row in sorted(mine, key=lambda row: (float(row["cost"]), row["weight"], row["activation"])):
            marks = " ".join(name for name in ("cost", "memory") if row[f"on_{name}_front"] == "yes")
            rows.append([model, f"{row['weight']} / {row['activation']}", marks, f"{float(row['cost']):.10g}",
                         f"{float(row['top1']):.2f}", f"{floats[model] - float(row['top1']):.2f}"])
    return table(["network", "weights / activations", "fronts", f"{target}", "top-1", "loss"], rows, 3)


def cheapest(joined, floats):
    plan, rows = read_plan("front"), []
    for model in plan["models"]:
        cells = []
        for target in plan["targets"]:
            found = [row for row in joined if (row["model"], row["target"], row["cheapest"]) == (model, target, "yes")]
            cells.append("none" if not found else f"{found[0]['weight']} / {found[0]['activation']}: "
                         f"{float(found[0]['cost']):.10g}, loss {floats[model] - float(found[0]['top1']):.2f}")
        rows.append([model, *cells])
    return table(["network", *plan["targets"]], rows, len(plan["targets"]) + 1)


def tables():
    accuracy, joined = Accuracy(), read_csv("joined.csv")
    floats = {row["model"]: float(row["top1_fp32"]) for row in read_csv("accuracy.csv")}
    return {
        "equal widths": losses(accuracy, equal_widths),
        "narrow weights": losses(accuracy, narrow_weights),
        "duels": duel_table(accuracy),
        "growth": growth(),
        "fronts": fronts(joined, floats),
        "pareto": pareto(joined, floats, "xilinx-us+"),
        "cheapest": cheapest(joined, floats),
    }


def main():
    chosen = mode()
    for name, made in tables().items():
        maker = f"paper_tables.py: {name}"
        if chosen == "":
            print(f"{name}\n\n{made}")
            continue
        for place in (page, readme) if name == "cheapest" else (page,):
            if chosen == "--write":
                write_table(place, maker, made)
            elif split(place, maker)[1] != made:
                sys.exit(f"paper_tables.py: {os.path.relpath(place, root)} has another table '{name}' than\n{made}")


main()
