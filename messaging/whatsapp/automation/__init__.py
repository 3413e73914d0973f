"""What answers customers by itself: flows as graphs, keyword rules, auto replies, each approved by a person first."""
