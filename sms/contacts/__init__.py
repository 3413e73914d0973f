"""What SMS adds to contacts: opting out by number, finding and keeping them. The store is messaging's."""
