"""What each statistical method asks, supposes and gets wrong, in plain words: cards for workbooks 4 and 5."""

from salesopt_kit.methods.card import MethodCard, MethodCards, find_method, method_card, method_cards, methods

__all__ = ["MethodCard", "MethodCards", "find_method", "method_card", "method_cards", "methods"]
