"""What every context speaks in: ids, time, money, codes, people at work, checked values."""
