"""The campaigns of the demo: some clearly pay back, some clearly lose, some nobody can tell."""

from __future__ import annotations

from dataclasses import replace

from payback.sources.demo.luck import stream
from payback.sources.demo.shop import (
    AFFILIATE,
    EMAIL,
    GOOGLE,
    LINKEDIN,
    META,
    MICROSOFT,
    TIKTOK,
    Campaign,
    Platform,
)

# Platform, type, name, then cost a day, cost of a click, clicks an impression, return; the names are as people write
# them, with everything that breaks a careless reader.
CAMPAIGNS = (
    Campaign(GOOGLE, "Search", "Brand – DE", 36, 0.68, 0.14, 6.0),
    Campaign(GOOGLE, "Search", "Search | Zelte | DE", 300, 2.43, 0.052, 2.2),
    Campaign(GOOGLE, "Search", "Search | Wanderschuhe | AT & CH", 44, 2.16, 0.047, 2.0),
    Campaign(GOOGLE, "Search", "Search | Competitors", 60, 4.32, 0.018, 0.45),
    Campaign(GOOGLE, "Search", 'Generic "Rucksack", exact match', 24, 2.7, 0.04, 1.1),
    Campaign(GOOGLE, "Search", "=SUM(A1)", 4, 1.62, 0.03, 1.0),
    Campaign(GOOGLE, "Shopping", "Shopping | All products", 150, 0.99, 0.011, 2.5),
    Campaign(GOOGLE, "Shopping", "Shopping | Clearance", 40, 0.81, 0.012, 2.0),
    Campaign(GOOGLE, "Shopping", "Shopping | Low margin", 45, 0.9, 0.009, 0.5),
    Campaign(GOOGLE, "Performance Max", "PMax | Bestsellers", 200, 1.44, 0.013, 1.9),
    Campaign(GOOGLE, "Performance Max", "PMax | New customers", 45, 1.71, 0.01, 1.0),
    Campaign(GOOGLE, "Performance Max", "Black Friday 2025 | PMax", 110, 1.35, 0.016, 3.2, starts=0.85),
    Campaign(GOOGLE, "Display", "Display | Retargeting 30d", 26, 8.5, 0.0005, 2.4, views=0.6),
    Campaign(GOOGLE, "Display", "Display | Prospecting", 58, 0.68, 0.0031, 0.4, views=0.3),
    Campaign(GOOGLE, "Display", "GDN Größe XL – Frühling", 8, 0.54, 0.0028, 0.9),
    Campaign(GOOGLE, "Video", "YouTube | Hiking stories", 42, 1.08, 0.004, 0.45, views=1.5),
    Campaign(GOOGLE, "Demand Gen", "Demand Gen | Lookalike", 18, 1.26, 0.0062, 1.1, views=0.8),
    Campaign(META, "Social", "Meta | Retargeting | DE", 55, 1.98, 0.014, 2.6, views=0.5),
    Campaign(META, "Social", "Meta | Prospecting | Broad", 80, 1.62, 0.009, 1.12, views=0.2),
    Campaign(META, "Social", "Meta | Prospecting | Lookalike 2 %", 55, 1.8, 0.0088, 0.45, views=0.2),
    Campaign(META, "Social", "Advantage+ Shopping", 65, 1.53, 0.012, 1.8, views=0.3),
    Campaign(META, "Social", "🏕 Camping week", 14, 1.44, 0.011, 1.4),
    Campaign(META, "Social", "Instagram Stories - Summer", 45, 1.26, 0.0075, 0.5),
    Campaign(META, "Social", "Reels | Trail running", 16, 1.17, 0.0081, 1.0),
    Campaign(META, "Social", "Meta | Newsletter sign-up", 12, 1.08, 0.01, 0.1),
    Campaign(META, "Social", "+49 Aktion", 6, 1.62, 0.009, 1.2),
    Campaign(META, "Social", "Boosted post 2025-07-12", 5, 0.72, 0.012, 0.2, starts=0.2, ends=0.4, tagged=False),
    Campaign(META, "Social", "Meta | Winter jackets", 60, 1.71, 0.011, 2.4, starts=0.6, views=0.2),
    Campaign(META, "Social", "Meta | Catalogue | FR", 18, 1.62, 0.01, 1.5, pause=(0.4, 0.6)),
    Campaign(MICROSOFT, "Search", "Brand – DE", 9, 0.56, 0.12, 5.5),
    Campaign(MICROSOFT, "Search", "Bing | Zelte", 35, 1.62, 0.035, 2.3),
    Campaign(MICROSOFT, "Search", "Bing | Generic outdoor", 16, 1.98, 0.02, 0.3),
    Campaign(MICROSOFT, "Search", "Bing | Rucksäcke", 8, 1.71, 0.03, 1.3),
    Campaign(LINKEDIN, "Social", "B2B | Corporate gifts | DACH", 70, 10.08, 0.005, 0.4),
    Campaign(LINKEDIN, "Social", "B2B | Team outfits", 20, 9.18, 0.0055, 1.1),
    Campaign(LINKEDIN, "Social", "Employer brand", 12, 7.56, 0.004, 0.0, revenue_known=False, tagged=False),
    Campaign(TIKTOK, "Social", "TikTok | Spark Ads | Gen Z", 60, 0.9, 0.009, 0.45, views=0.4),
    Campaign(TIKTOK, "Social", "TikTok | UGC test 🎬", 10, 0.81, 0.008, 1.0),
    Campaign(TIKTOK, "Social", "TikTok | Catalogue sales", 40, 1.08, 0.01, 2.1, views=0.4),
    Campaign(TIKTOK, "Social", "TikTok | Reach", 7, 0.72, 0.006, 0.0, revenue_known=False, tagged=False),
    Campaign(EMAIL, "Email", "Newsletter weekly", 6, 0.22, 0.05, 14.0),
    Campaign(EMAIL, "Email", "Abandoned cart flow", 3, 0.36, 0.14, 20.0),
    Campaign(EMAIL, "Email", "Win-back 90 days", 3, 0.45, 0.03, 2.5),
    Campaign(EMAIL, "Email", "Geburtstags-Coupon", 1.5, 0.27, 0.08, 4.0),
    Campaign(AFFILIATE, "Affiliates", "Coupon portal A", 26, 1.26, 0.06, 2.3, refunded=True),
    Campaign(AFFILIATE, "Affiliates", "Cashback partner", 18, 1.17, 0.07, 1.0, refunded=True),
    Campaign(AFFILIATE, "Affiliates", "Blog partners", 16, 1.08, 0.03, 2.6),
    Campaign(AFFILIATE, "Affiliates", "Price comparison", 45, 0.81, 0.05, 0.5),
)

_DIGITS = {"google_ads": 11, "meta_ads": 18, "microsoft_ads": 9, "linkedin_ads": 9, "tiktok_ads": 16}
"""Length of a platform's campaign numbers; Meta's do not fit into a double. Tools without numbers have none."""


def choose_campaigns(count: int, seed: int) -> tuple[Campaign, ...]:
    """Return so many campaigns, each with its platform's number.

    Parameters
    ----------
    count : int
        Fewer than `CAMPAIGNS` are taken evenly from all platforms; more are repeated under numbered names.
    seed : int
        Decides the numbers.
    """
    size = len(CAMPAIGNS)
    chosen = [CAMPAIGNS[index * size // count if count < size else index % size] for index in range(count)]
    return tuple(_numbered(campaign, index // size, seed, index) for index, campaign in enumerate(chosen))


def _numbered(campaign: Campaign, copy: int, seed: int, index: int) -> Campaign:
    name = f"{campaign.name} #{copy + 1}" if copy else campaign.name
    return replace(campaign, name=name, id=_platform_id(campaign.platform, seed, index))


def _platform_id(platform: Platform, seed: int, index: int) -> str:
    """Return a number of the platform's length; the index in it keeps two campaigns apart."""
    digits = _DIGITS.get(platform.name)
    if digits is None:
        return ""
    prefix = stream(seed, f"campaign {index}").randrange(10 ** (digits - 6), 10 ** (digits - 5))
    return f"{prefix}{index * 7919 % 100_000:05d}"
