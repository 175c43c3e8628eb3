"""A seeded, made-up microfinance portfolio of West and East Africa with its known truth."""

from data.synthetic.bias import NO_BIAS, Bias
from data.synthetic.portfolio import GeneratedPortfolio, generate_portfolio

__all__ = ["NO_BIAS", "Bias", "GeneratedPortfolio", "generate_portfolio"]
