"""A seeded, made-up microfinance portfolio of West and East Africa with its known truth."""

from data.synthetic.portfolio import GeneratedPortfolio, generate_portfolio

__all__ = ["GeneratedPortfolio", "generate_portfolio"]
