"""Lesions of a trained network: units deleted or in another order, without training anew."""
