"""What each statistical method asks, supposes and gets wrong, in plain words, with a figure of made-up data."""

from salesopt_kit.cards import find_method, methods
from salesopt_kit.methods.card import MethodCard, MethodCards, method_card, method_cards, methods_used

__all__ = ["MethodCard", "MethodCards", "find_method", "method_card", "method_cards", "methods", "methods_used"]
