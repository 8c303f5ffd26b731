"""What kind a number is, and what its words say of it: the worked lines of the annotation convention among them."""

from __future__ import annotations

import pytest

from gangmu.documents.binding import read
from gangmu.documents.finding import numbers


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("2025年1月27日", ["date", "date", "date"]),
        ("“十四五”期间（2021—2025年）", ["date", "date"]),
        ("荣获第18届文华节目奖", ["ordinal"]),
        ("成为全国第11个创新型省份", ["ordinal"]),
        ("增速居全国第7位", ["figure"]),
        ("贡献率位居全国第5，", ["figure"]),
        ("连续45年无重大森林火灾", ["duration"]),
        ("平均受教育年限达11年", ["figure"]),
        ("G331通车，T800高牌号产品，国家5A级景区，PM2.5浓度", ["name"] * 4),
        ("实施“415X”集群培育工程和“8+4”政策", ["name", "name", "name"]),
        ("数字政府2.0建设", ["name"]),
        ("30万吨级航道", ["threshold"]),
        ("经营性收入50万元以上的行政村占比达68%", ["threshold", "figure"]),
        ("每千人口3岁以下婴幼儿托位数达4.76个", ["threshold", "figure"]),
        ("重点做好8个方面工作", ["other"]),
        ("10个聚力攻坚专项", ["figure"]),
        ("实施亿元以上项目2000个以上。", ["figure"]),
        ("释放吉化120万吨乙烯转型升级项目产能", ["name"]),
        ("（3）新建医院2家", ["other", "figure"]),
        ("营业收入翻一番", ["figure"]),
        ("90%以上的矛盾纠纷化解在基层", ["figure"]),
    ],
)
def test_a_number_is_told_by_its_surroundings(text, kinds):
    assert [number.kind for number in numbers(text)] == kinds


def said(text, year=2025):
    return [(r.concept, r.measure, r.number.unit, r.period, r.planned) for r in read(text, year)]


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        (
            "城镇和农村居民人均可支配收入分别增长4.3%、5.5%。",
            [
                ("城镇居民人均可支配收入", "yoy", "%", "2025", False),
                ("农村居民人均可支配收入", "yoy", "%", "2025", False),
            ],
        ),
        (
            "新增高新技术企业超6000家、科技型中小企业1.76万家。",
            [
                ("新增高新技术企业", "count", "家", "2025", False),
                ("新增科技型中小企业", "count", "万家", "2025", False),
            ],
        ),
        (
            "新能源汽车、集成电路、工业机器人产量分别增长49.8%、11.9%、36.4%。",
            [
                ("新能源汽车产量", "yoy", "%", "2025", False),
                ("集成电路产量", "yoy", "%", "2025", False),
                ("工业机器人产量", "yoy", "%", "2025", False),
            ],
        ),
        (
            "1596个“千项万亿”重大项目完成投资1.5万亿元。",
            [
                ("“千项万亿”重大项目", "count", "个", "2025", False),
                ("“千项万亿”重大项目完成投资", "sum", "万亿元", "2025", False),
            ],
        ),
        (
            "实际使用外资115.6亿美元，其中制造业外资占比40.9%。",
            [
                ("实际使用外资", "value", "亿美元", "2025", False),
                ("制造业外资占比", "share", "%", "2025", False),
            ],
        ),
        (
            "集装箱吞吐量4387万标箱、增长11.6%。",
            [("集装箱吞吐量", "value", "万标箱", "2025", False), ("集装箱吞吐量", "yoy", "%", "2025", False)],
        ),
        (
            "产业投资比重提升至55.7%、提高4.7个百分点。",
            [
                ("产业投资比重", "share", "%", "2025", False),
                ("产业投资比重", "change", "个百分点", "2025", False),
            ],
        ),
        (
            "人均地区生产总值从2020年的10.5万元提高到2025年的14万元左右。",
            [
                ("人均地区生产总值", "value", "万元", "2020", False),
                ("人均地区生产总值", "value", "万元", "2025", False),
            ],
        ),
        (
            "五年来，全国重点实验室从15家跃升到38家。",
            [
                ("全国重点实验室", "count", "家", "2020", False),
                ("全国重点实验室", "count", "家", "2025", False),
            ],
        ),
        ("规上工业增加值增幅居全国第7位。", [("规上工业增加值增幅", "rank", "位", "2025", False)]),
        ("入境游客增长2.5倍。", [("入境游客", "multiple", "倍", "2025", False)]),
        ("建设10个县级综合养老服务中心。", [("县级综合养老服务中心", "count", "个", "2025", False)]),
        (
            "三、2026年重点工作\n城镇新增就业100万人以上。到2030年，研发投入强度达到3.5%左右。",
            [
                ("城镇新增就业", "count", "万人", "2026", True),
                ("研发投入强度", "value", "%", "2030", True),
            ],
        ),
        (
            "二、“十五五”时期的主要目标\n全员劳动生产率年均提高6%。",
            [("全员劳动生产率", "yoy", "%", "2026/2030", True)],
        ),
    ],
)
def test_the_words_around_a_number_name_it(text, readings):
    assert said(text) == readings


def test_a_fall_is_negative_and_words_its_direction():
    [alone] = read("全省刑事立案数下降11.2%。", 2025)
    first, second = read("事故起数和死亡人数分别下降15.1%、17%。", 2025)

    assert (alone.falls, alone.direction) == (True, "下降")
    assert [(r.falls, r.direction, r.concept) for r in (first, second)] == [
        (True, "", "事故起数"),
        (True, "", "事故死亡人数"),
    ]
