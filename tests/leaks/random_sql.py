"""Seeded random questions over one governed view: mostly sensible, partly hostile, never the same twice in a row."""
import random

# No floats anywhere: their sums depend on the order in which threads finish.
NUMBERS = ["kwh", "fee", "capacity_kva"]
WORDS = ["customer_name", "county_code", "use_class", "month", "account_no", "usc_code", "industry_code", "address"]
CONSTANTS = ["5550555", "6660666", "137", "0", "100", "1000.5", "-1"]
STRINGS = ["'绝密甲字号'", "'N%'", "'433122'", "'433101'", "'2'", "'202509'", "'12'", "''", "'x'"]


class Questions:
    def __init__(self, seed: int, view: str = "v_power_month"):
        self.dice = random.Random(seed)
        self.view = view

    def one(self) -> str:
        shape = self.dice.choice([self.listing, self.counting, self.grouping, self.joining, self.window, self.nested, self.plan])
        return shape()

    def pick(self, choices):
        return self.dice.choice(choices)

    def number(self, depth: int = 0) -> str:
        if depth > 2 or self.dice.random() < 0.45:
            return self.pick(NUMBERS)
        left = self.number(depth + 1)
        return self.pick([
            f"({left} {self.pick('+-*/%')} {self.pick(CONSTANTS)})",
            f"1/({left} - {self.pick(CONSTANTS)})",
            f"CAST({self.word(depth + 1)} AS {self.pick(['INT', 'BIGINT', 'DECIMAL(10,2)'])})",
            f"TRY_CAST({self.word(depth + 1)} AS INT)",
            f"abs({left})", f"round({left})", f"coalesce({left}, 0)", f"nullif({left}, {self.pick(CONSTANTS)})",
            f"CASE WHEN {self.condition(depth + 1)} THEN {left} ELSE {self.pick(CONSTANTS)} END",
            f"length({self.word(depth + 1)})",
        ])

    def word(self, depth: int = 0) -> str:
        if depth > 2 or self.dice.random() < 0.6:
            return self.pick(WORDS)
        inner = self.word(depth + 1)
        return self.pick([
            f"upper({inner})", f"substr({inner}, 1, 2)", f"concat({inner}, '-')", f"coalesce({inner}, 'none')",
            f"replace({inner}, '1', '')", f"CAST({self.number(depth + 1)} AS VARCHAR)", f"trim({inner})",
        ])

    def trap(self) -> str:
        """True for every row that may be seen, and an error for some row that may not: were it ever evaluated there."""
        seen = self.pick(["kwh < 5000", "county_code = '433101'", "fee < 4000", "kwh IS NOT NULL AND kwh < 5000"])
        falls = self.pick([
            f"CAST({self.pick(WORDS)} AS INT) = 0", "1/(kwh - kwh) = 1", "CAST(kwh AS BIGINT) % 0 = 0",
            f"CAST({self.pick(WORDS)} AS DATE) IS NULL", "CAST(kwh * 100000000 AS INT) = 0",
        ])
        return self.pick([
            f"CASE WHEN {seen} THEN true ELSE {falls} END", f"({seen} OR {falls})", f"coalesce({seen}, {falls})",
            f"1/(kwh - {self.pick(['5550555', '6660666', '5550556', '6660667'])}) > -2",
        ])

    def condition(self, depth: int = 0) -> str:
        if depth < 2 and self.dice.random() < 0.35:
            return f"({self.condition(depth + 1)} {self.pick(['AND', 'OR'])} {self.condition(depth + 1)})"
        return self.pick([
            self.trap, self.trap,
            lambda: f"{self.number(depth + 1)} {self.pick(['=', '<', '>', '<=', '>=', '<>'])} {self.pick(CONSTANTS)}",
            lambda: f"{self.word(depth + 1)} {self.pick(['=', '<>', '<', '>'])} {self.pick(STRINGS)}",
            lambda: f"{self.word(depth + 1)} LIKE {self.pick(STRINGS)}",
            lambda: f"{self.pick(WORDS)} IN ({self.pick(STRINGS)}, {self.pick(STRINGS)})",
            lambda: f"{self.pick(NUMBERS)} IN ({self.pick(CONSTANTS)}, {self.pick(CONSTANTS)})",
            lambda: f"{self.pick(NUMBERS + WORDS)} IS {self.pick(['', 'NOT '])}NULL",
            lambda: f"{self.pick(NUMBERS)} BETWEEN {self.pick(CONSTANTS)} AND {self.pick(CONSTANTS)}",
            lambda: f"NOT ({self.condition(2)})",
        ])()

    def where(self) -> str:
        return f" WHERE {self.condition()}" if self.dice.random() < 0.8 else ""

    def listing(self) -> str:
        columns = ", ".join(self.dice.sample(NUMBERS + WORDS, 3))
        return f"SELECT {columns}, {self.number()} AS n FROM {self.view}{self.where()} ORDER BY 1, 2, 3, 4 LIMIT {self.pick([1, 5, 40])}"

    def counting(self) -> str:
        aggregate = self.pick(["count(*)", "min({n})", "max({n})", "sum({n})", "avg({n})", "count(DISTINCT {w})", "min({w})", "max({w})"])
        return f"SELECT {aggregate.format(n=self.number(), w=self.word())} FROM {self.view}{self.where()}"

    def grouping(self) -> str:
        key = self.pick(WORDS + [self.word()])
        having = f" HAVING {self.pick(['count(*)', 'max(kwh)'])} > {self.pick(CONSTANTS)}" if self.dice.random() < 0.4 else ""
        return f"SELECT {key}, count(*), sum(kwh), max(fee) FROM {self.view}{self.where()} GROUP BY {key}{having} ORDER BY 1, 2 LIMIT 60"

    def joining(self) -> str:
        kind = self.pick(["JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN"])
        if self.dice.random() < 0.5:
            other = f"(VALUES ({self.pick(CONSTANTS)}), ({self.pick(CONSTANTS)})) AS b(k)"
            return f"SELECT count(*), max(b.k) FROM {self.view} AS a {kind} {other} ON a.{self.pick(NUMBERS)} = b.k"
        column = self.pick(["account_no", "kwh", "use_class"])
        return (
            f"SELECT count(*), max(a.kwh) FROM {self.view} AS a {kind} {self.view} AS b"
            f" ON a.{column} = b.{column} AND a.month = b.month AND a.kwh < b.kwh"
        )

    def window(self) -> str:
        function = self.pick(["row_number()", "rank()", "sum(kwh)", "max(fee)", "lag(kwh)"])
        part = f"PARTITION BY {self.pick(WORDS)} " if self.dice.random() < 0.5 else ""
        return (
            f"SELECT kwh, customer_name, {function} OVER ({part}ORDER BY kwh DESC, account_no) AS w"
            f" FROM {self.view}{self.where()} ORDER BY 1 DESC, 2, 3 LIMIT 10"
        )

    def nested(self) -> str:
        return self.pick([
            f"SELECT count(*) FROM {self.view} WHERE kwh {self.pick('<>=')} (SELECT max(kwh) FROM {self.view}{self.where()})",
            f"SELECT count(*) FROM (SELECT DISTINCT {self.pick(WORDS)}, {self.number()} AS n FROM {self.view}{self.where()}) AS s",
            f"WITH c AS (SELECT * FROM {self.view}{self.where()}) SELECT count(*), max(kwh) FROM c WHERE {self.condition()}",
            f"SELECT month FROM {self.view}{self.where()} UNION SELECT county_code FROM {self.view}{self.where()} ORDER BY 1 LIMIT 20",
            f"SELECT count(*) FROM {self.view} AS o WHERE EXISTS (SELECT 1 FROM {self.view} AS i WHERE i.account_no = o.account_no AND {self.number(3)} > 0)",
        ])

    def plan(self) -> str:
        return "EXPLAIN " + self.pick([self.counting, self.grouping, self.listing, self.joining])()
