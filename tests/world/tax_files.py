"""Small hand-made files of the tax bureau's feeds, as `v_tax_flag` reads them. Names and numbers are invented."""
from dataclasses import dataclass

from world.hub import Hub
from world.power_file import credit_code

UNIT = "433100"


@dataclass(frozen=True)
class Taxpayer:
    """One organisation. `status` is the code of the tax system: 03 normal, 05 abnormal, 07 deregistered."""

    serial: int
    status: str = "03"
    paid: str | None = None
    declared: str | None = None
    amount: str = "100.00"
    county: str = "433101"
    name: str = ""

    @property
    def code(self) -> str:
        return credit_code(self.serial)

    @property
    def seq(self) -> str:
        return f"{self.serial:020d}"


def lines(header: str, rows: list[str]) -> bytes:
    return ("\r\n".join([header, *rows]) + "\r\n").encode()


def registration(taxpayers: list[Taxpayer], month: str) -> bytes:
    header = "登记序号,纳税人识别号,统一社会信用代码,纳税人名称,纳税人状态,登记类型,登记日期,注销日期,快照月份,所属县市代码,主管税务机关,主管税务所,登记注册类型,行业代码,增值税纳税人类型,企业所得税征收方式,纳税信用级别"
    return lines(header, [
        f"{one.seq},{one.code},{one.code},{one.name or f'云鹤第{one.serial}商行'},{one.status},01,2020-05-11,"
        f"{'2024-12-31' if one.status == '07' else ''},{month},{one.county},14331990000,14331990100,173,5211,2,1,B"
        for one in taxpayers
    ])


def collection(taxpayers: list[Taxpayer]) -> bytes:
    header = "税票号码,行次,登记序号,纳税人识别号,征收项目,征收品目,所属期起,所属期止,税款种类,实缴金额,缴款日期,入库日期,预算科目,预算级次,疑点编号,所属县市代码"
    return lines(header, [
        f"测试税票{one.serial},1,{one.seq},{one.code},10101,101010101,{one.paid[:7]}-01,{one.paid[:7]}-01,1,{one.amount},"
        f"{one.paid},,101010106,4,,{one.county}"
        for one in taxpayers if one.paid
    ])


def declaration(taxpayers: list[Taxpayer]) -> bytes:
    header = "登记序号,纳税人识别号,征收项目,征收品目,所属期起,所属期止,表内行次,应税销售额,免税销售额,计税依据,税率,应纳税额,减免税额,已预缴税额,应补退税额,申报日期,更正申报标志,税源编号,所属县市代码"
    return lines(header, [
        f"{one.seq},{one.code},10101,101010101,{one.declared[:7]}-01,{one.declared[:7]}-01,{n + 1},100000.00,0,100000.00,0.01,"
        f"1000.00,200.00,100.00,700.00,{one.declared},否,,{one.county}"
        for n, one in enumerate(taxpayers) if one.declared
    ])


def fill(hub: Hub, taxpayers: list[Taxpayer], snapshot: str, reporter: str = "tax.reporter") -> None:
    """Sends a snapshot of all, and each payment and declaration in the month of its day; every row must be taken."""
    send(hub, reporter, "tax_registration", snapshot, registration(taxpayers, snapshot))
    for month in sorted({one.paid[:7] for one in taxpayers if one.paid}):
        paid = [one for one in taxpayers if one.paid and one.paid[:7] == month]
        send(hub, reporter, "tax_collection", month.replace("-", ""), collection(paid))
    for month in sorted({one.declared[:7] for one in taxpayers if one.declared}):
        declared = [one for one in taxpayers if one.declared and one.declared[:7] == month]
        send(hub, reporter, "tax_declaration", month.replace("-", ""), declaration(declared))


def send(hub: Hub, reporter: str, feed: str, period: str, body: bytes) -> None:
    reply = hub.caller(reporter).submit(feed, period, UNIT, body)
    assert reply.status in (200, 201), (feed, reply.body[:2000].decode())
    counted = reply.json().get("receipt", reply.json())
    assert counted["committed"] == len(body.splitlines()) - 1, (feed, reply.body[:2000].decode())
